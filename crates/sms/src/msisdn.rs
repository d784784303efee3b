//! Telephone numbers: what a customer typed, and the digits that it means.

use std::{fmt, str::FromStr};

use thiserror::Error;

use crate::inline::InlineText;

/// The fewest digits that a number may have.
pub const MIN_DIGITS: usize = 5;
/// The most digits that a number may have [E.164 §6.2.1].
pub const MAX_DIGITS: usize = InlineText::CAPACITY;

/// Says why a text is not a number.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Error)]
pub enum InvalidMsisdn {
    /// Nothing is left once separators are stripped.
    #[error("the number is empty")]
    Empty,
    /// A character is neither a digit nor a separator.
    #[error("the number has the character {0:?}, which is not a digit")]
    NotADigit(char),
    /// There are fewer than [`MIN_DIGITS`] digits.
    #[error("the number has fewer than {MIN_DIGITS} digits")]
    TooShort,
    /// There are more than [`MAX_DIGITS`] digits.
    #[error("the number has more than {MAX_DIGITS} digits")]
    TooLong,
}

/// Holds an international number: 5 to 15 digits, country code first, without a plus.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Msisdn(InlineText);

impl Msisdn {
    /// Reads a number as people write it: white space and `+ ( ) - .` are dropped wherever
    /// they stand, and nothing is guessed about national forms.
    pub fn parse(text: &str) -> Result<Self, InvalidMsisdn> {
        // Nearly every program sends digits alone.
        if (MIN_DIGITS..=MAX_DIGITS).contains(&text.len())
            && let Some(digits) = InlineText::digits(text)
        {
            return Ok(Self(digits));
        }
        let mut digits = InlineText::EMPTY;
        let mut too_long = false;
        for character in text.chars().filter(|&character| !is_separator(character)) {
            if !character.is_ascii_digit() {
                return Err(InvalidMsisdn::NotADigit(character));
            }
            too_long |= !digits.push(character);
        }
        match digits.as_bytes().len() {
            _ if too_long => Err(InvalidMsisdn::TooLong),
            0 => Err(InvalidMsisdn::Empty),
            MIN_DIGITS.. => Ok(Self(digits)),
            _ => Err(InvalidMsisdn::TooShort),
        }
    }

    /// Returns the digits.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Tells whether two numbers may be the same phone's in different forms: the same digits, or the last ones of the longer,
    /// with a trunk zero or without, as operators write national numbers. Seven digits at least must agree.
    pub fn is_same_phone(&self, other: &Self) -> bool {
        if self == other {
            return true;
        }
        let [one, two] = [self, other].map(|number| {
            let digits = number.as_bytes();
            let zeros = digits.iter().take_while(|octet| **octet == b'0').count();
            &digits[zeros..]
        });
        one.len().min(two.len()) >= 7 && (one.ends_with(two) || two.ends_with(one))
    }

    /// Returns the digits as ASCII octets.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

fn is_separator(character: char) -> bool {
    matches!(character, '+' | '(' | ')' | '-' | '.') || character.is_whitespace()
}

impl FromStr for Msisdn {
    type Err = InvalidMsisdn;

    fn from_str(text: &str) -> Result<Self, InvalidMsisdn> {
        Self::parse(text)
    }
}

impl AsRef<str> for Msisdn {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for Msisdn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Msisdn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Msisdn({})", self.as_str())
    }
}

/// Keeps a recipient as the customer gave it beside the number that it means.
///
/// A bad number is a recipient too: it becomes a message that ends at once with a reason,
/// so that the customer can find it in the report.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recipient {
    /// The text exactly as it was given.
    pub given: String,
    /// The number, or why there is none.
    pub msisdn: Result<Msisdn, InvalidMsisdn>,
}

impl Recipient {
    /// Keeps the text and reads the number from it.
    pub fn new(given: &str) -> Self {
        Self {
            given: given.to_owned(),
            msisdn: Msisdn::parse(given),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_are_dropped_wherever_they_stand() {
        for (given, digits) in [
            ("380501234567", "380501234567"),
            ("+38 (050) 123-45-67", "380501234567"),
            ("38\u{a0}050.123\u{202f}45\t67", "380501234567"),
            ("12345", "12345"),
            ("123456789012345", "123456789012345"),
        ] {
            assert_eq!(Msisdn::parse(given).unwrap().as_str(), digits);
        }
    }

    #[test]
    fn what_is_not_a_number_says_why() {
        use InvalidMsisdn::{Empty, NotADigit, TooLong, TooShort};
        for (given, why) in [
            ("", Empty),
            (" +()-. ", Empty),
            ("1234", TooShort),
            ("1234567890123456", TooLong),
            ("38050123456x", NotADigit('x')),
            ("٣٨٠٥٠١٢٣٤٥٦٧", NotADigit('٣')),
            ("Array", NotADigit('A')),
        ] {
            assert_eq!(Msisdn::parse(given), Err(why), "{given:?}");
        }
    }

    #[test]
    fn numbers_order_as_their_digits_do() {
        let number = |digits| Msisdn::parse(digits).unwrap();
        assert!(number("38050") < number("380501"));
        assert!(number("380509") < number("38051"));
    }

    #[test]
    fn a_recipient_keeps_what_was_given() {
        let recipient = Recipient::new("+38 050 123 45 67");
        assert_eq!(recipient.given, "+38 050 123 45 67");
        assert_eq!(recipient.msisdn.unwrap().to_string(), "380501234567");
        assert!(Recipient::new("?").msisdn.is_err());
    }

    #[test]
    fn knows_a_phone_in_its_national_form() {
        let same = |one: &str, two: &str| {
            Msisdn::parse(one)
                .unwrap()
                .is_same_phone(&Msisdn::parse(two).unwrap())
        };
        assert!(same("380501234567", "0501234567") && same("0501234567", "380501234567"));
        assert!(same("380501234567", "501234567") && same("10101", "10101"));
        assert!(!same("380501234567", "380501234568"));
        assert!(!same("380501234567", "34567"));
    }
}
