//! `cargo xtask test`: every test of the workspace, the documentation's and the README's among them, counted.

use std::fmt;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

use anyhow::{Context, Result};

use crate::command::{Verdict, cargo};
use crate::readme;

/// How many tests passed and failed over all test programs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    passed: u32,
    failed: u32,
}

impl Tally {
    /// Passes if at least one test ran and none failed: a run of nothing proves nothing.
    pub(crate) fn verdict(self) -> Verdict {
        Verdict::of(self.failed == 0 && self.passed > 0)
    }

    fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

/// Runs all tests and prints the sum as the last line.
pub(crate) fn run() -> Result<Verdict> {
    let tally = count()?;
    println!("{tally}");
    Ok(tally.verdict())
}

/// Runs all tests, shows their output as it comes, and returns the sum.
pub(crate) fn count() -> Result<Tally> {
    let mut tally = workspace()?;
    // Without a workspace that builds, the README's example can only repeat the same failure.
    if tally.failed == 0 {
        match readme::check()? {
            readme::Outcome::Worked => tally.add(Tally {
                passed: 1,
                failed: 0,
            }),
            readme::Outcome::Broken(why) => {
                println!("the README's example does not work: {why}");
                tally.add(Tally {
                    passed: 0,
                    failed: 1,
                });
            }
            readme::Outcome::Skipped(why) => println!("the README's example was not run: {why}"),
        }
    }
    Ok(tally)
}

/// Plain `cargo test` rather than a faster runner: it is on every machine that has Rust, it runs the
/// documentation's examples too, and two runners would be two sets of habits to keep working.
fn workspace() -> Result<Tally> {
    let mut child = cargo(&["test", "--workspace", "--no-fail-fast"])
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start cargo test")?;
    let output = child.stdout.take().context("cargo test has no output")?;
    let mut tally = Tally::default();
    for line in BufReader::new(output).split(b'\n') {
        let line = line.context("cannot read cargo test's output")?;
        let line = String::from_utf8_lossy(&line);
        println!("{line}");
        tally.add(closing_line(&line).unwrap_or_default());
    }
    let status = child.wait().context("cannot wait for cargo test")?;
    if !status.success() && tally.failed == 0 {
        // It did not compile, or a test program died before its closing line.
        tally.failed = 1;
    }
    Ok(tally)
}

/// Reads `test result: ok. 12 passed; 1 failed; …`, the line that closes each test program.
fn closing_line(line: &str) -> Option<Tally> {
    let (_, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let count = |word: &str| {
        counts
            .split(';')
            .find_map(|part| part.trim().strip_suffix(word)?.trim().parse().ok())
    };
    Some(Tally {
        passed: count("passed")?,
        failed: count("failed")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_the_closing_line_of_a_test_program() {
        let cases = [
            (
                "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.02s",
                Some(Tally {
                    passed: 12,
                    failed: 0,
                }),
            ),
            (
                "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out",
                Some(Tally {
                    passed: 3,
                    failed: 2,
                }),
            ),
            ("test money::adds ... ok", None),
            ("test result: unheard of", None),
        ];
        for (line, expected) in cases {
            assert_eq!(closing_line(line), expected, "{line}");
        }
    }

    #[test]
    fn a_run_without_a_test_does_not_pass() {
        assert_eq!(Tally::default().verdict(), Verdict::Failed);
        assert_eq!(
            Tally {
                passed: 1,
                failed: 0
            }
            .verdict(),
            Verdict::Passed
        );
        assert_eq!(
            Tally {
                passed: 9,
                failed: 1
            }
            .verdict(),
            Verdict::Failed
        );
    }

    #[test]
    fn the_last_line_is_plain() {
        assert_eq!(
            Tally {
                passed: 7,
                failed: 1
            }
            .to_string(),
            "7 passed, 1 failed"
        );
    }
}
