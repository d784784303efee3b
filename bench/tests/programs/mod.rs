//! The programs that are tried: the benchmark's and the gateway's.

use std::path::{Path, PathBuf};
use std::process::Command;

const BENCH: &str = env!("CARGO_BIN_EXE_bench");

/// What the benchmark did and said.
pub(crate) struct Ran {
    pub(crate) succeeded: bool,
    /// Its tables.
    pub(crate) said: String,
    /// What it noted beside them.
    pub(crate) noted: String,
}

/// Runs the benchmark on a gateway, with its data and results in one directory.
pub(crate) fn bench(arguments: &[&str], gateway: &Path, out: &Path) -> Ran {
    let output = Command::new(BENCH)
        .args(arguments)
        .arg("--gateway")
        .arg(gateway)
        .arg("--out")
        .arg(out)
        .arg("--data")
        .arg(out)
        .output()
        .unwrap();
    let [said, noted] = [output.stdout, output.stderr].map(|it| String::from_utf8(it).unwrap());
    Ran {
        succeeded: output.status.success(),
        said,
        noted,
    }
}

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
