//! The stop list of an account: numbers that it must not send to; and numbers that single originators of it must not send to.
//!
//! It is asked at three moments: when a price is told, when a message is written, at the acceptance of its submission or in a step
//! of an expansion, and last when a message is claimed for the wire ([`crate::Queue::claim`]).

use std::collections::HashSet;

use async_trait::async_trait;
use sms::{Msisdn, Timestamp};

use crate::{AccountId, Error, ListId, StopId};

/// Describes an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// Its number.
    pub id: StopId,
    /// The telephone number; an account has one entry for a number.
    pub number: Msisdn,
    /// The number as given, when it differs.
    pub given: Option<String>,
    /// Why; empty for nothing.
    pub reason: String,
    /// Since when.
    pub added_at: Timestamp,
}

/// Describes a stop that holds for one originator of an account: the handset asked for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OriginatorStop {
    /// The telephone number.
    pub number: Msisdn,
    /// The originator from which nothing is sent to it.
    pub originator: String,
    /// Since when.
    pub added_at: Timestamp,
}

/// Says what adding a number came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// It is on the list from now on.
    Added(StopId),
    /// It was there already.
    Already(StopId),
}

/// Keeps stop lists.
#[async_trait]
pub trait StopList: Send + Sync {
    /// Puts a number on an account's stop list. An entry that it has there stays as it is, but for one that a handset asked for
    /// ([`ASKED`](crate::inbound::ASKED)): that takes on the reason, and stays when the handset does not ask for it any more.
    /// Conflict when there is no such account.
    async fn stop(
        &self,
        account: AccountId,
        number: Msisdn,
        given: Option<String>,
        reason: &str,
        at: Timestamp,
    ) -> Result<Stopped, Error>;

    /// Takes an entry off the account's list; tells whether there was one.
    async fn remove_stop(&self, account: AccountId, stop: StopId) -> Result<bool, Error>;

    /// Changes the reason of an entry; tells whether there is one.
    async fn change_stop(
        &self,
        account: AccountId,
        stop: StopId,
        reason: &str,
    ) -> Result<bool, Error>;

    /// Looks up an entry.
    async fn stop_by_id(&self, account: AccountId, stop: StopId) -> Result<Option<Stop>, Error>;

    /// Looks up the entry of a number.
    async fn stop_by_number(
        &self,
        account: AccountId,
        number: Msisdn,
    ) -> Result<Option<Stop>, Error>;

    /// Reads an account's entries by number: those after `after`, at most `limit`; of one list's contacts only when it is given.
    async fn stops(
        &self,
        account: AccountId,
        list: Option<ListId>,
        after: StopId,
        limit: u32,
    ) -> Result<Vec<Stop>, Error>;

    /// Picks from these numbers those that are on the account's stop list, and those that have stopped this originator when one
    /// is given.
    async fn stopped_among(
        &self,
        account: AccountId,
        originator: Option<String>,
        numbers: Vec<Msisdn>,
    ) -> Result<HashSet<Msisdn>, Error>;

    /// Reads an account's stops of single originators, by number and originator: those after `after`, at most `limit`.
    async fn originator_stops(
        &self,
        account: AccountId,
        after: Option<(Msisdn, String)>,
        limit: u32,
    ) -> Result<Vec<OriginatorStop>, Error>;

    /// Takes a stop of one originator off; tells whether it was there.
    async fn remove_originator_stop(
        &self,
        account: AccountId,
        number: Msisdn,
        originator: &str,
    ) -> Result<bool, Error>;
}
