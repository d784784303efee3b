//! How many messages an account may submit in a second, over all its binds.

use std::num::NonZeroU32;

/// Counts in thousandths of a message, so that a millisecond is worth the throughput.
const MESSAGE: i64 = 1_000;

/// Lets as many messages through as the throughput allows: a second's worth at once, and then as time passes.
#[derive(Debug, Default)]
pub(super) struct Throughput {
    /// What may go now; below zero after a request that was larger than a second's worth.
    credit: i64,
    /// When the credit was reckoned, and for which throughput; `None` before the first message.
    reckoned: Option<(u64, NonZeroU32)>,
}

impl Throughput {
    /// Lets a request of so many messages through, or none of it. A request of more than a second's worth goes when nothing went
    /// for a second, and what follows waits the longer: or it could never go.
    pub(super) fn admit(&mut self, now_ms: u64, per_second: NonZeroU32, messages: u32) -> bool {
        let full = i64::from(per_second.get()) * MESSAGE;
        self.credit = match self.reckoned {
            // A changed throughput begins anew.
            Some((then_ms, before)) if before == per_second => {
                let passed_ms = i64::try_from(now_ms.saturating_sub(then_ms)).unwrap_or(i64::MAX);
                let earned = passed_ms.saturating_mul(i64::from(per_second.get()));
                self.credit.saturating_add(earned).min(full)
            }
            Some(_) | None => full,
        };
        self.reckoned = Some((now_ms, per_second));
        let cost = i64::from(messages) * MESSAGE;
        let admitted = self.credit >= cost.min(full);
        if admitted {
            self.credit -= cost;
        }
        admitted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: NonZeroU32 = NonZeroU32::MIN;
    const TWO: NonZeroU32 = NonZeroU32::new(2).unwrap();
    const TEN: NonZeroU32 = NonZeroU32::new(10).unwrap();

    #[test]
    fn a_seconds_worth_goes_at_once_and_one_more_does_not() {
        let mut throughput = Throughput::default();
        let admitted = (0..11).filter(|_| throughput.admit(5, TEN, 1)).count();
        assert_eq!(admitted, 10);
        assert!(!throughput.admit(104, TEN, 1));
        assert!(throughput.admit(105, TEN, 1));
        assert!(!throughput.admit(105, TEN, 1));
    }

    #[test]
    fn what_is_not_used_does_not_add_up() {
        let mut throughput = Throughput::default();
        assert!(throughput.admit(0, TEN, 10));
        let admitted = (0..30)
            .filter(|_| throughput.admit(3_600_000, TEN, 1))
            .count();
        assert_eq!(admitted, 10);
    }

    #[test]
    fn a_request_of_more_than_a_seconds_worth_is_paid_for_afterwards() {
        let mut throughput = Throughput::default();
        assert!(throughput.admit(0, TEN, 1));
        assert!(!throughput.admit(0, TEN, 254), "not on top of others");
        assert!(throughput.admit(100, TEN, 254));
        assert!(!throughput.admit(24_400, TEN, 1));
        assert!(throughput.admit(24_600, TEN, 1));
    }

    #[test]
    fn a_changed_throughput_counts_at_once() {
        let mut throughput = Throughput::default();
        assert!(throughput.admit(0, ONE, 1));
        assert!(!throughput.admit(0, ONE, 1));
        assert!(throughput.admit(0, TWO, 1));
        assert!(throughput.admit(0, TWO, 1));
        assert!(!throughput.admit(0, TWO, 1));
    }
}
