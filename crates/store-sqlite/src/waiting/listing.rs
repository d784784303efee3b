//! Finding messages that have not left: those of an account to a number, and those that wait for a connector.
//!
//! No index leads from a number to its messages: it would be written at random places for every message, and is asked for
//! seldom. What is gone through instead are the messages that wait, of the account or for the connector, and no others.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{CachedStatement, Connection, OptionalExtension, Params, Row};
use sms::{Lane, Msisdn, Timestamp};
use store::waiting::WaitingMessage;
use store::{AccountId, ConnectorId, Error, MessageId};

use crate::claim::NEXT_ACCOUNT;
use crate::failed;
use crate::message::ORIGINATOR;

/// Nothing of `message m` is with an upstream, or may be.
const NOT_LEFT: &str = "m.accepted = 0 AND m.doubts = 0 AND NOT EXISTS (SELECT 1 FROM lease WHERE lease.message_id = m.id)";

/// What is told of a message that waits for a connector.
fn columns() -> String {
    format!("m.id, m.account_id, s.lane, m.recipient, {ORIGINATOR}, m.changed_at")
}

/// Those of an account in the queue, of one lane: the cross joins are for the planner, which must begin with the connectors.
fn queued_to() -> String {
    format!(
        "SELECT m.id FROM connector c CROSS JOIN queue q ON q.connector_id = c.id AND q.lane = ?4 AND q.account_id = ?1 \
         CROSS JOIN message m ON m.id = q.message_id CROSS JOIN submission s ON s.id = m.submission_id \
         WHERE m.recipient = ?2 AND m.state = 2 AND {ORIGINATOR} = ?3 AND s.control_of IS NULL AND {NOT_LEFT}"
    )
}

/// Those of an account that are held.
fn held_to() -> String {
    format!(
        "SELECT m.id FROM message m CROSS JOIN submission s ON s.id = m.submission_id \
         WHERE m.account_id = ?1 AND m.state = 1 AND m.recipient = ?2 AND {ORIGINATOR} = ?3 \
         AND s.test = 0 AND s.control_of IS NULL AND {NOT_LEFT} ORDER BY m.id"
    )
}

/// Those of an account that are to be tried again.
fn retried_to() -> String {
    format!(
        "SELECT m.id FROM connector c CROSS JOIN message m ON m.connector_id = c.id AND m.state = 2 AND m.reason <> 0 \
         AND m.account_id = ?1 CROSS JOIN submission s ON s.id = m.submission_id \
         WHERE m.recipient = ?2 AND {ORIGINATOR} = ?3 AND s.control_of IS NULL AND {NOT_LEFT}"
    )
}

/// Lists the account's messages from an originator to a number that have not left, oldest first.
pub(super) fn to(
    view: &Connection,
    account: AccountId,
    originator: &str,
    recipient: &Msisdn,
    limit: u32,
) -> Result<Vec<MessageId>, Error> {
    let mut oldest = Oldest::new(limit);
    let key = (account.0, recipient.as_str(), originator);
    for sql in [held_to(), retried_to()] {
        oldest.read(view, &sql, key)?;
    }
    let sql = queued_to();
    for lane in Lane::ALL {
        oldest.read(view, &sql, (key.0, key.1, key.2, lane.as_u8()))?;
    }
    Ok(oldest.found.into_iter().collect())
}

/// The lowest numbers of those seen, so many at most.
struct Oldest {
    found: BTreeSet<MessageId>,
    limit: usize,
}

impl Oldest {
    fn new(limit: u32) -> Self {
        Self {
            found: BTreeSet::new(),
            limit: limit as usize,
        }
    }

    fn read(&mut self, view: &Connection, sql: &str, key: impl Params) -> Result<(), Error> {
        let read = || {
            let mut select = view.prepare_cached(sql)?;
            let mut rows = select.query(key)?;
            while let Some(row) = rows.next()? {
                self.found.insert(MessageId(row.get(0)?));
                if self.found.len() > self.limit {
                    self.found.pop_last();
                }
            }
            Ok(())
        };
        read().map_err(failed("cannot look for messages that wait"))
    }
}

/// Those in the queue of a connector, of one lane and account.
fn queued_for() -> String {
    format!(
        "SELECT {} FROM queue q CROSS JOIN message m ON m.id = q.message_id CROSS JOIN submission s ON s.id = m.submission_id \
         WHERE q.connector_id = ?1 AND q.message_id > ?2 AND q.lane = ?4 AND q.account_id = ?5 \
         AND m.state = 2 AND m.changed_at <= ?3 AND {NOT_LEFT} ORDER BY q.message_id",
        columns()
    )
}

/// Those of a connector that are to be tried again; in the queue already, or not yet.
fn retried_for() -> String {
    format!(
        "SELECT {} FROM message m CROSS JOIN submission s ON s.id = m.submission_id \
         WHERE m.connector_id = ?1 AND m.id > ?2 AND m.state = 2 AND m.reason <> 0 \
         AND m.changed_at <= ?3 AND (?4 IS NULL OR s.lane = ?4) AND {NOT_LEFT} ORDER BY m.id",
        columns()
    )
}

/// Lists messages that wait for a connector, of one lane or of all, by number.
pub(super) fn of_connector(
    view: &Connection,
    connector: ConnectorId,
    lane: Option<Lane>,
    until: Timestamp,
    after: MessageId,
    limit: u32,
) -> Result<Vec<WaitingMessage>, Error> {
    let looking = || failed("cannot look for messages that wait for a connector");
    let mut page = Page {
        found: BTreeMap::new(),
        limit: limit as usize,
    };
    let (key, since) = (connector.0, until.as_millis());
    let mut retried = view.prepare_cached(&retried_for()).map_err(looking())?;
    page.fill(&mut retried, (key, after.0, since, lane.map(Lane::as_u8)))
        .map_err(looking())?;

    let mut queued = view.prepare_cached(&queued_for()).map_err(looking())?;
    let mut next = view
        .prepare_cached(NEXT_ACCOUNT.text())
        .map_err(looking())?;
    let lanes = Lane::ALL
        .into_iter()
        .filter(|one| lane.is_none_or(|lane| lane == *one));
    for lane in lanes.map(Lane::as_u8) {
        let mut reached = i64::MIN;
        while let Some(account) = next
            .query_row((key, lane, reached), |row| row.get::<_, i64>(0))
            .optional()
            .map_err(looking())?
        {
            reached = account;
            page.fill(&mut queued, (key, after.0, since, lane, account))
                .map_err(looking())?;
        }
    }
    Ok(page.found.into_values().collect())
}

/// The messages with the lowest numbers of those seen, so many at most.
struct Page {
    found: BTreeMap<MessageId, WaitingMessage>,
    limit: usize,
}

impl Page {
    /// Takes from messages that come by number; no more than can have a place.
    fn fill(&mut self, select: &mut CachedStatement<'_>, key: impl Params) -> rusqlite::Result<()> {
        let mut rows = select.query(key)?;
        while let Some(row) = rows.next()? {
            let id = MessageId(row.get(0)?);
            let is_full = self.found.len() >= self.limit;
            if is_full
                && self
                    .found
                    .last_key_value()
                    .is_none_or(|(last, _)| id > *last)
            {
                break;
            }
            if let Some(message) = waiting(row, id)? {
                self.found.insert(id, message);
            }
            if self.found.len() > self.limit {
                self.found.pop_last();
            }
        }
        Ok(())
    }
}

/// Reads [`columns`]; `None` where the recipient is no number, as that of no message that waits is.
fn waiting(row: &Row<'_>, id: MessageId) -> rusqlite::Result<Option<WaitingMessage>> {
    let lane = Lane::from_u8(row.get(2)?);
    let recipient = Msisdn::parse(row.get_ref(3)?.as_str()?).ok();
    let Some((lane, recipient)) = lane.zip(recipient) else {
        return Ok(None);
    };
    Ok(Some(WaitingMessage {
        id,
        account: AccountId(row.get(1)?),
        lane,
        recipient,
        originator: row.get(4)?,
        since: Timestamp::from_millis(row.get(5)?),
    }))
}

#[cfg(test)]
mod tests {
    use sms::{MessageState, Reason};

    use super::*;
    use crate::sent::tests::plan;

    const SUBMISSION: &str = "SEARCH s USING INTEGER PRIMARY KEY (rowid=?)";
    const LEASE: &str = "SEARCH lease USING INTEGER PRIMARY KEY (rowid=?)";

    #[test]
    fn only_what_waits_is_gone_through_and_nothing_is_sorted() {
        let each = ["CORRELATED SCALAR SUBQUERY 1", LEASE, SUBMISSION];
        for (sql, steps) in [
            (
                queued_to(),
                vec![
                    "SCAN c USING COVERING INDEX sqlite_autoindex_connector_1",
                    "SEARCH q USING PRIMARY KEY (connector_id=? AND lane=? AND account_id=?)",
                    "SEARCH m USING INTEGER PRIMARY KEY (rowid=?)",
                ],
            ),
            (
                held_to(),
                vec!["SEARCH m USING INDEX message_held (account_id=?)"],
            ),
            (
                retried_to(),
                vec![
                    "SCAN c USING COVERING INDEX sqlite_autoindex_connector_1",
                    "SEARCH m USING INDEX message_retried (connector_id=?)",
                ],
            ),
            (
                queued_for(),
                vec![
                    "SEARCH q USING PRIMARY KEY (connector_id=? AND lane=? AND account_id=? AND message_id>?)",
                    "SEARCH m USING INTEGER PRIMARY KEY (rowid=?)",
                ],
            ),
            (
                retried_for(),
                vec!["SEARCH m USING INDEX message_retried (connector_id=? AND id>?)"],
            ),
        ] {
            let mut steps = steps;
            steps.extend(each);
            assert_eq!(plan(&sql), steps, "{sql}");
        }
    }

    #[test]
    fn the_codes_in_the_queries_are_those_of_the_types() {
        assert_eq!(MessageState::Held.as_u8(), 1);
        assert_eq!(MessageState::Queued.as_u8(), 2);
        assert_eq!(Reason::None.as_u8(), 0);
    }
}
