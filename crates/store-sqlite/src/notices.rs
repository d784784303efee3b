//! Notices: what programs that bind have yet to be given, written in the transaction of what it tells.

use async_trait::async_trait;
use rusqlite::Row;
use sms::Timestamp;
use store::notices::{Notice, NoticeCount, Notices, Tells};
use store::{AccountId, Error, NoticeId};

use crate::SqliteStore;

/// Reads what is told of a message.
pub(crate) fn tells(row: &Row<'_>, column: usize) -> rusqlite::Result<Tells> {
    let code: u8 = row.get(column)?;
    Tells::from_u8(code).ok_or(rusqlite::Error::IntegralValueOutOfRange(
        column,
        code.into(),
    ))
}

#[async_trait]
impl Notices for SqliteStore {
    async fn notices(
        &self,
        _account: AccountId,
        _after: Option<NoticeId>,
        _limit: u32,
    ) -> Result<Vec<Notice>, Error> {
        Ok(Vec::new())
    }

    async fn notices_given(&self, _notices: Vec<NoticeId>) -> Result<(), Error> {
        Ok(())
    }

    async fn notice_count(&self, _account: AccountId) -> Result<NoticeCount, Error> {
        Ok(NoticeCount::default())
    }

    async fn forget_notices(&self, _before: Timestamp, _limit: u32) -> Result<u64, Error> {
        Ok(0)
    }
}
