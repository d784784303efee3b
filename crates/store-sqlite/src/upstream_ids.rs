//! The ids of segments, looked at one after another: those of which receipts are missing, and those so old that they are forgotten.
//!
//! Both are rare, and so there is no index for them that each message would have to pay for: they walk along the table's key, a
//! stretch at a time.

use rusqlite::{Connection, OptionalExtension, Row};
use sms::{MessageState, Timestamp};
use store::receipts::{Place, Unreported, UnreportedPage};
use store::{ConnectorId, Error, MessageId};

use crate::contacts::msisdn;
use crate::failed;
use crate::message::{ORIGINATOR, state_from};

/// How many segments one stretch has.
pub(crate) const STRETCH: u32 = 5_000;

const WALK: &str = "SELECT upstream_id, message_id, segment, at, verbatim FROM upstream_segment \
     WHERE connector_id = ?1 AND (upstream_id, message_id, segment) > (?2, ?3, ?4) \
     ORDER BY upstream_id, message_id, segment LIMIT ?5";

fn message() -> String {
    format!(
        "SELECT m.state, m.delivered | m.failed, m.recipient, {ORIGINATOR} \
         FROM message m JOIN submission s ON s.id = m.submission_id WHERE m.id = ?1"
    )
}

const WALK_ALL: &str = "SELECT connector_id, upstream_id, message_id, segment, at FROM upstream_segment \
     WHERE (connector_id, upstream_id, message_id, segment) > (?1, ?2, ?3, ?4) \
     ORDER BY connector_id, upstream_id, message_id, segment LIMIT ?5";

/// Only if it is as old as it was when it was looked at: the upstream may have used the id again for the same segment.
const FORGET: &str = "DELETE FROM upstream_segment \
     WHERE connector_id = ?1 AND upstream_id = ?2 AND message_id = ?3 AND segment = ?4 AND at < ?5";

/// One row of the table.
struct Recorded {
    place: Place,
    taken_at: Timestamp,
    verbatim: Option<Vec<u8>>,
}

impl Recorded {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            place: Place {
                key: row.get(0)?,
                message: MessageId(row.get(1)?),
                segment: row.get(2)?,
            },
            taken_at: Timestamp::from_millis(row.get(3)?),
            verbatim: row.get(4)?,
        })
    }
}

/// Lists segments without a receipt in a stretch, at most `limit`.
pub(crate) fn unreported(
    view: &Connection,
    connector: ConnectorId,
    before: Timestamp,
    after: Option<Place>,
    limit: u32,
) -> Result<UnreportedPage, Error> {
    let after = after.unwrap_or_else(first_place);
    let stretch: Vec<Recorded> = view
        .prepare_cached(WALK)
        .and_then(|mut select| {
            let key = (
                connector.0,
                &after.key,
                after.message.0,
                after.segment,
                STRETCH,
            );
            select.query_map(key, Recorded::from_row)?.collect()
        })
        .map_err(failed("cannot read upstream ids"))?;
    let is_last = stretch.len() < STRETCH as usize;
    let mut page = UnreportedPage {
        segments: Vec::new(),
        next: None,
    };
    for recorded in stretch {
        if page.segments.len() >= limit as usize {
            // The last one looked at stands before this.
            return Ok(page);
        }
        page.next = Some(recorded.place.clone());
        if recorded.taken_at < before {
            page.segments.extend(missing(view, recorded)?);
        }
    }
    if is_last {
        page.next = None;
    }
    Ok(page)
}

/// The place before all others.
fn first_place() -> Place {
    Place {
        key: Vec::new(),
        message: MessageId(0),
        segment: 0,
    }
}

/// Reads what a question about a segment needs; `None` when it is reported or its message has ended.
fn missing(view: &Connection, recorded: Recorded) -> Result<Option<Unreported>, Error> {
    let bit = 1_u64
        .checked_shl(u32::from(recorded.place.segment))
        .unwrap_or(0);
    let read = |row: &Row<'_>| {
        let state: MessageState = state_from(row.get(0)?);
        let reported = row.get::<_, i64>(1)?.cast_unsigned();
        if state.is_final() || reported & bit != 0 {
            return Ok(None);
        }
        Ok(Some((msisdn(row, 2)?, row.get(3)?)))
    };
    let found = view
        .prepare_cached(&message())
        .and_then(|mut select| {
            select
                .query_row([recorded.place.message.0], read)
                .optional()
        })
        .map_err(failed("cannot read a message without a receipt"))?;
    let Place {
        key,
        message,
        segment,
    } = recorded.place;
    Ok(found.flatten().map(|(recipient, originator)| Unreported {
        message,
        segment,
        upstream_id: recorded.verbatim.unwrap_or_else(|| key.clone()),
        key,
        originator,
        recipient,
        taken_at: recorded.taken_at,
    }))
}

/// A segment's place among those of all connectors.
pub(crate) type Key = (i64, Vec<u8>, i64, u16);

/// The key before all others.
pub(crate) const FIRST: Key = (0, Vec::new(), 0, 0);

/// Looks for those recorded before `before` in a stretch; answers also after which to go on, if there are more.
pub(crate) fn old(
    view: &Connection,
    before: Timestamp,
    after: &Key,
) -> Result<(Vec<Key>, Option<Key>), Error> {
    let stretch: Vec<(Key, i64)> = view
        .prepare_cached(WALK_ALL)
        .and_then(|mut select| {
            let read = |row: &Row<'_>| {
                let key = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
                Ok((key, row.get(4)?))
            };
            select
                .query_map((after.0, &after.1, after.2, after.3, STRETCH), read)?
                .collect()
        })
        .map_err(failed("cannot look for old upstream ids"))?;
    let next = match stretch.last() {
        Some((last, _)) if stretch.len() >= STRETCH as usize => Some(last.clone()),
        Some(_) | None => None,
    };
    let old = stretch
        .into_iter()
        .filter(|(_, at)| *at < before.as_millis());
    Ok((old.map(|(key, _)| key).collect(), next))
}

/// Forgets these, as far as they were recorded before `before`; answers how many.
pub(crate) fn forget(
    connection: &Connection,
    before: Timestamp,
    keys: &[Key],
) -> Result<u64, Error> {
    let mut delete = connection
        .prepare_cached(FORGET)
        .map_err(failed("cannot forget upstream ids"))?;
    let mut forgotten = 0;
    for (connector, key, message, segment) in keys {
        let row = (connector, key, message, segment, before.as_millis());
        forgotten += delete
            .execute(row)
            .map_err(failed("cannot forget upstream ids"))?;
    }
    Ok(forgotten as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sent::tests::plan;

    #[test]
    fn ids_are_walked_along_their_key_and_nothing_is_sorted() {
        let key = "SEARCH upstream_segment USING PRIMARY KEY";
        for (sql, by) in [
            (
                WALK,
                "(connector_id=? AND (upstream_id,message_id,segment)>(?,?,?))",
            ),
            (
                WALK_ALL,
                "((connector_id,upstream_id,message_id,segment)>(?,?,?,?))",
            ),
            (
                FORGET,
                "(connector_id=? AND upstream_id=? AND message_id=? AND segment=?)",
            ),
        ] {
            assert_eq!(plan(sql), [format!("{key} {by}")]);
        }
        let by_number =
            ["m", "s"].map(|table| format!("SEARCH {table} USING INTEGER PRIMARY KEY (rowid=?)"));
        assert_eq!(plan(&message()), by_number);
    }

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    /// A file in memory with one message, and so many ids of segments recorded at 1,000, and two at 10: the first and the last.
    fn recorded(young: u32) -> Connection {
        let mut connection = Connection::open_in_memory().unwrap();
        crate::migrate::migrate(&mut connection).unwrap();
        let fill = format!(
            "INSERT INTO submission (id, account_id, originator, text, lane, test, price, first_message_id, message_count, created_at, \
               expires_at) VALUES (1, 1, 'Info', 'text', 1, 0, 0, 1, 1, 0, 0);
             INSERT INTO message (id, submission_id, account_id, recipient, segments, price, state, reason, changed_at) \
               VALUES (1, 1, 1, '380670000000', 60, 0, 3, 0, 0);
             WITH RECURSIVE n (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < {young})
             INSERT INTO upstream_segment SELECT 1, cast(printf('%09d', id) AS BLOB), 1, 0, 1000, NULL FROM n;
             INSERT INTO upstream_segment VALUES (1, x'30', 1, 1, 10, x'aa'), (1, x'61', 1, 2, 10, NULL), (2, x'61', 1, 3, 10, NULL);"
        );
        connection.execute_batch(&fill).unwrap();
        connection
    }

    #[test]
    fn a_look_for_segments_without_a_receipt_ends_after_a_stretch_and_goes_on_there() {
        let connection = recorded(2 * STRETCH);
        let mut after = None;
        let mut found = Vec::new();
        for left in [2, 1, 0] {
            let page = unreported(&connection, ConnectorId(1), at(11), after, 9).unwrap();
            found.extend(
                page.segments
                    .into_iter()
                    .map(|s| (s.upstream_id, s.segment)),
            );
            assert_eq!(page.next.is_some(), left > 0, "{left} more are to come");
            after = page.next;
        }
        assert_eq!(found, [(vec![0xaa], 1), (b"a".to_vec(), 2)]);
        let all = unreported(&connection, ConnectorId(2), at(11), None, 9).unwrap();
        assert_eq!((all.segments.len(), all.next), (1, None));
        let none = unreported(&connection, ConnectorId(3), at(11), None, 9).unwrap();
        assert_eq!(none, UnreportedPage::default());
    }

    #[test]
    fn old_ids_are_found_in_stretches_over_all_connectors() {
        let connection = recorded(STRETCH);
        let (mut after, mut forgotten) = (FIRST, Vec::new());
        loop {
            let (found, next) = old(&connection, at(11), &after).unwrap();
            let gone = forget(&connection, at(11), &found).unwrap();
            forgotten.push(gone);
            let Some(next) = next else { break };
            after = next;
        }
        assert_eq!(forgotten, [1, 2]);
        let (found, _) = old(&connection, at(2_000), &FIRST).unwrap();
        assert_eq!(found.len(), STRETCH as usize, "the young ones stay");
    }

    #[test]
    fn an_id_that_was_recorded_again_since_it_was_looked_at_stays() {
        let connection = recorded(1);
        let (found, _) = old(&connection, at(11), &FIRST).unwrap();
        connection
            .execute("UPDATE upstream_segment SET at = 20 WHERE segment = 2", [])
            .unwrap();
        assert_eq!(forget(&connection, at(11), &found).unwrap(), 2);
    }
}
