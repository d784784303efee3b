//! In over HTTP, out over SMPP: one message or many in a request.

use std::rc::Rc;

use crate::Options;
use crate::contender::Requests;
use crate::contender::heliogram::Heliogram;
use crate::load::http::{Plan as Load, drive};
use crate::load::requests::atompark::Group;
use crate::load::requests::{atl, smsclub};
use crate::report::Run;
use crate::stage::{self, Plan, Until};

/// How many connections send single messages at the same time, and how many large requests.
const CONNECTIONS: u32 = 64;
const FEW_CONNECTIONS: u32 = 4;

/// How many rows a large request has.
const ROWS: u32 = 1_000;

/// The operator who lets nobody bind.
const AWAY: &str = "outage";

/// How many links each measurement of them has.
const LINKS: [u32; 3] = [1, 2, 4];

/// The window of an operator that takes its time, and how long that is.
const NARROW: u32 = 10;
const SLOW: &str = r#"{"response_delay_ms":{"min":20,"max":20}}"#;

/// Recipients of each link while the operator takes its time: ten seconds' worth.
const FEW: u32 = 5_000;

pub(super) async fn single(options: &Options) -> anyhow::Result<Vec<Run>> {
    let plan = Plan::of("single", &options.data);
    send_singles(options, &plan, options.count(200_000)).await
}

/// So many that most of the time receipts of earlier ones come between the answers.
pub(super) async fn single_late(options: &Options) -> anyhow::Result<Vec<Run>> {
    let plan = Plan::late("single-late", &options.data);
    send_singles(options, &plan, options.count(400_000)).await
}

/// One `sendSMS` a message; whoever is measured sends it in a way of their own.
async fn send_singles(options: &Options, plan: &Plan, count: u32) -> anyhow::Result<Vec<Run>> {
    let gateway = Heliogram::new(&options.gateway);
    let run = stage::run(&gateway, plan, async |stage| {
        let (http, requests) = (stage.gateway.http(), stage.gateway.single());
        drive(&Load {
            pace: options.pace(),
            ..Load::closed(http, requests, count, CONNECTIONS)
        })
        .await
    });
    Ok(vec![run.await?])
}

pub(super) async fn single_club(options: &Options) -> anyhow::Result<Vec<Run>> {
    let requests = Rc::new(smsclub::Send::to(1));
    let plan = Plan::of("single-club", &options.data);
    send(
        options,
        &plan,
        requests,
        options.count(200_000),
        CONNECTIONS,
    )
    .await
}

pub(super) async fn bulk(options: &Options) -> anyhow::Result<Vec<Run>> {
    let requests = Rc::new(atl::Submit { rows: ROWS });
    let plan = Plan::of("bulk", &options.data);
    let count = options.count(500_000).div_ceil(ROWS);
    send(options, &plan, requests, count, FEW_CONNECTIONS).await
}

pub(super) async fn group(options: &Options) -> anyhow::Result<Vec<Run>> {
    let plan = Plan::of("group", &options.data);
    send_to_groups(options, &plan, options.count(500_000)).await
}

pub(super) async fn queued(options: &Options) -> anyhow::Result<Vec<Run>> {
    let plan = Plan {
        operator: AWAY.to_owned(),
        until: Until::Accepted,
        ..Plan::of("queued", &options.data)
    };
    send_to_groups(options, &plan, options.count(1_000_000)).await
}

/// Sends to groups over 1, 2 and 4 links, which share a window; then to an operator who takes his time.
pub(super) async fn links(options: &Options) -> anyhow::Result<Vec<Run>> {
    let mut runs = Vec::new();
    for links in LINKS {
        let plan = Plan {
            at: Some(f64::from(links)),
            links,
            window: 1_000 / links,
            ..Plan::of("links", &options.data)
        };
        runs.extend(send_to_groups(options, &plan, options.count(300_000)).await?);
        let plan = Plan {
            operator: SLOW.to_owned(),
            window: NARROW,
            scenario: "links-slow".to_owned(),
            ..plan
        };
        runs.extend(send_to_groups(options, &plan, options.count(FEW * links)).await?);
    }
    Ok(runs)
}

async fn send_to_groups(
    options: &Options,
    plan: &Plan,
    recipients: u32,
) -> anyhow::Result<Vec<Run>> {
    let (requests, count) = Group::requests(recipients);
    send(options, plan, requests, count, FEW_CONNECTIONS).await
}

async fn send(
    options: &Options,
    plan: &Plan,
    requests: Rc<dyn Requests>,
    count: u32,
    connections: u32,
) -> anyhow::Result<Vec<Run>> {
    let gateway = Heliogram::new(&options.gateway);
    let run = stage::run(&gateway, plan, async |stage| {
        drive(&Load::closed(
            stage.gateway.http(),
            requests,
            count,
            connections,
        ))
        .await
    });
    Ok(vec![run.await?])
}
