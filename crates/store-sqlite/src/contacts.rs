//! Contact lists, their contacts and the names of their variables.

use async_trait::async_trait;
use sms::{Msisdn, Timestamp};
use store::contacts::*;
use store::{AccountId, ContactId, Error, ListId, VariableId};

use crate::SqliteStore;

#[async_trait]
impl Contacts for SqliteStore {
    async fn add_list(
        &self,
        _account: AccountId,
        _name: &str,
        _description: &str,
        _at: Timestamp,
    ) -> Result<ListId, Error> {
        todo!()
    }
    async fn change_list(
        &self,
        _account: AccountId,
        _list: ListId,
        _name: Option<String>,
        _description: Option<String>,
    ) -> Result<bool, Error> {
        todo!()
    }
    async fn remove_list(&self, _account: AccountId, _list: ListId) -> Result<bool, Error> {
        todo!()
    }
    async fn forget_removed_lists(&self, _before: Timestamp, _limit: u32) -> Result<bool, Error> {
        todo!()
    }
    async fn list(&self, _account: AccountId, _list: ListId) -> Result<Option<ContactList>, Error> {
        todo!()
    }
    async fn lists(&self, _account: AccountId) -> Result<Vec<ContactList>, Error> {
        todo!()
    }
    async fn begin_copy(
        &self,
        _account: AccountId,
        _source: ListId,
        _at: Timestamp,
    ) -> Result<Option<ListId>, Error> {
        todo!()
    }
    async fn go_on_copying(&self, _copy: ListId, _limit: u32) -> Result<bool, Error> {
        todo!()
    }
    async fn add_variable(
        &self,
        _account: AccountId,
        _list: ListId,
        _name: &str,
    ) -> Result<Option<VariableId>, Error> {
        todo!()
    }
    async fn variables(
        &self,
        _account: AccountId,
        _list: ListId,
    ) -> Result<Option<Vec<ListVariable>>, Error> {
        todo!()
    }
    async fn rename_variable(
        &self,
        _account: AccountId,
        _list: ListId,
        _variable: VariableId,
        _name: &str,
    ) -> Result<bool, Error> {
        todo!()
    }
    async fn remove_variable(
        &self,
        _account: AccountId,
        _list: ListId,
        _variable: VariableId,
    ) -> Result<bool, Error> {
        todo!()
    }
    async fn add_contacts(
        &self,
        _account: AccountId,
        _list: ListId,
        _contacts: Vec<NewContact>,
    ) -> Result<Option<Added>, Error> {
        todo!()
    }
    async fn change_contact(
        &self,
        _account: AccountId,
        _contact: ContactId,
        _number: Option<(Msisdn, Option<String>)>,
        _variables: Option<String>,
    ) -> Result<ContactChange, Error> {
        todo!()
    }
    async fn remove_contacts(
        &self,
        _account: AccountId,
        _contacts: Vec<ContactId>,
    ) -> Result<u64, Error> {
        todo!()
    }
    async fn clear_list(
        &self,
        _account: AccountId,
        _list: ListId,
        _limit: u32,
    ) -> Result<Option<u64>, Error> {
        todo!()
    }
    async fn contacts(
        &self,
        _account: AccountId,
        _contacts: Vec<ContactId>,
    ) -> Result<Vec<Contact>, Error> {
        todo!()
    }
    async fn contacts_of(
        &self,
        _account: AccountId,
        _list: ListId,
        _after: ContactId,
        _until: ContactId,
        _limit: u32,
    ) -> Result<Vec<Contact>, Error> {
        todo!()
    }
    async fn contacts_by_number(
        &self,
        _account: AccountId,
        _list: ListId,
        _range: NumberRange,
    ) -> Result<Vec<ContactId>, Error> {
        todo!()
    }
}
