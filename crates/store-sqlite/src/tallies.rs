//! How many messages of a submission are where. A large submission's counts are kept in `submission_tally`, in the transaction
//! that moves a message; a small one's messages are counted when somebody asks.

use std::collections::HashMap;

use rusqlite::{Connection, Row};
use sms::{MessageState, Reason, Tally};
use store::{Error, SubmissionId};

use crate::failed;
use crate::message::{reason_from, state_from};
use crate::writing::Writing;

/// Submissions of more messages than this have their tally kept; counting so many takes well under a millisecond.
pub(crate) const COUNTED_WHEN_ASKED: usize = 500;

/// Where a message is, as far as a tally tells messages apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Place {
    pub(crate) state: MessageState,
    pub(crate) reason: Reason,
    /// Whether an upstream has taken it.
    pub(crate) taken: bool,
}

/// Where a pause keeps messages.
pub(crate) const HELD_BY_PAUSE: Place = Place::with_us(MessageState::Held, Reason::Paused);

impl Place {
    /// A place of messages that no upstream has taken.
    pub(crate) const fn with_us(state: MessageState, reason: Reason) -> Self {
        Self {
            state,
            reason,
            taken: false,
        }
    }
}

/// How many messages are in each of the few places that a submission's messages are in.
#[derive(Default)]
pub(crate) struct Places(Vec<(Place, i64)>);

impl Places {
    pub(crate) fn add(&mut self, place: Place, messages: i64) {
        match self.0.iter_mut().find(|(known, _)| *known == place) {
            Some((_, count)) => *count += messages,
            None => self.0.push((place, messages)),
        }
    }

    /// Tells whether a message is in such a place.
    pub(crate) fn any(&self, such: impl Fn(Place) -> bool) -> bool {
        self.0
            .iter()
            .any(|&(place, count)| count > 0 && such(place))
    }

    /// Counts every message where `seen` says that it is to be seen.
    pub(crate) fn tally(&self, seen: impl Fn(Place) -> Place) -> Tally {
        let mut tally = Tally::default();
        for &(place, count) in &self.0 {
            let (place, count) = (seen(place), u64::try_from(count).unwrap_or(0));
            if place.taken {
                tally.add_taken(place.state, place.reason, count);
            } else {
                tally.add(place.state, place.reason, count);
            }
        }
        tally
    }
}

/// Collects the moves of messages from place to place.
#[derive(Default)]
pub(crate) struct Tallies(HashMap<SubmissionId, Places>);

impl Tallies {
    /// Notes that a message of the submission has come from one place to another.
    pub(crate) fn moved(&mut self, submission: SubmissionId, from: Place, to: Place) {
        if from != to {
            let places = self.0.entry(submission).or_default();
            places.add(from, -1);
            places.add(to, 1);
        }
    }

    /// Brings the kept tallies in step; those that are not kept cost one look each.
    pub(crate) fn close(self, writing: &Writing<'_>) -> Result<(), Error> {
        for (submission, places) in self.0 {
            if is_kept(writing, submission)? {
                keep(writing, submission, &places)?;
            }
        }
        Ok(())
    }
}

fn is_kept(writing: &Writing<'_>, submission: SubmissionId) -> Result<bool, Error> {
    writing
        .prepare_cached("SELECT 1 FROM submission_tally WHERE submission_id = ?1 LIMIT 1")
        .and_then(|mut select| select.exists([submission.0]))
        .map_err(failed("cannot look for a kept tally"))
}

/// Adds to the submission's kept tally, which begins with this when there is none.
pub(crate) fn keep(
    writing: &Writing<'_>,
    submission: SubmissionId,
    places: &Places,
) -> Result<(), Error> {
    let mut upsert = writing
        .prepare_cached(
            "INSERT INTO submission_tally (submission_id, state, reason, taken, messages) VALUES (?1, ?2, ?3, ?4, ?5) \
             ON CONFLICT DO UPDATE SET messages = messages + excluded.messages",
        )
        .map_err(failed("cannot keep a tally"))?;
    for &(place, count) in places.0.iter().filter(|(_, count)| *count != 0) {
        let key = (submission.0, place.state.as_u8(), place.reason.as_u8());
        upsert
            .execute((key.0, key.1, key.2, place.taken, count))
            .map_err(failed("cannot keep a tally"))?;
    }
    Ok(())
}

/// Reads where the messages of a submission are: as kept, or by counting those numbered from `first`.
pub(crate) fn places(
    connection: &Connection,
    submission: SubmissionId,
    first: i64,
    messages: i64,
) -> Result<Places, Error> {
    match kept(connection, submission)? {
        Some(places) => Ok(places),
        None => counted(connection, first, first + messages),
    }
}

/// Reads the submission's kept tally, if it has one.
pub(crate) fn kept(
    connection: &Connection,
    submission: SubmissionId,
) -> Result<Option<Places>, Error> {
    let places: Places = connection
        .prepare_cached(
            "SELECT state, reason, taken, messages FROM submission_tally WHERE submission_id = ?1",
        )
        .and_then(|mut select| select.query_map([submission.0], place)?.collect())
        .map_err(failed("cannot read a kept tally"))?;
    Ok((!places.0.is_empty()).then_some(places))
}

/// Counts the messages numbered from `first` to before `end`.
pub(crate) fn counted(connection: &Connection, first: i64, end: i64) -> Result<Places, Error> {
    connection
        .prepare_cached(
            "SELECT state, reason, submitted_at IS NOT NULL, count(*) FROM message WHERE id >= ?1 AND id < ?2 \
             GROUP BY state, reason, submitted_at IS NOT NULL",
        )
        .and_then(|mut select| select.query_map((first, end), place)?.collect())
        .map_err(failed("cannot count messages"))
}

fn place(row: &Row<'_>) -> rusqlite::Result<(Place, i64)> {
    let place = Place {
        state: state_from(row.get(0)?),
        reason: reason_from(row.get(1)?),
        taken: row.get(2)?,
    };
    Ok((place, row.get(3)?))
}

impl FromIterator<(Place, i64)> for Places {
    fn from_iter<T: IntoIterator<Item = (Place, i64)>>(counts: T) -> Self {
        Self(counts.into_iter().collect())
    }
}
