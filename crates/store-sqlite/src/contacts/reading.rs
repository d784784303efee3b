//! Reads contacts: some of them, a page of a list, or those with a number that fits.

use rusqlite::{Connection, OptionalExtension, Row};
use sms::Msisdn;
use store::contacts::{Contact, NumberRange};
use store::{AccountId, ContactId, Error, ListId};

use super::{lists, msisdn};
use crate::failed;

const BY_ID: &str = "SELECT list_id, id, number, given, variables, stopped FROM known_contact \
     WHERE id = ?2 AND account_id = ?1";

/// From the lists to the contacts, by both indexes; lists come by number.
const WITH_NUMBER: &str = "SELECT c.list_id, c.id, c.number, c.given, c.variables, \
     l.stopped > 0 AND EXISTS (SELECT 1 FROM stop s WHERE s.account_id = l.account_id AND s.number = c.number) \
     FROM contact_list l CROSS JOIN contact c ON c.list_id = l.id \
     WHERE l.account_id = ?1 AND l.state = 0 AND c.number = ?2 ORDER BY l.id";

const PAGE: &str = "SELECT list_id, id, number, given, variables, stopped FROM known_contact \
     WHERE account_id = ?1 AND list_id = ?2 AND id > ?3 AND id <= ?4 ORDER BY id LIMIT ?5";

/// The numbers from `?2` on, as normalised; with the index alone.
const FROM_NUMBER: &str =
    "SELECT id, number FROM contact WHERE list_id = ?1 AND number >= ?2 ORDER BY number";

/// The numbers from `?2` on, as given where that differs; with the index alone.
const FROM_GIVEN: &str =
    "SELECT id, given FROM contact WHERE list_id = ?1 AND given >= ?2 ORDER BY given";

pub(super) fn by_id(
    connection: &Connection,
    account: AccountId,
    contacts: &[ContactId],
) -> Result<Vec<Contact>, Error> {
    let mut found = Vec::with_capacity(contacts.len());
    connection
        .prepare_cached(BY_ID)
        .and_then(|mut select| {
            for id in contacts {
                let mut rows = select.query((account.0, id.0))?;
                if let Some(row) = rows.next()? {
                    found.push(contact(row)?);
                }
            }
            Ok(found)
        })
        .map_err(failed("cannot read contacts"))
}

pub(super) fn with_numbers(
    connection: &Connection,
    account: AccountId,
    numbers: &[Msisdn],
) -> Result<Vec<Contact>, Error> {
    let mut found = Vec::with_capacity(numbers.len());
    connection
        .prepare_cached(WITH_NUMBER)
        .and_then(|mut select| {
            for number in numbers {
                for row in select.query_map((account.0, number.as_str()), contact)? {
                    found.push(row?);
                }
            }
            Ok(found)
        })
        .map_err(failed("cannot look for numbers"))
}

pub(super) fn page(
    connection: &Connection,
    account: AccountId,
    list: ListId,
    after: ContactId,
    until: ContactId,
    limit: u32,
) -> Result<Vec<Contact>, Error> {
    connection
        .prepare_cached(PAGE)
        .and_then(|mut select| {
            let rows = select.query_map((account.0, list.0, after.0, until.0, limit), contact)?;
            rows.collect()
        })
        .map_err(failed("cannot read a contact list"))
}

pub(super) fn by_number(
    connection: &Connection,
    account: AccountId,
    list: ListId,
    range: &NumberRange,
) -> Result<Vec<ContactId>, Error> {
    if lists::known(connection, account, list)?.is_none() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    let mut collect = |sql| {
        collect(connection, sql, list, range, &mut found)
            .map(|()| found.len())
            .map_err(failed("cannot look for numbers"))
    };
    let normalised = collect(FROM_NUMBER)?;
    // One that fits in both forms is found twice.
    if collect(FROM_GIVEN)? > normalised {
        found.sort_unstable();
        found.dedup();
    }
    Ok(found)
}

/// The least and the greatest number of a list: the ends of the index.
pub(super) fn span(
    connection: &Connection,
    account: AccountId,
    list: ListId,
) -> Result<Option<(Msisdn, Msisdn)>, Error> {
    if lists::known(connection, account, list)?.is_none() {
        return Ok(None);
    }
    let end = |sql| {
        connection
            .prepare_cached(sql)
            .and_then(|mut select| select.query_row([list.0], |row| msisdn(row, 0)).optional())
            .map_err(failed("cannot look for numbers"))
    };
    let least = end("SELECT number FROM contact WHERE list_id = ?1 ORDER BY number LIMIT 1")?;
    let greatest =
        end("SELECT number FROM contact WHERE list_id = ?1 ORDER BY number DESC LIMIT 1")?;
    Ok(least.zip(greatest))
}

/// Reads an index from where the range begins to the first number that does not fit.
fn collect(
    connection: &Connection,
    sql: &str,
    list: ListId,
    range: &NumberRange,
    found: &mut Vec<ContactId>,
) -> rusqlite::Result<()> {
    let (NumberRange::Exactly(begin) | NumberRange::Prefix(begin)) = range;
    let mut select = connection.prepare_cached(sql)?;
    let mut rows = select.query((list.0, begin))?;
    while let Some(row) = rows.next()? {
        let number = row.get_ref(1)?.as_bytes()?;
        let fits = match range {
            NumberRange::Exactly(wanted) => number == wanted.as_bytes(),
            NumberRange::Prefix(prefix) => number.starts_with(prefix.as_bytes()),
        };
        if !fits {
            break;
        }
        found.push(ContactId(row.get(0)?));
    }
    Ok(())
}

fn contact(row: &Row<'_>) -> rusqlite::Result<Contact> {
    Ok(Contact {
        list: ListId(row.get(0)?),
        id: ContactId(row.get(1)?),
        number: msisdn(row, 2)?,
        given: row.get(3)?,
        variables: row.get(4)?,
        stopped: row.get(5)?,
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use rusqlite::Connection;
    use sms::{Currency, Msisdn, Timestamp};
    use store::accounts::{Accounts as _, NewAccount};
    use store::contacts::{Contacts as _, NewContact};
    use tempfile::TempDir;

    use super::{BY_ID, FROM_GIVEN, FROM_NUMBER, PAGE, WITH_NUMBER};
    use crate::{Options, SqliteStore, connect, set_up};

    /// Says how each table is reached, in order.
    fn plan(connection: &Connection, sql: &str) -> Vec<String> {
        let mut explain = connection
            .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
            .unwrap();
        // The values make no difference to the plan.
        let steps = explain.raw_query().mapped(|row| row.get(3));
        steps.map(Result::unwrap).collect()
    }

    /// Uses the file for a while, as long as it is small: that must not make its plans those of a small file.
    async fn use_it(path: &Path) {
        let store = SqliteStore::open(path, Options::default()).unwrap();
        let at = Timestamp::from_millis(0);
        let account = NewAccount {
            name: "shop".into(),
            parent: None,
            currency: Currency::UAH,
            settings: "{}".into(),
        };
        let account = store.add_account(account, at).await.unwrap();
        let list = store.add_list(account, "list", "", at).await.unwrap();
        let contact = NewContact {
            number: Msisdn::parse("380630000000").unwrap(),
            given: None,
            variables: String::new(),
        };
        let added = store.add_contacts(account, list, vec![contact]).await;
        let first = added.unwrap().unwrap().first.unwrap();
        store.remove_contacts(account, vec![first]).await.unwrap();
    }

    #[tokio::test]
    async fn contacts_are_found_through_an_index_and_nothing_is_sorted() {
        let place = TempDir::new().unwrap();
        let path = place.path().join("data.db");
        use_it(&path).await;
        let connection = connect(&path, Options::default()).unwrap();
        set_up(&connection, &path, Options::default()).unwrap();
        let whether_stopped = [
            "CORRELATED SCALAR SUBQUERY 3",
            "SEARCH s USING COVERING INDEX sqlite_autoindex_stop_1 (account_id=? AND number=?)",
        ];
        let list = "SEARCH l USING INTEGER PRIMARY KEY (rowid=?)";
        for (sql, steps) in [
            (BY_ID, &["SEARCH c USING INDEX contact_id (id=?)", list][..]),
            (
                PAGE,
                &[
                    "SEARCH c USING PRIMARY KEY (list_id=? AND id>? AND id<?)",
                    list,
                ],
            ),
        ] {
            assert_eq!(plan(&connection, sql), [steps, &whether_stopped].concat());
        }
        for (sql, step) in [
            (
                FROM_NUMBER,
                "SEARCH contact USING COVERING INDEX contact_number (list_id=? AND number>?)",
            ),
            (
                FROM_GIVEN,
                "SEARCH contact USING COVERING INDEX contact_given (list_id=? AND given>?)",
            ),
        ] {
            assert_eq!(plan(&connection, sql), [step]);
        }
        assert_eq!(
            plan(&connection, WITH_NUMBER)[..2],
            [
                "SEARCH l USING INDEX contact_list_account (account_id=?)",
                "SEARCH c USING INDEX contact_number (list_id=? AND number=?)",
            ]
        );
    }
}
