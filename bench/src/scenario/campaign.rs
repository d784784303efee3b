//! A campaign to a large contact list, from its first contact to its statistics.

use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context, ensure};
use serde_json::{Value, json};
use sms::Money;

use super::audience::{Audience, TEXT};
use crate::Options;
use crate::contender::heliogram::{CHEAP_PREFIX, Heliogram};
use crate::latency::{Latencies, Quantiles};
use crate::load::http::{Connection, Plan as Load, drive};
use crate::load::requests::atompark::{AddContacts, Caller};
use crate::load::{Seen, now};
use crate::report::Run;
use crate::report::figures::Figures;
use crate::stage::{self, Plan, Stage};

/// How many contacts one call adds, and over how many connections.
const CALL: u32 = 10_000;
const CONNECTIONS: u32 = 4;

/// How often what takes milliseconds is asked for.
const ASKED: u32 = 20;

/// How many contacts one page of a search has.
const PAGE: u32 = 100;

/// How often a program asks how its campaign stands.
const ASK_EVERY: Duration = Duration::from_millis(500);

/// Measures everything once, on fresh data.
pub(super) async fn measure(options: &Options) -> anyhow::Result<Vec<Run>> {
    let gateway = Heliogram::new(&options.gateway);
    let plan = Plan::of("campaign", &options.data);
    let contacts = options.count(1_000_000).clamp(100, 1_000_000);
    let audience = Audience { contacts };
    let run = stage::run(&gateway, &plan, async |stage| send(stage, audience).await);
    Ok(vec![run.await?])
}

/// Fills a list, looks into it, and sends to it; what counts as the campaign's begins with its acceptance.
async fn send(stage: &Stage, audience: Audience) -> anyhow::Result<Seen> {
    let mut seen = Seen::nothing();
    let figures = &mut seen.figures;
    let mut caller = Caller::over(Connection::open(stage.gateway.http()).await?);
    let list = fill(stage, &mut caller, audience, figures).await?;
    search(&mut caller, audience, figures).await?;
    let list = list.to_string();
    let terms = [
        ("sender", "Heliogram"),
        ("text", TEXT),
        ("list_id", list.as_str()),
    ];
    let asked = now();
    let quoted = caller.call("checkCampaignPrice", &terms).await?;
    figures.take("price check s", asked.elapsed().as_secs_f64(), 3);
    ensure_price(&quoted, audience)?;

    stage.begin().await?;
    let asked = now();
    let accepted = caller.call("createCampaign", &terms).await?;
    seen.took = asked.elapsed();
    figures.take("acceptance s", seen.took.as_secs_f64(), 3);
    ensure_price(&accepted, audience)?;
    let campaign = number(&accepted, "id")?.to_string();
    follow(&mut caller, &campaign, audience, figures).await?;
    seen.accepted = u64::from(audience.contacts);
    figures.extend(stage.end(seen.accepted).await?);
    statistics(&mut caller, &campaign, audience, figures).await?;
    Ok(seen)
}

/// Makes a list of all contacts, in no order, and gives its id.
async fn fill(
    stage: &Stage,
    caller: &mut Caller,
    audience: Audience,
    figures: &mut Figures,
) -> anyhow::Result<u64> {
    let made = caller
        .call("addAddressbook", &[("name", "everybody")])
        .await?;
    let list = number(&made, "addressbook_id")?;
    let calls = Rc::new(AddContacts {
        list,
        each: CALL,
        rows: move |from, count| audience.rows(from, count),
    });
    let count = audience.contacts.div_ceil(CALL);
    let load = Load::closed(stage.gateway.http(), calls, count, CONNECTIONS);
    let added = drive(&load).await?;
    let rate = f64::from(audience.contacts) / added.took.as_secs_f64();
    figures.take("contacts added/s", rate, 0);
    Ok(list)
}

/// Reads pages of what a search finds.
async fn search(
    caller: &mut Caller,
    audience: Audience,
    figures: &mut Figures,
) -> anyhow::Result<()> {
    let pattern = format!("{CHEAP_PREFIX}%");
    let fields = json!({ "phone": { "operation": "like", "value": pattern } }).to_string();
    let found = audience.cheap();
    let mut times = Latencies::default();
    for page in 0..ASKED {
        let from = (page * PAGE % found).to_string();
        let rows = PAGE.to_string();
        let asked = now();
        let parameters = [
            ("searchFields", fields.as_str()),
            ("from", &from),
            ("offset", &rows),
        ];
        let answer = caller.call("searchPhones", &parameters).await?;
        times.take(asked.elapsed());
        ensure!(
            answer["count"] == found,
            "not {found} found: {}",
            answer["count"]
        );
    }
    take_times(figures, "search page", times.quantiles());
    Ok(())
}

/// Asks how the campaign stands until each of its messages has been delivered, as customers do.
async fn follow(
    caller: &mut Caller,
    campaign: &str,
    audience: Audience,
    figures: &mut Figures,
) -> anyhow::Result<()> {
    let mut times = Latencies::default();
    loop {
        let asked = now();
        let state = caller.call("getCampaignInfo", &[("id", campaign)]).await?;
        times.take(asked.elapsed());
        if state["delivered"] == audience.contacts {
            take_times(figures, "state", times.quantiles());
            return Ok(());
        }
        tokio::time::sleep(ASK_EVERY).await;
    }
}

/// Reads the statistics of all messages.
async fn statistics(
    caller: &mut Caller,
    campaign: &str,
    audience: Audience,
    figures: &mut Figures,
) -> anyhow::Result<()> {
    let asked = now();
    let (mut first, mut octets, mut quotation_marks) = (None, 0_u32, 0);
    caller
        .listen("getCampaignDeliveryStats", &[("id", campaign)], |piece| {
            first.get_or_insert_with(|| asked.elapsed());
            octets += u32::try_from(piece.len()).unwrap_or(u32::MAX);
            quotation_marks += piece.split(|octet| *octet == b'"').count() - 1;
        })
        .await?;
    let whole = asked.elapsed();
    // Each row has a text in four columns; these and the whole have names.
    let texts = audience.contacts as usize * 4 + 5;
    ensure!(
        quotation_marks == 2 * texts,
        "the statistics have {quotation_marks} quotation marks"
    );
    let first = first.unwrap_or(whole).as_secs_f64() * 1e3;
    figures.take("statistics, first octets ms", first, 1);
    figures.take("statistics, whole s", whole.as_secs_f64(), 2);
    figures.take("statistics MiB", f64::from(octets) / f64::from(1 << 20), 1);
    Ok(())
}

fn take_times(figures: &mut Figures, of: &str, told: Quantiles) {
    for (name, micros) in [("p50", told.p50), ("max", told.max)] {
        let time = Duration::from_micros(micros);
        figures.take(format!("{of}: {name} ms"), time.as_secs_f64() * 1e3, 1);
    }
}

/// Checks that a price is the sum of what the contacts cost.
fn ensure_price(answer: &Value, audience: Audience) -> anyhow::Result<()> {
    let price = Money::parse_decimal(&answer["price"].to_string(), sms::Currency::UAH)?;
    let expected = audience.price_micros();
    ensure!(
        price.micros() == expected,
        "not {expected} micro-units: {answer}"
    );
    Ok(())
}

fn number(answer: &Value, name: &str) -> anyhow::Result<u64> {
    answer[name]
        .as_u64()
        .with_context(|| format!("no {name}: {answer}"))
}
