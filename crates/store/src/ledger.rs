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

    /// Reads the book of an account; `None` when there is no such account.
    async fn book(&self, account: AccountId) -> Result<Option<Book>, Error>;

    /// Checks in one consistent view that every book is the sum of its entries, that each submission's hold is the price of
    /// its messages and of those to come, that each message is charged at most once, released at most once, never both, at its
    /// own price, and exactly one of them when it is final, and that every kept count of messages is right.
    async fn audit(&self) -> Result<Audit, Error>;
}
