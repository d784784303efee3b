//! The columns of a message that change, as they are written.

use store::{Error, MessageId};

use super::Message;
use crate::failed;
use crate::writing::{Sql, Writing};

static SAVE: Sql = Sql::new(
    "UPDATE message SET state = ?2, reason = ?3, accepted = ?4, delivered = ?5, failed = ?6, attempts = ?7, \
     doubts = ?8, submitted_at = ?9, done_at = ?10, changed_at = coalesce(?11, changed_at), failure = ?12 \
     WHERE id = ?1",
);

/// The columns of one message that may have changed.
pub(crate) struct Row {
    state: u8,
    reason: u8,
    accepted: i64,
    delivered: i64,
    failed: i64,
    attempts: u32,
    doubts: u32,
    submitted_at: Option<i64>,
    done_at: Option<i64>,
    /// When state or reason changed; `None` when they did not.
    changed_at: Option<i64>,
    failure: Option<u16>,
}

impl Row {
    /// Takes what has changed of a message since it was written.
    pub(super) fn of(message: &mut Message) -> Self {
        Self {
            state: message.state.as_u8(),
            reason: message.reason.as_u8(),
            accepted: message.accepted.cast_signed(),
            delivered: message.delivered.cast_signed(),
            failed: message.failed.cast_signed(),
            attempts: message.attempts,
            doubts: message.doubts,
            submitted_at: message.submitted_at,
            done_at: message.done_at,
            changed_at: message.changed_at.take(),
            failure: message.failure.map(|failure| failure.0),
        }
    }

    /// Stands in for an earlier row of the same message that was not written; when state or reason changed last stays known.
    pub(crate) fn in_place_of(self, earlier: &Self) -> Self {
        Self {
            changed_at: self.changed_at.or(earlier.changed_at),
            ..self
        }
    }

    pub(crate) fn write(&self, writing: &Writing<'_>, id: MessageId) -> Result<(), Error> {
        let row = (
            id.0,
            self.state,
            self.reason,
            self.accepted,
            self.delivered,
            self.failed,
            self.attempts,
            self.doubts,
            self.submitted_at,
            self.done_at,
            self.changed_at,
            self.failure,
        );
        writing
            .run(&SAVE, row)
            .map(drop)
            .map_err(failed("cannot write a message"))
    }
}
