//! What people write on the command line, read once: names, originators, countries, currencies, networks, numbers, URLs.

use gateway::callback::check_url;
use gateway::directory::Network;
use sms::{Country, Currency, Msisdn, Originator};

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

/// Reads an address or a network of them.
pub(super) fn network(text: &str) -> Result<String, String> {
    let read = Network::parse(text).map(|_| text.trim().to_owned());
    read.ok_or_else(|| {
        "write an address or a network such as 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32".to_owned()
    })
}

/// The most characters of a keyword.
const LONGEST_KEYWORD: usize = 20;

/// Reads a number that phones send to, as [`plain_number`] does; and after a blank a keyword, if there is one: letters and digits, of
/// which one at least is a letter, or it would be more of the number.
pub(super) fn number(text: &str) -> Result<String, String> {
    let text = text.trim();
    let divided = text.rsplit_once(char::is_whitespace);
    let Some((number, keyword)) = divided.filter(|(_, last)| last.chars().any(char::is_alphabetic))
    else {
        return plain_number(text);
    };
    let fits = keyword.chars().all(char::is_alphanumeric);
    if !fits || keyword.chars().count() > LONGEST_KEYWORD {
        return Err(format!(
            "a keyword has at most {LONGEST_KEYWORD} letters and digits"
        ));
    }
    Ok(format!("{} {keyword}", plain_number(number.trim())?))
}

/// Reads a telephone number, as digits, or a short one.
fn plain_number(text: &str) -> Result<String, String> {
    if let Ok(number) = Msisdn::parse(text) {
        return Ok(number.as_str().to_owned());
    }
    let short = (3..=8).contains(&text.len()) && text.bytes().all(|octet| octet.is_ascii_digit());
    short
        .then(|| text.to_owned())
        .ok_or_else(|| "write a telephone number, or a short one of 3 to 8 digits".to_owned())
}

/// Reads the address of a program that is called back.
pub(super) fn callback_url(text: &str) -> Result<String, String> {
    check_url(text).map_err(|wrong| wrong.to_string())?;
    Ok(text.to_owned())
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
    fn a_number_of_an_account_is_a_telephone_number_or_a_short_one() {
        assert_eq!(number("+380 50 123-45-67").as_deref(), Ok("380501234567"));
        assert_eq!(number("4321").as_deref(), Ok("4321"));
        assert_eq!(number(" 4321  Shop ").as_deref(), Ok("4321 Shop"));
        let long = "+380 50 123-45-67 Їжа24";
        assert_eq!(number(long).as_deref(), Ok("380501234567 Їжа24"));
        let too_long = format!("4321 {}", "x".repeat(21));
        for bad in [
            "",
            "12",
            "shop",
            "12a45",
            "12 SHOP",
            "4321 MY SHOP",
            "4321 SH-OP",
            &too_long,
        ] {
            assert!(number(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_address_of_a_program_is_kept_as_it_was_written() {
        let good = "HTTPS://Shop.example.com:8443/Told.php?key=A";
        assert_eq!(callback_url(good).as_deref(), Ok(good));
        for bad in [
            "",
            "shop.example.com",
            "ftp://h/",
            "http://me@h/",
            "http://h/ x",
        ] {
            assert!(callback_url(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_network_is_kept_as_it_was_written() {
        assert_eq!(network(" 192.0.2.0/24 ").as_deref(), Ok("192.0.2.0/24"));
        assert!(network("example.com").is_err());
    }

    #[test]
    fn a_country_is_known_in_either_case() {
        assert_eq!(country("ua"), country("UA"));
        assert!(country("xx").is_err());
    }
}
