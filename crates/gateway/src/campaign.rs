//! Campaigns: one text to a whole contact list, at once, at a time or in parts; and what can be done with a submission that has
//! been accepted.
//!
//! A campaign is priced exactly and its price is held before it is accepted; its contacts become messages behind that, step by
//! step (see `tasks::campaigns`), so that the answer does not wait for a million of them.

mod control;
mod expand;
mod price;

use std::collections::BTreeSet;
use std::sync::Arc;

use sms::{Country, Lane, Originator, Quote, Refusal};
use store::campaigns::NewExpansion;
use store::submissions::{NewMessage, NewSubmission, Parts};
use store::{AccountId, ListId};

use crate::contacts::parse;
use crate::directory::ControlCopies;
use crate::pricing::{Common, Own, Pricing};
use crate::submit::{accepted, check_parts, new_submission};
use crate::{Accepted, Error, Gateway, Terms};
use expand::{EXPANDED_AT_ONCE, Options};

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
    /// Where a copy goes with the first part, uncounted, so that somebody sees what recipients get. What it costs is a setting of
    /// the account.
    pub control: Option<String>,
}

impl Gateway {
    /// Accepts a campaign: when this returns `Ok`, its price is on hold and nothing can keep it from going on. Refuses what
    /// [`Gateway::submit`] refuses, and a list that is unknown. The contacts of a short list are messages already then.
    pub async fn submit_campaign(&self, campaign: Campaign) -> Result<Accepted, Error> {
        let (new, mut quote) = self.prepare_campaign(&campaign).await?;
        let contacts = new.expansion.as_ref().map(|expansion| expansion.contacts);
        let answer = match self.store().accept(new).await {
            Err(error) if error.is_conflict() => {
                // What it was priced and routed by has changed meanwhile, or the list has gone.
                self.reload().await?;
                let (new, again) = self.prepare_campaign(&campaign).await?;
                quote = again;
                self.store().accept(new).await
            }
            answer => answer,
        };
        let accepted = Accepted {
            // Its messages have yet to come.
            segments: quote.segments(),
            ..accepted(answer?, quote.total(), vec![])?
        };
        if contacts.is_some_and(|contacts| contacts <= EXPANDED_AT_ONCE) {
            self.expand_now(accepted.submission).await;
        }
        self.wake_campaigns();
        self.wake_dispatch();
        Ok(accepted)
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

    /// Prices a campaign and makes the submission of it.
    async fn prepare_campaign(&self, campaign: &Campaign) -> Result<(NewSubmission, Quote), Error> {
        let Campaign {
            account,
            terms,
            list,
            parts,
            control,
        } = campaign;
        loop {
            let common = Arc::new(self.common_of_list(*account, terms, *list).await?);
            let priced = self.price_list(*account, *list, &common).await?;
            let mut missing = priced.unregistered;
            let mut new = new_submission(
                *account,
                terms,
                &common,
                self.limits(),
                Lane::Bulk,
                self.now(),
                vec![],
            )?;
            if let Some(number) = control {
                let variables = priced.first_variables.unwrap_or_default();
                let (copy, unregistered) =
                    self.control_copy(*account, &common, number, &variables)?;
                missing.extend(unregistered);
                new.control = Some(copy);
            }
            if !terms.test && self.register_missing(*account, missing).await? {
                continue;
            }
            let options = Options {
                route_kinds: terms.route_kinds.clone(),
            };
            new.parts = check_parts(*parts, priced.contacts as usize, self.limits())?;
            new.expansion = Some(NewExpansion {
                list: *list,
                until: priced.until,
                contacts: priced.contacts,
                price_micros: priced.quote.total().micros(),
                options: options.to_json(),
            });
            return Ok((new, priced.quote));
        }
    }

    async fn common_of_list(
        &self,
        account: AccountId,
        terms: &Terms,
        list: ListId,
    ) -> Result<Common, Error> {
        // What is wrong with sender or text is told before what is wrong with the list.
        let mut common = self.common(account, Lane::Bulk, terms, vec![], &[]).await?;
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

    /// Makes the copy that shows somebody what the first recipient gets: routed like theirs, and at no price where the account's are free.
    /// Tells besides in which country the originator would have to be registered for it and is not.
    fn control_copy(
        &self,
        account: AccountId,
        common: &Common,
        number: &str,
        variables: &str,
    ) -> Result<(NewMessage, BTreeSet<(Originator, Country)>), Error> {
        let (number, given) = parse(number).ok_or(Refusal::InvalidNumber)?;
        let directory = self.directory();
        let mut pricing = Pricing::new(&directory, self.limits(), account, common)?;
        let mut copy = pricing.message_to(number, given, Own::variables(variables))?;
        let known = self.account(account).ok_or(Refusal::UnknownCredential)?;
        if known.settings.control_copies == ControlCopies::Free {
            copy.price_micros = 0;
        }
        Ok((copy, pricing.unregistered))
    }
}
