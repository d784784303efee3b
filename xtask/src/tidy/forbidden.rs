//! What must not stand in our Rust code, as a table: unfinished work, panics on input, impurity in the pure crates,
//! and a dialect's name below the dialects.

use super::Finding;
use super::code::{code_only, without_tests};
use super::tree::{File, Tree};

/// Which text of which files a ban is about.
#[derive(Clone, Copy)]
enum Where {
    /// All code, tests too.
    Code,
    /// Code that ships: no tests.
    ShippedCode,
    /// Shipped code of the crates that do no I/O and read no clock.
    PureCode,
    /// Every word, comments too, of the crates that know no dialect.
    BelowDialects,
}

struct Ban {
    scope: Where,
    /// Words to find, lower case for [`Where::BelowDialects`].
    words: &'static [&'static str],
    mend: &'static str,
}

const PURE: &[&str] = &["sms", "smpp"];
const BELOW_DIALECTS: &[&str] = &["gateway", "store", "store-sqlite", "store-postgres"];

const BANS: &[Ban] = &[
    Ban {
        scope: Where::Code,
        words: &["todo!", "unimplemented!", "dbg!"],
        mend: "finish it, or leave it out",
    },
    Ban {
        scope: Where::Code,
        words: &["#[ignore"],
        mend: "mend the test or delete it: a test that never runs says nothing",
    },
    Ban {
        scope: Where::ShippedCode,
        words: &[".unwrap()", ".unwrap_err()"],
        mend: "return the error, or use `expect` with the invariant that makes it safe",
    },
    Ban {
        scope: Where::PureCode,
        words: &[
            "SystemTime",
            "Instant",
            "std::net",
            "std::fs",
            "std::io",
            "tokio",
            "getrandom",
        ],
        mend: "pure crates take time, octets and randomness as arguments; waiting and files live in the edges",
    },
    Ban {
        scope: Where::BelowDialects,
        words: &[
            "atompark",
            "epochta",
            "smsclub",
            "atl infotech",
            "smscenter",
        ],
        mend: "say it without the provider's name; what is the provider's own belongs in crates/dialects",
    },
];

/// Finds banned words.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    tree.files
        .iter()
        .flat_map(|file| check_one(tree, file))
        .collect()
}

fn check_one(tree: &Tree, file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    for ban in BANS {
        let Some(text) = text_in_scope(tree, file, ban.scope) else {
            continue;
        };
        for (number, line) in (1..).zip(text.lines()) {
            for word in ban.words.iter().filter(|word| contains_word(line, word)) {
                findings.push(Finding::error(
                    &file.path,
                    number,
                    format!("`{word}`"),
                    ban.mend,
                ));
            }
        }
    }
    findings
}

fn text_in_scope(tree: &Tree, file: &File, scope: Where) -> Option<String> {
    let is_of = |crates: &[&str]| file.crate_name().is_some_and(|name| crates.contains(&name));
    let ships = file.is_rust() && !tree.is_test(file);
    let shipped = || without_tests(&code_only(&file.text));
    match scope {
        Where::Code => file.is_rust().then(|| code_only(&file.text)),
        Where::ShippedCode => ships.then(shipped),
        Where::PureCode => (ships && is_of(PURE)).then(shipped),
        Where::BelowDialects => is_of(BELOW_DIALECTS).then(|| file.text.to_lowercase()),
    }
}

/// Tells whether a word stands in the line and is not the end or the beginning of a longer one.
fn contains_word(line: &str, word: &str) -> bool {
    let is_letter = |letter: char| letter.is_alphanumeric() || letter == '_';
    line.match_indices(word).any(|(at, _)| {
        let goes_on_before = word.starts_with(is_letter) && line[..at].ends_with(is_letter);
        let goes_on_after =
            word.ends_with(is_letter) && line[at + word.len()..].starts_with(is_letter);
        !goes_on_before && !goes_on_after
    })
}

#[cfg(test)]
mod tests {
    use super::super::places;
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        check(&Tree::of(&[(path, text)]))
            .iter()
            .map(|finding| finding.line)
            .collect()
    }

    #[test]
    fn finds_unfinished_work_in_code_but_not_in_words_about_it() {
        assert_eq!(
            lines("a.rs", "//! Ours.\nfn f() { todo!() }\n// todo!\n"),
            [2]
        );
        assert_eq!(
            lines("a.rs", "fn f() { unimplemented!() }\nlet x = dbg!(y);\n"),
            [1, 2]
        );
        assert_eq!(
            lines("a/tests/b.rs", "#[ignore = \"slow\"]\nfn f() {}\n"),
            [1]
        );
        assert!(lines("a.rs", "let x = \"todo!\";\nmy_todo!();\n").is_empty());
    }

    #[test]
    fn finds_unwrap_outside_tests_only() {
        let text = "fn f() { g().unwrap() }\nfn h() { g().unwrap_or(1) }\n";
        assert_eq!(lines("crates/sms/src/a.rs", text), [1]);
        assert!(lines("crates/sms/tests/a.rs", text).is_empty());
        let with_tests = format!("#[cfg(test)]\nmod tests {{\n{text}}}\n");
        assert!(lines("crates/sms/src/a.rs", &with_tests).is_empty());
    }

    #[test]
    fn keeps_pure_crates_pure() {
        let text = "use std::time::{Duration, Instant};\nuse tokio::net;\nuse std::fs;\n";
        assert_eq!(lines("crates/smpp/src/a.rs", text), [1, 2, 3]);
        assert!(lines("crates/smpp/tests/a.rs", text).is_empty());
        assert!(lines("crates/smpp-net/src/a.rs", text).is_empty());
        assert!(lines("crates/sms/src/a.rs", "fn instant() { Instantly }\n").is_empty());
    }

    #[test]
    fn finds_a_dialects_name_below_the_dialects_even_in_comments() {
        let tree = Tree::of(&[
            ("crates/gateway/src/a.rs", "//! As AtomPark does.\n"),
            ("crates/store-sqlite/sql/b.sql", "-- for\n-- SMSClub\n"),
            ("crates/dialects/src/atompark.rs", "//! Atompark.\n"),
        ]);
        assert_eq!(
            places(&check(&tree)),
            [
                "crates/gateway/src/a.rs:1",
                "crates/store-sqlite/sql/b.sql:2"
            ]
        );
    }
}
