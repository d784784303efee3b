//! The load: what customers' programs do, and what they see.

pub(crate) mod esme;
pub(crate) mod http;
pub(crate) mod requests;

use std::time::{Duration, Instant};

use crate::latency::Latencies;
use crate::report::figures::Figures;

/// Says what a load saw.
#[derive(Debug)]
pub(crate) struct Seen {
    /// Messages that were accepted.
    pub(crate) accepted: u64,
    /// From the first request to the last answer.
    pub(crate) took: Duration,
    /// How long each request took to be answered; from when it was due, where it had a time.
    pub(crate) latencies: Latencies,
    /// What else there is to tell.
    pub(crate) figures: Figures,
}

impl Seen {
    /// Nothing yet, since this moment.
    pub(crate) fn nothing() -> Self {
        Self {
            accepted: 0,
            took: Duration::ZERO,
            latencies: Latencies::default(),
            figures: Figures::default(),
        }
    }
}

/// When requests are made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Pace {
    /// Each as soon as the answer to the one before has come.
    Closed,
    /// So many a second over all connections, whatever the answers take.
    Open { per_second: f64 },
}

impl Pace {
    /// Says when the request of this number is due; `None` for at once.
    pub(crate) fn due(self, start: Instant, number: u32) -> Option<Instant> {
        match self {
            Self::Closed => None,
            Self::Open { per_second } => {
                Some(start + Duration::from_secs_f64(f64::from(number) / per_second))
            }
        }
    }
}

/// An ordinary number: its last digits mean nothing to the simulated phones. There are a million of them.
pub(crate) fn phone(number: u32) -> String {
    let number = number % 1_000_000;
    format!("38050{:05}9{}", number / 10, number % 10)
}

/// Reads the clock.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_phone_of_the_load_is_magic_and_all_are_of_one_length() {
        for number in [0, 1, 9, 10, 99, 100, 999_999, 1_000_000, u32::MAX] {
            let phone = phone(number);
            assert!(!phone[phone.len() - 4..].starts_with("000"), "{phone}");
            assert_eq!(phone.len(), 12, "{phone}");
        }
    }

    #[test]
    fn requests_at_a_pace_are_due_one_after_another() {
        let start = now();
        let pace = Pace::Open { per_second: 200.0 };
        assert_eq!(pace.due(start, 0), Some(start));
        assert_eq!(
            pace.due(start, 100),
            Some(start + Duration::from_millis(500))
        );
        assert_eq!(Pace::Closed.due(start, 100), None);
    }
}
