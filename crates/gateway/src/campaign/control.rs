//! What can be done with a submission that has been accepted, and the lists of them.

use sms::Refusal;
use store::campaigns::{Cancellation, Deletion, Halt};
use store::{AccountId, SubmissionId};

use crate::report::Submission;
use crate::{Error, Gateway};

impl Gateway {
    /// Calls a submission back before anything of it has left. When this returns `Ok` nothing of it can leave any more, and what
    /// was held for it is, or will soon be, released.
    pub async fn cancel(&self, account: AccountId, submission: SubmissionId) -> Result<(), Error> {
        let cancelled = self.store().cancel(account, submission, self.now()).await?;
        self.wake_campaigns();
        match cancelled {
            Cancellation::Cancelled => Ok(()),
            Cancellation::Unknown => Err(Refusal::UnknownSubmission.into()),
            Cancellation::Deleted => Err(Refusal::SubmissionDeleted.into()),
            Cancellation::Started => Err(Refusal::SubmissionStarted.into()),
        }
    }

    /// Deletes a submission in any state: what waits is cancelled, what has left stays charged and in the books.
    pub async fn delete(&self, account: AccountId, submission: SubmissionId) -> Result<(), Error> {
        let deleted = self.store().delete(account, submission, self.now()).await?;
        self.wake_campaigns();
        match deleted {
            Deletion::Deleted => Ok(()),
            Deletion::Unknown => Err(Refusal::UnknownSubmission.into()),
            Deletion::Already => Err(Refusal::SubmissionDeleted.into()),
        }
    }

    /// Reads a page of the account's submissions by number: those after `after` that it has not deleted. An empty page is the
    /// end.
    pub async fn submissions(
        &self,
        account: AccountId,
        after: Option<SubmissionId>,
        limit: u32,
    ) -> Result<Vec<Submission>, Error> {
        let currency = self.currency_of(account)?;
        let found = self.store().submissions(account, after, limit).await?;
        Ok(found
            .into_iter()
            .map(|found| Submission::read(found, currency))
            .collect())
    }

    /// Reads submissions of the account in the order asked for, deleted ones too; others are left out.
    pub async fn submissions_by_id(
        &self,
        account: AccountId,
        submissions: Vec<SubmissionId>,
    ) -> Result<Vec<Submission>, Error> {
        let currency = self.currency_of(account)?;
        let found = self.store().submissions_by_id(account, submissions).await?;
        Ok(found
            .into_iter()
            .map(|found| Submission::read(found, currency))
            .collect())
    }

    /// Reads the latest submissions to more than one recipient of all accounts, for the operator of the gateway.
    pub async fn latest_campaigns(
        &self,
        limit: u32,
    ) -> Result<Vec<(AccountId, Submission)>, Error> {
        let found = self.store().latest_campaigns(limit).await?;
        let directory = self.directory();
        Ok(found
            .into_iter()
            .filter_map(|found| {
                let account = directory.accounts.get(&found.account)?;
                Some((account.id, Submission::read(found, account.currency)))
            })
            .collect())
    }

    /// Halts a submission, for the operator of the gateway; tells whether anything of it waited.
    pub async fn halt(&self, submission: SubmissionId, halt: Halt) -> Result<bool, Error> {
        Ok(self.store().halt(submission, halt, self.now()).await?)
    }

    /// Lets a paused submission go on, for the operator of the gateway; tells whether it was paused.
    pub async fn resume(&self, submission: SubmissionId) -> Result<bool, Error> {
        Ok(self.store().resume(submission, self.now()).await?)
    }
}
