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

/// Ends the messages whose lifetime, or whose wait for a receipt, is over.
pub(crate) fn sweep(
    connection: &Connection,
    now: Timestamp,
    receipt_wait_ms: i64,
    limit: u32,
) -> Result<Swept, Error> {
    let due: Vec<(i64, i64, i64, i64)> = connection
        .prepare_cached(
            "SELECT id, first_message_id, message_count, expires_at FROM submission WHERE sweep_at <= ?1 \
             ORDER BY sweep_at LIMIT ?2",
        )
        .and_then(|mut select| {
            select
                .query_map((now.as_millis(), limit), |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
                })?
                .collect()
        })
        .map_err(failed("cannot read what is to be swept"))?;
    let mut books = Books::default();
    let mut swept = Swept::default();
    for (submission, first, count, expires_at) in due {
        let receipts_end = Timestamp::from_millis(expires_at).plus_millis(receipt_wait_ms);
        let mut again: Option<Timestamp> = None;
        for id in open_messages(connection, first, count)? {
            let Some(mut message) = Message::load(connection, id)? else {
                continue;
            };
            let waits = matches!(message.state, MessageState::Held | MessageState::Queued);
            if is_leased(connection, id)? {
                // It is about to be answered, and may come back into the queue.
                again = Some(now.plus_millis(SWEEP_AGAIN_MS));
            } else if waits {
                message.end(connection, &mut books, Event::LifetimeOver, now)?;
                message.save(connection)?;
                message.dequeue(connection)?;
                swept.expired += 1;
            } else if now >= receipts_end {
                message.apply(connection, &mut books, Event::NoReceipt, now)?;
                message.save(connection)?;
                swept.without_receipt += 1;
            } else {
                again.get_or_insert(receipts_end);
            }
        }
        connection
            .prepare_cached("UPDATE submission SET sweep_at = ?2 WHERE id = ?1")
            .and_then(|mut update| update.execute((submission, again.map(Timestamp::as_millis))))
            .map_err(failed("cannot plan the next sweep"))?;
    }
    books.close(connection)?;
    Ok(swept)
}

fn open_messages(connection: &Connection, first: i64, count: i64) -> Result<Vec<MessageId>, Error> {
    let open = [
        MessageState::Held,
        MessageState::Queued,
        MessageState::Submitted,
        MessageState::InDoubt,
    ]
    .map(MessageState::as_u8);
    connection
        .prepare_cached(
            "SELECT id FROM message WHERE id >= ?1 AND id < ?2 AND state IN (?3, ?4, ?5, ?6) ORDER BY id",
        )
        .and_then(|mut select| {
            let [held, queued, submitted, in_doubt] = open;
            select
                .query_map((first, first + count, held, queued, submitted, in_doubt), |row| {
                    row.get(0).map(MessageId)
                })?
                .collect()
        })
        .map_err(failed("cannot read open messages"))
}

fn is_leased(connection: &Connection, id: MessageId) -> Result<bool, Error> {
    connection
        .prepare_cached("SELECT 1 FROM lease WHERE message_id = ?1")
        .and_then(|mut select| select.exists([id.0]))
        .map_err(failed("cannot look for a lease"))
}
