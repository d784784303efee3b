//! Callbacks: telling an account's own program what became of its messages, and what handsets answered.
//!
//! The gateway keeps what is to be told and when (see `tasks::callbacks`); how it is said is a dialect's, and how it gets there
//! is the caller's, which the binary provides.

mod url;

use std::sync::Arc;

use sms::{Refusal, Timestamp};
use store::inbound::Received;
use store::{AccountId, CallbackId};

use crate::{Account, Error, Gateway, Secret, Sent};

pub use store::callbacks::CallbackCount;
pub use url::{LONGEST_URL, Url, WrongUrl, check_url};

/// Is one thing to be told to one account's program.
#[derive(Clone, Debug)]
pub struct Call {
    /// Its number: the same for each attempt.
    pub id: CallbackId,
    /// Whose program.
    pub account: Arc<Account>,
    /// Where it listens: [`crate::AccountSettings::callback_url`].
    pub url: String,
    /// What the account signs with, if it has set that.
    pub secret: Option<Secret>,
    /// What happened.
    pub event: Event,
    /// When it happened.
    pub at: Timestamp,
}

/// Is what a callback tells.
#[derive(Clone, Debug)]
pub enum Event {
    /// A message came to its end, or its end was corrected.
    Ended(Box<Sent>),
    /// A message came from a handset.
    Received(Received),
}

/// Says why a program could not be told, in words for a log: without the text of a message, and of the address at most the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotTold {
    /// Not this time: it is tried again.
    Later(String),
    /// Never: the address is one that must not be called. It is kept all the same, and can be tried again by
    /// [`Gateway::retry_callbacks`].
    Never(String),
}

/// Tells programs.
///
/// The implementer's duties:
///
/// 1. `tell` answers `Ok` only when the program has said that it took it (an HTTP status of 200 to 299).
/// 2. It ends within a bounded time and reads a bounded answer, whatever the other side does.
/// 3. It calls no address that the operator of the gateway does not allow, however the name is resolved.
/// 4. No log line has a secret or a message's text.
#[async_trait::async_trait]
pub trait Caller: Send + Sync + 'static {
    /// Tells one program one thing.
    async fn tell(&self, call: &Call) -> Result<(), NotTold>;
}

impl Gateway {
    /// Counts what an account's program has yet to be told.
    pub async fn callback_count(&self, account: AccountId) -> Result<CallbackCount, Error> {
        self.account(account).ok_or(Refusal::UnknownCredential)?;
        Ok(self.store().callback_count(account).await?)
    }

    /// Lets callbacks of an account that were given up, or wait for a later try, be tried again at once and for another day; answers
    /// how many. The task that tells them may be another process's: it finds them within a second, and leaves a program that has
    /// just failed in peace for at most a minute.
    pub async fn retry_callbacks(&self, account: AccountId) -> Result<u64, Error> {
        self.account(account).ok_or(Refusal::UnknownCredential)?;
        let retried = self.store().retry_callbacks(account, self.now()).await?;
        self.wake_programs();
        Ok(retried)
    }
}
