//! What Heliogram does: the use cases that front ends call, and the tasks that carry accepted messages to their end.
//!
//! [`Gateway`] is the one handle that front ends hold. [`Running`] starts the tasks around it and stops them in order.

pub mod admin;
mod apart;
pub mod callback;
mod campaign;
pub mod clock;
pub mod connector;
mod contacts;
pub mod directory;
mod error;
mod exchange;
pub mod explain;
mod guessing;
mod health;
mod inbound;
mod keywords;
pub mod mailings;
mod message_templates;
mod notices;
mod once;
mod pricing;
mod quote;
mod report;
pub mod search;
pub mod secrets;
mod sender_names;
mod sign_in;
mod stop_answers;
mod stop_list;
pub mod sub_accounts;
mod submit;
mod tasks;
mod waiting;

use std::sync::{Arc, Mutex};

use arc_swap::ArcSwap;
use sms::{Currency, Money, Timestamp};
use store::Store;
use tokio::sync::Notify;

pub use campaign::Campaign;
pub use contacts::{ContactEntry, ContactField, ContactSearch};
pub use directory::{Account, AccountSettings, RouteKinds};
pub use error::Error;
pub use exchange::Exchange;
pub use notices::{Notice, NoticeEvent};
pub use once::Once;
pub use quote::QuotedMessage;
pub use report::{Balance, Message, Sent, Submission};
pub use secrets::Secret;
pub use sender_names::SenderRules;
pub use store::campaigns::Halt;
pub use store::contacts::{Added, Contact, ContactList, ListVariable};
pub use store::inbound::Received;
pub use store::ledger::Turnover;
pub use store::notices::{NoticeCount, Tells};
pub use store::sender_names::SenderName;
pub use store::stop_list::{OriginatorStop, Stop};
pub use store::submissions::History;
pub use store::submissions::Parts as SubmissionParts;
pub use store::templates::{MessageTemplate, TemplateText};
pub use store::waiting::Change;
pub use store::{
    AccountId, CallbackId, ConnectorId, ContactId, InboundId, ListId, MailingId, MessageId,
    NoticeId, SenderId, StopId, SubmissionId, TemplateId, VariableId,
};
pub use submit::{Accepted, Submit, Terms, To};
pub use tasks::{Running, registry};
pub use waiting::Replace;

use clock::Clock;
use directory::Directory;
use secrets::Vault;

/// Bounds what one request may ask for.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Recipients in one submission.
    pub recipients: usize,
    /// Recipients above which a submission is priced on a thread of its own.
    pub recipients_at_once: usize,
    /// Octets of the texts together that recipients of one submission have of their own.
    pub own_texts_octets: u32,
    /// Accounts under one of the operator's, however many are between.
    pub sub_accounts: usize,
    /// Segments of one message; at most 63.
    pub segments: u16,
    /// How long a message may wait to leave when nobody says; also the most anybody may say.
    pub lifetime_ms: i64,
    /// How long after the first part of a submission its last one may start: from then on it cannot be cancelled, only deleted.
    pub parts_ms: i64,
    /// Octets of one text that is kept of a contact, a list, an entry of the stop list or a sender name.
    pub field_octets: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            recipients: 100_000,
            recipients_at_once: 500,
            own_texts_octets: 16 * 1024 * 1024,
            sub_accounts: 10_000,
            segments: 10,
            lifetime_ms: 24 * 60 * 60 * 1000,
            parts_ms: 366 * 24 * 60 * 60 * 1000,
            field_octets: 4_096,
        }
    }
}

/// Sets how the tasks work. Times are in milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Tempo {
    /// How often the store is asked whether the configuration changed.
    pub reload_ms: u64,
    /// How often scheduled messages and retries are looked for.
    pub release_ms: u64,
    /// How often campaigns that wait for something are looked at, such as for money or for a decision of another process.
    pub expand_ms: u64,
    /// How often lifetimes and missing receipts are looked for.
    pub sweep_ms: u64,
    /// How often callbacks are looked for whose time has come, or that another process has written.
    pub callbacks_ms: u64,
    /// How long after the end of its lifetime a message may still get a receipt.
    pub receipt_wait_ms: i64,
    /// How long a silent upstream is given after the response timeout before a message in doubt is sent again.
    pub resend_after_ms: i64,
    /// Attempts that upstreams looked at and refused for a while, after which a message is given up.
    pub attempts: u32,
    /// How many receipts one commit records at the most.
    pub receipts_at_once: usize,
    /// How often it is looked whether connectors are well.
    pub health_ms: u64,
    /// How often messages are looked for that had better wait for another connector.
    pub failover_ms: u64,
    /// How often it is noted for other processes how connectors are, and operators are asked for what they have not reported.
    pub conditions_ms: u64,
    /// How long a stop waits for what is on the wire of each connector.
    pub drain_ms: u64,
}

impl Default for Tempo {
    fn default() -> Self {
        Self {
            reload_ms: 300,
            release_ms: 200,
            expand_ms: 500,
            sweep_ms: 1_000,
            callbacks_ms: 1_000,
            receipt_wait_ms: 48 * 60 * 60 * 1000,
            resend_after_ms: 5_000,
            attempts: 8,
            receipts_at_once: 1_000,
            health_ms: 200,
            failover_ms: 1_000,
            conditions_ms: 1_000,
            drain_ms: 10_000,
        }
    }
}

/// What a gateway is made of.
pub struct Parts {
    /// Where everything durable is kept.
    pub store: Arc<dyn Store>,
    /// Opens sealed secrets.
    pub vault: Vault,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Bounds on requests.
    pub limits: Limits,
    /// The pace of the tasks.
    pub tempo: Tempo,
    /// The exchange table, before what was set by command.
    pub exchange: Exchange,
    /// Where originators need approval.
    pub sender_rules: SenderRules,
}

/// Is the one handle that front ends hold; cheap to clone.
#[derive(Clone)]
pub struct Gateway(Arc<Inner>);

struct Inner {
    /// The promises.
    store: Arc<dyn Store>,
    /// The key of sealed secrets.
    vault: Vault,
    /// The time.
    clock: Arc<dyn Clock>,
    /// The bounds.
    limits: Limits,
    /// The pace.
    tempo: Tempo,
    /// The exchange table, before what was set by command.
    exchange: Exchange,
    /// Where originators need approval.
    sender_rules: SenderRules,
    /// The configuration as last read.
    directory: ArcSwap<Directory>,
    /// Which connectors are well.
    health: health::Wards,
    /// The connectors that run.
    actives: tasks::Actives,
    /// Rung when new messages wait.
    work: tokio::sync::watch::Sender<()>,
    /// Rung when a campaign has something to do.
    campaigns: tokio::sync::watch::Sender<()>,
    /// Rung when there may be something to tell accounts' programs.
    callbacks: tokio::sync::watch::Sender<()>,
    /// Rung when there may be something for programs that bind.
    notices: tokio::sync::watch::Sender<()>,
    /// Rung when a changed configuration has been read.
    reload: Notify,
    /// Keeps password hashing from taking every core.
    hashing: sign_in::Turns,
    /// Wrong passwords of late.
    guessing: Mutex<guessing::Guessing>,
    /// Handsets that wait to be told that they are left alone.
    stop_answers: stop_answers::StopAnswers,
    /// Who has signed in with which password.
    signed_in: sign_in::Remembered,
}

impl Gateway {
    /// Makes the handle and reads the configuration; no task runs yet.
    pub async fn open(parts: Parts) -> Result<Self, store::Error> {
        let Parts {
            store,
            vault,
            clock,
            limits,
            tempo,
            exchange,
            sender_rules,
        } = parts;
        let gateway = Self(Arc::new(Inner {
            store,
            vault,
            clock,
            limits: Limits {
                segments: limits.segments.min(63),
                ..limits
            },
            tempo,
            exchange,
            sender_rules,
            directory: ArcSwap::from_pointee(Directory::default()),
            health: health::Wards::default(),
            actives: tasks::Actives::default(),
            work: tokio::sync::watch::Sender::new(()),
            campaigns: tokio::sync::watch::Sender::new(()),
            callbacks: tokio::sync::watch::Sender::new(()),
            notices: tokio::sync::watch::Sender::new(()),
            reload: Notify::new(),
            hashing: sign_in::Turns::default(),
            guessing: Mutex::default(),
            stop_answers: stop_answers::StopAnswers::default(),
            signed_in: sign_in::Remembered::default(),
        }));
        gateway.reload().await?;
        Ok(gateway)
    }

    /// Tells the time by the gateway's clock.
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// Looks up an account.
    pub fn account(&self, id: AccountId) -> Option<Arc<Account>> {
        self.directory().accounts.get(&id).cloned()
    }

    /// Converts money by the exchange table; `None` when it has no rate.
    pub fn convert(&self, money: Money, to: Currency) -> Option<Money> {
        self.directory().exchange.convert(money, to)
    }

    /// Returns the exchange table: what is configured, and over it what was set by command.
    pub fn exchange(&self) -> Exchange {
        self.directory().exchange.clone()
    }

    /// Reads the configuration again if it has changed; tells whether it had.
    pub async fn reload(&self) -> Result<bool, store::Error> {
        let revision = self.store().revision().await?;
        if revision == self.directory().revision {
            return Ok(false);
        }
        let stored = self.store().directory().await?;
        let read = Arc::new(Directory::build(stored, &self.0.vault, &self.0.exchange));
        // Another reload may have read a later revision meanwhile.
        self.0.directory.rcu(|present| {
            Arc::clone(if present.revision > read.revision {
                present
            } else {
                &read
            })
        });
        // Whoever saw the change first, the connectors must follow it.
        self.0.reload.notify_one();
        Ok(true)
    }

    fn store(&self) -> &dyn Store {
        &*self.0.store
    }

    fn directory(&self) -> Arc<Directory> {
        self.0.directory.load_full()
    }

    fn limits(&self) -> &Limits {
        &self.0.limits
    }

    fn sender_rules(&self) -> &SenderRules {
        &self.0.sender_rules
    }

    fn wake_campaigns(&self) {
        self.0.campaigns.send_replace(());
    }

    /// Looks at once for what accounts' programs have to be told: for callbacks, if any account has a program that is called
    /// back, and for notices.
    fn wake_programs(&self) {
        self.0.notices.send_replace(());
        if self.directory().calls_back {
            self.0.callbacks.send_replace(());
        }
    }

    fn wake_dispatch(&self) {
        self.0.work.send_replace(());
    }
}
