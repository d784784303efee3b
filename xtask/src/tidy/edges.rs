//! Who may use whom: the arrows of ARCHITECTURE.md as a table, compared with the crates' manifests.

use toml::Table;

use super::Finding;
use super::manifests::{line_of, table};
use super::tree::{File, Tree};

/// The crates of the house that each crate may depend on. No edge knows another edge; only the binary
/// names a backend; front ends see `gateway` and `sms`, never `store`; backends never see `gateway`.
const ALLOWED: &[(&str, &[&str])] = &[
    ("sms", &[]),
    ("smpp", &[]),
    ("store", &["sms"]),
    ("store-sqlite", &["sms", "store"]),
    ("gateway", &["sms", "store"]),
    ("smpp-net", &["sms", "smpp", "gateway"]),
    ("dialects", &["sms", "gateway"]),
    ("simulator", &["sms", "smpp"]),
    ("testkit", &["sms", "store", "gateway"]),
    (
        "heliogram",
        &[
            "sms",
            "smpp",
            "store",
            "store-sqlite",
            "gateway",
            "smpp-net",
            "dialects",
            "simulator",
        ],
    ),
    // It sees the gateway from outside, as a process, and measures single crates besides.
    (
        "bench",
        &[
            "sms",
            "smpp",
            "store",
            "store-sqlite",
            "gateway",
            "dialects",
            "simulator",
        ],
    ),
];

/// What tests may use besides: a real backend, a real operator, a clock that stands still.
const ALLOWED_IN_TESTS: &[&str] = &["testkit", "store-sqlite", "simulator"];

const MEND: &str = "call through the crate that may be used, or change the arrow with an ADR: \
                    ARCHITECTURE.md and the table in xtask/src/tidy/edges.rs together";

/// Finds dependencies between our crates that the picture does not allow.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, file) in tree.manifests() {
        let Some((_, allowed)) = ALLOWED.iter().find(|(of, _)| *of == name) else {
            let what = format!("crate {name} has no line in the table of allowed edges");
            findings.push(Finding::error(&file.path, 1, what, MEND));
            continue;
        };
        let Some(manifest) = table(file) else {
            continue;
        };
        for dependencies in dependency_tables(&manifest, &["dependencies", "build-dependencies"]) {
            findings.extend(forbidden_edges(name, file, dependencies, allowed, &[]));
        }
        for dependencies in dependency_tables(&manifest, &["dev-dependencies"]) {
            findings.extend(forbidden_edges(
                name,
                file,
                dependencies,
                allowed,
                ALLOWED_IN_TESTS,
            ));
        }
    }
    findings
}

fn forbidden_edges(
    name: &str,
    file: &File,
    dependencies: &Table,
    allowed: &[&str],
    allowed_besides: &[&str],
) -> Vec<Finding> {
    dependencies
        .keys()
        .filter(|used| ALLOWED.iter().any(|(ours, _)| ours == used))
        .filter(|used| {
            !allowed.contains(&used.as_str()) && !allowed_besides.contains(&used.as_str())
        })
        .map(|used| {
            let what = format!("{name} may not use {used}");
            Finding::error(&file.path, line_of(file, used), what, MEND)
        })
        .collect()
}

/// Finds the tables of these names at the top and below `[target.…]`.
fn dependency_tables<'m>(manifest: &'m Table, names: &[&str]) -> Vec<&'m Table> {
    let targets = manifest.get("target").and_then(toml::Value::as_table);
    let places = targets
        .into_iter()
        .flat_map(Table::values)
        .filter_map(toml::Value::as_table);
    std::iter::once(manifest)
        .chain(places)
        .flat_map(|place| names.iter().filter_map(|name| place.get(*name)?.as_table()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::places;
    use super::*;

    fn findings(path: &str, text: &str) -> Vec<String> {
        places(&check(&Tree::of(&[(path, text)])))
    }

    #[test]
    fn a_front_end_may_not_see_the_store() {
        let text = "[dependencies]\nsms.workspace = true\ngateway.workspace = true\nstore.workspace = true\n";
        assert_eq!(
            findings("crates/dialects/Cargo.toml", text),
            ["crates/dialects/Cargo.toml:4"]
        );
    }

    #[test]
    fn a_table_for_one_target_is_no_back_door() {
        let text = "[target.'cfg(unix)'.dependencies]\ngateway = { path = \"../gateway\" }\n";
        assert_eq!(
            findings("crates/store-sqlite/Cargo.toml", text),
            ["crates/store-sqlite/Cargo.toml:2"]
        );
    }

    #[test]
    fn tests_may_use_a_real_backend_but_the_crate_may_not() {
        let path = "crates/gateway/Cargo.toml";
        assert!(findings(path, "[dev-dependencies]\nstore-sqlite.workspace = true\n").is_empty());
        assert_eq!(
            findings(path, "[dependencies]\nstore-sqlite.workspace = true\n").len(),
            1
        );
        assert_eq!(
            findings(path, "[dev-dependencies]\ndialects.workspace = true\n").len(),
            1
        );
    }

    #[test]
    fn a_new_crate_needs_its_line_in_the_table() {
        assert_eq!(findings("crates/new/Cargo.toml", "").len(), 1);
    }

    #[test]
    fn other_peoples_crates_are_not_its_business() {
        assert!(
            findings(
                "crates/sms/Cargo.toml",
                "[dependencies]\nthiserror = \"2\"\n"
            )
            .is_empty()
        );
    }

    #[test]
    fn the_table_has_no_circle() {
        // A crate may only use crates that stand above it, but for the binary's own list.
        for (position, (name, allowed)) in ALLOWED.iter().enumerate() {
            for used in *allowed {
                assert!(
                    ALLOWED[..position].iter().any(|(above, _)| above == used),
                    "{name} → {used}"
                );
            }
        }
    }
}
