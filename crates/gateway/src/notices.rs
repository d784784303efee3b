//! Notices: what the programs of an account that bind over SMPP have yet to be given.

use sms::Timestamp;
use store::inbound::Received;
use store::notices::NoticeCount;
use store::{AccountId, NoticeId};

use crate::{Error, Gateway, Sent};

/// Describes a notice.
#[derive(Clone, Debug)]
pub struct Notice {
    /// Its number.
    pub id: NoticeId,
    /// What it tells.
    pub event: NoticeEvent,
    /// When what it tells happened.
    pub at: Timestamp,
}

/// Is what a notice tells.
#[derive(Clone, Debug)]
pub enum NoticeEvent {
    /// The upstream took a message: the message as it is now.
    UnderWay(Box<Sent>),
    /// A message came to its end, or its end was corrected: the message as it is now.
    Ended(Box<Sent>),
    /// A message came from a handset.
    Received(Received),
}

impl Gateway {
    /// Reads notices of an account in the order in which they were written: those after `after`, at most `limit`.
    pub async fn notices(
        &self,
        account: AccountId,
        after: Option<NoticeId>,
        limit: u32,
    ) -> Result<Vec<Notice>, Error> {
        let currency = self.currency_of(account)?;
        let sent = |found: Box<_>| Box::new(Sent::read(*found, currency, self.limits()));
        let read = |notice: store::notices::Notice| Notice {
            id: notice.id,
            event: match notice.event {
                store::notices::Event::UnderWay(found) => NoticeEvent::UnderWay(sent(found)),
                store::notices::Event::Ended(found) => NoticeEvent::Ended(sent(found)),
                store::notices::Event::Received(received) => NoticeEvent::Received(received),
            },
            at: notice.at,
        };
        let found = self.store().notices(account, after, limit).await?;
        Ok(found.into_iter().map(read).collect())
    }

    /// Removes notices that the account's program has answered that it has: when this returns they will not be given again.
    pub async fn notices_given(
        &self,
        account: AccountId,
        notices: Vec<NoticeId>,
    ) -> Result<(), Error> {
        Ok(self.store().notices_given(account, notices).await?)
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
