//! Parameters in every form.

use gateway::{AccountId, AccountSettings};
use sms::Currency;

use super::*;
use crate::wire::{form, php};

fn account(time_zone: &str) -> Account {
    Account {
        id: AccountId(7),
        name: "shop".into(),
        parent: None,
        currency: Currency::UAH,
        credit_limit_micros: 0,
        suspended: false,
        suspended_itself: false,
        settings: AccountSettings {
            time_zone: time_zone.into(),
            ..AccountSettings::default()
        },
    }
}

fn read(query: &str) -> Parameters {
    Parameters::of(php::fold(form::pairs(query.as_bytes())).unwrap())
}

/// Reads something of a query.
fn reading<T>(
    query: &str,
    read_it: impl FnOnce(Arguments<'_>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    read_it(Arguments::new(&read(query), &Settings::default()))
}

#[test]
fn names_count_in_any_case_and_an_empty_value_was_not_given() {
    let parameters = read("Sender=Info&text=&TEXT=hi&datetime=");
    let settings = Settings::default();
    let arguments = Arguments::new(&parameters, &settings);
    assert_eq!(arguments.text("sender").unwrap(), Some("Info"));
    assert_eq!(arguments.text("text").unwrap(), Some("hi"));
    assert!(!arguments.has("datetime"));
    assert_eq!(arguments.text("datetime").unwrap(), None);
    assert_eq!(arguments.given("datetime").unwrap(), Some(""));
    assert_eq!(arguments.given("asender").unwrap(), None);
}

#[test]
fn times_are_the_accounts_and_a_zero_is_none() {
    for (datetime, expected) in [
        ("2012-05-01+00:20:00", Some(1_335_820_800_i64)),
        ("0", None),
        ("0000-00-00+00:00:00", None),
        ("", None),
    ] {
        let read = reading(&format!("datetime={datetime}"), |arguments| {
            arguments.time("datetime", &account("Europe/Kyiv"))
        });
        assert_eq!(
            read.unwrap(),
            expected.map(Timestamp::from_seconds),
            "{datetime}"
        );
    }
    let wrong = reading("datetime=tomorrow", |arguments| {
        arguments.time("datetime", &account("UTC"))
    });
    assert!(matches!(wrong, Err(Failure::Refused(Refusal::InvalidTime))));
}

#[test]
fn a_whole_number_is_not_below_zero() {
    for (batch, expected) in [
        ("", 0),
        ("0", 0),
        ("+50+", 50),
        ("99999999999999999999", u32::MAX),
    ] {
        let read = reading(&format!("batch={batch}"), |arguments| {
            arguments.count("batch")
        });
        assert_eq!(read.unwrap(), expected, "{batch}");
    }
    for batch in ["-1", "1.5", "many", "+"] {
        let read = reading(&format!("batch={batch}"), |arguments| {
            arguments.count("batch")
        });
        assert!(matches!(read, Err(Failure::Malformed)), "{batch}");
    }
}

fn is_test(query: &str, settings: Settings) -> Result<bool, Failure> {
    let parameters = read(query);
    Arguments::new(&parameters, &settings).is_test()
}

#[test]
fn a_test_is_said_in_several_words() {
    for (test, expected) in [
        ("", false),
        ("0", false),
        ("False", false),
        ("1", true),
        ("TRUE", true),
    ] {
        let read = is_test(&format!("test={test}"), Settings::default());
        assert_eq!(read.unwrap(), expected, "{test}");
    }
    let read = is_test("test=maybe", Settings::default());
    assert!(matches!(read, Err(Failure::Malformed)));
}

#[test]
fn the_other_words_for_a_test_count_only_where_they_are_set_to() {
    for query in ["testMode=true", "test_mode=1", "TESTMODE=yes"] {
        let settings = Settings {
            test_mode_counts: true,
            ..Settings::default()
        };
        assert!(!is_test(query, Settings::default()).unwrap(), "{query}");
        assert!(is_test(query, settings).unwrap(), "{query}");
    }
}

#[test]
fn octets_that_are_not_utf8_are_malformed_only_where_they_are_read() {
    for query in ["text=%CF%F0", "text[]=hi"] {
        let read = reading(query, |arguments| arguments.text("text").map(drop));
        assert!(matches!(read, Err(Failure::Malformed)), "{query}");
    }
    let read = reading("text=hi&unknown=%FF", |arguments| {
        arguments.text("text").map(drop)
    });
    assert!(read.is_ok());
}
