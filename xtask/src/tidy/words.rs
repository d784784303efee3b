//! Words that must not stand in any tracked file, because they mean something on one machine only.

use super::Finding;
use super::tree::{File, Tree};

struct Word {
    text: &'static str,
    mend: &'static str,
}

const PLACE: &str =
    "name the place as a reader's own machine has it, from the root of the repository";
const SOURCE: &str = "cite the document by its short id, such as [smpp34 §4.4.1]";
const REGISTRY: &str = "name the package and let its ordinary client find it";

/// Written in two halves, so that this file does not contain them itself.
const WORDS: &[Word] = &[
    Word {
        text: concat!("/wo", "rk/"),
        mend: PLACE,
    },
    Word {
        text: concat!("/ro", "ot/"),
        mend: PLACE,
    },
    Word {
        text: concat!("../sha", "red/"),
        mend: SOURCE,
    },
    Word {
        text: concat!("crates", ".io"),
        mend: REGISTRY,
    },
    Word {
        text: concat!("pypi", ".org"),
        mend: REGISTRY,
    },
    Word {
        text: concat!("pythonhosted", ".org"),
        mend: REGISTRY,
    },
    Word {
        text: concat!("npmjs", ".org"),
        mend: REGISTRY,
    },
    Word {
        text: concat!("deb.debian", ".org"),
        mend: REGISTRY,
    },
];

/// Written by cargo, and full of the registry's address.
const EXEMPT: &[&str] = &["Cargo.lock", "fuzz/Cargo.lock"];

/// Finds the words.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let read = |file: &&File| !EXEMPT.contains(&file.path.as_str());
    tree.files.iter().filter(read).flat_map(check_one).collect()
}

fn check_one(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, line) in file.lines() {
        for Word { text, mend } in WORDS.iter().filter(|word| stands_in(line, word.text)) {
            findings.push(Finding::error(
                &file.path,
                number,
                format!("`{text}`"),
                mend,
            ));
        }
    }
    findings
}

/// Tells whether the word stands in the line; an absolute path only where a path begins.
fn stands_in(line: &str, word: &str) -> bool {
    let is_path_before = |letter: char| letter.is_alphanumeric() || "._-/}".contains(letter);
    line.match_indices(word)
        .any(|(at, _)| !word.starts_with('/') || !line[..at].ends_with(is_path_before))
}

#[cfg(test)]
mod tests {
    use super::super::places;
    use super::*;

    #[test]
    fn finds_every_word_wherever_it_stands() {
        for word in WORDS {
            let text = format!("first\nsee `{}` there\n", word.text);
            let findings = check(&Tree::of(&[("docs/a.md", &text)]));
            assert_eq!(places(&findings), ["docs/a.md:2"], "{}", word.text);
        }
    }

    #[test]
    fn a_folder_of_the_same_name_further_down_is_no_finding() {
        let paths = WORDS.iter().filter(|word| word.text.starts_with('/'));
        let text: Vec<String> = paths.map(|word| format!("src{}", word.text)).collect();
        assert!(check(&Tree::of(&[("docs/a.md", &text.join("\n"))])).is_empty());
    }

    #[test]
    fn the_lock_file_is_cargos() {
        assert!(check(&Tree::of(&[("Cargo.lock", WORDS[3].text)])).is_empty());
    }
}
