//! Messages as they are looked at: those of a submission, those asked for by number, and an account's latest.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension, Params, Row};
use sms::{Msisdn, Timestamp};
use store::submissions::{History, Message, Sent};
use store::{AccountId, Error, MessageId, SubmissionId};

use crate::expansion::names;
use crate::failed;
use crate::message::{form_from, reason_from, state_from};

/// By how much the time of a submission's acceptance may lie off from those of the submissions numbered around it: requests that
/// take long are numbered when they end, and clocks are set.
pub(crate) const OUT_OF_ORDER_MS: i64 = 60 * 60 * 1000;

/// What [`message`] reads of `message m`, when `alternative` is the alternative originator of its submission.
fn message_columns(alternative: &str) -> String {
    format!(
        "m.id, m.recipient, m.given, m.variables, m.text, \
         CASE WHEN m.alternative THEN coalesce({alternative}, m.originator) ELSE m.originator END, \
         m.state, m.reason, m.segments, m.price, m.submitted_at, m.done_at, m.changed_at"
    )
}

fn message(row: &Row<'_>) -> rusqlite::Result<Message> {
    Ok(Message {
        id: MessageId(row.get(0)?),
        recipient: row.get(1)?,
        given: row.get(2)?,
        variables: row.get(3)?,
        text: row.get(4)?,
        originator: row.get(5)?,
        state: state_from(row.get(6)?),
        reason: reason_from(row.get(7)?),
        segments: row.get(8)?,
        price_micros: row.get(9)?,
        submitted_at: row.get::<_, Option<i64>>(10)?.map(Timestamp::from_millis),
        done_at: row.get::<_, Option<i64>>(11)?.map(Timestamp::from_millis),
        changed_at: Timestamp::from_millis(row.get(12)?),
    })
}

/// Selects what [`sent`] reads from `tables`, among them `message m` and `submission s`.
fn select_sent(tables: &str) -> String {
    format!("SELECT {} FROM {tables}", sent_columns())
}

/// What [`sent`] reads of `message m` and `submission s`.
pub(crate) fn sent_columns() -> String {
    format!(
        "{}, s.id, s.originator, s.text, s.variable_names, s.form, s.reference, s.created_at, s.start_at, s.first_message_id",
        message_columns("s.alternative")
    )
}

/// How many columns [`sent`] reads; further ones may follow.
pub(crate) const SENT_COLUMNS: usize = 22;

pub(crate) fn sent(row: &Row<'_>) -> rusqlite::Result<Sent> {
    let message = message(row)?;
    let originator = match &message.originator {
        Some(own) => own.clone(),
        None => row.get(14)?,
    };
    let text = match &message.text {
        Some(own) => own.clone(),
        None => row.get(15)?,
    };
    Ok(Sent {
        message,
        submission: SubmissionId(row.get(13)?),
        first_message: MessageId(row.get(21)?),
        originator,
        text,
        variable_names: names(row.get_ref(16)?.as_str_or_null()?),
        form: form_from(row.get(17)?),
        reference: row.get(18)?,
        created_at: Timestamp::from_millis(row.get(19)?),
        start_at: row.get::<_, Option<i64>>(20)?.map(Timestamp::from_millis),
    })
}

fn read(connection: &Connection, sql: &str, parameters: impl Params) -> Result<Vec<Sent>, Error> {
    connection
        .prepare_cached(sql)
        .and_then(|mut select| select.query_map(parameters, sent)?.collect())
        .map_err(failed("cannot read messages"))
}

/// Reads messages of a submission of the account in order.
pub(crate) fn page(
    connection: &Connection,
    account: AccountId,
    id: SubmissionId,
    changed_after: Option<Timestamp>,
    after: Option<MessageId>,
    limit: u32,
) -> Result<Vec<Message>, Error> {
    let found: Option<(i64, i64, Option<String>)> = connection
        .prepare_cached(
            "SELECT first_message_id, message_count, alternative FROM submission \
             WHERE id = ?1 AND account_id = ?2 AND control_of IS NULL",
        )
        .and_then(|mut select| {
            let row = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
            select.query_row((id.0, account.0), row).optional()
        })
        .map_err(failed("cannot read a submission"))?;
    let Some((first, count, alternative)) = found else {
        return Ok(Vec::new());
    };
    let from = after.map_or(first, |after| first.max(after.0.saturating_add(1)));
    let since = changed_after.map_or(i64::MIN, Timestamp::as_millis);
    connection
        .prepare_cached(&format!(
            "SELECT {} FROM message m WHERE m.id >= ?1 AND m.id < ?2 AND m.changed_at > ?3 ORDER BY m.id LIMIT ?4",
            message_columns("?5")
        ))
        .and_then(|mut select| {
            let parameters = (from, first + count, since, limit, alternative);
            select.query_map(parameters, message)?.collect()
        })
        .map_err(failed("cannot read messages"))
}

/// Reads a message of the account with what it has of its submission, deleted or not; those of control copies are nobody's.
pub(crate) fn find(
    connection: &Connection,
    account: AccountId,
    id: MessageId,
) -> Result<Option<Sent>, Error> {
    let found = read(connection, &by_id(), (id.0, account.0))?;
    Ok(found.into_iter().next())
}

fn by_id() -> String {
    select_sent(
        "message m JOIN submission s ON s.id = m.submission_id \
         WHERE m.id = ?1 AND m.account_id = ?2 AND s.control_of IS NULL",
    )
}

/// Reads the messages of a submission of the account to these numbers, in order.
pub(crate) fn to(
    connection: &Connection,
    account: AccountId,
    id: SubmissionId,
    recipients: &[Msisdn],
) -> Result<Vec<Sent>, Error> {
    let wanted: HashSet<&str> = recipients.iter().map(Msisdn::as_str).collect();
    let look = || {
        let mut select = connection.prepare_cached(&of_submission())?;
        let mut rows = select.query((id.0, account.0))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            if wanted.contains(row.get_ref(1)?.as_str()?) {
                found.push(sent(row)?);
            }
        }
        Ok(found)
    };
    look().map_err(failed("cannot read messages"))
}

/// The cross join is for the planner: the submission first, then the stretch of its messages.
fn of_submission() -> String {
    select_sent(
        "submission s CROSS JOIN message m ON m.id >= s.first_message_id AND m.id < s.first_message_id + s.message_count \
         WHERE s.id = ?1 AND s.account_id = ?2 AND s.control_of IS NULL ORDER BY m.id",
    )
}

/// Reads messages of the account, the latest first.
pub(crate) fn history(
    connection: &Connection,
    account: AccountId,
    asked: &History,
) -> Result<Vec<Sent>, Error> {
    let (from, until) = (asked.from.as_millis(), asked.until.as_millis());
    let first = first_since(connection, from.saturating_sub(OUT_OF_ORDER_MS))?;
    let mut end = first_since(connection, until.saturating_add(OUT_OF_ORDER_MS))?;
    let before = asked.before.map_or(i64::MAX, |before| before.0);
    if asked.before.is_some() {
        end = end.min(end_before(connection, before)?);
    }
    let recipients = asked.recipients.iter();
    let recipients: Vec<_> = recipients.map(|number| format!("\"{number}\"")).collect();
    let recipients = (!recipients.is_empty()).then(|| format!("[{}]", recipients.join(",")));
    read(
        connection,
        &latest(),
        rusqlite::params![
            account.0,
            first,
            end,
            from,
            until,
            before,
            recipients,
            asked.limit,
        ],
    )
}

/// Submissions and messages are numbered in one order, so that going back in the one is going back in the other.
fn latest() -> String {
    select_sent(
        "submission s CROSS JOIN message m ON m.id >= s.first_message_id AND m.id < s.first_message_id + s.message_count \
         WHERE s.account_id = ?1 AND s.id >= ?2 AND s.id < ?3 AND s.created_at >= ?4 AND s.created_at < ?5 \
         AND s.deleted_at IS NULL AND s.control_of IS NULL AND m.id < ?6 AND (?7 IS NULL OR m.recipient IN (SELECT value FROM json_each(?7))) \
         ORDER BY s.id DESC, m.id DESC LIMIT ?8",
    )
}

/// The number from which on submissions of all accounts were accepted at this time or later, as far as numbers follow times.
pub(crate) fn first_since(connection: &Connection, millis: i64) -> Result<i64, Error> {
    let search = || {
        let mut last = connection.prepare_cached("SELECT coalesce(max(id), 0) FROM submission")?;
        let mut probe = connection.prepare_cached(
            "SELECT id, created_at FROM submission WHERE id >= ?1 ORDER BY id LIMIT 1",
        )?;
        // What is below `first` was accepted before; what is at `end` or above was not.
        let (mut first, mut end) = (0, last.query_row([], |row| row.get::<_, i64>(0))? + 1);
        while first < end {
            let middle = first + (end - first) / 2;
            let row = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?));
            match probe.query_row([middle], row).optional()? {
                Some((id, created_at)) if created_at < millis => first = id + 1,
                Some(_) | None => end = middle,
            }
        }
        Ok(first)
    };
    search().map_err(failed("cannot look for the submissions of a time"))
}

/// The number above that of the last submission with a message numbered below `message`.
fn end_before(connection: &Connection, message: i64) -> Result<i64, Error> {
    connection
        .prepare_cached(
            "SELECT submission_id + 1 FROM message WHERE id < ?1 ORDER BY id DESC LIMIT 1",
        )
        .and_then(|mut select| select.query_row([message], |row| row.get(0)).optional())
        .map(|found| found.unwrap_or(0))
        .map_err(failed("cannot look for a submission"))
}

/// Looks up the account's latest submission with this reference.
pub(crate) fn by_reference(
    connection: &Connection,
    account: AccountId,
    reference: &str,
) -> Result<Option<SubmissionId>, Error> {
    connection
        .prepare_cached(BY_REFERENCE)
        .and_then(|mut select| {
            let row = |row: &Row<'_>| row.get(0).map(SubmissionId);
            select.query_row((account.0, reference), row).optional()
        })
        .map_err(failed("cannot look for a reference"))
}

const BY_REFERENCE: &str = "SELECT id FROM submission WHERE account_id = ?1 AND reference = ?2 \
     AND deleted_at IS NULL AND control_of IS NULL ORDER BY id DESC LIMIT 1";

#[cfg(test)]
pub(crate) mod tests {
    use tempfile::TempDir;

    use super::{BY_REFERENCE, by_id, latest, of_submission};
    use crate::{Options, SqliteStore, connect, set_up};

    /// Says how each table is reached in a new file, in order.
    pub(crate) fn plan(sql: &str) -> Vec<String> {
        let place = TempDir::new().unwrap();
        let path = place.path().join("data.db");
        drop(SqliteStore::open(&path, Options::default()).unwrap());
        let connection = connect(&path, Options::default()).unwrap();
        set_up(&connection, &path, Options::default()).unwrap();
        let mut explain = connection
            .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
            .unwrap();
        // The values make no difference to the plan.
        let steps = explain.raw_query().mapped(|row| row.get(3));
        steps.map(Result::unwrap).collect()
    }

    #[test]
    fn messages_are_found_through_an_index_and_nothing_is_sorted() {
        let stretch = "SEARCH m USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)";
        for (sql, steps) in [
            (
                by_id(),
                &[
                    "SEARCH m USING INTEGER PRIMARY KEY (rowid=?)",
                    "SEARCH s USING INTEGER PRIMARY KEY (rowid=?)",
                ][..],
            ),
            (
                of_submission(),
                &["SEARCH s USING INTEGER PRIMARY KEY (rowid=?)", stretch],
            ),
            (
                latest(),
                &[
                    "SEARCH s USING INDEX submission_account (account_id=? AND id>? AND id<?)",
                    stretch,
                    // Only the recipients that were asked for are gone through.
                    "LIST SUBQUERY 1",
                    "SCAN json_each VIRTUAL TABLE INDEX 1:",
                    "CREATE BLOOM FILTER",
                ],
            ),
            (
                BY_REFERENCE.into(),
                &[
                    "SEARCH submission USING INDEX submission_reference (account_id=? AND reference=?)",
                ],
            ),
        ] {
            assert_eq!(plan(&sql), steps, "{sql}");
        }
    }
}
