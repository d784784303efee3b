//! Leases that begin with the acceptance: what there is room for need not go through the queue.

use std::sync::Arc;

use store::queue::ClaimedMessage;
use store::submissions::{NewMessage, NewSubmission};
use store::{ConnectorId, Error, MessageId};

use crate::message::Message;
use crate::new_messages::Target;
use crate::writing::{Sql, Writing};
use crate::{failed, known};

/// Writes the lease of a message, in place of an earlier one.
static LEASE: Sql = Sql::new(
    "INSERT OR REPLACE INTO lease (message_id, connector_id, claimed_at) VALUES (?1, ?2, ?3)",
);

/// Room on a connector.
#[derive(Clone, Copy)]
pub(crate) struct Room {
    pub(crate) connector: ConnectorId,
    /// How many segments it has room for.
    pub(crate) segments: u32,
}

/// Leases the first messages of a submission as far as there is room.
#[derive(Default)]
pub(crate) struct Leases {
    room: Option<Room>,
    shared: Option<Shared>,
    pub(crate) messages: Vec<ClaimedMessage>,
}

/// What the messages of a submission share.
struct Shared {
    originator: Arc<str>,
    alternative: Option<Arc<str>>,
    text: Arc<str>,
    variable_names: Arc<[String]>,
    is_tallied: bool,
}

impl Leases {
    /// Leases no more than there is room for; nothing without room.
    pub(crate) fn within(room: Option<Room>) -> Self {
        Self {
            room,
            ..Self::default()
        }
    }

    /// Leaves all that comes to the queue.
    pub(crate) fn close(&mut self) {
        self.room = None;
    }

    /// Notes what the messages of the submission share; leaves them to the queue when the account may not send.
    pub(crate) fn begin(
        &mut self,
        writing: &Writing<'_>,
        new: &NewSubmission,
        is_tallied: bool,
    ) -> Result<(), Error> {
        if self.room.is_none() {
            return Ok(());
        }
        if !known::standing(writing, new.account)?.may_send {
            self.close();
            return Ok(());
        }
        self.shared = Some(Shared {
            originator: new.originator.as_str().into(),
            alternative: new.alternative.as_deref().map(Into::into),
            text: new.text.as_str().into(),
            variable_names: new.variable_names.as_slice().into(),
            is_tallied,
        });
        Ok(())
    }

    /// Leases a message that would go into the queue; tells whether it has.
    pub(crate) fn take(
        &mut self,
        writing: &Writing<'_>,
        target: &Target,
        id: MessageId,
        message: &NewMessage,
    ) -> Result<bool, Error> {
        let (Some(room), Some(shared)) = (&mut self.room, &self.shared) else {
            return Ok(false);
        };
        let Some(recipient) = message.recipient else {
            return Ok(false);
        };
        if message.connector != Some(room.connector) {
            return Ok(false);
        }
        let Some(left) = room.segments.checked_sub(message.segments.into()) else {
            // What comes after it must not overtake it.
            self.close();
            return Ok(false);
        };
        room.segments = left;
        let at = target.at.as_millis();
        writing
            .run(&LEASE, (id.0, room.connector.0, at))
            .map_err(failed("cannot lease a message"))?;
        let leased = Message::leased(id, target, message, shared.is_tallied);
        writing.known().note(leased);
        let originator = match (&shared.alternative, &message.originator) {
            (Some(alternative), _) if message.alternative => Arc::clone(alternative),
            (_, Some(own)) => own.as_str().into(),
            (_, None) => Arc::clone(&shared.originator),
        };
        let (text, variables) = match &message.text {
            Some(own) => (own.as_str().into(), None),
            None => (Arc::clone(&shared.text), message.variables.clone()),
        };
        self.messages.push(ClaimedMessage {
            id,
            account: target.account,
            lane: target.lane,
            recipient,
            originator,
            text,
            form: target.form,
            variable_names: Arc::clone(&shared.variable_names),
            variables,
            segments: message.segments,
            accepted: 0,
            attempts: 0,
            doubts: 0,
            expires_at: target.timing.expires_at(id),
        });
        Ok(true)
    }
}

/// Leases a message that waited in the queue.
pub(crate) fn lease(
    writing: &Writing<'_>,
    message: MessageId,
    connector: ConnectorId,
    at_millis: i64,
) -> Result<(), Error> {
    writing
        .run(&LEASE, (message.0, connector.0, at_millis))
        .map(drop)
        .map_err(failed("cannot lease a message"))
}
