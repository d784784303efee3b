//! The ids of segments by age: those of which receipts are missing, and those that are so old that they are forgotten.

use rusqlite::{Connection, Row};
use sms::Timestamp;
use store::receipts::{Place, Unreported};
use store::{ConnectorId, Error, MessageId};

use crate::contacts::msisdn;
use crate::failed;

/// States of messages that have not ended: 1 held, 2 queued (another attempt, for what was not taken), 3 submitted, 4 in doubt.
const LIST: &str = "SELECT u.message_id, u.segment, coalesce(u.verbatim, u.upstream_id), \
     CASE WHEN m.alternative THEN coalesce(s.alternative, m.originator, s.originator) ELSE coalesce(m.originator, s.originator) END, \
     m.recipient, u.at \
     FROM upstream_segment u INDEXED BY upstream_segment_at CROSS JOIN message m ON m.id = u.message_id \
     CROSS JOIN submission s ON s.id = m.submission_id \
     WHERE u.connector_id = ?1 AND (u.at, u.message_id, u.segment) > (?2, ?3, ?4) AND u.at < ?5 \
     AND m.state IN (1, 2, 3, 4) AND (m.delivered | m.failed) & (1 << u.segment) = 0 \
     ORDER BY u.at, u.message_id, u.segment LIMIT ?6";

const FIRST_CONNECTOR: &str =
    "SELECT min(connector_id) FROM upstream_segment WHERE connector_id > ?1";

const FORGET: &str = "DELETE FROM upstream_segment WHERE (connector_id, upstream_id, message_id, segment) IN \
     (SELECT connector_id, upstream_id, message_id, segment FROM upstream_segment \
      WHERE connector_id = ?1 AND at < ?2 ORDER BY at LIMIT ?3)";

/// Lists segments without a receipt by when they were taken.
pub(crate) fn list(
    view: &Connection,
    connector: ConnectorId,
    before: Timestamp,
    after: Option<Place>,
    limit: u32,
) -> Result<Vec<Unreported>, Error> {
    let (at, message, segment) = match after {
        Some(place) => (place.taken_at.as_millis(), place.message.0, place.segment),
        None => (i64::MIN, 0, 0),
    };
    view.prepare_cached(LIST)
        .and_then(|mut select| {
            let key = (connector.0, at, message, segment, before.as_millis(), limit);
            select.query_map(key, read)?.collect()
        })
        .map_err(failed("cannot read segments without a receipt"))
}

fn read(row: &Row<'_>) -> rusqlite::Result<Unreported> {
    Ok(Unreported {
        message: MessageId(row.get(0)?),
        segment: row.get(1)?,
        upstream_id: row.get(2)?,
        originator: row.get(3)?,
        recipient: msisdn(row, 4)?,
        taken_at: Timestamp::from_millis(row.get(5)?),
    })
}

/// Forgets ids that were recorded before `before`, at most `limit`; answers how many.
pub(crate) fn forget(connection: &Connection, before: Timestamp, limit: u32) -> Result<u32, Error> {
    let mut forgotten = 0;
    let mut reached = i64::MIN;
    while forgotten < limit {
        let next: Option<i64> = connection
            .prepare_cached(FIRST_CONNECTOR)
            .and_then(|mut select| select.query_row([reached], |row| row.get(0)))
            .map_err(failed("cannot look for upstream ids"))?;
        let Some(connector) = next else { break };
        reached = connector;
        let gone = connection
            .prepare_cached(FORGET)
            .and_then(|mut delete| {
                delete.execute((connector, before.as_millis(), limit - forgotten))
            })
            .map_err(failed("cannot forget upstream ids"))?;
        forgotten += u32::try_from(gone).unwrap_or(u32::MAX);
    }
    Ok(forgotten)
}

#[cfg(test)]
mod tests {
    use sms::MessageState;

    use super::*;
    use crate::sent::tests::plan;

    #[test]
    fn ids_are_found_by_age_and_nothing_is_sorted() {
        for (sql, index) in [
            (
                LIST,
                "INDEX upstream_segment_at (connector_id=? AND (at,message_id,segment)>(?,?,?) AND at<?)",
            ),
            (FIRST_CONNECTOR, "(connector_id>?)"),
            (
                FORGET,
                "INDEX upstream_segment_at (connector_id=? AND at<?)",
            ),
        ] {
            let plan = plan(sql).join("; ");
            assert!(plan.contains(index), "{sql}: {plan}");
            assert!(!plan.contains("SCAN"), "{sql}: {plan}");
            assert!(!plan.contains("FOR ORDER BY"), "{sql}: {plan}");
        }
    }

    #[test]
    fn the_codes_in_the_query_are_those_of_the_states() {
        let open: Vec<_> = MessageState::ALL
            .into_iter()
            .filter(|state| !state.is_final())
            .map(|state| state.as_u8().to_string())
            .collect();
        assert!(LIST.contains(&format!("({})", open.join(", "))));
    }
}
