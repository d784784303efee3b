//! Submissions and their messages as they are looked at.

use async_trait::async_trait;
use rusqlite::{Connection, Params, Row};
use sms::{MessageState, Msisdn, Reason, Tally, Timestamp};
use store::campaigns::Halt;
use store::queue::ClaimedMessage;
use store::submissions::{
    Acceptance, AtOnce, History, Message, NewSubmission, Sent, Submission, Submissions,
};
use store::{AccountId, Error, MessageId, SubmissionId};

use crate::accept::accept;
use crate::leases::{Leases, Room};
use crate::message::form_from;
use crate::tallies::{Place, Places};
use crate::writer::{Care, Length};
use crate::writing::Writing;
use crate::{SqliteStore, failed, halts, once, sent, tallies};

/// Submissions of no more messages than this are checked whole before they are written, and so need no savepoint.
const FEW: usize = 16;

#[async_trait]
impl Submissions for SqliteStore {
    async fn accept_at_once(
        &self,
        submission: NewSubmission,
        at_once: Option<AtOnce>,
    ) -> Result<Acceptance, Error> {
        let (room, hand_over) = match at_once {
            Some(at_once) => {
                let room = Room {
                    connector: at_once.connector,
                    segments: at_once.segments,
                };
                (Some(room), Some(at_once.hand_over))
            }
            None => (None, None),
        };
        // What a few messages are refused for is found out before anything is written.
        let (length, care) = if submission.expansion.is_none() && submission.messages.len() <= FEW {
            (Length::Short, Care::Whole)
        } else {
            (Length::Long(Some(submission.account)), Care::Knowing)
        };
        let work = move |writing: &Writing<'_>| {
            let mut leases = Leases::within(room);
            let acceptance = accept(writing, submission, &mut leases)?;
            Ok((acceptance, leases.messages))
        };
        let then = |(_, leased): &mut (Acceptance, Vec<ClaimedMessage>)| {
            if let Some(hand_over) = hand_over
                && !leased.is_empty()
            {
                hand_over(std::mem::take(leased));
            }
        };
        let answer = self.writer.write_then(length, care, work, then).await;
        answer.map(|(acceptance, _)| acceptance)
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
            .view(move |view| sent::page(view, account, id, changed_after, after, limit))
            .await
    }

    async fn submission_by_reference(
        &self,
        account: AccountId,
        reference: &str,
    ) -> Result<Option<SubmissionId>, Error> {
        let reference = reference.to_owned();
        self.readers
            .read(move |connection| sent::by_reference(connection, account, &reference))
            .await
    }

    async fn messages_by_id(
        &self,
        account: AccountId,
        messages: Vec<MessageId>,
    ) -> Result<Vec<Sent>, Error> {
        self.readers
            .view(move |view| {
                let each = messages.into_iter().map(|id| sent::find(view, account, id));
                each.filter_map(Result::transpose).collect()
            })
            .await
    }

    async fn messages_to(
        &self,
        account: AccountId,
        id: SubmissionId,
        recipients: Vec<Msisdn>,
    ) -> Result<Vec<Sent>, Error> {
        self.readers
            .view(move |view| sent::to(view, account, id, &recipients))
            .await
    }

    async fn history(&self, account: AccountId, asked: History) -> Result<Vec<Sent>, Error> {
        self.scans
            .view(move |view| sent::history(view, account, &asked))
            .await
    }

    async fn forget_once(&self, now: Timestamp, limit: u32) -> Result<u64, Error> {
        self.writer
            .write_knowing(move |writing| once::forget(writing, now, limit))
            .await
    }

    async fn tally(&self) -> Result<Tally, Error> {
        self.scans
            .read(|connection| {
                tallies::counted(connection, i64::MIN, i64::MAX)
                    .map(|places| places.tally(|place| place))
            })
            .await
    }
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
             s.deleted_at IS NOT NULL, s.first_message_id, s.message_count, s.planned, s.halt, s.form, s.reference, e.no_money \
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
                form: form_from(row.get(14)?),
                reference: row.get(15)?,
                deleted: row.get(9)?,
                tally: Tally::default(),
            },
            first: row.get(10)?,
            messages: row.get(11)?,
            planned: row.get(12)?,
            halt: halts::halt_from(row.get(13)?),
            expanding: row.get(16)?,
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
