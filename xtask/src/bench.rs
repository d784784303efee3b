//! `cargo xtask bench`: builds the gateway and the benchmark as they are shipped, and runs it.

use std::process::Command;

use anyhow::{Context, Result};

use crate::command::{Verdict, root, run_cargo};

/// How programs are built that are shipped and measured; cargo puts them into a folder of this name.
const PROFILE: &str = "dist";

/// Measures; the arguments are those of the program in `bench/`.
pub(crate) fn run(arguments: &[&str]) -> Result<Verdict> {
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
