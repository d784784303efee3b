//! How one state follows another, and when the money that is held for a message moves.
//!
//! Money is held while a message is held, queued or in doubt, and is settled by the change that
//! leaves those three. No change leads back into them, so a hold settles once and the state
//! alone tells whether it has.
//!
//! | event | held | queued | in doubt | submitted | negative final |
//! | --- | --- | --- | --- | --- | --- |
//! | `Release` | queued | | | | |
//! | `Hold` | held | held | | | |
//! | `Retry` | | queued | queued | | |
//! | `Resend` | | | queued | | |
//! | `AnswerLost` | in doubt | in doubt | in doubt | | |
//! | `Submitted` | submitted, charge | submitted, charge | submitted, charge | | |
//! | `Refused` | rejected, release | rejected, release | rejected, release | | |
//! | `Receipt` | outcome, charge | outcome, charge | outcome, charge | outcome | |
//! | `LifetimeOver` | expired, release | expired, release | expired, charge | | |
//! | `NoReceipt` | | | expired, charge | expired | |
//! | `Cancel` | cancelled, release | cancelled, release | | | |
//! | `Suppress` | suppressed, release | suppressed, release | | | |
//! | `Fail` | failed, release | failed, release | | | |
//! | `Correct` | | | | | delivered |
//!
//! An empty cell is an event that comes late or twice: it is ignored. *Negative final* means
//! undelivered, expired or rejected; the other final states never change.
//!
//! - What the wire says wins over what we planned: an answer or a receipt for a message that
//!   was put on hold meanwhile still counts.
//! - A receipt proves that the upstream took the message, so it charges where no answer did.
//! - In doubt nobody knows, so nothing is given back without proof: an answer that refuses is
//!   proof, silence is not.
//! - A message in doubt that was queued again counts as never taken until something proves the
//!   contrary: whoever chose to send again bears the first attempt's cost, not the account.
//! - A correction moves no money: a message that was released stays so.

use super::{MessageState, Reason};

/// Tells what happened to a message.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Event {
    /// What it waited for has come.
    Release,
    /// It must wait; the reason says for what.
    Hold(Reason),
    /// The upstream took it: all of its segments, or at least one.
    Submitted,
    /// It was handed over and the answer will not come; the reason says why.
    AnswerLost(Reason),
    /// The connector's policy sends a message in doubt once more.
    Resend,
    /// The upstream did not take it now; the reason says why.
    Retry(Reason),
    /// The upstream refused it for good.
    Refused(Reason),
    /// The upstream reported an outcome.
    Receipt(Outcome),
    /// Its lifetime ended.
    LifetimeOver,
    /// The time to wait for a receipt ended.
    NoReceipt,
    /// Somebody called it back; the reason says who.
    Cancel(Reason),
    /// A rule keeps it from being sent; the reason says which.
    Suppress(Reason),
    /// We cannot send it; the reason says why.
    Fail(Reason),
    /// A receipt of delivery came after a negative one; the caller keeps the window in which
    /// this is believed.
    Correct,
}

/// Tells what a receipt reports, in the upstream's view [smpp34 §5.2.28].
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Outcome {
    /// On the handset.
    Delivered,
    /// Will not reach the handset.
    Undelivered(Reason),
    /// The network gave up in time.
    Expired,
    /// Refused after it was taken.
    Rejected(Reason),
    /// Deleted in the upstream.
    Deleted,
    /// The upstream does not know; the message stays open for a receipt that does.
    Unknown,
}

/// Says what to do with the money held for a message.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Settlement {
    /// Nothing: it is settled already, or not to be settled yet.
    None,
    /// Take it: the upstream took the message, or may have.
    Charge,
    /// Give it back: the upstream did not take the message.
    Release,
}

/// Says what an event makes of a message.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct Change {
    /// The state from now on, which may be the same as before.
    pub state: MessageState,
    /// The reason from now on.
    pub reason: Reason,
    /// What becomes of the hold.
    pub settlement: Settlement,
}

/// Says what an event makes of a message in this state; `None` when the event came late or
/// twice and must be ignored.
pub fn step(state: MessageState, event: Event) -> Option<Change> {
    match state {
        MessageState::Held | MessageState::Queued => step_waiting(state, event),
        MessageState::InDoubt => step_in_doubt(event),
        MessageState::Submitted => step_submitted(event),
        MessageState::Undelivered | MessageState::Expired | MessageState::Rejected => {
            (event == Event::Correct).then_some(keep(MessageState::Delivered, Reason::None))
        }
        MessageState::Delivered
        | MessageState::InvalidNumber
        | MessageState::Suppressed
        | MessageState::Cancelled
        | MessageState::Failed => None,
    }
}

fn step_waiting(state: MessageState, event: Event) -> Option<Change> {
    let held = state == MessageState::Held;
    match event {
        Event::Release => held.then_some(keep(MessageState::Queued, Reason::None)),
        Event::Hold(reason) => Some(keep(MessageState::Held, reason)),
        Event::Retry(reason) => (!held).then_some(keep(MessageState::Queued, reason)),
        Event::AnswerLost(reason) => Some(keep(MessageState::InDoubt, reason)),
        Event::Submitted => Some(charge(MessageState::Submitted, Reason::None)),
        Event::Refused(reason) => Some(release(MessageState::Rejected, reason)),
        Event::Receipt(outcome) => Some(charged(receive(outcome))),
        Event::LifetimeOver => Some(release(MessageState::Expired, Reason::LifetimeOver)),
        Event::Cancel(reason) => Some(release(MessageState::Cancelled, reason)),
        Event::Suppress(reason) => Some(release(MessageState::Suppressed, reason)),
        Event::Fail(reason) => Some(release(MessageState::Failed, reason)),
        Event::Resend | Event::NoReceipt | Event::Correct => None,
    }
}

fn step_in_doubt(event: Event) -> Option<Change> {
    match event {
        Event::Retry(reason) => Some(keep(MessageState::Queued, reason)),
        Event::Resend => Some(keep(MessageState::Queued, Reason::Retrying)),
        Event::AnswerLost(reason) => Some(keep(MessageState::InDoubt, reason)),
        Event::Submitted => Some(charge(MessageState::Submitted, Reason::None)),
        Event::Refused(reason) => Some(release(MessageState::Rejected, reason)),
        Event::Receipt(outcome) => Some(charged(receive(outcome))),
        Event::LifetimeOver | Event::NoReceipt => {
            Some(charge(MessageState::Expired, Reason::NoReceipt))
        }
        Event::Release
        | Event::Hold(_)
        | Event::Cancel(_)
        | Event::Suppress(_)
        | Event::Fail(_)
        | Event::Correct => None,
    }
}

fn step_submitted(event: Event) -> Option<Change> {
    match event {
        Event::Receipt(outcome) => Some(receive(outcome)),
        Event::NoReceipt => Some(keep(MessageState::Expired, Reason::NoReceipt)),
        Event::Release
        | Event::Hold(_)
        | Event::Submitted
        | Event::AnswerLost(_)
        | Event::Resend
        | Event::Retry(_)
        | Event::Refused(_)
        | Event::LifetimeOver
        | Event::Cancel(_)
        | Event::Suppress(_)
        | Event::Fail(_)
        | Event::Correct => None,
    }
}

fn receive(outcome: Outcome) -> Change {
    match outcome {
        Outcome::Delivered => keep(MessageState::Delivered, Reason::None),
        Outcome::Undelivered(reason) => keep(MessageState::Undelivered, reason),
        Outcome::Expired => keep(MessageState::Expired, Reason::ExpiredInNetwork),
        Outcome::Rejected(reason) => keep(MessageState::Rejected, reason),
        Outcome::Deleted => keep(MessageState::Undelivered, Reason::UpstreamDeleted),
        // Not final, so that receipts in any order end in the same state.
        Outcome::Unknown => keep(MessageState::Submitted, Reason::UpstreamUnknown),
    }
}

const fn keep(state: MessageState, reason: Reason) -> Change {
    Change {
        state,
        reason,
        settlement: Settlement::None,
    }
}

const fn charge(state: MessageState, reason: Reason) -> Change {
    Change {
        state,
        reason,
        settlement: Settlement::Charge,
    }
}

const fn release(state: MessageState, reason: Reason) -> Change {
    Change {
        state,
        reason,
        settlement: Settlement::Release,
    }
}

const fn charged(change: Change) -> Change {
    charge(change.state, change.reason)
}

#[cfg(test)]
mod tests;
