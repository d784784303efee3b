//! The lists themselves; what a removed one leaves behind goes in steps. In the queries a list's state is 0 in use, 1 a copy
//! being made, 2 removed.

use rusqlite::{Connection, OptionalExtension, Row};
use sms::Timestamp;
use store::contacts::ContactList;
use store::{AccountId, Error, ListId};

use super::stretch::Stretch;
use crate::{failed, kept};

/// What is said of a list by whoever changes what is in it.
pub(super) struct Known {
    /// Whether any of its contacts is on the account's stop list.
    pub(super) has_stopped: bool,
}

/// Looks whether the account has the list; every change of what is in it begins here.
pub(super) fn known(
    connection: &Connection,
    account: AccountId,
    list: ListId,
) -> Result<Option<Known>, Error> {
    connection
        .prepare_cached(
            "SELECT stopped > 0 FROM contact_list WHERE id = ?2 AND account_id = ?1 AND state = 0",
        )
        .and_then(|mut select| {
            select
                .query_row((account.0, list.0), |row| {
                    Ok(Known {
                        has_stopped: row.get(0)?,
                    })
                })
                .optional()
        })
        .map_err(failed("cannot look for a contact list"))
}

pub(super) fn add(
    connection: &Connection,
    account: AccountId,
    name: &str,
    description: &str,
    at: Timestamp,
) -> Result<ListId, Error> {
    connection
        .prepare_cached(
            "INSERT INTO contact_list (account_id, name, description, created_at) VALUES (?1, ?2, ?3, ?4)",
        )
        .and_then(|mut insert| insert.insert((account.0, name, description, at.as_millis())))
        .map(ListId)
        .map_err(failed("cannot add a contact list"))
}

pub(super) fn change(
    connection: &Connection,
    account: AccountId,
    list: ListId,
    name: Option<String>,
    description: Option<String>,
) -> Result<bool, Error> {
    connection
        .prepare_cached(
            "UPDATE contact_list SET name = coalesce(?3, name), description = coalesce(?4, description) \
             WHERE id = ?2 AND account_id = ?1 AND state = 0",
        )
        .and_then(|mut update| update.execute((account.0, list.0, name, description)))
        .map(|changed| changed > 0)
        .map_err(failed("cannot change a contact list"))
}

pub(super) fn remove(
    connection: &Connection,
    account: AccountId,
    list: ListId,
) -> Result<bool, Error> {
    connection
        .prepare_cached(
            "UPDATE contact_list SET state = 2 WHERE id = ?2 AND account_id = ?1 AND state = 0",
        )
        .and_then(|mut update| update.execute((account.0, list.0)))
        .map(|removed| removed > 0)
        .map_err(failed("cannot remove a contact list"))
}

/// Each contact deleted counts against the limit, and each list too, so that many empty ones are no long transaction. A list that
/// campaigns have yet to go through stays until they have.
pub(super) fn forget_removed(
    connection: &Connection,
    before: Timestamp,
    limit: u32,
) -> Result<bool, Error> {
    let mut left = limit - kept::forget_ended(connection, limit)?;
    if left == 0 {
        return Ok(true);
    }
    while let Some(list) = forgettable(connection, before)? {
        if left == 0 {
            return Ok(true);
        }
        let stretch = Stretch::after(connection, list, 0, left)?;
        left -= stretch.delete(connection)?;
        if left > 0 {
            forget(connection, list)?;
            left -= 1;
        }
    }
    Ok(false)
}

/// Finds a list to forget; an abandoned copy counts as removed from now on, so that nobody completes what is half gone.
fn forgettable(connection: &Connection, before: Timestamp) -> Result<Option<ListId>, Error> {
    connection
        .prepare_cached(
            "UPDATE contact_list SET state = 2 WHERE id = (SELECT id FROM contact_list l \
             WHERE state <> 0 AND (state = 2 OR created_at < ?1) \
             AND NOT EXISTS (SELECT 1 FROM expansion e WHERE e.list_id = l.id) LIMIT 1) RETURNING id",
        )
        .and_then(|mut update| {
            update
                .query_row([before.as_millis()], |row| row.get(0).map(ListId))
                .optional()
        })
        .map_err(failed("cannot look for removed contact lists"))
}

/// Deletes a list that has no contacts any more.
fn forget(connection: &Connection, list: ListId) -> Result<(), Error> {
    for sql in [
        "DELETE FROM contact_list_variable WHERE list_id = ?1",
        "DELETE FROM contact_list WHERE id = ?1",
    ] {
        connection
            .prepare_cached(sql)
            .and_then(|mut delete| delete.execute([list.0]))
            .map_err(failed("cannot forget a contact list"))?;
    }
    Ok(())
}

/// Brings a list's counters in step with a change of its contacts.
pub(super) fn count(
    connection: &Connection,
    list: ListId,
    contacts: i64,
    stopped: i64,
) -> Result<(), Error> {
    connection
        .prepare_cached(
            "UPDATE contact_list SET contacts = contacts + ?2, stopped = stopped + ?3 WHERE id = ?1",
        )
        .and_then(|mut update| update.execute((list.0, contacts, stopped)))
        .map(|_| ())
        .map_err(failed("cannot count a list's contacts"))
}

pub(super) fn one(
    connection: &Connection,
    account: AccountId,
    list: ListId,
) -> Result<Option<ContactList>, Error> {
    connection
        .prepare_cached(
            "SELECT id, name, description, contacts, stopped, created_at FROM contact_list \
             WHERE id = ?2 AND account_id = ?1 AND state = 0",
        )
        .and_then(|mut select| {
            select
                .query_row((account.0, list.0), contact_list)
                .optional()
        })
        .map_err(failed("cannot read a contact list"))
}

pub(super) fn all(connection: &Connection, account: AccountId) -> Result<Vec<ContactList>, Error> {
    connection
        .prepare_cached(
            "SELECT id, name, description, contacts, stopped, created_at FROM contact_list \
             WHERE account_id = ?1 AND state = 0 ORDER BY id",
        )
        .and_then(|mut select| select.query_map([account.0], contact_list)?.collect())
        .map_err(failed("cannot read contact lists"))
}

fn contact_list(row: &Row<'_>) -> rusqlite::Result<ContactList> {
    Ok(ContactList {
        id: ListId(row.get(0)?),
        name: row.get(1)?,
        description: row.get(2)?,
        contacts: row.get::<_, i64>(3)?.unsigned_abs(),
        stopped: row.get::<_, i64>(4)?.unsigned_abs(),
        created_at: Timestamp::from_millis(row.get(5)?),
    })
}
