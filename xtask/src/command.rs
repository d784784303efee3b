//! Running cargo from the root of the repository, and what came of it.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

/// Says whether what was checked is as it must be; whoever found a failure has told it already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nothing to mend.
    Passed,
    /// Something to mend, printed above.
    Failed,
}

impl Verdict {
    /// Turns "did it succeed" into a verdict.
    pub(crate) fn of(succeeded: bool) -> Self {
        if succeeded {
            Self::Passed
        } else {
            Self::Failed
        }
    }

    /// Fails if either failed.
    pub(crate) fn and(self, other: Self) -> Self {
        Self::of(self == Self::Passed && other == Self::Passed)
    }
}

/// Finds the root of the repository: the folder above this crate's.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// Prepares the cargo that runs us (so that `+toolchain` is kept), at the root, without input.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let program = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir(root())
        .stdin(Stdio::null());
    command
}

/// Runs cargo with its output shown, and judges by its exit code.
pub(crate) fn run_cargo(arguments: &[&str]) -> Result<Verdict> {
    let status = cargo(arguments)
        .status()
        .with_context(|| format!("cannot start cargo {}", arguments.join(" ")))?;
    Ok(Verdict::of(status.success()))
}

/// Tells whether a program can be found on the search path.
pub(crate) fn is_installed(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| folder.join(program).is_file())
}
