//! Matching receipts to segments, and keeping those that match none.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row};
use sms::{MessageState, Msisdn, Outcome, Timestamp};
use store::receipts::{Match, NewReceipt, Place, Receipts, UnreportedPage};
use store::{ConnectorId, Error, MessageId};

use crate::changes::Changes;
use crate::message::Message;
use crate::writing::Writing;
use crate::{SqliteStore, failed, kept_receipts, later, upstream_ids};

#[async_trait]
impl Receipts for SqliteStore {
    async fn record_receipts(&self, receipts: Vec<NewReceipt>) -> Result<Vec<Match>, Error> {
        self.writer
            .write_whole(move |writing| {
                let mut changes = Changes::default();
                let matches = receipts
                    .iter()
                    .map(|receipt| record(writing, &mut changes, receipt))
                    .collect::<Result<Vec<_>, _>>()?;
                changes.close(writing)?;
                Ok(matches)
            })
            .await
    }

    async fn answered_as(
        &self,
        connector: ConnectorId,
        candidates: Vec<Vec<u8>>,
    ) -> Result<Option<Vec<u8>>, Error> {
        self.readers
            .view(move |view| answered_as(view, connector, &candidates))
            .await
    }

    async fn unreported(
        &self,
        connector: ConnectorId,
        before: Timestamp,
        after: Option<Place>,
        limit: u32,
    ) -> Result<UnreportedPage, Error> {
        self.readers
            .view(move |view| upstream_ids::unreported(view, connector, before, after, limit))
            .await
    }

    async fn unmatched(&self, connector: ConnectorId, limit: u32) -> Result<u32, Error> {
        self.readers
            .read(move |connection| kept_receipts::count(connection, connector, limit))
            .await
    }
}

fn record(
    writing: &Writing<'_>,
    changes: &mut Changes,
    receipt: &NewReceipt,
) -> Result<Match, Error> {
    let (found, segment) = match find(writing, receipt)? {
        Found::One(segment) => (Match::Message(segment.message), segment),
        Found::None => return kept_receipts::keep(writing, receipt).map(|()| Match::Unmatched),
        Found::Several => {
            return kept_receipts::keep(writing, receipt).map(|()| Match::Ambiguous);
        }
    };
    let Some(outcome) = receipt.outcome else {
        return Ok(found);
    };
    let Some(mut message) = Message::load(writing, segment.message)? else {
        return Ok(found);
    };
    let waited = message.state == MessageState::Queued;
    message.apply_receipt(writing, changes, segment.index, outcome, receipt.at)?;
    message.save_later(writing, changes)?;
    if waited && message.state != MessageState::Queued {
        // It had been queued again after a doubt that is over now.
        message.dequeue(writing)?;
    }
    if outcome == Outcome::Delivered {
        // Nothing that may still come can change it. After a negative one the id stays: a positive one may correct it.
        let (id, index) = (segment.upstream_id, segment.index);
        later::forget(writing, receipt.connector, segment.message, index, id)?;
    }
    message.keep_in_mind(writing);
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
fn find<'a>(writing: &Writing<'_>, receipt: &'a NewReceipt) -> Result<Found<'a>, Error> {
    let Some((likeliest, others)) = receipt.candidates.split_first() else {
        return Ok(Found::None);
    };
    if let Some(segment) = look_up(writing, receipt, likeliest)? {
        return Ok(Found::One(segment));
    }
    let mut found: Option<Segment<'a>> = None;
    for form in others {
        let Some(segment) = look_up(writing, receipt, form)? else {
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

const LOOK_UP: &str = "SELECT u.message_id, u.segment, m.recipient FROM upstream_segment u JOIN message m ON m.id = u.message_id \
     WHERE u.connector_id = ?1 AND u.upstream_id = ?2 ORDER BY u.message_id DESC";

/// Finds the segment with this upstream id and to a number that the receipt names; the latest, when the upstream has used an id
/// again.
fn look_up<'a>(
    writing: &Writing<'_>,
    receipt: &NewReceipt,
    upstream_id: &'a [u8],
) -> Result<Option<Segment<'a>>, Error> {
    if let Some(known) = known_segment(writing, receipt, upstream_id) {
        return Ok(Some(known));
    }
    writing.flush_later()?;
    let mut select = writing
        .prepare_cached(LOOK_UP)
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

/// Finds it among what the writer knows by heart.
fn known_segment<'a>(
    writing: &Writing<'_>,
    receipt: &NewReceipt,
    upstream_id: &'a [u8],
) -> Option<Segment<'a>> {
    let mut known = writing.known();
    let (message, index) = known.segment(receipt.connector, upstream_id)?;
    let recipient = known.message(message)?.recipient?;
    let mut numbers = receipt.numbers.iter().flatten().peekable();
    let is_meant =
        numbers.peek().is_none() || numbers.any(|number| number.is_same_phone(&recipient));
    is_meant.then_some(Segment {
        message,
        index,
        upstream_id,
    })
}

/// Tells how the upstream wrote the id of the segment that these candidates mean: the likeliest, or the one that the others lead to.
fn answered_as(
    view: &Connection,
    connector: ConnectorId,
    candidates: &[Vec<u8>],
) -> Result<Option<Vec<u8>>, Error> {
    let mut found: Option<(i64, u16, Vec<u8>)> = None;
    for (place, candidate) in candidates.iter().enumerate() {
        let segment = view
            .prepare_cached(ANSWERED_AS)
            .and_then(|mut select| {
                let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
                select.query_row((connector.0, candidate), read).optional()
            })
            .map_err(failed("cannot look up how an upstream wrote an id"))?;
        let Some((message, index, id)) = segment else {
            continue;
        };
        if place == 0 {
            return Ok(Some(id));
        }
        match &found {
            Some((other, at, _)) if (*other, *at) != (message, index) => return Ok(None),
            _ => found = Some((message, index, id)),
        }
    }
    Ok(found.map(|(_, _, id)| id))
}

/// The latest segment with an id, and how the upstream wrote that.
const ANSWERED_AS: &str = "SELECT message_id, segment, coalesce(verbatim, upstream_id) FROM upstream_segment \
     WHERE connector_id = ?1 AND upstream_id = ?2 ORDER BY message_id DESC, segment DESC LIMIT 1";

/// Tells whether one of the numbers is this recipient's, or there are none.
pub(crate) fn names<'a>(numbers: impl Iterator<Item = &'a Msisdn>, recipient: &str) -> bool {
    let mut numbers = numbers.peekable();
    numbers.peek().is_none()
        || Msisdn::parse(recipient)
            .is_ok_and(|recipient| numbers.any(|number| number.is_same_phone(&recipient)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sent::tests::plan;

    #[test]
    fn ids_are_looked_up_by_key_and_nothing_is_sorted() {
        let key = "SEARCH upstream_segment USING PRIMARY KEY (connector_id=? AND upstream_id=?)";
        assert_eq!(plan(ANSWERED_AS), [key]);
        let steps = plan(LOOK_UP);
        assert!(steps[0].contains("PRIMARY KEY (connector_id=? AND upstream_id=?)"));
        assert!(steps[1].contains("INTEGER PRIMARY KEY"), "{steps:?}");
        assert_eq!(steps.len(), 2, "{steps:?}");
    }
}
