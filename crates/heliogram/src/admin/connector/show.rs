//! `heliogram connector show`: what a connector is set to, and how it is.

use anyhow::Context;
use gateway::admin::Noted;
use gateway::connector::{Condition, LinkCondition};
use gateway::directory::{BindMode, ConnectorSettings, DoubtPolicy};
use sms::{Lane, Timestamp};

use super::super::{open, table};
use crate::cli::At;
use crate::output;

/// Shows one connector.
pub(super) async fn run(name: &str, at: &At) -> anyhow::Result<()> {
    let gateway = open(at).await?;
    let specs = gateway.connectors();
    let spec = specs
        .iter()
        .find(|spec| spec.name == name)
        .with_context(|| {
            format!("there is no connector {name} (heliogram connector list shows them)")
        })?;
    let conditions = gateway.conditions().await?;
    let noted = conditions.get(&spec.id);
    let waiting = gateway.waiting(spec.id, super::MOST_WAITING).await?;
    let waiting: Vec<_> = Lane::ALL
        .iter()
        .zip(waiting)
        .map(|(lane, waiting)| format!("{waiting} {}", lane.name()))
        .collect();
    let mut rows = vec![
        ["state".to_owned(), in_words(noted, gateway.now())],
        ["waiting".to_owned(), waiting.join(", ")],
    ];
    rows.extend(settings(&spec.settings));
    if let Some(noted) = noted {
        rows.extend(learned(&noted.condition));
    }
    table::print(["CONNECTOR", name], &rows)?;
    let links = noted.map(|noted| noted.condition.links.as_slice());
    let Some(links) = links.filter(|links| !links.is_empty()) else {
        return Ok(());
    };
    output::line("")?;
    let rows: Vec<_> = links.iter().map(link).collect();
    table::print(["LINK", "MODE", "ADDRESS", "STATE", "LAST SETBACK"], &rows)
}

/// Says in a few words how a connector is, and how long ago that was noted.
pub(in crate::admin) fn in_words(noted: Option<&Noted>, now: Timestamp) -> String {
    let Some(noted) = noted else {
        return "unknown: no gateway has run with it".to_owned();
    };
    let age = age(noted.at, now);
    if !noted.is_current {
        return format!("unknown: noted {age} ago, by a gateway that does not run now");
    }
    let condition = &noted.condition;
    let bound = condition.links.iter().filter(|link| link.state != "down");
    let (bound, links) = (bound.count(), condition.links.len());
    let mut said = match (bound, links) {
        (_, 0) => "not started".to_owned(),
        (0, _) => "down".to_owned(),
        _ => format!("{bound} of {links} links up"),
    };
    let slowed = condition.slowed_to_per_second;
    let slowed = slowed.map(|throughput| format!(", slowed to {throughput}/s"));
    said.push_str(slowed.as_deref().unwrap_or_default());
    if condition.passed_over {
        said.push_str(", passed over");
    }
    format!("{said} (noted {age} ago)")
}

/// Writes how long ago something was, in its greatest unit.
fn age(at: Timestamp, now: Timestamp) -> String {
    let seconds = (now.as_millis() - at.as_millis()).max(0) / 1_000;
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// Lists the settings, those that are only for some where they are set.
fn settings(settings: &ConnectorSettings) -> Vec<[String; 2]> {
    let limit = |number: u32, unit: &str, none: &str| match number {
        0 => none.to_owned(),
        number => format!("{number}{unit}"),
    };
    let mut addresses = vec![settings.address.clone()];
    addresses.extend(settings.failover_addresses.iter().cloned());
    let doubt = match settings.in_doubt {
        DoubtPolicy::Resend { max_resends } => format!("sent again, {max_resends} times"),
        DoubtPolicy::Hold => "held until a receipt".to_owned(),
    };
    let mode = match settings.bind {
        BindMode::Transceiver => "for both directions",
        BindMode::TransmitterReceiver => "of a transmitter and a receiver",
    };
    let of = [
        ("addresses", addresses.join(", then ")),
        ("system_id", settings.system_id.clone()),
        (
            "links",
            format!(
                "{} {mode}, {} that only submit, {} that only receive",
                settings.links, settings.transmitters, settings.receivers
            ),
        ),
        ("window of a link", settings.window.to_string()),
        (
            "throughput",
            limit(settings.throughput_per_second, "/s", "unlimited"),
        ),
        (
            "TLS",
            if settings.tls.is_some() { "yes" } else { "no" }.to_owned(),
        ),
        ("in doubt", doubt),
        (
            "asked for receipts",
            limit(settings.query_after_ms, " ms after", "never"),
        ),
        (
            "passed over",
            format!(
                "after {} ms unwell, back after {} ms",
                settings.away_after_ms, settings.back_after_ms
            ),
        ),
        ("PDU log", limit(settings.pdu_log_kib, " KiB a link", "off")),
    ];
    of.into_iter()
        .map(|(what, value)| [what.to_owned(), value])
        .collect()
}

/// Lists what has been learned of the operator.
fn learned(condition: &Condition) -> Vec<[String; 2]> {
    let form = condition.id_form.clone();
    let mut rows = vec![
        [
            "ids in receipts".to_owned(),
            form.unwrap_or_else(|| "not seen yet".to_owned()),
        ],
        [
            "unmatched receipts".to_owned(),
            condition.unmatched_receipts.to_string(),
        ],
    ];
    if condition.cannot_be_asked {
        let refused = "the operator does not answer queries".to_owned();
        rows.push(["queries".to_owned(), refused]);
    }
    rows
}

fn link(link: &LinkCondition) -> [String; 5] {
    [
        link.number.to_string(),
        link.mode.clone(),
        link.address.clone(),
        link.state.clone(),
        link.last_setback
            .clone()
            .unwrap_or_else(|| "none".to_owned()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1_000)
    }

    fn noted(is_current: bool, condition: Condition) -> Noted {
        Noted {
            condition,
            at: at(0),
            is_current,
        }
    }

    fn link(state: &str) -> LinkCondition {
        LinkCondition {
            state: state.into(),
            ..LinkCondition::default()
        }
    }

    #[test]
    fn a_connector_is_told_of_in_a_few_words() {
        let mut condition = Condition {
            links: vec![link("bound"), link("down"), link("pausing")],
            ..Condition::default()
        };
        let said = |condition: &Condition, is_current| {
            in_words(Some(&noted(is_current, condition.clone())), at(7))
        };
        assert_eq!(said(&condition, true), "2 of 3 links up (noted 7 s ago)");
        condition.slowed_to_per_second = Some(12);
        condition.passed_over = true;
        condition.links = vec![link("down")];
        assert_eq!(
            said(&condition, true),
            "down, slowed to 12/s, passed over (noted 7 s ago)"
        );
        assert!(said(&condition, false).starts_with("unknown: noted 7 s ago"));
        assert!(in_words(None, at(0)).starts_with("unknown"));
    }

    #[test]
    fn an_age_has_one_unit_and_is_never_negative() {
        for (seconds, said) in [
            (-5, "0 s"),
            (119, "119 s"),
            (120, "2 min"),
            (7_199, "119 min"),
            (7_200, "2 h"),
            (400_000, "4 days"),
        ] {
            assert_eq!(age(at(0), at(seconds)), said);
        }
    }
}
