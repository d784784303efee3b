//! Notes how the connectors are, for the commands of other processes.

use std::collections::HashMap;

use sms::Timestamp;
use store::ConnectorId;
use store::configuration::Condition as Stored;
use tokio_util::sync::CancellationToken;

use super::active::Actives;
use super::ticks::Ticks;
use crate::Gateway;
use crate::admin::json;
use crate::connector::Condition;

/// How long what was noted holds without a change: an older note comes from a gateway that does not run.
pub(crate) const HOLDS_MS: i64 = 10_000;

/// How often receipts that met no segment are counted.
const COUNT_EVERY_MS: i64 = 10_000;

/// Beyond so many the exact number does not matter to a person.
const MOST_UNMATCHED: u32 = 10_000;

/// What was found out last about one connector.
struct Noted {
    condition: Condition,
    at: Timestamp,
    unmatched: u32,
    counted_at: Option<Timestamp>,
}

pub(crate) async fn run(gateway: Gateway, actives: Actives, stop: CancellationToken) {
    let mut ticks = Ticks::every(gateway.0.tempo.conditions_ms);
    let mut noted: HashMap<ConnectorId, Noted> = HashMap::new();
    while ticks.next(&stop).await {
        let directory = gateway.directory();
        noted.retain(|id, _| directory.all_connectors().any(|(known, _)| known == *id));
        for (id, connector) in directory.all_connectors() {
            let before = noted.remove(&id);
            match note(&gateway, &actives, id, before).await {
                Ok(now) => {
                    noted.insert(id, now);
                }
                Err(error) => {
                    tracing::error!(connector, ?error, "cannot note how the connector is");
                }
            }
        }
    }
}

/// Looks at one connector, and writes down what has changed.
async fn note(
    gateway: &Gateway,
    actives: &Actives,
    connector: ConnectorId,
    before: Option<Noted>,
) -> Result<Noted, store::Error> {
    let now = gateway.now();
    let age_ms = |at: Timestamp| (now.as_millis() - at.as_millis()).abs();
    let counted = before.as_ref().and_then(|noted| {
        let at = noted.counted_at.filter(|at| age_ms(*at) < COUNT_EVERY_MS)?;
        Some((noted.unmatched, at))
    });
    let (unmatched, counted_at) = if let Some(counted) = counted {
        counted
    } else {
        let counting = gateway.store().unmatched(connector, MOST_UNMATCHED);
        (counting.await?, now)
    };
    // One that could not be started has no links.
    let found = actives
        .get(connector)
        .map(|active| active.connector.condition());
    let condition = Condition {
        unmatched_receipts: unmatched,
        passed_over: gateway.0.health.passed_over().has(connector),
        ..found.unwrap_or_default()
    };
    let holds = before
        .filter(|noted| noted.condition == condition && age_ms(noted.at) < HOLDS_MS)
        .map(|noted| noted.at);
    let at = if let Some(at) = holds {
        at
    } else {
        let stored = Stored {
            connector,
            condition: json(&condition),
            at: now,
        };
        gateway.store().put_condition(stored).await?;
        now
    };
    Ok(Noted {
        condition,
        at,
        unmatched,
        counted_at: Some(counted_at),
    })
}
