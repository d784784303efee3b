//! Callbacks: what an account's own program has yet to be told, until it has been told.
//!
//! A callback is written in the transaction of what it tells (a message that comes to its end, a message from a handset), so
//! none is forgotten; it is removed only after the account's program has taken it, so one may be told twice.

use async_trait::async_trait;
use sms::Timestamp;

use crate::inbound::Received;
use crate::submissions::Sent;
use crate::{AccountId, CallbackId, Error};

/// Is what a callback tells.
#[derive(Clone, Debug)]
pub enum Event {
    /// A message came to its end, or its end was corrected: the message as it is now.
    Ended(Box<Sent>),
    /// A message came from a handset.
    Received(Received),
}

/// Describes a callback that is due.
#[derive(Clone, Debug)]
pub struct Callback {
    /// Its number.
    pub id: CallbackId,
    /// Whose program is told.
    pub account: AccountId,
    /// What it is told.
    pub event: Event,
    /// How many times it has been tried in vain.
    pub attempts: u32,
    /// When what it tells happened.
    pub at: Timestamp,
}

/// Counts the callbacks of an account that wait, and those that were given up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallbackCount {
    /// Those that are to be tried, now or later.
    pub waiting: u64,
    /// Those that were given up.
    pub given_up: u64,
}

/// Keeps callbacks.
#[async_trait]
pub trait Callbacks: Send + Sync {
    /// Reads callbacks that are due, of each account those that have been due for longest, at most `each` of one and `limit` in all,
    /// the accounts in turn after `after` and none of `except`: an account whose program is slow must not keep another's waiting.
    /// What a callback tells of is read as it is now.
    async fn callbacks_due(
        &self,
        now: Timestamp,
        after: AccountId,
        except: Vec<AccountId>,
        each: u32,
        limit: u32,
    ) -> Result<Vec<Callback>, Error>;

    /// Removes callbacks that have been taken. Idempotent.
    async fn callbacks_told(&self, callbacks: Vec<CallbackId>) -> Result<(), Error>;

    /// Notes that a callback was tried in vain: it is due again at `due_at`, or given up and kept when `None`. Idempotent but for
    /// the count of attempts.
    async fn callback_failed(
        &self,
        callback: CallbackId,
        due_at: Option<Timestamp>,
    ) -> Result<(), Error>;

    /// Makes callbacks of an account due that were given up or wait for a later time, as if they had never been tried; answers how
    /// many. Many are made so in several transactions: after an error, to be repeated.
    async fn retry_callbacks(&self, account: AccountId, now: Timestamp) -> Result<u64, Error>;

    /// Counts the callbacks of an account.
    async fn callback_count(&self, account: AccountId) -> Result<CallbackCount, Error>;

    /// Forgets callbacks that tell of what happened before `before`, at most `limit`; answers how many. Those that still wait are
    /// forgotten too: a program that never comes back must not be owed more and more.
    async fn forget_callbacks(&self, before: Timestamp, limit: u32) -> Result<u64, Error>;
}
