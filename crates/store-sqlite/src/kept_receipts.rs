//! Receipts that met no segment: kept under each form of their ids until an answer names one of them, or they are forgotten.

use rusqlite::{Connection, Row};
use sms::text::write_hex;
use sms::{Msisdn, Outcome, Timestamp};
use store::receipts::NewReceipt;
use store::{ConnectorId, Error, MessageId};

use crate::failed;
use crate::message::{decode, encode};
use crate::receipts::names;

const ANY: &str = "SELECT 1 FROM kept_receipt LIMIT 1";

/// One that was told before in the same words at the same moment.
const SAME: &str = "SELECT 1 FROM kept_receipt_form f JOIN kept_receipt r ON r.id = f.receipt_id \
     WHERE f.connector_id = ?1 AND f.candidate = ?2 AND r.at = ?3 AND r.outcome = ?4 AND r.reason = ?5 AND r.numbers = ?6";

const EARLY: &str = "SELECT r.id, r.outcome, r.reason, r.numbers FROM kept_receipt_form f JOIN kept_receipt r ON r.id = f.receipt_id \
     WHERE f.connector_id = ?1 AND f.candidate = ?2 AND r.at >= ?3";

const COUNT: &str =
    "SELECT count(*) FROM (SELECT 1 FROM kept_receipt WHERE connector_id = ?1 LIMIT ?2)";

const FIRST_CONNECTOR: &str = "SELECT min(connector_id) FROM kept_receipt WHERE connector_id > ?1";

const OLD: &str =
    "SELECT id FROM kept_receipt WHERE connector_id = ?1 AND at < ?2 ORDER BY at LIMIT ?3";

const FORMS: &str = "SELECT connector_id, forms FROM kept_receipt WHERE id = ?1";

const REMOVE_FORM: &str = "DELETE FROM kept_receipt_form \
     WHERE connector_id = ?1 AND candidate = unhex(?2) AND receipt_id = ?3";

/// Keeps a receipt under each form of its id; an intermediate notice changes nothing later either, and is not kept.
pub(crate) fn keep(connection: &Connection, receipt: &NewReceipt) -> Result<(), Error> {
    let (Some(outcome), Some(likeliest)) = (receipt.outcome, receipt.candidates.first()) else {
        return Ok(());
    };
    let (code, reason) = encode(outcome);
    let numbers: Vec<_> = receipt
        .numbers
        .iter()
        .flatten()
        .map(Msisdn::as_str)
        .collect();
    let numbers = numbers.join(" ");
    let (connector, at) = (receipt.connector.0, receipt.at.as_millis());
    let is_kept = connection
        .prepare_cached(SAME)
        .and_then(|mut select| select.exists((connector, likeliest, at, code, reason, &numbers)))
        .map_err(failed("cannot look for a receipt"))?;
    if is_kept {
        return Ok(());
    }
    let id = connection
        .prepare_cached(
            "INSERT INTO kept_receipt (connector_id, at, outcome, reason, numbers, forms) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )
        .and_then(|mut insert| {
            let forms = in_hex(&receipt.candidates);
            insert.insert((connector, at, code, reason, &numbers, forms))
        })
        .map_err(failed("cannot keep a receipt"))?;
    let mut insert = connection
        .prepare_cached(
            "INSERT OR IGNORE INTO kept_receipt_form (connector_id, candidate, receipt_id) VALUES (?1, ?2, ?3)",
        )
        .map_err(failed("cannot keep a receipt"))?;
    for candidate in &receipt.candidates {
        insert
            .execute((connector, candidate, id))
            .map_err(failed("cannot keep a receipt"))?;
    }
    Ok(())
}

/// Writes the forms of an id as they are kept beside their receipt: by them its rows are found, which need no second index so.
fn in_hex(forms: &[Vec<u8>]) -> String {
    let forms: Vec<_> = forms.iter().map(|form| write_hex(form)).collect();
    forms.join(" ")
}

/// Tells whether any is kept: mostly none is, and then nobody needs to look for one.
pub(crate) fn any(connection: &Connection) -> Result<bool, Error> {
    connection
        .prepare_cached(ANY)
        .and_then(|mut select| select.exists([]))
        .map_err(failed("cannot look for early receipts"))
}

/// A receipt as it is kept.
struct Kept {
    id: i64,
    outcome: Outcome,
    numbers: String,
}

impl Kept {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            outcome: decode(row.get(1)?, row.get(2)?),
            numbers: row.get(3)?,
        })
    }

    /// Tells whether it may be of a message to this number.
    fn fits(&self, recipient: &str) -> bool {
        let numbers = self
            .numbers
            .split(' ')
            .filter_map(|n| Msisdn::parse(n).ok());
        let numbers: Vec<_> = numbers.collect();
        names(numbers.iter(), recipient)
    }
}

/// Takes the receipts out that came for this id before its answer, but not before the segment was handed over (an upstream that
/// counts from one again after a restart gives old ids to new messages), nor for another number. Answers the one that counts: a
/// delivery wins over other reports.
pub(crate) fn take_early(
    connection: &Connection,
    connector: ConnectorId,
    message: MessageId,
    upstream_id: &[u8],
    sent_at: i64,
) -> Result<Option<Outcome>, Error> {
    let mut kept: Vec<Kept> = connection
        .prepare_cached(EARLY)
        .and_then(|mut select| {
            select
                .query_map((connector.0, upstream_id, sent_at), Kept::from_row)?
                .collect()
        })
        .map_err(failed("cannot look for an early receipt"))?;
    if kept.is_empty() {
        return Ok(None);
    }
    let recipient: String = connection
        .prepare_cached("SELECT recipient FROM message WHERE id = ?1")
        .and_then(|mut select| select.query_row([message.0], |row| row.get(0)))
        .map_err(failed("cannot read a recipient"))?;
    kept.retain(|receipt| receipt.fits(&recipient));
    for receipt in &kept {
        remove(connection, receipt.id)?;
    }
    let counts = kept
        .into_iter()
        .min_by_key(|receipt| encode(receipt.outcome));
    Ok(counts.map(|receipt| receipt.outcome))
}

fn remove(connection: &Connection, id: i64) -> Result<(), Error> {
    let remove = || {
        let (connector, forms): (i64, String) = connection
            .prepare_cached(FORMS)?
            .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let mut remove = connection.prepare_cached(REMOVE_FORM)?;
        for form in forms.split(' ') {
            remove.execute((connector, form, id))?;
        }
        connection
            .prepare_cached("DELETE FROM kept_receipt WHERE id = ?1")?
            .execute([id])
    };
    remove()
        .map(|_| ())
        .map_err(failed("cannot remove a kept receipt"))
}

/// Counts those of a connector, stopping at `limit`.
pub(crate) fn count(
    connection: &Connection,
    connector: ConnectorId,
    limit: u32,
) -> Result<u32, Error> {
    connection
        .prepare_cached(COUNT)
        .and_then(|mut select| select.query_row((connector.0, limit), |row| row.get(0)))
        .map_err(failed("cannot count kept receipts"))
}

/// Forgets those that came before `before`, at most `limit` of them; answers how many.
pub(crate) fn forget(connection: &Connection, before: Timestamp, limit: u32) -> Result<u32, Error> {
    let mut forgotten = 0;
    let mut reached = i64::MIN;
    while forgotten < limit {
        let next: Option<i64> = connection
            .prepare_cached(FIRST_CONNECTOR)
            .and_then(|mut select| select.query_row([reached], |row| row.get(0)))
            .map_err(failed("cannot look for kept receipts"))?;
        let Some(connector) = next else { break };
        reached = connector;
        let old: Vec<i64> = connection
            .prepare_cached(OLD)
            .and_then(|mut select| {
                let key = (connector, before.as_millis(), limit - forgotten);
                select.query_map(key, |row| row.get(0))?.collect()
            })
            .map_err(failed("cannot look for kept receipts"))?;
        for id in old {
            remove(connection, id)?;
            forgotten += 1;
        }
    }
    Ok(forgotten)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sent::tests::plan;

    #[test]
    fn kept_receipts_are_found_through_an_index_and_nothing_is_sorted() {
        let by_form = "f USING PRIMARY KEY (connector_id=? AND candidate=?)";
        for (sql, index) in [
            (SAME, by_form),
            (EARLY, by_form),
            (COUNT, "INDEX kept_receipt_at (connector_id=?)"),
            (FIRST_CONNECTOR, "INDEX kept_receipt_at (connector_id>?)"),
            (OLD, "INDEX kept_receipt_at (connector_id=? AND at<?)"),
            (
                REMOVE_FORM,
                "PRIMARY KEY (connector_id=? AND candidate=? AND receipt_id=?)",
            ),
        ] {
            let plan = plan(sql).join("; ");
            assert!(plan.contains(index), "{sql}: {plan}");
            assert!(!plan.contains("TEMP B-TREE"), "{sql}: {plan}");
        }
    }
}
