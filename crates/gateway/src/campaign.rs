//! Campaigns: one text to a whole contact list, at once, at a time or in parts; and what can be done with a submission that has
//! been accepted.
//!
//! A campaign is priced exactly and its price is held before it is accepted; its contacts become messages behind that, step by
//! step (see `tasks::campaigns`), so that the answer does not wait for a million of them.

mod control;
mod expand;

use std::collections::BTreeSet;
use std::sync::Arc;

use sms::{Country, Lane, Msisdn, Quote, Recipient, Refusal};
use store::campaigns::NewExpansion;
use store::submissions::{NewMessage, Parts};
use store::{AccountId, ContactId, ListId};

use crate::contacts::parse;
use crate::pricing::{Common, Pricing};
use crate::submit::{accepted, new_submission};
use crate::{Accepted, Error, Gateway, Terms};
use expand::{EXPANDED_AT_ONCE, Options};

/// How many contacts are priced with one look-up of the store.
const PRICED_AT_ONCE: u32 = 10_000;

/// Asks to send one template to all contacts of a list.
#[derive(Clone, Debug)]
pub struct Campaign {
    /// Who pays.
    pub account: AccountId,
    /// What is sent, and how. Placeholders are filled by position or by the names of the list's variables.
    pub terms: Terms,
    /// To whom: the contacts that the list has now.
    pub list: ListId,
    /// In which parts; all at once when `None`.
    pub parts: Option<Parts>,
    /// Where a copy goes with the first part, at no price and uncounted, so that somebody sees what recipients get.
    pub control: Option<String>,
}

/// Holds a priced list.
struct Priced {
    quote: Quote,
    /// How many contacts there were.
    contacts: u32,
    /// The last of them.
    until: ContactId,
    /// Countries in which the originator would have to be registered and is not.
    unregistered: BTreeSet<Country>,
}

impl Gateway {
    /// Accepts a campaign: when this returns `Ok`, its price is on hold and nothing can keep it from going on. Refuses what
    /// [`Gateway::submit`] refuses, and a list that is unknown. The contacts of a short list are messages already then.
    pub async fn submit_campaign(&self, campaign: Campaign) -> Result<Accepted, Error> {
        let Campaign {
            account,
            terms,
            list,
            parts,
            control,
        } = campaign;
        loop {
            let common = self.common_of_list(account, &terms, list).await?;
            let originator = common.originator;
            let common = Arc::new(common);
            let priced = self.price_list(account, list, &common).await?;
            let mut missing = priced.unregistered;
            let control = match &control {
                Some(number) => {
                    let (copy, unregistered) = self.control_copy(account, &common, number)?;
                    missing.extend(unregistered);
                    Some(copy)
                }
                None => None,
            };
            if !terms.test
                && self
                    .register_missing(account, originator.as_str(), missing)
                    .await?
            {
                continue;
            }
            let options = Options {
                route_kinds: terms.route_kinds.clone(),
            };
            let mut new = new_submission(
                account,
                &terms,
                &common,
                self.limits(),
                Lane::Bulk,
                self.now(),
                vec![],
            );
            new.parts = parts.filter(|parts| parts.size > 0);
            new.control = control;
            new.expansion = Some(NewExpansion {
                list,
                until: priced.until,
                contacts: priced.contacts,
                price_micros: priced.quote.total().micros(),
                options: serde_json::to_string(&options)
                    .expect("plain data with text keys is JSON"),
            });
            let answer = match self.store().accept(new).await {
                // The list has been removed, or a connector, since they were looked at.
                Err(error) if error.is_conflict() => {
                    self.reload().await?;
                    self.list(account, list).await?;
                    return Err(error.into());
                }
                answer => answer?,
            };
            let accepted = accepted(answer, priced.quote.total())?;
            if priced.contacts <= EXPANDED_AT_ONCE {
                self.expand_now(accepted.submission).await;
            }
            self.wake_campaigns();
            self.wake_dispatch();
            return Ok(accepted);
        }
    }

    /// Prices a campaign without accepting it.
    pub async fn quote_campaign(
        &self,
        account: AccountId,
        terms: &Terms,
        list: ListId,
    ) -> Result<Quote, Error> {
        let common = Arc::new(self.common_of_list(account, terms, list).await?);
        Ok(self.price_list(account, list, &common).await?.quote)
    }

    async fn common_of_list(
        &self,
        account: AccountId,
        terms: &Terms,
        list: ListId,
    ) -> Result<Common, Error> {
        // What is wrong with sender or text is told before what is wrong with the list.
        let mut common = self.common(account, terms, vec![]).await?;
        let variables = self.variables(account, list).await?;
        let end = variables
            .iter()
            .map(|variable| variable.position as usize + 1)
            .max();
        common.variable_names = vec![String::new(); end.unwrap_or(0)];
        for variable in variables {
            common.variable_names[variable.position as usize] = variable.name;
        }
        Ok(common)
    }

    /// Prices all contacts of a list but those on the stop list: one page is read while the one before is priced.
    async fn price_list(
        &self,
        account: AccountId,
        list: ListId,
        common: &Arc<Common>,
    ) -> Result<Priced, Error> {
        let read = |after| {
            let all = ContactId(i64::MAX);
            self.store()
                .contacts_of(account, list, after, all, PRICED_AT_ONCE)
        };
        let directory = self.directory();
        let limits = *self.limits();
        let mut total = Priced {
            quote: Quote::new(self.currency_of(account)?),
            contacts: 0,
            until: ContactId(0),
            unregistered: BTreeSet::new(),
        };
        let mut first_refusal = None;
        let mut page = read(ContactId(0)).await?;
        while let Some(last) = page.last() {
            total.until = last.id;
            total.contacts += u32::try_from(page.len()).unwrap_or(u32::MAX);
            let (directory, common, quote) =
                (Arc::clone(&directory), Arc::clone(common), total.quote);
            let priced = tokio::task::spawn_blocking(move || {
                let mut pricing = Pricing::new(&directory, &limits, account, &common)?;
                pricing.quote = quote;
                for contact in page.iter().filter(|contact| !contact.stopped) {
                    pricing.add(&contact.number, Some(&contact.variables))?;
                }
                Ok::<_, Refusal>((pricing.quote, pricing.unregistered, pricing.first_refusal))
            });
            let (priced, next) = tokio::join!(priced, read(total.until));
            let priced =
                priced.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()));
            let (quote, unregistered, refusal) = priced?;
            total.quote = quote;
            first_refusal = first_refusal.or(refusal);
            total.unregistered.extend(unregistered);
            page = next?;
        }
        if total.quote.messages() == 0 {
            // An unknown list has no contacts either.
            self.list(account, list).await?;
            return Err(first_refusal.unwrap_or(Refusal::NoValidRecipients).into());
        }
        Ok(total)
    }

    /// Makes the copy that shows somebody what recipients get: routed like theirs, at no price. Tells besides in which country
    /// the originator would have to be registered for it and is not.
    fn control_copy(
        &self,
        account: AccountId,
        common: &Common,
        number: &str,
    ) -> Result<(NewMessage, BTreeSet<Country>), Error> {
        let (number, given): (Msisdn, _) = parse(number).ok_or(Refusal::InvalidNumber)?;
        let directory = self.directory();
        let mut pricing = Pricing::new(&directory, self.limits(), account, common)?;
        let recipient = Recipient::new(given.as_deref().unwrap_or(number.as_str()));
        let mut copy = pricing.message(recipient, Some(String::new()))?;
        copy.price_micros = 0;
        Ok((copy, pricing.unregistered))
    }
}
