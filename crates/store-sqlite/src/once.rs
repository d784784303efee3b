//! What is accepted once only: looked up before anything else of a submission, written in the transaction of its acceptance.
//!
//! What is so for ever is a table like any other. What is so for a while comes by the hundred with each request: on disk a request's
//! keys are one row at the end of a log, and the writer looks them up in a table of its own in memory, which is part of its
//! transactions as every other table is. It catches up with the log before each look, so that it knows what it did before a restart
//! and what other processes do.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension, Row};
use sms::Timestamp;
use store::submissions::{NewSubmission, Once};
use store::{AccountId, Error, SubmissionId};

use crate::failed;
use crate::new_messages::is_waiting;

/// Says what of a new submission repeats what was accepted before.
pub(crate) enum Repeats {
    /// The whole, or each of its messages that could leave; and which submission.
    All(SubmissionId),
    /// Some messages; most often none.
    Messages {
        /// Where they stand, ascending.
        positions: Vec<usize>,
        /// Which submission the first of them repeats, unless they repeat only each other.
        submission: Option<SubmissionId>,
    },
}

/// Looks for what the submission repeats. Of messages in it that repeat each other only the first is none of them; those that have
/// ended before they began neither repeat nor are repeated.
pub(crate) fn repeats(connection: &Connection, new: &NewSubmission) -> Result<Repeats, Error> {
    let mut look = Look::at(connection, new.account, new.created_at);
    if let Some(once) = &new.once
        && let Some(submission) = look.up(once)?
    {
        return Ok(Repeats::All(SubmissionId(submission)));
    }
    let mut seen = HashSet::new();
    let mut positions = Vec::new();
    let mut first = None;
    let mut anything_new = false;
    for (position, message) in new.messages.iter().enumerate() {
        if !is_waiting(message) {
            continue;
        }
        let Some(once) = &message.once else {
            anything_new = true;
            continue;
        };
        if !seen.insert(once.key) {
            positions.push(position);
        } else if let Some(submission) = look.up(once)? {
            first.get_or_insert(SubmissionId(submission));
            positions.push(position);
        } else {
            anything_new = true;
        }
    }
    Ok(match first {
        Some(submission) if !anything_new => Repeats::All(submission),
        submission => Repeats::Messages {
            positions,
            submission,
        },
    })
}

/// Looks keys of one account up. What it needs for that is read with the first of them.
pub(crate) struct Look<'a> {
    connection: &'a Connection,
    account: AccountId,
    now: Timestamp,
    /// Whether the account has keys for ever; `None` before the first look.
    has_for_ever: Option<bool>,
}

impl<'a> Look<'a> {
    /// Begins, with nothing read.
    pub(crate) fn at(connection: &'a Connection, account: AccountId, now: Timestamp) -> Self {
        Self {
            connection,
            account,
            now,
            has_for_ever: None,
        }
    }

    /// Answers the number of the submission or mailing that used this up, unless its time is over.
    pub(crate) fn up(&mut self, once: &Once) -> Result<Option<i64>, Error> {
        let mut find = || {
            let has_for_ever = if let Some(has) = self.has_for_ever {
                has
            } else {
                catch_up(self.connection)?;
                *self.has_for_ever.insert(self.has_any_for_ever()?)
            };
            let (account, key) = (self.account.0, &once.key);
            let recent = self
                .connection
                .prepare_cached(
                    "SELECT submission_id FROM recent_once WHERE account_id = ?1 AND key = ?2 AND until > ?3",
                )?
                .query_row((account, key, self.now.as_millis()), |row| row.get(0))
                .optional()?;
            if recent.is_some() || !has_for_ever {
                return Ok(recent);
            }
            self.connection
                .prepare_cached(
                    "SELECT submission_id FROM once WHERE account_id = ?1 AND key = ?2",
                )?
                .query_row((account, key), |row| row.get(0))
                .optional()
        };
        find().map_err(failed("cannot look whether something was accepted before"))
    }

    fn has_any_for_ever(&self) -> rusqlite::Result<bool> {
        self.connection
            .prepare_cached("SELECT 1 FROM once WHERE account_id = ?1")?
            .exists([self.account.0])
    }
}

/// The writer's tables in memory: the keys that count for a while, and how far the log has been read.
const MEMORY: &str = "CREATE TEMP TABLE recent_once ( \
       account_id INTEGER NOT NULL, key BLOB NOT NULL, submission_id INTEGER NOT NULL, until INTEGER NOT NULL, \
       PRIMARY KEY (account_id, key)) STRICT, WITHOUT ROWID; \
     CREATE TEMP TABLE recent_once_read (log_id INTEGER NOT NULL) STRICT; \
     INSERT INTO recent_once_read VALUES (0);";

/// Prepares a connection that is to write.
pub(crate) fn prepare(connection: &Connection) -> Result<(), Error> {
    connection
        .execute_batch(MEMORY)
        .map_err(failed("cannot prepare for what is accepted once only"))
}

/// Writes what an accepted submission and its messages that may leave have used up, in place of what is over.
pub(crate) fn use_up(
    connection: &Connection,
    new: &NewSubmission,
    submission: SubmissionId,
) -> Result<(), Error> {
    let of_messages = new
        .messages
        .iter()
        .filter(|message| is_waiting(message))
        .filter_map(|message| message.once.as_ref());
    let all = new.once.iter().chain(of_messages);
    note(connection, new.account, all, submission.0)
}

/// Writes that the submission or mailing of this number has used these up.
pub(crate) fn note<'a>(
    connection: &Connection,
    account: AccountId,
    all: impl IntoIterator<Item = &'a Once>,
    number: i64,
) -> Result<(), Error> {
    let mut runs: Vec<(Timestamp, Vec<u8>)> = Vec::new();
    for once in all {
        match (once.until, runs.last_mut()) {
            (None, _) => note_for_ever(connection, account, once, number)?,
            (Some(until), Some((same, keys))) if *same == until => keys.extend(once.key),
            (Some(until), _) => runs.push((until, once.key.to_vec())),
        }
    }
    let log = || {
        if !runs.is_empty() {
            // Before there is a row of ours: what is between it and what was read would be passed over.
            catch_up(connection)?;
        }
        for (until, keys) in runs {
            let row = Logged {
                account: account.0,
                number,
                until: until.as_millis(),
                keys,
            };
            let id = row.log(connection)?;
            row.remember(connection)?;
            have_read(connection, id)?;
        }
        Ok(())
    };
    log().map_err(failed("cannot note what is accepted once only"))
}

fn note_for_ever(
    connection: &Connection,
    account: AccountId,
    once: &Once,
    number: i64,
) -> Result<(), Error> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO once (account_id, key, submission_id) VALUES (?1, ?2, ?3)",
        )
        .and_then(|mut insert| insert.execute((account.0, &once.key, number)))
        .map(drop)
        .map_err(failed("cannot note what is accepted once only"))
}

/// A row of the log: keys of one account that count until the same moment.
struct Logged {
    account: i64,
    number: i64,
    until: i64,
    keys: Vec<u8>,
}

impl Logged {
    /// Adds it to the log; answers its number there.
    fn log(&self, connection: &Connection) -> rusqlite::Result<i64> {
        connection
            .prepare_cached(
                "INSERT INTO once_for_a_while (account_id, submission_id, until, keys) VALUES (?1, ?2, ?3, ?4)",
            )?
            .insert((self.account, self.number, self.until, &self.keys))
    }

    /// Adds its keys to those in memory, in place of what is over.
    fn remember(&self, connection: &Connection) -> rusqlite::Result<()> {
        let mut insert = connection.prepare_cached(
            "INSERT OR REPLACE INTO recent_once (account_id, key, submission_id, until) VALUES (?1, ?2, ?3, ?4)",
        )?;
        for key in self.keys() {
            insert.execute((self.account, key, self.number, self.until))?;
        }
        Ok(())
    }

    /// Takes its keys out of memory, but for those that count again by now.
    fn forget(&self, connection: &Connection) -> rusqlite::Result<()> {
        let mut delete = connection.prepare_cached(
            "DELETE FROM recent_once WHERE account_id = ?1 AND key = ?2 AND until <= ?3",
        )?;
        for key in self.keys() {
            delete.execute((self.account, key, self.until))?;
        }
        Ok(())
    }

    fn keys(&self) -> impl Iterator<Item = &[u8]> {
        self.keys.chunks_exact(KEY_OCTETS)
    }

    fn from_row(row: &Row<'_>) -> rusqlite::Result<(i64, Self)> {
        let logged = Self {
            account: row.get(1)?,
            number: row.get(2)?,
            until: row.get(3)?,
            keys: row.get(4)?,
        };
        Ok((row.get(0)?, logged))
    }
}

const KEY_OCTETS: usize = 16;

/// The statement of [`catch_up`].
const LATER: &str = "SELECT id, account_id, submission_id, until, keys FROM once_for_a_while \
     WHERE id > (SELECT log_id FROM recent_once_read) ORDER BY id";

/// Takes in what has come to the log since it was read last: at a start all of it, else what other processes accepted.
fn catch_up(connection: &Connection) -> rusqlite::Result<()> {
    let mut last = None;
    let mut select = connection.prepare_cached(LATER)?;
    for row in select.query_map([], Logged::from_row)? {
        let (id, logged) = row?;
        logged.remember(connection)?;
        last = Some(id);
    }
    match last {
        Some(id) => have_read(connection, id),
        None => Ok(()),
    }
}

/// Notes how far the log has been read.
fn have_read(connection: &Connection, id: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE recent_once_read SET log_id = ?1")?
        .execute([id])
        .map(drop)
}

/// The statement that finds what [`forget`] forgets.
const OVER: &str = "SELECT id, account_id, submission_id, until, keys FROM once_for_a_while WHERE until <= ?1 \
     ORDER BY until LIMIT ?2";

/// Forgets what may be accepted again; answers how much.
pub(crate) fn forget(connection: &Connection, now: Timestamp, limit: u32) -> Result<u64, Error> {
    let forget = || {
        let over: Vec<_> = connection
            .prepare_cached(OVER)?
            .query_map((now.as_millis(), limit), Logged::from_row)?
            .collect::<rusqlite::Result<_>>()?;
        let mut forgotten = 0;
        for (id, logged) in over {
            logged.forget(connection)?;
            connection
                .prepare_cached("DELETE FROM once_for_a_while WHERE id = ?1")?
                .execute([id])?;
            forgotten += logged.keys().count() as u64;
        }
        Ok(forgotten)
    };
    forget().map_err(failed("cannot forget what may be accepted again"))
}

#[cfg(test)]
mod tests {
    use crate::sent::tests::plan;

    #[test]
    fn what_may_be_accepted_again_is_found_by_its_time() {
        let by_time = "SEARCH once_for_a_while USING INDEX once_for_a_while_until (until<?)";
        assert_eq!(plan(super::OVER), [by_time]);
    }
}
