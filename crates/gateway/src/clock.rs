//! Where the time comes from: injected, so that tests and simulations decide what it is.

use std::time::SystemTime;

use sms::Timestamp;

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    /// Answers the present time; it may go back when the machine's clock is set.
    fn now(&self) -> Timestamp;
}

/// Tells the machine's time.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that asks the machine"
    )]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}
