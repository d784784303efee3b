//! What every crate's manifest must say: the folder's name, and the workspace's lints.

use toml::Table;

use super::Finding;
use super::tree::{File, Tree};

/// Finds manifests that do not parse, are named unlike their folder, or leave the lints out.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let xtask = tree
        .files
        .iter()
        .find(|file| file.path == "xtask/Cargo.toml");
    tree.manifests()
        .chain(xtask.map(|file| ("xtask", file)))
        .flat_map(|(folder, file)| check_one(folder, file))
        .collect()
}

/// Parses a manifest; `None` was already found by [`check`].
pub(super) fn table(file: &File) -> Option<Table> {
    file.text.parse().ok()
}

/// Finds the line of a key, or the first line.
pub(super) fn line_of(file: &File, key: &str) -> usize {
    let starts = |line: &str| {
        line.trim_start()
            .strip_prefix(key)
            .is_some_and(|rest| rest.starts_with([' ', '.', '=']))
    };
    file.lines()
        .find(|(_, line)| starts(line))
        .map_or(1, |(number, _)| number)
}

fn check_one(folder: &str, file: &File) -> Vec<Finding> {
    let Some(manifest) = table(file) else {
        return vec![Finding::error(
            &file.path,
            1,
            "not a TOML file",
            "ask cargo what is wrong with it",
        )];
    };
    let mut findings = Vec::new();
    let name = manifest
        .get("package")
        .and_then(|package| package.get("name")?.as_str());
    if name != Some(folder) {
        let what = format!(
            "package name {:?} is not its folder's, {folder:?}",
            name.unwrap_or("")
        );
        let mend = "one name: rename the package or the folder";
        findings.push(Finding::error(
            &file.path,
            line_of(file, "name"),
            what,
            mend,
        ));
    }
    let inherits = manifest
        .get("lints")
        .and_then(|lints| lints.get("workspace")?.as_bool());
    if inherits != Some(true) {
        let mend = "add `[lints]` with `workspace = true`";
        findings.push(Finding::error(
            &file.path,
            1,
            "does not inherit the workspace's lints",
            mend,
        ));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::places;
    use super::*;

    const GOOD: &str = "[package]\nname = \"sms\"\n\n[lints]\nworkspace = true\n";

    fn findings(path: &str, text: &str) -> Vec<String> {
        places(&check(&Tree::of(&[(path, text)])))
    }

    #[test]
    fn passes_a_manifest_with_its_folders_name_and_the_lints() {
        assert!(findings("crates/sms/Cargo.toml", GOOD).is_empty());
    }

    #[test]
    fn finds_a_name_unlike_the_folder() {
        assert_eq!(
            findings("crates/texts/Cargo.toml", GOOD),
            ["crates/texts/Cargo.toml:2"]
        );
    }

    #[test]
    fn finds_missing_lints() {
        assert_eq!(
            findings("xtask/Cargo.toml", "[package]\nname = \"xtask\"\n"),
            ["xtask/Cargo.toml:1"]
        );
    }

    #[test]
    fn finds_a_manifest_that_does_not_parse() {
        assert_eq!(
            findings("crates/sms/Cargo.toml", "[package"),
            ["crates/sms/Cargo.toml:1"]
        );
    }
}
