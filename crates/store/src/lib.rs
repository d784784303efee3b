//! What the gateway asks of a durable store: traits by subject, and the contract suite that every backend passes.
//!
//! A method is a promise, not a row: it is one transaction, it has happened durably when it returns `Ok`, and it has
//! not happened at all when it returns `Err` (but see [`Error::is_unavailable`]). Methods that a caller may have to
//! repeat after an error are idempotent; their documentation says how. Look-ups answer `Option`. Nothing here may rely
//! on one backend: SQLite and `PostgreSQL` must both be able to keep every promise.

pub mod accounts;
pub mod callbacks;
pub mod campaigns;
pub mod configuration;
pub mod contacts;
pub mod contract;
mod error;
mod id;
pub mod inbound;
pub mod ledger;
pub mod mailings;
pub mod notices;
pub mod queue;
pub mod receipts;
pub mod sender_names;
pub mod stop_list;
pub mod submissions;
pub mod templates;
pub mod waiting;

pub use accounts::Accounts;
pub use callbacks::Callbacks;
pub use campaigns::Campaigns;
pub use configuration::Configuration;
pub use contacts::Contacts;
pub use error::Error;
pub use id::{
    AccountId, CallbackId, ConnectorId, ContactId, InboundId, ListId, MailingId, MessageId,
    NoticeId, PartId, SenderId, StopId, SubmissionId, TemplateId, VariableId,
};
pub use inbound::Inbound;
pub use ledger::Ledger;
pub use mailings::Mailings;
pub use notices::Notices;
pub use queue::Queue;
pub use receipts::Receipts;
pub use sender_names::SenderNames;
pub use stop_list::StopList;
pub use submissions::Submissions;
pub use templates::Templates;
pub use waiting::Waiting;

/// Answers to every promise: a backend.
pub trait Store:
    Accounts
    + Callbacks
    + Campaigns
    + Configuration
    + Contacts
    + Inbound
    + Ledger
    + Mailings
    + Notices
    + Queue
    + Receipts
    + SenderNames
    + StopList
    + Submissions
    + Templates
    + Waiting
{
}

impl<T> Store for T where
    T: Accounts
        + Callbacks
        + Campaigns
        + Configuration
        + Contacts
        + Inbound
        + Ledger
        + Mailings
        + Notices
        + Notices
        + Queue
        + Receipts
        + SenderNames
        + StopList
        + Submissions
        + Templates
        + Waiting
{
}
