//! Numbers as clients of this provider write them: international, or national with a zero before them; and lists of them or of ids.

use sms::Msisdn;

use super::faults::Failure;

/// How many numbers or ids a list may have that is one text, as in the HTTP and XML gateways.
pub(super) const MOST: usize = 1_000;

/// How many digits a national number has, its zero included.
const NATIONAL_DIGITS: usize = 10;

/// Reads a number; a national one gets the prefix. `None` when it is not a number.
pub(super) fn international(given: &str, prefix: &str) -> Option<Msisdn> {
    let number = Msisdn::parse(given).ok()?;
    let digits = number.as_str();
    if digits.len() == NATIONAL_DIGITS && digits.starts_with('0') {
        return Msisdn::parse(&format!("{prefix}{digits}")).ok();
    }
    Some(number)
}

/// Splits a list of numbers or ids at semicolons, and at the commas that some clients write instead. It must have one at least, and
/// [`MOST`] at the most.
pub(super) fn list(name: &'static str, list: &str) -> Result<Vec<String>, Failure> {
    let entries: Vec<_> = list
        .split([';', ','])
        .map(str::trim)
        .filter(|entry| !entry.is_empty())
        .take(MOST + 1)
        .map(str::to_owned)
        .collect();
    match entries.len() {
        0 => Err(Failure::Field(name, "Nothing is given")),
        given if given > MOST => Err(Failure::Field(name, "Too many are given")),
        _ => Ok(entries),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn national_numbers_become_international_ones() {
        for (given, expected) in [
            ("380989361131", Some("380989361131")),
            ("+38 (098) 936-11-31", Some("380989361131")),
            ("0989361131", Some("380989361131")),
            ("098 936 11 31", Some("380989361131")),
            ("48501234567", Some("48501234567")),
            ("", None),
            ("nobody", None),
            ("38098936113x", None),
        ] {
            let number = international(given, "38");
            assert_eq!(number.as_ref().map(Msisdn::as_str), expected, "{given}");
        }
        let as_is = international("0989361131", "");
        assert_eq!(as_is.as_ref().map(Msisdn::as_str), Some("0989361131"));
    }

    #[test]
    fn lists_are_divided_by_semicolons_or_commas() {
        let entries = list("to", " 1;2, 3;;4;").unwrap();
        assert_eq!(entries, ["1", "2", "3", "4"]);
    }

    #[test]
    fn a_list_has_something_and_not_too_much() {
        let many = |entries: usize| vec!["1"; entries].join(";");
        assert_eq!(list("to", &many(MOST)).map(|all| all.len()), Ok(MOST));
        for (given, text) in [
            (many(MOST + 1), "Too many are given"),
            (" ; ".into(), "Nothing is given"),
        ] {
            assert_eq!(list("to", &given), Err(Failure::Field("to", text)));
        }
    }
}
