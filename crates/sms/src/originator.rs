//! Originators: whom a message says it is from.

use std::{fmt, str::FromStr};

use thiserror::Error;

use crate::inline::InlineText;

/// The most characters of an alphanumeric originator: 10 octets of packed septets
/// [3GPP TS 23.040 §9.1.2.5].
pub const MAX_ALPHANUMERIC: usize = 11;
/// The most digits of a numeric originator.
pub const MAX_NUMERIC: usize = InlineText::CAPACITY;

/// Tells names from numbers; the wire types an address by it.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum OriginatorKind {
    /// A name, to which nobody can answer.
    Alphanumeric,
    /// A number or a short code.
    Numeric,
}

/// Says why a text is not an originator.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Error)]
pub enum InvalidOriginator {
    /// Nothing but white space was given.
    #[error("the originator is empty")]
    Empty,
    /// A name has more than [`MAX_ALPHANUMERIC`] characters.
    #[error("an originator of letters has at most {MAX_ALPHANUMERIC} characters")]
    NameTooLong,
    /// A number has more than [`MAX_NUMERIC`] digits.
    #[error("an originator of digits has at most {MAX_NUMERIC} digits")]
    NumberTooLong,
    /// A character takes two septets or has none in the GSM alphabet.
    #[error("the originator has the character {0:?}, which networks do not carry")]
    Character(char),
}

/// Holds a name of 1–11 characters or a number of 1–15 digits.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Originator {
    kind: OriginatorKind,
    text: InlineText,
}

impl Originator {
    /// Reads an originator; white space around it is dropped.
    ///
    /// Digits, with or without a leading plus, are a number, and the plus is dropped, so that
    /// one number has one spelling. Anything else is a name, of ASCII characters that cost one
    /// septet each in the GSM default alphabet [3GPP TS 23.038 §6.2.1].
    pub fn parse(text: &str) -> Result<Self, InvalidOriginator> {
        let text = text.trim();
        let digits = text.strip_prefix('+').unwrap_or(text);
        if text.is_empty() {
            Err(InvalidOriginator::Empty)
        } else if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            let text = inline(digits, MAX_NUMERIC).ok_or(InvalidOriginator::NumberTooLong)?;
            Ok(Self {
                kind: OriginatorKind::Numeric,
                text,
            })
        } else if let Some(bad) = text.chars().find(|&character| !is_carried(character)) {
            Err(InvalidOriginator::Character(bad))
        } else {
            let text = inline(text, MAX_ALPHANUMERIC).ok_or(InvalidOriginator::NameTooLong)?;
            Ok(Self {
                kind: OriginatorKind::Alphanumeric,
                text,
            })
        }
    }

    /// Returns the name, or the digits without a plus.
    pub fn as_str(&self) -> &str {
        self.text.as_str()
    }

    /// Tells whether this is a name or a number.
    pub const fn kind(&self) -> OriginatorKind {
        self.kind
    }
}

/// Tells whether a character is printable ASCII and one septet of the GSM default alphabet;
/// the rest of ASCII is in the extension table or not there at all.
fn is_carried(character: char) -> bool {
    character.is_ascii_alphanumeric() || " !\"#$%&'()*+,-./:;<=>?@_".contains(character)
}

fn inline(text: &str, limit: usize) -> Option<InlineText> {
    let mut kept = InlineText::EMPTY;
    (text.len() <= limit && text.chars().all(|character| kept.push(character))).then_some(kept)
}

impl FromStr for Originator {
    type Err = InvalidOriginator;

    fn from_str(text: &str) -> Result<Self, InvalidOriginator> {
        Self::parse(text)
    }
}

impl AsRef<str> for Originator {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for Originator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Originator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Originator({})", self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_are_told_apart() {
        use OriginatorKind::{Alphanumeric, Numeric};
        for (given, kept, kind) in [
            ("MyShop", "MyShop", Alphanumeric),
            ("  My Shop ", "My Shop", Alphanumeric),
            ("1-800", "1-800", Alphanumeric),
            ("A&B #1 +5!", "A&B #1 +5!", Alphanumeric),
            ("ElevenChars", "ElevenChars", Alphanumeric),
            ("+380501234567", "380501234567", Numeric),
            ("3700", "3700", Numeric),
            ("123456789012345", "123456789012345", Numeric),
        ] {
            let originator = Originator::parse(given).unwrap();
            assert_eq!((originator.as_str(), originator.kind()), (kept, kind));
        }
    }

    #[test]
    fn what_networks_do_not_carry_is_refused() {
        use InvalidOriginator::{Character, Empty, NameTooLong, NumberTooLong};
        for (given, why) in [
            ("", Empty),
            (" \u{a0} ", Empty),
            ("TwelveLetter", NameTooLong),
            ("1234567890123456", NumberTooLong),
            ("Магазин", Character('М')),
            ("shop[1]", Character('[')),
            ("a\nb", Character('\n')),
            ("a`b", Character('`')),
        ] {
            assert_eq!(Originator::parse(given), Err(why), "{given:?}");
        }
    }
}
