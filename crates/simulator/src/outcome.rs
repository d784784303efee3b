//! How a message ends, and how a receipt and the journal tell it.

use smpp::ReceiptState;

/// The final state of a message as the network tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Outcome {
    Delivered,
    Expired,
    Undeliverable,
    Rejected,
    /// Cancelled by who had submitted it.
    Deleted,
}

impl Outcome {
    const ALL: [Self; 5] = [
        Self::Delivered,
        Self::Expired,
        Self::Undeliverable,
        Self::Rejected,
        Self::Deleted,
    ];

    /// The state that a receipt tells, and an error as GSM networks number them.
    pub(crate) const fn told(self) -> (ReceiptState, u16) {
        match self {
            Self::Delivered => (ReceiptState::Delivered, 0),
            Self::Expired => (ReceiptState::Expired, 27),
            Self::Undeliverable => (ReceiptState::Undeliverable, 1),
            Self::Rejected => (ReceiptState::Rejected, 11),
            Self::Deleted => (ReceiptState::Deleted, 0),
        }
    }

    /// The number of its `message_state` [smpp34 §5.2.28].
    pub(crate) const fn code(self) -> u8 {
        self.told().0.message_state()
    }

    /// Finds the outcome of a `message_state`.
    pub(crate) fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_is_found_by_its_code() {
        for outcome in Outcome::ALL {
            assert_eq!(Outcome::from_code(outcome.code()), Some(outcome));
        }
        assert_eq!(Outcome::from_code(0), None);
    }
}
