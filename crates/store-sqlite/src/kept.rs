//! A campaign goes to its list as it was when it was accepted: whoever changes or removes a contact that an expansion has yet
//! to reach keeps it for that expansion, in the same transaction.

use rusqlite::{Connection, OptionalExtension, Row};
use store::contacts::Contact;
use store::{ContactId, Error, ListId, SubmissionId};

use crate::contacts::msisdn;
use crate::failed;

/// Keeps the list's contacts numbered from after `after` up to `until` for the expansions that have yet to reach them; one that
/// was kept before stays as it was then.
pub(crate) fn keep(
    connection: &Connection,
    list: ListId,
    after: i64,
    until: i64,
) -> Result<(), Error> {
    connection
        .prepare_cached(
            "INSERT OR IGNORE INTO kept_contact (submission_id, id, number, given, variables) \
             SELECT e.submission_id, c.id, c.number, c.given, c.variables FROM expansion e CROSS JOIN contact c \
             WHERE e.list_id = ?1 AND c.list_id = ?1 AND c.id > max(?2, e.after_contact) AND c.id <= min(?3, e.until_contact)",
        )
        .and_then(|mut insert| insert.execute((list.0, after, until)))
        .map(|_| ())
        .map_err(failed("cannot keep contacts for a campaign"))
}

/// Reads the next contacts of an expansion, as they were when it was accepted: in the order of their numbers, at most `limit`.
pub(crate) fn next(
    connection: &Connection,
    submission: SubmissionId,
    limit: u32,
) -> Result<Vec<Contact>, Error> {
    let expansion: Option<(i64, i64, i64)> = connection
        .prepare_cached(
            "SELECT list_id, after_contact, until_contact FROM expansion WHERE submission_id = ?1",
        )
        .and_then(|mut select| {
            select
                .query_row([submission.0], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
                })
                .optional()
        })
        .map_err(failed("cannot read an expansion"))?;
    let Some((list, after, until)) = expansion else {
        return Ok(Vec::new());
    };
    let contact = |row: &Row<'_>| {
        Ok(Contact {
            id: ContactId(row.get(0)?),
            list: ListId(list),
            number: msisdn(row, 1)?,
            given: row.get(2)?,
            variables: row.get(3)?,
            stopped: false,
        })
    };
    let mut kept: Vec<Contact> = connection
        .prepare_cached(
            "SELECT id, number, given, variables FROM kept_contact WHERE submission_id = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
        )
        .and_then(|mut select| select.query_map((submission.0, after, limit), contact)?.collect())
        .map_err(failed("cannot read contacts kept for a campaign"))?;
    let present: Vec<Contact> = connection
        .prepare_cached(
            "SELECT id, number, given, variables FROM contact WHERE list_id = ?1 AND id > ?2 AND id <= ?3 ORDER BY id LIMIT ?4",
        )
        .and_then(|mut select| select.query_map((list, after, until, limit), contact)?.collect())
        .map_err(failed("cannot read a contact list"))?;
    if kept.is_empty() {
        return Ok(present);
    }
    // Sorting is stable: of two with one number the kept one stands first.
    kept.extend(present);
    kept.sort_by_key(|contact| contact.id);
    kept.dedup_by_key(|contact| contact.id);
    kept.truncate(limit as usize);
    Ok(kept)
}

/// Forgets what was kept up to a contact that the expansion has reached.
pub(crate) fn forget(
    connection: &Connection,
    submission: SubmissionId,
    reached: ContactId,
) -> Result<(), Error> {
    connection
        .prepare_cached("DELETE FROM kept_contact WHERE submission_id = ?1 AND id <= ?2")
        .and_then(|mut delete| delete.execute((submission.0, reached.0)))
        .map(|_| ())
        .map_err(failed("cannot forget contacts kept for a campaign"))
}

/// Finds a submission of which contacts are kept and that has no expansion any more. It looks once for each submission, not at
/// each contact: a list of a million may be kept for a campaign that waits.
const ENDED: &str = "WITH RECURSIVE known (id) AS (\
       SELECT min(submission_id) FROM kept_contact UNION ALL \
       SELECT (SELECT min(submission_id) FROM kept_contact WHERE submission_id > known.id) FROM known WHERE known.id IS NOT NULL) \
     SELECT id FROM known WHERE id IS NOT NULL \
     AND NOT EXISTS (SELECT 1 FROM expansion e WHERE e.submission_id = known.id) LIMIT 1";

/// Forgets up to `limit` contacts that were kept for expansions that have ended since; answers how many.
pub(crate) fn forget_ended(connection: &Connection, limit: u32) -> Result<u32, Error> {
    let ended: Option<i64> = connection
        .prepare_cached(ENDED)
        .and_then(|mut select| select.query_row([], |row| row.get(0)).optional())
        .map_err(failed("cannot look for contacts kept in vain"))?;
    let Some(submission) = ended else {
        return Ok(0);
    };
    connection
        .prepare_cached(
            "DELETE FROM kept_contact WHERE submission_id = ?1 AND id IN \
             (SELECT id FROM kept_contact WHERE submission_id = ?1 ORDER BY id LIMIT ?2)",
        )
        .and_then(|mut delete| delete.execute((submission, limit)))
        .map(|forgotten| u32::try_from(forgotten).unwrap_or(limit))
        .map_err(failed("cannot forget contacts kept in vain"))
}

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;

    use super::*;

    #[test]
    fn contacts_kept_for_a_campaign_that_waits_are_not_looked_at_each_time() {
        let connection = Connection::open_in_memory().unwrap();
        let tables = concat!(
            include_str!("../migrations/0001_spine.sql"),
            include_str!("../migrations/0002_contacts_and_campaigns.sql")
        );
        connection.execute_batch(tables).unwrap();
        let keep = |submission: i64, contacts: i64| {
            let keep = "WITH RECURSIVE n (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < ?2) \
                        INSERT INTO kept_contact SELECT ?1, id, '380630000000', NULL, '' FROM n";
            connection.execute(keep, (submission, contacts)).unwrap();
        };
        for waiting in [3, 5] {
            let expand = "INSERT INTO expansion VALUES (?1, 1, 0, 20000, 0, 0, '')";
            connection.execute(expand, [waiting]).unwrap();
            keep(waiting, 10_000);
        }
        let mut ended = connection.prepare(ENDED).unwrap();
        assert!(!ended.exists([]).unwrap());
        let steps = ended.get_status(StatementStatus::VmStep);
        assert!(steps < 1_000, "{steps} steps for two submissions");
        keep(4, 3);
        assert_eq!(forget_ended(&connection, 2).unwrap(), 2);
        assert_eq!(forget_ended(&connection, 2).unwrap(), 1);
        assert_eq!(forget_ended(&connection, 2).unwrap(), 0);
        let left = connection.query_row("SELECT count(*) FROM kept_contact", [], |row| row.get(0));
        assert_eq!(left, Ok(20_000));
    }
}
