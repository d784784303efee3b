//! Many accounts: that share the load evenly, and beside one that sends far more than all others.

use std::ops::Range;
use std::rc::Rc;

use super::{data, without_disk};
use crate::Options;
use crate::contender::heliogram::Heliogram;
use crate::load::http::{Plan as Load, drive};
use crate::load::requests::atompark::Group;
use crate::load::requests::smsclub::Send;
use crate::load::{Pace, Seen};
use crate::report::Run;
use crate::stage::{self, Plan, Stage};
use crate::stamp::Kind;

/// How many messages the accounts send in a second beside the hot one, and for how long.
const PER_SECOND: f64 = 1_000.0;
const SECONDS: u32 = 5;

/// Who sends.
#[derive(Clone, Copy, Debug)]
enum Who {
    /// All in turn, as fast as they are answered.
    Even,
    /// All but the first in turn, at their pace.
    Calm,
    /// The same, while the first sends groups as fast as they are answered.
    BesideHot,
}

/// Measures each once. With one account, it is the hot one itself.
pub(super) async fn measure(options: &Options, accounts: u32) -> anyhow::Result<Vec<Run>> {
    let mut runs = vec![run(options, accounts, Who::Even, "accounts: even").await?];
    if accounts > 1 {
        runs.push(run(options, accounts, Who::Calm, "accounts: calm").await?);
        let beside = run(
            options,
            accounts,
            Who::BesideHot,
            "accounts: beside a hot one",
        );
        runs.push(beside.await?);
    }
    Ok(runs)
}

async fn run(options: &Options, accounts: u32, load: Who, name: &str) -> anyhow::Result<Run> {
    let data = data::with_accounts(options, accounts).await?;
    let gateway = Heliogram {
        found: Some(data.found()),
        ..Heliogram::new(&options.gateway)
    };
    let plan = Plan {
        at: Some(f64::from(accounts)),
        ..Plan::of(name, &options.data)
    };
    let run = stage::run(&gateway, &plan, async |stage| match load {
        Who::Even => {
            let count = options.count(100_000);
            drive(&singles(stage, 0..accounts, count, Pace::Closed)).await
        }
        Who::Calm => drive(&calm(stage, accounts, options)).await,
        Who::BesideHot => beside_hot(stage, accounts, options).await,
    });
    let mut run = without_disk(run.await?);
    // The hot account's texts are stamped as another kind, so that they are told apart.
    run.figures
        .rename(Kind::Otp.to_the_wire(), "hot account, to the wire");
    Ok(run)
}

fn singles(stage: &Stage, accounts: Range<u32>, count: u32, pace: Pace) -> Load {
    let requests = Rc::new(Send {
        phones: 1,
        accounts,
    });
    Load {
        pace,
        ..Load::closed(stage.gateway.http(), requests, count, 64)
    }
}

fn calm(stage: &Stage, accounts: u32, options: &Options) -> Load {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is a thousand"
    )]
    let count = options.count(PER_SECOND as u32 * SECONDS);
    let pace = Pace::Open {
        per_second: PER_SECOND,
    };
    singles(stage, 1..accounts, count, pace)
}

async fn beside_hot(stage: &Stage, accounts: u32, options: &Options) -> anyhow::Result<Seen> {
    let (groups, count) = Group::requests(options.count(300_000));
    let hot = Load {
        kind: Kind::Otp,
        ..Load::closed(stage.gateway.http(), groups, count, 4)
    };
    let calm = calm(stage, accounts, options);
    let (mut seen, hot) = tokio::try_join!(drive(&calm), drive(&hot))?;
    seen.figures
        .take_latencies("hot account, answer", hot.latencies.quantiles());
    seen.accepted += hot.accepted;
    seen.took = seen.took.max(hot.took);
    Ok(seen)
}
