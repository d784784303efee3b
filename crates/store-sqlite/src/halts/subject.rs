//! A submission as halts see it, and what may be done with it when.

use sms::{MessageState, Timestamp};
use store::campaigns::{Cancellation, Deletion, Halt};
use store::{AccountId, Error, SubmissionId};

use super::{AT_ONCE, follow_one, halt_code, halt_from};
use crate::changes::Changes;
use crate::tallies::{Place, Places};
use crate::writing::Writing;
use crate::{expansion, failed, tallies};

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
    fn load(writing: &Writing<'_>, id: SubmissionId) -> Result<Option<Self>, Error> {
        let found = Self::select(writing, "id = ?1 AND control_of IS NULL", id)?;
        Ok(found.into_iter().next())
    }

    /// Looks up the submission's control copies.
    fn copies(&self, writing: &Writing<'_>) -> Result<Vec<Self>, Error> {
        Self::select(writing, "control_of = ?1", self.id)
    }

    fn select(writing: &Writing<'_>, such: &str, id: SubmissionId) -> Result<Vec<Self>, Error> {
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
        writing
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

    fn places(&self, writing: &Writing<'_>) -> Result<Places, Error> {
        tallies::places(writing, self.id, self.first, self.messages)
    }

    /// Tells whether anything of it, or of its control copies, has yet to leave.
    fn waits(&self, writing: &Writing<'_>) -> Result<bool, Error> {
        for subject in self.copies(writing)?.iter().chain([self]) {
            let still_here =
                |place: Place| matches!(place.state, MessageState::Held | MessageState::Queued);
            if subject.expanding || subject.places(writing)?.any(still_here) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Tells whether anything of it, or of its control copies, has left or may have.
    fn has_started(&self, writing: &Writing<'_>) -> Result<bool, Error> {
        for subject in self.copies(writing)?.iter().chain([self]) {
            if subject.may_have_left(writing, &subject.places(writing)?)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Tells whether an upstream has, or may have, a message of it, or a part of one. One that was refused for a while it has not.
    fn may_have_left(&self, writing: &Writing<'_>, places: &Places) -> Result<bool, Error> {
        let has_left = |place: Place| {
            place.taken || matches!(place.state, MessageState::Submitted | MessageState::InDoubt)
        };
        if places.any(has_left) || self.is_leased(writing)? {
            return Ok(true);
        }
        // One that had its turn and waits for another may have been taken in part, or be doubtful still. A schedule that has not
        // begun, which is what is mostly cancelled, need not be looked through.
        let had_a_turn =
            |place: Place| place.state == MessageState::Queued || place == tallies::HELD_BY_PAUSE;
        if !places.any(had_a_turn) {
            return Ok(false);
        }
        writing
            .prepare_cached(
                "SELECT 1 FROM message WHERE id >= ?1 AND id < ?2 AND (accepted <> 0 OR doubts <> 0) LIMIT 1",
            )
            .and_then(|mut select| select.exists((self.first, self.first + self.messages)))
            .map_err(failed("cannot look for messages that may have left"))
    }

    /// Tells whether a message is on lease.
    fn is_leased(&self, writing: &Writing<'_>) -> Result<bool, Error> {
        writing
            .prepare_cached(
                "SELECT 1 FROM lease WHERE message_id >= ?1 AND message_id < ?2 LIMIT 1",
            )
            .and_then(|mut select| select.exists((self.first, self.first + self.messages)))
            .map_err(failed("cannot look for leases"))
    }

    /// Sets or ends the halt of the submission and its control copy, and lets their messages follow, the first ones at once.
    fn set_halt(
        &self,
        writing: &Writing<'_>,
        halt: Option<Halt>,
        now: Timestamp,
    ) -> Result<(), Error> {
        writing
            .prepare_cached(
                "UPDATE submission SET halt = ?2, following = first_message_id WHERE id = ?1 OR control_of = ?1",
            )
            .and_then(|mut update| update.execute((self.id.0, halt_code(halt))))
            .map_err(failed("cannot halt a submission"))?;
        if !matches!(halt, None | Some(Halt::Paused)) {
            expansion::end(writing, self.id, now)?;
        }
        let both: Vec<i64> = writing
            .prepare_cached("SELECT id FROM submission WHERE id = ?1 OR control_of = ?1")
            .and_then(|mut select| select.query_map([self.id.0], |row| row.get(0))?.collect())
            .map_err(failed("cannot read a submission"))?;
        let mut changes = Changes::default();
        for id in both {
            follow_one(writing, &mut changes, SubmissionId(id), now, AT_ONCE)?;
        }
        changes.close(writing)
    }
}

/// Cancels a submission of which nothing has left.
pub(crate) fn cancel(
    writing: &Writing<'_>,
    account: AccountId,
    id: SubmissionId,
    now: Timestamp,
) -> Result<Cancellation, Error> {
    let subject = match Subject::load(writing, id)? {
        Some(subject) if subject.account == account => subject,
        _ => return Ok(Cancellation::Unknown),
    };
    if subject.deleted {
        return Ok(Cancellation::Deleted);
    }
    if !subject.can_be_halted() {
        return Ok(Cancellation::Started);
    }
    if !subject.waits(writing)? || subject.has_started(writing)? {
        return Ok(Cancellation::Started);
    }
    subject.set_halt(writing, Some(Halt::Cancelled), now)?;
    Ok(Cancellation::Cancelled)
}

/// Deletes a submission for its account.
pub(crate) fn delete(
    writing: &Writing<'_>,
    account: AccountId,
    id: SubmissionId,
    now: Timestamp,
) -> Result<Deletion, Error> {
    let subject = match Subject::load(writing, id)? {
        Some(subject) if subject.account == account => subject,
        _ => return Ok(Deletion::Unknown),
    };
    if subject.deleted {
        return Ok(Deletion::Already);
    }
    writing
        .prepare_cached("UPDATE submission SET deleted_at = ?2 WHERE id = ?1")
        .and_then(|mut update| update.execute((id.0, now.as_millis())))
        .map_err(failed("cannot delete a submission"))?;
    if subject.can_be_halted() && subject.waits(writing)? {
        subject.set_halt(writing, Some(Halt::Cancelled), now)?;
    }
    Ok(Deletion::Deleted)
}

/// Halts what waits of a submission.
pub(crate) fn halt(
    writing: &Writing<'_>,
    id: SubmissionId,
    halt: Halt,
    now: Timestamp,
) -> Result<bool, Error> {
    match Subject::load(writing, id)? {
        Some(subject) if subject.can_be_halted() && subject.waits(writing)? => {
            subject.set_halt(writing, Some(halt), now)?;
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// Ends a pause.
pub(crate) fn resume(
    writing: &Writing<'_>,
    id: SubmissionId,
    now: Timestamp,
) -> Result<bool, Error> {
    match Subject::load(writing, id)? {
        Some(subject) if subject.halt == Some(Halt::Paused) => {
            subject.set_halt(writing, None, now)?;
            Ok(true)
        }
        _ => Ok(false),
    }
}
