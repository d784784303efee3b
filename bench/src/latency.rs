//! Latencies, counted in a histogram: three digits of each, and as many as there are.

use std::time::Duration;

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

/// The longest that is told apart from longer ones.
const LONGEST: Duration = Duration::from_hours(1);

/// Holds how long things took.
#[derive(Clone, Debug)]
pub(crate) struct Latencies(Histogram<u64>);

/// What is told of latencies, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Quantiles {
    pub(crate) count: u64,
    pub(crate) p50: u64,
    pub(crate) p99: u64,
    pub(crate) p999: u64,
    pub(crate) max: u64,
}

impl Default for Latencies {
    fn default() -> Self {
        let longest = micros(LONGEST);
        Self(Histogram::new_with_max(longest, 3).expect("the bounds are in order"))
    }
}

impl Latencies {
    /// Counts one.
    pub(crate) fn take(&mut self, latency: Duration) {
        self.take_micros(micros(latency));
    }

    /// Counts one, given in microseconds.
    pub(crate) fn take_micros(&mut self, micros: u64) {
        self.0.saturating_record(micros);
    }

    /// Tells their quantiles.
    pub(crate) fn quantiles(&self) -> Quantiles {
        let at = |quantile| self.0.value_at_quantile(quantile);
        Quantiles {
            count: self.0.len(),
            p50: at(0.5),
            p99: at(0.99),
            p999: at(0.999),
            max: self.0.max(),
        }
    }
}

fn micros(latency: Duration) -> u64 {
    u64::try_from(latency.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_that_so_many_stayed_below() {
        let mut latencies = Latencies::default();
        for micros in 1..=1_000 {
            latencies.take(Duration::from_micros(micros));
        }
        let expected = Quantiles {
            count: 1_000,
            p50: 500,
            p99: 990,
            p999: 999,
            max: 1_000,
        };
        assert_eq!(latencies.quantiles(), expected);
    }

    #[test]
    fn nothing_has_no_latency_and_a_day_counts_as_the_longest() {
        assert_eq!(Latencies::default().quantiles(), Quantiles::default());
        let mut latencies = Latencies::default();
        latencies.take(Duration::from_hours(24));
        let told = latencies.quantiles();
        assert!(told.max >= micros(LONGEST) && told.count == 1, "{told:?}");
    }
}
