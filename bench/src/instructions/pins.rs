//! The pins: what each work took when it was last looked at, and by which compiler.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;
use serde::Deserialize;

/// What the file begins with.
const HEAD: &str = "\
# Instructions of one repetition of each work, counted by valgrind: `cargo xtask bench instructions` holds the program against them,
# `cargo xtask bench instructions --pin` writes them anew. Another compiler counts otherwise, and is then not judged by them.
";

/// Holds the file's content.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pins {
    compiler: String,
    pins: BTreeMap<String, u64>,
}

/// Says how a count is to its pin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Verdict {
    /// There is no pin.
    New,
    /// By so many percent above or below, which is nothing.
    Kept(f64),
    /// By so many percent above, which is too much.
    Risen(f64),
}

impl Pins {
    /// Reads the file; there may be none.
    pub(super) fn read() -> anyhow::Result<Self> {
        let path = path();
        if !path.exists() {
            return Ok(Self::default());
        }
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        toml::from_str(&text).with_context(|| format!("{} makes no sense", path.display()))
    }

    /// Tells whether they were counted by the compiler that is here now.
    pub(super) fn are_of_this_compiler(&self) -> bool {
        self.compiler == compiler()
    }

    /// Gives the pin of a work.
    pub(super) fn of(&self, work: &str) -> Option<u64> {
        self.pins.get(work).copied()
    }

    /// Lists the works that have one, sorted.
    #[cfg(test)]
    pub(super) fn names(&self) -> Vec<&str> {
        self.pins.keys().map(String::as_str).collect()
    }

    /// Takes a new pin.
    pub(super) fn set(&mut self, work: &str, counted: u64) {
        self.pins.insert(work.to_owned(), counted);
    }

    /// Writes the pins of these works.
    pub(super) fn write<'w>(&self, works: impl Iterator<Item = &'w str>) -> anyhow::Result<()> {
        let path = path();
        std::fs::write(&path, self.text(&compiler(), works))
            .with_context(|| format!("cannot write {}", path.display()))
    }

    fn text<'w>(&self, compiler: &str, works: impl Iterator<Item = &'w str>) -> String {
        let pins = works.filter_map(|work| Some(format!("\"{work}\" = {}\n", self.of(work)?)));
        let pins: String = pins.collect();
        format!("{HEAD}compiler = \"{compiler}\"\n\n[pins]\n{pins}")
    }
}

impl Verdict {
    /// Judges a count.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    pub(super) fn of(counted: u64, pinned: Option<u64>, tolerance_percent: u64) -> Self {
        let Some(pinned) = pinned else {
            return Self::New;
        };
        let percent = (counted as f64 / pinned.max(1) as f64 - 1.0) * 100.0;
        if counted * 100 > pinned * (100 + tolerance_percent) {
            Self::Risen(percent)
        } else {
            Self::Kept(percent)
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::New => f.pad("new"),
            Self::Kept(percent) | Self::Risen(percent) => f.pad(&format!("{percent:+.1} %")),
        }
    }
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("instructions.toml")
}

/// The compiler's version, as it says it itself; empty when it does not.
fn compiler() -> String {
    let program = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(program).arg("--version").output();
    let said = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    said.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let mut pins = Pins::default();
        pins.set("submit_sm, written", 1_200);
        pins.set("gone", 1);
        let text = pins.text("rustc 1", ["submit_sm, written", "not counted"].into_iter());
        let read: Pins = toml::from_str(&text).unwrap();
        assert_eq!(read.compiler, "rustc 1");
        assert_eq!(read.names(), ["submit_sm, written"]);
        assert_eq!(read.of("submit_sm, written"), Some(1_200));
    }

    #[test]
    fn only_what_rises_above_the_tolerance_is_too_much() {
        assert_eq!(Verdict::of(100, None, 5), Verdict::New);
        assert!(matches!(Verdict::of(105, Some(100), 5), Verdict::Kept(_)));
        assert!(matches!(Verdict::of(50, Some(100), 5), Verdict::Kept(_)));
        assert!(matches!(Verdict::of(106, Some(100), 5), Verdict::Risen(_)));
    }

    #[test]
    fn a_difference_is_said_with_its_sign() {
        assert_eq!(Verdict::of(103, Some(100), 5).to_string(), "+3.0 %");
        assert_eq!(Verdict::of(50, Some(100), 5).to_string(), "-50.0 %");
        assert_eq!(format!("{:>5}", Verdict::New), "  new");
    }
}
