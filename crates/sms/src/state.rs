//! The states of a message from acceptance to its end; `transition` says how one follows another.

mod reason;
mod transition;

pub use reason::Reason;
pub use transition::{Change, Event, Outcome, Settlement, step};

/// Says where a message is; one message is one text to one recipient.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum MessageState {
    /// Accepted and waiting for something other than its turn; the reason says what.
    Held,
    /// Waiting for its turn, or leased to a node that is handing it over.
    Queued,
    /// Taken by the upstream; no outcome is known yet.
    Submitted,
    /// Handed over without an answer: the upstream may have taken it or not.
    InDoubt,
    /// On the handset.
    Delivered,
    /// Taken by the upstream, and it will not reach the handset.
    Undelivered,
    /// Its time ran out, with us or in the network; the reason says where.
    Expired,
    /// Refused by the upstream, at once or by receipt.
    Rejected,
    /// The recipient that was given is not a number.
    InvalidNumber,
    /// Kept back by the stop list, a cap or a similar rule.
    Suppressed,
    /// Called back by the account or the operator before it left.
    Cancelled,
    /// Ended by us, by our own fault or for want of a way or a price.
    Failed,
}

impl MessageState {
    /// Every state, in the order of a message's life.
    pub const ALL: [Self; 12] = [
        Self::Held,
        Self::Queued,
        Self::Submitted,
        Self::InDoubt,
        Self::Delivered,
        Self::Undelivered,
        Self::Expired,
        Self::Rejected,
        Self::InvalidNumber,
        Self::Suppressed,
        Self::Cancelled,
        Self::Failed,
    ];

    /// Returns the stable code under which the state is stored; never 0.
    pub const fn as_u8(self) -> u8 {
        match self {
            Self::Held => 1,
            Self::Queued => 2,
            Self::Submitted => 3,
            Self::InDoubt => 4,
            Self::Delivered => 5,
            Self::Undelivered => 6,
            Self::Expired => 7,
            Self::Rejected => 8,
            Self::InvalidNumber => 9,
            Self::Suppressed => 10,
            Self::Cancelled => 11,
            Self::Failed => 12,
        }
    }

    /// Reads a stored code; `None` for a code that no state has.
    pub fn from_u8(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_u8() == code)
    }

    /// Returns the state's name in lower case, words joined by `_`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Queued => "queued",
            Self::Submitted => "submitted",
            Self::InDoubt => "in_doubt",
            Self::Delivered => "delivered",
            Self::Undelivered => "undelivered",
            Self::Expired => "expired",
            Self::Rejected => "rejected",
            Self::InvalidNumber => "invalid_number",
            Self::Suppressed => "suppressed",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }

    /// Reads a name as [`MessageState::name`] writes it.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Tells whether the message has ended; only a late delivery still corrects it.
    pub const fn is_final(self) -> bool {
        match self {
            Self::Held | Self::Queued | Self::Submitted | Self::InDoubt => false,
            Self::Delivered
            | Self::Undelivered
            | Self::Expired
            | Self::Rejected
            | Self::InvalidNumber
            | Self::Suppressed
            | Self::Cancelled
            | Self::Failed => true,
        }
    }

    /// Tells whether money held for a message in this state is still neither charged nor
    /// released.
    pub const fn is_unsettled(self) -> bool {
        match self {
            Self::Held | Self::Queued | Self::InDoubt => true,
            Self::Submitted
            | Self::Delivered
            | Self::Undelivered
            | Self::Expired
            | Self::Rejected
            | Self::InvalidNumber
            | Self::Suppressed
            | Self::Cancelled
            | Self::Failed => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_names_read_back() {
        for state in MessageState::ALL {
            assert_eq!(MessageState::from_u8(state.as_u8()), Some(state));
            assert_eq!(MessageState::from_name(state.name()), Some(state));
        }
        assert_eq!(MessageState::from_u8(0), None);
        assert_eq!(MessageState::from_u8(13), None);
    }

    #[test]
    fn no_final_state_has_open_money() {
        for state in MessageState::ALL {
            assert!(!(state.is_final() && state.is_unsettled()), "{state:?}");
        }
    }
}
