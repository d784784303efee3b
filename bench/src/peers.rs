//! Heliogram and a peer side by side: the same load and the same operator, one after the other in turns, so that what the machine
//! does besides falls on both. What counts are the ratios within one turn.

mod ratio;

use anyhow::Context;
use clap::{Args, ValueEnum};

use crate::contender::Contender;
use crate::contender::heliogram::Heliogram;
use crate::contender::kannel;
use crate::load::Pace;
use crate::load::http::{Plan as Requests, drive};
use crate::report::figures::Figures;
use crate::report::{Report, Run};
use crate::stage::{self, Plan, Until};
use crate::stamp::Kind;
use crate::{Options, output};

/// How many connections send single messages at the same time.
const CONNECTIONS: u32 = 64;

/// For how long half of a peer's load lasts.
const HALF_LOAD_SECONDS: f64 = 10.0;

/// How Kannel is measured.
#[derive(Debug, Args)]
pub(crate) struct Kannel {
    /// What Kannel keeps and which receipts it asks for; all of them, one after another, when nothing is named.
    #[arg(value_enum)]
    variants: Vec<kannel::Variant>,
    #[command(flatten)]
    options: Options,
}

/// Measures Kannel and Heliogram in turns.
pub(crate) async fn kannel(wanted: Kannel) -> anyhow::Result<()> {
    let variants = match wanted.variants.as_slice() {
        [] => kannel::Variant::value_variants(),
        named => named,
    };
    let mut report = Report::default();
    for variant in variants {
        let pair = Pair {
            heliogram: Heliogram::new(&wanted.options.gateway),
            peer: Box::new(kannel::Kannel::installed(*variant)?),
            until: variant.until(),
            operator: "{}",
            messages: wanted.options.count(60_000),
        };
        pair.measure(&wanted.options, &mut report).await?;
    }
    report.print()?;
    report.write(&wanted.options.out, "kannel")
}

/// Two that do the same work.
struct Pair {
    heliogram: Heliogram,
    peer: Box<dyn Contender>,
    /// When the peer's runs are over.
    until: Until,
    /// How the operator behaves.
    operator: &'static str,
    /// How many are sent as fast as each can.
    messages: u32,
}

impl Pair {
    /// Measures both as often as is wished: as fast as each can, then both at half of what the peer could.
    async fn measure(&self, options: &Options, report: &mut Report) -> anyhow::Result<()> {
        let peer = self.peer.name();
        for run in 1..=options.runs {
            output::note(format_args!("{peer}: run {run} of {}", options.runs));
            let plan = self.plan(&format!("single, beside {peer}"), options);
            let theirs = self
                .turn(run, &plan, self.messages, Pace::Closed, report)
                .await?;
            let per_second =
                ratio::messages_per_second(&theirs).context("no rate was measured")? / 2.0;
            let plan = self.plan(&format!("single, half the load of {peer}"), options);
            let messages = how_many(per_second * HALF_LOAD_SECONDS).min(self.messages);
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
        let ours = || single(&self.heliogram, plan, messages, pace);
        let plan = Plan {
            until: self.until,
            ..plan.clone()
        };
        let theirs = || single(&*self.peer, &plan, messages, pace);
        let (ours, theirs) = if run % 2 == 1 {
            let ours = ours().await?;
            (ours, theirs().await?)
        } else {
            let theirs = theirs().await?;
            (ours().await?, theirs)
        };
        let figures = theirs.figures.clone();
        let ratio = ratio::of(&ours, &theirs);
        report.take_all([ours, theirs, ratio]);
        Ok(figures)
    }
}

/// Sends messages one by one through a gateway.
async fn single(
    contender: &dyn Contender,
    plan: &Plan,
    messages: u32,
    pace: Pace,
) -> anyhow::Result<Run> {
    let run = stage::run(contender, plan, async |stage| {
        drive(&Requests {
            address: stage.gateway.http(),
            requests: stage.gateway.single(),
            count: messages,
            connections: CONNECTIONS,
            pace,
            kind: Kind::Ordinary,
        })
        .await
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
