//! Contact lists: what an account keeps in them, and how it finds it again.

use sms::{Msisdn, Recipient, Refusal};
use store::contacts::{
    Added, Contact, ContactChange, ContactList, ListVariable, NewContact, NumberRange,
};
use store::{AccountId, ContactId, ListId, VariableId};

use crate::search::{Beginning, Condition, Found, Page};
use crate::{Error, Gateway};

/// How many contacts one transaction of the store touches at the most.
const STEP: u32 = 5_000;

/// How many contacts one look-up of the store brings.
pub(crate) const PAGE: u32 = 5_000;

/// Describes a contact to add or to change, as given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactEntry {
    /// The telephone number.
    pub number: String,
    /// The values for placeholders, joined by `;`.
    pub variables: String,
}

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
    /// Creates an empty contact list.
    pub async fn add_list(
        &self,
        account: AccountId,
        name: &str,
        description: &str,
    ) -> Result<ListId, Error> {
        if name.trim().is_empty() {
            return Err(Refusal::InvalidName.into());
        }
        self.check_length(name)?;
        self.check_length(description)?;
        Ok(self
            .store()
            .add_list(account, name, description, self.now())
            .await?)
    }

    /// Changes a list's name and description, each when given; a name cannot be emptied.
    pub async fn change_list(
        &self,
        account: AccountId,
        list: ListId,
        name: Option<String>,
        description: Option<String>,
    ) -> Result<(), Error> {
        for text in name.iter().chain(&description) {
            self.check_length(text)?;
        }
        let name = name.filter(|name| !name.trim().is_empty());
        let known = self
            .store()
            .change_list(account, list, name, description)
            .await?;
        known_list(known)
    }

    /// Removes a list with its contacts. Campaigns that are growing out of it end with the contacts that they have reached.
    pub async fn remove_list(&self, account: AccountId, list: ListId) -> Result<(), Error> {
        known_list(self.store().remove_list(account, list).await?)
    }

    /// Looks at a list.
    pub async fn list(&self, account: AccountId, list: ListId) -> Result<ContactList, Error> {
        Ok(self
            .store()
            .list(account, list)
            .await?
            .ok_or(Refusal::UnknownList)?)
    }

    /// Lists an account's lists by number.
    pub async fn lists(&self, account: AccountId) -> Result<Vec<ContactList>, Error> {
        Ok(self.store().lists(account).await?)
    }

    /// Copies a list with its contacts and variables; the copy is there when this returns.
    pub async fn copy_list(&self, account: AccountId, source: ListId) -> Result<ListId, Error> {
        let copy = self
            .store()
            .begin_copy(account, source, self.now())
            .await?
            .ok_or(Refusal::UnknownList)?;
        while !self.store().go_on_copying(copy, STEP).await? {}
        Ok(copy)
    }

    /// Names one more of a list's values.
    pub async fn add_variable(
        &self,
        account: AccountId,
        list: ListId,
        name: &str,
    ) -> Result<VariableId, Error> {
        self.check_variable(name)?;
        let added = self.store().add_variable(account, list, name).await;
        Ok(unless_there(added)?.ok_or(Refusal::UnknownList)?)
    }

    /// Lists the names of a list's values by position.
    pub async fn variables(
        &self,
        account: AccountId,
        list: ListId,
    ) -> Result<Vec<ListVariable>, Error> {
        Ok(self
            .store()
            .variables(account, list)
            .await?
            .ok_or(Refusal::UnknownList)?)
    }

    /// Renames a variable of a list.
    pub async fn rename_variable(
        &self,
        account: AccountId,
        list: ListId,
        variable: VariableId,
        name: &str,
    ) -> Result<(), Error> {
        self.check_variable(name)?;
        let renamed = self
            .store()
            .rename_variable(account, list, variable, name)
            .await;
        if !unless_there(renamed)? {
            return Err(self.unknown_variable(account, list).await?);
        }
        Ok(())
    }

    /// Removes the name of a list's values at a position; the values stay.
    pub async fn remove_variable(
        &self,
        account: AccountId,
        list: ListId,
        variable: VariableId,
    ) -> Result<(), Error> {
        if !self
            .store()
            .remove_variable(account, list, variable)
            .await?
        {
            return Err(self.unknown_variable(account, list).await?);
        }
        Ok(())
    }

    /// Adds one contact; refused when the list has its number.
    pub async fn add_contact(
        &self,
        account: AccountId,
        list: ListId,
        entry: &ContactEntry,
    ) -> Result<ContactId, Error> {
        self.check_length(&entry.variables)?;
        let contact = contact(entry).ok_or(Refusal::InvalidNumber);
        // An unknown list counts for more than a number that is none.
        let contact = match contact {
            Ok(contact) => contact,
            Err(refusal) => {
                self.list(account, list).await?;
                return Err(refusal.into());
            }
        };
        let added = self
            .store()
            .add_contacts(account, list, vec![contact])
            .await?;
        let added = added.ok_or(Refusal::UnknownList)?;
        Ok(added.first.ok_or(Refusal::AlreadyThere)?)
    }

    /// Adds contacts in their order, and leaves out what is no number, what is longer than a contact may be, and numbers that
    /// the list has. Refused when nothing is left of a request that is not empty.
    ///
    /// Durable when it returns `Ok`; after an error a first part may have been added, and repeating the call adds the rest.
    pub async fn add_contacts(
        &self,
        account: AccountId,
        list: ListId,
        entries: &[ContactEntry],
    ) -> Result<Added, Error> {
        let mut sum = Added::default();
        let mut valid = 0;
        for entries in entries.chunks(STEP as usize) {
            let fits = |entry: &&ContactEntry| self.check_length(&entry.variables).is_ok();
            let contacts: Vec<_> = entries.iter().filter(fits).filter_map(contact).collect();
            if contacts.is_empty() {
                continue;
            }
            valid += contacts.len();
            let added = self.store().add_contacts(account, list, contacts).await?;
            let added = added.ok_or(Refusal::UnknownList)?;
            sum.first = sum.first.or(added.first);
            sum.added += added.added;
            sum.repeated += added.repeated;
        }
        if valid == 0 {
            self.list(account, list).await?;
            return Err(Refusal::InvalidNumber.into());
        }
        Ok(sum)
    }

    /// Looks at a contact.
    pub async fn contact(&self, account: AccountId, contact: ContactId) -> Result<Contact, Error> {
        let mut found = self.store().contacts(account, vec![contact]).await?;
        Ok(found.pop().ok_or(Refusal::UnknownContact)?)
    }

    /// Changes a contact's number and values, each when given.
    pub async fn change_contact(
        &self,
        account: AccountId,
        contact: ContactId,
        number: Option<&str>,
        variables: Option<String>,
    ) -> Result<(), Error> {
        if let Some(variables) = &variables {
            self.check_length(variables)?;
        }
        let number = match number.map(parse) {
            None => None,
            Some(Some(number)) => Some(number),
            Some(None) => {
                self.contact(account, contact).await?;
                return Err(Refusal::InvalidNumber.into());
            }
        };
        match self
            .store()
            .change_contact(account, contact, number, variables)
            .await?
        {
            ContactChange::Changed => Ok(()),
            ContactChange::Unknown => Err(Refusal::UnknownContact.into()),
            ContactChange::Repeated => Err(Refusal::AlreadyThere.into()),
        }
    }

    /// Removes those of the contacts that the account has; answers how many.
    pub async fn remove_contacts(
        &self,
        account: AccountId,
        contacts: &[ContactId],
    ) -> Result<u64, Error> {
        let mut removed = 0;
        for contacts in contacts.chunks(STEP as usize) {
            removed += self
                .store()
                .remove_contacts(account, contacts.to_vec())
                .await?;
        }
        Ok(removed)
    }

    /// Removes all contacts of a list; answers how many.
    pub async fn clear_list(&self, account: AccountId, list: ListId) -> Result<u64, Error> {
        let mut removed = 0;
        loop {
            let step = self.store().clear_list(account, list, STEP).await?;
            match step.ok_or(Refusal::UnknownList)? {
                0 => return Ok(removed),
                more => removed += more,
            }
        }
    }

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
            if about_contacts.is_empty() {
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

    /// Reads contacts by number, in the order asked for; those that are gone are left out.
    pub async fn contacts(
        &self,
        account: AccountId,
        contacts: Vec<ContactId>,
    ) -> Result<Vec<Contact>, Error> {
        Ok(self.store().contacts(account, contacts).await?)
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
            let Some(last) = contacts.last() else { break };
            after = last.id;
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
            let Some(last) = contacts.last() else {
                return Ok(());
            };
            after = last.id;
            found.extend(
                contacts
                    .iter()
                    .filter(|contact| holds(contact))
                    .map(|contact| contact.id),
            );
        }
    }

    async fn contacts_of(
        &self,
        account: AccountId,
        list: ListId,
        after: ContactId,
        limit: u32,
    ) -> Result<Vec<Contact>, store::Error> {
        let all = ContactId(i64::MAX);
        self.store()
            .contacts_of(account, list, after, all, limit)
            .await
    }

    /// Tells an unknown list from an unknown variable.
    async fn unknown_variable(&self, account: AccountId, list: ListId) -> Result<Error, Error> {
        self.list(account, list).await?;
        Ok(Refusal::UnknownVariable.into())
    }

    fn check_variable(&self, name: &str) -> Result<(), Error> {
        self.check_length(name)?;
        // A name that begins otherwise could never be meant by a placeholder; `;` separates stored names.
        let begins = name.chars().next().is_some_and(char::is_alphabetic);
        if begins && !name.contains([';', '%']) {
            Ok(())
        } else {
            Err(Refusal::InvalidName.into())
        }
    }

    /// Refuses texts that are longer than any that is kept of a contact, a list or an entry of the stop list.
    pub(crate) fn check_length(&self, text: &str) -> Result<(), Error> {
        let limit = self.limits().field_octets;
        if text.len() > limit as usize {
            return Err(Refusal::FieldTooLong { limit }.into());
        }
        Ok(())
    }
}

/// Reads a number as given: normalised, and as given when that differs.
pub(crate) fn parse(given: &str) -> Option<(Msisdn, Option<String>)> {
    let Recipient { given, msisdn } = Recipient::new(given);
    let number = msisdn.ok()?;
    // What people write around digits is short; anything longer is not kept as they wrote it.
    let differs = given != number.as_str() && given.len() <= 64;
    Some((number, differs.then_some(given)))
}

fn contact(entry: &ContactEntry) -> Option<NewContact> {
    let (number, given) = parse(&entry.number)?;
    Some(NewContact {
        number,
        given,
        variables: entry.variables.clone(),
    })
}

fn known_list(known: bool) -> Result<(), Error> {
    if known {
        Ok(())
    } else {
        Err(Refusal::UnknownList.into())
    }
}

/// Makes a refusal of a conflict, where that can only mean that a name is taken.
fn unless_there<T>(result: Result<T, store::Error>) -> Result<T, Error> {
    match result {
        Err(error) if error.is_conflict() => Err(Refusal::AlreadyThere.into()),
        result => Ok(result?),
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
