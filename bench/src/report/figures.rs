//! Figures that have a name each, and how they spread over several runs.

use serde_json::{Value, json};

use crate::latency::Quantiles;

/// Holds the figures of one run, in the order in which they were taken.
#[derive(Clone, Debug, Default)]
pub(crate) struct Figures(Vec<Figure>);

/// A value with its name, which tells its unit.
#[derive(Clone, Debug)]
pub(crate) struct Figure {
    pub(crate) name: String,
    pub(crate) value: f64,
    /// With how many it is shown.
    pub(crate) decimals: usize,
}

impl Figures {
    /// Takes a figure, to be shown with so many decimals.
    pub(crate) fn take(&mut self, name: impl Into<String>, value: f64, decimals: usize) {
        self.0.push(Figure {
            name: name.into(),
            value,
            decimals,
        });
    }

    /// Takes a count.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    pub(crate) fn take_count(&mut self, name: impl Into<String>, count: u64) {
        self.take(name, count as f64, 0);
    }

    /// Takes what is told of latencies, in milliseconds; nothing where there were none.
    pub(crate) fn take_latencies(&mut self, of: &str, told: Quantiles) {
        if told.count == 0 {
            return;
        }
        for (name, micros) in [("p50", told.p50), ("p99", told.p99), ("p99.9", told.p999)] {
            self.take(format!("{of}: {name} ms"), millis(micros), 2);
        }
    }

    /// Takes figures of another part of the run.
    pub(crate) fn extend(&mut self, more: Self) {
        self.0.extend(more.0);
    }

    /// Keeps only these.
    pub(crate) fn retain(&mut self, keep: impl FnMut(&Figure) -> bool) {
        self.0.retain(keep);
    }

    /// Calls those of something by another name.
    pub(crate) fn rename(&mut self, of: &str, to: &str) {
        for figure in &mut self.0 {
            if let Some(rest) = figure.name.strip_prefix(of) {
                figure.name = format!("{to}{rest}");
            }
        }
    }

    /// Lists them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Figure> {
        self.0.iter()
    }

    /// Finds one by its name.
    pub(crate) fn value(&self, name: &str) -> Option<f64> {
        self.0.iter().find(|it| it.name == name).map(|it| it.value)
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "latencies are far below 2^52 µs"
)]
fn millis(micros: u64) -> f64 {
    micros as f64 / 1e3
}

/// How a figure spreads over runs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Spread {
    pub(crate) minimum: f64,
    pub(crate) median: f64,
    pub(crate) maximum: f64,
    runs: Vec<f64>,
}

impl Spread {
    /// Tells how values spread; there is at least one.
    pub(crate) fn of(runs: Vec<f64>) -> Self {
        let mut sorted = runs.clone();
        sorted.sort_by(f64::total_cmp);
        let (upper, lower) = (sorted.len() / 2, (sorted.len() - 1) / 2);
        Self {
            minimum: sorted[0],
            median: f64::midpoint(sorted[lower], sorted[upper]),
            maximum: sorted[sorted.len() - 1],
            runs,
        }
    }

    /// Gives them for programs, with the value of each run.
    pub(crate) fn json(&self) -> Value {
        json!({
            "minimum": self.minimum,
            "median": self.median,
            "maximum": self.maximum,
            "runs": self.runs,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_value_in_the_middle_or_between_the_two() {
        let cases = [
            (vec![3.0, 1.0, 2.0], [1.0, 2.0, 3.0]),
            (vec![4.0, 1.0], [1.0, 2.5, 4.0]),
            (vec![7.0], [7.0; 3]),
        ];
        for (runs, [minimum, median, maximum]) in cases {
            let expected = Spread {
                minimum,
                median,
                maximum,
                runs: runs.clone(),
            };
            assert_eq!(Spread::of(runs), expected);
        }
    }

    #[test]
    fn latencies_that_nobody_took_are_not_told() {
        let mut figures = Figures::default();
        figures.take_latencies("to the wire", Quantiles::default());
        assert_eq!(figures.iter().count(), 0);
        let told = Quantiles {
            count: 1,
            p50: 1_500,
            ..Quantiles::default()
        };
        figures.take_latencies("to the wire", told);
        assert_eq!(figures.value("to the wire: p50 ms"), Some(1.5));
    }
}
