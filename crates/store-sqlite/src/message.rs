//! One message's row as the transitions see it: read, stepped through [`sms::state::step`], written back once.

mod lease;
mod outcome;
mod row;
mod waiting;

use sms::state::{Event, step};
use sms::{Form, MessageState, Msisdn, Outcome, Reason, Settlement, Timestamp};
use store::notices::Tells;
use store::{AccountId, ConnectorId, Error, MessageId, SubmissionId};

use crate::books::Resolution;
use crate::callbacks::{self, Subject};
use crate::changes::Changes;
use crate::tallies::Place;
use crate::writing::{Sql, Writing};
use crate::{failed, later, notices};
pub(crate) use lease::Lease;
use outcome::Failure;
pub(crate) use outcome::{decode, encode};
pub(crate) use row::Row;

/// What [`Message::from_row`] reads of `message m`.
macro_rules! columns {
    () => {
        "m.id, m.submission_id, m.account_id, m.segments, m.price, m.connector_id, m.state, m.reason, m.accepted, m.delivered, \
         m.failed, m.attempts, m.doubts, m.submitted_at, m.done_at, m.failure, m.tells, m.recipient"
    };
}
pub(crate) use columns;

/// Who `message m` of `submission s` is from: the alternative originator where it has that, its own, or its submission's.
pub(crate) const ORIGINATOR: &str = "coalesce(CASE WHEN m.alternative THEN coalesce(s.alternative, m.originator) ELSE m.originator END, \
     s.originator)";

/// How long a positive receipt may correct a negative one.
const CORRECTION_WINDOW_MS: i64 = 24 * 60 * 60 * 1000;

/// Holds the columns that change, and what is needed to change them.
pub(crate) struct Message {
    pub(crate) id: MessageId,
    pub(crate) submission: SubmissionId,
    pub(crate) account: AccountId,
    pub(crate) segments: u16,
    pub(crate) price_micros: i64,
    pub(crate) connector: Option<ConnectorId>,
    pub(crate) state: MessageState,
    pub(crate) reason: Reason,
    pub(crate) accepted: u64,
    pub(crate) delivered: u64,
    pub(crate) failed: u64,
    pub(crate) attempts: u32,
    pub(crate) doubts: u32,
    /// The outcome of its failed segments that counts for the whole.
    failure: Option<Failure>,
    submitted_at: Option<i64>,
    done_at: Option<i64>,
    /// When state or reason changed since it was read.
    changed_at: Option<i64>,
    /// What its account's programs are told of it.
    pub(crate) tells: Tells,
    /// To whom, normalised, unless that is no number.
    pub(crate) recipient: Option<Msisdn>,
    pub(crate) lease: Lease,
    /// Whether its submission's tally is kept; `None` when that has to be looked up.
    pub(crate) is_tallied: Option<bool>,
    /// Where it is as written.
    written: Place,
}

static LOAD: Sql = Sql::new(concat!(
    "SELECT ",
    columns!(),
    " FROM message m WHERE m.id = ?1"
));

impl Message {
    pub(crate) fn load(writing: &Writing<'_>, id: MessageId) -> Result<Option<Self>, Error> {
        let known = writing.known().take(id);
        if known.is_some() {
            return Ok(known);
        }
        writing.flush_later()?;
        writing
            .find(&LOAD, [id.0], Self::from_row)
            .map_err(failed("cannot read a message"))
    }

    /// Lets the writer know the message by heart while its receipts are awaited.
    pub(crate) fn keep_in_mind(self, writing: &Writing<'_>) {
        if matches!(self.state, MessageState::Submitted | MessageState::InDoubt)
            && self.lease == Lease::None
        {
            writing.known().note(self);
        }
    }

    /// Reads what [`LOAD`] selects.
    pub(crate) fn from_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        let written = Place {
            state: state_from(row.get(6)?),
            reason: reason_from(row.get(7)?),
            taken: row.get::<_, Option<i64>>(13)?.is_some(),
        };
        Ok(Self {
            id: MessageId(row.get(0)?),
            submission: SubmissionId(row.get(1)?),
            account: AccountId(row.get(2)?),
            segments: row.get(3)?,
            price_micros: row.get(4)?,
            connector: row.get::<_, Option<i64>>(5)?.map(ConnectorId),
            state: written.state,
            reason: written.reason,
            accepted: row.get::<_, i64>(8)?.cast_unsigned(),
            delivered: row.get::<_, i64>(9)?.cast_unsigned(),
            failed: row.get::<_, i64>(10)?.cast_unsigned(),
            attempts: row.get(11)?,
            doubts: row.get(12)?,
            submitted_at: row.get(13)?,
            done_at: row.get(14)?,
            failure: row.get::<_, Option<u16>>(15)?.map(Failure),
            changed_at: None,
            tells: notices::tells(row, 16)?,
            recipient: Msisdn::parse(row.get_ref(17)?.as_str()?).ok(),
            lease: Lease::Unknown,
            is_tallied: None,
            written,
        })
    }

    /// The bit set of all its segments.
    pub(crate) fn all(&self) -> u64 {
        bits(self.segments)
    }

    /// Takes the transition if the event applies in this state; tells whether it did.
    pub(crate) fn apply(
        &mut self,
        writing: &Writing<'_>,
        changes: &mut Changes,
        event: Event,
        at: Timestamp,
    ) -> Result<bool, Error> {
        let Some(change) = step(self.state, event) else {
            return Ok(false);
        };
        if (self.state, self.reason) != (change.state, change.reason) {
            self.changed_at = Some(at.as_millis());
        }
        self.state = change.state;
        self.reason = change.reason;
        if change.settlement != Settlement::None {
            let resolution = Resolution {
                account: self.account,
                message: self.id,
                price_micros: self.price_micros,
                at,
            };
            changes
                .books
                .settle(writing, change.settlement, &resolution)?;
            if change.settlement == Settlement::Charge {
                self.submitted_at.get_or_insert(at.as_millis());
            }
        }
        self.done_at = if self.state.is_final() {
            self.done_at.or(Some(at.as_millis()))
        } else {
            None
        };
        Ok(true)
    }

    /// Applies a receipt for one segment; the message follows when all its segments have one.
    pub(crate) fn apply_receipt(
        &mut self,
        writing: &Writing<'_>,
        changes: &mut Changes,
        segment: u16,
        outcome: Outcome,
        at: Timestamp,
    ) -> Result<(), Error> {
        let bit = 1_u64.checked_shl(u32::from(segment)).unwrap_or(0);
        if bit & self.all() == 0 || self.delivered & bit != 0 {
            return Ok(());
        }
        self.accepted |= bit;
        match outcome {
            // It says that the upstream took the segment, and nothing about its end.
            Outcome::Unknown => return self.prove_taken(writing, changes, at),
            Outcome::Delivered => {
                let too_late = |done| at.as_millis().saturating_sub(done) > CORRECTION_WINDOW_MS;
                if self.state.is_final() && self.done_at.is_some_and(too_late) {
                    return Ok(());
                }
                self.delivered |= bit;
                self.failed &= !bit;
            }
            Outcome::Undelivered(_)
            | Outcome::Expired
            | Outcome::Rejected(_)
            | Outcome::Deleted => {
                if self.failed & bit != 0 {
                    return Ok(());
                }
                self.failed |= bit;
                let failure = Failure::of(outcome);
                self.failure = Some(self.failure.map_or(failure, |other| other.min(failure)));
            }
        }

        if self.delivered == self.all() {
            let event = if self.state.is_final() {
                Event::Correct
            } else {
                Event::Receipt(Outcome::Delivered)
            };
            self.apply(writing, changes, event, at)?;
        } else if self.delivered | self.failed == self.all() {
            let outcome = match self.failure {
                Some(failure) if self.delivered == 0 => failure.outcome(),
                _ => Outcome::Undelivered(Reason::PartlyDelivered),
            };
            self.apply(writing, changes, Event::Receipt(outcome), at)?;
        } else {
            self.prove_taken(writing, changes, at)?;
        }
        Ok(())
    }

    /// Ends a message whose remaining segments cannot leave. When some have left, the upstream bills them: it is charged.
    pub(crate) fn end(
        &mut self,
        writing: &Writing<'_>,
        changes: &mut Changes,
        event: Event,
        at: Timestamp,
    ) -> Result<(), Error> {
        if self.accepted == 0 {
            self.apply(writing, changes, event, at)?;
        } else {
            self.apply(writing, changes, Event::Submitted, at)?;
            let partly = Event::Receipt(Outcome::Undelivered(Reason::PartlySubmitted));
            self.apply(writing, changes, partly, at)?;
        }
        Ok(())
    }

    /// Counts the message as submitted when receipts have proved it for the segments that were in doubt.
    fn prove_taken(
        &mut self,
        writing: &Writing<'_>,
        changes: &mut Changes,
        at: Timestamp,
    ) -> Result<(), Error> {
        if self.accepted == self.all() {
            self.apply(writing, changes, Event::Submitted, at)?;
        }
        Ok(())
    }

    /// Writes the columns that may have changed, and what the account's programs are to be told of it: whatever ends a message ends
    /// it here, or in [`Self::save_later`].
    pub(crate) fn save(
        &mut self,
        writing: &Writing<'_>,
        changes: &mut Changes,
    ) -> Result<(), Error> {
        self.moved(writing, changes)?;
        Row::of(self).write(writing, self.id)
    }

    /// Does the same, but for the row itself, which is written when the transaction ends: it may change once more before.
    pub(crate) fn save_later(
        &mut self,
        writing: &Writing<'_>,
        changes: &mut Changes,
    ) -> Result<(), Error> {
        self.moved(writing, changes)?;
        let row = Row::of(self);
        later::save(writing, self.id, row)
    }

    /// Counts the message where it is now instead of where it was when it was written, and writes what is told of that.
    fn moved(&mut self, writing: &Writing<'_>, changes: &mut Changes) -> Result<(), Error> {
        let now = Place {
            state: self.state,
            reason: self.reason,
            taken: self.submitted_at.is_some(),
        };
        if self.is_tallied != Some(false) {
            changes.tallies.moved(self.submission, self.written, now);
        }
        if now.state != self.written.state
            && let Some(at) = self.changed_at.map(Timestamp::from_millis)
        {
            self.tell(writing, at)?;
        }
        self.written = now;
        Ok(())
    }

    /// Writes what the account's programs are to be told of the state that the message has come into.
    fn tell(&self, writing: &Writing<'_>, at: Timestamp) -> Result<(), Error> {
        if self.tells.has(Tells::CALLBACK) && self.state.is_final() {
            callbacks::owe(writing, self.account, Subject::Message(self.id), at)?;
        }
        match notices::owed(self.tells, self.id, Some(self.written.state), self.state) {
            Some(subject) => notices::owe(writing, self.account, subject, at),
            None => Ok(()),
        }
    }
}

/// The bit set of `segments` segments.
pub(crate) fn bits(segments: u16) -> u64 {
    1_u64
        .checked_shl(u32::from(segments))
        .map_or(u64::MAX, |bit| bit - 1)
}

/// Reads a state code; one that this program does not know is our own fault and ends as such.
pub(crate) fn state_from(code: u8) -> MessageState {
    MessageState::from_u8(code).unwrap_or(MessageState::Failed)
}

/// Reads a reason code.
pub(crate) fn reason_from(code: u8) -> Reason {
    Reason::from_u8(code).unwrap_or(Reason::InternalError)
}

/// Reads the code of a form; one that this program does not know is the default.
pub(crate) fn form_from(code: u8) -> Form {
    Form::from_u8(code).unwrap_or_default()
}
