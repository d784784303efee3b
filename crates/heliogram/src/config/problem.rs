//! What is wrong with a configuration file, where, and what to write instead.

use std::fmt;

/// Is one thing that is wrong.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    line: usize,
    what: String,
    hint: String,
}

impl Problem {
    /// Names a problem at an offset of the text.
    pub(crate) fn at(text: &str, offset: usize, what: &str, hint: &str) -> Self {
        let line = text
            .as_bytes()
            .iter()
            .take(offset)
            .filter(|octet| **octet == b'\n')
            .count()
            + 1;
        Self {
            line,
            what: what.to_owned(),
            hint: hint.to_owned(),
        }
    }

    /// Explains why the text could not be read at all.
    pub(crate) fn of_syntax(text: &str, error: &toml::de::Error) -> Self {
        let message = error.message();
        let offset = error.span().map_or(0, |span| span.start);
        match mismatch(message) {
            Some((what, hint)) => Self::at(text, offset, &what, &hint),
            None => Self::at(text, offset, message, &hint(message)),
        }
    }

    /// The line it is on, from 1.
    pub(crate) fn line(&self) -> usize {
        self.line
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.line, self.what)?;
        if self.hint.is_empty() {
            Ok(())
        } else {
            write!(f, " ({})", self.hint)
        }
    }
}

/// What the reader of the file calls the kinds of values, what people call them, and an example.
const KINDS: [(&str, &str, &str); 12] = [
    ("usize", NUMBER, "write digits alone, such as 10000"),
    ("u64", NUMBER, "write digits alone, such as 60000"),
    ("u32", NUMBER, "write digits alone, such as 24"),
    ("u16", NUMBER, "write digits alone, such as 10"),
    (
        "a nonzero u32",
        "a whole number above zero",
        "or leave it out",
    ),
    (
        "path string",
        "a path in quotes",
        "such as \"/var/lib/heliogram\"",
    ),
    ("socket address", "an address and port in quotes", ADDRESS),
    ("a string", "a text in quotes", ""),
    (
        "a sequence",
        "a list in brackets",
        "such as [\"UA\", \"MD\"]",
    ),
    ("a boolean", "true or false", "without quotes"),
    (
        "a map",
        "a section of names and values",
        "such as [exchange.rates]",
    ),
    ("struct", "a section", "such as [data]"),
];

const NUMBER: &str = "a whole number that is not too large";
const ADDRESS: &str = "write an address and port, such as \"127.0.0.1:8775\"";

/// Says in people's words that a value is of another kind than its key wants; `None` when the message is about something else.
fn mismatch(message: &str) -> Option<(String, String)> {
    let (found, expected) = message
        .strip_prefix("invalid type: ")
        .or_else(|| message.strip_prefix("invalid value: "))?
        .split_once(", expected ")?;
    let (kind, wanted, example) = KINDS
        .iter()
        .find(|(kind, _, _)| expected.starts_with(kind))?;
    let value = found.split('`').nth(1);
    let hint = match value {
        Some(value) if *kind == "a string" => format!("put it in quotes: \"{value}\""),
        _ => (*example).to_owned(),
    };
    Some((format!("{wanted} is expected here, not {found}"), hint))
}

fn hint(message: &str) -> String {
    if message.contains("socket address") {
        return ADDRESS.into();
    }
    if message == "wanted string or table" {
        return "write one of its words in quotes; heliogram config example shows them".into();
    }
    let mut quoted = message.split('`').skip(1).step_by(2);
    if message.starts_with("unknown field") {
        let Some(given) = quoted.next() else {
            return String::new();
        };
        let nearest = quoted.min_by_key(|known| distance(given, known));
        return nearest
            .filter(|known| distance(given, known) <= 3)
            .map(|known| format!("did you mean `{known}`?"))
            .unwrap_or_default();
    }
    let missing = message.strip_prefix("missing field ");
    match missing {
        Some("`data`") => "add a section [data] with directory = \"/var/lib/heliogram\"",
        Some("`directory`") => "add directory = \"/var/lib/heliogram\"",
        Some("`base`") => "add base = \"UAH\", the currency that the rates count from",
        Some(_) | None => "",
    }
    .to_owned()
}

/// The number of single-letter edits between two words.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.chars().enumerate() {
            let changed = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_the_edits_between_words() {
        assert_eq!(distance("listen", "listen"), 0);
        assert_eq!(distance("lisen", "listen"), 1);
        assert_eq!(distance("", "abc"), 3);
    }
}
