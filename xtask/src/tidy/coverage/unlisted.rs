//! What golden files send and show stands in the coverage file: the other half of "every item has a test".

use super::super::Finding;
use super::super::tree::Tree;
use super::exchange::Exchange;
use crate::coverage::{By, Coverage, GOLDEN, Item};

const MEND: &str = "list it with its method in the coverage file, or mend what is not meant";

/// Finds parameters, members and codes of golden files that the coverage file does not list for the method that is called.
pub(super) fn check(tree: &Tree, dialect: &str, coverage: &Coverage) -> Vec<Finding> {
    let folder = format!("{GOLDEN}{dialect}/");
    let mut findings = Vec::new();
    for file in tree
        .files
        .iter()
        .filter(|file| file.path.starts_with(&folder))
    {
        let Some(exchange) = Exchange::read(&file.text, By::Name) else {
            continue;
        };
        let called = coverage
            .methods
            .iter()
            .find(|method| exchange.calls(method));
        // A method that there is not has no items of its own.
        let Some(method) = called else { continue };
        let every = &coverage.every;
        let is_parameter = |sent: &str| {
            served(&every.parameters, &method.parameters).any(|item| {
                let mut spellings = coverage.spellings_of(item.name.get_ref());
                spellings.any(|spelling| spelling.eq_ignore_ascii_case(sent))
            })
        };
        let is_member = |shown: &str| {
            served(&every.answer, &method.answer).any(|item| item.name.get_ref() == shown)
        };
        let is_code = |shown: &str| {
            served(&every.errors, &method.errors).any(|item| item.name.get_ref() == shown)
        };
        let parameters = exchange
            .parameter_names()
            .filter(|name| !is_parameter(name));
        let mut unlisted: Vec<String> = parameters
            .map(|name| format!("the parameter {name}"))
            .collect();
        let members = exchange
            .members()
            .into_iter()
            .filter(|name| !is_member(name));
        unlisted.extend(members.map(|name| format!("the member {name}")));
        let code = exchange.code().filter(|code| !is_code(code));
        unlisted.extend(code.map(|code| format!("the code {code}")));
        for what in unlisted {
            let what = format!("{what} is not listed for {}", method.name.get_ref());
            findings.push(Finding::error(&file.path, 1, what, MEND));
        }
    }
    findings
}

fn served<'a>(of_every: &'a [Item], of_method: &'a [Item]) -> impl Iterator<Item = &'a Item> {
    of_every
        .iter()
        .chain(of_method)
        .filter(|item| item.absent.is_none())
}
