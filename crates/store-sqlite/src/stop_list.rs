//! Stop lists: what an account sees of its own, and the count of stopped contacts in its lists.

use std::collections::HashSet;

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row};
use sms::{Msisdn, Timestamp};
use store::inbound::ASKED;
use store::stop_list::{OriginatorStop, Stop, StopList, Stopped};
use store::{AccountId, Error, ListId, StopId};

use crate::contacts::msisdn;
use crate::stops::Stops;
use crate::{SqliteStore, failed, originator_stops};

#[async_trait]
impl StopList for SqliteStore {
    async fn stop(
        &self,
        account: AccountId,
        number: Msisdn,
        given: Option<String>,
        reason: &str,
        at: Timestamp,
    ) -> Result<Stopped, Error> {
        let reason = reason.to_owned();
        self.writer
            .write(move |writing| stop(writing, account, &number, given.as_deref(), &reason, at))
            .await
    }

    async fn remove_stop(&self, account: AccountId, stop: StopId) -> Result<bool, Error> {
        self.writer
            .write(move |writing| remove(writing, account, stop))
            .await
    }

    async fn change_stop(
        &self,
        account: AccountId,
        stop: StopId,
        reason: &str,
    ) -> Result<bool, Error> {
        let reason = reason.to_owned();
        self.writer
            .write(move |writing| change(writing, account, stop, &reason))
            .await
    }

    async fn stop_by_id(&self, account: AccountId, stop: StopId) -> Result<Option<Stop>, Error> {
        self.readers
            .read(move |connection| {
                connection
                    .prepare_cached(
                        "SELECT id, number, given, reason, added_at FROM stop WHERE id = ?2 AND account_id = ?1",
                    )
                    .and_then(|mut select| select.query_row((account.0, stop.0), entry).optional())
                    .map_err(failed("cannot read a stop"))
            })
            .await
    }

    async fn stop_by_number(
        &self,
        account: AccountId,
        number: Msisdn,
    ) -> Result<Option<Stop>, Error> {
        self.readers
            .read(move |connection| {
                connection
                    .prepare_cached(
                        "SELECT id, number, given, reason, added_at FROM stop WHERE account_id = ?1 AND number = ?2",
                    )
                    .and_then(|mut select| {
                        select.query_row((account.0, number.as_str()), entry).optional()
                    })
                    .map_err(failed("cannot read a stop"))
            })
            .await
    }

    async fn stops(
        &self,
        account: AccountId,
        list: Option<ListId>,
        after: StopId,
        limit: u32,
    ) -> Result<Vec<Stop>, Error> {
        self.readers
            .read(move |connection| {
                connection
                    .prepare_cached(
                        "SELECT id, number, given, reason, added_at FROM stop WHERE account_id = ?1 AND id > ?3 \
                         AND (?2 IS NULL OR EXISTS (SELECT 1 FROM known_contact c \
                           WHERE c.account_id = ?1 AND c.list_id = ?2 AND c.number = stop.number)) \
                         ORDER BY id LIMIT ?4",
                    )
                    .and_then(|mut select| {
                        let list = list.map(|list| list.0);
                        select.query_map((account.0, list, after.0, limit), entry)?.collect()
                    })
                    .map_err(failed("cannot read stops"))
            })
            .await
    }

    async fn stopped_among(
        &self,
        account: AccountId,
        originator: Option<String>,
        numbers: Vec<Msisdn>,
    ) -> Result<HashSet<Msisdn>, Error> {
        self.readers
            .view(move |view| {
                let stops = Stops::of(view, account)?;
                let mut stopped = HashSet::new();
                for number in numbers {
                    let digits = number.as_str();
                    let stopped_here = match &originator {
                        Some(originator) => stops.forbid(view, digits, originator)?,
                        None => stops.has(view, digits)?,
                    };
                    if stopped_here {
                        stopped.insert(number);
                    }
                }
                Ok(stopped)
            })
            .await
    }

    async fn originator_stops(
        &self,
        account: AccountId,
        after: Option<(Msisdn, String)>,
        limit: u32,
    ) -> Result<Vec<OriginatorStop>, Error> {
        self.readers
            .read(move |connection| {
                originator_stops::list(connection, account, after.as_ref(), limit)
            })
            .await
    }

    async fn remove_originator_stop(
        &self,
        account: AccountId,
        number: Msisdn,
        originator: &str,
    ) -> Result<bool, Error> {
        let originator = originator.to_owned();
        self.writer
            .write(move |writing| {
                originator_stops::remove(writing, account, number.as_str(), &originator)
            })
            .await
    }
}

/// Puts a number on the list, unless it is there. What a handset asked for becomes the account's own when the account asks for it, too.
pub(crate) fn stop(
    connection: &Connection,
    account: AccountId,
    number: &Msisdn,
    given: Option<&str>,
    reason: &str,
    at: Timestamp,
) -> Result<Stopped, Error> {
    let present: Option<(i64, String)> = connection
        .prepare_cached("SELECT id, reason FROM stop WHERE account_id = ?1 AND number = ?2")
        .and_then(|mut select| {
            let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
            select
                .query_row((account.0, number.as_str()), read)
                .optional()
        })
        .map_err(failed("cannot look at the stop list"))?;
    if let Some((id, present)) = present {
        let id = StopId(id);
        if present == ASKED && reason != ASKED {
            change(connection, account, id, reason)?;
        }
        return Ok(Stopped::Already(id));
    }
    let id = connection
        .prepare_cached(
            "INSERT INTO stop (account_id, number, given, reason, added_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        )
        .and_then(|mut insert| {
            insert.insert((
                account.0,
                number.as_str(),
                given,
                reason,
                at.as_millis(),
            ))
        })
        .map_err(failed("cannot stop a number"))?;
    count_in_lists(connection, account, number.as_str(), 1)?;
    Ok(Stopped::Added(StopId(id)))
}

/// Takes what a handset asked for off the list again; tells whether it was there. An entry with another reason stays.
pub(crate) fn remove_asked(
    connection: &Connection,
    account: AccountId,
    number: &str,
) -> Result<bool, Error> {
    let asked: Option<i64> = connection
        .prepare_cached("SELECT id FROM stop WHERE account_id = ?1 AND number = ?2 AND reason = ?3")
        .and_then(|mut select| {
            select
                .query_row((account.0, number, ASKED), |row| row.get(0))
                .optional()
        })
        .map_err(failed("cannot look at the stop list"))?;
    match asked {
        Some(id) => remove(connection, account, StopId(id)),
        None => Ok(false),
    }
}

fn remove(connection: &Connection, account: AccountId, stop: StopId) -> Result<bool, Error> {
    let number: Option<String> = connection
        .prepare_cached("DELETE FROM stop WHERE id = ?2 AND account_id = ?1 RETURNING number")
        .and_then(|mut delete| {
            delete
                .query_row((account.0, stop.0), |row| row.get(0))
                .optional()
        })
        .map_err(failed("cannot remove a stop"))?;
    let Some(number) = number else {
        return Ok(false);
    };
    count_in_lists(connection, account, &number, -1)?;
    Ok(true)
}

/// Changes the reason of an entry; tells whether there is one.
fn change(
    connection: &Connection,
    account: AccountId,
    stop: StopId,
    reason: &str,
) -> Result<bool, Error> {
    connection
        .prepare_cached("UPDATE stop SET reason = ?3 WHERE id = ?2 AND account_id = ?1")
        .and_then(|mut update| update.execute((account.0, stop.0, reason)))
        .map(|changed| changed > 0)
        .map_err(failed("cannot change a stop"))
}

/// Counts one stopped contact more, or one less, in each of the account's lists that has the number; in a copy being made too.
/// It takes one look into each list.
fn count_in_lists(
    connection: &Connection,
    account: AccountId,
    number: &str,
    change: i64,
) -> Result<(), Error> {
    connection
        .prepare_cached(
            "UPDATE contact_list SET stopped = stopped + ?3 WHERE account_id = ?1 AND state <> 2 \
             AND EXISTS (SELECT 1 FROM contact c WHERE c.list_id = contact_list.id AND c.number = ?2)",
        )
        .and_then(|mut update| update.execute((account.0, number, change)))
        .map(|_| ())
        .map_err(failed("cannot count stopped contacts"))
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Stop> {
    Ok(Stop {
        id: StopId(row.get(0)?),
        number: msisdn(row, 1)?,
        given: row.get(2)?,
        reason: row.get(3)?,
        added_at: Timestamp::from_millis(row.get(4)?),
    })
}
