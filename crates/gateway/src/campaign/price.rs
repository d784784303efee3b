//! The exact price of a contact list, page by page: one is read while the one before is priced.

use std::collections::BTreeSet;
use std::sync::Arc;

use sms::{Country, Originator, Quote, Refusal};
use store::contacts::Contact;
use store::{AccountId, ContactId, ListId};

use crate::directory::Directory;
use crate::pricing::{Common, Own, Pricing};
use crate::{Error, Gateway, Limits, apart};

/// How many contacts are priced with one look-up of the store.
const PRICED_AT_ONCE: u32 = 10_000;

/// Holds the price of a list.
pub(super) struct Priced {
    pub(super) quote: Quote,
    /// How many contacts there were, those on the stop list among them.
    pub(super) contacts: u32,
    /// The last of them.
    pub(super) until: ContactId,
    /// The variables of the first one that is sent to.
    pub(super) first_variables: Option<String>,
    /// The originator, and countries in which it would have to be registered and is not.
    pub(super) unregistered: BTreeSet<(Originator, Country)>,
    /// Why the first contact that cannot be sent to cannot, in case none can.
    first_refusal: Option<Refusal>,
}

impl Gateway {
    /// Prices all contacts of a list but those on the stop list; refuses a list of which nobody could be sent to.
    pub(super) async fn price_list(
        &self,
        account: AccountId,
        list: ListId,
        common: &Arc<Common>,
    ) -> Result<Priced, Error> {
        let directory = self.directory();
        let limits = *self.limits();
        let all = ContactId(i64::MAX);
        let read = |after| {
            let store = self.store();
            store.contacts_of(account, list, after, all, PRICED_AT_ONCE)
        };
        let mut priced = Priced::nothing(Quote::new(self.currency_of(account)?));
        let mut page = read(priced.until).await?;
        while let Some(last) = page.last() {
            let until = last.id;
            let (directory, common) = (Arc::clone(&directory), Arc::clone(common));
            let before = priced;
            let adding =
                apart::run(move || before.with(&directory, &limits, account, &common, &page));
            let (added, next) = tokio::join!(adding, read(until));
            priced = added?;
            page = next?;
        }
        if priced.quote.messages() == 0 {
            // An unknown list has no contacts either.
            self.list(account, list).await?;
            let refusal = priced.first_refusal;
            return Err(refusal.unwrap_or(Refusal::NoValidRecipients).into());
        }
        Ok(priced)
    }
}

impl Priced {
    fn nothing(quote: Quote) -> Self {
        Self {
            quote,
            contacts: 0,
            until: ContactId(0),
            first_variables: None,
            unregistered: BTreeSet::new(),
            first_refusal: None,
        }
    }

    /// Adds the next page of contacts.
    fn with(
        mut self,
        directory: &Directory,
        limits: &Limits,
        account: AccountId,
        common: &Common,
        page: &[Contact],
    ) -> Result<Self, Refusal> {
        let mut pricing = Pricing::new(directory, limits, account, common)?;
        pricing.quote = self.quote;
        for contact in page.iter().filter(|contact| !contact.stopped) {
            pricing.add(&contact.number, Own::variables(&contact.variables))?;
            if self.first_variables.is_none() {
                self.first_variables = Some(contact.variables.clone());
            }
        }
        self.quote = pricing.quote;
        self.contacts += u32::try_from(page.len()).unwrap_or(u32::MAX);
        self.until = page.last().map_or(self.until, |contact| contact.id);
        self.unregistered.extend(pricing.unregistered);
        self.first_refusal = self.first_refusal.or(pricing.first_refusal);
        Ok(self)
    }
}
