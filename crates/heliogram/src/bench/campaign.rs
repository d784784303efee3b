//! A campaign to a large contact list, from its first contact to its statistics.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use gateway::SubmissionId;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use sms::Money;

use super::Bench;
use super::audience::{Audience, CHEAP_PREFIX, Order, TEXT};
use super::figures::Figures;
use super::load;
use super::stage::{LOOK_EVERY, PATIENCE, PRIVATE_KEY, PUBLIC_KEY, Stage, now};
use crate::client::Client;

/// How many contacts one call adds.
const CALL: u32 = 10_000;

/// How often what takes milliseconds is asked for.
const ASKED: u32 = 20;

/// How many contacts one page of a search has.
const PAGE: u32 = 100;

/// What each message adds to the patience.
const PATIENCE_EACH: Duration = Duration::from_millis(2);

/// Takes every figure once, on fresh data.
pub(super) async fn measure(options: &Bench) -> anyhow::Result<Figures> {
    let audience = Audience {
        contacts: options.contacts,
    };
    let mut figures = Figures::default();

    let stage = Stage::set(options, "clean-now").await?;
    let (_, time) = fill(&stage, audience, Order::Sorted).await?;
    figures.take(
        "contacts added/s, sorted",
        per_second(audience.contacts, time),
        0,
    );
    stage.strike().await?;

    let stage = Stage::set(options, "clean-now").await?;
    let (list, time) = fill(&stage, audience, Order::Shuffled).await?;
    figures.take(
        "contacts added/s, in no order",
        per_second(audience.contacts, time),
        0,
    );
    let mut client = connect(&stage).await?;
    search(&mut client, audience, &mut figures).await?;
    let campaign = accept(&mut client, list, audience, &mut figures).await?;
    follow(&stage, &mut client, campaign, audience, &mut figures).await?;
    statistics(&mut client, campaign, audience, &mut figures).await?;

    let used = stage.strike().await?;
    figures.take("peak memory MiB", used.usage.peak_mib(), 1);
    figures.take("on disk MiB", mebi(used.disk_bytes), 0);
    Ok(figures)
}

async fn connect(stage: &Stage) -> anyhow::Result<Client> {
    Client::connect(stage.http, PUBLIC_KEY, PRIVATE_KEY).await
}

/// Makes a list of all contacts; says how long adding them took.
async fn fill(stage: &Stage, audience: Audience, order: Order) -> anyhow::Result<(i64, Duration)> {
    let made = connect(stage)
        .await?
        .call("addAddressbook", &[("name", "everybody")])
        .await?;
    let list = made["addressbook_id"]
        .as_i64()
        .context("a list has a number")?;
    let calls = audience.contacts.div_ceil(CALL);
    let load = load::drive(stage, 4, calls, move |number| {
        let rows = audience.rows(order, number * CALL, CALL);
        let parameters = vec![
            ("idAddressBook", list.to_string()),
            ("data", rows.to_string()),
        ];
        ("addPhoneToAddressBook", parameters)
    })
    .await?;
    Ok((list, load.accepted))
}

/// Reads pages of what a search finds.
async fn search(
    client: &mut Client,
    audience: Audience,
    figures: &mut Figures,
) -> anyhow::Result<()> {
    let pattern = format!("{CHEAP_PREFIX}%");
    let fields = json!({ "phone": { "operation": "like", "value": pattern } }).to_string();
    let found = audience.cheap();
    let mut times = Vec::new();
    for page in 0..ASKED {
        let from = (u64::from(page) * u64::from(PAGE)) % found;
        let (from, rows) = (from.to_string(), PAGE.to_string());
        let asked = now();
        let parameters = [
            ("searchFields", fields.as_str()),
            ("from", from.as_str()),
            ("offset", rows.as_str()),
        ];
        let answer = client.call("searchPhones", &parameters).await?;
        times.push(asked.elapsed());
        ensure!(
            answer["count"] == found,
            "{} found, not {found}",
            answer["count"]
        );
    }
    take_times(figures, ["search page p50 ms", "search page max ms"], times);
    Ok(())
}

/// Asks for the price of the campaign, which must be the sum of its contacts', and starts it.
async fn accept(
    client: &mut Client,
    list: i64,
    audience: Audience,
    figures: &mut Figures,
) -> anyhow::Result<SubmissionId> {
    let list = list.to_string();
    let terms = [
        ("sender", "Heliogram"),
        ("text", TEXT),
        ("list_id", list.as_str()),
    ];
    let expected = audience.price_micros();

    let asked = now();
    let quoted = client.call("checkCampaignPrice", &terms).await?;
    figures.take("price check s", asked.elapsed().as_secs_f64(), 3);
    ensure!(
        micros(&quoted["price"])? == expected,
        "the price check answered {quoted}"
    );

    let asked = now();
    let accepted = client.call("createCampaign", &terms).await?;
    figures.take("acceptance s", asked.elapsed().as_secs_f64(), 3);
    ensure!(
        micros(&accepted["price"])? == expected,
        "the acceptance answered {accepted}"
    );
    let id = accepted["id"].as_i64().context("a campaign has a number")?;
    Ok(SubmissionId(id))
}

/// Watches the campaign until each of its messages has ended, and asks how it stands meanwhile as customers do.
async fn follow(
    stage: &Stage,
    client: &mut Client,
    campaign: SubmissionId,
    audience: Audience,
    figures: &mut Figures,
) -> anyhow::Result<()> {
    let contacts = audience.contacts;
    let patience = PATIENCE + PATIENCE_EACH * contacts;
    let begun = now();
    let (mut expanded, mut sent, mut times) = (None, None, Vec::new());
    let ended = loop {
        times.push(info(client, campaign).await?.1);
        if expanded.is_none() && stage.view.tally().await?.total() >= u64::from(contacts) {
            expanded = Some(begun.elapsed());
        }
        let tally = stage.view.submission(stage.account, campaign).await?.tally;
        if sent.is_none() && tally.left() == u64::from(contacts) {
            sent = Some(begun.elapsed());
        }
        if expanded.is_some() && tally.is_final() {
            break begun.elapsed();
        }
        ensure!(
            begun.elapsed() < patience,
            "the campaign does not end: {tally:?}"
        );
        tokio::time::sleep(LOOK_EVERY).await;
    };
    let rate = |time: Option<Duration>| per_second(contacts, time.unwrap_or(ended));
    figures.take("expanded/s", rate(expanded), 0);
    figures.take("submitted/s", rate(sent), 0);
    figures.take("receipts/s", rate(Some(ended)), 0);
    take_times(
        figures,
        ["state, running p50 ms", "state, running max ms"],
        times,
    );
    Ok(())
}

/// Asks for the campaign's state and for its statistics when it has ended.
async fn statistics(
    client: &mut Client,
    campaign: SubmissionId,
    audience: Audience,
    figures: &mut Figures,
) -> anyhow::Result<()> {
    let mut times = Vec::new();
    for _ in 0..ASKED {
        let (state, time) = info(client, campaign).await?;
        ensure!(
            state["delivered"] == audience.contacts,
            "the campaign ended as {state}"
        );
        times.push(time);
    }
    take_times(
        figures,
        ["state, at the end p50 ms", "state, at the end max ms"],
        times,
    );

    let statistics = Download::of(client, campaign).await?;
    let rows = statistics.rows()?;
    ensure!(
        rows == u64::from(audience.contacts),
        "the statistics have {rows} rows"
    );
    figures.take("statistics, first octets ms", millis(statistics.first), 1);
    figures.take("statistics, whole s", statistics.whole.as_secs_f64(), 2);
    figures.take("statistics MiB", mebi(statistics.octets), 1);
    Ok(())
}

/// Asks how a campaign stands; says how long the answer took.
async fn info(client: &mut Client, campaign: SubmissionId) -> anyhow::Result<(Value, Duration)> {
    let id = campaign.to_string();
    let asked = now();
    let state = client.call("getCampaignInfo", &[("id", &id)]).await?;
    Ok((state, asked.elapsed()))
}

/// What came as statistics, of which only sums are kept.
struct Download {
    first: Duration,
    whole: Duration,
    octets: u64,
    quotation_marks: u64,
    last: Option<u8>,
}

impl Download {
    async fn of(client: &mut Client, campaign: SubmissionId) -> anyhow::Result<Self> {
        let id = campaign.to_string();
        let asked: Instant = now();
        let mut body = client
            .ask("getCampaignDeliveryStats", &[("id", &id)])
            .await?;
        let mut download = Self {
            first: Duration::ZERO,
            whole: Duration::ZERO,
            octets: 0,
            quotation_marks: 0,
            last: None,
        };
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame?.into_data() else {
                continue;
            };
            if download.octets == 0 {
                download.first = asked.elapsed();
            }
            download.octets += data.len() as u64;
            let between = data.split(|octet| *octet == b'"').count() as u64;
            download.quotation_marks += between - 1;
            let seen = data.iter().rfind(|octet| !octet.is_ascii_whitespace());
            download.last = seen.copied().or(download.last);
        }
        download.whole = asked.elapsed();
        Ok(download)
    }

    /// Counts the rows: each has a text in four arrays, and the arrays and the whole have names.
    fn rows(&self) -> anyhow::Result<u64> {
        const NAMES: u64 = 5;
        ensure!(self.last == Some(b'}'), "the statistics broke off");
        let texts = self.quotation_marks / 2;
        let cells = texts
            .checked_sub(NAMES)
            .context("the statistics are no table")?;
        ensure!(cells.is_multiple_of(4), "the columns are not equally long");
        Ok(cells / 4)
    }
}

fn take_times(figures: &mut Figures, [median, most]: [&'static str; 2], mut times: Vec<Duration>) {
    times.sort_unstable();
    let of = |time: Option<&Duration>| time.map_or(0.0, |time| millis(*time));
    figures.take(median, of(times.get(times.len() / 2)), 1);
    figures.take(most, of(times.last()), 1);
}

fn micros(price: &Value) -> anyhow::Result<i64> {
    let price = Money::parse_decimal(&price.to_string(), sms::Currency::UAH)?;
    Ok(price.micros())
}

fn per_second(number: u32, time: Duration) -> f64 {
    f64::from(number) / time.as_secs_f64()
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^52")]
fn mebi(octets: u64) -> f64 {
    octets as f64 / (1024.0 * 1024.0)
}
