//! The files that the rules look at, as values, so that a rule can be tried on files that never were.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::code;

/// One text file of the repository.
pub(super) struct File {
    /// From the root, with `/`.
    pub(super) path: String,
    /// The whole text.
    pub(super) text: String,
}

impl File {
    /// Tells whether this is Rust source.
    pub(super) fn is_rust(&self) -> bool {
        self.has_extension("rs")
    }

    /// Tells whether the name ends in a dot and this.
    pub(super) fn has_extension(&self, extension: &str) -> bool {
        Path::new(&self.path)
            .extension()
            .is_some_and(|found| found == extension)
    }

    /// Finds the crate under `crates/` that the file belongs to.
    pub(super) fn crate_name(&self) -> Option<&str> {
        self.path
            .strip_prefix("crates/")?
            .split_once('/')
            .map(|(name, _)| name)
    }

    /// Lists the lines with their numbers, counted from 1.
    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.text.lines())
    }
}

/// The repository's text files.
pub(super) struct Tree {
    /// Sorted by path.
    pub(super) files: Vec<File>,
    /// Paths of files that are compiled for tests only.
    test_files: BTreeSet<String>,
}

impl Tree {
    /// Reads what git tracks or would track; a file that is not text is left out.
    pub(super) fn read(root: &Path) -> Result<Self> {
        let output = Command::new("git")
            .args([
                "ls-files",
                "-z",
                "--cached",
                "--others",
                "--exclude-standard",
            ])
            .current_dir(root)
            .output()
            .context("tidy needs git to list the files")?;
        ensure!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
        let listed = String::from_utf8(output.stdout).context("a path is not UTF-8")?;
        let paths: BTreeSet<&str> = listed.split('\0').filter(|path| !path.is_empty()).collect();
        // A file deleted but not yet committed is listed and cannot be read.
        let files = paths.into_iter().filter_map(|path| {
            let text = fs::read_to_string(root.join(path)).ok()?;
            Some(File {
                path: path.to_owned(),
                text,
            })
        });
        Ok(Self::new(files.collect()))
    }

    fn new(files: Vec<File>) -> Self {
        let test_files = files
            .iter()
            .filter(|file| file.is_rust())
            .flat_map(|file| code::test_modules(&file.path, &file.text))
            .collect();
        Self { files, test_files }
    }

    /// Tells whether a file is made for tests: an integration test, a test module in its own file, the
    /// crate of test helpers, or the suite that every backend must pass.
    pub(super) fn is_test(&self, file: &File) -> bool {
        const FOLDERS: &[&str] = &["crates/testkit/", "crates/store/src/contract", "fuzz/"];
        FOLDERS.iter().any(|folder| file.path.starts_with(folder))
            || ["/tests/", "/benches/"]
                .iter()
                .any(|folder| file.path.contains(folder))
            || self.test_files.contains(&file.path)
    }

    /// Lists the manifests of the benchmark and of `crates/*`, each with its folder's name.
    pub(super) fn manifests(&self) -> impl Iterator<Item = (&str, &File)> {
        self.files.iter().filter_map(|file| {
            let folder = match file.crate_name() {
                Some(folder) if file.path == format!("crates/{folder}/Cargo.toml") => folder,
                None if file.path == "bench/Cargo.toml" => "bench",
                _ => return None,
            };
            Some((folder, file))
        })
    }
}

#[cfg(test)]
impl Tree {
    /// Makes a tree of paths and texts.
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let file = |&(path, text): &(&str, &str)| File {
            path: path.into(),
            text: text.into(),
        };
        Self::new(files.iter().map(file).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_which_files_are_for_tests_only() {
        let tree = Tree::of(&[
            (
                "crates/sms/src/lib.rs",
                "//! Lib.\nmod text;\n#[cfg(test)]\nmod tables;\n",
            ),
            ("crates/sms/src/tables.rs", "//! Tables."),
            (
                "crates/sms/src/text.rs",
                "//! Text.\n#[cfg(test)]\nmod tests;\n",
            ),
            ("crates/sms/src/text/tests.rs", "//! Tests."),
            ("crates/smpp-net/tests/links.rs", "//! Links."),
            ("crates/testkit/src/lib.rs", "//! World."),
        ]);
        let of_tests: Vec<&str> = tree
            .files
            .iter()
            .filter(|file| tree.is_test(file))
            .map(|file| &*file.path)
            .collect();
        assert_eq!(
            of_tests,
            [
                "crates/sms/src/tables.rs",
                "crates/sms/src/text/tests.rs",
                "crates/smpp-net/tests/links.rs",
                "crates/testkit/src/lib.rs",
            ]
        );
    }

    #[test]
    fn finds_the_manifests_of_the_crates_only() {
        let tree = Tree::of(&[
            ("Cargo.toml", ""),
            ("bench/Cargo.toml", ""),
            ("crates/sms/Cargo.toml", ""),
            ("xtask/Cargo.toml", ""),
        ]);
        let names: Vec<&str> = tree.manifests().map(|(name, _)| name).collect();
        assert_eq!(names, ["bench", "sms"]);
    }
}
