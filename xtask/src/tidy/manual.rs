//! The manual's pages of the dialects say what the coverage files say.

use super::Finding;
use super::tree::Tree;
use crate::coverage::{Coverage, FOLDER};
use crate::docs::{self, PAGES};

/// Finds pages that are missing, or whose tables are not what `cargo xtask docs` would write.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let dialects = tree.files.iter().filter_map(|file| {
        let dialect = file.path.strip_prefix(FOLDER)?.strip_suffix(".toml")?;
        // What does not parse is found by the rule of coverage.
        Some((dialect, Coverage::parse(&file.text).ok()?))
    });
    dialects
        .filter_map(|(dialect, coverage)| {
            let path = format!("{PAGES}{dialect}.md");
            let Some(page) = tree.files.iter().find(|file| file.path == path) else {
                let mend = "write an introduction for people, then run `cargo xtask docs`";
                return Some(Finding::error(&path, 1, "the dialect has no page", mend));
            };
            let expected = docs::page(&page.text, dialect, &coverage);
            if expected == page.text {
                return None;
            }
            let mut lines = (1..).zip(expected.lines().zip(page.text.lines()));
            let differs = lines.find(|(_, (expected, found))| expected != found);
            let line = differs.map_or(page.text.lines().count(), |(number, _)| number);
            let what = "is not what `cargo xtask docs` would write";
            Some(Finding::error(&path, line, what, "run `cargo xtask docs`"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::places;
    use super::*;

    const COVERAGE: &str = "method = []\nsources = {}\n[every]\nrules = []\nparameters = []\nanswer = []\nerrors = []\n";

    fn findings(page: Option<&str>) -> Vec<String> {
        let mut files = vec![("crates/dialects/coverage/shop.toml", COVERAGE)];
        files.extend(page.map(|page| ("docs/manual/shop.md", page)));
        places(&check(&Tree::of(&files)))
    }

    #[test]
    fn a_dialect_without_a_page_is_found() {
        assert_eq!(findings(None), ["docs/manual/shop.md:1"]);
    }

    #[test]
    fn a_page_that_would_be_written_otherwise_is_found_at_the_difference() {
        let coverage = Coverage::parse(COVERAGE).unwrap();
        let page = docs::page("# Shop\n", "shop", &coverage);
        assert!(findings(Some(&page)).is_empty());
        let changed = page.replacen("## ", "## Not ", 1);
        let line = 1 + changed
            .split("## Not ")
            .next()
            .unwrap()
            .matches('\n')
            .count();
        assert_eq!(
            findings(Some(&changed)),
            [format!("docs/manual/shop.md:{line}")]
        );
        assert_eq!(findings(Some("# Shop\n")), ["docs/manual/shop.md:1"]);
    }
}
