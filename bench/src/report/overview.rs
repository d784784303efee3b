//! One line for each scenario: the medians of what is asked for first.

use super::{Run, figures::Spread};
use crate::output;

/// The columns: the figure, what stands above it, and its decimals.
const COLUMNS: [(&str, &str, usize); 11] = [
    ("accepted/s", "accepted/s", 0),
    ("receipts/s", "receipts/s", 0),
    ("answer: p50 ms", "answer p50", 1),
    ("answer: p99 ms", "p99 ms", 1),
    ("to the wire: p50 ms", "wire p50", 1),
    ("to the wire: p99 ms", "p99 ms", 1),
    ("CPU µs a message", "CPU µs", 1),
    ("peak memory MiB", "peak MiB", 0),
    ("disk a message, stopped: B", "disk B", 0),
    ("lost", "lost", 0),
    ("duplicates", "twice", 0),
];

/// Prints the medians of each group of runs.
pub(super) fn print(groups: &[Vec<&Run>]) -> anyhow::Result<()> {
    let headings = COLUMNS
        .map(|(_, heading, _)| format!("{heading:>11}"))
        .concat();
    output::line(format_args!("\n{:<46}{headings}", "medians"))?;
    // Ratios have figures of their own.
    let has = |run: &Run| COLUMNS.iter().any(|it| run.figures.value(it.0).is_some());
    for group in groups.iter().filter(|group| has(group[0])) {
        output::line(line(group))?;
    }
    Ok(())
}

fn line(group: &[&Run]) -> String {
    let name = format!("{}, {}", group[0].title(), group[0].contender);
    let cells = COLUMNS.iter().map(|(figure, _, decimals)| {
        let values = group.iter().filter_map(|run| run.figures.value(figure));
        let values: Vec<_> = values.collect();
        if values.is_empty() {
            format!("{:>11}", "–")
        } else {
            format!("{:>11.decimals$}", Spread::of(values).median)
        }
    });
    format!("{name:<46}{}", cells.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::figures::Figures;

    #[test]
    fn a_line_has_the_medians_and_dashes_for_what_was_not_measured() {
        let run = |rate| {
            let mut figures = Figures::default();
            figures.take("receipts/s", rate, 0);
            Run {
                scenario: "load-curve".into(),
                at: Some(0.5),
                contender: "heliogram".into(),
                version: String::new(),
                durability: String::new(),
                figures,
            }
        };
        let line = line(&[&run(100.0), &run(300.0), &run(200.0)]);
        let cells: Vec<_> = line.split_whitespace().collect();
        let dashes = ["–"; 9];
        let expected = [
            &["load-curve", "at", "0.5,", "heliogram", "–", "200"][..],
            &dashes,
        ]
        .concat();
        assert_eq!(cells, expected);
    }
}
