//! Heliogram and a peer side by side: the same load and the same operator, one after the other in turns, so that what the machine
//! does besides falls on both. What counts are the ratios within one turn.

mod ratio;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use clap::{Args, ValueEnum};

use crate::contender::Contender;
use crate::contender::heliogram::Heliogram;
use crate::contender::{jasmin, kannel};
use crate::load::Pace;
use crate::load::http::{Plan as Load, drive_over, open_all};
use crate::report::figures::Figures;
use crate::report::{Report, Run};
use crate::scenario::smpp::{Programs, submit};
use crate::stage::{self, Plan, Until};
use crate::{Options, output};

/// How many connections send single messages at the same time.
const CONNECTIONS: u32 = 64;

/// For how long half of a peer's load lasts.
const HALF_LOAD_SECONDS: f64 = 10.0;
const QUICK_HALF_LOAD_SECONDS: f64 = 2.0;

/// Kannel takes new connections one by one, a hundredth of a second each: the load begins when it has them all.
const SETTLE: Duration = Duration::from_secs(2);

/// How many messages are enough for a figure, where a peer takes its time for them.
const KANNEL_MESSAGES: u32 = 60_000;
const JASMIN_MESSAGES: u32 = 5_000;

/// How many times as many Heliogram is given beside Jasmin, lest it has hardly begun when it is through.
const TIMES_JASMIN: u32 = 20;

/// What Jasmin meets, and Heliogram beside it: a receipt that comes at once is one that Jasmin does not know yet and looks for again a
/// second later, which no operator's receipt does to it.
const REPORTS_LATER: &str = r#"{"receipt_delay_ms": {"min": 1000, "max": 1000}}"#;

/// How Kannel is measured.
#[derive(Debug, Args)]
pub(crate) struct Kannel {
    /// What Kannel keeps and which receipts it asks for; all of them, one after another, when nothing is named.
    #[arg(value_enum)]
    variants: Vec<kannel::Variant>,
    #[command(flatten)]
    options: Options,
}

/// How Jasmin is measured.
#[derive(Debug, Args)]
pub(crate) struct Jasmin {
    /// How messages come in; all of them, one after another, when nothing is named.
    #[arg(value_enum)]
    variants: Vec<jasmin::Variant>,
    /// Where Jasmin's packages are, or are to be brought.
    #[arg(long, default_value = "target/peers/jasmin")]
    packages: PathBuf,
    #[command(flatten)]
    options: Options,
}

/// Measures Kannel and Heliogram in turns.
pub(crate) async fn kannel(wanted: Kannel) -> anyhow::Result<()> {
    let options = &wanted.options;
    let mut report = Report::default();
    for variant in all_or(&wanted.variants) {
        let pair = Pair {
            heliogram: Heliogram::new(&options.gateway),
            peer: Box::new(kannel::Kannel::installed(*variant)?),
            door: Door::Http,
            until: variant.until(),
            operator: "{}",
            messages: options.count(KANNEL_MESSAGES),
            times: 1,
        };
        pair.measure(options, &mut report).await?;
    }
    report.print()?;
    ratio::print(&report)?;
    report.write(&options.out, "kannel")
}

/// Measures Jasmin and Heliogram in turns.
pub(crate) async fn jasmin(wanted: Jasmin) -> anyhow::Result<()> {
    let options = &wanted.options;
    let mut report = Report::default();
    for variant in all_or(&wanted.variants) {
        let pair = Pair {
            heliogram: Heliogram::new(&options.gateway),
            peer: Box::new(jasmin::Jasmin::installed(*variant, &wanted.packages)?),
            door: match variant {
                jasmin::Variant::Http | jasmin::Variant::HttpNoReceipts => Door::Http,
                jasmin::Variant::Smpp => Door::Smpp,
            },
            until: variant.until(),
            operator: REPORTS_LATER,
            messages: options.count(JASMIN_MESSAGES),
            times: TIMES_JASMIN,
        };
        pair.measure(options, &mut report).await?;
    }
    report.print()?;
    ratio::print(&report)?;
    report.write(&options.out, "jasmin")
}

/// Gives what is named, or all there are when nothing is.
fn all_or<V: ValueEnum>(named: &[V]) -> &[V] {
    if named.is_empty() {
        V::value_variants()
    } else {
        named
    }
}

/// Where messages come in.
#[derive(Clone, Copy, Debug)]
enum Door {
    /// One request for each message, over 64 connections.
    Http,
    /// One program that binds and submits with a window of 100.
    Smpp,
}

/// Two that do the same work.
struct Pair {
    heliogram: Heliogram,
    peer: Box<dyn Contender>,
    door: Door,
    /// When the peer's runs are over.
    until: Until,
    /// How the operator behaves.
    operator: &'static str,
    /// How many the peer is sent as fast as it can.
    messages: u32,
    /// How many times as many Heliogram is.
    times: u32,
}

impl Pair {
    /// Measures both as often as is wished: as fast as each can, then both at half of what the peer could.
    async fn measure(&self, options: &Options, report: &mut Report) -> anyhow::Result<()> {
        let peer = self.peer.name();
        for run in 1..=options.runs {
            output::note(format_args!("{peer}: run {run} of {}", options.runs));
            let plan = self.plan(&format!("beside {peer}"), options);
            let theirs = self
                .turn(run, &plan, self.messages, Pace::Closed, report)
                .await?;
            let per_second =
                ratio::messages_per_second(&theirs).context("no rate was measured")? / 2.0;
            let plan = self.plan(&format!("half load of {peer}"), options);
            let seconds = if options.quick {
                QUICK_HALF_LOAD_SECONDS
            } else {
                HALF_LOAD_SECONDS
            };
            let messages = how_many(per_second * seconds);
            self.turn(run, &plan, messages, Pace::Open { per_second }, report)
                .await?;
        }
        Ok(())
    }

    fn plan(&self, scenario: &str, options: &Options) -> Plan {
        Plan {
            operator: self.operator.to_owned(),
            ..Plan::of(scenario, &options.data)
        }
    }

    /// Runs both, the peer first in every other turn; gives the peer's figures.
    async fn turn(
        &self,
        run: u32,
        plan: &Plan,
        messages: u32,
        pace: Pace,
        report: &mut Report,
    ) -> anyhow::Result<Figures> {
        let times = match pace {
            Pace::Closed => self.times,
            Pace::Open { .. } => 1,
        };
        let ours = || single(&self.heliogram, self.door, plan, messages * times, pace);
        let plan = Plan {
            until: self.until,
            ..plan.clone()
        };
        let theirs = || single(&*self.peer, self.door, &plan, messages, pace);
        let (ours, theirs) = if run % 2 == 1 {
            let ours = ours().await?;
            (ours, theirs().await?)
        } else {
            let theirs = theirs().await?;
            (ours().await?, theirs)
        };
        let figures = theirs.figures.clone();
        let ratio = ratio::of(&ours, &theirs, pace);
        report.take_all([ours, theirs, ratio]);
        Ok(figures)
    }
}

/// Sends messages one by one through a gateway.
async fn single(
    contender: &dyn Contender,
    door: Door,
    plan: &Plan,
    messages: u32,
    pace: Pace,
) -> anyhow::Result<Run> {
    let run = stage::run(contender, plan, async |stage| match door {
        Door::Http => {
            let (http, requests) = (stage.gateway.http(), stage.gateway.single());
            let load = Load {
                pace,
                ..Load::closed(http, requests, messages, CONNECTIONS)
            };
            let connections = open_all(&load).await?;
            tokio::time::sleep(SETTLE).await;
            stage.begin().await?;
            drive_over(connections, &load).await
        }
        Door::Smpp => {
            let programs = Programs {
                pace,
                ..Programs::closed(1, messages)
            };
            submit(stage, programs).await
        }
    });
    run.await.with_context(|| contender.name())
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a number of messages, from a rate above 0 and far below 2^32"
)]
fn how_many(messages: f64) -> u32 {
    messages.ceil() as u32
}
