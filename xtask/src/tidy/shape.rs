//! The shape of a source file: it says what it is, it is not too long, and its name means something.

use super::Finding;
use super::code::code_only;
use super::tree::{File, Tree};

/// From here on look for the second subject.
const LONG: usize = 400;
/// From here on the first line must say why the file is whole.
const TOO_LONG: usize = 800;
/// Words with which a first line gives that reason.
const REASONS: &[&str] = &["table", "list", "because"];
/// Names under which things pile up that nobody can find again.
const EMPTY_NAMES: &[&str] = &["util", "utils", "common", "misc", "helper", "helpers"];

/// Finds Rust files without a first line, of great length, or with a name that says nothing.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    tree.files
        .iter()
        .filter(|file| file.is_rust())
        .flat_map(check_one)
        .collect()
}

fn check_one(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    let first = file.text.lines().next().unwrap_or_default();
    if !first.starts_with("//! ") {
        let mend = "open the file with `//!` and its subject in one or two sentences";
        findings.push(Finding::error(
            &file.path,
            1,
            "does not say what it is",
            mend,
        ));
    }
    findings.extend(check_length(file, first));
    findings.extend(check_names(file));
    findings
}

fn check_length(file: &File, first: &str) -> Option<Finding> {
    let length = file.text.lines().count();
    let gives_reason = REASONS.iter().any(|word| first.contains(word));
    if length <= LONG || gives_reason {
        return None;
    }
    let what = format!("{length} lines");
    Some(if length > TOO_LONG {
        let mend = "cut it at its second subject, or say in its first line why it is whole (a table, a list)";
        Finding::error(&file.path, 1, what, mend)
    } else {
        Finding::warning(&file.path, 1, what, "look for the second subject")
    })
}

fn check_names(file: &File) -> Vec<Finding> {
    const MEND: &str = "name it after what it holds";
    let mut findings = Vec::new();
    let stem = file.path.strip_suffix(".rs").unwrap_or(&file.path);
    if let Some(name) = stem.split('/').find(|name| EMPTY_NAMES.contains(name)) {
        findings.push(Finding::error(
            &file.path,
            1,
            format!("a module named {name}"),
            MEND,
        ));
    }
    for (number, line) in (1..).zip(code_only(&file.text).lines()) {
        let name = line
            .split_once("mod ")
            .and_then(|(_, rest)| rest.trim_end().strip_suffix('{'));
        if let Some(name) = name
            .map(str::trim)
            .filter(|name| EMPTY_NAMES.contains(name))
        {
            findings.push(Finding::error(
                &file.path,
                number,
                format!("a module named {name}"),
                MEND,
            ));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::{Weight, places};
    use super::*;

    fn findings(path: &str, text: &str) -> Vec<Finding> {
        check(&Tree::of(&[(path, text)]))
    }

    #[test]
    fn a_file_must_say_what_it_is() {
        assert_eq!(places(&findings("a.rs", "fn main() {}\n")), ["a.rs:1"]);
        assert!(findings("a.rs", "//! Says it.\n").is_empty());
        assert!(findings("a.txt", "no source\n").is_empty());
    }

    #[test]
    fn length_warns_then_fails_unless_the_first_line_gives_the_reason() {
        let cases = [
            ("//! Much.\n", LONG - 1, None),
            ("//! Much.\n", LONG, Some(Weight::Warning)),
            ("//! Much.\n", TOO_LONG, Some(Weight::Error)),
            ("//! The table of prefixes.\n", TOO_LONG, None),
        ];
        for (first, more, expected) in cases {
            let text = format!("{first}{}", "\n".repeat(more));
            let weight = findings("a.rs", &text)
                .first()
                .map(|finding| finding.weight);
            assert_eq!(weight, expected, "{first}{more}");
        }
    }

    #[test]
    fn a_name_must_mean_something() {
        assert_eq!(
            places(&findings("src/utils.rs", "//! X.\n")),
            ["src/utils.rs:1"]
        );
        assert_eq!(
            places(&findings("tests/common/mod.rs", "//! X.\n")),
            ["tests/common/mod.rs:1"]
        );
        assert_eq!(
            places(&findings("a.rs", "//! X.\nmod helpers {\n}\n")),
            ["a.rs:2"]
        );
        assert!(findings("a.rs", "//! X.\nmod commons;\n").is_empty());
    }
}
