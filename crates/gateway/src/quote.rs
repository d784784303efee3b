//! Quotes: what a submission would cost, as a whole or message by message, without accepting it; and the prices themselves.

use std::sync::Arc;

use sms::{MessageState, Money, Msisdn, Quote, Reason, Recipient, Tariff};
use store::AccountId;

use crate::submit::{Priced, positions};
use crate::{Error, Gateway, Submit};

/// Describes the message that a recipient would get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotedMessage {
    /// The position of its recipient in the request.
    pub position: usize,
    /// The normalised number, or what was given when that is not a number.
    pub number: String,
    /// How many segments it would take; 0 when it could not leave.
    pub segments: u16,
    /// What it would cost; nothing when it could not leave.
    pub price: Money,
    /// In which state it would end at once, and why; `None` when it could leave.
    pub ended: Option<(MessageState, Reason)>,
}

impl Gateway {
    /// Returns the tariff that prices an account's messages; `None` when there is none in the account's currency.
    pub fn tariff(&self, account: AccountId) -> Option<Arc<Tariff>> {
        let directory = self.directory();
        let account = directory.accounts.get(&account)?;
        let tariff = directory.tariffs.get(&account.settings.tariff)?;
        (tariff.currency() == account.currency).then(|| Arc::clone(tariff))
    }

    /// Prices a submission without accepting it: refuses what [`Gateway::submit`] would refuse, but for the balance and for what
    /// is accepted once only.
    pub async fn quote(&self, submit: Submit) -> Result<Quote, Error> {
        Ok(self.priced_but_stopped(submit).await?.quote)
    }

    /// Prices each message of a submission without accepting it, as [`Gateway::quote`] does the whole. In the order of the
    /// recipients; those left out because they were given again are not among them.
    pub async fn quote_each(&self, submit: Submit) -> Result<Vec<QuotedMessage>, Error> {
        let priced = self.priced_but_stopped(submit).await?;
        let currency = priced.quote.total().currency();
        let quoted =
            positions(&priced.left_out)
                .zip(priced.new.messages)
                .map(|(position, message)| QuotedMessage {
                    position,
                    number: match message.recipient {
                        Some(number) => number.as_str().to_owned(),
                        None => message.given.unwrap_or_default(),
                    },
                    segments: message.segments,
                    price: Money::new(message.price_micros, currency),
                    ended: message
                        .state
                        .is_final()
                        .then_some((message.state, message.reason)),
                });
        Ok(quoted.collect())
    }

    /// Prices a submission with those recipients at no price that are on the account's stop list.
    async fn priced_but_stopped(&self, submit: Submit) -> Result<Priced, Error> {
        let submit = Arc::new(submit);
        let numbers: Vec<Msisdn> = submit
            .recipients
            .iter()
            .filter_map(|to| Recipient::new(&to.number).msisdn.ok())
            .collect();
        let originator = Some(submit.terms.originator.clone());
        let stopped = self
            .store()
            .stopped_among(submit.account, originator, numbers)
            .await?;
        let common = self.common_of_submit(&submit).await?;
        self.priced(&submit, common, stopped).await
    }
}
