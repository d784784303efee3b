//! Matching receipts to segments, and keeping those that match none.

use async_trait::async_trait;
use rusqlite::Connection;
use sms::{MessageState, Msisdn, Outcome, Timestamp};
use store::receipts::{Match, NewReceipt, Place, Receipts, Unreported};
use store::{ConnectorId, Error, MessageId};

use crate::changes::Changes;
use crate::message::{Message, decode, encode};
use crate::{SqliteStore, failed};

#[async_trait]
impl Receipts for SqliteStore {
    async fn record_receipts(&self, receipts: Vec<NewReceipt>) -> Result<Vec<Match>, Error> {
        self.writer
            .write(move |connection| {
                let mut changes = Changes::default();
                let matches = receipts
                    .iter()
                    .map(|receipt| record(connection, &mut changes, receipt))
                    .collect::<Result<Vec<_>, _>>()?;
                changes.close(connection)?;
                Ok(matches)
            })
            .await
    }

    async fn answered_as(
        &self,
        _connector: ConnectorId,
        _candidates: Vec<Vec<u8>>,
    ) -> Result<Option<Vec<u8>>, Error> {
        Ok(None)
    }

    async fn unreported(
        &self,
        _connector: ConnectorId,
        _before: Timestamp,
        _after: Option<Place>,
        _limit: u32,
    ) -> Result<Vec<Unreported>, Error> {
        Ok(Vec::new())
    }

    async fn unmatched(&self, _connector: ConnectorId, _limit: u32) -> Result<u32, Error> {
        Ok(0)
    }
}

fn record(
    connection: &Connection,
    changes: &mut Changes,
    receipt: &NewReceipt,
) -> Result<Match, Error> {
    let (found, segment) = match find(connection, receipt)? {
        Found::One(segment) => (Match::Message(segment.message), segment),
        Found::None => return keep(connection, receipt).map(|()| Match::Unmatched),
        Found::Several => return keep(connection, receipt).map(|()| Match::Ambiguous),
    };
    let Some(outcome) = receipt.outcome else {
        return Ok(found);
    };
    let Some(mut message) = Message::load(connection, segment.message)? else {
        return Ok(found);
    };
    let waited = message.state == MessageState::Queued;
    message.apply_receipt(connection, changes, segment.index, outcome, receipt.at)?;
    message.save(connection, changes)?;
    if waited && message.state != MessageState::Queued {
        // It had been queued again after a doubt that is over now.
        message.dequeue(connection)?;
    }
    if outcome == Outcome::Delivered {
        // Nothing that may still come can change it. After a negative one the id stays: a positive one may correct it.
        connection
            .prepare_cached(
                "DELETE FROM upstream_segment WHERE connector_id = ?1 AND upstream_id = ?2 AND message_id = ?3 \
                 AND segment = ?4",
            )
            .and_then(|mut delete| {
                let key = (receipt.connector.0, segment.upstream_id, segment.message.0);
                delete.execute((key.0, key.1, key.2, segment.index))
            })
            .map_err(failed("cannot forget an upstream id"))?;
    }
    Ok(found)
}

struct Segment<'a> {
    message: MessageId,
    index: u16,
    upstream_id: &'a [u8],
}

enum Found<'a> {
    None,
    One(Segment<'a>),
    Several,
}

/// Tries the likeliest id; then the others, which must not lead to different messages.
fn find<'a>(connection: &Connection, receipt: &'a NewReceipt) -> Result<Found<'a>, Error> {
    let Some((likeliest, others)) = receipt.candidates.split_first() else {
        return Ok(Found::None);
    };
    if let Some(segment) = look_up(connection, receipt, likeliest)? {
        return Ok(Found::One(segment));
    }
    let mut found: Option<Segment<'a>> = None;
    for form in others {
        let Some(segment) = look_up(connection, receipt, form)? else {
            continue;
        };
        match &found {
            Some(other) if (other.message, other.index) != (segment.message, segment.index) => {
                return Ok(Found::Several);
            }
            _ => found = Some(segment),
        }
    }
    Ok(found.map_or(Found::None, Found::One))
}

/// Finds the segment with this upstream id and to a number that the receipt names; the latest, when the upstream has used an id
/// again.
fn look_up<'a>(
    connection: &Connection,
    receipt: &NewReceipt,
    upstream_id: &'a [u8],
) -> Result<Option<Segment<'a>>, Error> {
    let mut select = connection
        .prepare_cached(
            "SELECT u.message_id, u.segment, m.recipient FROM upstream_segment u JOIN message m ON m.id = u.message_id \
             WHERE u.connector_id = ?1 AND u.upstream_id = ?2 ORDER BY u.message_id DESC",
        )
        .map_err(failed("cannot look up an upstream id"))?;
    let mut rows = select
        .query((receipt.connector.0, upstream_id))
        .map_err(failed("cannot look up an upstream id"))?;
    while let Some(row) = rows
        .next()
        .map_err(failed("cannot look up an upstream id"))?
    {
        let read = || {
            let recipient: String = row.get(2)?;
            let message = MessageId(row.get(0)?);
            Ok((
                recipient,
                Segment {
                    message,
                    index: row.get(1)?,
                    upstream_id,
                },
            ))
        };
        let (recipient, segment) = read().map_err(failed("cannot read an upstream id"))?;
        if names(receipt.numbers.iter().flatten(), &recipient) {
            return Ok(Some(segment));
        }
    }
    Ok(None)
}

/// Tells whether one of the numbers is this recipient's, or there are none.
fn names<'a>(numbers: impl Iterator<Item = &'a Msisdn>, recipient: &str) -> bool {
    let mut numbers = numbers.peekable();
    numbers.peek().is_none()
        || Msisdn::parse(recipient)
            .is_ok_and(|recipient| numbers.any(|number| number.is_same_phone(&recipient)))
}

/// Keeps a receipt that met no segment, under each form of its id, until the answer to its submit comes.
fn keep(connection: &Connection, receipt: &NewReceipt) -> Result<(), Error> {
    let Some(outcome) = receipt.outcome else {
        return Ok(());
    };
    let (code, reason) = encode(outcome);
    let numbers: Vec<_> = receipt
        .numbers
        .iter()
        .flatten()
        .map(Msisdn::as_str)
        .collect();
    let numbers = numbers.join(" ");
    for candidate in &receipt.candidates {
        connection
            .prepare_cached(
                "INSERT OR IGNORE INTO unmatched_receipt (connector_id, candidate, at, outcome, numbers, reason) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )
            .and_then(|mut insert| {
                let at = receipt.at.as_millis();
                insert.execute((receipt.connector.0, candidate, at, code, &numbers, reason))
            })
            .map_err(failed("cannot keep a receipt"))?;
    }
    Ok(())
}

/// Tells whether any receipt has met no segment so far: mostly none has, and then nobody needs to look for one.
pub(crate) fn any_unmatched(connection: &Connection) -> Result<bool, Error> {
    connection
        .prepare_cached("SELECT 1 FROM unmatched_receipt LIMIT 1")
        .and_then(|mut select| select.exists([]))
        .map_err(failed("cannot look for early receipts"))
}

/// Finds the receipt that came for this id before its answer, but not before the segment was handed over (an upstream that
/// counts from one again after a restart gives old ids to new messages), nor for another number. A delivery wins over other
/// reports.
pub(crate) fn find_early(
    connection: &Connection,
    connector: ConnectorId,
    message: MessageId,
    upstream_id: &[u8],
    sent_at: i64,
) -> Result<Option<Outcome>, Error> {
    let kept: Vec<(Outcome, String)> = connection
        .prepare_cached(
            "SELECT outcome, reason, numbers FROM unmatched_receipt WHERE connector_id = ?1 AND candidate = ?2 \
             AND at >= ?3 ORDER BY outcome",
        )
        .and_then(|mut select| {
            select
                .query_map((connector.0, upstream_id, sent_at), |row| {
                    Ok((decode(row.get(0)?, row.get(1)?), row.get(2)?))
                })?
                .collect()
        })
        .map_err(failed("cannot look for an early receipt"))?;
    if kept.is_empty() {
        return Ok(None);
    }
    let recipient: String = connection
        .prepare_cached("SELECT recipient FROM message WHERE id = ?1")
        .and_then(|mut select| select.query_row([message.0], |row| row.get(0)))
        .map_err(failed("cannot read a recipient"))?;
    let fits = |numbers: &str| {
        let numbers: Vec<_> = numbers
            .split(' ')
            .filter_map(|n| Msisdn::parse(n).ok())
            .collect();
        names(numbers.iter(), &recipient)
    };
    Ok(kept
        .into_iter()
        .find(|(_, numbers)| fits(numbers))
        .map(|(outcome, _)| outcome))
}
