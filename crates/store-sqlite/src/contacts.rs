//! Contact lists, their contacts and the names of their variables.

mod copies;
mod lists;
mod members;
mod reading;
mod stretch;
mod variables;

use async_trait::async_trait;
use rusqlite::Error::FromSqlConversionFailure;
use rusqlite::Row;
use rusqlite::types::Type;
use sms::{Msisdn, Timestamp};
use store::contacts::{
    Added, Contact, ContactChange, ContactList, Contacts, ListVariable, NewContact, NumberRange,
};
use store::{AccountId, ContactId, Error, ListId, VariableId};

use crate::SqliteStore;

#[async_trait]
impl Contacts for SqliteStore {
    async fn add_list(
        &self,
        account: AccountId,
        name: &str,
        description: &str,
        at: Timestamp,
    ) -> Result<ListId, Error> {
        let (name, description) = (name.to_owned(), description.to_owned());
        self.writer
            .write(move |writing| lists::add(writing, account, &name, &description, at))
            .await
    }

    async fn change_list(
        &self,
        account: AccountId,
        list: ListId,
        name: Option<String>,
        description: Option<String>,
    ) -> Result<bool, Error> {
        self.writer
            .write(move |writing| lists::change(writing, account, list, name, description))
            .await
    }

    async fn remove_list(&self, account: AccountId, list: ListId) -> Result<bool, Error> {
        self.writer
            .write(move |writing| lists::remove(writing, account, list))
            .await
    }

    async fn forget_removed_lists(&self, before: Timestamp, limit: u32) -> Result<bool, Error> {
        self.writer
            .write_long(None, move |writing| {
                lists::forget_removed(writing, before, limit)
            })
            .await
    }

    async fn list(&self, account: AccountId, list: ListId) -> Result<Option<ContactList>, Error> {
        self.readers
            .read(move |connection| lists::one(connection, account, list))
            .await
    }

    async fn lists(&self, account: AccountId) -> Result<Vec<ContactList>, Error> {
        self.readers
            .read(move |connection| lists::all(connection, account))
            .await
    }

    async fn begin_copy(
        &self,
        account: AccountId,
        source: ListId,
        at: Timestamp,
    ) -> Result<Option<ListId>, Error> {
        self.writer
            .write(move |writing| copies::begin(writing, account, source, at))
            .await
    }

    async fn go_on_copying(&self, copy: ListId, limit: u32) -> Result<bool, Error> {
        self.writer
            .write_long(None, move |writing| copies::go_on(writing, copy, limit))
            .await
    }

    async fn add_variable(
        &self,
        account: AccountId,
        list: ListId,
        name: &str,
    ) -> Result<Option<VariableId>, Error> {
        let name = name.to_owned();
        self.writer
            .write(move |writing| variables::add(writing, account, list, &name))
            .await
    }

    async fn variables(
        &self,
        account: AccountId,
        list: ListId,
    ) -> Result<Option<Vec<ListVariable>>, Error> {
        self.readers
            .view(move |view| variables::of(view, account, list))
            .await
    }

    async fn rename_variable(
        &self,
        account: AccountId,
        list: ListId,
        variable: VariableId,
        name: &str,
    ) -> Result<bool, Error> {
        let name = name.to_owned();
        self.writer
            .write(move |writing| variables::rename(writing, account, list, variable, &name))
            .await
    }

    async fn remove_variable(
        &self,
        account: AccountId,
        list: ListId,
        variable: VariableId,
    ) -> Result<bool, Error> {
        self.writer
            .write(move |writing| variables::remove(writing, account, list, variable))
            .await
    }

    async fn add_contacts(
        &self,
        account: AccountId,
        list: ListId,
        contacts: Vec<NewContact>,
    ) -> Result<Option<Added>, Error> {
        self.writer
            .write_long(Some(account), move |writing| {
                members::add(writing, account, list, &contacts)
            })
            .await
    }

    async fn change_contact(
        &self,
        account: AccountId,
        contact: ContactId,
        number: Option<(Msisdn, Option<String>)>,
        variables: Option<String>,
    ) -> Result<ContactChange, Error> {
        self.writer
            .write_knowing(move |writing| {
                members::change(writing, account, contact, number, variables)
            })
            .await
    }

    async fn remove_contacts(
        &self,
        account: AccountId,
        contacts: Vec<ContactId>,
    ) -> Result<u64, Error> {
        self.writer
            .write_long(Some(account), move |writing| {
                members::remove(writing, account, &contacts)
            })
            .await
    }

    async fn clear_list(
        &self,
        account: AccountId,
        list: ListId,
        limit: u32,
    ) -> Result<Option<u64>, Error> {
        self.writer
            .write_long(Some(account), move |writing| {
                members::clear(writing, account, list, limit)
            })
            .await
    }

    async fn contacts(
        &self,
        account: AccountId,
        contacts: Vec<ContactId>,
    ) -> Result<Vec<Contact>, Error> {
        self.readers
            .view(move |view| reading::by_id(view, account, &contacts))
            .await
    }

    async fn contacts_with(
        &self,
        account: AccountId,
        numbers: Vec<Msisdn>,
    ) -> Result<Vec<Contact>, Error> {
        self.readers
            .view(move |view| reading::with_numbers(view, account, &numbers))
            .await
    }

    async fn contacts_of(
        &self,
        account: AccountId,
        list: ListId,
        after: ContactId,
        until: ContactId,
        limit: u32,
    ) -> Result<Vec<Contact>, Error> {
        self.readers
            .read(move |connection| reading::page(connection, account, list, after, until, limit))
            .await
    }

    async fn number_span(
        &self,
        account: AccountId,
        list: ListId,
    ) -> Result<Option<(Msisdn, Msisdn)>, Error> {
        self.readers
            .view(move |view| reading::span(view, account, list))
            .await
    }

    async fn contacts_by_number(
        &self,
        account: AccountId,
        list: ListId,
        range: NumberRange,
    ) -> Result<Vec<ContactId>, Error> {
        self.readers
            .view(move |view| reading::by_number(view, account, list, &range))
            .await
    }
}

/// Reads a telephone number that was stored as digits.
pub(crate) fn msisdn(row: &Row<'_>, column: usize) -> rusqlite::Result<Msisdn> {
    Msisdn::parse(row.get_ref(column)?.as_str()?)
        .map_err(|error| FromSqlConversionFailure(column, Type::Text, error.into()))
}
