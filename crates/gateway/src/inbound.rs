//! Messages from handsets: how they are addressed, and how their account reads them.

pub(crate) mod joining;

use sms::stop_words::Wish as Asked;
use sms::{Msisdn, Timestamp};
use store::inbound::{NewInbound, Received, StopScope as Scope, Wish};
use store::{AccountId, ConnectorId, InboundId};

use crate::directory::{Directory, StopScope};
use crate::keywords::{Owned, plain};
use crate::{Error, Gateway};

impl Gateway {
    /// Reads messages that handsets sent to the account's numbers, by number: those after `after`, that came at `since` or later,
    /// sent to `to` when given, at most `limit`.
    ///
    /// A message is its account's for good: it stays when the number that it was sent to has become another account's.
    pub async fn received(
        &self,
        account: AccountId,
        after: Option<InboundId>,
        since: Timestamp,
        to: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Received>, Error> {
        let received = self
            .store()
            .received(account, after, since, to.map(plain), limit);
        Ok(received.await?)
    }
}

/// Is a text that came from a handset, whole or in parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Heard {
    pub(crate) connector: ConnectorId,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) text: String,
    pub(crate) at: Timestamp,
}

impl Directory {
    /// Makes a message of a text for the account that has its number; for nobody when none has.
    pub(crate) fn addressed(&self, heard: Heard) -> NewInbound {
        let owned = self.owners.find(&heard.to, &heard.text);
        self.addressed_to(heard, owned)
    }

    /// Makes a message of a text for an account.
    pub(crate) fn addressed_to(&self, heard: Heard, owned: Option<Owned>) -> NewInbound {
        let Heard {
            connector,
            from,
            to,
            text,
            at,
        } = heard;
        let owned = owned.and_then(|owned| Some((self.accounts.get(&owned.account)?, owned.wish)));
        if owned.is_none() {
            tracing::warn!(%connector, to, "a message from a handset is nobody's");
        }
        let wish = owned.and_then(|(account, asked)| {
            // Who is no telephone is on nobody's stop list.
            Msisdn::parse(&from).ok()?;
            let scope = match account.settings.stop_scope {
                StopScope::Account => Scope::Account,
                StopScope::Number => Scope::Originator(to.clone()),
                StopScope::Nothing => return None,
            };
            Some(match asked? {
                Asked::Stop => Wish::Stop(scope),
                Asked::Start => Wish::Start(scope),
            })
        });
        NewInbound {
            account: owned.map(|(account, _)| account.id),
            connector,
            from,
            to,
            text,
            at,
            tells: owned.is_some_and(|(account, _)| account.settings.callback_url.is_some()),
            notifies: owned.is_some(),
            wish,
            parts: Vec::new(),
        }
    }
}
