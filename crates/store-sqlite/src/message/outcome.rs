//! Outcomes as they are stored, and which one of several segments counts for their message.

use sms::{Outcome, Reason};

use super::reason_from;

/// The outcome of failed segments that counts for their message. The order makes one of several, whichever came first: what
/// becomes of a message must not depend on the order of its receipts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Failure(pub(super) u16);

impl Failure {
    pub(super) fn of(outcome: Outcome) -> Self {
        let (code, reason) = encode(outcome);
        Self(u16::from_be_bytes([code, reason]))
    }

    pub(super) fn outcome(self) -> Outcome {
        let [code, reason] = self.0.to_be_bytes();
        decode(code, reason)
    }
}

/// The codes under which an outcome is stored; a delivery is the least.
pub(crate) fn encode(outcome: Outcome) -> (u8, u8) {
    match outcome {
        Outcome::Delivered => (0, Reason::None.as_u8()),
        Outcome::Undelivered(reason) => (1, reason.as_u8()),
        Outcome::Expired => (2, Reason::None.as_u8()),
        Outcome::Rejected(reason) => (3, reason.as_u8()),
        Outcome::Deleted => (4, Reason::None.as_u8()),
        Outcome::Unknown => (5, Reason::None.as_u8()),
    }
}

/// Reads what [`encode`] wrote.
pub(crate) fn decode(code: u8, reason: u8) -> Outcome {
    match code {
        0 => Outcome::Delivered,
        1 => Outcome::Undelivered(reason_from(reason)),
        2 => Outcome::Expired,
        3 => Outcome::Rejected(reason_from(reason)),
        4 => Outcome::Deleted,
        _ => Outcome::Unknown,
    }
}
