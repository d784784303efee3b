//! What is accepted once only: looked up before anything else of a submission, written in the transaction of its acceptance.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension};
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
    let now = new.created_at;
    if let Some(once) = &new.once
        && let Some(submission) = accepted(connection, new.account, once, now)?
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
        } else if let Some(submission) = accepted(connection, new.account, once, now)? {
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

/// Looks up the number of the submission or mailing that used this up, unless its time is over.
pub(crate) fn accepted(
    connection: &Connection,
    account: AccountId,
    once: &Once,
    now: Timestamp,
) -> Result<Option<i64>, Error> {
    connection
        .prepare_cached(
            "SELECT submission_id FROM once WHERE account_id = ?1 AND key = ?2 AND (until IS NULL OR until > ?3)",
        )
        .and_then(|mut select| {
            select
                .query_row((account.0, &once.key, now.as_millis()), |row| row.get(0))
                .optional()
        })
        .map_err(failed("cannot look whether something was accepted before"))
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
    for once in new.once.iter().chain(of_messages) {
        note(connection, new.account, once, submission.0)?;
    }
    Ok(())
}

/// Writes that the submission or mailing of this number has used this up.
pub(crate) fn note(
    connection: &Connection,
    account: AccountId,
    once: &Once,
    number: i64,
) -> Result<(), Error> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO once (account_id, key, submission_id, until) VALUES (?1, ?2, ?3, ?4)",
        )
        .and_then(|mut insert| {
            let until = once.until.map(Timestamp::as_millis);
            insert.execute((account.0, &once.key, number, until))
        })
        .map(drop)
        .map_err(failed("cannot note what is accepted once only"))
}

/// The statement of [`forget`].
const FORGET: &str = "DELETE FROM once WHERE (account_id, key) IN \
     (SELECT account_id, key FROM once WHERE until <= ?1 ORDER BY until LIMIT ?2)";

/// Forgets what may be accepted again; answers how many.
pub(crate) fn forget(connection: &Connection, now: Timestamp, limit: u32) -> Result<u64, Error> {
    connection
        .prepare_cached(FORGET)
        .and_then(|mut delete| delete.execute((now.as_millis(), limit)))
        .map(|forgotten| u64::try_from(forgotten).unwrap_or(u64::MAX))
        .map_err(failed("cannot forget what may be accepted again"))
}

#[cfg(test)]
mod tests {
    use crate::sent::tests::plan;

    #[test]
    fn what_may_be_accepted_again_is_found_by_its_time() {
        assert_eq!(
            plan(super::FORGET),
            [
                "SEARCH once USING PRIMARY KEY (account_id=? AND key=?)",
                "LIST SUBQUERY 2",
                "SEARCH once USING COVERING INDEX once_until (until<?)",
            ]
        );
    }
}
