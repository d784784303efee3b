//! Leases: from the transaction that lets a message leave until an answer is recorded.

use store::submissions::NewMessage;
use store::{Error, MessageId};

use super::Message;
use crate::failed;
use crate::new_messages::Target;
use crate::tallies::Place;
use crate::writing::{Sql, Writing};

/// Whether a message is on lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lease {
    /// That has to be looked up.
    Unknown,
    None,
    /// Since then, in milliseconds.
    Since(i64),
}

static LEASED_AT: Sql = Sql::new("SELECT claimed_at FROM lease WHERE message_id = ?1");

static END_LEASE: Sql = Sql::new("DELETE FROM lease WHERE message_id = ?1");

impl Message {
    /// Makes the message of a row just written; it is on lease since then.
    pub(crate) fn leased(
        id: MessageId,
        target: &Target,
        message: &NewMessage,
        is_tallied: bool,
    ) -> Self {
        Self {
            id,
            submission: target.submission,
            account: target.account,
            segments: message.segments,
            price_micros: message.price_micros,
            connector: message.connector,
            state: message.state,
            reason: message.reason,
            accepted: 0,
            delivered: 0,
            failed: 0,
            attempts: 0,
            doubts: 0,
            failure: None,
            submitted_at: None,
            done_at: None,
            changed_at: None,
            tells: target.tells,
            recipient: message.recipient,
            lease: Lease::Since(target.at.as_millis()),
            is_tallied: Some(is_tallied),
            written: Place::with_us(message.state, message.reason),
        }
    }

    /// Ends its lease, if it has one; answers since when it had it, in milliseconds.
    pub(crate) fn end_lease(&mut self, writing: &Writing<'_>) -> Result<Option<i64>, Error> {
        let since = match self.lease {
            Lease::None => None,
            Lease::Since(at) => Some(at),
            // In two statements: RETURNING builds a table of its own each time, which costs more than both.
            Lease::Unknown => writing
                .find(&LEASED_AT, [self.id.0], |row| row.get(0))
                .map_err(failed("cannot look for a lease"))?,
        };
        if since.is_some() {
            writing
                .run(&END_LEASE, [self.id.0])
                .map_err(failed("cannot end a lease"))?;
        }
        self.lease = Lease::None;
        Ok(since)
    }
}
