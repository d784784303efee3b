//! `cargo xtask golden`: the dialects' golden files, compared or rewritten.

use anyhow::{Context, Result};

use crate::command::{Verdict, cargo};

/// Says what to do with an answer that differs from its file.
#[derive(Clone, Copy)]
pub(crate) enum Answers {
    /// Fail and show the difference.
    Compare,
    /// Write the answer into the file, for review in the diff.
    Rewrite,
}

/// Runs the golden tests of `dialects`.
pub(crate) fn run(answers: Answers) -> Result<Verdict> {
    let mut command = cargo(&["test", "--package", "dialects", "--test", "golden"]);
    match answers {
        Answers::Compare => command.env_remove("UPDATE_GOLDEN"),
        Answers::Rewrite => command.env("UPDATE_GOLDEN", "1"),
    };
    let status = command.status().context("cannot start cargo test")?;
    if matches!(answers, Answers::Rewrite) {
        println!("review what changed: git diff crates/dialects/tests/golden");
    }
    Ok(Verdict::of(status.success()))
}
