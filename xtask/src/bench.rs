//! `cargo xtask bench`: builds the gateway and the benchmark as they are shipped, and runs it.

use std::process::Command;

use anyhow::{Context, Result};

use crate::command::{Verdict, root, run_cargo};

/// How programs are built that are shipped and measured; cargo puts them into a folder of this name.
const PROFILE: &str = "dist";

/// Measures; the arguments are those of the program in `bench/`.
pub(crate) fn run(arguments: &[&str]) -> Result<Verdict> {
    if is_built_soon(arguments) {
        return alone(arguments);
    }
    let built = run_cargo(&[
        "build",
        "--profile",
        PROFILE,
        "--package",
        "heliogram",
        "--package",
        "bench",
    ])?;
    if built == Verdict::Failed {
        return Ok(built);
    }
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), Into::into);
    let programs = target.join(PROFILE);
    let status = Command::new(programs.join("bench"))
        .args(arguments)
        .env("BENCH_GATEWAY", programs.join("heliogram"))
        .current_dir(root())
        .status()
        .context("cannot start the benchmark")?;
    Ok(Verdict::of(status.success()))
}

/// Tells whether nothing is measured that is shipped: nobody should wait for that to be built who asks for help or counts
/// instructions, as every check does.
fn is_built_soon(arguments: &[&str]) -> bool {
    let wants_help = |argument: &&str| matches!(*argument, "help" | "--help" | "-h");
    matches!(arguments, ["instructions" | "draw", ..]) || arguments.iter().any(wants_help)
}

/// Runs the benchmark alone, in the profile that is built soonest.
fn alone(arguments: &[&str]) -> Result<Verdict> {
    let run = ["run", "--release", "--package", "bench", "--"];
    run_cargo(&[&run[..], arguments].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_is_given_without_building_what_is_shipped() {
        for arguments in [
            &["--help"][..],
            &["help", "growth"],
            &["kannel", "-h"],
            &["draw", "x.json"],
            &["instructions", "--pin"],
        ] {
            assert!(is_built_soon(arguments), "{arguments:?}");
        }
        for arguments in [&[][..], &["--quick"], &["single", "--runs", "1"]] {
            assert!(!is_built_soon(arguments), "{arguments:?}");
        }
    }
}
