//! Contact lists: what an account keeps in them, and how it finds it again.

mod find;

use sms::{Msisdn, Recipient, Refusal};
use store::contacts::{Added, Contact, ContactChange, ContactList, ListVariable, NewContact};
use store::{AccountId, ContactId, ListId, VariableId};

use crate::{Error, Gateway};

pub use find::{ContactField, ContactSearch};

/// How many contacts one transaction of the store touches at the most.
const STEP: u32 = 5_000;

/// How many contacts one transaction adds: more at once write less, since new numbers lie all over the index.
const ADDED_AT_ONCE: usize = 10_000;

/// Describes a contact to add or to change, as given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactEntry {
    /// The telephone number.
    pub number: String,
    /// The values for placeholders, joined by `;`.
    pub variables: String,
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

    /// Removes a list with its contacts. Campaigns that were accepted before go on to all of them.
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
        loop {
            match self.store().go_on_copying(copy, STEP).await {
                Ok(true) => return Ok(copy),
                Ok(false) => {}
                // The list was removed while it was copied.
                Err(error) if error.is_conflict() => return Err(Refusal::UnknownList.into()),
                Err(error) => return Err(error.into()),
            }
        }
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
        for entries in entries.chunks(ADDED_AT_ONCE) {
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

    /// Reads contacts by number, in the order asked for; those that are gone are left out.
    pub async fn contacts(
        &self,
        account: AccountId,
        contacts: Vec<ContactId>,
    ) -> Result<Vec<Contact>, Error> {
        Ok(self.store().contacts(account, contacts).await?)
    }

    /// Finds the account's contacts with these numbers, in whichever lists: those of a number together, by list, in the order asked
    /// for.
    pub async fn contacts_with(
        &self,
        account: AccountId,
        numbers: Vec<Msisdn>,
    ) -> Result<Vec<Contact>, Error> {
        Ok(self.store().contacts_with(account, numbers).await?)
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
