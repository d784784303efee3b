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
        Self::at(text, offset, message, &hint(message))
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

fn hint(message: &str) -> String {
    if message.contains("socket address") {
        return "write an address and port, such as \"127.0.0.1:8775\"".into();
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
    if message.starts_with("missing field") && message.contains("`data`") {
        return "add a section [data] with directory = \"/var/lib/heliogram\"".into();
    }
    String::new()
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
