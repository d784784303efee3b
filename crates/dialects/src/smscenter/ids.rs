//! Ids as programs choose them: numbers or short names, answered as they came.

use super::answer::Value;
use super::faults::Failure;

/// The longest name that an id may be.
const LONGEST: usize = 40;

/// Holds the id of a message or a mailing.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Id {
    /// A number; the only kind that we give.
    Number(i64),
    /// A name that the program chose, which may be a number that is written or sized otherwise.
    Name(String),
}

impl Id {
    /// Reads an id; `None` for an empty one and for 0, which ask for an id of ours.
    pub(super) fn read(text: &str) -> Result<Option<Self>, Failure> {
        let text = text.trim();
        let number = text.parse().ok().filter(|number: &i32| *number >= 0);
        match number.filter(|number| number.to_string() == text) {
            Some(0) => Ok(None),
            Some(number) => Ok(Some(Self::Number(number.into()))),
            None if text.is_empty() => Ok(None),
            None if is_name(text) => Ok(Some(Self::Name(text.to_owned()))),
            None => Err(Failure::Parameters),
        }
    }
}

fn is_name(text: &str) -> bool {
    let is_sign = |octet: u8| octet.is_ascii_alphanumeric() || b".-_".contains(&octet);
    text.len() <= LONGEST && text.bytes().all(is_sign)
}

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Name(name) => name.fmt(f),
        }
    }
}

impl From<Id> for Value {
    fn from(id: Id) -> Self {
        match id {
            Id::Number(number) => Self::Number(number),
            Id::Name(name) => Self::Text(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_are_kept_as_they_came() {
        let name = |text: &str| Some(Id::Name(text.to_owned()));
        for (text, expected) in [
            ("", None),
            ("0", None),
            ("1", Some(Id::Number(1))),
            ("2147483647", Some(Id::Number(2_147_483_647))),
            ("2147483648", name("2147483648")),
            ("007", name("007")),
            ("-1", name("-1")),
            ("a.B-c_9", name("a.B-c_9")),
            (&"x".repeat(40), name(&"x".repeat(40))),
        ] {
            assert_eq!(Id::read(text).ok(), Some(expected), "{text}");
        }
    }

    #[test]
    fn other_signs_and_more_of_them_are_refused() {
        for text in ["a b", "заказ", "a,b", "#1", &"x".repeat(41)] {
            assert!(Id::read(text).is_err(), "{text}");
        }
    }
}
