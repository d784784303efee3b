//! Campaigns: submissions to a whole contact list, which become messages step by step, and what can be done with any submission
//! after it was accepted.

use async_trait::async_trait;
use sms::{Form, Timestamp};

use crate::contacts::Contact;
use crate::submissions::{NewMessage, Parts, Submission};
use crate::{AccountId, ContactId, Error, ListId, SubmissionId};

/// Describes how a submission's messages come from a contact list: behind its acceptance, in the order of the contacts.
#[derive(Clone, Debug)]
pub struct NewExpansion {
    /// The list.
    pub list: ListId,
    /// The last contact that it is for: those added later get nothing.
    pub until: ContactId,
    /// How many contacts it was priced for; that many message numbers are kept free.
    pub contacts: u32,
    /// Their price, held until they are messages.
    pub price_micros: i64,
    /// What the caller needs to price and route the contacts, in a form of its own.
    pub options: String,
}

/// Describes an expansion that is not complete.
#[derive(Clone, Debug)]
pub struct Expansion {
    /// Whose messages it makes.
    pub submission: SubmissionId,
    /// Who pays.
    pub account: AccountId,
    /// The list.
    pub list: ListId,
    /// The last contact that has become a message; 0 before the first.
    pub after: ContactId,
    /// The last contact that it is for.
    pub until: ContactId,
    /// How many messages it has made.
    pub written: u32,
    /// Whether its last step was not written for want of money.
    pub waits_for_money: bool,
    /// What the caller left for itself.
    pub options: String,
    /// Who the messages are from.
    pub originator: String,
    /// Who they are from where that one may not be used.
    pub alternative: Option<String>,
    /// The text or template.
    pub text: String,
    /// How the texts travel and show.
    pub form: Form,
    /// The names of the contacts' values by position; an empty one names nothing.
    pub variable_names: Vec<String>,
    /// Whether it is only tried out.
    pub test: bool,
    /// In which parts it goes.
    pub parts: Option<Parts>,
    /// When its first part must not leave any more.
    pub expires_at: Timestamp,
}

/// Writes one step of an expansion.
#[derive(Clone, Debug)]
pub struct Step {
    /// Whose.
    pub submission: SubmissionId,
    /// Where the expansion stood when the contacts were read.
    pub after: ContactId,
    /// The last contact of this step.
    pub reached: ContactId,
    /// Whether there is none after it.
    pub last: bool,
    /// The messages, in the order of the contacts.
    pub messages: Vec<NewMessage>,
    /// When.
    pub at: Timestamp,
}

/// Says what a step came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stepped {
    /// Its messages are durable; with the last step, what was held too much is released.
    Written,
    /// Nothing was written: prices have risen, and the balance does not cover the difference. The expansion waits for money.
    NoMoney,
    /// Nothing was written: the expansion has ended or stands elsewhere.
    Outdated,
}

/// Says why a submission's waiting messages must not leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Halt {
    /// Somebody paused it: they wait.
    Paused,
    /// The account cancelled or deleted it: they end as cancelled.
    Cancelled,
    /// The operator of the gateway cancelled it.
    CancelledByOperator,
    /// The operator of the gateway took it for spam: they end as failed.
    Spam,
}

/// Says what a cancellation came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancellation {
    /// No message of it will leave; what was held is, or will soon be, released.
    Cancelled,
    /// The account has no such submission.
    Unknown,
    /// The account has deleted it.
    Deleted,
    /// A message of it has left or is about to, or it has ended: nothing is changed.
    Started,
}

/// Says what a deletion came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deletion {
    /// It is deleted: what waited will not leave, what has left is charged as ever.
    Deleted,
    /// The account has no such submission.
    Unknown,
    /// It has been deleted before.
    Already,
}

/// Carries campaigns on after their acceptance.
#[async_trait]
pub trait Campaigns: Send + Sync {
    /// Reads expansions that are not complete: those after `after` by number of submission, at most `limit`.
    async fn expansions(
        &self,
        after: Option<SubmissionId>,
        limit: u32,
    ) -> Result<Vec<Expansion>, Error>;

    /// Reads the next contacts of an expansion that is not complete, at most `limit`: the list as it was when the submission was
    /// accepted, whatever has been changed or removed since. `stopped` is not looked up. Empty when there are no more.
    async fn contacts_to_expand(
        &self,
        submission: SubmissionId,
        limit: u32,
    ) -> Result<Vec<Contact>, Error>;

    /// Makes messages of the next contacts: writes them, their share of the hold, their queue entries and how far the
    /// expansion has come, or nothing. Idempotent: a step is written once, from where the expansion stands. Numbers on the
    /// stop list become suppressed messages at no price.
    async fn expand(&self, step: Step) -> Result<Stepped, Error>;

    /// Cancels a submission of which nothing has left, nor may have left. A test never leaves and cannot be cancelled. When this
    /// returns, no message of it can be claimed any more; many messages end, and are released, by and by with
    /// [`Campaigns::follow_halts`].
    async fn cancel(
        &self,
        account: AccountId,
        submission: SubmissionId,
        now: Timestamp,
    ) -> Result<Cancellation, Error>;

    /// Deletes a submission in any state for its account: what waits is cancelled likewise. Messages and money stay in the books.
    async fn delete(
        &self,
        account: AccountId,
        submission: SubmissionId,
        now: Timestamp,
    ) -> Result<Deletion, Error>;

    /// Halts a submission's waiting messages; tells whether there is such a submission with anything waiting. A cancellation or
    /// refusal is for good; it replaces a pause. A test has nothing waiting. A control copy goes with its submission, here as in
    /// the other calls, and is unknown by a number of its own.
    async fn halt(
        &self,
        submission: SubmissionId,
        halt: Halt,
        now: Timestamp,
    ) -> Result<bool, Error>;

    /// Lets a paused submission go on; tells whether it was paused. Its messages follow with [`Campaigns::follow_halts`].
    async fn resume(&self, submission: SubmissionId, now: Timestamp) -> Result<bool, Error>;

    /// Looks at up to `limit` messages of halted or resumed submissions and lets those that wait follow; answers how many it
    /// looked at, 0 when there are no more.
    async fn follow_halts(&self, now: Timestamp, limit: u32) -> Result<u32, Error>;

    /// Reads the account's submissions that it has not deleted, by number: those after `after`, at most `limit`.
    async fn submissions(
        &self,
        account: AccountId,
        after: Option<SubmissionId>,
        limit: u32,
    ) -> Result<Vec<Submission>, Error>;

    /// Reads those of the submissions that are the account's, in the order asked for, deleted ones too.
    async fn submissions_by_id(
        &self,
        account: AccountId,
        submissions: Vec<SubmissionId>,
    ) -> Result<Vec<Submission>, Error>;

    /// Reads submissions of all accounts to more than one recipient, the latest first, at most `limit`: for the operator of the
    /// gateway.
    async fn latest_campaigns(&self, limit: u32) -> Result<Vec<Submission>, Error>;
}
