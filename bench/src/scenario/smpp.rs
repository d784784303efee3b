//! In over SMPP, out over SMPP: programs that bind and submit, with receipts back to them.

use std::rc::Rc;

use anyhow::{Context, ensure};
use tokio::task::JoinSet;

use crate::Options;
use crate::contender::heliogram::Heliogram;
use crate::load::esme::{Esme, Plan as Program, Shared};
use crate::load::{Pace, Seen, now};
use crate::report::Run;
use crate::stage::{self, Plan, Stage};

/// One message of so many is a one-time password, where some are.
pub(super) const OTP_EACH: u32 = 10;

/// What programs do together.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Programs {
    pub(crate) binds: u32,
    /// The accounts that they take in turn; all that there are, if there are fewer.
    pub(crate) accounts: usize,
    /// Of all of them.
    pub(crate) messages: u32,
    /// How many submits of one may be unanswered.
    pub(crate) window: usize,
    /// Of all of them.
    pub(crate) pace: Pace,
    /// Each message of so many is a one-time password.
    pub(crate) otp_each: Option<u32>,
    /// The number of the first message.
    pub(crate) first: u32,
}

impl Programs {
    /// So many, each with a window of 100, that submit as fast as they are answered.
    pub(crate) const fn closed(binds: u32, messages: u32) -> Self {
        Self {
            binds,
            accounts: usize::MAX,
            messages,
            window: 100,
            pace: Pace::Closed,
            otp_each: None,
            first: 0,
        }
    }

    /// The share of one.
    pub(super) fn program(&self, bind: u32, stage: &Stage) -> anyhow::Result<Program> {
        let door = stage.gateway.smpp().context("nobody can bind to it")?;
        let login = &door.logins[bind as usize % self.accounts.min(door.logins.len())];
        let messages = self.messages / self.binds;
        Ok(Program {
            address: door.address,
            login: login.clone(),
            first: self.first + bind * messages,
            messages,
            window: self.window,
            pace: match self.pace {
                Pace::Closed => Pace::Closed,
                Pace::Open { per_second } => Pace::Open {
                    per_second: per_second / f64::from(self.binds),
                },
            },
            otp_each: self.otp_each,
        })
    }
}

/// Measures so many programs of so many accounts, as fast as they are answered.
pub(super) async fn measure(
    options: &Options,
    name: &str,
    binds: u32,
    accounts: u32,
) -> anyhow::Result<Vec<Run>> {
    let plan = Plan {
        accounts,
        ..Plan::of(name, &options.data)
    };
    run(options, &plan, binds, options.count(400_000)).await
}

/// Measures programs of one account, with so many messages that most of the time receipts of earlier ones come between the answers.
pub(super) async fn measure_late(
    options: &Options,
    name: &str,
    binds: u32,
) -> anyhow::Result<Vec<Run>> {
    let plan = Plan::late(name, &options.data);
    run(options, &plan, binds, options.count(600_000)).await
}

async fn run(
    options: &Options,
    plan: &Plan,
    binds: u32,
    messages: u32,
) -> anyhow::Result<Vec<Run>> {
    let gateway = Heliogram::new(&options.gateway);
    let programs = Programs {
        pace: options.pace(),
        ..Programs::closed(binds, messages)
    };
    let run = stage::run(&gateway, plan, async |stage| submit(stage, programs).await);
    Ok(vec![run.await?])
}

/// Lets programs bind, submit, and take their receipts; what it takes to bind is no part of a message's cost.
pub(crate) async fn submit(stage: &Stage, plan: Programs) -> anyhow::Result<Seen> {
    let bound = Bound::bind(stage, plan).await?;
    stage.begin().await?;
    bound.run().await
}

/// Programs that have bound and do nothing yet.
pub(super) struct Bound {
    programs: Vec<Esme>,
    shared: Rc<Shared>,
    messages: u64,
}

impl Bound {
    /// Lets programs bind.
    pub(super) async fn bind(stage: &Stage, plan: Programs) -> anyhow::Result<Self> {
        let messages = u64::from(plan.messages / plan.binds * plan.binds);
        let shared = Shared::of(messages);
        let mut programs = Vec::new();
        for bind in 0..plan.binds {
            programs.push(Esme::bind(plan.program(bind, stage)?, &shared).await?);
        }
        Ok(Self {
            programs,
            shared,
            messages,
        })
    }

    /// Lets them do their work; returns when all have been given their receipts.
    pub(super) async fn run(self) -> anyhow::Result<Seen> {
        let start = now();
        let messages = self.messages;
        let mut programs = JoinSet::new();
        for esme in self.programs {
            programs.spawn_local(esme.run(start));
        }
        while let Some(program) = programs.join_next().await {
            program.context("a program stopped")??;
        }
        let seen = self.shared.seen();
        let answered = seen.answered;
        ensure!(
            answered == messages,
            "{answered} of {messages} submits were answered"
        );
        let mut told = Seen::nothing();
        told.accepted = answered;
        told.took = seen.last_answer.unwrap_or(start) - start;
        let given = seen.last_receipt.unwrap_or(start) - start;
        let (lost, doubled) = seen.lost_and_doubled(messages);
        #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
        let rate = messages as f64 / given.as_secs_f64();
        let figures = &mut told.figures;
        figures.take("receipts given to programs/s", rate, 0);
        figures.take_count("receipts not given to programs", lost);
        figures.take_count("receipts given twice", doubled);
        told.latencies = seen.latencies;
        Ok(told)
    }
}
