//! Contact lists, their contacts and the names of their variables.
//!
//! A list belongs to an account; another account's list, contact or variable is as unknown as one that never was.
//! Whatever may touch very many contacts is done in steps that the caller repeats, so that no transaction is long.

use async_trait::async_trait;
use sms::{Msisdn, Timestamp};

use crate::{AccountId, ContactId, Error, ListId, VariableId};

/// Describes a list with its counters, which are kept with every change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactList {
    /// Its number.
    pub id: ListId,
    /// Its name.
    pub name: String,
    /// What the account says of it; empty for nothing.
    pub description: String,
    /// How many contacts it has.
    pub contacts: u64,
    /// How many of them are on the account's stop list.
    pub stopped: u64,
    /// When it was created.
    pub created_at: Timestamp,
}

/// Describes a contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// Its number.
    pub id: ContactId,
    /// The list it is in.
    pub list: ListId,
    /// Its telephone number; there is one contact of a number in a list.
    pub number: Msisdn,
    /// The number as given, when it differs.
    pub given: Option<String>,
    /// The values for placeholders, joined by `;`, as given.
    pub variables: String,
    /// Whether its number is on the account's stop list.
    pub stopped: bool,
}

/// Describes a contact to add.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewContact {
    /// Its telephone number.
    pub number: Msisdn,
    /// The number as given, when it differs.
    pub given: Option<String>,
    /// The values for placeholders.
    pub variables: String,
}

/// Counts what became of contacts to add.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Added {
    /// The number of the first one added; those after it are numbered on without a gap.
    pub first: Option<ContactId>,
    /// How many were added.
    pub added: u64,
    /// How many were left out because the list, or an earlier place of the request, had the number.
    pub repeated: u64,
}

/// Says what a change of a contact came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContactChange {
    /// It is changed.
    Changed,
    /// The account has no such contact.
    Unknown,
    /// Another contact of the list has the new number; nothing is changed.
    Repeated,
}

/// Names a variable of a list: the contacts' values stand at its position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListVariable {
    /// Its number.
    pub id: VariableId,
    /// Which of a contact's values it names, from 0. Positions of removed variables stay empty.
    pub position: u32,
    /// Its name.
    pub name: String,
}

/// Says which of a list's numbers are looked for; they are compared as given and as normalised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NumberRange {
    /// This one.
    Exactly(String),
    /// Those that begin so.
    Prefix(String),
}

/// Keeps contact lists.
#[async_trait]
pub trait Contacts: Send + Sync {
    /// Creates an empty list. Conflict when there is no such account.
    async fn add_list(
        &self,
        account: AccountId,
        name: &str,
        description: &str,
        at: Timestamp,
    ) -> Result<ListId, Error>;

    /// Changes a list's name or description, each when given; tells whether there is such a list.
    async fn change_list(
        &self,
        account: AccountId,
        list: ListId,
        name: Option<String>,
        description: Option<String>,
    ) -> Result<bool, Error>;

    /// Removes a list: from now on it is unknown; tells whether there was one. Its contacts go with
    /// [`Contacts::forget_removed_lists`].
    async fn remove_list(&self, account: AccountId, list: ListId) -> Result<bool, Error>;

    /// Deletes up to `limit` contacts of removed lists, and of copies that were never completed and were begun before `before`;
    /// tells whether there are more.
    async fn forget_removed_lists(&self, before: Timestamp, limit: u32) -> Result<bool, Error>;

    /// Looks up a list.
    async fn list(&self, account: AccountId, list: ListId) -> Result<Option<ContactList>, Error>;

    /// Lists an account's lists by number.
    async fn lists(&self, account: AccountId) -> Result<Vec<ContactList>, Error>;

    /// Begins a copy of a list, with its name, description and variables; it is unknown until it is complete. `None` when the
    /// account has no such list.
    async fn begin_copy(
        &self,
        account: AccountId,
        source: ListId,
        at: Timestamp,
    ) -> Result<Option<ListId>, Error>;

    /// Copies up to `limit` more contacts into a copy that was begun; tells whether it is complete now, and known from then on.
    /// Conflict when its source was removed before that, or when there is no such copy.
    async fn go_on_copying(&self, copy: ListId, limit: u32) -> Result<bool, Error>;

    /// Names one more of a list's values; `None` when the account has no such list. Conflict when the list has that name.
    async fn add_variable(
        &self,
        account: AccountId,
        list: ListId,
        name: &str,
    ) -> Result<Option<VariableId>, Error>;

    /// Lists the names of a list's values by position; `None` when the account has no such list.
    async fn variables(
        &self,
        account: AccountId,
        list: ListId,
    ) -> Result<Option<Vec<ListVariable>>, Error>;

    /// Renames a variable; tells whether there was one. Conflict when the list has another of that name.
    async fn rename_variable(
        &self,
        account: AccountId,
        list: ListId,
        variable: VariableId,
        name: &str,
    ) -> Result<bool, Error>;

    /// Removes a variable's name; the others keep their positions. Tells whether there was one.
    async fn remove_variable(
        &self,
        account: AccountId,
        list: ListId,
        variable: VariableId,
    ) -> Result<bool, Error>;

    /// Adds contacts, all that are not in the list yet, or none; `None` when the account has no such list. Callers keep
    /// `contacts` to a few thousand.
    async fn add_contacts(
        &self,
        account: AccountId,
        list: ListId,
        contacts: Vec<NewContact>,
    ) -> Result<Option<Added>, Error>;

    /// Changes a contact's number, with the form in which it was given, or its values, each when given.
    async fn change_contact(
        &self,
        account: AccountId,
        contact: ContactId,
        number: Option<(Msisdn, Option<String>)>,
        variables: Option<String>,
    ) -> Result<ContactChange, Error>;

    /// Removes those of the contacts that the account has; answers how many.
    async fn remove_contacts(
        &self,
        account: AccountId,
        contacts: Vec<ContactId>,
    ) -> Result<u64, Error>;

    /// Removes up to `limit` contacts of a list; answers how many, `None` when the account has no such list.
    async fn clear_list(
        &self,
        account: AccountId,
        list: ListId,
        limit: u32,
    ) -> Result<Option<u64>, Error>;

    /// Reads contacts of the account by their numbers, in the order asked for; those it does not have are left out.
    async fn contacts(
        &self,
        account: AccountId,
        contacts: Vec<ContactId>,
    ) -> Result<Vec<Contact>, Error>;

    /// Finds the account's contacts with these telephone numbers, in whichever lists: those of a number together, by list, in the
    /// order asked for. Looks into each list for each number.
    async fn contacts_with(
        &self,
        account: AccountId,
        numbers: Vec<Msisdn>,
    ) -> Result<Vec<Contact>, Error>;

    /// Reads a list's contacts by number: those after `after`, up to `until`, at most `limit`. Empty when the account has no such
    /// list.
    async fn contacts_of(
        &self,
        account: AccountId,
        list: ListId,
        after: ContactId,
        until: ContactId,
        limit: u32,
    ) -> Result<Vec<Contact>, Error>;

    /// Tells a list's least and greatest telephone number, as texts; `None` when it has no contacts, or the account no such list.
    async fn number_span(
        &self,
        account: AccountId,
        list: ListId,
    ) -> Result<Option<(Msisdn, Msisdn)>, Error>;

    /// Finds a list's contacts by their telephone numbers, through an index: each that fits once, in any order. Empty when the
    /// account has no such list.
    async fn contacts_by_number(
        &self,
        account: AccountId,
        list: ListId,
        range: NumberRange,
    ) -> Result<Vec<ContactId>, Error>;
}
