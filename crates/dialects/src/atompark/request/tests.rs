//! Requests in every envelope that programs use, and parameters in every form.

use bytes::Bytes;
use futures_util::FutureExt;
use gateway::{AccountId, AccountSettings};
use http::header::CONTENT_TYPE;
use sms::Currency;

use super::*;

const FORM: &str = "application/x-www-form-urlencoded";

fn read(query: &str, content_type: &str, body: &[u8]) -> Result<Array, Failure> {
    let request = http::Request::post(format!("/sms/3.0/sendSMS?{query}"))
        .header(CONTENT_TYPE, content_type)
        .body(())
        .unwrap();
    let body = Body::Whole(Bytes::copy_from_slice(body));
    let request = Request::new(request.into_parts().0, body, None);
    parameters(&request)
        .now_or_never()
        .expect("a body that is all there is read at once")
}

fn account(time_zone: &str) -> Account {
    Account {
        id: AccountId(7),
        name: "shop".into(),
        currency: Currency::UAH,
        credit_limit_micros: 0,
        suspended: false,
        settings: AccountSettings {
            time_zone: time_zone.into(),
            ..AccountSettings::default()
        },
    }
}

/// Reads something of a query.
fn reading<T>(
    query: &str,
    read_it: impl FnOnce(Arguments<'_>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let parameters = read(query, "", b"").unwrap();
    read_it(Arguments::new(&parameters, &Settings::default()))
}

#[test]
fn every_envelope_carries_the_parameters() {
    let multipart = "multipart/form-data; boundary=b";
    let parts = b"--b\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nhi\r\n--b--\r\n";
    for (query, content_type, body) in [
        ("text=hi", FORM, &b""[..]),
        ("text=hi", "application/json", b" \r\n"),
        ("", FORM, b"text=hi"),
        ("", "", b"text=hi"),
        ("", "text/plain", b"text=hi"),
        ("", "application/json; charset=utf-8", br#"{"text":"hi"}"#),
        ("", multipart, parts),
        ("text=query", FORM, b"text=hi"),
        ("text=hi", FORM, b"text=hi"),
    ] {
        let parameters = read(query, content_type, body).unwrap();
        let names: Vec<_> = parameters.iter().map(|(name, _)| name).collect();
        assert_eq!(names, [b"text"], "{query} {content_type}");
        assert_eq!(
            Arguments::new(&parameters, &Settings::default())
                .text("text")
                .unwrap(),
            Some("hi"),
            "{content_type}"
        );
    }
}

#[test]
fn a_body_that_is_not_what_it_says_is_malformed() {
    for (content_type, body) in [
        ("application/json", &b"{"[..]),
        ("application/json", b"[1]"),
        ("multipart/form-data", b"text=hi"),
        ("multipart/form-data; boundary=b", b"text=hi"),
    ] {
        assert!(
            matches!(read("", content_type, body), Err(Failure::Malformed)),
            "{content_type}"
        );
    }
}

#[test]
fn names_count_in_any_case_and_an_empty_value_was_not_given() {
    let parameters = read("Sender=Info&text=&TEXT=hi&datetime=", "", b"").unwrap();
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
    let parameters = read(query, "", b"").unwrap();
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
