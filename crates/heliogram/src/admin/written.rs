//! What people write on the command line, read once: names, originators, countries, currencies.

use sms::{Country, Currency, Originator};

/// The most characters of a name.
const LONGEST_NAME: usize = 64;

/// Reads the name of something new: 1–64 characters that can be seen.
pub(super) fn name(text: &str) -> Result<String, String> {
    if text.trim().is_empty() {
        return Err("a name must not be empty".to_owned());
    }
    if text.chars().count() > LONGEST_NAME {
        return Err(format!("a name has at most {LONGEST_NAME} characters"));
    }
    if text.chars().any(char::is_control) {
        return Err("a name has no control characters".to_owned());
    }
    Ok(text.to_owned())
}

/// Reads an originator; gives it in the one spelling in which the gateway compares them.
pub(super) fn originator(text: &str) -> Result<String, String> {
    Originator::parse(text)
        .map(|originator| originator.as_str().to_owned())
        .map_err(|error| error.to_string())
}

/// Reads an ISO 3166 alpha-2 code in letters of either case.
pub(super) fn country(text: &str) -> Result<Country, String> {
    Country::parse(&text.to_ascii_uppercase()).map_err(|error| error.to_string())
}

/// Reads a currency's code of three letters of either case.
pub(super) fn currency(text: &str) -> Result<Currency, String> {
    Currency::parse(&text.to_ascii_uppercase()).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_can_be_seen_and_fits_a_table() {
        for good in ["shop", "Їжа & Ко", &"я".repeat(64)] {
            assert_eq!(name(good).as_deref(), Ok(good));
        }
        for bad in ["", "  ", "a\nb", "a\u{1b}[31mb", &"x".repeat(65)] {
            assert!(name(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn an_originator_has_one_spelling() {
        assert_eq!(originator("+380501234567").as_deref(), Ok("380501234567"));
        assert!(originator("MoreThanEleven").is_err());
        assert!(originator("").is_err());
    }

    #[test]
    fn a_country_is_known_in_either_case() {
        assert_eq!(country("ua"), country("UA"));
        assert!(country("xx").is_err());
    }
}
