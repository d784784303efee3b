//! `heliogram demo`: the main job from end to end, with its numbers checked.

mod audience;
mod result;

use std::io::IsTerminal;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use gateway::SubmissionId;
use serde_json::Value;
use sms::Tally;

use crate::cli::{Demo, Dev};
use crate::client::Client;
use crate::config::LogFormat;
use crate::dev::{World, account};
use crate::{audit, logs, output};

use result::Outcome;

/// The longest that the receipts may take.
const PATIENCE: Duration = Duration::from_mins(2);

/// And what each message adds to it, on a slow machine.
const PATIENCE_EACH: Duration = Duration::from_millis(10);

const LOOK_EVERY: Duration = Duration::from_millis(100);
const LOOK_SOON: Duration = Duration::from_millis(5);

/// Sends, waits, prints the table; the exit code is 1 when anything does not add up.
pub(crate) async fn run(options: &Demo) -> anyhow::Result<ExitCode> {
    logs::start("warn", LogFormat::Text)?;
    let any = "127.0.0.1:0".parse().expect("it is an address");
    let dev = Dev {
        data: None,
        http: any,
        smpp: any,
        operator: any,
        scenario: simulator::Scenario::named("clean")
            .expect("it is built in")
            .into(),
        json: false,
        log: "warn".into(),
    };
    let world = World::start(&dev).await?;
    let outcome = send(&world, options.recipients).await;
    let balanced = audit::report(world.gateway()).await;
    world.stop().await;
    let wrong = outcome?.print()?;
    if !wrong.is_empty() {
        for line in &wrong {
            output::line(format_args!("DOES NOT ADD UP: {line}"))?;
        }
        return Ok(ExitCode::FAILURE);
    }
    Ok(if balanced? {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn send(world: &World, recipients: u32) -> anyhow::Result<Outcome> {
    let http = world.http();
    output::line(format_args!(
        "development gateway on http://{http}, simulated operator on {}",
        world.operator()
    ))?;
    afford(world, recipients + 1).await?;
    let mut client = Client::connect(http, account::PUBLIC_KEY, account::PRIVATE_KEY).await?;
    let before = balance(&mut client).await?;

    #[expect(
        clippy::disallowed_methods,
        reason = "the demonstration measures itself"
    )]
    let start = Instant::now();
    let single = client
        .call(
            "sendSMS",
            &[
                ("sender", "Heliogram"),
                ("text", "Your code is 4711"),
                ("phone", "+38 (050) 123-45-67"),
            ],
        )
        .await?;
    let mut answers = vec![single];
    for phones in audience::groups(recipients) {
        let group = client
            .call(
                "sendsmsgroup",
                &[
                    ("sender", "Heliogram"),
                    ("text", audience::TEXT),
                    ("phones", &phones),
                    ("userapp", "heliogram demo"),
                ],
            )
            .await?;
        answers.push(group);
    }
    output::line(format_args!(
        "accepted in {} ms: {} recipients",
        start.elapsed().as_millis(),
        recipients + 1
    ))?;

    let submissions = answers
        .iter()
        .map(|answer| Ok((id(answer)?, answer["price"].clone())))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let (tally, submitted_after, done_after) =
        watch(world, u64::from(recipients) + 1, start).await?;
    let after = balance(&mut client).await?;
    let mut reported = Vec::new();
    for (id, _) in &submissions {
        reported.push(info(&mut client, *id).await?);
    }
    Outcome::gather(
        world,
        &submissions,
        tally,
        before,
        after,
        &reported,
        submitted_after,
        done_after,
    )
    .await
}

/// Makes sure that the account can pay for so many messages.
async fn afford(world: &World, messages: u32) -> anyhow::Result<()> {
    let account = world.account()?.id;
    let needed = i64::from(messages) * i64::from(audience::MOST_SEGMENTS) * account::PRICE_MICROS;
    let available = world.gateway().balance(account).await?.available.micros();
    if available < needed {
        let missing = needed - available;
        world
            .gateway()
            .top_up(account, missing, "demonstration")
            .await?;
    }
    Ok(())
}

fn id(answer: &Value) -> anyhow::Result<SubmissionId> {
    answer["id"]
        .as_i64()
        .map(SubmissionId)
        .context("the answer has no id")
}

async fn balance(client: &mut Client) -> anyhow::Result<Value> {
    Ok(client.call("getUserBalance", &[]).await?["balance_currency"].clone())
}

async fn info(client: &mut Client, id: SubmissionId) -> anyhow::Result<Value> {
    client
        .call("getCampaignInfo", &[("id", &id.to_string())])
        .await
}

/// Shows what happens until every message has ended; answers how many were submitted by when (nearly all), and when all had ended.
async fn watch(
    world: &World,
    expected: u64,
    start: Instant,
) -> anyhow::Result<(Tally, (u64, Duration), Duration)> {
    let patience = PATIENCE + PATIENCE_EACH * u32::try_from(expected).unwrap_or(u32::MAX);
    let live = std::io::stdout().is_terminal();
    let mut submitted_after = None;
    loop {
        let tally = world.gateway().tally().await?;
        // A throttled phone holds back the very last one on purpose.
        if submitted_after.is_none() && tally.left() * 100 >= expected * 99 {
            submitted_after = Some((tally.left(), start.elapsed()));
        }
        if live {
            output::text(format_args!("\r  {}", progress(&tally, expected)))?;
        }
        if tally.is_final() && tally.total() == expected {
            let begin = if live { "\r" } else { "" };
            output::line(format_args!("{begin}  {}", progress(&tally, expected)))?;
            let done = start.elapsed();
            return Ok((tally, submitted_after.unwrap_or((expected, done)), done));
        }
        ensure!(
            start.elapsed() < patience,
            "after {} s some messages have not ended: {}",
            patience.as_secs(),
            progress(&tally, expected)
        );
        let pause = if submitted_after.is_none() {
            LOOK_SOON
        } else {
            LOOK_EVERY
        };
        tokio::time::sleep(pause).await;
    }
}

fn progress(tally: &Tally, expected: u64) -> String {
    use sms::MessageState as State;
    let count = |state| tally.count(state);
    format!(
        "queued {:>6}  on their way {:>6}  delivered {:>6}  ended otherwise {:>5}  of {expected}",
        tally.waiting(),
        count(State::Submitted) + count(State::InDoubt),
        count(State::Delivered),
        count(State::Undelivered) + count(State::Expired) + count(State::Rejected),
    )
}
