//! Notices: what an account's own program has yet to be given over SMPP, receipts of its messages and messages from handsets.
//!
//! A notice is written in the transaction of what it tells, so none is forgotten; it is removed only after the program has
//! answered that it has it, so one may be given twice.

use async_trait::async_trait;
use sms::Timestamp;

use crate::inbound::Received;
use crate::submissions::Sent;
use crate::{AccountId, Error, NoticeId};

/// Says what an account's program is told of a message, and by which way; nothing by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Tells(u8);

impl Tells {
    /// A callback when it comes to its end.
    pub const CALLBACK: Self = Self(1);
    /// A receipt over SMPP when it is delivered.
    pub const DELIVERED: Self = Self(2);
    /// A receipt over SMPP when it ends otherwise, and when that end is corrected: who was told must hear that it was not so.
    pub const NOT_DELIVERED: Self = Self(4);
    /// A notice over SMPP when the upstream has taken all of it.
    pub const UNDER_WAY: Self = Self(8);

    /// Returns the stable code under which this is stored.
    pub const fn as_u8(self) -> u8 {
        self.0
    }

    /// Reads a stored code; `None` for one that nothing has.
    pub const fn from_u8(code: u8) -> Option<Self> {
        if code < 16 { Some(Self(code)) } else { None }
    }

    /// Adds what another one tells.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Tells whether everything that another one tells is told.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// Is what a notice tells.
#[derive(Clone, Debug)]
pub enum Event {
    /// The upstream took a message: the message as it is now.
    UnderWay(Box<Sent>),
    /// A message came to its end, or its end was corrected: the message as it is now.
    Ended(Box<Sent>),
    /// A message came from a handset.
    Received(Received),
}

/// Describes a notice.
#[derive(Clone, Debug)]
pub struct Notice {
    /// Its number.
    pub id: NoticeId,
    /// What it tells.
    pub event: Event,
    /// When what it tells happened.
    pub at: Timestamp,
}

/// Counts the notices of an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoticeCount {
    /// How many wait.
    pub waiting: u64,
    /// When what the oldest of them tells happened.
    pub oldest_at: Option<Timestamp>,
}

/// Keeps notices.
#[async_trait]
pub trait Notices: Send + Sync {
    /// Reads notices of an account in the order in which they were written: those after `after`, at most `limit`; those of one
    /// message are in the order of its states. What they tell of is read as it is now. One that tells of what cannot be read is left
    /// out and keeps none behind it waiting.
    async fn notices(
        &self,
        account: AccountId,
        after: Option<NoticeId>,
        limit: u32,
    ) -> Result<Vec<Notice>, Error>;

    /// Removes notices of an account that have been given. Idempotent.
    async fn notices_given(&self, account: AccountId, notices: Vec<NoticeId>) -> Result<(), Error>;

    /// Counts the notices of an account.
    async fn notice_count(&self, account: AccountId) -> Result<NoticeCount, Error>;

    /// Forgets notices of what happened before `before`, at most `limit`; answers how many: a program that never binds must not
    /// be owed more and more. One that was written behind a later one of its account may be forgotten only with that.
    async fn forget_notices(&self, before: Timestamp, limit: u32) -> Result<u64, Error>;
}
