//! Connectors that share the messages, with a link each.

use crate::Options;
use crate::contender::heliogram::Heliogram;
use crate::load::http::{Plan as Load, drive};
use crate::load::requests::atompark::Group;
use crate::report::Run;
use crate::stage::{self, Plan};

/// Sends single messages, then groups.
pub(super) async fn measure(options: &Options, connectors: u32) -> anyhow::Result<Vec<Run>> {
    let gateway = Heliogram {
        connectors,
        ..Heliogram::new(&options.gateway)
    };
    let plan = |name| Plan {
        at: Some(f64::from(connectors)),
        links: connectors,
        window: 1_000 / connectors,
        ..Plan::of(name, &options.data)
    };
    let (single, group) = (plan("connectors: single"), plan("connectors: group"));
    let singles = stage::run(&gateway, &single, async |stage| {
        let (http, requests) = (stage.gateway.http(), stage.gateway.single());
        drive(&Load::closed(http, requests, options.count(100_000), 64)).await
    });
    let groups = stage::run(&gateway, &group, async |stage| {
        let (requests, count) = Group::requests(options.count(300_000));
        drive(&Load::closed(stage.gateway.http(), requests, count, 4)).await
    });
    Ok(vec![singles.await?, groups.await?])
}
