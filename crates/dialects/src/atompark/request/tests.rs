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

/// Reads a query as one of the methods that send.
fn sending(query: &str) -> Result<Submit, Failure> {
    Arguments(&read(query, "", b"").unwrap()).send_sms(&account("Europe/Kyiv"))
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
            Arguments(&parameters).text("text").unwrap(),
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
    let submit = sending("PHONE=1&Sender=Info&text=&TEXT=hi&datetime=&userapp=").unwrap();
    assert_eq!(
        (submit.originator.as_str(), submit.text.as_str()),
        ("Info", "hi")
    );
    assert_eq!((submit.start_at, submit.source), (None, None));
    assert!(matches!(
        sending("phone="),
        Err(Failure::Refused(Refusal::NoValidRecipients))
    ));
}

#[test]
fn times_are_the_accounts_and_a_zero_is_none() {
    for (datetime, expected) in [
        ("2012-05-01 00:20:00", Some(1_335_820_800_i64)),
        ("0", None),
        ("0000-00-00 00:00:00", None),
    ] {
        let submit = sending(&format!("phone=1&datetime={datetime}").replace(' ', "+")).unwrap();
        assert_eq!(
            submit.start_at,
            expected.map(Timestamp::from_seconds),
            "{datetime}"
        );
    }
    let wrong = sending("phone=1&datetime=tomorrow");
    assert!(matches!(wrong, Err(Failure::Refused(Refusal::InvalidTime))));
}

#[test]
fn a_lifetime_is_in_hours_and_zero_is_the_most() {
    for (lifetime, expected) in [("", None), ("0", None), ("6", Some(6 * HOUR_MS))] {
        let submit = sending(&format!("phone=1&sms_lifetime={lifetime}")).unwrap();
        assert_eq!(submit.lifetime_ms, expected, "{lifetime}");
    }
    for lifetime in ["-1", "1.5", "day"] {
        let read = sending(&format!("phone=1&sms_lifetime={lifetime}"));
        assert!(matches!(read, Err(Failure::Malformed)), "{lifetime}");
    }
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
        assert_eq!(
            sending(&format!("phone=1&test={test}")).unwrap().test,
            expected,
            "{test}"
        );
    }
    assert!(matches!(
        sending("phone=1&test=maybe"),
        Err(Failure::Malformed)
    ));
    assert!(!sending("phone=1&testMode=true").unwrap().test);
}

#[test]
fn octets_that_are_not_utf8_are_malformed_only_where_they_are_read() {
    assert!(matches!(
        sending("phone=1&text=%CF%F0"),
        Err(Failure::Malformed)
    ));
    assert!(matches!(
        sending("phone=1&text[]=hi"),
        Err(Failure::Malformed)
    ));
    assert!(sending("phone=1&text=hi&unknown=%FF").is_ok());
}

#[test]
fn a_phone_without_variables_has_empty_ones_where_the_text_has_a_percent_sign() {
    let variables = |text: &str| {
        let query = format!("text={text}&phones=[[\"1\",\"a\"],[\"2\"]]");
        let parameters = read("", FORM, query.as_bytes()).unwrap();
        let submit = Arguments(&parameters)
            .send_sms_group(&account("UTC"))
            .unwrap();
        submit
            .recipients
            .into_iter()
            .map(|to| to.variables)
            .collect::<Vec<_>>()
    };
    assert_eq!(variables("Hi"), [Some("a".to_owned()), None]);
    assert_eq!(
        variables("Hi %251%25"),
        [Some("a".to_owned()), Some(String::new())]
    );
}

#[test]
fn an_id_that_is_no_number_is_the_id_of_no_campaign() {
    for query in ["", "id=", "id=abc", "id=1.5", "id=99999999999999999999"] {
        let parameters = read(query, "", b"").unwrap();
        let campaign = Arguments(&parameters).campaign();
        let refused = matches!(campaign, Err(Failure::Refused(Refusal::UnknownSubmission)));
        assert!(refused, "{query}");
    }
}
