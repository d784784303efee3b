//! How many of a campaign's messages are where.

use crate::state::{MessageState, Reason};

/// Counts a campaign's messages by what its state depends on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tally {
    by_state: [u64; MessageState::ALL.len()],
    held_by: [u64; Reason::ALL.len()],
    failed_for: [u64; Reason::ALL.len()],
    /// Messages that expired with us, before they left.
    expired_here: u64,
    /// Messages that the upstream took and rejected later, by receipt.
    rejected_later: u64,
    /// Messages rejected or failed because of their originator.
    pub(super) originator: u64,
    /// Messages rejected by the upstream because of their number.
    pub(super) unreachable: u64,
    /// Messages rejected by the upstream for anything else, or failed as spam by a moderator.
    pub(super) refused: u64,
}

impl Tally {
    /// Begins with no messages.
    pub const fn new() -> Self {
        Self {
            by_state: [0; MessageState::ALL.len()],
            held_by: [0; Reason::ALL.len()],
            failed_for: [0; Reason::ALL.len()],
            expired_here: 0,
            rejected_later: 0,
            originator: 0,
            unreachable: 0,
            refused: 0,
        }
    }

    /// Counts so many messages that are in this state for this reason.
    pub fn add(&mut self, state: MessageState, reason: Reason, messages: u64) {
        self.by_state[state_index(state)] += messages;
        if state == MessageState::Held {
            self.held_by[usize::from(reason.as_u8())] += messages;
        }
        if state == MessageState::Failed {
            self.failed_for[usize::from(reason.as_u8())] += messages;
        }
        if state == MessageState::Expired && reason == Reason::LifetimeOver {
            self.expired_here += messages;
        }
        let rejected = state == MessageState::Rejected;
        let failed = state == MessageState::Failed;
        if (rejected || failed) && reason.is_about_originator() {
            self.originator += messages;
        }
        if rejected && reason == Reason::DestinationRefused {
            self.unreachable += messages;
        } else if rejected || failed && reason == Reason::Spam {
            self.refused += messages;
        }
    }

    /// Counts so many messages that an upstream took before they came to this state.
    pub fn add_taken(&mut self, state: MessageState, reason: Reason, messages: u64) {
        self.add(state, reason, messages);
        if state == MessageState::Rejected {
            self.rejected_later += messages;
        }
    }

    /// Counts all that another tally counts, too.
    pub fn merge(&mut self, other: &Self) {
        let Self {
            by_state,
            held_by,
            failed_for,
            expired_here,
            rejected_later,
            originator,
            unreachable,
            refused,
        } = other;
        for (own, other) in [
            (&mut self.by_state[..], &by_state[..]),
            (&mut self.held_by, held_by),
            (&mut self.failed_for, failed_for),
        ] {
            for (own, other) in own.iter_mut().zip(other) {
                *own += other;
            }
        }
        self.expired_here += expired_here;
        self.rejected_later += rejected_later;
        self.originator += originator;
        self.unreachable += unreachable;
        self.refused += refused;
    }

    /// Returns how many messages are in a state.
    pub fn count(&self, state: MessageState) -> u64 {
        self.by_state[state_index(state)]
    }

    /// Returns how many messages are held for a reason.
    pub fn held_by(&self, reason: Reason) -> u64 {
        self.held_by[usize::from(reason.as_u8())]
    }

    /// Returns how many messages failed for a reason.
    pub fn failed_for(&self, reason: Reason) -> u64 {
        self.failed_for[usize::from(reason.as_u8())]
    }

    /// Returns how many messages there are.
    pub fn total(&self) -> u64 {
        self.by_state.iter().sum()
    }

    /// Returns how many messages wait with us: held or queued.
    pub fn waiting(&self) -> u64 {
        self.count(MessageState::Held) + self.count(MessageState::Queued)
    }

    /// Returns how many messages left us: taken by an upstream, or perhaps taken.
    pub fn left(&self) -> u64 {
        let expired_later = self
            .count(MessageState::Expired)
            .saturating_sub(self.expired_here);
        self.count(MessageState::Submitted)
            + self.count(MessageState::InDoubt)
            + self.count(MessageState::Delivered)
            + self.count(MessageState::Undelivered)
            + expired_later
            + self.rejected_later
    }

    /// Returns how many messages should have left and ended without it. Recipients that are no
    /// numbers or must not be sent to are not among them.
    pub fn lost(&self) -> u64 {
        self.expired_here
            + (self.count(MessageState::Rejected) - self.rejected_later)
            + self.count(MessageState::Cancelled)
            + self.count(MessageState::Failed)
    }

    /// Returns how many messages have not ended.
    pub fn under_way(&self) -> u64 {
        let states = MessageState::ALL.into_iter();
        let open = states.filter(|state| !state.is_final());
        open.map(|state| self.count(state)).sum()
    }

    /// Tells whether every message has ended.
    pub fn is_final(&self) -> bool {
        self.under_way() == 0
    }
}

impl Default for Tally {
    fn default() -> Self {
        Self::new()
    }
}

fn state_index(state: MessageState) -> usize {
    usize::from(state.as_u8()) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merged_tallies_count_as_if_each_message_had_been_counted_in_one() {
        let (mut one, mut other, mut both) = (Tally::new(), Tally::new(), Tally::new());
        for state in MessageState::ALL {
            for (&reason, messages) in Reason::ALL.iter().zip(1..) {
                one.add(state, reason, messages);
                other.add_taken(state, reason, 2 * messages);
                both.add(state, reason, messages);
                both.add_taken(state, reason, 2 * messages);
            }
        }
        one.merge(&other);
        assert_eq!(one, both);
    }
}
