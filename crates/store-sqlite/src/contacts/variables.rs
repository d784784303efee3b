//! The names of a list's variables.

use rusqlite::{Connection, OptionalExtension};
use store::contacts::ListVariable;
use store::{AccountId, Error, ListId, VariableId};

use super::lists;
use crate::failed;

/// The new name stands at a position that no other has had: under a removed one's, contacts still have its values.
pub(super) fn add(
    connection: &Connection,
    account: AccountId,
    list: ListId,
    name: &str,
) -> Result<Option<VariableId>, Error> {
    let position: Option<i64> = connection
        .prepare_cached(
            "UPDATE contact_list SET positions = positions + 1 WHERE id = ?2 AND account_id = ?1 AND state = 0 \
             RETURNING positions - 1",
        )
        .and_then(|mut update| update.query_row((account.0, list.0), |row| row.get(0)).optional())
        .map_err(failed("cannot number a variable"))?;
    let Some(position) = position else {
        return Ok(None);
    };
    connection
        .prepare_cached(
            "INSERT INTO contact_list_variable (list_id, position, name) VALUES (?1, ?2, ?3)",
        )
        .and_then(|mut insert| insert.insert((list.0, position, name)))
        .map(|id| Some(VariableId(id)))
        .map_err(failed("cannot add a variable"))
}

pub(super) fn of(
    connection: &Connection,
    account: AccountId,
    list: ListId,
) -> Result<Option<Vec<ListVariable>>, Error> {
    if lists::known(connection, account, list)?.is_none() {
        return Ok(None);
    }
    connection
        .prepare_cached(
            "SELECT id, position, name FROM contact_list_variable WHERE list_id = ?1 ORDER BY position",
        )
        .and_then(|mut select| {
            let variable = |row: &rusqlite::Row<'_>| {
                Ok(ListVariable {
                    id: VariableId(row.get(0)?),
                    position: row.get(1)?,
                    name: row.get(2)?,
                })
            };
            select.query_map([list.0], variable)?.collect()
        })
        .map(Some)
        .map_err(failed("cannot read a list's variables"))
}

pub(super) fn rename(
    connection: &Connection,
    account: AccountId,
    list: ListId,
    variable: VariableId,
    name: &str,
) -> Result<bool, Error> {
    if lists::known(connection, account, list)?.is_none() {
        return Ok(false);
    }
    connection
        .prepare_cached("UPDATE contact_list_variable SET name = ?3 WHERE id = ?2 AND list_id = ?1")
        .and_then(|mut update| update.execute((list.0, variable.0, name)))
        .map(|renamed| renamed > 0)
        .map_err(failed("cannot rename a variable"))
}

pub(super) fn remove(
    connection: &Connection,
    account: AccountId,
    list: ListId,
    variable: VariableId,
) -> Result<bool, Error> {
    if lists::known(connection, account, list)?.is_none() {
        return Ok(false);
    }
    connection
        .prepare_cached("DELETE FROM contact_list_variable WHERE id = ?2 AND list_id = ?1")
        .and_then(|mut delete| delete.execute((list.0, variable.0)))
        .map(|removed| removed > 0)
        .map_err(failed("cannot remove a variable"))
}

/// Gives a new copy the names of its source, at their positions.
pub(super) fn copy(connection: &Connection, source: ListId, copy: ListId) -> Result<(), Error> {
    connection
        .prepare_cached(
            "INSERT INTO contact_list_variable (list_id, position, name) \
             SELECT ?2, position, name FROM contact_list_variable WHERE list_id = ?1 ORDER BY position",
        )
        .and_then(|mut insert| insert.execute((source.0, copy.0)))
        .map(|_| ())
        .map_err(failed("cannot copy a list's variables"))
}
