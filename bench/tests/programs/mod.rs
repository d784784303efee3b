//! The programs that are tried: the benchmark's and the gateway's.

use std::path::{Path, PathBuf};
use std::process::Command;

pub(crate) const BENCH: &str = env!("CARGO_BIN_EXE_bench");

/// Finds the gateway's program beside the benchmark's, where a test of the whole workspace has put it; builds it where only the
/// benchmark is tested.
pub(crate) fn gateway() -> PathBuf {
    let folder = Path::new(BENCH).parent().unwrap();
    let program = folder.join("heliogram");
    if !program.exists() {
        let built = Command::new(env!("CARGO"))
            .args(["build", "--package", "heliogram", "--target-dir"])
            .arg(folder.parent().unwrap())
            .status();
        assert!(built.unwrap().success());
    }
    program
}
