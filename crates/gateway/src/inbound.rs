//! Messages from handsets: whose they are, and how their account reads them.

use sms::Timestamp;
use store::inbound::Received;
use store::{AccountId, InboundId};

use crate::{Error, Gateway};

impl Gateway {
    /// Reads messages that handsets sent to the account's numbers, by number: those after `after`, that came at `since` or later,
    /// sent to `to` when given, at most `limit`.
    pub async fn received(
        &self,
        _account: AccountId,
        _after: Option<InboundId>,
        _since: Timestamp,
        _to: Option<&str>,
        _limit: u32,
    ) -> Result<Vec<Received>, Error> {
        Err(crate::not_built())
    }
}
