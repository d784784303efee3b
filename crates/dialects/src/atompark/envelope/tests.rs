//! Requests in every envelope that programs use, and the key in it, wherever it is.

use bytes::Bytes;
use http::header::CONTENT_TYPE;

use super::*;
use crate::wire::room::MOST_VALUES;

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";
const MULTIPART: &str = "multipart/form-data; boundary=b";

fn request(query: &str, content_type: &str, body: &[u8]) -> Request {
    let request = http::Request::post(format!("/sms/3.0/sendSMS?{query}"))
        .header(CONTENT_TYPE, content_type)
        .body(())
        .unwrap();
    let body = Body::Whole(Bytes::copy_from_slice(body));
    Request::new(request.into_parts().0, body, None)
}

fn read(query: &str, content_type: &str, body: &[u8]) -> Result<Array, Failure> {
    Envelope::open(&request(query, content_type, body))?.parameters()
}

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

/// Makes the part of a body.
fn part(name: &str, value: &str) -> String {
    format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
}

#[test]
fn every_envelope_carries_the_parameters() {
    let parts = part("text", "hi") + "--b--\r\n";
    for (query, content_type, body) in [
        ("text=hi", FORM, ""),
        ("text=hi", JSON, " \r\n"),
        ("", FORM, "text=hi"),
        ("", "", "text=hi"),
        ("", "text/plain", "text=hi"),
        ("", "application/json; charset=utf-8", r#"{"text":"hi"}"#),
        ("", MULTIPART, &parts),
        ("text=query", FORM, "text=hi"),
        ("text=hi", FORM, "text=hi"),
    ] {
        let parameters = read(query, content_type, body.as_bytes()).unwrap();
        let all: Vec<_> = parameters.iter().collect();
        assert_eq!(all, [(&b"text"[..], &text("hi"))], "{query} {content_type}");
    }
}

#[test]
fn a_body_that_is_not_what_it_says_is_malformed() {
    for (content_type, body) in [
        (JSON, "{"),
        (JSON, "[1]"),
        ("multipart/form-data", "text=hi"),
        (MULTIPART, "text=hi"),
    ] {
        let read = read("", content_type, body.as_bytes());
        assert!(matches!(read, Err(Failure::Malformed)), "{content_type}");
    }
}

#[test]
fn a_parameter_is_found_alone_as_it_is_found_among_the_others() {
    let parts = |parts: &[(&str, &str)]| {
        let parts: Vec<_> = parts
            .iter()
            .map(|(name, value)| part(name, value))
            .collect();
        parts.concat() + "--b--\r\n"
    };
    for (query, content_type, body, expected) in [
        ("key=1", "", String::new(), Some(text("1"))),
        ("%6bey=1&KEY=2&monkey=3", "", String::new(), Some(text("1"))),
        ("key=1", FORM, "text=hi".into(), Some(text("1"))),
        ("key=1", FORM, "a=b&key=2&key=3".into(), Some(text("3"))),
        ("key=1", FORM, "key=".into(), Some(text(""))),
        ("key=1", FORM, "key=2&key[]=3".into(), Some(Value::array())),
        ("key[x]=1", FORM, "text=hi".into(), Some(Value::array())),
        ("key=1&key[=2", "", String::new(), Some(text("1"))),
        (
            "key=1",
            JSON,
            r#"{"a":{"key":"2"}}"#.into(),
            Some(text("1")),
        ),
        ("key=1", JSON, r#"{"key":2}"#.into(), Some(text("2"))),
        (
            "key=1",
            JSON,
            r#"{"key":["2"]}"#.into(),
            Some(Value::array()),
        ),
        ("key=1", MULTIPART, parts(&[("a", "2")]), Some(text("1"))),
        (
            "key=1",
            MULTIPART,
            parts(&[("key", "2"), ("key", "3")]),
            Some(text("3")),
        ),
        (
            "key=1",
            MULTIPART,
            parts(&[("key[]", "2")]),
            Some(Value::array()),
        ),
        ("", FORM, "text=hi".into(), None),
    ] {
        let request = request(query, content_type, body.as_bytes());
        let envelope = Envelope::open(&request).unwrap();
        let found = envelope.parameter("key").unwrap();
        assert_eq!(found, expected, "{query} {body}");
        let parameters = envelope.parameters().unwrap();
        let same = match (parameters.get(b"key"), &found) {
            (Some(Value::Array(_)), Some(Value::Array(_))) => true,
            (read, found) => read == found.as_ref(),
        };
        assert!(same, "{query} {body}");
    }
}

#[test]
fn as_many_values_as_a_request_may_have_are_read_and_one_more_is_too_large() {
    let form = "&a[]=".repeat(MOST_VALUES - 1);
    let list = format!("{{\"a\":[{}1]}}", "1,".repeat(MOST_VALUES - 1));
    assert!(read("key=1", FORM, form.as_bytes()).is_ok());
    for (content_type, body) in [(FORM, form + "&b="), (JSON, list)] {
        let read = read("key=1", content_type, body.as_bytes());
        assert!(matches!(read, Err(Failure::TooLarge)), "{content_type}");
    }
}
