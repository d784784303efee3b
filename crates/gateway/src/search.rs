//! Conditions on the texts of stored things, as people write them into a search: `like`, equal, greater, less.
//!
//! Case never counts, in any script. Two numbers are compared as numbers, anything else as text.

use std::cmp::Ordering;

/// Says how a text is compared with the value of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// With a pattern: `%` stands for any run of characters, `_` for any one.
    Like,
    /// Equal.
    Equal,
    /// After it.
    Greater,
    /// After it or equal.
    GreaterOrEqual,
    /// Before it.
    Less,
    /// Before it or equal.
    LessOrEqual,
}

/// Holds one condition, ready to be tried on many texts.
#[derive(Clone, Debug)]
pub struct Condition {
    operation: Operation,
    value: String,
    pattern: Vec<Token>,
}

/// Names a page of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// How many are left out at the beginning.
    pub from: usize,
    /// How many follow at the most; all when `None`.
    pub limit: Option<usize>,
}

/// Holds a page of what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<T> {
    /// How many there are on all pages.
    pub total: u64,
    /// Those on the page.
    pub items: Vec<T>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    Run,
    One,
    Exactly(char),
}

impl Condition {
    /// Makes a condition.
    pub fn new(operation: Operation, value: &str) -> Self {
        let token = |character| match character {
            '%' => Token::Run,
            '_' => Token::One,
            other => Token::Exactly(fold(other)),
        };
        let pattern = match operation {
            Operation::Like => value.chars().map(token).collect(),
            _ => Vec::new(),
        };
        Self {
            operation,
            value: value.to_owned(),
            pattern,
        }
    }

    /// Tells whether a text fulfils it.
    pub fn holds(&self, text: &str) -> bool {
        match self.operation {
            Operation::Like => is_like(text, &self.pattern),
            Operation::Equal => self.compare(text) == Ordering::Equal,
            Operation::Greater => self.compare(text) == Ordering::Greater,
            Operation::GreaterOrEqual => self.compare(text) != Ordering::Less,
            Operation::Less => self.compare(text) == Ordering::Less,
            Operation::LessOrEqual => self.compare(text) != Ordering::Greater,
        }
    }

    /// Returns what every text that fulfils it begins with, and whether that is enough; `None` when texts need not begin alike.
    /// The beginning is of the value's own case.
    pub(crate) fn beginning(&self) -> Option<(&str, Beginning)> {
        match self.operation {
            Operation::Equal => Some((&self.value, Beginning::Whole)),
            Operation::Like => {
                let end = self.value.find(['%', '_']);
                let beginning = &self.value[..end.unwrap_or(self.value.len())];
                let kind = match end.map(|end| &self.value[end..]) {
                    None => Beginning::Whole,
                    Some("%") => Beginning::Enough,
                    Some(_) => Beginning::Necessary,
                };
                (!beginning.is_empty()).then_some((beginning, kind))
            }
            _ => None,
        }
    }

    fn compare(&self, text: &str) -> Ordering {
        match (number(text), number(&self.value)) {
            (Some(one), Some(other)) => one.cmp(&other),
            _ => text.chars().map(fold).cmp(self.value.chars().map(fold)),
        }
    }
}

/// Says what the beginning of a condition's value is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beginning {
    /// A text must be it.
    Whole,
    /// A text must begin with it, and that is enough.
    Enough,
    /// A text must begin with it, and more.
    Necessary,
}

impl Page {
    /// Cuts the page out of all that was found, which comes in any order.
    pub(crate) fn cut<T: Ord>(self, mut all: Vec<T>) -> Found<T> {
        let total = all.len();
        let from = self.from.min(total);
        let end = self.end().min(total);
        if end < total {
            // A page out of very many need not wait for all of them to be sorted.
            all.select_nth_unstable(end);
            all.truncate(end);
        }
        all.sort_unstable();
        all.drain(..from);
        Found {
            total: total as u64,
            items: all,
        }
    }

    /// How many must be known to know the page.
    pub(crate) fn end(self) -> usize {
        self.limit
            .map_or(usize::MAX, |limit| self.from.saturating_add(limit))
    }
}

fn fold(character: char) -> char {
    // A letter that becomes several in lower case is compared by the first of them.
    character.to_lowercase().next().unwrap_or(character)
}

/// Reads a whole number of at most 18 digits.
fn number(text: &str) -> Option<i64> {
    let text = text.trim();
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_number =
        (1..=18).contains(&digits.len()) && digits.bytes().all(|octet| octet.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}

/// Matches with one place to come back to, the last run: as much work as text times pattern at the worst.
fn is_like(text: &str, pattern: &[Token]) -> bool {
    let mut rest = text.chars();
    let mut at = 0;
    let mut back: Option<(usize, std::str::Chars<'_>)> = None;
    loop {
        match pattern.get(at) {
            Some(Token::Run) => {
                at += 1;
                if at == pattern.len() {
                    return true;
                }
                back = Some((at, rest.clone()));
                continue;
            }
            token => {
                let mut ahead = rest.clone();
                let fits = match (ahead.next(), token) {
                    (None, None) => return true,
                    (Some(_), Some(Token::One)) => true,
                    (Some(character), Some(Token::Exactly(expected))) => {
                        fold(character) == *expected
                    }
                    _ => false,
                };
                if fits {
                    rest = ahead;
                    at += 1;
                    continue;
                }
            }
        }
        let Some((after_run, from)) = &mut back else {
            return false;
        };
        if from.next().is_none() {
            return false;
        }
        rest = from.clone();
        at = *after_run;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn like(pattern: &str, text: &str) -> bool {
        Condition::new(Operation::Like, pattern).holds(text)
    }

    #[test]
    fn a_pattern_fits_in_any_case_and_script() {
        for (pattern, text) in [
            ("test%", "testNAME"),
            ("иван%", "Иван Васильевич"),
            ("%ВАСИЛЬ%", "Иван Васильевич"),
            ("_ван", "Иван"),
            ("%", ""),
            ("", ""),
            ("38063%", "380631234567"),
            ("%a%b%c", "xxaxxbxxabc"),
            ("a%%b", "ab"),
            ("%_", "x"),
        ] {
            assert!(like(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [
            ("test", "testNAME"),
            ("иван%", "Сергей Иванов"),
            ("_", ""),
            ("", "x"),
            ("%a%b%c", "xxaxxbxxabcd"),
            ("38063%", "38067"),
        ] {
            assert!(!like(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn a_pattern_made_to_be_slow_is_not() {
        let pattern = "%a".repeat(200) + "b";
        assert!(!like(&pattern, &"a".repeat(10_000)));
    }

    #[test]
    fn numbers_are_compared_as_numbers_and_texts_as_texts() {
        for (operation, value, text, expected) in [
            (Operation::Greater, "9", "10", true),
            (Operation::Less, "9", "10", false),
            (Operation::Equal, "10", "010", true),
            (
                Operation::Less,
                "2012-02-01 00:00:00",
                "2012-01-31 23:59:59",
                true,
            ),
            (Operation::GreaterOrEqual, "2012-02-01", "2012-02-01", true),
            (Operation::LessOrEqual, "b", "A", true),
            (Operation::Equal, "ИВАН", "Иван", true),
            (Operation::Greater, "", "x", true),
            (Operation::Equal, "-5", "-5", true),
        ] {
            assert_eq!(
                Condition::new(operation, value).holds(text),
                expected,
                "{text} {operation:?} {value}"
            );
        }
    }

    #[test]
    fn a_condition_tells_how_texts_must_begin() {
        let of = |operation, value: &str| {
            let condition = Condition::new(operation, value);
            condition
                .beginning()
                .map(|(text, kind)| (text.to_owned(), kind))
        };
        assert_eq!(
            of(Operation::Like, "38063%"),
            Some(("38063".into(), Beginning::Enough))
        );
        assert_eq!(
            of(Operation::Like, "380_3%"),
            Some(("380".into(), Beginning::Necessary))
        );
        assert_eq!(
            of(Operation::Like, "38063"),
            Some(("38063".into(), Beginning::Whole))
        );
        assert_eq!(of(Operation::Like, "%63"), None);
        assert_eq!(
            of(Operation::Equal, "38063"),
            Some(("38063".into(), Beginning::Whole))
        );
        assert_eq!(of(Operation::Less, "38063"), None);
    }

    #[test]
    fn a_page_is_cut_in_order() {
        let all = vec![5, 3, 9, 1, 7];
        let page = |from, limit| Page { from, limit }.cut(all.clone());
        assert_eq!(page(0, None).items, [1, 3, 5, 7, 9]);
        assert_eq!(page(1, Some(2)).items, [3, 5]);
        assert_eq!(page(4, Some(9)).items, [9]);
        assert_eq!(
            page(9, Some(2)),
            Found {
                total: 5,
                items: vec![]
            }
        );
    }
}
