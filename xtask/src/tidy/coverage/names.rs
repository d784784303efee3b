//! The dialect's tables of methods and parameters name what the coverage file names, and the other way round.

use toml::Spanned;

use super::super::Finding;
use super::super::tree::{File, Tree};
use super::{line_at, line_of};
use crate::coverage::Coverage;

const MEND: &str = "the coverage file and the dialect's tables name the same: add the missing one";

/// Where names stand in a table of methods: what is before them, and what ends the place.
const METHODS: &[(&str, char)] = &[("Row::new(", ','), ("aliases: &[", ']')];
/// The same in tables of parameters: rows of `&["canonical", "other"],`, also of a table that is one line.
const PARAMETERS: &[(&str, char)] = &[("\n    &[", ']'), ("= &[&[", ']')];

/// A name and the line where it stands.
type Name = (String, usize);

/// Finds names that only one side knows.
pub(super) fn check(tree: &Tree, file: &File, dialect: &str, coverage: &Coverage) -> Vec<Finding> {
    let with_line =
        |name: &Spanned<String>, spelling: &str| (spelling.to_owned(), line_of(file, name));
    let methods: Vec<Name> = coverage
        .methods
        .iter()
        .flat_map(|method| {
            let names = std::iter::once(method.name.get_ref()).chain(&method.also);
            names.map(|name| with_line(&method.name, name))
        })
        .collect();
    let of_methods = coverage
        .methods
        .iter()
        .flat_map(|method| &method.parameters);
    let parameters: Vec<Name> = coverage
        .every
        .parameters
        .iter()
        .chain(of_methods)
        .filter(|parameter| parameter.absent.is_none())
        .flat_map(|parameter| {
            let spellings = coverage.spellings_of(parameter.name.get_ref());
            spellings.map(|spelling| with_line(&parameter.name, spelling))
        })
        .collect();
    let mut findings = Vec::new();
    for (what, known, places) in [
        ("method", methods, METHODS),
        ("parameter", parameters, PARAMETERS),
    ] {
        let path = format!("crates/dialects/src/{dialect}/{what}.rs");
        let Some(table) = tree.files.iter().find(|file| file.path == path) else {
            let what = format!("there is no {path} to compare with");
            findings.push(Finding::error(&file.path, 1, what, MEND));
            continue;
        };
        let served = names_in(&table.text, places);
        for (name, line) in missing(&served, &known) {
            let what = format!("the {what} {name} is not in the coverage file");
            findings.push(Finding::error(&table.path, *line, what, MEND));
        }
        for (name, line) in missing(&known, &served) {
            let what = format!("the {what} {name} is not in the dialect's table");
            findings.push(Finding::error(&file.path, *line, what, MEND));
        }
    }
    findings
}

/// Lists what stands in quotes between each of these beginnings and the end that belongs to it, above the file's tests.
fn names_in(text: &str, places: &[(&str, char)]) -> Vec<Name> {
    let shipped = text.split("#[cfg(test)]").next().unwrap_or_default();
    let mut names = Vec::new();
    for (beginning, end) in places {
        for (at, _) in shipped.match_indices(beginning) {
            let start = at + beginning.len();
            let place = shipped[start..].split(*end).next().unwrap_or_default();
            for quoted in place.split('"').skip(1).step_by(2) {
                let offset = place.find(quoted).unwrap_or_default();
                names.push((quoted.to_owned(), line_at(shipped, start + offset)));
            }
        }
    }
    names
}

/// Lists the names that the others have not, each once; case does not count.
fn missing<'a>(names: &'a [Name], others: &[Name]) -> Vec<&'a Name> {
    let mut found: Vec<&Name> = Vec::new();
    for name in names {
        let is_it = |other: &Name| other.0.eq_ignore_ascii_case(&name.0);
        if !others.iter().any(is_it) && !found.iter().any(|other| is_it(other)) {
            found.push(name);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_names(text: &str, places: &[(&str, char)], expected: &[(&str, usize)]) {
        let names = names_in(text, places);
        let names: Vec<_> = names
            .iter()
            .map(|(name, line)| (name.as_str(), *line))
            .collect();
        assert_eq!(names, expected, "{text}");
    }

    #[test]
    fn names_are_read_from_the_tables_above_the_tests() {
        let text = "[\n    Row::new(\"one\", A),\n    Row::new(\n        \"two\",\n        B),\n    \
                    Row { aliases: &[\"three\", \"four\"], ..\"no\" },\n];\n#[cfg(test)]\nRow::new(\"x\"\n";
        check_names(
            text,
            METHODS,
            &[("one", 2), ("two", 4), ("three", 6), ("four", 6)],
        );
        let text = "const NAMES: &[&[&str]] = &[\n    &[\"id\"],\n    &[\n        \"a\",\n        \"b\",\n    ],\n];\n";
        check_names(text, PARAMETERS, &[("id", 2), ("a", 4), ("b", 5)]);
    }

    #[test]
    fn a_name_is_missing_once_and_in_no_case() {
        let name = |name: &str, line| (name.to_owned(), line);
        let names = [name("id", 1), name("ID", 2), name("key", 3)];
        assert_eq!(missing(&names, &[name("KEY", 9)]), [&names[0]]);
    }
}
