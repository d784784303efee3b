//! What goes by the clock: schedules and retries that are due, lifetimes that are over, receipts that never came.

use rusqlite::OptionalExtension;
use sms::state::Event;
use sms::{MessageState, Timestamp};
use store::queue::Swept;
use store::{Error, MessageId, SubmissionId};

use crate::changes::Changes;
use crate::message::Message;
use crate::tallies::Place;
use crate::timing::Timing;
use crate::writing::Writing;
use crate::{failed, tallies};

/// How soon a sweep looks again at a submission with messages on lease.
const SWEEP_AGAIN_MS: i64 = 60_000;

/// Queues the messages whose time has come.
pub(crate) fn release_due(writing: &Writing<'_>, now: Timestamp, limit: u32) -> Result<u32, Error> {
    let due: Vec<i64> = writing
        .prepare_cached(
            "DELETE FROM deferred WHERE message_id IN \
             (SELECT message_id FROM deferred WHERE due_at <= ?1 ORDER BY due_at, message_id LIMIT ?2) \
             RETURNING message_id",
        )
        .and_then(|mut delete| {
            delete.query_map((now.as_millis(), limit), |row| row.get(0))?.collect()
        })
        .map_err(failed("cannot read what is due"))?;
    let mut changes = Changes::default();
    let mut released = 0;
    for id in due {
        let Some(mut message) = Message::load(writing, MessageId(id))? else {
            continue;
        };
        if message.apply(writing, &mut changes, Event::Release, now)? {
            message.save(writing, &mut changes)?;
        }
        if message.state == MessageState::Queued {
            message.enqueue(writing)?;
            released += 1;
        }
    }
    changes.close(writing)?;
    Ok(released)
}

/// Ends the messages whose lifetime, or whose wait for a receipt, is over; about `limit` of them in one transaction, the others in
/// the next.
pub(crate) fn sweep(
    writing: &Writing<'_>,
    now: Timestamp,
    receipt_wait_ms: i64,
    limit: u32,
) -> Result<Swept, Error> {
    let due: Vec<Due> = writing
        .prepare_cached(&format!(
            "SELECT submission.id, message_count, EXISTS (SELECT 1 FROM expansion WHERE submission_id = submission.id), \
             sweep_from, {} \
             FROM submission WHERE sweep_at <= ?1 ORDER BY sweep_at LIMIT ?2",
            Timing::COLUMNS
        ))
        .and_then(|mut select| {
            select
                .query_map((now.as_millis(), limit), |row| {
                    Ok(Due {
                        submission: SubmissionId(row.get(0)?),
                        messages: row.get(1)?,
                        expanding: row.get(2)?,
                        from: row.get(3)?,
                        timing: Timing::from_row(row, 4)?,
                        receipt_wait_ms,
                    })
                })?
                .collect()
        })
        .map_err(failed("cannot read what is to be swept"))?;
    let mut changes = Changes::default();
    let mut swept = Swept::default();
    let mut left = limit;
    for due in due {
        let ids = due.to_end(writing, now, left)?;
        for &id in &ids {
            end(writing, &mut changes, &mut swept, id, now)?;
        }
        left = left.saturating_sub(u32::try_from(ids.len()).unwrap_or(u32::MAX));
        match ids.last() {
            // It may have more: it stays due.
            Some(last) if left == 0 => {
                due.plan(writing, Some(now), last.0 + 1)?;
                break;
            }
            _ => due.plan(writing, due.again(writing, now)?, 0)?,
        }
    }
    changes.close(writing)?;
    Ok(swept)
}

/// A submission whose lifetime is over, or that of its first parts.
struct Due {
    submission: SubmissionId,
    messages: i64,
    /// Whether more messages are to come.
    expanding: bool,
    /// The first message that this sweep has yet to look at; 0 at its beginning.
    from: i64,
    timing: Timing,
    receipt_wait_ms: i64,
}

/// Waiting with us: 1 held, 2 queued; and open in any way: 3 submitted, 4 in doubt besides.
const WAITING: &str = "1, 2";
const OPEN: &str = "1, 2, 3, 4";

impl Due {
    /// The number after its last message's.
    fn end(&self) -> i64 {
        self.timing.first + self.messages
    }

    /// The number before which lifetimes are over.
    fn over_before(&self, now: Timestamp) -> i64 {
        self.timing.over_before(now, 0).min(self.end())
    }

    /// Lists messages to end, at most `most`; those on lease are about to be answered and may come back into the queue.
    fn to_end(
        &self,
        writing: &Writing<'_>,
        now: Timestamp,
        most: u32,
    ) -> Result<Vec<MessageId>, Error> {
        if !self.has_open(writing)? {
            return Ok(Vec::new());
        }
        let unreported_before = self.timing.over_before(now, self.receipt_wait_ms);
        writing
            .prepare_cached(&format!(
                "SELECT id FROM message WHERE id >= ?1 AND id < ?2 \
                 AND (state IN ({WAITING}) OR (id < ?3 AND state IN ({OPEN}))) \
                 AND NOT EXISTS (SELECT 1 FROM lease WHERE message_id = message.id) ORDER BY id LIMIT ?4"
            ))
            .and_then(|mut select| {
                let from = self.from.max(self.timing.first);
                let range = (from, self.over_before(now), unreported_before);
                select
                    .query_map((range.0, range.1, range.2, most), |row| row.get(0).map(MessageId))?
                    .collect()
            })
            .map_err(failed("cannot read messages to end"))
    }

    /// Tells whether any message may be open; a kept tally saves looking at them all.
    fn has_open(&self, writing: &Writing<'_>) -> Result<bool, Error> {
        let open = |place: Place| !place.state.is_final();
        match tallies::kept(writing, self.submission)? {
            Some(places) => Ok(places.any(open)),
            None => Ok(true),
        }
    }

    /// When to look at it again: at once after a sweep of several steps, behind which some may have been given back; soon while
    /// messages are on lease; when receipts are overdue while some are awaited; when the next part's time is over; else never.
    fn again(&self, writing: &Writing<'_>, now: Timestamp) -> Result<Option<Timestamp>, Error> {
        if self.from > 0 {
            return Ok(Some(now));
        }
        let over_before = self.over_before(now);
        let soon = now.plus_millis(SWEEP_AGAIN_MS);
        let leased = writing
            .prepare_cached(
                "SELECT 1 FROM lease WHERE message_id >= ?1 AND message_id < ?2 LIMIT 1",
            )
            .and_then(|mut select| select.exists((self.timing.first, over_before)))
            .map_err(failed("cannot look for leases"))?;
        if leased {
            return Ok(Some(soon));
        }
        let mut next = None;
        if self.has_open(writing)? {
            // Of those whose time is over, only receipts are awaited; of the others, the first is over first.
            let awaited = first_open(writing, self.timing.first, over_before)?;
            let unsent = first_open(writing, over_before, self.end())?;
            let overdue = awaited.map(|id| {
                let expires_at = self.timing.expires_at(id);
                expires_at.plus_millis(self.receipt_wait_ms)
            });
            let over = unsent.map(|id| self.timing.expires_at(id));
            next = overdue.into_iter().chain(over).min();
        }
        if self.expanding {
            let over = self.timing.expires_at(MessageId(self.end())).max(soon);
            next = next.into_iter().chain([over]).min();
        }
        Ok(next)
    }

    /// Says when to sweep it next, and from which message on.
    fn plan(&self, writing: &Writing<'_>, at: Option<Timestamp>, from: i64) -> Result<(), Error> {
        writing
            .prepare_cached("UPDATE submission SET sweep_at = ?2, sweep_from = ?3 WHERE id = ?1")
            .and_then(|mut update| {
                update.execute((self.submission.0, at.map(Timestamp::as_millis), from))
            })
            .map(|_| ())
            .map_err(failed("cannot plan the next sweep"))
    }
}

/// The first message that is open, from one number to before another.
fn first_open(writing: &Writing<'_>, from: i64, end: i64) -> Result<Option<MessageId>, Error> {
    writing
        .prepare_cached(&format!(
            "SELECT id FROM message WHERE id >= ?1 AND id < ?2 AND state IN ({OPEN}) ORDER BY id LIMIT 1"
        ))
        .and_then(|mut select| {
            select.query_row((from, end), |row| row.get(0).map(MessageId)).optional()
        })
        .map_err(failed("cannot look for open messages"))
}

/// Ends one message.
fn end(
    writing: &Writing<'_>,
    changes: &mut Changes,
    swept: &mut Swept,
    id: MessageId,
    now: Timestamp,
) -> Result<(), Error> {
    let Some(mut message) = Message::load(writing, id)? else {
        return Ok(());
    };
    if matches!(message.state, MessageState::Held | MessageState::Queued) {
        message.end(writing, changes, Event::LifetimeOver, now)?;
        message.save(writing, changes)?;
        message.dequeue(writing)?;
        swept.expired += 1;
    } else {
        message.apply(writing, changes, Event::NoReceipt, now)?;
        message.save(writing, changes)?;
        swept.without_receipt += 1;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_in_the_queries_are_those_of_the_states() {
        let codes = |states: &[MessageState]| {
            let codes: Vec<_> = states
                .iter()
                .map(|state| state.as_u8().to_string())
                .collect();
            codes.join(", ")
        };
        let open: Vec<_> = MessageState::ALL
            .into_iter()
            .filter(|state| !state.is_final())
            .collect();
        assert_eq!(codes(&open), OPEN);
        assert_eq!(codes(&[MessageState::Held, MessageState::Queued]), WAITING);
    }
}
