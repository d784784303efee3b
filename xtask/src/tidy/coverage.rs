//! Every documented item of a provider's API has a test that is there and shows it; the coverage file knows every method and
//! every parameter that the code knows, and everything that golden files send and show.

mod exchange;
mod names;
mod unlisted;
mod unnamed;

use std::collections::BTreeSet;

use toml::Spanned;

use super::Finding;
use super::code::has_test;
use super::tree::{File, Tree};
use crate::coverage::{By, Coverage, FOLDER, GOLDEN, Item, Method, Test, Values};
use exchange::Exchange;

const MEND: &str =
    "name a golden file or a test that shows it, or say in `absent` why it is not served";

/// Finds documented items without a test, tests that are not there or show something else, and what only one side knows.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for dialect in dialects(tree) {
        let path = format!("{FOLDER}{dialect}.toml");
        match tree.files.iter().find(|file| file.path == path) {
            Some(file) => findings.extend(check_one(tree, file, dialect)),
            None => findings.push(Finding::error(
                &path,
                1,
                "the dialect has no such file",
                MEND,
            )),
        }
    }
    findings
}

/// Lists the dialects: those with golden files, and those with a coverage file.
fn dialects(tree: &Tree) -> BTreeSet<&str> {
    fn dialect(file: &File) -> Option<&str> {
        let covered = file
            .path
            .strip_prefix(FOLDER)
            .and_then(|name| name.strip_suffix(".toml"));
        let golden = file.has_extension("http");
        let golden = golden.then(|| file.path.strip_prefix(GOLDEN)?.split_once('/'));
        covered.or_else(|| Some(golden.flatten()?.0))
    }
    tree.files.iter().filter_map(dialect).collect()
}

fn check_one(tree: &Tree, file: &File, dialect: &str) -> Vec<Finding> {
    let coverage = match Coverage::parse(&file.text) {
        Ok(coverage) => coverage,
        Err(error) => {
            let line = error
                .span()
                .map_or(1, |span| line_at(&file.text, span.start));
            let mend = "see xtask/src/coverage.rs for what may stand there";
            return vec![Finding::error(&file.path, line, error.message(), mend)];
        }
    };
    let mut check = Check {
        tree,
        file,
        dialect,
        coverage: &coverage,
        findings: Vec::new(),
    };
    check.every_call();
    for method in &coverage.methods {
        check.method(method);
    }
    for values in &coverage.values {
        check.values(values);
    }
    let mut findings = check.findings;
    findings.extend(match coverage.calls.by {
        By::Name => {
            let mut more = names::check(tree, file, dialect, &coverage);
            more.extend(unlisted::check(tree, dialect, &coverage));
            more
        }
        By::Path => unnamed::check(tree, dialect, &coverage),
    });
    findings
}

/// What a golden file must show; an error says what it does not.
type Shows<'a> = &'a dyn Fn(&Exchange) -> Result<(), String>;

/// Holds what is checked of one dialect, and what was found so far.
struct Check<'a> {
    tree: &'a Tree,
    file: &'a File,
    dialect: &'a str,
    coverage: &'a Coverage,
    findings: Vec<Finding>,
}

impl Check<'_> {
    fn every_call(&mut self) {
        let coverage = self.coverage;
        let every = &coverage.every;
        for rule in &every.rules {
            self.item(rule, None, &|_| Ok(()));
        }
        for parameter in &every.parameters {
            self.parameter(parameter, None);
        }
        for member in &every.answer {
            self.item(member, None, &|exchange| has_member(exchange, member));
        }
        for error in &every.errors {
            self.item(error, None, &|exchange| has_code(coverage, exchange, error));
        }
    }

    fn method(&mut self, method: &Method) {
        let coverage = self.coverage;
        if method.tests.is_empty() {
            self.complain(&method.name, "has no test");
        }
        self.tests(&method.name, &method.tests, Some(method), &|_| Ok(()));
        for parameter in &method.parameters {
            self.parameter(parameter, Some(method));
        }
        for member in &method.answer {
            self.item(member, Some(method), &|exchange| {
                has_member(exchange, member)
            });
        }
        for error in &method.errors {
            self.item(error, Some(method), &|exchange| {
                has_code(coverage, exchange, error)
            });
        }
    }

    /// Each test of a parameter sends it, and by name one of them not empty: by path there are flags without a value.
    fn parameter(&mut self, parameter: &Item, method: Option<&Method>) {
        let coverage = self.coverage;
        let name = parameter.name.get_ref();
        let sent = |exchange: &Exchange| {
            let values = coverage
                .spellings_of(name)
                .flat_map(|spelling| exchange.sent(spelling));
            values
                .map(|(_, value)| value.to_owned())
                .collect::<Vec<_>>()
        };
        let found = self.item(parameter, method, &|exchange| {
            let is_sent = !sent(exchange).is_empty();
            is_sent
                .then_some(())
                .ok_or_else(|| format!("does not send {name}"))
        });
        let is_empty = |exchange: &Exchange| sent(exchange).iter().all(String::is_empty);
        let needs_value = coverage.calls.by == By::Name;
        if needs_value && !found.is_empty() && found.iter().all(is_empty) {
            self.complain(&parameter.name, "is empty in each of its tests");
        }
    }

    fn values(&mut self, values: &Values) {
        let coverage = self.coverage;
        let method = values.method.as_ref().map(|name| {
            let is_it = |method: &&Method| method.name.get_ref() == name;
            coverage.methods.iter().find(is_it).ok_or(name)
        });
        let method = match method.transpose() {
            Ok(method) => method,
            Err(name) => return self.complain(&values.of, format!("are of no method: {name}")),
        };
        for value in &values.items {
            let name = value.name.get_ref();
            self.item(value, method, &|exchange| {
                let in_answer = |member: &String| exchange.shows(member, name);
                let in_request = |parameter: &String| {
                    let mut spellings = coverage.spellings_of(parameter);
                    spellings.any(|spelling| exchange.sends(spelling, name))
                };
                let shown = exchange.has_text(&value.shows)
                    || values.member.as_ref().is_some_and(in_answer)
                    || values.parameter.as_ref().is_some_and(in_request);
                shown
                    .then_some(())
                    .ok_or_else(|| format!("does not show the value {name}"))
            });
        }
    }

    /// Checks the tests of an item, and returns its golden files.
    fn item(&mut self, item: &Item, method: Option<&Method>, shows: Shows<'_>) -> Vec<Exchange> {
        match (&item.absent, item.tests.as_slice()) {
            (None, []) => self.complain(&item.name, "has no test"),
            (Some(_), [_, ..]) => self.complain(&item.name, "is absent and has a test"),
            (Some(reason), []) if reason.is_empty() => {
                self.complain(&item.name, "is absent without a reason");
            }
            (Some(_), []) | (None, [_, ..]) => {}
        }
        self.tests(&item.name, &item.tests, method, shows)
    }

    fn tests(
        &mut self,
        name: &Spanned<String>,
        tests: &[String],
        method: Option<&Method>,
        shows: Shows<'_>,
    ) -> Vec<Exchange> {
        let tree = self.tree;
        let by = self.coverage.calls.by;
        let folder = method.map(|method| method.folder(by));
        let mut exchanges = Vec::new();
        for written in tests {
            let Some(test) = Test::parse(written, folder.as_deref()) else {
                self.complain(
                    name,
                    format!("{written:?} names no golden file: its method is missing"),
                );
                continue;
            };
            let places = test.files(self.dialect);
            let mut files = tree.files.iter().filter(|file| places.contains(&file.path));
            if let Test::Function { name: function, .. } = test {
                if !files.any(|file| has_test(&file.text, function)) {
                    self.complain(name, format!("no test {written} in {}", places.join(", ")));
                }
                continue;
            }
            let Some(file) = files.next() else {
                self.complain(name, format!("there is no {}", places[0]));
                continue;
            };
            let Some(exchange) = Exchange::read(&file.text, by) else {
                self.complain(
                    name,
                    format!("{written} is not in the form of a golden file"),
                );
                continue;
            };
            let called = method.is_none_or(|method| exchange.calls(method));
            let outcome = if called {
                shows(&exchange)
            } else {
                Err(format!("calls {}", exchange.called()))
            };
            if let Err(what) = outcome {
                self.complain(name, format!("{written} {what}"));
            }
            exchanges.push(exchange);
        }
        exchanges
    }

    fn complain(&mut self, name: &Spanned<String>, what: impl AsRef<str>) {
        let what = format!("`{}`: {}", name.get_ref(), what.as_ref());
        let line = line_of(self.file, name);
        self.findings
            .push(Finding::error(&self.file.path, line, what, MEND));
    }
}

fn has_member(exchange: &Exchange, member: &Item) -> Result<(), String> {
    if exchange.has_text(&member.shows) {
        return Ok(());
    }
    let shown = exchange.shown(member.name.get_ref());
    if shown.is_empty() {
        return Err("does not show it".to_owned());
    }
    // The elements of XML have no types.
    let is_right = |value: &serde_json::Value| {
        !exchange.is_json() || member.is.iter().any(|kind| kind.is_of(value))
    };
    let wrong = shown.into_iter().find(|value| !is_right(value));
    wrong.map_or(Ok(()), |value| {
        Err(format!("shows it as {value}, which is of another type"))
    })
}

fn has_code(coverage: &Coverage, exchange: &Exchange, error: &Item) -> Result<(), String> {
    let (calls, code) = (&coverage.calls, error.name.get_ref());
    let is_shown = exchange.has_text(&error.shows)
        || calls
            .codes
            .iter()
            .any(|member| exchange.shows(member, code))
        || calls.by == By::Path && exchange.status() == code;
    is_shown
        .then_some(())
        .ok_or_else(|| "does not answer this code".to_owned())
}

fn line_of(file: &File, name: &Spanned<String>) -> usize {
    line_at(&file.text, name.span().start)
}

fn line_at(text: &str, octet: usize) -> usize {
    text[..octet].matches('\n').count() + 1
}

#[cfg(test)]
mod tests;
