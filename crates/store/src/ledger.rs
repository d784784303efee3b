//! Money: immutable entries, and books that are their sums.

use async_trait::async_trait;
use sms::Timestamp;
use sms::ledger::Book;

use crate::{AccountId, Error, MessageId};

/// Reports that the books do not add up: what was found first, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which rule.
    pub rule: &'static str,
    /// Whose books.
    pub account: Option<AccountId>,
    /// Which message.
    pub message: Option<MessageId>,
    /// What stands there and what should.
    pub detail: String,
}

/// Reports an audit.
#[derive(Clone, Debug, Default)]
pub struct Audit {
    /// How many accounts were checked.
    pub accounts: u64,
    /// How many entries were summed.
    pub entries: u64,
    /// How many messages were checked.
    pub messages: u64,
    /// The first violation of each rule; empty when the books balance.
    pub violations: Vec<Violation>,
}

/// Answers a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transferred {
    /// Both entries are durable.
    Done,
    /// Nothing was written: the account that was to give has no more than this, in micro-units, its credit included.
    Insufficient {
        /// What it could give.
        available_micros: i64,
    },
}

/// Sums up what an account spent and was given in some time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turnover {
    /// Messages of the submissions accepted in that time that an upstream has taken.
    pub messages: u64,
    /// Their segments.
    pub segments: u64,
    /// What they were charged, in micro-units.
    pub charged_micros: i64,
    /// What came to the account in that time by top-ups, adjustments and transfers, less what was taken away, in micro-units.
    pub brought_micros: i64,
}

/// Keeps the ledger. Charges, holds and releases are written by the promises that cause them.
#[async_trait]
pub trait Ledger: Send + Sync {
    /// Adds money to (or, negative, takes it from) the available balance, with a note; answers the book after it.
    /// Conflict when there is no such account. Not idempotent: after an `unavailable` error look at the book first.
    async fn top_up(
        &self,
        account: AccountId,
        amount_micros: i64,
        note: &str,
        at: Timestamp,
    ) -> Result<Book, Error>;

    /// Moves an amount above zero from the available balance of one account to another's, in one transaction, if the credit limit
    /// of the first allows it: two entries whose sum is zero, each with the other account's name before the note. Conflict when
    /// either does not exist, when they are the same, when their currencies differ, or when the amount is not above zero. Not
    /// idempotent: after an `unavailable` error look at the books first.
    async fn transfer(
        &self,
        from: AccountId,
        to: AccountId,
        amount_micros: i64,
        note: &str,
        at: Timestamp,
    ) -> Result<Transferred, Error>;

    /// Sums up an account's turnover from `from` on and before `until`. Looks at each of its messages of that time.
    async fn turnover(
        &self,
        account: AccountId,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Turnover, Error>;

    /// Reads the book of an account; `None` when there is no such account.
    async fn book(&self, account: AccountId) -> Result<Option<Book>, Error>;

    /// Checks in one consistent view that every book is the sum of its entries, that what an account was given by transfer
    /// another account gave at that time, that each submission's hold is the price of
    /// its messages and of those to come, that each message is charged at most once, released at most once, never both, at its
    /// own price, and exactly one of them when it is final, and that every kept count of messages is right.
    async fn audit(&self) -> Result<Audit, Error>;
}
