//! A waiting message gets another text, at its price and at its times.
//!
//! Nothing that was entered in the ledger changes: what the price has risen by is held for the submission beside its first hold, and
//! what it has fallen by is released without a message, as for a campaign whose list is priced step by step. So the holds less those
//! releases are the submission's price, which is its message's; and the message's hold resolves once, at that price.

use sms::state::Event;
use sms::{Form, MessageState, Reason, Timestamp};
use store::campaigns::Halt;
use store::notices::Tells;
use store::waiting::{Change, Replacement};
use store::{Error, SubmissionId};

use super::Subject;
use crate::accept::available;
use crate::changes::Changes;
use crate::timing::Timing;
use crate::writing::Writing;
use crate::{books, failed};

impl Subject {
    pub(super) fn replace(
        mut self,
        writing: &Writing<'_>,
        form: Form,
        replacement: &Replacement,
        now: Timestamp,
    ) -> Result<Change, Error> {
        if !self.is_alone || !self.stays() || self.is_over(now) || !self.waits(writing)? {
            return Ok(Change::TooLate);
        }
        if let Some(insufficient) = self.pay(writing, replacement.price_micros, now)? {
            return Ok(insufficient);
        }
        let times = Times::after(&self.timing, replacement, now);
        self.rewrite(writing, form, replacement, &times, now)?;
        if let Some(due_at) = times.due_at {
            self.reschedule(writing, due_at, now)?;
        }
        Ok(Change::Done)
    }

    /// Tells whether its submission's halt, if there is one, is no end that the message has yet to follow.
    fn stays(&self) -> bool {
        matches!(self.halt, None | Some(Halt::Paused))
    }

    /// Tells whether its time is over, and only the sweep has yet to see that.
    fn is_over(&self, now: Timestamp) -> bool {
        self.timing.expires_at(self.message.id) <= now
    }

    /// Holds what the price has risen by, or gives back what it has fallen by; answers what there is when that is too little.
    fn pay(
        &self,
        writing: &Writing<'_>,
        price_micros: i64,
        now: Timestamp,
    ) -> Result<Option<Change>, Error> {
        let (account, submission) = (self.message.account, self.message.submission);
        let risen_by = price_micros.checked_sub(self.message.price_micros);
        let risen_by = risen_by
            .filter(|_| price_micros >= 0)
            .ok_or_else(|| Error::other(format!("{price_micros} is no price"), None))?;
        if risen_by > 0 {
            let available_micros = available(writing, account)?;
            if risen_by > available_micros {
                return Ok(Some(Change::Insufficient { available_micros }));
            }
            books::hold(writing, account, submission, risen_by, now)?;
        } else {
            books::release_rest(writing, account, submission, -risen_by, now)?;
        }
        Ok(None)
    }

    /// Writes text, price and times; the message's text is its own from now on, so that nothing fills it in.
    fn rewrite(
        &self,
        writing: &Writing<'_>,
        form: Form,
        replacement: &Replacement,
        times: &Times,
        now: Timestamp,
    ) -> Result<(), Error> {
        let told = told(self.message.tells, replacement.tells);
        writing
            .prepare_cached(
                "UPDATE message SET text = ?2, variables = NULL, segments = ?3, price = ?4, tells = ?5 WHERE id = ?1",
            )
            .and_then(|mut update| {
                update.execute((
                    self.message.id.0,
                    &replacement.text,
                    replacement.segments,
                    replacement.price_micros,
                    told.as_u8(),
                ))
            })
            .and_then(|_| {
                writing
                    .prepare_cached(
                        "UPDATE submission SET form = ?2, price = ?3, tells = ?4, replaced_at = ?5 WHERE id = ?1",
                    )?
                    .execute((
                        self.message.submission.0,
                        form.as_u8(),
                        replacement.price_micros,
                        told.as_u8(),
                        now.as_millis(),
                    ))
            })
            .map_err(failed("cannot replace a message"))?;
        times.write(writing, self.message.submission, now)
    }

    /// Lets it wait for its new time, or not at all any more. What holds it besides, a pause or a sender name, holds it on, and one
    /// that is to be tried again keeps its pause when it is due anyway.
    fn reschedule(
        &mut self,
        writing: &Writing<'_>,
        due_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), Error> {
        let message = &mut self.message;
        let is_scheduled =
            (message.state, message.reason) == (MessageState::Held, Reason::Scheduled);
        let is_later = due_at > now;
        if !is_scheduled && (message.state != MessageState::Queued || !is_later) {
            return Ok(());
        }
        let mut changes = Changes::default();
        message.leave_turn(writing)?;
        let event = if is_later {
            Event::Hold(Reason::Scheduled)
        } else {
            Event::Release
        };
        message.apply(writing, &mut changes, event, now)?;
        message.enqueue_at(writing, due_at, now)?;
        message.save(writing, &mut changes)?;
        changes.close(writing)
    }
}

/// What is told after a replacement: the callback as before, the rest as it says.
fn told(before: Tells, replacement: Tells) -> Tells {
    [Tells::DELIVERED, Tells::NOT_DELIVERED, Tells::UNDER_WAY]
        .into_iter()
        .filter(|&notice| replacement.has(notice))
        .chain(before.has(Tells::CALLBACK).then_some(Tells::CALLBACK))
        .fold(Tells::default(), Tells::with)
}

/// The times of a submission after a replacement.
struct Times {
    /// When its message becomes due, if that changes.
    due_at: Option<Timestamp>,
    /// When its message must not leave any more, if that changes.
    expires_at: Option<Timestamp>,
}

impl Times {
    /// With a new start alone the lifetime is as long as it was: one that began later must not end before it.
    fn after(timing: &Timing, replacement: &Replacement, now: Timestamp) -> Self {
        let due_at = replacement.start_at.map(|start_at| start_at.max(now));
        let (start_at, expires_at) = (timing.start_at, timing.expires_at);
        let lifetime_ms = expires_at.as_millis().saturating_sub(start_at.as_millis());
        Self {
            due_at,
            expires_at: replacement
                .expires_at
                .or_else(|| due_at.map(|due_at| due_at.plus_millis(lifetime_ms))),
        }
    }

    fn write(
        &self,
        writing: &Writing<'_>,
        submission: SubmissionId,
        now: Timestamp,
    ) -> Result<(), Error> {
        if let Some(due_at) = self.due_at {
            // What starts at once is not scheduled.
            let start_at = (due_at > now).then_some(due_at.as_millis());
            writing
                .prepare_cached("UPDATE submission SET start_at = ?2 WHERE id = ?1")
                .and_then(|mut update| update.execute((submission.0, start_at)))
                .map_err(failed("cannot schedule a submission anew"))?;
        }
        if let Some(expires_at) = self.expires_at {
            writing
                .prepare_cached(
                    "UPDATE submission SET expires_at = ?2, sweep_at = ?2, sweep_from = 0 WHERE id = ?1",
                )
                .and_then(|mut update| update.execute((submission.0, expires_at.as_millis())))
                .map_err(failed("cannot give a submission another lifetime"))?;
        }
        Ok(())
    }
}
