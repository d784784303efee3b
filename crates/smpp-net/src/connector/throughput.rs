//! How many segments leave in a second over all links of a connector, and whose turn it is.

#[cfg(test)]
mod simulation;

use sms::Lane;

use super::pace::{Pace, whole};
use super::slowdown::Slowdown;

/// How long a link that was told when to ask again may take to do so before a less urgent segment of another link may leave.
const GRACE_MS: u64 = 20;

/// Keeps to what was agreed, or less while the operator throttles.
#[derive(Debug)]
pub(super) struct Throughput {
    pace: Pace,
    slowdown: Slowdown,
    /// The most urgent lane that was told to wait, and until when less urgent ones wait for it.
    urgent: Option<(Lane, u64)>,
}

impl Throughput {
    /// Keeps to so many segments in a second; 0 for no limit.
    pub(super) fn new(per_second: u32) -> Self {
        Self {
            pace: Pace::default(),
            slowdown: Slowdown::new(agreed(per_second)),
            urgent: None,
        }
    }

    /// Keeps to another agreement from now on.
    pub(super) fn agree(&mut self, per_second: u32) {
        self.slowdown.agree(agreed(per_second));
    }

    /// Lets one segment of a lane leave, or says when to ask again. Of several links that ask the most urgent segment goes first.
    pub(super) fn take(&mut self, now_ms: u64, lane: Lane) -> Result<(), u64> {
        let limit = self.slowdown.limit(now_ms);
        let allowed = match (limit, self.urgent) {
            (None, _) => Ok(()),
            (Some(_), Some((urgent, until_ms))) if urgent < lane && now_ms < until_ms => {
                Err(until_ms)
            }
            (Some(limit), _) => self.pace.take(now_ms, limit),
        };
        match allowed {
            Ok(()) => {
                self.slowdown.left(now_ms);
                self.urgent = self.urgent.filter(|(urgent, _)| *urgent < lane);
            }
            Err(again_ms) => {
                self.slowdown.held_back();
                let keeps = self
                    .urgent
                    .is_some_and(|(urgent, until_ms)| urgent < lane && now_ms < until_ms);
                if !keeps {
                    self.urgent = Some((lane, again_ms + GRACE_MS));
                }
            }
        }
        allowed
    }

    /// Takes note of an answer that was not about too much.
    pub(super) fn taken(&mut self, now_ms: u64) {
        self.slowdown.taken(now_ms);
    }

    /// Takes note of throttling, which answers a segment that left at `left_ms`; tells whether it is about the rate, and not about a
    /// single segment.
    pub(super) fn throttled(&mut self, now_ms: u64, left_ms: u64) -> bool {
        self.slowdown.throttled(now_ms, left_ms)
    }

    /// Tells how many segments leave in a second at present, when that is less than agreed.
    pub(super) fn slowed_to_per_second(&self) -> Option<u32> {
        self.slowdown.slowed_to().map(whole)
    }
}

const fn agreed(per_second: u32) -> Option<u32> {
    if per_second == 0 {
        None
    } else {
        Some(per_second)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_44_no_throughput_is_no_limit_and_two_segments_at_once_are_no_burst_too_many() {
        let mut unlimited = Throughput::new(0);
        assert!((0..100_000).all(|_| unlimited.take(0, Lane::Bulk).is_ok()));
        let mut least = Throughput::new(1);
        assert_eq!(least.take(0, Lane::Bulk), Ok(()));
        let again_ms = least.take(0, Lane::Bulk).unwrap_err();
        assert_eq!(least.take(again_ms, Lane::Bulk), Ok(()));
    }

    #[test]
    fn of_two_links_that_wait_the_more_urgent_segment_leaves_first() {
        let mut throughput = Throughput::new(10);
        assert_eq!(throughput.take(0, Lane::Bulk), Ok(()));
        let again_ms = throughput.take(0, Lane::Otp).unwrap_err();
        assert!(throughput.take(again_ms, Lane::Bulk).is_err());
        assert_eq!(throughput.take(again_ms, Lane::Otp), Ok(()));
        // Once it has left the others have their turn.
        assert_eq!(throughput.take(again_ms + 100, Lane::Bulk), Ok(()));
    }

    #[test]
    fn who_does_not_come_back_is_not_waited_for() {
        let mut throughput = Throughput::new(10);
        assert_eq!(throughput.take(0, Lane::Bulk), Ok(()));
        let again_ms = throughput.take(0, Lane::Otp).unwrap_err();
        let waited_ms = throughput.take(again_ms, Lane::Bulk).unwrap_err();
        assert!(waited_ms <= again_ms + GRACE_MS);
        assert_eq!(throughput.take(waited_ms, Lane::Bulk), Ok(()));
    }

    #[test]
    fn another_agreement_counts_at_once_and_keeps_what_throttling_taught() {
        let mut throughput = Throughput::new(100);
        throughput.agree(50);
        assert_eq!(throughput.slowed_to_per_second(), None);
        throughput.take(10_000, Lane::Bulk).unwrap();
        // Once may be chance.
        let meant = [1, 2, 3].map(|after_ms| throughput.throttled(10_000 + after_ms, 10_000));
        assert_eq!(meant, [false, false, true]);
        assert_eq!(throughput.slowed_to_per_second(), Some(25));
        throughput.agree(80);
        assert_eq!(throughput.slowed_to_per_second(), Some(25));
        throughput.agree(20);
        assert_eq!(throughput.slowed_to_per_second(), None);
    }
}
