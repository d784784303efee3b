//! Messages from handsets (MO).

use async_trait::async_trait;
use sms::Timestamp;

use crate::{AccountId, ConnectorId, Error, InboundId};

/// Describes a message from a handset as it came.
#[derive(Clone, Debug)]
pub struct NewInbound {
    /// Whose it is; `None` when nobody has the number that it was sent to: it is kept all the same.
    pub account: Option<AccountId>,
    /// Through which connector it came.
    pub connector: ConnectorId,
    /// The handset's number, digits only, or whatever stood there.
    pub from: String,
    /// The number that it was sent to, digits only.
    pub to: String,
    /// Its text.
    pub text: String,
    /// When it came.
    pub at: Timestamp,
    /// Whether the account is called back.
    pub tells: bool,
}

/// Describes a message from a handset as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// Its number.
    pub id: InboundId,
    /// The handset's number.
    pub from: String,
    /// The number that it was sent to.
    pub to: String,
    /// Its text.
    pub text: String,
    /// When it came.
    pub at: Timestamp,
}

/// Keeps messages from handsets.
#[async_trait]
pub trait Inbound: Send + Sync {
    /// Writes messages, and a callback for each whose account is told. Not idempotent: an upstream that sends one again because
    /// our answer was lost is heard twice.
    async fn receive(&self, messages: Vec<NewInbound>) -> Result<(), Error>;

    /// Reads an account's messages by number: those after `after`, that came at `since` or later, sent to `to` when given, at
    /// most `limit`.
    async fn received(
        &self,
        account: AccountId,
        after: Option<InboundId>,
        since: Timestamp,
        to: Option<String>,
        limit: u32,
    ) -> Result<Vec<Received>, Error>;
}
