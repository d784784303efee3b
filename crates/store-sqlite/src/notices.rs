//! Notices: what programs that bind have yet to be given, written in the transaction of what it tells.

use std::sync::LazyLock;

use async_trait::async_trait;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row};
use sms::{MessageState, Timestamp};
use store::notices::{Event, Notice, NoticeCount, Notices, Tells};
use store::submissions::Sent;
use store::{AccountId, Error, InboundId, MessageId, NoticeId};

use crate::known::Numbered;
use crate::sent::{SENT_COLUMNS, sent, sent_columns};
use crate::writing::{Sql, Writing};
use crate::{SqliteStore, failed, inbound, known};

/// Is what a notice tells, as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// The upstream has taken all of a message.
    UnderWay(MessageId),
    /// A message came to its end, or its end was corrected.
    Ended(MessageId),
    /// A message came from a handset.
    Received(InboundId),
}

impl Subject {
    /// The kind and the number under which it is stored.
    const fn stored(self) -> (u8, i64) {
        match self {
            Self::UnderWay(message) => (0, message.0),
            Self::Ended(message) => (1, message.0),
            Self::Received(received) => (2, received.0),
        }
    }

    /// Reads what was stored; `None` for a kind that nothing has.
    const fn from_stored(kind: u8, number: i64) -> Option<Self> {
        match kind {
            0 => Some(Self::UnderWay(MessageId(number))),
            1 => Some(Self::Ended(MessageId(number))),
            2 => Some(Self::Received(InboundId(number))),
            _ => None,
        }
    }
}

static OWE: Sql = Sql::new(
    "INSERT INTO notice (account_id, id, kind, subject_id, at) VALUES (?1, ?2, ?3, ?4, ?5)",
);

/// Writes that the account's programs have to be given a notice; to be called in the transaction of what it tells. Notices are
/// numbered as they are written, so those of one message are in the order of its states.
pub(crate) fn owe(
    writing: &Writing<'_>,
    account: AccountId,
    subject: Subject,
    at: Timestamp,
) -> Result<(), Error> {
    let id = known::reserve_numbers(writing, Numbered::Notice, 1)?;
    let (kind, number) = subject.stored();
    writing
        .run(&OWE, (account.0, id, kind, number, at.as_millis()))
        .map(drop)
        .map_err(failed("cannot write a notice"))
}

/// Says which notice is owed when a message comes from one state into another; at its acceptance it comes from none.
pub(crate) fn owed(
    tells: Tells,
    message: MessageId,
    from: Option<MessageState>,
    to: MessageState,
) -> Option<Subject> {
    if from == Some(to) {
        return None;
    }
    match to {
        MessageState::Held | MessageState::Queued | MessageState::InDoubt => None,
        MessageState::Submitted => tells
            .has(Tells::UNDER_WAY)
            .then_some(Subject::UnderWay(message)),
        // Who was told of the end that this corrects has been told what is not so.
        MessageState::Delivered => {
            let corrects =
                from.is_some_and(MessageState::is_final) && tells.has(Tells::NOT_DELIVERED);
            (corrects || tells.has(Tells::DELIVERED)).then_some(Subject::Ended(message))
        }
        MessageState::Undelivered
        | MessageState::Expired
        | MessageState::Rejected
        | MessageState::InvalidNumber
        | MessageState::Suppressed
        | MessageState::Cancelled
        | MessageState::Failed => tells
            .has(Tells::NOT_DELIVERED)
            .then_some(Subject::Ended(message)),
    }
}

/// Reads what is told of a message.
pub(crate) fn tells(row: &Row<'_>, column: usize) -> rusqlite::Result<Tells> {
    let code: u8 = row.get(column)?;
    Tells::from_u8(code).ok_or(rusqlite::Error::IntegralValueOutOfRange(
        column,
        code.into(),
    ))
}

#[async_trait]
impl Notices for SqliteStore {
    async fn notices(
        &self,
        account: AccountId,
        after: Option<NoticeId>,
        limit: u32,
    ) -> Result<Vec<Notice>, Error> {
        let after = after.unwrap_or(NoticeId(i64::MIN));
        self.readers
            .view(move |view| read(view, account, after, limit))
            .await
    }

    async fn notices_given(&self, account: AccountId, notices: Vec<NoticeId>) -> Result<(), Error> {
        self.writer
            .write_whole(move |writing| {
                notices.iter().try_for_each(|notice| {
                    writing
                        .run(&GIVEN, (account.0, notice.0))
                        .map(drop)
                        .map_err(failed("cannot remove a notice"))
                })
            })
            .await
    }

    async fn notice_count(&self, account: AccountId) -> Result<NoticeCount, Error> {
        self.readers.view(move |view| count(view, account)).await
    }

    async fn forget_notices(&self, before: Timestamp, limit: u32) -> Result<u64, Error> {
        self.writer
            .write_knowing(move |writing| {
                writing
                    .prepare_cached(FORGET)
                    .and_then(|mut delete| delete.execute((before.as_millis(), limit)))
                    .map(|rows| rows as u64)
                    .map_err(failed("cannot forget old notices"))
            })
            .await
    }
}

/// Each notice with the message that it tells of, where it is of one.
static OF_ACCOUNT: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT {}, n.id, n.kind, n.subject_id, n.at FROM notice n \
         LEFT JOIN message m ON m.id = n.subject_id AND n.kind < 2 AND m.account_id = n.account_id \
         LEFT JOIN submission s ON s.id = m.submission_id AND s.control_of IS NULL \
         WHERE n.account_id = ?1 AND n.id > ?2 ORDER BY n.id",
        sent_columns()
    )
});

/// The column of the submission's number: nothing where there is none.
const SUBMISSION: usize = 13;

const COUNT: &str = "SELECT count(*) FROM notice WHERE account_id = ?1";

const OLDEST: &str = "SELECT at FROM notice WHERE account_id = ?1 ORDER BY id LIMIT 1";

static GIVEN: Sql = Sql::new("DELETE FROM notice WHERE account_id = ?1 AND id = ?2");

/// Of each account those before its first one that is not as old: they are numbered in the order of their times, but when a clock was
/// set back.
const FORGET: &str = "DELETE FROM notice WHERE (account_id, id) IN ( \
     WITH RECURSIVE owner (id) AS ( \
       SELECT min(account_id) FROM notice \
       UNION ALL SELECT (SELECT min(account_id) FROM notice WHERE account_id > owner.id) FROM owner WHERE owner.id IS NOT NULL) \
     SELECT o.account_id, o.id FROM owner CROSS JOIN notice o ON o.account_id = owner.id \
       AND o.id < coalesce((SELECT f.id FROM notice f WHERE f.account_id = owner.id AND f.at >= ?1 ORDER BY f.id LIMIT 1), 1 << 62) \
     LIMIT ?2)";

/// Reads notices of an account. One that tells of what cannot be read is passed over, so that it keeps none behind it waiting; it
/// goes with the old ones.
fn read(
    view: &Connection,
    account: AccountId,
    after: NoticeId,
    limit: u32,
) -> Result<Vec<Notice>, Error> {
    let reading = || failed("cannot read notices");
    let mut select = view.prepare_cached(&OF_ACCOUNT).map_err(reading())?;
    let mut rows = select.query((account.0, after.0)).map_err(reading())?;
    let mut found = Vec::new();
    while found.len() < limit as usize {
        let Some(row) = rows.next().map_err(reading())? else {
            break;
        };
        let (id, subject, at) = stored(row).map_err(reading())?;
        let event = match subject {
            Some(Subject::UnderWay(_)) => of_message(row).map_err(reading())?.map(Event::UnderWay),
            Some(Subject::Ended(_)) => of_message(row).map_err(reading())?.map(Event::Ended),
            Some(Subject::Received(id)) => inbound::find(view, id)?.map(Event::Received),
            None => None,
        };
        found.extend(event.map(|event| Notice { id, event, at }));
    }
    Ok(found)
}

fn stored(row: &Row<'_>) -> rusqlite::Result<(NoticeId, Option<Subject>, Timestamp)> {
    const FIRST: usize = SENT_COLUMNS;
    let subject = Subject::from_stored(row.get(FIRST + 1)?, row.get(FIRST + 2)?);
    let at = Timestamp::from_millis(row.get(FIRST + 3)?);
    Ok((NoticeId(row.get(FIRST)?), subject, at))
}

/// The message of a row, as it is now; `None` when it cannot be read.
fn of_message(row: &Row<'_>) -> rusqlite::Result<Option<Box<Sent>>> {
    match row.get_ref(SUBMISSION)? {
        ValueRef::Null => Ok(None),
        _ => Ok(Some(Box::new(sent(row)?))),
    }
}

fn count(view: &Connection, account: AccountId) -> Result<NoticeCount, Error> {
    let waiting = view
        .prepare_cached(COUNT)
        .and_then(|mut select| select.query_row([account.0], |row| row.get::<_, i64>(0)))
        .map_err(failed("cannot count notices"))?;
    let oldest_at: Option<i64> = view
        .prepare_cached(OLDEST)
        .and_then(|mut select| select.query_row([account.0], |row| row.get(0)).optional())
        .map_err(failed("cannot look for the oldest notice"))?;
    Ok(NoticeCount {
        waiting: waiting.unsigned_abs(),
        oldest_at: oldest_at.map(Timestamp::from_millis),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sent::tests::plan;

    #[test]
    fn notices_are_found_without_a_look_at_those_of_others_or_a_sort() {
        for (sql, index) in [
            (
                OF_ACCOUNT.as_str(),
                "n USING PRIMARY KEY (account_id=? AND id>?)",
            ),
            (COUNT, "PRIMARY KEY (account_id=?)"),
            (OLDEST, "PRIMARY KEY (account_id=?)"),
            (GIVEN.text(), "PRIMARY KEY (account_id=? AND id=?)"),
            (FORGET, "o USING PRIMARY KEY (account_id=? AND id<?)"),
        ] {
            let plan = plan(sql).join("; ");
            assert!(plan.contains(index), "{sql}: {plan}");
            assert!(!plan.contains("TEMP B-TREE"), "{sql}: {plan}");
            // The list of accounts that FORGET makes is short.
            assert!(
                !plan.replace("SCAN owner", "").contains("SCAN"),
                "{sql}: {plan}"
            );
        }
    }

    #[test]
    fn what_a_notice_tells_reads_back() {
        for subject in [
            Subject::UnderWay(MessageId(1)),
            Subject::Ended(MessageId(2)),
            Subject::Received(InboundId(3)),
        ] {
            let (kind, number) = subject.stored();
            assert_eq!(Subject::from_stored(kind, number), Some(subject));
        }
        assert_eq!(Subject::from_stored(3, 1), None);
    }

    #[test]
    fn each_state_is_told_to_whom_wants_to_know_it() {
        let both = Tells::DELIVERED.with(Tells::NOT_DELIVERED);
        for from in [MessageState::Queued, MessageState::Submitted] {
            for to in MessageState::ALL {
                let told = |tells| owed(tells, MessageId(1), Some(from), to).is_some();
                let delivered = to == MessageState::Delivered;
                let failed = to.is_final() && !delivered;
                let under_way = to == MessageState::Submitted && from != to;
                assert_eq!(told(Tells::DELIVERED), delivered, "{to:?}");
                assert_eq!(told(Tells::NOT_DELIVERED), failed, "{to:?}");
                assert_eq!(told(Tells::UNDER_WAY), under_way, "{to:?}");
                assert_eq!(told(both), to.is_final(), "{to:?}");
                assert!(!told(Tells::CALLBACK), "{to:?}");
            }
        }
    }

    #[test]
    fn a_correction_is_told_to_whoever_was_told_the_end_that_it_corrects() {
        let corrected = |tells| {
            let from = Some(MessageState::Undelivered);
            owed(tells, MessageId(1), from, MessageState::Delivered).is_some()
        };
        assert!(corrected(Tells::NOT_DELIVERED) && corrected(Tells::DELIVERED));
        assert!(!corrected(Tells::UNDER_WAY) && !corrected(Tells::CALLBACK));
    }
}
