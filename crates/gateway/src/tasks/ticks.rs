//! The pace of a task that looks again and again.

use std::time::Duration;

use tokio::time::{Interval, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

/// Ticks at a task's pace; who is late does not hurry to make up for it.
pub(super) struct Ticks(Interval);

impl Ticks {
    /// Begins at once, and then ticks each so many milliseconds; at least 1.
    pub(super) fn every(ms: u64) -> Self {
        let mut ticks = interval(Duration::from_millis(ms.max(1)));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self(ticks)
    }

    /// Waits for the next tick; `false` at the stop.
    pub(super) async fn next(&mut self, stop: &CancellationToken) -> bool {
        tokio::select! {
            _ = self.0.tick() => true,
            () = stop.cancelled() => false,
        }
    }
}
