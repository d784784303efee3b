//! Many programs that bind and submit at a steady pace, with receipts; then the same beside one that never reads.

use tokio::task::JoinSet;

use crate::Options;
use crate::contender::heliogram::Heliogram;
use crate::load::esme::{Esme, Shared};
use crate::load::{Pace, Seen, now};
use crate::report::Run;
use crate::stage::{self, Plan, Stage};

use super::smpp::{Bound, Programs};

/// How many programs there are, and how many accounts share them.
const BINDS: u32 = 200;
const ACCOUNTS: u32 = 20;

/// What each submits in a second, and for how long.
const PER_SECOND: u32 = 50;
const SECONDS: u32 = 60;

/// What the one that never reads submits in a second.
const NEVER_READ_PER_SECOND: u32 = 500;

/// Measures once without, once beside a program that never reads.
pub(super) async fn measure(options: &Options) -> anyhow::Result<Vec<Run>> {
    let mut runs = Vec::new();
    for (name, beside) in [("binds", false), ("binds beside a deaf one", true)] {
        let gateway = Heliogram::new(&options.gateway);
        let plan = Plan {
            accounts: ACCOUNTS + 1,
            others: beside,
            ..Plan::of(name, &options.data)
        };
        let messages = options.count(BINDS * PER_SECOND * SECONDS);
        let run = stage::run(&gateway, &plan, async |stage| {
            submit(stage, messages, beside).await
        });
        runs.push(run.await?);
    }
    Ok(runs)
}

async fn submit(stage: &Stage, messages: u32, beside: bool) -> anyhow::Result<Seen> {
    let programs = Programs {
        pace: Pace::Open {
            per_second: f64::from(BINDS * PER_SECOND),
        },
        accounts: ACCOUNTS as usize,
        ..Programs::closed(BINDS, messages)
    };
    let bound = Bound::bind(stage, programs).await?;
    let mut deaf = JoinSet::new();
    if beside {
        let plan = Programs {
            pace: Pace::Open {
                per_second: f64::from(NEVER_READ_PER_SECOND),
            },
            first: messages,
            ..Programs::closed(1, NEVER_READ_PER_SECOND * SECONDS)
        };
        let program = plan.program(ACCOUNTS, stage)?;
        let esme = Esme::bind(program, &Shared::of(0)).await?;
        deaf.spawn_local(esme.never_read(now()));
    }
    stage.begin().await?;
    bound.run().await
}
