//! The words of the two products for the states of messages: numbers in lists, counters in reports.

use sms::{MessageState, Reason, Tally};

use super::product::Product;

/// Is a counter of a report with how many messages it counts.
pub(super) type Counter = (&'static str, u64);

/// Returns the number of a message's state.
pub(super) fn status(product: Product, state: MessageState, reason: Reason) -> u8 {
    match product {
        Product::Atl => atl(state, reason),
        Product::Lsim => lsim(state),
    }
}

/// Counts a task's messages; every message is in one counter.
pub(super) fn counters(product: Product, tally: &Tally) -> Vec<Counter> {
    let count = |states: &[MessageState]| states.iter().map(|state| tally.count(*state)).sum();
    match product {
        Product::Atl => {
            let unreachable = tally.failed_for(Reason::NoRoute) + tally.failed_for(Reason::NoPrice);
            let failed: u64 = count(&[
                MessageState::Undelivered,
                MessageState::Expired,
                MessageState::Rejected,
                MessageState::InvalidNumber,
            ]);
            vec![
                (
                    "pending",
                    count(&[
                        MessageState::Held,
                        MessageState::Queued,
                        MessageState::Submitted,
                        MessageState::InDoubt,
                    ]),
                ),
                ("delivered", count(&[MessageState::Delivered])),
                ("failed", failed + unreachable),
                (
                    "removed",
                    count(&[MessageState::Cancelled, MessageState::Suppressed]),
                ),
                ("error", count(&[MessageState::Failed]) - unreachable),
            ]
        }
        Product::Lsim => vec![
            ("expired", count(&[MessageState::Expired])),
            ("removed", count(&[MessageState::Cancelled])),
            ("blackList", count(&[MessageState::Suppressed])),
            (
                "undelivered",
                count(&[
                    MessageState::Undelivered,
                    MessageState::Rejected,
                    MessageState::InvalidNumber,
                ]),
            ),
            ("delivered", count(&[MessageState::Delivered])),
            // A recipient given twice gets the text twice, so there is none.
            ("duplicate", 0),
            ("error", count(&[MessageState::Failed])),
            (
                "send",
                count(&[MessageState::Submitted, MessageState::InDoubt]),
            ),
            ("queue", count(&[MessageState::Held, MessageState::Queued])),
        ],
    }
}

/// ATL's numbers [atl "Get detailed delivery reports"]. A number that no price or no route leads to is a failed delivery: to
/// whoever asked, nothing is wrong with the system.
const fn atl(state: MessageState, reason: Reason) -> u8 {
    match state {
        MessageState::Held
        | MessageState::Queued
        | MessageState::Submitted
        | MessageState::InDoubt => 1,
        MessageState::Delivered => 2,
        MessageState::Failed if matches!(reason, Reason::NoRoute | Reason::NoPrice) => 3,
        MessageState::Undelivered
        | MessageState::Expired
        | MessageState::Rejected
        | MessageState::InvalidNumber => 3,
        MessageState::Cancelled | MessageState::Suppressed => 4,
        MessageState::Failed => 5,
    }
}

/// LSIM's numbers, of which only 2 and 5 mean the same as ATL's. There is none for a message that was removed; it did not get there.
const fn lsim(state: MessageState) -> u8 {
    match state {
        MessageState::Expired => 1,
        MessageState::Delivered => 2,
        MessageState::Undelivered
        | MessageState::Rejected
        | MessageState::InvalidNumber
        | MessageState::Cancelled => 3,
        MessageState::Submitted | MessageState::InDoubt => 4,
        MessageState::Failed => 5,
        MessageState::Suppressed => 6,
        MessageState::Held | MessageState::Queued => 7,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The counter in which each number of ATL is counted [atl "Get delivery reports (only numbers)"].
    const ATL: [&str; 5] = ["pending", "delivered", "failed", "removed", "error"];

    fn of_one(product: Product, state: MessageState, reason: Reason) -> Vec<Counter> {
        let mut tally = Tally::new();
        tally.add(state, reason, 1);
        counters(product, &tally)
    }

    #[test]
    fn reports_and_lists_tell_the_same() {
        for state in MessageState::ALL {
            for &reason in Reason::ALL {
                let counted = of_one(Product::Atl, state, reason);
                let names: Vec<_> = counted.iter().map(|(name, _)| *name).collect();
                assert_eq!(names, ATL);
                let number = usize::from(status(Product::Atl, state, reason));
                for (at, (_, count)) in counted.into_iter().enumerate() {
                    assert_eq!(count, u64::from(at + 1 == number), "{state:?} {reason:?}");
                }
            }
        }
    }

    #[test]
    fn each_message_is_counted_once_and_all_nine_counters_are_there() {
        for state in MessageState::ALL {
            let counted = of_one(Product::Lsim, state, Reason::None);
            let names: Vec<_> = counted.iter().map(|(name, _)| *name).collect();
            assert_eq!(
                names.join(" "),
                "expired removed blackList undelivered delivered duplicate error send queue"
            );
            let sum: u64 = counted.iter().map(|(_, count)| count).sum();
            assert_eq!(sum, 1, "{state:?}");
        }
    }

    #[test]
    fn the_products_have_numbers_of_their_own() {
        use MessageState as M;
        for (state, atl, lsim) in [
            (M::Held, 1, 7),
            (M::Queued, 1, 7),
            (M::Submitted, 1, 4),
            (M::InDoubt, 1, 4),
            (M::Delivered, 2, 2),
            (M::Undelivered, 3, 3),
            (M::Expired, 3, 1),
            (M::Rejected, 3, 3),
            (M::InvalidNumber, 3, 3),
            (M::Suppressed, 4, 6),
            (M::Cancelled, 4, 3),
            (M::Failed, 5, 5),
        ] {
            let of = |product| status(product, state, Reason::None);
            assert_eq!(
                (of(Product::Atl), of(Product::Lsim)),
                (atl, lsim),
                "{state:?}"
            );
        }
        assert_eq!(status(Product::Atl, M::Failed, Reason::NoRoute), 3);
    }
}
