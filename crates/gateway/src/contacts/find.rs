//! Finding contacts: through an index where a condition says how their numbers begin, else by looking at each, page by page.

use store::contacts::{Contact, NumberRange};
use store::{AccountId, ContactId, ListId};

use crate::search::{Beginning, Condition, Found, Page};
use crate::{Error, Gateway};

/// How many contacts one look-up of the store brings.
const PAGE: u32 = 5_000;

/// Names what is known of a contact, for searches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContactField {
    /// The number of its list.
    List,
    /// Its telephone number, as given or as normalised.
    Number,
    /// Its telephone number as normalised.
    NormalisedNumber,
    /// Its values, joined by `;`.
    Variables,
}

/// Asks for contacts that fulfil all conditions.
#[derive(Clone, Debug, Default)]
pub struct ContactSearch {
    /// Of this list only.
    pub list: Option<ListId>,
    /// What must hold.
    pub conditions: Vec<(ContactField, Condition)>,
}

impl Gateway {
    /// Finds contacts, by ascending number. Conditions on telephone numbers that say how these begin go through an index; others
    /// are tried on each contact, page by page.
    pub async fn find_contacts(
        &self,
        account: AccountId,
        search: &ContactSearch,
        page: Page,
    ) -> Result<Found<ContactId>, Error> {
        let lists = match search.list {
            Some(list) => vec![self.list(account, list).await?],
            None => self.lists(account).await?,
        };
        let of_list = |condition: &&(ContactField, Condition)| condition.0 == ContactField::List;
        let (about_lists, about_contacts): (Vec<_>, Vec<_>) =
            search.conditions.iter().partition(of_list);
        let mut total = 0;
        let mut found = Vec::new();
        for list in lists {
            let name = list.id.to_string();
            if !about_lists
                .iter()
                .all(|(_, condition)| condition.holds(&name))
            {
                continue;
            }
            if self.all_fulfil(account, list.id, &about_contacts).await? {
                total += list.contacts;
                self.first_contacts(account, list.id, page.end(), &mut found)
                    .await?;
            } else {
                let before = found.len();
                self.find_in(account, list.id, &about_contacts, &mut found)
                    .await?;
                total += (found.len() - before) as u64;
            }
        }
        let items = page.cut(found).items;
        Ok(Found { total, items })
    }

    /// Tells whether all contacts of a list fulfil the conditions, as far as that can be told without looking at each: there are none,
    /// or they ask for a beginning that the least and the greatest number have.
    async fn all_fulfil(
        &self,
        account: AccountId,
        list: ListId,
        conditions: &[&(ContactField, Condition)],
    ) -> Result<bool, Error> {
        let beginnings: Option<Vec<String>> = conditions
            .iter()
            .map(|condition| match range(condition) {
                Some((NumberRange::Prefix(beginning), true)) => Some(beginning),
                _ => None,
            })
            .collect();
        match beginnings {
            None => Ok(false),
            Some(beginnings) if beginnings.is_empty() => Ok(true),
            Some(beginnings) => {
                let span = self.store().number_span(account, list).await?;
                Ok(span.is_some_and(|(least, greatest)| {
                    beginnings.iter().all(|beginning| {
                        let begins = |number: &str| number.starts_with(beginning.as_str());
                        begins(least.as_str()) && begins(greatest.as_str())
                    })
                }))
            }
        }
    }

    async fn first_contacts(
        &self,
        account: AccountId,
        list: ListId,
        most: usize,
        found: &mut Vec<ContactId>,
    ) -> Result<(), Error> {
        let mut after = ContactId(0);
        let mut left = most;
        while left > 0 {
            let limit = u32::try_from(left).unwrap_or(PAGE).min(PAGE);
            let contacts = self.contacts_of(account, list, after, limit).await?;
            let Some(end) = contacts.last() else { break };
            after = end.id;
            left -= contacts.len().min(left);
            found.extend(contacts.iter().map(|contact| contact.id));
        }
        Ok(())
    }

    async fn find_in(
        &self,
        account: AccountId,
        list: ListId,
        conditions: &[&(ContactField, Condition)],
        found: &mut Vec<ContactId>,
    ) -> Result<(), Error> {
        let holds = |contact: &Contact| {
            let mut conditions = conditions.iter();
            conditions.all(|(field, condition)| condition_holds(*field, condition, contact))
        };
        if let Some((range, enough)) = conditions.iter().find_map(|condition| range(condition)) {
            let candidates = self
                .store()
                .contacts_by_number(account, list, range)
                .await?;
            if enough && conditions.len() == 1 {
                found.extend(candidates);
                return Ok(());
            }
            for candidates in candidates.chunks(PAGE as usize) {
                let contacts = self.store().contacts(account, candidates.to_vec()).await?;
                found.extend(
                    contacts
                        .iter()
                        .filter(|contact| holds(contact))
                        .map(|contact| contact.id),
                );
            }
            return Ok(());
        }
        let mut after = ContactId(0);
        loop {
            let contacts = self.contacts_of(account, list, after, PAGE).await?;
            let Some(end) = contacts.last() else {
                return Ok(());
            };
            after = end.id;
            found.extend(
                contacts
                    .iter()
                    .filter(|contact| holds(contact))
                    .map(|contact| contact.id),
            );
        }
    }

    /// Reads a list's contacts by number: those after `after`, at most `limit`. Empty when the account has no such list.
    pub async fn contacts_of(
        &self,
        account: AccountId,
        list: ListId,
        after: ContactId,
        limit: u32,
    ) -> Result<Vec<Contact>, Error> {
        let all = ContactId(i64::MAX);
        let page = self.store().contacts_of(account, list, after, all, limit);
        Ok(page.await?)
    }
}

fn condition_holds(field: ContactField, condition: &Condition, contact: &Contact) -> bool {
    match field {
        ContactField::List => condition.holds(&contact.list.to_string()),
        ContactField::NormalisedNumber => condition.holds(contact.number.as_str()),
        ContactField::Number => {
            let given = contact.given.as_deref();
            condition.holds(contact.number.as_str())
                || given.is_some_and(|given| condition.holds(given))
        }
        ContactField::Variables => condition.holds(&contact.variables),
    }
}

/// Tells through which range of numbers all contacts are found that fulfil a condition, and whether all in it do.
fn range((field, condition): &(ContactField, Condition)) -> Option<(NumberRange, bool)> {
    if !matches!(field, ContactField::Number | ContactField::NormalisedNumber) {
        return None;
    }
    let (text, beginning) = condition.beginning()?;
    // An index knows no case, and the equality of a search compares numbers by value.
    let is_number = text.bytes().all(|octet| octet.is_ascii_digit());
    if !is_number || text.starts_with('0') {
        return None;
    }
    let range = match beginning {
        Beginning::Whole => NumberRange::Exactly(text.to_owned()),
        Beginning::Enough | Beginning::Necessary => NumberRange::Prefix(text.to_owned()),
    };
    Some((range, beginning != Beginning::Necessary))
}
