//! What was measured, as a table: the runs, and the median of several.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value};

use super::figures::{self, Figures, latency_ms};
use super::load::Load;
use super::stage::{Times, Used};
use crate::output;

/// Holds one measurement.
pub(super) struct Report {
    work: &'static str,
    messages: u32,
    load: Load,
    times: Option<Times>,
    used: Used,
}

impl Report {
    pub(super) fn sent(
        work: &'static str,
        load: Load,
        messages: u32,
        times: Times,
        used: Used,
    ) -> Self {
        Self {
            work,
            messages,
            load,
            times: Some(times),
            used,
        }
    }

    pub(super) fn queued(load: Load, messages: u32, used: Used) -> Self {
        Self {
            work: "queued",
            messages,
            load,
            times: None,
            used,
        }
    }

    fn figures(&self) -> Figures {
        let mut figures = Figures::default();
        for ((name, decimals), value) in COLUMNS.into_iter().zip(self.cells()) {
            figures.take(name, value, decimals);
        }
        figures
    }

    fn cells(&self) -> [f64; COLUMNS.len()] {
        let messages = f64::from(self.messages);
        let rate = |time: Duration| messages / time.as_secs_f64();
        let micros = |time: Duration| time.as_secs_f64() * 1e6 / messages;
        let latency = |permille| latency_ms(&self.load.latencies, permille);
        #[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^52")]
        let per_message = |bytes: u64| bytes as f64 / messages;
        [
            rate(self.load.accepted),
            self.times
                .as_ref()
                .map_or(0.0, |times| rate(times.submitted)),
            self.times.as_ref().map_or(0.0, |times| rate(times.done)),
            latency(500),
            latency(990),
            latency(999),
            self.used.usage.cpu_micros() / messages,
            micros(self.used.usage.user),
            micros(self.used.usage.system),
            self.used.usage.peak_mib(),
            per_message(self.used.disk_bytes),
        ]
    }
}

/// The columns: heading and decimals.
const COLUMNS: [(&str, usize); 11] = [
    ("accepted/s", 0),
    ("submitted/s", 0),
    ("receipts/s", 0),
    ("p50 ms", 1),
    ("p99 ms", 1),
    ("p99.9 ms", 1),
    ("CPU µs", 1),
    ("user", 1),
    ("system", 1),
    ("peak MiB", 1),
    ("disk B", 0),
];

/// Prints a row for each measurement and, where there are several of one kind, their medians.
///
/// Rates are counted from the first request; latencies are those of requests; CPU and disk are the gateway's for each message.
pub(super) fn print(reports: &[Report]) -> anyhow::Result<()> {
    if reports.is_empty() {
        return Ok(());
    }
    let headings: Vec<_> = COLUMNS
        .iter()
        .map(|(name, _)| format!("{name:>11}"))
        .collect();
    output::line(format_args!("\n{:<24}{}", "", headings.join(" ")))?;
    for (kind, reports) in by_work(reports) {
        let rows: Vec<_> = reports.into_iter().map(Report::cells).collect();
        for row in &rows {
            line(kind, row)?;
        }
        if rows.len() > 1 {
            let mut medians = [0.0; COLUMNS.len()];
            for (column, median) in medians.iter_mut().enumerate() {
                let mut values: Vec<_> = rows.iter().map(|row| row[column]).collect();
                values.sort_by(f64::total_cmp);
                *median = values[values.len() / 2];
            }
            line(&format!("{kind}: median"), &medians)?;
        }
    }
    Ok(())
}

/// Gives the medians and the runs' values by work and heading.
pub(super) fn json(reports: &[Report]) -> Map<String, Value> {
    let works = by_work(reports).into_iter();
    works
        .map(|(work, reports)| {
            let runs: Vec<_> = reports.into_iter().map(Report::figures).collect();
            (work.to_owned(), figures::json(&runs))
        })
        .collect()
}

fn by_work(reports: &[Report]) -> BTreeMap<&'static str, Vec<&Report>> {
    let mut works: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for report in reports {
        works.entry(report.work).or_default().push(report);
    }
    works
}

fn line(name: &str, cells: &[f64; COLUMNS.len()]) -> anyhow::Result<()> {
    let cells: Vec<_> = cells
        .iter()
        .zip(COLUMNS)
        .map(|(value, (_, decimals))| format!("{value:>11.decimals$}"))
        .collect();
    output::line(format_args!("{name:<24}{}", cells.join(" ")))
}
