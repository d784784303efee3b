//! Who is in a list: every change here keeps the list's counters, within the caller's transaction.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension};
use sms::Msisdn;
use store::contacts::{Added, ContactChange, NewContact};
use store::{AccountId, ContactId, Error, ListId};

use super::lists;
use super::stretch::Stretch;
use crate::stops::Stops;
use crate::{failed, kept};

/// Numbers are taken for those only that were not in the list, so that what is added has no gap.
pub(super) fn add(
    connection: &Connection,
    account: AccountId,
    list: ListId,
    contacts: &[NewContact],
) -> Result<Option<Added>, Error> {
    if lists::known(connection, account, list)?.is_none() {
        return Ok(None);
    }
    let first = next_id(connection)?;
    let stops = Stops::of(connection, account)?;
    let mut insert = connection
        .prepare_cached(
            "INSERT INTO contact (list_id, id, number, given, variables) VALUES (?1, ?2, ?3, ?4, ?5) \
             ON CONFLICT (list_id, number) DO NOTHING",
        )
        .map_err(failed("cannot prepare to add contacts"))?;
    let (mut next, mut stopped) = (first, 0);
    for contact in contacts {
        let number = contact.number.as_str();
        let added = insert
            .execute((list.0, next, number, &contact.given, &contact.variables))
            .map_err(failed("cannot add a contact"))?;
        if added > 0 {
            next += 1;
            stopped += i64::from(stops.has(connection, number)?);
        }
    }
    let added = next - first;
    take_ids(connection, added)?;
    lists::count(connection, list, added, stopped)?;
    Ok(Some(Added {
        first: (added > 0).then_some(ContactId(first)),
        added: added.unsigned_abs(),
        repeated: contacts.len() as u64 - added.unsigned_abs(),
    }))
}

/// The number of the next contact that is added to any list.
pub(super) fn next_id(connection: &Connection) -> Result<i64, Error> {
    connection
        .prepare_cached("SELECT next FROM sequence WHERE name = 'contact'")
        .and_then(|mut select| select.query_row([], |row| row.get(0)))
        .map_err(failed("cannot number contacts"))
}

/// Takes so many of the next numbers.
pub(super) fn take_ids(connection: &Connection, taken: i64) -> Result<(), Error> {
    connection
        .prepare_cached("UPDATE sequence SET next = next + ?1 WHERE name = 'contact'")
        .and_then(|mut update| update.execute([taken]))
        .map(|_| ())
        .map_err(failed("cannot number contacts"))
}

pub(super) fn change(
    connection: &Connection,
    account: AccountId,
    contact: ContactId,
    number: Option<(Msisdn, Option<String>)>,
    variables: Option<String>,
) -> Result<ContactChange, Error> {
    let Some(Member { list, stopped }) = member(connection, account, contact)? else {
        return Ok(ContactChange::Unknown);
    };
    let keep = || kept::keep(connection, list, contact.0 - 1, contact.0);
    if let Some((number, given)) = number {
        let number = number.as_str();
        let taken = connection
            .prepare_cached("SELECT 1 FROM contact WHERE list_id = ?1 AND number = ?3 AND id <> ?2")
            .and_then(|mut select| select.exists((list.0, contact.0, number)))
            .map_err(failed("cannot look for a contact"))?;
        if taken {
            return Ok(ContactChange::Repeated);
        }
        keep()?;
        connection
            .prepare_cached(
                "UPDATE contact SET number = ?3, given = ?4 WHERE list_id = ?1 AND id = ?2",
            )
            .and_then(|mut update| update.execute((list.0, contact.0, number, given)))
            .map_err(failed("cannot change a contact's number"))?;
        let now_stopped = Stops::of(connection, account)?.has(connection, number)?;
        lists::count(
            connection,
            list,
            0,
            i64::from(now_stopped) - i64::from(stopped),
        )?;
    }
    if let Some(variables) = variables {
        keep()?;
        connection
            .prepare_cached("UPDATE contact SET variables = ?3 WHERE list_id = ?1 AND id = ?2")
            .and_then(|mut update| update.execute((list.0, contact.0, variables)))
            .map_err(failed("cannot change a contact's values"))?;
    }
    Ok(ContactChange::Changed)
}

/// Where a contact of the account is.
struct Member {
    list: ListId,
    stopped: bool,
}

fn member(
    connection: &Connection,
    account: AccountId,
    contact: ContactId,
) -> Result<Option<Member>, Error> {
    connection
        .prepare_cached(
            "SELECT list_id, stopped FROM known_contact WHERE id = ?2 AND account_id = ?1",
        )
        .and_then(|mut select| {
            select
                .query_row((account.0, contact.0), |row| {
                    Ok(Member {
                        list: ListId(row.get(0)?),
                        stopped: row.get(1)?,
                    })
                })
                .optional()
        })
        .map_err(failed("cannot look for a contact"))
}

pub(super) fn remove(
    connection: &Connection,
    account: AccountId,
    contacts: &[ContactId],
) -> Result<u64, Error> {
    let mut delete = connection
        .prepare_cached("DELETE FROM contact WHERE list_id = ?1 AND id = ?2")
        .map_err(failed("cannot prepare to remove contacts"))?;
    // By list, how many were removed, and how many of them were stopped.
    let mut removed: BTreeMap<ListId, (i64, i64)> = BTreeMap::new();
    for &contact in contacts {
        let Some(Member { list, stopped }) = member(connection, account, contact)? else {
            continue;
        };
        kept::keep(connection, list, contact.0 - 1, contact.0)?;
        delete
            .execute((list.0, contact.0))
            .map_err(failed("cannot remove a contact"))?;
        let counts = removed.entry(list).or_default();
        counts.0 += 1;
        counts.1 += i64::from(stopped);
    }
    let mut all = 0;
    for (list, (contacts, stopped)) in removed {
        lists::count(connection, list, -contacts, -stopped)?;
        all += contacts.unsigned_abs();
    }
    Ok(all)
}

pub(super) fn clear(
    connection: &Connection,
    account: AccountId,
    list: ListId,
    limit: u32,
) -> Result<Option<u64>, Error> {
    let Some(known) = lists::known(connection, account, list)? else {
        return Ok(None);
    };
    let stretch = Stretch::after(connection, list, 0, limit)?;
    let stopped = stretch.stopped(connection, account, &known)?;
    stretch.keep(connection)?;
    let deleted = stretch.delete(connection)?;
    lists::count(connection, list, -i64::from(deleted), -stopped)?;
    Ok(Some(u64::from(deleted)))
}
