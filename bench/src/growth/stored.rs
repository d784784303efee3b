//! What another message costs beside those that are stored.

use super::data::Stored;
use super::without_disk;
use crate::Options;
use crate::contender::heliogram::Heliogram;
use crate::load::Seen;
use crate::load::http::{Plan as Load, drive};
use crate::load::requests::atompark::Group;
use crate::report::Run;
use crate::scenario::smpp::{Programs, submit};
use crate::stage::{self, Plan, Stage};

/// How messages come in, each with a scenario's name.
const WAYS: [(Way, &str); 3] = [
    (Way::Single, "stored: single"),
    (Way::Group, "stored: group"),
    (Way::Smpp, "stored: smpp"),
];

#[derive(Clone, Copy, Debug)]
enum Way {
    Single,
    Group,
    Smpp,
}

/// Measures each way once.
pub(super) async fn measure(options: &Options, stored: &Stored) -> anyhow::Result<Vec<Run>> {
    let mut runs = Vec::new();
    for (way, name) in WAYS {
        let messages = match way {
            Way::Single => options.count(100_000),
            Way::Group => options.count(300_000),
            Way::Smpp => options.count(200_000),
        };
        let lent = stored.lend(options, messages).await?;
        let gateway = Heliogram {
            found: Some(lent.found()),
            ..Heliogram::new(&options.gateway)
        };
        let plan = Plan {
            at: Some(f64::from(stored.messages)),
            ..Plan::of(name, &options.data)
        };
        let run = stage::run(&gateway, &plan, async |stage| {
            send(stage, way, messages).await
        });
        runs.push(without_disk(run.await?));
    }
    Ok(runs)
}

async fn send(stage: &Stage, way: Way, messages: u32) -> anyhow::Result<Seen> {
    let http = stage.gateway.http();
    match way {
        Way::Single => drive(&Load::closed(http, stage.gateway.single(), messages, 64)).await,
        Way::Group => {
            let (requests, count) = Group::requests(messages);
            drive(&Load::closed(http, requests, count, 4)).await
        }
        Way::Smpp => submit(stage, Programs::closed(4, messages)).await,
    }
}
