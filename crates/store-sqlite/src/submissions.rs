//! Submissions and their messages as they are looked at.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Params, Row};
use sms::{Form, MessageState, Msisdn, Reason, Tally, Timestamp};
use store::campaigns::Halt;
use store::submissions::{
    Acceptance, History, Message, NewSubmission, Sent, Submission, Submissions,
};
use store::{AccountId, Error, MessageId, SubmissionId};

use crate::accept::accept;
use crate::message::{reason_from, state_from};
use crate::tallies::{Place, Places};
use crate::{SqliteStore, failed, halts, tallies};

#[async_trait]
impl Submissions for SqliteStore {
    async fn accept(&self, submission: NewSubmission) -> Result<Acceptance, Error> {
        self.writer
            .write(move |connection| accept(connection, submission))
            .await
    }

    async fn submission(
        &self,
        account: AccountId,
        id: SubmissionId,
    ) -> Result<Option<Submission>, Error> {
        self.readers.view(move |view| find(view, account, id)).await
    }

    async fn messages(
        &self,
        account: AccountId,
        id: SubmissionId,
        changed_after: Option<Timestamp>,
        after: Option<MessageId>,
        limit: u32,
    ) -> Result<Vec<Message>, Error> {
        self.readers
            .view(move |view| {
                let Some((first, count)) = range(view, account, id)? else { return Ok(Vec::new()) };
                let from = after.map_or(first, |after| first.max(after.0 + 1));
                let since = changed_after.map_or(i64::MIN, Timestamp::as_millis);
                view.prepare_cached(
                    "SELECT id, recipient, given, variables, state, reason, segments, price, submitted_at, done_at, \
                     changed_at FROM message WHERE id >= ?1 AND id < ?2 AND changed_at > ?3 ORDER BY id LIMIT ?4",
                )
                .and_then(|mut select| {
                    select.query_map((from, first + count, since, limit), message)?.collect()
                })
                .map_err(failed("cannot read messages"))
            })
            .await
    }

    async fn submission_by_reference(
        &self,
        _account: AccountId,
        _reference: &str,
    ) -> Result<Option<SubmissionId>, Error> {
        Err(Error::other("not built yet", None))
    }

    async fn messages_by_id(
        &self,
        _account: AccountId,
        _messages: Vec<MessageId>,
    ) -> Result<Vec<Sent>, Error> {
        Err(Error::other("not built yet", None))
    }

    async fn messages_to(
        &self,
        _account: AccountId,
        _id: SubmissionId,
        _recipients: Vec<Msisdn>,
    ) -> Result<Vec<Sent>, Error> {
        Err(Error::other("not built yet", None))
    }

    async fn history(&self, _account: AccountId, _asked: History) -> Result<Vec<Sent>, Error> {
        Err(Error::other("not built yet", None))
    }

    async fn forget_once(&self, _now: Timestamp, _limit: u32) -> Result<u64, Error> {
        Err(Error::other("not built yet", None))
    }

    async fn tally(&self) -> Result<Tally, Error> {
        self.readers
            .read(|connection| {
                tallies::counted(connection, i64::MIN, i64::MAX)
                    .map(|places| places.tally(|place| place))
            })
            .await
    }
}

/// The first message's number and how many there are, if the submission is the account's.
fn range(
    connection: &Connection,
    account: AccountId,
    id: SubmissionId,
) -> Result<Option<(i64, i64)>, Error> {
    connection
        .prepare_cached(
            "SELECT first_message_id, message_count FROM submission \
             WHERE id = ?1 AND account_id = ?2 AND control_of IS NULL",
        )
        .and_then(|mut select| {
            select
                .query_row((id.0, account.0), |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()
        })
        .map_err(failed("cannot read a submission"))
}

/// Looks up a submission of the account, deleted or not; control copies are nobody's to look at.
pub(crate) fn find(
    connection: &Connection,
    account: AccountId,
    id: SubmissionId,
) -> Result<Option<Submission>, Error> {
    let such = "s.id = ?1 AND s.account_id = ?2 AND s.control_of IS NULL";
    let found = select(connection, such, (id.0, account.0))?;
    Ok(found.into_iter().next())
}

/// Reads the submissions that the condition picks, with their messages counted.
pub(crate) fn select(
    connection: &Connection,
    such: &str,
    parameters: impl Params,
) -> Result<Vec<Submission>, Error> {
    let rows: Vec<Stored> = connection
        .prepare_cached(&format!(
            "SELECT s.id, s.account_id, s.originator, s.text, s.test, s.price, s.created_at, s.start_at, s.source, \
             s.deleted_at IS NOT NULL, s.first_message_id, s.message_count, s.planned, s.halt, e.no_money \
             FROM submission s LEFT JOIN expansion e ON e.submission_id = s.id WHERE {such}"
        ))
        .and_then(|mut select| select.query_map(parameters, Stored::from_row)?.collect())
        .map_err(failed("cannot read submissions"))?;
    rows.into_iter().map(|row| row.count(connection)).collect()
}

/// A submission's row, and what is needed to count its messages as its account sees them.
struct Stored {
    /// Without its tally.
    submission: Submission,
    first: i64,
    messages: i64,
    planned: i64,
    halt: Option<Halt>,
    /// While contacts have yet to become messages: whether that waits for money.
    expanding: Option<bool>,
}

impl Stored {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            submission: Submission {
                id: SubmissionId(row.get(0)?),
                account: AccountId(row.get(1)?),
                originator: row.get(2)?,
                text: row.get(3)?,
                test: row.get(4)?,
                price_micros: row.get(5)?,
                created_at: Timestamp::from_millis(row.get(6)?),
                start_at: row.get::<_, Option<i64>>(7)?.map(Timestamp::from_millis),
                source: row.get(8)?,
                form: Form::default(),
                reference: None,
                deleted: row.get(9)?,
                tally: Tally::default(),
            },
            first: row.get(10)?,
            messages: row.get(11)?,
            planned: row.get(12)?,
            halt: halts::halt_from(row.get(13)?),
            expanding: row.get(14)?,
        })
    }

    /// Counts messages where they are, or where they are about to be.
    fn count(mut self, connection: &Connection) -> Result<Submission, Error> {
        let places = tallies::places(connection, self.submission.id, self.first, self.messages)?;
        let to_come = self.to_come(&places);
        let mut tally = places.tally(|place| self.about_to_be(place, to_come));
        let missing = u64::try_from(self.planned - self.messages).unwrap_or(0);
        if missing > 0 {
            let place = match self.expanding {
                Some(true) if self.halt.is_none() => HELD_FOR_MONEY,
                _ => self.about_to_be(to_come, to_come),
            };
            tally.add(place.state, place.reason, missing);
        }
        self.submission.tally = tally;
        Ok(self.submission)
    }

    /// Where a message goes that is let go now.
    fn to_come(&self, places: &Places) -> Place {
        let released = |place: Place| {
            place.taken
                || matches!(
                    place.state,
                    MessageState::Queued | MessageState::Submitted | MessageState::InDoubt
                )
        };
        if self.submission.test {
            Place::with_us(MessageState::Held, Reason::TestMode)
        } else if self.submission.start_at.is_some() && !places.any(released) {
            Place::with_us(MessageState::Held, Reason::Scheduled)
        } else {
            Place::with_us(MessageState::Queued, Reason::None)
        }
    }

    /// Where a message is once it has followed the submission's halt, or the end of a pause.
    fn about_to_be(&self, place: Place, to_come: Place) -> Place {
        match self.halt {
            _ if self.submission.test => place,
            Some(halt) => halts::place_after(place, halt),
            None if place == tallies::HELD_BY_PAUSE => to_come,
            None => place,
        }
    }
}

const HELD_FOR_MONEY: Place = Place::with_us(MessageState::Held, Reason::NoMoney);

fn message(row: &Row<'_>) -> rusqlite::Result<Message> {
    Ok(Message {
        id: MessageId(row.get(0)?),
        recipient: row.get(1)?,
        given: row.get(2)?,
        variables: row.get(3)?,
        text: None,
        originator: None,
        state: state_from(row.get(4)?),
        reason: reason_from(row.get(5)?),
        segments: row.get(6)?,
        price_micros: row.get(7)?,
        submitted_at: row.get::<_, Option<i64>>(8)?.map(Timestamp::from_millis),
        done_at: row.get::<_, Option<i64>>(9)?.map(Timestamp::from_millis),
        changed_at: Timestamp::from_millis(row.get(10)?),
    })
}
