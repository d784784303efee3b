//! In over SMPP, out over SMPP: programs that bind and submit, with receipts back to them.

use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context, ensure};
use tokio::task::JoinSet;

use crate::load::esme::{Esme, Plan as Program, Shared};
use crate::load::{Pace, Seen, now};
use crate::stage::Stage;

/// Time for all to have bound before the first submit is due.
const BIND: Duration = Duration::from_millis(500);

/// What programs do together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Programs {
    pub(super) binds: u32,
    /// Of all of them.
    pub(super) messages: u32,
    /// How many submits of one may be unanswered.
    pub(super) window: usize,
    /// Of all of them.
    pub(super) pace: Pace,
    /// Each message of so many is a one-time password.
    pub(super) otp_each: Option<u32>,
    /// The number of the first message.
    pub(super) first: u32,
}

impl Programs {
    /// So many, each with a window of 100, that submit as fast as they are answered.
    pub(super) const fn closed(binds: u32, messages: u32) -> Self {
        Self {
            binds,
            messages,
            window: 100,
            pace: Pace::Closed,
            otp_each: None,
            first: 0,
        }
    }

    /// The share of one.
    fn program(&self, bind: u32, stage: &Stage) -> anyhow::Result<Program> {
        let door = stage.gateway.smpp().context("nobody can bind to it")?;
        let login = &door.logins[bind as usize % door.logins.len()];
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

/// Lets programs submit, and take their receipts.
pub(super) async fn submit(stage: &Stage, plan: Programs) -> anyhow::Result<Seen> {
    let messages = u64::from(plan.messages / plan.binds * plan.binds);
    let shared = Shared::of(messages);
    let mut bound = Vec::new();
    for bind in 0..plan.binds {
        bound.push(Esme::bind(plan.program(bind, stage)?, &shared).await?);
    }
    // What it takes to bind is no part of a message's cost.
    tokio::time::sleep(BIND).await;
    stage.begin().await?;
    run(bound, &shared, messages).await
}

/// Lets programs that have bound do their work.
pub(super) async fn run(
    bound: Vec<Esme>,
    shared: &Rc<Shared>,
    messages: u64,
) -> anyhow::Result<Seen> {
    let start = now();
    let mut programs = JoinSet::new();
    for esme in bound {
        programs.spawn_local(esme.run(start));
    }
    while let Some(program) = programs.join_next().await {
        program.context("a program stopped")??;
    }
    let seen = shared.seen();
    ensure!(
        seen.answered == messages,
        "{} of {messages} submits were answered",
        seen.answered
    );
    let mut told = Seen::nothing();
    told.accepted = seen.answered;
    told.took = seen.last_answer.unwrap_or(start) - start;
    let given = seen.last_receipt.unwrap_or(start) - start;
    let (lost, doubled) = seen.lost_and_doubled(messages);
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    let rate = messages as f64 / given.as_secs_f64();
    told.figures.take("receipts given to programs/s", rate, 0);
    told.figures
        .take_count("receipts not given to programs", lost);
    told.figures.take_count("receipts given twice", doubled);
    told.latencies = seen.latencies;
    Ok(told)
}
