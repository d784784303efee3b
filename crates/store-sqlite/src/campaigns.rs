//! Campaigns: their expansion, their halts, and the lists of them.

use async_trait::async_trait;
use sms::Timestamp;
use store::campaigns::{Campaigns, Cancellation, Deletion, Expansion, Halt, Step, Stepped};
use store::contacts::Contact;
use store::submissions::Submission;
use store::{AccountId, Error, SubmissionId};

use crate::submissions::{find, select};
use crate::{SqliteStore, expansion, halts, kept};

#[async_trait]
impl Campaigns for SqliteStore {
    async fn expansions(
        &self,
        after: Option<SubmissionId>,
        limit: u32,
    ) -> Result<Vec<Expansion>, Error> {
        self.readers
            .read(move |connection| expansion::list(connection, after, limit))
            .await
    }

    async fn contacts_to_expand(
        &self,
        submission: SubmissionId,
        limit: u32,
    ) -> Result<Vec<Contact>, Error> {
        self.readers
            .view(move |view| kept::next(view, submission, limit))
            .await
    }

    async fn expand(&self, step: Step) -> Result<Stepped, Error> {
        self.writer
            .write_long(None, move |writing| expansion::expand(writing, step))
            .await
    }

    async fn cancel(
        &self,
        account: AccountId,
        submission: SubmissionId,
        now: Timestamp,
    ) -> Result<Cancellation, Error> {
        self.writer
            .write(move |writing| halts::cancel(writing, account, submission, now))
            .await
    }

    async fn delete(
        &self,
        account: AccountId,
        submission: SubmissionId,
        now: Timestamp,
    ) -> Result<Deletion, Error> {
        self.writer
            .write(move |writing| halts::delete(writing, account, submission, now))
            .await
    }

    async fn halt(
        &self,
        submission: SubmissionId,
        halt: Halt,
        now: Timestamp,
    ) -> Result<bool, Error> {
        self.writer
            .write(move |writing| halts::halt(writing, submission, halt, now))
            .await
    }

    async fn resume(&self, submission: SubmissionId, now: Timestamp) -> Result<bool, Error> {
        self.writer
            .write(move |writing| halts::resume(writing, submission, now))
            .await
    }

    async fn follow_halts(&self, now: Timestamp, limit: u32) -> Result<u32, Error> {
        self.writer
            .write_knowing(move |writing| halts::follow(writing, now, limit))
            .await
    }

    async fn submissions(
        &self,
        account: AccountId,
        after: Option<SubmissionId>,
        limit: u32,
    ) -> Result<Vec<Submission>, Error> {
        let after = after.map_or(0, |after| after.0);
        self.readers
            .view(move |view| {
                let such = "s.account_id = ?1 AND s.id > ?2 AND s.deleted_at IS NULL AND s.control_of IS NULL \
                            ORDER BY s.id LIMIT ?3";
                select(view, such, (account.0, after, limit))
            })
            .await
    }

    async fn submissions_by_id(
        &self,
        account: AccountId,
        submissions: Vec<SubmissionId>,
    ) -> Result<Vec<Submission>, Error> {
        self.readers
            .view(move |view| {
                let each = submissions.into_iter().map(|id| find(view, account, id));
                each.filter_map(Result::transpose).collect()
            })
            .await
    }

    async fn latest_campaigns(&self, limit: u32) -> Result<Vec<Submission>, Error> {
        self.readers
            .view(move |view| select(view, "s.planned > 1 ORDER BY s.id DESC LIMIT ?1", [limit]))
            .await
    }
}
