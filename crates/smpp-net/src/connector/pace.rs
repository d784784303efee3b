//! The throughput agreed with an operator, counted in segments over all links of a connector.

use std::collections::VecDeque;

/// The second that is counted in, and a little: what the network bunches together on its way shall still fit the second of
/// the operator's own clock.
const SECOND_MS: u64 = 1_020;

/// The pieces of a second over which segments are spread, so that a second's worth does not leave in one burst.
const SLICES: u32 = 10;

/// Never lets more than so many segments leave within any second; whoever is refused waits and loses nothing.
///
/// A bucket of tokens would let twice the throughput through in the second after a pause, and the operator would throttle
/// it.
#[derive(Debug)]
pub(super) struct Pace {
    per_second: u32,
    per_slice: u32,
    /// What left in the last second, by millisecond, the oldest first.
    left: VecDeque<(u64, u32)>,
    in_second: u32,
    slice: u64,
    in_slice: u32,
}

impl Pace {
    /// Keeps to so many segments in a second; at least one.
    pub(super) fn new(per_second: u32) -> Self {
        let per_second = per_second.max(1);
        Self {
            per_second,
            per_slice: per_second.div_ceil(SLICES),
            left: VecDeque::new(),
            in_second: 0,
            slice: 0,
            in_slice: 0,
        }
    }

    /// Lets one segment leave, or says when to ask again.
    pub(super) fn take(&mut self, now_ms: u64) -> Result<(), u64> {
        while let Some(&(at_ms, segments)) = self.left.front()
            && at_ms + SECOND_MS <= now_ms
        {
            self.in_second -= segments;
            self.left.pop_front();
        }
        let slice_ms = 1_000 / u64::from(SLICES);
        if self.slice != now_ms / slice_ms {
            self.slice = now_ms / slice_ms;
            self.in_slice = 0;
        }
        if self.in_second >= self.per_second {
            let oldest_ms = self.left.front().map_or(now_ms, |(at_ms, _)| *at_ms);
            return Err(oldest_ms + SECOND_MS);
        }
        if self.in_slice >= self.per_slice {
            return Err((self.slice + 1) * slice_ms);
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

#[cfg(test)]
mod tests {
    use super::*;

    /// When segments leave for which somebody asks all the time.
    fn departures(per_second: u32, until_ms: u64) -> Vec<u64> {
        let mut pace = Pace::new(per_second);
        let (mut now_ms, mut left) = (0, vec![]);
        while now_ms < until_ms {
            match pace.take(now_ms) {
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
        let mut pace = Pace::new(100);
        let at_once = (0..1_000).filter(|_| pace.take(60_000).is_ok()).count();
        assert_eq!(at_once, 10);
    }
}
