//! What an accepted submission answers: which recipient has which message.

use sms::{Money, Refusal};
use store::submissions::Acceptance;
use store::{MessageId, SubmissionId};

/// Answers a submission.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// Its number.
    pub submission: SubmissionId,
    /// What is held for it; nothing for recipients on the stop list.
    pub price: Money,
    /// How many segments that is.
    pub segments: u64,
    /// The number of its first message; those that follow have the next ones.
    pub first_message: MessageId,
    /// The positions of the recipients that have no message, ascending: those given again, and those in [`Accepted::repeated`].
    pub left_out: Vec<usize>,
    /// The positions of the recipients whose message repeats an accepted one.
    pub repeated: Vec<usize>,
}

impl Accepted {
    /// Returns the message of the recipient at a position of the request; `None` when it has none.
    pub fn message(&self, position: usize) -> Option<MessageId> {
        let before = self.left_out.binary_search(&position).err()?;
        let index = i64::try_from(position - before).ok()?;
        Some(MessageId(self.first_message.0 + index))
    }
}

/// Returns the positions of the request that have messages, in order and without end, when those in `left_out` have none.
pub(crate) fn positions(left_out: &[usize]) -> impl Iterator<Item = usize> {
    (0..).filter(|position| left_out.binary_search(position).is_err())
}

/// Turns the store's answer to an acceptance into ours; the recipients at the positions in `left_out` were not given to the
/// store.
pub(crate) fn accepted(
    acceptance: Acceptance,
    needed: Money,
    left_out: Vec<usize>,
) -> Result<Accepted, Refusal> {
    let money = |micros| Money::new(micros, needed.currency());
    match acceptance {
        Acceptance::Accepted {
            submission,
            price_micros,
            segments,
            first_message,
            repeated,
        } => {
            let repeated = in_request(&left_out, &repeated);
            let mut left_out = [left_out, repeated.clone()].concat();
            left_out.sort_unstable();
            Ok(Accepted {
                submission,
                price: money(price_micros),
                segments,
                first_message,
                left_out,
                repeated,
            })
        }
        Acceptance::Repeated { .. } => Err(Refusal::Duplicate),
        Acceptance::NobodyLeft => Err(Refusal::NoValidRecipients),
        Acceptance::Insufficient { available_micros } => Err(Refusal::InsufficientFunds {
            needed,
            available: money(available_micros),
        }),
    }
}

/// Says at which positions of the request the messages are that stand at `indices`, which ascend.
fn in_request(left_out: &[usize], indices: &[usize]) -> Vec<usize> {
    let mut positions = positions(left_out);
    let mut passed = 0;
    let position = |index: &usize| {
        let position = positions.nth(index - passed);
        passed = index + 1;
        position
    };
    indices.iter().filter_map(position).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_store_knows_positions_only_among_the_messages_that_it_was_given() {
        let check = |left_out: &[usize], indices: &[usize], expected: &[usize]| {
            assert_eq!(in_request(left_out, indices), expected);
        };
        check(&[], &[], &[]);
        check(&[], &[0, 2, 3], &[0, 2, 3]);
        check(&[0, 1, 4], &[0, 1, 2, 3], &[2, 3, 5, 6]);
        check(&[1, 3], &[1, 3], &[2, 5]);
    }

    #[test]
    fn a_recipient_without_a_message_shifts_those_after_it() {
        let accepted = Accepted {
            submission: SubmissionId(1),
            price: Money::new(0, sms::Currency::UAH),
            segments: 3,
            first_message: MessageId(100),
            left_out: vec![1, 2],
            repeated: vec![2],
        };
        let messages = (0..5).map(|position| accepted.message(position));
        let expected = [Some(100), None, None, Some(101), Some(102)];
        assert!(messages.eq(expected.map(|id| id.map(MessageId))));
    }
}
