//! Copies of lists: begun at once, then filled step by step.

use rusqlite::{Connection, OptionalExtension};
use sms::Timestamp;
use store::{AccountId, Error, ListId};

use super::stretch::Stretch;
use super::{lists, members, variables};
use crate::failed;

pub(super) fn begin(
    connection: &Connection,
    account: AccountId,
    source: ListId,
    at: Timestamp,
) -> Result<Option<ListId>, Error> {
    let copy: Option<i64> = connection
        .prepare_cached(
            "INSERT INTO contact_list (account_id, name, description, state, positions, source_id, created_at) \
             SELECT account_id, name, description, 1, positions, id, ?3 FROM contact_list \
             WHERE id = ?2 AND account_id = ?1 AND state = 0 RETURNING id",
        )
        .and_then(|mut insert| {
            insert.query_row((account.0, source.0, at.as_millis()), |row| row.get(0)).optional()
        })
        .map_err(failed("cannot begin a copy of a contact list"))?;
    let Some(copy) = copy.map(ListId) else {
        return Ok(None);
    };
    variables::copy(connection, source, copy)?;
    Ok(Some(copy))
}

/// A copy being made.
struct Copy {
    account: AccountId,
    source: ListId,
    /// The contact of the source that was copied last.
    copied: i64,
}

pub(super) fn go_on(connection: &Connection, id: ListId, limit: u32) -> Result<bool, Error> {
    let Some(copy) = unfinished(connection, id)? else {
        return Ok(true);
    };
    let Some(source) = lists::known(connection, copy.account, copy.source)? else {
        return Err(Error::conflict(format!(
            "contact list {} was removed while it was copied",
            copy.source
        )));
    };
    let stretch = Stretch::after(connection, copy.source, copy.copied, limit)?;
    let first = members::next_id(connection)?;
    let copied = stretch.copy(connection, id, first)?;
    members::take_ids(connection, copied)?;
    let stopped = Stretch::of(id, first, copied).stopped(connection, copy.account, &source)?;
    lists::count(connection, id, copied, stopped)?;
    let reached = stretch.reached();
    connection
        .prepare_cached(
            "UPDATE contact_list SET copied = coalesce(?2, copied), state = ?2 IS NOT NULL WHERE id = ?1",
        )
        .and_then(|mut update| update.execute((id.0, reached)))
        .map_err(failed("cannot go on with a copy of a contact list"))?;
    Ok(reached.is_none())
}

/// Looks up a copy; `None` when it is complete, conflict when there is none.
fn unfinished(connection: &Connection, id: ListId) -> Result<Option<Copy>, Error> {
    let found = connection
        .prepare_cached(
            "SELECT account_id, source_id, copied, state = 1 FROM contact_list \
             WHERE id = ?1 AND state <> 2 AND source_id IS NOT NULL",
        )
        .and_then(|mut select| {
            select
                .query_row([id.0], |row| {
                    let copy = Copy {
                        account: AccountId(row.get(0)?),
                        source: ListId(row.get(1)?),
                        copied: row.get(2)?,
                    };
                    Ok((copy, row.get::<_, bool>(3)?))
                })
                .optional()
        })
        .map_err(failed("cannot look for a copy of a contact list"))?;
    match found {
        Some((copy, true)) => Ok(Some(copy)),
        Some((_, false)) => Ok(None),
        None => Err(Error::conflict(format!("there is no copy {id}"))),
    }
}
