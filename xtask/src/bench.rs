//! `cargo xtask bench`: builds the gateway and the benchmark as they are shipped, and runs it.

use std::process::Command;

use anyhow::{Context, Result};

use crate::command::{Verdict, root, run_cargo};

/// How programs are built that are shipped and measured; cargo puts them into a folder of this name.
const PROFILE: &str = "dist";

/// Measures; the arguments are those of the program in `bench/`.
pub(crate) fn run(arguments: &[&str]) -> Result<Verdict> {
    if let ["instructions", ..] = arguments {
        return instructions(arguments);
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

/// Counts instructions: of this program alone, in the profile that is built soonest, so that every check can do it.
fn instructions(arguments: &[&str]) -> Result<Verdict> {
    let run = ["run", "--quiet", "--release", "--package", "bench", "--"];
    run_cargo(&[&run[..], arguments].concat())
}
