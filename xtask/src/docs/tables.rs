//! The tables as Markdown: every call, each method under its group, the values, other spellings, what is not served.

use std::fmt::Write;

use crate::coverage::{By, Coverage, Item, Kind, Method, Need, Values};

/// Prints everything that follows the words of people.
pub(super) fn print(dialect: &str, coverage: &Coverage) -> String {
    let by = coverage.calls.by;
    let folder = match by {
        By::Name => "<method>",
        By::Path => "<folder>",
    };
    let mut page = format!(
        "## What is served\n\nEvery row names the test that holds it. A test in a method's own section is a file of the \
         folder\n`crates/dialects/tests/golden/{dialect}/{folder}`, one with a `/` is a file of another method's folder, and \
         one with `::` is\na function.\n"
    );
    if !coverage.sources.is_empty() {
        page.push_str("\nThe documents:\n\n");
        for (id, name) in &coverage.sources {
            push(&mut page, format_args!("- `{id}`: {name}\n"));
        }
    }
    let every = &coverage.every;
    page.push_str("\n### Every call\n");
    rules(&mut page, &every.rules);
    parameters(&mut page, &every.parameters);
    members(&mut page, &every.answer);
    errors(&mut page, &every.errors);
    for method in &coverage.methods {
        print_method(&mut page, coverage, method);
    }
    let of_all = coverage
        .values
        .iter()
        .filter(|values| values.method.is_none());
    for values in of_all {
        push(&mut page, format_args!("\n### {}\n", values.of.get_ref()));
        print_values(&mut page, values);
    }
    spellings(&mut page, coverage);
    absences(&mut page, coverage);
    page
}

fn print_method(page: &mut String, coverage: &Coverage, method: &Method) {
    if let Some(group) = &method.group {
        push(page, format_args!("\n### {group}\n"));
    }
    let name = method.name.get_ref();
    push(page, format_args!("\n#### {name}\n\n{}", method.does));
    if !method.also.is_empty() {
        push(page, format_args!(" Also called {}.", codes(&method.also)));
    }
    match method.cites.as_slice() {
        [] => page.push_str(" Not in the documents: programs call it."),
        cites => push(page, format_args!(" [{}]", cites.join("] ["))),
    }
    push(page, format_args!(" Tested by {}", codes(&method.tests)));
    let folder = method.folder(coverage.calls.by);
    if folder == *name {
        page.push_str(".\n");
    } else {
        push(page, format_args!(" of the folder `{folder}`.\n"));
    }
    parameters(page, &method.parameters);
    for values in &coverage.values {
        if values.method.as_ref() == Some(name) {
            push(page, format_args!("\n{}:\n", values.of.get_ref()));
            print_values(page, values);
        }
    }
    members(page, &method.answer);
    errors(page, &method.errors);
}

fn rules(page: &mut String, rules: &[Item]) {
    table(page, ["rule", "", "tested by"], served(rules), |rule| {
        [
            rule.name.get_ref().clone(),
            rule.what.clone(),
            codes(&rule.tests),
        ]
    });
}

fn parameters(page: &mut String, parameters: &[Item]) {
    let heads = ["parameter", "", "meaning", "tested by"];
    table(page, heads, served(parameters), |parameter| {
        let need = match parameter.need {
            Need::Required => "required",
            Need::Optional => "",
            Need::OneOf => "one of these",
            Need::Programs => "programs' own",
        };
        [
            code(parameter),
            need.to_owned(),
            parameter.what.clone(),
            codes(&parameter.tests),
        ]
    });
}

fn members(page: &mut String, members: &[Item]) {
    let heads = ["answer", "type", "meaning", "tested by"];
    table(page, heads, served(members), |member| {
        let kinds: Vec<&str> = member.is.iter().copied().map(Kind::word).collect();
        [
            code(member),
            kinds.join(" or "),
            member.what.clone(),
            codes(&member.tests),
        ]
    });
}

fn errors(page: &mut String, errors: &[Item]) {
    table(
        page,
        ["error", "when", "tested by"],
        served(errors),
        |error| [code(error), error.what.clone(), codes(&error.tests)],
    );
}

fn print_values(page: &mut String, values: &Values) {
    table(
        page,
        ["value", "meaning", "tested by"],
        served(&values.items),
        |value| [code(value), value.what.clone(), codes(&value.tests)],
    );
}

fn spellings(page: &mut String, coverage: &Coverage) {
    if coverage.spellings.is_empty() {
        return;
    }
    page.push_str("\n### Other spellings of parameters\n");
    if coverage.calls.by == By::Name {
        page.push_str("\nNames are read in any case.\n");
    }
    let rows = coverage.spellings.iter();
    table(
        page,
        ["parameter", "also read as"],
        rows,
        |(name, others)| [format!("`{name}`"), codes(others)],
    );
}

/// Gathers what is not served, with the method or the values that it belongs to.
fn absences(page: &mut String, coverage: &Coverage) {
    let every = &coverage.every;
    let of_every = [
        &every.rules,
        &every.parameters,
        &every.answer,
        &every.errors,
    ];
    let mut all: Vec<(&str, &Item)> = of_every
        .into_iter()
        .flatten()
        .map(|item| ("every call", item))
        .collect();
    for method in &coverage.methods {
        let of_method = [&method.parameters, &method.answer, &method.errors];
        all.extend(
            of_method
                .into_iter()
                .flatten()
                .map(|item| (method.name.get_ref().as_str(), item)),
        );
    }
    for values in &coverage.values {
        all.extend(
            values
                .items
                .iter()
                .map(|item| (values.of.get_ref().as_str(), item)),
        );
    }
    let absent = all
        .into_iter()
        .filter_map(|(of, item)| Some((of, item, item.absent.as_ref()?)));
    let absent: Vec<_> = absent.collect();
    if absent.is_empty() {
        return;
    }
    page.push_str("\n### What is not served\n");
    table(
        page,
        ["what", "of", "why"],
        absent.into_iter(),
        |(of, item, why)| [code(item), of.to_owned(), why.clone()],
    );
}

fn served(items: &[Item]) -> impl Iterator<Item = &Item> {
    items.iter().filter(|item| item.absent.is_none())
}

/// Prints a table, unless it would have no row.
fn table<T, const N: usize>(
    page: &mut String,
    heads: [&str; N],
    items: impl Iterator<Item = T>,
    row: impl Fn(T) -> [String; N],
) {
    let mut items = items.peekable();
    if items.peek().is_none() {
        return;
    }
    push(
        page,
        format_args!("\n| {} |\n|{}\n", heads.join(" | "), " --- |".repeat(N)),
    );
    for item in items {
        let cells = row(item).map(|cell| cell.replace('|', "\\|"));
        push(page, format_args!("| {} |\n", cells.join(" | ")));
    }
}

fn code(item: &Item) -> String {
    format!("`{}`", item.name.get_ref())
}

fn codes(words: &[String]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}

fn push(page: &mut String, text: std::fmt::Arguments<'_>) {
    page.write_fmt(text)
        .expect("a String takes whatever is written");
}

#[cfg(test)]
mod tests {
    use super::*;

    const COVERAGE: &str = r#"
sources = { doc-en = "The document" }
spellings = { id = ["ident"] }

[every]
rules = [{ name = "GET and POST", tests = ["send/document"] }]
parameters = []
answer = []
errors = [{ name = "-1", what = "wrong key | sum", tests = ["send/wrong"] }]

[[method]]
group = "Sending"
name = "send"
does = "Sends."
cites = ['doc-en "Sending"']
tests = ["document"]
parameters = [
  { name = "id", need = "required", what = "whose", tests = ["document"] },
  { name = "speed", absent = "there is only one" },
]
answer = [{ name = "price", is = ["number", "null"], what = "of all", tests = ["document"] }]

[[values]]
of = "States"
member = "state"
values = [{ name = "0", what = "queued", tests = ["send/document"] }]
"#;

    #[test]
    fn every_item_has_a_row_and_what_is_absent_its_reason() {
        let page = print("shop", &Coverage::parse(COVERAGE).unwrap());
        let rows = [
            "- `doc-en`: The document",
            "| GET and POST |  | `send/document` |",
            "| `-1` | wrong key \\| sum | `send/wrong` |",
            "### Sending",
            "Sends. [doc-en \"Sending\"] Tested by `document`.",
            "| `id` | required | whose | `document` |",
            "| `price` | number or null | of all | `document` |",
            "### States",
            "| `0` | queued | `send/document` |",
            "| `id` | `ident` |",
            "| `speed` | send | there is only one |",
        ];
        for row in rows {
            assert!(page.lines().any(|line| line == row), "{row}\n{page}");
        }
        assert_eq!(page.matches("speed").count(), 1, "{page}");
    }
}
