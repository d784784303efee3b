//! Stops that hold for one originator of an account. Originators are compared as they are stored with messages: names to the
//! letter, numbers as digits without a plus.

use rusqlite::{Connection, Row};
use sms::{Msisdn, Timestamp};
use store::stop_list::OriginatorStop;
use store::{AccountId, Error};

use crate::contacts::msisdn;
use crate::failed;

const HAS: &str =
    "SELECT 1 FROM originator_stop WHERE account_id = ?1 AND number = ?2 AND originator = ?3";

const LIST: &str = "SELECT number, originator, added_at FROM originator_stop \
     WHERE account_id = ?1 AND (number, originator) > (?2, ?3) ORDER BY number, originator LIMIT ?4";

const REMOVE: &str =
    "DELETE FROM originator_stop WHERE account_id = ?1 AND number = ?2 AND originator = ?3";

const REMOVE_ALL: &str = "DELETE FROM originator_stop WHERE account_id = ?1 AND number = ?2";

/// Writes a number as messages have it.
fn plain(originator: &str) -> &str {
    match originator.strip_prefix('+') {
        Some(digits)
            if !digits.is_empty() && digits.bytes().all(|octet| octet.is_ascii_digit()) =>
        {
            digits
        }
        Some(_) | None => originator,
    }
}

/// Tells whether the number, as normalised digits, has stopped this originator.
pub(crate) fn has(
    connection: &Connection,
    account: AccountId,
    number: &str,
    originator: &str,
) -> Result<bool, Error> {
    connection
        .prepare_cached(HAS)
        .and_then(|mut select| select.exists((account.0, number, plain(originator))))
        .map_err(failed("cannot look into the stops of an originator"))
}

/// Stops an originator for a number; tells whether it was not stopped before.
pub(crate) fn add(
    connection: &Connection,
    account: AccountId,
    number: &str,
    originator: &str,
    at: Timestamp,
) -> Result<bool, Error> {
    connection
        .prepare_cached(
            "INSERT OR IGNORE INTO originator_stop (account_id, number, originator, added_at) VALUES (?1, ?2, ?3, ?4)",
        )
        .and_then(|mut insert| {
            insert.execute((account.0, number, plain(originator), at.as_millis()))
        })
        .map(|added| added > 0)
        .map_err(failed("cannot stop an originator"))
}

/// Takes one stop off; tells whether it was there.
pub(crate) fn remove(
    connection: &Connection,
    account: AccountId,
    number: &str,
    originator: &str,
) -> Result<bool, Error> {
    connection
        .prepare_cached(REMOVE)
        .and_then(|mut delete| delete.execute((account.0, number, plain(originator))))
        .map(|removed| removed > 0)
        .map_err(failed("cannot take a stop of an originator off"))
}

/// Takes all stops of a number off; tells whether there were any.
pub(crate) fn remove_all(
    connection: &Connection,
    account: AccountId,
    number: &str,
) -> Result<bool, Error> {
    connection
        .prepare_cached(REMOVE_ALL)
        .and_then(|mut delete| delete.execute((account.0, number)))
        .map(|removed| removed > 0)
        .map_err(failed("cannot take the stops of a number off"))
}

/// Reads an account's stops of originators by number and originator.
pub(crate) fn list(
    connection: &Connection,
    account: AccountId,
    after: Option<&(Msisdn, String)>,
    limit: u32,
) -> Result<Vec<OriginatorStop>, Error> {
    let (number, originator) = match after {
        Some((number, originator)) => (number.as_str(), plain(originator)),
        None => ("", ""),
    };
    connection
        .prepare_cached(LIST)
        .and_then(|mut select| {
            select
                .query_map((account.0, number, originator, limit), read)?
                .collect()
        })
        .map_err(failed("cannot read the stops of originators"))
}

fn read(row: &Row<'_>) -> rusqlite::Result<OriginatorStop> {
    Ok(OriginatorStop {
        number: msisdn(row, 0)?,
        originator: row.get(1)?,
        added_at: Timestamp::from_millis(row.get(2)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sent::tests::plan;

    #[test]
    fn stops_of_originators_are_found_by_key_and_nothing_is_sorted() {
        let by = "SEARCH originator_stop USING PRIMARY KEY (account_id=?";
        for (sql, key) in [
            (HAS, " AND number=? AND originator=?)"),
            (LIST, " AND (number,originator)>(?,?))"),
            (REMOVE, " AND number=? AND originator=?)"),
            (REMOVE_ALL, " AND number=?)"),
        ] {
            assert_eq!(plan(sql), [format!("{by}{key}")]);
        }
    }
}
