//! What the gateway asks of a durable store: traits by subject, and the contract suite that every backend passes.
//!
//! A method is a promise, not a row: it is one transaction, it has happened durably when it returns `Ok`, and it has
//! not happened at all when it returns `Err` (but see [`Error::is_unavailable`]). Methods that a caller may have to
//! repeat after an error are idempotent; their documentation says how. Look-ups answer `Option`. Nothing here may rely
//! on one backend: SQLite and `PostgreSQL` must both be able to keep every promise.

pub mod accounts;
pub mod configuration;
pub mod contract;
mod error;
mod id;
pub mod ledger;
pub mod queue;
pub mod receipts;
pub mod submissions;

pub use accounts::Accounts;
pub use configuration::Configuration;
pub use error::Error;
pub use id::{AccountId, ConnectorId, MessageId, SubmissionId};
pub use ledger::Ledger;
pub use queue::Queue;
pub use receipts::Receipts;
pub use submissions::Submissions;

/// Answers to every promise: a backend.
pub trait Store: Accounts + Configuration + Ledger + Queue + Receipts + Submissions {}

impl<T: Accounts + Configuration + Ledger + Queue + Receipts + Submissions> Store for T {}
