//! What goes by the clock: schedules and retries that are due, lifetimes that are over, receipts that never came.

use rusqlite::Connection;
use sms::state::Event;
use sms::{MessageState, Timestamp};
use store::queue::Swept;
use store::{Error, MessageId};

use crate::books::Books;
use crate::failed;
use crate::message::Message;

/// How soon a sweep looks again at a submission with messages on lease.
const SWEEP_AGAIN_MS: i64 = 60_000;

/// Queues the messages whose time has come.
pub(crate) fn release_due(
    connection: &Connection,
    now: Timestamp,
    limit: u32,
) -> Result<u32, Error> {
    let due: Vec<i64> = connection
        .prepare_cached(
            "DELETE FROM deferred WHERE message_id IN \
             (SELECT message_id FROM deferred WHERE due_at <= ?1 ORDER BY due_at, message_id LIMIT ?2) \
             RETURNING message_id",
        )
        .and_then(|mut delete| {
            delete.query_map((now.as_millis(), limit), |row| row.get(0))?.collect()
        })
        .map_err(failed("cannot read what is due"))?;
    let mut books = Books::default();
    let mut released = 0;
    for id in due {
        let Some(mut message) = Message::load(connection, MessageId(id))? else {
            continue;
        };
        if message.apply(connection, &mut books, Event::Release, now)? {
            message.save(connection)?;
        }
        if message.state == MessageState::Queued {
            message.enqueue(connection)?;
            released += 1;
        }
    }
    books.close(connection)?;
    Ok(released)
}

/// Ends the messages whose lifetime, or whose wait for a receipt, is over; about `limit` of them in one transaction, the others in
/// the next.
pub(crate) fn sweep(
    connection: &Connection,
    now: Timestamp,
    receipt_wait_ms: i64,
    limit: u32,
) -> Result<Swept, Error> {
    let due: Vec<Due> = connection
        .prepare_cached(
            "SELECT id, first_message_id, first_message_id + message_count, expires_at FROM submission \
             WHERE sweep_at <= ?1 ORDER BY sweep_at LIMIT ?2",
        )
        .and_then(|mut select| {
            select
                .query_map((now.as_millis(), limit), |row| {
                    Ok(Due {
                        submission: row.get(0)?,
                        first: row.get(1)?,
                        end: row.get(2)?,
                        receipts_end: Timestamp::from_millis(row.get(3)?)
                            .plus_millis(receipt_wait_ms),
                    })
                })?
                .collect()
        })
        .map_err(failed("cannot read what is to be swept"))?;
    let mut books = Books::default();
    let mut swept = Swept::default();
    let mut left = limit;
    for due in due {
        let ids = due.to_end(connection, now, left)?;
        for &id in &ids {
            end(connection, &mut books, &mut swept, id, now)?;
        }
        left = left.saturating_sub(u32::try_from(ids.len()).unwrap_or(u32::MAX));
        if left == 0 {
            // It may have more: it stays due.
            break;
        }
        let again = due.again(connection, now)?;
        connection
            .prepare_cached("UPDATE submission SET sweep_at = ?2 WHERE id = ?1")
            .and_then(|mut update| {
                update.execute((due.submission, again.map(Timestamp::as_millis)))
            })
            .map_err(failed("cannot plan the next sweep"))?;
    }
    books.close(connection)?;
    Ok(swept)
}

/// A submission whose lifetime is over.
struct Due {
    submission: i64,
    first: i64,
    /// The number after its last message's.
    end: i64,
    /// When receipts are not waited for any longer.
    receipts_end: Timestamp,
}

/// Waiting with us: 1 held, 2 queued; and open in any way: 3 submitted, 4 in doubt besides.
const WAITING: &str = "1, 2";
const OPEN: &str = "1, 2, 3, 4";

impl Due {
    /// Lists messages to end, at most `most`; those on lease are about to be answered and may come back into the queue.
    fn to_end(
        &self,
        connection: &Connection,
        now: Timestamp,
        most: u32,
    ) -> Result<Vec<MessageId>, Error> {
        let states = if now >= self.receipts_end {
            OPEN
        } else {
            WAITING
        };
        connection
            .prepare_cached(&format!(
                "SELECT id FROM message WHERE id >= ?1 AND id < ?2 AND state IN ({states}) \
                 AND NOT EXISTS (SELECT 1 FROM lease WHERE message_id = message.id) ORDER BY id LIMIT ?3"
            ))
            .and_then(|mut select| {
                select
                    .query_map((self.first, self.end, most), |row| row.get(0).map(MessageId))?
                    .collect()
            })
            .map_err(failed("cannot read messages to end"))
    }

    /// When to look at it again: soon while messages are on lease, when receipts are overdue while some are awaited, else never.
    fn again(&self, connection: &Connection, now: Timestamp) -> Result<Option<Timestamp>, Error> {
        let any = |sql: &str| {
            connection
                .prepare_cached(sql)
                .and_then(|mut select| select.exists((self.first, self.end)))
                .map_err(failed("cannot look for open messages"))
        };
        if any("SELECT 1 FROM lease WHERE message_id >= ?1 AND message_id < ?2")? {
            return Ok(Some(now.plus_millis(SWEEP_AGAIN_MS)));
        }
        let open = any(&format!(
            "SELECT 1 FROM message WHERE id >= ?1 AND id < ?2 AND state IN ({OPEN})"
        ))?;
        Ok(open.then_some(self.receipts_end))
    }
}

/// Ends one message.
fn end(
    connection: &Connection,
    books: &mut Books,
    swept: &mut Swept,
    id: MessageId,
    now: Timestamp,
) -> Result<(), Error> {
    let Some(mut message) = Message::load(connection, id)? else {
        return Ok(());
    };
    if matches!(message.state, MessageState::Held | MessageState::Queued) {
        message.end(connection, books, Event::LifetimeOver, now)?;
        message.save(connection)?;
        message.dequeue(connection)?;
        swept.expired += 1;
    } else {
        message.apply(connection, books, Event::NoReceipt, now)?;
        message.save(connection)?;
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
