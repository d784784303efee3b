//! Figures that have a name each: of several runs, their medians.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::output;

/// Holds the figures of one run, in the order in which they were taken. Every run of the same work takes the same ones.
#[derive(Default)]
pub(super) struct Figures(Vec<Figure>);

struct Figure {
    name: &'static str,
    value: f64,
    decimals: usize,
}

impl Figures {
    /// Takes a figure, to be shown with so many decimals. Its name ends with its unit.
    pub(super) fn take(&mut self, name: &'static str, value: f64, decimals: usize) {
        self.0.push(Figure {
            name,
            value,
            decimals,
        });
    }
}

/// Finds the latency, in milliseconds, that so many of a thousand stayed below; 0 of none.
pub(super) fn latency_ms(sorted: &[Duration], permille: usize) -> f64 {
    let last = sorted.len().saturating_sub(1);
    let found = sorted.get(last * permille / 1_000);
    found.map_or(0.0, Duration::as_secs_f64) * 1e3
}

/// Prints a row for each figure: its median, then what each run found.
pub(super) fn print(title: &str, runs: &[Figures]) -> anyhow::Result<()> {
    let Some(first) = runs.first() else {
        return Ok(());
    };
    output::line(format_args!("\n{title:<44}{:>11}   each run", "median"))?;
    for (row, figure) in first.0.iter().enumerate() {
        let (median, values) = (median(runs, row), values(runs, row));
        let decimals = figure.decimals;
        let each: Vec<_> = values
            .iter()
            .map(|value| format!("{value:.decimals$}"))
            .collect();
        output::line(format_args!(
            "{:<44}{median:>11.decimals$}   {}",
            figure.name,
            each.join("  ")
        ))?;
    }
    Ok(())
}

/// Gives the medians and the runs' values by name.
pub(super) fn json(runs: &[Figures]) -> Value {
    let Some(first) = runs.first() else {
        return Value::Null;
    };
    let rows = first.0.iter().enumerate();
    let named = rows.map(|(row, figure)| {
        let found = json!({ "median": median(runs, row), "runs": values(runs, row) });
        (figure.name.to_owned(), found)
    });
    Value::Object(named.collect::<Map<_, _>>())
}

fn values(runs: &[Figures], row: usize) -> Vec<f64> {
    runs.iter()
        .filter_map(|run| run.0.get(row))
        .map(|figure| figure.value)
        .collect()
}

fn median(runs: &[Figures], row: usize) -> f64 {
    let mut values = values(runs, row);
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_figure_in_the_middle() {
        let runs = [3.0, 1.0, 2.0].map(|value| {
            let mut run = Figures::default();
            run.take("answers/s", value, 0);
            run
        });
        let expected = json!({ "answers/s": { "median": 2.0, "runs": [3.0, 1.0, 2.0] } });
        assert_eq!(json(&runs), expected);
        assert_eq!(json(&[]), Value::Null);
    }
}
