//! Halts: cancelled, deleted, paused and refused submissions, and how their waiting messages follow.
//!
//! A halt is one row's change, durable at once; claims look at it, so that nothing leaves from then on. The messages of a small
//! submission follow in the same transaction, those of a large one in steps.

mod subject;

use rusqlite::OptionalExtension;
use sms::state::{Event, step};
use sms::{Reason, Timestamp};
use store::campaigns::Halt;
use store::{Error, MessageId, SubmissionId};

use crate::changes::Changes;
use crate::failed;
use crate::message::Message;
use crate::tallies::Place;
use crate::timing::Timing;
use crate::writing::Writing;

pub(crate) use subject::{cancel, delete, halt, resume};

/// How many messages of a submission follow in the transaction that halts it.
const AT_ONCE: u32 = 2_000;

/// The code under which a halt is stored.
pub(crate) const fn halt_code(halt: Option<Halt>) -> u8 {
    match halt {
        None => 0,
        Some(Halt::Paused) => 1,
        Some(Halt::Cancelled) => 2,
        Some(Halt::CancelledByOperator) => 3,
        Some(Halt::Spam) => 4,
    }
}

/// Reads a stored code.
pub(crate) const fn halt_from(code: u8) -> Option<Halt> {
    match code {
        1 => Some(Halt::Paused),
        2 => Some(Halt::Cancelled),
        3 => Some(Halt::CancelledByOperator),
        4 => Some(Halt::Spam),
        _ => None,
    }
}

/// What a halt does to a message that waits.
pub(crate) const fn event(halt: Halt) -> Event {
    match halt {
        Halt::Paused => Event::Hold(Reason::Paused),
        Halt::Cancelled => Event::Cancel(Reason::CancelledByAccount),
        Halt::CancelledByOperator => Event::Cancel(Reason::CancelledByOperator),
        Halt::Spam => Event::Fail(Reason::Spam),
    }
}

/// Where a message is after its submission's halt.
pub(crate) fn place_after(place: Place, halt: Halt) -> Place {
    step(place.state, event(halt)).map_or(place, |change| Place {
        state: change.state,
        reason: change.reason,
        ..place
    })
}

/// Makes one message follow its submission's halt. A pause keeps the sender name that it waits for.
pub(crate) fn obey(
    writing: &Writing<'_>,
    changes: &mut Changes,
    message: &mut Message,
    halt: Halt,
    now: Timestamp,
) -> Result<(), Error> {
    if halt == Halt::Paused {
        message.apply(writing, changes, event(halt), now)?;
        message.leave_turn(writing)
    } else {
        message.end(writing, changes, event(halt), now)?;
        message.dequeue(writing)
    }
}

/// Lets a held message go on: to its sender name, to its time, or into the queue.
pub(crate) fn let_go(
    writing: &Writing<'_>,
    changes: &mut Changes,
    message: &mut Message,
    timing: &Timing,
    now: Timestamp,
) -> Result<(), Error> {
    let awaits = writing
        .prepare_cached("SELECT 1 FROM awaits_sender WHERE message_id = ?1")
        .and_then(|mut select| select.exists([message.id.0]))
        .map_err(failed("cannot look for a sender name"))?;
    let due_at = timing.due_at(message.id);
    if awaits {
        message.apply(writing, changes, Event::Hold(Reason::Moderation), now)?;
        Ok(())
    } else if due_at > now {
        message.apply(writing, changes, Event::Hold(Reason::Scheduled), now)?;
        message.enqueue_at(writing, due_at, now)
    } else {
        message.apply(writing, changes, Event::Release, now)?;
        message.enqueue(writing)
    }
}

/// Lets messages follow, submission after submission, until so many were looked at.
pub(crate) fn follow(writing: &Writing<'_>, now: Timestamp, limit: u32) -> Result<u32, Error> {
    let mut changes = Changes::default();
    let mut left = limit;
    while left > 0 {
        let next: Option<i64> = writing
            .prepare_cached("SELECT id FROM submission WHERE following <> 0 LIMIT 1")
            .and_then(|mut select| select.query_row([], |row| row.get(0)).optional())
            .map_err(failed("cannot look for halted submissions"))?;
        let Some(id) = next else { break };
        left -= follow_one(writing, &mut changes, SubmissionId(id), now, left)?;
    }
    changes.close(writing)?;
    Ok(limit - left)
}

/// Lets the next messages of one submission follow its halt or the end of its pause; answers how many it looked at, `limit` at most.
fn follow_one(
    writing: &Writing<'_>,
    changes: &mut Changes,
    id: SubmissionId,
    now: Timestamp,
    limit: u32,
) -> Result<u32, Error> {
    let (halt, from, messages, timing) = writing
        .prepare_cached(&format!(
            "SELECT halt, following, message_count, {} FROM submission WHERE id = ?1",
            Timing::COLUMNS
        ))
        .and_then(|mut select| {
            select.query_row([id.0], |row| {
                let halt = halt_from(row.get(0)?);
                Ok((
                    halt,
                    row.get::<_, i64>(1)?,
                    row.get::<_, i64>(2)?,
                    Timing::from_row(row, 3)?,
                ))
            })
        })
        .map_err(failed("cannot read a halted submission"))?;
    let end = timing.first + messages;
    let until = end.min(from + i64::from(limit));
    for id in waiting(writing, from, until)? {
        let Some(mut message) = Message::load(writing, id)? else {
            continue;
        };
        match halt {
            Some(halt) => obey(writing, changes, &mut message, halt, now)?,
            None if message.reason == Reason::Paused => {
                let_go(writing, changes, &mut message, &timing, now)?;
            }
            None => {}
        }
        message.save(writing, changes)?;
    }
    writing
        .prepare_cached("UPDATE submission SET following = ?2 WHERE id = ?1")
        .and_then(|mut update| update.execute((id.0, if until < end { until } else { 0 })))
        .map_err(failed("cannot tell which messages have followed"))?;
    Ok(u32::try_from(until - from).unwrap_or(0))
}

/// Lists the messages that wait, from one number to before another; those on lease are about to be answered, and meet the halt when
/// they are claimed again.
fn waiting(writing: &Writing<'_>, from: i64, until: i64) -> Result<Vec<MessageId>, Error> {
    // States 1 and 2: held and queued.
    writing
        .prepare_cached(
            "SELECT id FROM message WHERE id >= ?1 AND id < ?2 AND state IN (1, 2) \
             AND NOT EXISTS (SELECT 1 FROM lease WHERE message_id = message.id) ORDER BY id",
        )
        .and_then(|mut select| {
            select
                .query_map((from, until), |row| row.get(0).map(MessageId))?
                .collect()
        })
        .map_err(failed("cannot read messages to follow"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_of_halts_read_back() {
        for halt in [
            None,
            Some(Halt::Paused),
            Some(Halt::Cancelled),
            Some(Halt::CancelledByOperator),
            Some(Halt::Spam),
        ] {
            assert_eq!(halt_from(halt_code(halt)), halt);
        }
    }
}
