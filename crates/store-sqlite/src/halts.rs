//! Halts: cancelled, deleted, paused and refused submissions, and how their waiting messages follow.
//!
//! A halt is one row's change, durable at once; claims look at it, so that nothing leaves from then on. The messages of a small
//! submission follow in the same transaction, those of a large one in steps.

use rusqlite::{Connection, OptionalExtension};
use sms::state::{Event, step};
use sms::{MessageState, Reason, Timestamp};
use store::campaigns::{Cancellation, Deletion, Halt};
use store::{AccountId, Error, MessageId, SubmissionId};

use crate::changes::Changes;
use crate::message::Message;
use crate::tallies::{Place, Places};
use crate::timing::Timing;
use crate::{expansion, failed, tallies};

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
    connection: &Connection,
    changes: &mut Changes,
    message: &mut Message,
    halt: Halt,
    now: Timestamp,
) -> Result<(), Error> {
    if halt == Halt::Paused {
        message.apply(connection, changes, event(halt), now)?;
        message.leave_turn(connection)
    } else {
        message.end(connection, changes, event(halt), now)?;
        message.dequeue(connection)
    }
}

/// Lets a held message go on: to its sender name, to its time, or into the queue.
pub(crate) fn let_go(
    connection: &Connection,
    changes: &mut Changes,
    message: &mut Message,
    timing: &Timing,
    now: Timestamp,
) -> Result<(), Error> {
    let awaits = connection
        .prepare_cached("SELECT 1 FROM awaits_sender WHERE message_id = ?1")
        .and_then(|mut select| select.exists([message.id.0]))
        .map_err(failed("cannot look for a sender name"))?;
    let due_at = timing.due_at(message.id);
    if awaits {
        message.apply(connection, changes, Event::Hold(Reason::Moderation), now)?;
        Ok(())
    } else if due_at > now {
        message.apply(connection, changes, Event::Hold(Reason::Scheduled), now)?;
        message.enqueue_at(connection, due_at, now)
    } else {
        message.apply(connection, changes, Event::Release, now)?;
        message.enqueue(connection)
    }
}

/// A submission as halts see it; control copies go with theirs.
struct Subject {
    id: SubmissionId,
    account: AccountId,
    test: bool,
    halt: Option<Halt>,
    deleted: bool,
    first: i64,
    messages: i64,
    expanding: bool,
}

impl Subject {
    /// Looks up a submission; control copies are unknown by their own numbers.
    fn load(connection: &Connection, id: SubmissionId) -> Result<Option<Self>, Error> {
        let found = Self::select(connection, "id = ?1 AND control_of IS NULL", id)?;
        Ok(found.into_iter().next())
    }

    /// Looks up the submission's control copies.
    fn copies(&self, connection: &Connection) -> Result<Vec<Self>, Error> {
        Self::select(connection, "control_of = ?1", self.id)
    }

    fn select(connection: &Connection, such: &str, id: SubmissionId) -> Result<Vec<Self>, Error> {
        let subject = |row: &rusqlite::Row<'_>| {
            Ok(Self {
                id: SubmissionId(row.get(0)?),
                account: AccountId(row.get(1)?),
                test: row.get(2)?,
                halt: halt_from(row.get(3)?),
                deleted: row.get(4)?,
                first: row.get(5)?,
                messages: row.get(6)?,
                expanding: row.get(7)?,
            })
        };
        connection
            .prepare_cached(&format!(
                "SELECT id, account_id, test, halt, deleted_at IS NOT NULL, first_message_id, message_count, \
                 EXISTS (SELECT 1 FROM expansion WHERE submission_id = submission.id) FROM submission WHERE {such}"
            ))
            .and_then(|mut select| select.query_map([id.0], subject)?.collect())
            .map_err(failed("cannot read a submission"))
    }

    /// Tells whether anything can still be halted: a test never leaves, and a cancellation is for good.
    fn can_be_halted(&self) -> bool {
        !self.test && matches!(self.halt, None | Some(Halt::Paused))
    }

    fn places(&self, connection: &Connection) -> Result<Places, Error> {
        tallies::places(connection, self.id, self.first, self.messages)
    }

    /// Tells whether anything of it, or of its control copies, has yet to leave.
    fn waits(&self, connection: &Connection) -> Result<bool, Error> {
        for subject in self.copies(connection)?.iter().chain([self]) {
            let waiting =
                |place: Place| matches!(place.state, MessageState::Held | MessageState::Queued);
            if subject.expanding || subject.places(connection)?.any(waiting) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Tells whether anything of it, or of its control copies, has left or may have.
    fn has_started(&self, connection: &Connection) -> Result<bool, Error> {
        for subject in self.copies(connection)?.iter().chain([self]) {
            if subject.may_have_left(connection, &subject.places(connection)?)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Tells whether an upstream has, or may have, a message of it, or a part of one. One that was refused for a while it has not.
    fn may_have_left(&self, connection: &Connection, places: &Places) -> Result<bool, Error> {
        let has_left = |place: Place| {
            place.taken || matches!(place.state, MessageState::Submitted | MessageState::InDoubt)
        };
        if places.any(has_left) || self.is_leased(connection)? {
            return Ok(true);
        }
        // One that had its turn and waits for another may have been taken in part, or be doubtful still. A schedule that has not
        // begun, which is what is mostly cancelled, need not be looked through.
        let had_a_turn =
            |place: Place| place.state == MessageState::Queued || place == tallies::HELD_BY_PAUSE;
        if !places.any(had_a_turn) {
            return Ok(false);
        }
        connection
            .prepare_cached(
                "SELECT 1 FROM message WHERE id >= ?1 AND id < ?2 AND (accepted <> 0 OR doubts <> 0) LIMIT 1",
            )
            .and_then(|mut select| select.exists((self.first, self.first + self.messages)))
            .map_err(failed("cannot look for messages that may have left"))
    }

    /// Tells whether a message is on lease.
    fn is_leased(&self, connection: &Connection) -> Result<bool, Error> {
        connection
            .prepare_cached(
                "SELECT 1 FROM lease WHERE message_id >= ?1 AND message_id < ?2 LIMIT 1",
            )
            .and_then(|mut select| select.exists((self.first, self.first + self.messages)))
            .map_err(failed("cannot look for leases"))
    }

    /// Sets or ends the halt of the submission and its control copy, and lets their messages follow, the first ones at once.
    fn set_halt(
        &self,
        connection: &Connection,
        halt: Option<Halt>,
        now: Timestamp,
    ) -> Result<(), Error> {
        connection
            .prepare_cached(
                "UPDATE submission SET halt = ?2, following = first_message_id WHERE id = ?1 OR control_of = ?1",
            )
            .and_then(|mut update| update.execute((self.id.0, halt_code(halt))))
            .map_err(failed("cannot halt a submission"))?;
        if !matches!(halt, None | Some(Halt::Paused)) {
            expansion::end(connection, self.id, now)?;
        }
        let both: Vec<i64> = connection
            .prepare_cached("SELECT id FROM submission WHERE id = ?1 OR control_of = ?1")
            .and_then(|mut select| select.query_map([self.id.0], |row| row.get(0))?.collect())
            .map_err(failed("cannot read a submission"))?;
        let mut changes = Changes::default();
        for id in both {
            follow_one(connection, &mut changes, SubmissionId(id), now, AT_ONCE)?;
        }
        changes.close(connection)
    }
}

/// Cancels a submission of which nothing has left.
pub(crate) fn cancel(
    connection: &Connection,
    account: AccountId,
    id: SubmissionId,
    now: Timestamp,
) -> Result<Cancellation, Error> {
    let subject = match Subject::load(connection, id)? {
        Some(subject) if subject.account == account => subject,
        _ => return Ok(Cancellation::Unknown),
    };
    if subject.deleted {
        return Ok(Cancellation::Deleted);
    }
    if !subject.can_be_halted() {
        return Ok(Cancellation::Started);
    }
    if !subject.waits(connection)? || subject.has_started(connection)? {
        return Ok(Cancellation::Started);
    }
    subject.set_halt(connection, Some(Halt::Cancelled), now)?;
    Ok(Cancellation::Cancelled)
}

/// Deletes a submission for its account.
pub(crate) fn delete(
    connection: &Connection,
    account: AccountId,
    id: SubmissionId,
    now: Timestamp,
) -> Result<Deletion, Error> {
    let subject = match Subject::load(connection, id)? {
        Some(subject) if subject.account == account => subject,
        _ => return Ok(Deletion::Unknown),
    };
    if subject.deleted {
        return Ok(Deletion::Already);
    }
    connection
        .prepare_cached("UPDATE submission SET deleted_at = ?2 WHERE id = ?1")
        .and_then(|mut update| update.execute((id.0, now.as_millis())))
        .map_err(failed("cannot delete a submission"))?;
    if subject.can_be_halted() && subject.waits(connection)? {
        subject.set_halt(connection, Some(Halt::Cancelled), now)?;
    }
    Ok(Deletion::Deleted)
}

/// Halts what waits of a submission.
pub(crate) fn halt(
    connection: &Connection,
    id: SubmissionId,
    halt: Halt,
    now: Timestamp,
) -> Result<bool, Error> {
    match Subject::load(connection, id)? {
        Some(subject) if subject.can_be_halted() && subject.waits(connection)? => {
            subject.set_halt(connection, Some(halt), now)?;
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// Ends a pause.
pub(crate) fn resume(
    connection: &Connection,
    id: SubmissionId,
    now: Timestamp,
) -> Result<bool, Error> {
    match Subject::load(connection, id)? {
        Some(subject) if subject.halt == Some(Halt::Paused) => {
            subject.set_halt(connection, None, now)?;
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// Lets messages follow, submission after submission, until so many were looked at.
pub(crate) fn follow(connection: &Connection, now: Timestamp, limit: u32) -> Result<u32, Error> {
    let mut changes = Changes::default();
    let mut left = limit;
    while left > 0 {
        let next: Option<i64> = connection
            .prepare_cached("SELECT id FROM submission WHERE following <> 0 LIMIT 1")
            .and_then(|mut select| select.query_row([], |row| row.get(0)).optional())
            .map_err(failed("cannot look for halted submissions"))?;
        let Some(id) = next else { break };
        left -= follow_one(connection, &mut changes, SubmissionId(id), now, left)?;
    }
    changes.close(connection)?;
    Ok(limit - left)
}

/// Lets the next messages of one submission follow its halt or the end of its pause; answers how many it looked at, `limit` at most.
fn follow_one(
    connection: &Connection,
    changes: &mut Changes,
    id: SubmissionId,
    now: Timestamp,
    limit: u32,
) -> Result<u32, Error> {
    let (halt, from, messages, timing) = connection
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
    for id in waiting(connection, from, until)? {
        let Some(mut message) = Message::load(connection, id)? else {
            continue;
        };
        match halt {
            Some(halt) => obey(connection, changes, &mut message, halt, now)?,
            None if message.reason == Reason::Paused => {
                let_go(connection, changes, &mut message, &timing, now)?;
            }
            None => {}
        }
        message.save(connection, changes)?;
    }
    connection
        .prepare_cached("UPDATE submission SET following = ?2 WHERE id = ?1")
        .and_then(|mut update| update.execute((id.0, if until < end { until } else { 0 })))
        .map_err(failed("cannot tell which messages have followed"))?;
    Ok(u32::try_from(until - from).unwrap_or(0))
}

/// Lists the messages that wait, from one number to before another; those on lease are about to be answered, and meet the halt when
/// they are claimed again.
fn waiting(connection: &Connection, from: i64, until: i64) -> Result<Vec<MessageId>, Error> {
    // States 1 and 2: held and queued.
    connection
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
