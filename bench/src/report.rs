//! What was measured, run by run: as tables, and as JSON for programs and plots.

pub(crate) mod figures;
mod machine;
mod overview;

use std::path::Path;

use anyhow::Context;
use serde_json::{Value, json};

use crate::output;
use figures::{Figures, Spread};

/// One run of a scenario.
#[derive(Debug)]
pub(crate) struct Run {
    /// The scenario's name.
    pub(crate) scenario: String,
    /// Where it stands among others of its scenario: the share of the greatest rate, the number of stored messages, and so on.
    pub(crate) at: Option<f64>,
    /// Who was measured.
    pub(crate) contender: String,
    /// Its version, as it says it itself.
    pub(crate) version: String,
    /// What it has on disk when it answers.
    pub(crate) durability: String,
    /// What was found.
    pub(crate) figures: Figures,
}

/// All runs, gathered.
#[derive(Debug, Default)]
pub(crate) struct Report {
    runs: Vec<Run>,
}

impl Report {
    /// Takes further runs.
    pub(crate) fn take_all(&mut self, runs: impl IntoIterator<Item = Run>) {
        self.runs.extend(runs);
    }

    /// Tells whether nothing was measured.
    pub(crate) fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// Gives the runs of the same scenario, place and contender together, in the order in which the first of them came.
    pub(crate) fn groups(&self) -> Vec<Vec<&Run>> {
        let mut groups: Vec<Vec<&Run>> = Vec::new();
        for run in &self.runs {
            match groups.iter_mut().find(|group| group[0].is_like(run)) {
                Some(group) => group.push(run),
                None => groups.push(vec![run]),
            }
        }
        groups
    }

    /// Prints a table for each group, of the minimum, median and maximum of each figure; then one of all groups' medians.
    pub(crate) fn print(&self) -> anyhow::Result<()> {
        for group in self.groups() {
            let first = group[0];
            output::line(format_args!(
                "\n{}: {}, {} (runs: {})\n  {}",
                first.title(),
                first.contender,
                first.version,
                group.len(),
                first.durability
            ))?;
            output::line(format_args!(
                "  {:<44}{:>12}{:>12}{:>12}",
                "", "minimum", "median", "maximum"
            ))?;
            for (figure, spread) in spreads(&group) {
                let decimals = figure.decimals;
                output::line(format_args!(
                    "  {:<44}{:>12.decimals$}{:>12.decimals$}{:>12.decimals$}",
                    figure.name, spread.minimum, spread.median, spread.maximum
                ))?;
            }
        }
        overview::print(&self.groups())
    }

    /// Gives everything for programs: machine, commit, date, and each group's figures with all their runs.
    pub(crate) fn json(&self) -> Value {
        let measured: Vec<_> = self
            .groups()
            .into_iter()
            .map(|group| to_json(&group))
            .collect();
        json!({ "about": machine::about(), "measured": measured })
    }

    /// Writes that to a file in a directory, which is made when it is not there.
    pub(crate) fn write(&self, directory: &Path, name: &str) -> anyhow::Result<()> {
        std::fs::create_dir_all(directory)
            .with_context(|| format!("cannot make the directory {}", directory.display()))?;
        let file = directory.join(format!("{name}.json"));
        std::fs::write(&file, format!("{:#}\n", self.json()))
            .with_context(|| format!("cannot write {}", file.display()))?;
        output::note(format_args!("written to {}", file.display()));
        Ok(())
    }
}

impl Run {
    /// Names the scenario, and where it stands among others of it.
    fn title(&self) -> String {
        let at = self.at.map(|at| format!(" at {at}")).unwrap_or_default();
        format!("{}{at}", self.scenario)
    }

    fn is_like(&self, other: &Self) -> bool {
        let key = |run: &Self| {
            (
                run.scenario.clone(),
                run.at.map(f64::to_bits),
                run.contender.clone(),
            )
        };
        key(self) == key(other)
    }
}

fn to_json(group: &[&Run]) -> Value {
    let first = group[0];
    let figures: serde_json::Map<_, _> = spreads(group)
        .into_iter()
        .map(|(figure, spread)| (figure.name.clone(), spread.json()))
        .collect();
    json!({
        "scenario": first.scenario,
        "at": first.at,
        "contender": first.contender,
        "version": first.version,
        "durability": first.durability,
        "figures": figures,
    })
}

/// Lists the figures in the order of the first run that has them, with how they spread over the runs.
fn spreads<'r>(group: &[&'r Run]) -> Vec<(&'r figures::Figure, Spread)> {
    let mut found: Vec<&figures::Figure> = Vec::new();
    for run in group {
        for figure in run.figures.iter() {
            if !found.iter().any(|it| it.name == figure.name) {
                found.push(figure);
            }
        }
    }
    let spread = |figure: &'r figures::Figure| {
        let values = group
            .iter()
            .filter_map(|run| run.figures.value(&figure.name));
        (figure, Spread::of(values.collect()))
    };
    found.into_iter().map(spread).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(scenario: &str, at: Option<f64>, rate: f64) -> Run {
        let mut figures = Figures::default();
        figures.take("accepted/s", rate, 0);
        Run {
            scenario: scenario.into(),
            at,
            contender: "heliogram".into(),
            version: "0.1.0".into(),
            durability: "WAL, FULL".into(),
            figures,
        }
    }

    #[test]
    fn runs_of_one_kind_stand_together_with_their_median() {
        let mut report = Report::default();
        report.take_all([
            run("single", None, 3.0),
            run("load-curve", Some(0.5), 9.0),
            run("single", None, 1.0),
            run("load-curve", Some(0.9), 8.0),
            run("single", None, 2.0),
        ]);
        let json = report.json();
        let measured = json["measured"].as_array().unwrap();
        let names: Vec<_> = measured
            .iter()
            .map(|it| (&it["scenario"], &it["at"]))
            .collect();
        assert_eq!(
            names,
            [
                (&json!("single"), &Value::Null),
                (&json!("load-curve"), &json!(0.5)),
                (&json!("load-curve"), &json!(0.9)),
            ]
        );
        assert_eq!(
            measured[0]["figures"]["accepted/s"],
            json!({ "minimum": 1.0, "median": 2.0, "maximum": 3.0, "runs": [3.0, 1.0, 2.0] })
        );
    }

    #[test]
    fn a_figure_that_only_one_run_has_is_told_too() {
        let mut late = run("single", None, 1.0);
        late.figures.take("CPU µs: late thread", 0.5, 1);
        let (first, late) = (run("single", None, 1.0), late);
        let names: Vec<_> = spreads(&[&first, &late])
            .into_iter()
            .map(|(it, _)| it.name.clone())
            .collect();
        assert_eq!(names, ["accepted/s", "CPU µs: late thread"]);
    }
}
