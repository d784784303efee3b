//! The stop list of an account.

use std::collections::HashSet;

use async_trait::async_trait;
use sms::{Msisdn, Timestamp};
use store::stop_list::*;
use store::{AccountId, Error, ListId, StopId};

use crate::SqliteStore;

#[async_trait]
impl StopList for SqliteStore {
    async fn stop(
        &self,
        _account: AccountId,
        _number: Msisdn,
        _given: Option<String>,
        _reason: &str,
        _at: Timestamp,
    ) -> Result<Stopped, Error> {
        todo!()
    }
    async fn remove_stop(&self, _account: AccountId, _stop: StopId) -> Result<bool, Error> {
        todo!()
    }
    async fn change_stop(
        &self,
        _account: AccountId,
        _stop: StopId,
        _reason: &str,
    ) -> Result<bool, Error> {
        todo!()
    }
    async fn stop_by_id(&self, _account: AccountId, _stop: StopId) -> Result<Option<Stop>, Error> {
        todo!()
    }
    async fn stop_by_number(
        &self,
        _account: AccountId,
        _number: Msisdn,
    ) -> Result<Option<Stop>, Error> {
        todo!()
    }
    async fn stops(
        &self,
        _account: AccountId,
        _list: Option<ListId>,
        _after: StopId,
        _limit: u32,
    ) -> Result<Vec<Stop>, Error> {
        todo!()
    }
    async fn stopped_among(
        &self,
        _account: AccountId,
        _numbers: Vec<Msisdn>,
    ) -> Result<HashSet<Msisdn>, Error> {
        todo!()
    }
}
