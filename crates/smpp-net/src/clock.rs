//! The monotonic clock that sessions are driven by, in milliseconds since it was started.

use std::time::Duration;

use tokio::time::Instant;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    started: Instant,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self {
            started: Instant::now(),
        }
    }

    pub(crate) fn now_ms(self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// The instant at which `now_ms` answers this.
    pub(crate) fn instant(self, ms: u64) -> Instant {
        // A deadline that no clock can name is as good as one in a year.
        let longest = Duration::from_hours(24 * 365);
        self.started + Duration::from_millis(ms).min(longest)
    }
}
