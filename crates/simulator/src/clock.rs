//! The simulator's clock: wall time at the start, and from then on a time that never goes back.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Tells milliseconds since the Unix epoch, moved on by the monotonic clock alone, so that a step
/// of the wall clock neither holds back a receipt nor sends a crowd of them at once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    began: Instant,
    began_unix_ms: u64,
}

impl Clock {
    /// Reads both clocks once.
    #[expect(
        clippy::disallowed_methods,
        reason = "the simulator stands for a foreign machine and has its own clock, read only here"
    )]
    pub(crate) fn start() -> Self {
        let since_epoch = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Self {
            began: Instant::now(),
            began_unix_ms: u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX),
        }
    }

    /// Tells the milliseconds since the Unix epoch.
    pub(crate) fn now_ms(&self) -> u64 {
        let passed = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.began_unix_ms.saturating_add(passed)
    }
}
