//! Submissions and their messages: accepted whole or not at all, and looked at. What can be done with one afterwards is in
//! [`crate::campaigns`].

use async_trait::async_trait;
use sms::{Form, Lane, MessageState, Msisdn, Reason, Tally, Timestamp};

use crate::campaigns::NewExpansion;
use crate::notices::Tells;
use crate::queue::ClaimedMessage;
use crate::{AccountId, ConnectorId, Error, MailingId, MessageId, SenderId, SubmissionId};

/// Splits a submission into parts that go one after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    /// How many messages one part has; at least 1.
    pub size: u32,
    /// How long after a part the next one starts, in milliseconds.
    pub interval_ms: i64,
}

/// Names what must not be accepted twice by one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Once {
    /// What it is: the caller's digest.
    pub key: [u8; 16],
    /// From when on it may be accepted again; `None` for never.
    pub until: Option<Timestamp>,
}

/// Describes one request to send, priced and routed.
#[derive(Clone, Debug)]
pub struct NewSubmission {
    /// Who pays.
    pub account: AccountId,
    /// Who it is from, as it shall stand on the handset.
    pub originator: String,
    /// Who those messages are from that say so.
    pub alternative: Option<String>,
    /// The text, or the template when messages carry variables.
    pub text: String,
    /// How the texts travel and show.
    pub form: Form,
    /// The names of the messages' values by position; an empty one names nothing. None holds a `;`.
    pub variable_names: Vec<String>,
    /// The account's own id for it; need not be unique.
    pub reference: Option<String>,
    /// What must not be accepted twice.
    pub once: Option<Once>,
    /// The mailing that it is a run of.
    pub mailing: Option<MailingId>,
    /// What the account's programs are told of its messages.
    pub tells: Tells,
    /// Whether it may go to a number on the account's stop list, as the confirmation of a stop does.
    pub passes_stops: bool,
    /// How urgent it is.
    pub lane: Lane,
    /// The calling program's own label.
    pub source: Option<String>,
    /// Whether it is only tried out: stored and priced, never charged, never sent.
    pub test: bool,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// When its held messages become due; `None` when nothing waits for a time.
    pub start_at: Option<Timestamp>,
    /// When a message that has not left must not leave any more; those of later parts that much later.
    pub expires_at: Timestamp,
    /// In which parts it goes; all at once when `None`.
    pub parts: Option<Parts>,
    /// A copy that goes with the first part, beside the submission: it is held and charged for itself, and is not counted.
    pub control: Option<NewMessage>,
    /// The contact list whose contacts it is for; then it has no messages yet.
    pub expansion: Option<NewExpansion>,
    /// Its messages, in the order in which the customer gave the recipients; at least one without an expansion.
    pub messages: Vec<NewMessage>,
}

/// Describes one message of a submission.
#[derive(Clone, Debug)]
pub struct NewMessage {
    /// To whom; `None` when what was given is not a number.
    pub recipient: Option<Msisdn>,
    /// The number as given, when it differs from the normalised one.
    pub given: Option<String>,
    /// The values for the template's placeholders, as given.
    pub variables: Option<String>,
    /// Its own text instead of the submission's; not a template.
    pub text: Option<String>,
    /// Its own originator instead of the submission's.
    pub originator: Option<String>,
    /// What must not be accepted twice: a message that repeats another is left out of its submission.
    pub once: Option<Once>,
    /// How many segments the rendered text takes; 0 for a message that can never leave.
    pub segments: u16,
    /// The price of all its segments, held until the outcome is known.
    pub price_micros: i64,
    /// The way out.
    pub connector: Option<ConnectorId>,
    /// `Queued`, `Held`, or a final state for a message that can never leave. A queued one of a later part is held for its time.
    pub state: MessageState,
    /// Why it is in that state.
    pub reason: Reason,
    /// Whether it is from the alternative originator.
    pub alternative: bool,
    /// The sender name whose approval it waits for, when it is held for moderation.
    pub awaits: Option<SenderId>,
}

/// Asks that messages be leased when they are accepted, as a claim would lease them, because there is room for them.
pub struct AtOnce {
    /// On which connector there is room; messages of others go into the queue.
    pub connector: ConnectorId,
    /// For how many segments; what is beyond goes into the queue, and all that comes after it.
    pub segments: u32,
    /// Takes the leased messages, in their order and at least one, when the leases are durable: whether or not the caller still
    /// waits for its answer. It is called on the backend's own thread, and must not wait.
    pub hand_over: Box<dyn FnOnce(Vec<ClaimedMessage>) + Send>,
}

/// Answers an acceptance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Acceptance {
    /// Submission, messages or expansion, hold and queue entries are durable.
    Accepted {
        /// Its number.
        submission: SubmissionId,
        /// What is held for it and its control copy: the price of all but those whose number is on the stop list.
        price_micros: i64,
        /// How many segments its messages take, without those of its control copy; 0 when they have yet to come.
        segments: u64,
        /// The number of its first message; those that follow have the next ones, in the order given.
        first_message: MessageId,
        /// The positions of the messages that were left out because they repeat accepted ones, ascending.
        repeated: Vec<usize>,
    },
    /// Nothing was written: the submission, or each of its messages that could leave, repeats what was accepted before.
    Repeated {
        /// What it repeats; of several the one that its first message repeats.
        submission: SubmissionId,
    },
    /// Nothing was written: every number that could be sent to is on the stop list, or the contact list has been emptied.
    NobodyLeft,
    /// Nothing was written: the price is above what is available.
    Insufficient {
        /// What the account could spend, in micro-units, its credit included.
        available_micros: i64,
    },
}

/// Describes a submission as stored, with its messages counted.
#[derive(Clone, Debug)]
pub struct Submission {
    /// Its number.
    pub id: SubmissionId,
    /// Whose it is.
    pub account: AccountId,
    /// Who it is from.
    pub originator: String,
    /// Its text or template.
    pub text: String,
    /// Whether it was only tried out.
    pub test: bool,
    /// The price of all its messages.
    pub price_micros: i64,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// When it starts, if it was scheduled.
    pub start_at: Option<Timestamp>,
    /// The calling program's own label.
    pub source: Option<String>,
    /// How its texts travel and show.
    pub form: Form,
    /// The account's own id for it.
    pub reference: Option<String>,
    /// Whether its account has deleted it.
    pub deleted: bool,
    /// How many of its messages are in which state at the time of asking: contacts that are no messages yet, and messages that
    /// have yet to follow a halt, are counted as what they are about to be.
    pub tally: Tally,
}

/// Describes a message as stored.
#[derive(Clone, Debug)]
pub struct Message {
    /// Its number.
    pub id: MessageId,
    /// The normalised number, or what was given when that is not a number.
    pub recipient: String,
    /// The number as given, when it differs.
    pub given: Option<String>,
    /// The values for the placeholders.
    pub variables: Option<String>,
    /// Its own text instead of the submission's.
    pub text: Option<String>,
    /// Its own originator, or the submission's alternative one, instead of the submission's.
    pub originator: Option<String>,
    /// Where it is.
    pub state: MessageState,
    /// Why it is there.
    pub reason: Reason,
    /// How many segments it takes.
    pub segments: u16,
    /// Its price.
    pub price_micros: i64,
    /// When the upstream first took it.
    pub submitted_at: Option<Timestamp>,
    /// When it came to its final state.
    pub done_at: Option<Timestamp>,
    /// When its state changed last.
    pub changed_at: Timestamp,
}

/// Describes a message with what it has of its submission.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The message.
    pub message: Message,
    /// Its submission.
    pub submission: SubmissionId,
    /// The first message of its submission.
    pub first_message: MessageId,
    /// Who it is from: its own originator, or its submission's.
    pub originator: String,
    /// Its own text, or its submission's text or template.
    pub text: String,
    /// The names of its values by position.
    pub variable_names: Vec<String>,
    /// How it travels and shows.
    pub form: Form,
    /// The account's own id for its submission.
    pub reference: Option<String>,
    /// When its submission was accepted.
    pub created_at: Timestamp,
    /// When its submission starts, if it was scheduled.
    pub start_at: Option<Timestamp>,
}

/// Asks for messages of an account, the latest first.
#[derive(Clone, Debug)]
pub struct History {
    /// Of submissions accepted at this time or later.
    pub from: Timestamp,
    /// Of submissions accepted before this time.
    pub until: Timestamp,
    /// To these numbers only; to any when empty.
    pub recipients: Vec<Msisdn>,
    /// Those numbered below this one.
    pub before: Option<MessageId>,
    /// How many at the most.
    pub limit: u32,
}

/// Keeps submissions and messages.
#[async_trait]
pub trait Submissions: Send + Sync {
    /// Writes the submission, its messages or its expansion, the hold on the balance and the queue entries; or nothing. Messages to
    /// numbers on the account's stop list become suppressed ones at no price. Conflict when the account, a connector or the
    /// contact list does not exist (any more). What repeats an accepted submission or message by its [`Once`] is not written
    /// again, whatever else could be said of it; of messages in one submission that repeat each other the first is written. What
    /// is refused, only tried out, or has ended before it could leave uses nothing up; a message of the latter kind is never
    /// left out.
    ///
    /// Idempotent where there is a [`Once`]; else, after an `unavailable` error, the caller must not say that it was accepted.
    async fn accept(&self, submission: NewSubmission) -> Result<Acceptance, Error> {
        self.accept_at_once(submission, None).await
    }

    /// Accepts a submission likewise, and leases its first messages at once: those that would go into the queue of the connector,
    /// as far as they have room. What a claim checks last is checked here: what is on the stop list does not leave, and what a
    /// suspended account sends, or an account below one, waits in the queue.
    async fn accept_at_once(
        &self,
        submission: NewSubmission,
        at_once: Option<AtOnce>,
    ) -> Result<Acceptance, Error>;

    /// Looks up a submission of that account and tells how many of its messages are where, however many there are.
    async fn submission(
        &self,
        account: AccountId,
        id: SubmissionId,
    ) -> Result<Option<Submission>, Error>;

    /// Reads messages of a submission of that account in order: those after `after` (all when `None`), changed after
    /// `changed_after` (all when `None`), at most `limit`. Empty when the submission is not the account's.
    async fn messages(
        &self,
        account: AccountId,
        id: SubmissionId,
        changed_after: Option<Timestamp>,
        after: Option<MessageId>,
        limit: u32,
    ) -> Result<Vec<Message>, Error>;

    /// Looks up the latest submission of the account with this reference, control copies and deleted ones left out.
    async fn submission_by_reference(
        &self,
        account: AccountId,
        reference: &str,
    ) -> Result<Option<SubmissionId>, Error>;

    /// Reads those of the messages that are the account's, in the order asked for; control copies are nobody's.
    async fn messages_by_id(
        &self,
        account: AccountId,
        messages: Vec<MessageId>,
    ) -> Result<Vec<Sent>, Error>;

    /// Reads the messages of a submission of the account to these numbers, in the order of the submission.
    async fn messages_to(
        &self,
        account: AccountId,
        id: SubmissionId,
        recipients: Vec<Msisdn>,
    ) -> Result<Vec<Sent>, Error>;

    /// Reads messages of an account, the latest first; those of control copies and deleted submissions are left out. With
    /// recipients it looks at all messages of the time asked for.
    async fn history(&self, account: AccountId, asked: History) -> Result<Vec<Sent>, Error>;

    /// Forgets what was not to be accepted twice until a time that has passed, at most `limit`; answers how many.
    async fn forget_once(&self, now: Timestamp, limit: u32) -> Result<u64, Error>;

    /// Counts all messages of all accounts by state. Looks at every message: for tools and people, not for each request.
    async fn tally(&self) -> Result<Tally, Error>;
}
