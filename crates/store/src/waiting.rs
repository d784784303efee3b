//! What can be done with single messages that have not left: cancel them, replace them, send them another way.

use async_trait::async_trait;
use sms::{Form, Lane, Msisdn, Timestamp};

use crate::notices::Tells;
use crate::{AccountId, ConnectorId, Error, MessageId};

/// Says what came of a change of one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is durable.
    Done,
    /// The message has left, may have left, has ended, or is one of a test, which never leaves: nothing changed.
    TooLate,
    /// The account has no such message.
    Unknown,
    /// The new price is above what is available: nothing changed.
    Insufficient {
        /// What the account could spend, in micro-units, its credit included.
        available_micros: i64,
    },
}

/// Describes what a waiting message becomes.
#[derive(Clone, Debug)]
pub struct Replacement {
    /// The text, sent as it stands.
    pub text: String,
    /// How many segments it takes.
    pub segments: u16,
    /// The price of all of them.
    pub price_micros: i64,
    /// When it becomes due, a time that has passed for at once; `None` to leave that as it is.
    pub start_at: Option<Timestamp>,
    /// When it must not leave any more; `None` to leave that as it is, or, with a new start, as long after it as it was.
    pub expires_at: Option<Timestamp>,
    /// What its account's program is told of it; the callback stays what it was.
    pub tells: Tells,
}

/// Describes a waiting message as far as its way out depends on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingMessage {
    /// Its number.
    pub id: MessageId,
    /// Whose it is.
    pub account: AccountId,
    /// How urgent it is.
    pub lane: Lane,
    /// To whom.
    pub recipient: Msisdn,
    /// Who it is from.
    pub originator: String,
    /// Since when it has waited: since it was queued, was set back for the present reason, or was sent this way.
    pub since: Timestamp,
}

/// Names a message to be sent another way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// Which message.
    pub message: MessageId,
    /// The connector that it waits for.
    pub from: ConnectorId,
    /// The connector that it shall wait for.
    pub to: ConnectorId,
}

/// Changes messages that wait.
#[async_trait]
pub trait Waiting: Send + Sync {
    /// Ends a message as cancelled and gives its price back, unless any of it may have left. Idempotent: a cancelled one is
    /// cancelled.
    async fn cancel_message(
        &self,
        account: AccountId,
        message: MessageId,
        now: Timestamp,
    ) -> Result<Change, Error>;

    /// Gives a waiting message another text, and holds or gives back the difference in price; it keeps its number and its place.
    /// Only a message that is alone in its submission, without a control copy, is replaced; another is [`Change::TooLate`]. A pause,
    /// a sender name that it waits for and the pause before another attempt hold it on. Idempotent.
    async fn replace_message(
        &self,
        account: AccountId,
        message: MessageId,
        form: Form,
        replacement: Replacement,
        now: Timestamp,
    ) -> Result<Change, Error>;

    /// Lists the account's messages from this originator to this number that [`Waiting::cancel_message`] would end, oldest first, at
    /// most `limit`. Looks at every message of the account that waits: for a request now and then.
    async fn waiting_to(
        &self,
        account: AccountId,
        originator: &str,
        recipient: Msisdn,
        limit: u32,
    ) -> Result<Vec<MessageId>, Error>;

    /// Lists messages that wait for a connector, in the queue or for a retry, of which no segment was taken and that are not in
    /// doubt: those of this lane, or of all, after `after` by number that have waited since `until` or longer, at most `limit`. Looks
    /// at every message that waits for it, unless there are enough.
    async fn waiting_messages(
        &self,
        connector: ConnectorId,
        lane: Option<Lane>,
        until: Timestamp,
        after: Option<MessageId>,
        limit: u32,
    ) -> Result<Vec<WaitingMessage>, Error>;

    /// Lets waiting messages wait for another connector, those that were to be retried at once; answers how many moved. Each begins to
    /// wait anew, at its price and with its attempts. One that does not wait any more, or not for the connector named, stays as it
    /// is, and so does one that is held. Conflict, and nothing moves, when a connector that one shall wait for does not exist.
    async fn reroute(&self, moves: Vec<Move>, now: Timestamp) -> Result<u64, Error>;
}
