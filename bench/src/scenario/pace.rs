//! Latency against load: messages at a share of the greatest rate, whatever the answers take.

use crate::Options;
use crate::contender::Running;
use crate::contender::heliogram::Heliogram;
use crate::load::http::{Plan as Load, drive};
use crate::load::{Pace, Seen};
use crate::report::Run;
use crate::stage::{self, Plan, Stage};

use super::smpp::{OTP_EACH, Programs, submit};

/// How many messages the greatest rate is measured with.
const ALL_OUT: u32 = 100_000;

/// How many connections share the requests, so that a slow answer does not hold up the next ones.
const CONNECTIONS: u32 = 64;

/// How many programs submit.
const BINDS: u32 = 4;

/// For how long a share of the greatest rate is kept up.
const SECONDS: f64 = 15.0;

/// The shares of a curve.
const SHARES: [f64; 8] = [0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 0.95];

/// How messages come in.
#[derive(Clone, Copy, Debug)]
enum Way {
    Http,
    Smpp,
}

/// Sends at half of the greatest rate: single messages over HTTP, then programs' over SMPP with one-time passwords among them.
pub(super) async fn half_load(options: &Options) -> anyhow::Result<Vec<Run>> {
    let mut runs = Vec::new();
    for (way, name) in [
        (Way::Http, "half-load single"),
        (Way::Smpp, "half-load smpp"),
    ] {
        let all_out = all_out(options, way, name).await?;
        let most = most(&all_out)?;
        runs.extend([all_out, at(options, way, name, 0.5, most).await?]);
    }
    Ok(runs)
}

/// Sends single messages at one share of the greatest rate after another.
pub(super) async fn curve(options: &Options) -> anyhow::Result<Vec<Run>> {
    let name = "load-curve";
    let all_out = all_out(options, Way::Http, name).await?;
    let most = most(&all_out)?;
    let mut runs = Vec::new();
    for share in SHARES {
        runs.push(at(options, Way::Http, name, share, most).await?);
    }
    runs.push(all_out);
    Ok(runs)
}

/// Finds the greatest rate: what is accepted beyond it only waits.
fn most(all_out: &Run) -> anyhow::Result<f64> {
    let rate = all_out.figures.value("receipts/s");
    rate.ok_or_else(|| anyhow::anyhow!("no receipt came"))
}

async fn all_out(options: &Options, way: Way, name: &str) -> anyhow::Result<Run> {
    run(
        options,
        way,
        name,
        1.0,
        options.count(ALL_OUT),
        Pace::Closed,
    )
    .await
}

async fn at(options: &Options, way: Way, name: &str, share: f64, most: f64) -> anyhow::Result<Run> {
    let per_second = share * most;
    let seconds = if options.quick {
        SECONDS / 5.0
    } else {
        SECONDS
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is a number of messages, well below a billion"
    )]
    let count = (per_second * seconds) as u32;
    run(options, way, name, share, count, Pace::Open { per_second }).await
}

async fn run(
    options: &Options,
    way: Way,
    name: &str,
    share: f64,
    count: u32,
    pace: Pace,
) -> anyhow::Result<Run> {
    let gateway = Heliogram::new(&options.gateway);
    let plan = Plan {
        at: Some(share),
        ..Plan::of(name, &options.data)
    };
    stage::run(&gateway, &plan, async |stage| match way {
        Way::Http => send(&*stage.gateway, count, pace).await,
        Way::Smpp => bind(stage, count, pace).await,
    })
    .await
}

async fn send(gateway: &dyn Running, count: u32, pace: Pace) -> anyhow::Result<Seen> {
    drive(&Load {
        pace,
        ..Load::closed(gateway.http(), gateway.single(), count, CONNECTIONS)
    })
    .await
}

async fn bind(stage: &Stage, count: u32, pace: Pace) -> anyhow::Result<Seen> {
    let programs = Programs {
        pace,
        otp_each: Some(OTP_EACH),
        ..Programs::closed(BINDS, count)
    };
    submit(stage, programs).await
}
