//! The table of failure cases names, for each, tests that there are.

use super::Finding;
use super::tree::Tree;

/// Where the table stands.
const PAGE: &str = "docs/failure-cases.md";

const MEND: &str = "name a test of the case, as `crate: name_of_the_test`, or write it";

/// Finds rows without a test, and tests that are nowhere.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let Some(page) = tree.files.iter().find(|file| file.path == PAGE) else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for (line, text) in page.lines() {
        let Some(tests) = tests_of_row(text) else {
            continue;
        };
        if tests.is_empty() {
            findings.push(Finding::error(PAGE, line, "the case has no test", MEND));
        }
        for (name, test) in tests {
            if !exists(tree, name, test) {
                let what = format!("there is no test {test} in crate {name}");
                findings.push(Finding::error(PAGE, line, what, MEND));
            }
        }
    }
    findings
}

/// The crates and names of tests in the last cell of a row that begins with the number of a case; `None` for other lines.
fn tests_of_row(line: &str) -> Option<Vec<(&str, &str)>> {
    let row = line.strip_prefix("| ")?.strip_suffix(" |")?;
    let (number, _) = row.split_once(" | ")?;
    if number.is_empty() || !number.bytes().all(|octet| octet.is_ascii_digit()) {
        return None;
    }
    let (_, last) = row.rsplit_once(" | ")?;
    let named = last.split('`').skip(1).step_by(2);
    Some(named.filter_map(|named| named.split_once(": ")).collect())
}

fn exists(tree: &Tree, name: &str, test: &str) -> bool {
    let heads = [format!("fn {test}("), format!("fn {test}<")];
    let mut files = tree
        .files
        .iter()
        .filter(|file| file.is_rust() && file.crate_name() == Some(name));
    files.any(|file| heads.iter().any(|head| file.text.contains(head)))
}

#[cfg(test)]
mod tests {
    use super::super::places;
    use super::*;

    fn findings(row: &str) -> Vec<String> {
        let page = format!("# Cases\n\n| case | tests |\n| --- | --- |\n{row}\n");
        let tree = Tree::of(&[
            (PAGE, &page),
            (
                "crates/smpp/src/lib.rs",
                "#[test]\nfn ids_are_octets() {}\n",
            ),
        ]);
        places(&check(&tree))
    }

    #[test]
    fn a_case_whose_tests_are_there_is_in_order() {
        for row in [
            "| 2 | numbers | `smpp: ids_are_octets` |",
            "| 2 | numbers | `smpp: ids_are_octets`, `smpp: ids_are_octets` |",
            "| numbers | none of ours |",
        ] {
            assert_eq!(findings(row), [""; 0], "{row}");
        }
    }

    #[test]
    fn a_case_without_a_test_or_with_one_that_is_nowhere_is_found() {
        for row in [
            "| 2 | numbers | none yet |",
            "| 2 | numbers | `smpp: ids_are` |",
            "| 2 | numbers | `gateway: ids_are_octets` |",
        ] {
            assert_eq!(findings(row), [format!("{PAGE}:5")], "{row}");
        }
    }
}
