//! `cargo xtask docs`: the manual's tables of what each dialect serves, made from its coverage file.

mod tables;

use std::fs;

use anyhow::{Context, Result};

use crate::command::{Verdict, root};
use crate::coverage::{Coverage, FOLDER};

/// Where the manual's page of each dialect stands: `<dialect>.md` in this folder.
pub(crate) const PAGES: &str = "docs/manual/";

/// Divides a page: above it words that people wrote, below it what this module writes.
const MARK: &str =
    "<!-- `cargo xtask docs` writes what follows, from the dialect's coverage file. -->\n";

/// Writes the tables of every page anew.
pub(crate) fn run() -> Result<Verdict> {
    let folder = root().join(FOLDER);
    for entry in fs::read_dir(&folder).with_context(|| format!("cannot list {FOLDER}"))? {
        let file = entry?.path();
        let Some(dialect) = file.file_stem().and_then(|stem| stem.to_str()) else {
            continue;
        };
        let text =
            fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let coverage = Coverage::parse(&text).with_context(|| file.display().to_string())?;
        let path = format!("{PAGES}{dialect}.md");
        let old = fs::read_to_string(root().join(&path))
            .with_context(|| format!("cannot read {path}"))?;
        let new = page(&old, dialect, &coverage);
        let word = if new == old {
            "is as it must be"
        } else {
            "was written"
        };
        fs::write(root().join(&path), new).with_context(|| format!("cannot write {path}"))?;
        println!("{path} {word}");
    }
    Ok(Verdict::Passed)
}

/// Returns a page with its tables made anew; what stands above them is kept.
pub(crate) fn page(old: &str, dialect: &str, coverage: &Coverage) -> String {
    let written_by_people = old.split(MARK).next().unwrap_or_default().trim_end();
    format!(
        "{written_by_people}\n\n{MARK}\n{}",
        tables::print(dialect, coverage)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_wrote_is_kept_and_the_tables_are_replaced() {
        let text = "method = []\nsources = {}\n[every]\nrules = []\nparameters = []\nanswer = []\nerrors = []\n";
        let coverage = Coverage::parse(text).unwrap();
        let first = page("# Title\n\nWords.\n", "shop", &coverage);
        assert!(first.starts_with("# Title\n\nWords.\n\n<!--"), "{first}");
        assert_eq!(page(&first, "shop", &coverage), first);
        let spoilt = first.replace("## ", "## Not ");
        assert_ne!(spoilt, first);
        assert_eq!(page(&spoilt, "shop", &coverage), first);
    }
}
