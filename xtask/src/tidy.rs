//! `cargo xtask tidy`: the rules of this repository that no compiler checks, one function each.

mod code;
mod coverage;
mod edges;
mod failure_cases;
mod forbidden;
mod golden_files;
mod manifests;
mod manual;
mod shape;
mod tree;
mod words;

use anyhow::Result;

use crate::command::{Verdict, root};
use tree::Tree;

/// All rules. A rule sees the whole tree and returns what it found.
const RULES: &[fn(&Tree) -> Vec<Finding>] = &[
    edges::check,
    manifests::check,
    shape::check,
    forbidden::check,
    golden_files::check,
    coverage::check,
    manual::check,
    failure_cases::check,
    words::check,
];

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weight {
    /// Must be mended.
    Error,
    /// Worth a look.
    Warning,
}

/// Something out of place: where, what, and how to mend it.
#[derive(Debug)]
struct Finding {
    path: String,
    /// Counted from 1.
    line: usize,
    weight: Weight,
    what: String,
    mend: &'static str,
}

impl Finding {
    fn error(path: &str, line: usize, what: impl Into<String>, mend: &'static str) -> Self {
        Self {
            path: path.to_owned(),
            line,
            weight: Weight::Error,
            what: what.into(),
            mend,
        }
    }

    fn warning(path: &str, line: usize, what: impl Into<String>, mend: &'static str) -> Self {
        Self {
            weight: Weight::Warning,
            ..Self::error(path, line, what, mend)
        }
    }
}

/// Checks every rule over the files of the repository and prints what they found.
pub(crate) fn run() -> Result<Verdict> {
    let tree = Tree::read(&root())?;
    let mut findings: Vec<Finding> = RULES.iter().flat_map(|rule| rule(&tree)).collect();
    findings.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
    for Finding {
        path,
        line,
        weight,
        what,
        mend,
    } in &findings
    {
        let word = match weight {
            Weight::Error => "error",
            Weight::Warning => "warning",
        };
        println!("{path}:{line}: {word}: {what}\n    mend: {mend}");
    }
    let errors = findings
        .iter()
        .filter(|finding| finding.weight == Weight::Error)
        .count();
    let warnings = findings.len() - errors;
    println!(
        "tidy: {} files, {errors} errors, {warnings} warnings",
        tree.files.len()
    );
    Ok(Verdict::of(errors == 0))
}

/// Says where a rule found something, as `path:line`, for the rules' own tests.
#[cfg(test)]
fn places(findings: &[Finding]) -> Vec<String> {
    findings
        .iter()
        .map(|finding| format!("{}:{}", finding.path, finding.line))
        .collect()
}
