//! The stop list: numbers that an account must not send to, which the core keeps to whatever the front end.

use std::collections::HashSet;

use sms::{Msisdn, Refusal};
use store::stop_list::{OriginatorStop, Stop, Stopped};
use store::{AccountId, ContactId, ListId, StopId};

use crate::contacts::parse;
use crate::{Error, Gateway};

impl Gateway {
    /// Puts a number on the stop list; messages to it that have not left will not leave any more.
    pub async fn stop(
        &self,
        account: AccountId,
        number: &str,
        reason: &str,
    ) -> Result<StopId, Error> {
        self.check_length(reason)?;
        let (number, given) = parse(number).ok_or(Refusal::InvalidNumber)?;
        let stopped = self
            .store()
            .stop(account, number, given, reason, self.now())
            .await?;
        added(stopped)
    }

    /// Reads which phones have stopped what comes from single originators of the account, by number and originator: those after
    /// `after`, at most `limit`.
    pub async fn originator_stops(
        &self,
        account: AccountId,
        after: Option<(Msisdn, String)>,
        limit: u32,
    ) -> Result<Vec<OriginatorStop>, Error> {
        let stops = self.store().originator_stops(account, after, limit);
        Ok(stops.await?)
    }

    /// Takes a stop of one originator off; tells whether it was there.
    pub async fn remove_originator_stop(
        &self,
        account: AccountId,
        number: &str,
        originator: &str,
    ) -> Result<bool, Error> {
        let (number, _) = parse(number).ok_or(Refusal::InvalidNumber)?;
        let removed = self
            .store()
            .remove_originator_stop(account, number, originator);
        Ok(removed.await?)
    }

    /// Puts a contact's number on the stop list.
    pub async fn stop_contact(
        &self,
        account: AccountId,
        contact: ContactId,
        reason: &str,
    ) -> Result<StopId, Error> {
        self.check_length(reason)?;
        let contact = self.contact(account, contact).await?;
        let (number, given) = (contact.number, contact.given);
        let stopped = self
            .store()
            .stop(account, number, given, reason, self.now())
            .await?;
        added(stopped)
    }

    /// Takes an entry off the stop list.
    pub async fn remove_stop(&self, account: AccountId, stop: StopId) -> Result<(), Error> {
        known(self.store().remove_stop(account, stop).await?)
    }

    /// Changes the reason of an entry.
    pub async fn change_stop(
        &self,
        account: AccountId,
        stop: StopId,
        reason: &str,
    ) -> Result<(), Error> {
        self.check_length(reason)?;
        known(self.store().change_stop(account, stop, reason).await?)
    }

    /// Looks at an entry.
    pub async fn stop_entry(&self, account: AccountId, stop: StopId) -> Result<Stop, Error> {
        let found = self.store().stop_by_id(account, stop).await?;
        Ok(found.ok_or(Refusal::UnknownStop)?)
    }

    /// Looks at the entry of a number.
    pub async fn stop_of_number(&self, account: AccountId, number: &str) -> Result<Stop, Error> {
        let (number, _) = parse(number).ok_or(Refusal::UnknownStop)?;
        let found = self.store().stop_by_number(account, number).await?;
        Ok(found.ok_or(Refusal::UnknownStop)?)
    }

    /// Looks at the entry of a contact's number.
    pub async fn stop_of_contact(
        &self,
        account: AccountId,
        contact: ContactId,
    ) -> Result<Stop, Error> {
        let contact = self.contact(account, contact).await?;
        let found = self.store().stop_by_number(account, contact.number).await?;
        Ok(found.ok_or(Refusal::UnknownStop)?)
    }

    /// Tells which of the numbers are on the stop list, or have stopped this originator.
    pub async fn stopped_among(
        &self,
        account: AccountId,
        originator: &str,
        numbers: Vec<Msisdn>,
    ) -> Result<HashSet<Msisdn>, Error> {
        let originator = Some(originator.to_owned());
        let stopped = self.store().stopped_among(account, originator, numbers);
        Ok(stopped.await?)
    }

    /// Reads a page of the stop list by number: entries after `after`; of a list's contacts only when it is given. An empty page
    /// is the end.
    pub async fn stops(
        &self,
        account: AccountId,
        list: Option<ListId>,
        after: Option<StopId>,
        limit: u32,
    ) -> Result<Vec<Stop>, Error> {
        let after = after.unwrap_or(StopId(0));
        Ok(self.store().stops(account, list, after, limit).await?)
    }
}

fn added(stopped: Stopped) -> Result<StopId, Error> {
    match stopped {
        Stopped::Added(id) => Ok(id),
        Stopped::Already(_) => Err(Refusal::AlreadyThere.into()),
    }
}

fn known(known: bool) -> Result<(), Error> {
    if known {
        Ok(())
    } else {
        Err(Refusal::UnknownStop.into())
    }
}
