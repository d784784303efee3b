//! Mailings: plans that make a submission each time they are due, once or again and again.

use async_trait::async_trait;
use sms::Timestamp;

use crate::submissions::Once;
use crate::{AccountId, Error, MailingId, SubmissionId};

/// Describes a mailing about to be made.
#[derive(Clone, Debug)]
pub struct NewMailing {
    /// Whose it is.
    pub account: AccountId,
    /// The account's own id for it; need not be unique.
    pub reference: Option<String>,
    /// What must not be accepted twice.
    pub once: Option<Once>,
    /// Its name, for people.
    pub name: String,
    /// What is sent to whom and when: the gateway's JSON object, which the store does not look into.
    pub plan: String,
    /// When it is made.
    pub created_at: Timestamp,
    /// When its next run is due; `None` for one that is never due by itself.
    pub next_at: Option<Timestamp>,
}

/// Describes a mailing as stored.
#[derive(Clone, Debug)]
pub struct Mailing {
    /// Its number.
    pub id: MailingId,
    /// Whose it is.
    pub account: AccountId,
    /// The account's own id for it.
    pub reference: Option<String>,
    /// Its name.
    pub name: String,
    /// The gateway's JSON object.
    pub plan: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last; each change has a time of its own.
    pub changed_at: Timestamp,
    /// When its next run is due.
    pub next_at: Option<Timestamp>,
    /// When it ran last.
    pub ran_at: Option<Timestamp>,
    /// How many times it has run.
    pub runs: u32,
    /// The last submission that a run has made.
    pub last: Option<SubmissionId>,
    /// Whether somebody has disabled it: it runs no more.
    pub disabled: bool,
}

/// Names a run of a mailing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// Which mailing.
    pub mailing: MailingId,
    /// How many runs it has had before.
    pub before: u32,
    /// When the mailing had been changed last: what is due after a change is another run.
    pub changed_at: Timestamp,
}

/// Keeps mailings.
#[async_trait]
pub trait Mailings: Send + Sync {
    /// Writes a mailing; nothing, and `None`, when what it names by its [`Once`] was accepted before. Conflict when there is no
    /// such account.
    ///
    /// Idempotent where there is a [`Once`], as [`Submissions::accept`](crate::submissions::Submissions::accept) is.
    async fn add_mailing(&self, mailing: NewMailing) -> Result<Option<MailingId>, Error>;

    /// Changes name, plan and next run; tells whether the account has such a mailing. One that is disabled stays so, and has no
    /// next run.
    async fn change_mailing(
        &self,
        account: AccountId,
        mailing: MailingId,
        name: String,
        plan: String,
        next_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<bool, Error>;

    /// Lets a mailing run no more; tells whether the account has such a mailing. What it has submitted is untouched.
    async fn disable_mailing(
        &self,
        account: AccountId,
        mailing: MailingId,
        now: Timestamp,
    ) -> Result<bool, Error>;

    /// Removes a mailing; tells whether the account had it. What it has submitted stays.
    async fn remove_mailing(&self, account: AccountId, mailing: MailingId) -> Result<bool, Error>;

    /// Looks up a mailing of the account.
    async fn mailing(
        &self,
        account: AccountId,
        mailing: MailingId,
    ) -> Result<Option<Mailing>, Error>;

    /// Looks up the latest mailing of the account with this reference.
    async fn mailing_by_reference(
        &self,
        account: AccountId,
        reference: &str,
    ) -> Result<Option<Mailing>, Error>;

    /// Reads the account's mailings made from `from` on and before `until`, by number: those after `after`, at most `limit`, and
    /// fewer when their plans are long; none is the end.
    async fn mailings(
        &self,
        account: AccountId,
        from: Timestamp,
        until: Timestamp,
        after: Option<MailingId>,
        limit: u32,
    ) -> Result<Vec<Mailing>, Error>;

    /// Reads mailings of all accounts whose next run is due, the longest due first, at most `limit`, and fewer when their plans
    /// are long; none only when none is due.
    async fn mailings_due(&self, now: Timestamp, limit: u32) -> Result<Vec<Mailing>, Error>;

    /// Notes that a run has ended, and when the next one is due; `submission` is what came of it, if anything. Idempotent: a run is
    /// noted once; tells whether it was this time. A mailing that was changed meanwhile keeps its new next run, and one that was
    /// disabled has none.
    async fn mailing_ran(
        &self,
        run: Run,
        submission: Option<SubmissionId>,
        next_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<bool, Error>;

    /// Puts off a run that could not be made; nothing when it has been made, or the mailing was changed or disabled meanwhile.
    async fn put_off_mailing(&self, run: Run, next_at: Timestamp) -> Result<(), Error>;

    /// Reads the numbers of the submissions that the account's mailing has made, ascending, at most `limit`, the last ones; those of
    /// a mailing that was removed too.
    async fn mailing_submissions(
        &self,
        account: AccountId,
        mailing: MailingId,
        limit: u32,
    ) -> Result<Vec<SubmissionId>, Error>;
}
