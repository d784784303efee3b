//! The doors of the other providers, each with the largest requests that its programs send.

use std::rc::Rc;

use crate::Options;
use crate::contender::Requests;
use crate::contender::heliogram::Heliogram;
use crate::load::Pace;
use crate::load::http::{Plan as Load, drive};
use crate::load::requests::{atl, smscenter, smsclub};
use crate::report::Run;
use crate::stage::{self, Plan};

/// A door, and how it is knocked at.
struct Door {
    scenario: &'static str,
    requests: Rc<dyn Requests>,
    /// How many requests are usual.
    count: u32,
    connections: u32,
    pace: Pace,
}

/// Measures each door on fresh data.
pub(super) async fn measure(options: &Options) -> anyhow::Result<Vec<Run>> {
    let mut runs = Vec::new();
    for door in doors() {
        let gateway = Heliogram::new(&options.gateway);
        let plan = Plan::of(door.scenario, &options.data);
        // A number of messages is no number of requests.
        let count = if options.quick {
            door.count.div_ceil(10)
        } else {
            door.count
        };
        let run = stage::run(&gateway, &plan, async |stage| {
            drive(&Load {
                pace: door.pace,
                ..Load::closed(stage.gateway.http(), door.requests, count, door.connections)
            })
            .await
        });
        runs.push(run.await?);
    }
    Ok(runs)
}

fn doors() -> [Door; 3] {
    [
        Door {
            scenario: "door ATL, 10,000 rows",
            requests: Rc::new(atl::Submit { rows: 10_000 }),
            count: 20,
            connections: 1,
            pace: Pace::Closed,
        },
        Door {
            scenario: "door SMS Center, 1,000 numbers",
            requests: Rc::new(smscenter::Send { phones: 1_000 }),
            count: 50,
            connections: 1,
            pace: Pace::Closed,
        },
        Door {
            scenario: "door SMS Club, 100 numbers at 200/s",
            requests: Rc::new(smsclub::Send::to(100)),
            count: 2_000,
            connections: 32,
            pace: Pace::Open { per_second: 200.0 },
        },
    ]
}
