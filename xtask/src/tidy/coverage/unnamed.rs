//! Where methods have paths, each golden file belongs to one of them: it stands in its folder, or the coverage file names it.

use std::collections::BTreeSet;

use super::super::Finding;
use super::super::tree::Tree;
use crate::coverage::{Coverage, GOLDEN, Item, Test};

const MEND: &str = "name it in the coverage file, or move it into the folder of a method";

/// Finds golden files that no item names and that stand in no method's folder.
pub(super) fn check(tree: &Tree, dialect: &str, coverage: &Coverage) -> Vec<Finding> {
    let folder = format!("{GOLDEN}{dialect}/");
    let named = named(dialect, coverage);
    let by = coverage.calls.by;
    let of_methods: Vec<String> = coverage
        .methods
        .iter()
        .map(|method| format!("{folder}{}/", method.folder(by)))
        .collect();
    tree.files
        .iter()
        .filter(|file| file.path.starts_with(&folder) && file.has_extension("http"))
        .filter(|file| !named.contains(&file.path))
        .filter(|file| !of_methods.iter().any(|of| file.path.starts_with(of)))
        .map(|file| Finding::error(&file.path, 1, "belongs to no method", MEND))
        .collect()
}

/// Lists the golden files that some item names.
fn named(dialect: &str, coverage: &Coverage) -> BTreeSet<String> {
    let every = &coverage.every;
    let of_every = [
        &every.rules,
        &every.parameters,
        &every.answer,
        &every.errors,
    ];
    let of_values = coverage.values.iter().map(|values| &values.items);
    let mut written: Vec<(&String, Option<String>)> = of_every
        .into_iter()
        .chain(of_values)
        .flat_map(|items| tests(items))
        .map(|test| (test, None))
        .collect();
    for method in &coverage.methods {
        let items = [&method.parameters, &method.answer, &method.errors];
        let items = items.into_iter().flat_map(|items| tests(items));
        let folder = method.folder(coverage.calls.by);
        written.extend(
            items
                .chain(&method.tests)
                .map(|test| (test, Some(folder.clone()))),
        );
    }
    let files = written.iter().filter_map(|(test, folder)| {
        let test = Test::parse(test, folder.as_deref())?;
        Some(test.files(dialect))
    });
    files.flatten().collect()
}

fn tests(items: &[Item]) -> impl Iterator<Item = &String> {
    items.iter().flat_map(|item| &item.tests)
}
