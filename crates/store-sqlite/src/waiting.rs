//! Changes of single messages that wait: cancelled, replaced, sent another way.

use async_trait::async_trait;
use sms::{Form, Msisdn, Timestamp};
use store::waiting::{Change, Move, Replacement, Waiting, WaitingMessage};
use store::{AccountId, ConnectorId, Error, MessageId};

use crate::SqliteStore;

#[async_trait]
impl Waiting for SqliteStore {
    async fn cancel_message(
        &self,
        _account: AccountId,
        _message: MessageId,
        _now: Timestamp,
    ) -> Result<Change, Error> {
        Err(Error::other("not built yet", None))
    }

    async fn replace_message(
        &self,
        _account: AccountId,
        _message: MessageId,
        _form: Form,
        _replacement: Replacement,
        _now: Timestamp,
    ) -> Result<Change, Error> {
        Err(Error::other("not built yet", None))
    }

    async fn waiting_to(
        &self,
        _account: AccountId,
        _originator: &str,
        _recipient: Msisdn,
        _limit: u32,
    ) -> Result<Vec<MessageId>, Error> {
        Err(Error::other("not built yet", None))
    }

    async fn waiting_messages(
        &self,
        _connector: ConnectorId,
        _until: Timestamp,
        _after: Option<MessageId>,
        _limit: u32,
    ) -> Result<Vec<WaitingMessage>, Error> {
        Ok(Vec::new())
    }

    async fn reroute(&self, _moves: Vec<Move>, _now: Timestamp) -> Result<u64, Error> {
        Ok(0)
    }
}
