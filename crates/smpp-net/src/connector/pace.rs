//! Spreads segments over time, so that no second has more of them than a limit.

use std::collections::VecDeque;

/// The second that is counted in, and a little: what the network bunches together on its way shall still fit the second of
/// the operator's own clock.
const SECOND_MS: f64 = 1_020.0;

/// The pieces of a second over which segments are spread, so that a second's worth does not leave in one burst; where a second has
/// fewer segments each has a piece to itself.
const SLICES: u32 = 10;

/// Never lets more segments leave within any second than the limit at that time; whoever is refused waits and loses nothing.
///
/// A bucket of tokens would let twice the throughput through in the second after a pause, and the operator would throttle
/// it.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// What left in the last second, by millisecond, the oldest first.
    left: VecDeque<(u64, u32)>,
    in_second: u32,
    slice_ms: u64,
    in_slice: u32,
}

impl Pace {
    /// Lets one segment leave, or says when to ask again. The limit is at least 1; where it is no whole number, the next one is
    /// kept to in so much more than a second.
    pub(super) fn take(&mut self, now_ms: u64, per_second: f64) -> Result<(), u64> {
        let segments = whole(per_second.ceil()).max(1);
        let second_ms = u64::from(whole(
            (SECOND_MS * f64::from(segments) / per_second.max(1.0)).ceil(),
        ));
        while let Some(&(at_ms, segments)) = self.left.front()
            && at_ms + second_ms <= now_ms
        {
            self.in_second -= segments;
            self.left.pop_front();
        }
        let slices = SLICES.min(segments);
        // A little less than what is counted as a second: waking late in each piece must not cost the last one.
        let slice_ends_ms = self.slice_ms + second_ms * 1_000 / 1_020 / u64::from(slices);
        if now_ms >= slice_ends_ms {
            self.slice_ms = now_ms;
            self.in_slice = 0;
        }
        if self.in_second >= segments {
            let oldest_ms = self.left.front().map_or(now_ms, |(at_ms, _)| *at_ms);
            return Err(oldest_ms + second_ms);
        }
        if self.in_slice >= segments.div_ceil(slices) {
            return Err(slice_ends_ms);
        }
        self.in_second += 1;
        self.in_slice += 1;
        match self.left.back_mut() {
            Some((at_ms, segments)) if *at_ms == now_ms => *segments += 1,
            _ => self.left.push_back((now_ms, 1)),
        }
        Ok(())
    }
}

/// Makes a whole number of one that has no fraction and is not negative.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "what is beyond the range becomes its end, which no operator's throughput is near"
)]
pub(super) const fn whole(number: f64) -> u32 {
    number as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When segments leave for which somebody asks all the time.
    fn departures(per_second: u32, until_ms: u64) -> Vec<u64> {
        let mut pace = Pace::default();
        let (mut now_ms, mut left) = (0, vec![]);
        while now_ms < until_ms {
            match pace.take(now_ms, f64::from(per_second)) {
                Ok(()) => left.push(now_ms),
                Err(again_ms) => {
                    assert!(again_ms > now_ms);
                    now_ms = again_ms;
                }
            }
        }
        left
    }

    #[test]
    fn no_second_has_more_than_was_agreed_and_hardly_less() {
        for per_second in [1, 2, 5, 10, 33, 100, 1_000] {
            let left = departures(per_second, 30_000);
            let agreed = usize::try_from(per_second).unwrap();
            // Whatever leaves so many places later leaves in another second.
            assert!(
                left.windows(agreed + 1)
                    .all(|leaving| leaving[agreed] >= leaving[0] + 1_000),
                "{per_second}"
            );
            let least = f64::from(per_second) * 30.0 * 0.9;
            assert!(
                f64::from(u32::try_from(left.len()).unwrap()) >= least,
                "{per_second}: {}",
                left.len()
            );
        }
    }

    #[test]
    fn a_pause_does_not_save_up_a_burst() {
        let mut pace = Pace::default();
        let at_once = (0..1_000)
            .filter(|_| pace.take(60_000, 100.0).is_ok())
            .count();
        assert_eq!(at_once, 10);
    }

    #[test]
    fn a_part_of_a_segment_is_kept_to_over_longer_than_a_second() {
        let mut pace = Pace::default();
        let (mut now_ms, mut left) = (0, 0);
        while now_ms < 102_000 {
            match pace.take(now_ms, 2.5) {
                Ok(()) => left += 1,
                Err(again_ms) => now_ms = again_ms,
            }
        }
        assert!((247..=252).contains(&left), "{left}");
    }
}
