//! Sender names: originators that an account registers for a country and the operator of the gateway approves.

use async_trait::async_trait;
use sms::{Country, SenderStatus, Timestamp};

use crate::{AccountId, Error, SenderId};

/// Describes a registered sender name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SenderName {
    /// Its number.
    pub id: SenderId,
    /// Whose it is.
    pub account: AccountId,
    /// The originator, letter for letter.
    pub name: String,
    /// Where it shall be used.
    pub country: Country,
    /// What the operator of the gateway decided.
    pub status: SenderStatus,
    /// What the account says of it; empty for nothing.
    pub description: String,
    /// What the operator of the gateway says of the decision; empty for nothing.
    pub note: String,
    /// When it was registered.
    pub registered_at: Timestamp,
}

/// Describes a name to register.
#[derive(Clone, Debug)]
pub struct NewSenderName {
    /// Whose it is.
    pub account: AccountId,
    /// The originator.
    pub name: String,
    /// Where it shall be used.
    pub country: Country,
    /// The status to begin with.
    pub status: SenderStatus,
    /// What the account says of it.
    pub description: String,
}

/// Says what registering a name came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registered {
    /// It is there from now on.
    Added(SenderId),
    /// The account has the name for that country already.
    Already(SenderId),
}

/// Keeps sender names.
#[async_trait]
pub trait SenderNames: Send + Sync {
    /// Registers a name. Conflict when there is no such account.
    async fn register_sender(
        &self,
        name: NewSenderName,
        at: Timestamp,
    ) -> Result<Registered, Error>;

    /// Looks up a name of the account.
    async fn sender(
        &self,
        account: AccountId,
        sender: SenderId,
    ) -> Result<Option<SenderName>, Error>;

    /// Lists the countries for which the account has registered this name, by number.
    async fn senders_named(&self, account: AccountId, name: &str)
    -> Result<Vec<SenderName>, Error>;

    /// Reads names by number: those after `after`, at most `limit`; of one account only when it is given.
    async fn senders(
        &self,
        account: Option<AccountId>,
        after: SenderId,
        limit: u32,
    ) -> Result<Vec<SenderName>, Error>;

    /// Changes what the account says of a name of its own; tells whether there is one.
    async fn describe_sender(
        &self,
        account: AccountId,
        sender: SenderId,
        description: &str,
    ) -> Result<bool, Error>;

    /// Removes a name of the account; tells whether there was one. Conflict while messages wait for the decision on it.
    async fn remove_sender(&self, account: AccountId, sender: SenderId) -> Result<bool, Error>;

    /// Decides on a name, again if need be; tells whether there is one. Messages held for it follow with
    /// [`SenderNames::follow_decisions`].
    async fn decide_sender(
        &self,
        sender: SenderId,
        status: SenderStatus,
        note: &str,
    ) -> Result<bool, Error>;

    /// Lets up to `limit` messages that were held for a name follow what was decided on it: they are queued, wait for their
    /// time, or end as failed and are released. Answers how many; fewer than `limit` when there are no more.
    async fn follow_decisions(&self, now: Timestamp, limit: u32) -> Result<u32, Error>;
}
