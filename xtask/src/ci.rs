//! `cargo xtask ci` and `cargo xtask check`: named steps, each timed, none hidden by an earlier one's failure.

use std::time::{Duration, Instant};

use anyhow::Result;

use crate::command::{Verdict, is_installed, run_cargo};
use crate::suite::Tally;
use crate::{suite, tidy};

struct Step {
    name: &'static str,
    run: fn() -> Result<Verdict>,
}

/// The quick half, cheapest first.
const CHECKS: &[Step] = &[
    Step {
        name: "fmt",
        run: formatting,
    },
    Step {
        name: "tidy",
        run: tidy::run,
    },
    Step {
        name: "clippy",
        run: clippy,
    },
];

const SUPPLY: Step = Step {
    name: "deny",
    run: supply,
};

struct Report {
    name: &'static str,
    verdict: Verdict,
    took: Duration,
}

/// Runs the quick checks only.
pub(crate) fn check() -> Result<Verdict> {
    let reports = CHECKS.iter().map(run_step).collect::<Result<Vec<_>>>()?;
    print_reports(&reports);
    Ok(overall(&reports))
}

/// Runs the checks, then the supply chain, then every test.
pub(crate) fn everything() -> Result<Verdict> {
    let mut reports = CHECKS.iter().map(run_step).collect::<Result<Vec<_>>>()?;
    reports.push(run_step(&SUPPLY)?);
    let mut tally = Tally::default();
    reports.push(timed("test", || {
        tally = suite::count()?;
        Ok(tally.verdict())
    })?);
    print_reports(&reports);
    // Last, because whoever runs this reads the last line.
    println!("{tally}");
    Ok(overall(&reports))
}

fn formatting() -> Result<Verdict> {
    run_cargo(&["fmt", "--all", "--check"])
}

fn clippy() -> Result<Verdict> {
    let all = ["clippy", "--workspace", "--all-targets", "--keep-going"];
    run_cargo(&[&all[..], &["--", "-D", "warnings"]].concat())
}

/// What the lock file alone decides, so that the same commit passes tomorrow. Advisories change by the day and
/// need the network: CONTRIBUTING.md says when to look at them.
fn supply() -> Result<Verdict> {
    if is_installed("cargo-deny") {
        run_cargo(&["deny", "check", "bans", "licenses", "sources"])
    } else {
        println!("skipped: cargo-deny is not installed (`cargo install --locked cargo-deny`)");
        Ok(Verdict::Passed)
    }
}

fn run_step(step: &Step) -> Result<Report> {
    timed(step.name, step.run)
}

#[expect(clippy::disallowed_methods, reason = "a step's time is the real time")]
fn timed(name: &'static str, run: impl FnOnce() -> Result<Verdict>) -> Result<Report> {
    println!("== {name}");
    let start = Instant::now();
    let verdict = run()?;
    Ok(Report {
        name,
        verdict,
        took: start.elapsed(),
    })
}

fn print_reports(reports: &[Report]) {
    println!();
    for Report {
        name,
        verdict,
        took,
    } in reports
    {
        let word = match verdict {
            Verdict::Passed => "ok",
            Verdict::Failed => "FAILED",
        };
        println!("{name:<8} {word:<8} {:>7.1} s", took.as_secs_f64());
    }
}

fn overall(reports: &[Report]) -> Verdict {
    reports
        .iter()
        .fold(Verdict::Passed, |sum, report| sum.and(report.verdict))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(verdict: Verdict) -> Report {
        Report {
            name: "step",
            verdict,
            took: Duration::ZERO,
        }
    }

    #[test]
    fn one_failed_step_fails_the_whole() {
        use Verdict::{Failed, Passed};
        assert_eq!(overall(&[report(Passed), report(Passed)]), Passed);
        assert_eq!(
            overall(&[report(Passed), report(Failed), report(Passed)]),
            Failed
        );
    }

    #[test]
    fn a_step_that_cannot_start_stops_the_run() {
        assert!(timed("step", || anyhow::bail!("no such program")).is_err());
    }
}
