//! Notices: what the programs of an account that bind over SMPP have yet to be given.

use store::notices::{Notice, NoticeCount};
use store::{AccountId, NoticeId};

use crate::{Error, Gateway};

impl Gateway {
    /// Reads notices of an account in the order in which they were written: those after `after`, at most `limit`.
    pub async fn notices(
        &self,
        account: AccountId,
        after: Option<NoticeId>,
        limit: u32,
    ) -> Result<Vec<Notice>, Error> {
        Ok(self.store().notices(account, after, limit).await?)
    }

    /// Removes notices that the account's program has answered that it has: when this returns they will not be given again.
    pub async fn notices_given(&self, notices: Vec<NoticeId>) -> Result<(), Error> {
        Ok(self.store().notices_given(notices).await?)
    }

    /// Counts the notices of an account.
    pub async fn notice_count(&self, account: AccountId) -> Result<NoticeCount, Error> {
        Ok(self.store().notice_count(account).await?)
    }

    /// Returns what changes whenever there may be new notices, of any account.
    pub fn notice_bell(&self) -> tokio::sync::watch::Receiver<()> {
        self.0.notices.subscribe()
    }
}
