//! The fields of a request's body, however clients write it: JSON with numbers or texts, with commas too many, or a form.

use super::super::LONGEST_BODY;
use super::super::faults::Failure;
use crate::apart::Turns;
use crate::wire::charset::without_mark;
use crate::wire::php::{self, Array, Value};
use crate::wire::{form, json, multipart};
use crate::{Body, Request};

/// Holds a body's fields.
pub(super) struct Fields(Array);

impl Fields {
    /// Reads a body. One that is empty, `[]` or `null` has no fields.
    pub(super) async fn read(turns: &Turns, request: Request) -> Result<Self, Failure> {
        let content_type = request.content_type().to_owned();
        let body = match request.body {
            Body::Whole(body) if body.len() <= LONGEST_BODY => body,
            Body::Whole(_) | Body::TooLarge => return Err(Failure::TooLarge),
        };
        let fields = turns.read(body.len(), move || fields(&content_type, body));
        fields.await.map(Self).ok_or(Failure::Unreadable)
    }

    /// Takes fields that are inside of others.
    pub(super) const fn of(fields: Array) -> Self {
        Self(fields)
    }

    /// Returns a field without the blanks around it; empty when it is absent.
    pub(super) fn text(&self, name: &'static str) -> Result<&str, Failure> {
        let value = self.0.get(name.as_bytes());
        value.map_or(Ok(""), |value| text(name, value))
    }

    /// Returns a field that must be there.
    pub(super) fn required(
        &self,
        name: &'static str,
        missing: &'static str,
    ) -> Result<&str, Failure> {
        let text = self.text(name)?;
        if text.is_empty() {
            Err(Failure::Field(name, missing))
        } else {
            Ok(text)
        }
    }

    /// Returns the texts of a field that must have one at least and `most` at the most; one may stand without a list.
    pub(super) fn list(&self, name: &'static str, most: usize) -> Result<Vec<String>, Failure> {
        let items = self.items(name, most)?.into_iter();
        items
            .map(|item| text(name, item).map(str::to_owned))
            .collect()
    }

    /// Returns the values of such a field, whatever they are.
    pub(super) fn items(&self, name: &'static str, most: usize) -> Result<Vec<&Value>, Failure> {
        let items: Vec<_> = match self.0.get(name.as_bytes()) {
            Some(Value::Array(list)) => list.iter().map(|(_, item)| item).take(most + 1).collect(),
            Some(scalar @ Value::Text(text)) if !text.trim_ascii().is_empty() => vec![scalar],
            Some(Value::Text(_)) | None => Vec::new(),
        };
        match items.len() {
            0 => Err(Failure::Field(name, "Nothing is given")),
            given if given > most => Err(Failure::Field(name, "Too many are given")),
            _ => Ok(items),
        }
    }
}

fn text<'a>(name: &'static str, value: &'a Value) -> Result<&'a str, Failure> {
    match value {
        Value::Text(octets) => {
            let text = std::str::from_utf8(octets).map_err(|_| Failure::Unreadable)?;
            Ok(text.trim())
        }
        Value::Array(_) => Err(Failure::Field(name, "Wrong value")),
    }
}

/// Reads a body by what it begins with, since JSON comes under the content type of forms, too; `None` when it cannot be read.
fn fields(content_type: &str, body: bytes::Bytes) -> Option<Array> {
    let octets = without_mark(&body).trim_ascii();
    match octets {
        b"" | b"[]" | b"null" => Some(Array::default()),
        [b'{', ..] => json::parameters(octets)
            .or_else(|_| json::parameters(&without_trailing_commas(octets)))
            .ok(),
        _ if multipart::is_multipart(content_type) => {
            php::fold(multipart::pairs(content_type, body).ok()?).ok()
        }
        _ if json::is_json(content_type) || octets.starts_with(b"[") => None,
        _ if octets.contains(&b'=') => php::fold(form::pairs(octets)).ok(),
        _ => None,
    }
}

/// Leaves out commas before the end of an array or an object: the document's own example has one
/// [smsclub "Getting the status of messages"].
fn without_trailing_commas(json: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(json.len());
    let (mut in_text, mut is_escaped) = (false, false);
    // Where a comma stands that nothing but blanks has followed yet.
    let mut comma = None;
    for &octet in json {
        if in_text {
            (in_text, is_escaped) = (octet != b'"' || is_escaped, octet == b'\\' && !is_escaped);
        } else {
            match octet {
                b'}' | b']' => {
                    if let Some(at) = comma.take() {
                        kept.remove(at);
                    }
                }
                b',' => comma = Some(kept.len()),
                b' ' | b'\t' | b'\r' | b'\n' => {}
                _ => {
                    comma = None;
                    in_text = octet == b'"';
                }
            }
        }
        kept.push(octet);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: &str = "application/x-www-form-urlencoded";
    const JSON: &str = "application/json";

    fn read(content_type: &str, body: &'static str) -> Option<Fields> {
        fields(content_type, bytes::Bytes::from_static(body.as_bytes())).map(Fields)
    }

    #[test]
    fn one_sending_is_read_from_every_form_of_body() {
        for (content_type, body) in [
            (JSON, r#"{"phone":["380989361131"],"message":"test text"}"#),
            (JSON, r#"{"phone":[380989361131],"message":"test text"}"#),
            (JSON, r#"{"phone":380989361131,"message":" test text "}"#),
            (JSON, r#"{"phone":"380989361131","message":"test text",}"#),
            (
                JSON,
                "\u{feff} {\"phone\":[\"380989361131\" , ],\"message\":\"test text\"}",
            ),
            (FORM, r#"{"phone":["380989361131"],"message":"test text"}"#),
            (FORM, "phone[0]=380989361131&message=test+text"),
            (FORM, "phone%5B%5D=380989361131&message=test%20text"),
            ("", "phone=380989361131&message=test+text"),
            (
                "multipart/form-data; boundary=a",
                "--a\r\nContent-Disposition: form-data; name=\"phone[0]\"\r\n\r\n380989361131\r\n\
                 --a\r\nContent-Disposition: form-data; name=\"message\"\r\n\r\ntest text\r\n--a--\r\n",
            ),
        ] {
            let fields = read(content_type, body).unwrap_or_else(|| panic!("{body}"));
            assert_eq!(
                fields.list("phone", 100).unwrap(),
                ["380989361131"],
                "{body}"
            );
            assert_eq!(fields.text("message").unwrap(), "test text", "{body}");
        }
    }

    #[test]
    fn a_body_of_nothing_has_no_fields() {
        for body in ["", " ", "[]", "{}", "null"] {
            let fields = read(JSON, body).unwrap();
            assert_eq!(fields.text("message"), Ok(""), "{body}");
            let missing = Failure::Field("phone", "Nothing is given");
            assert_eq!(fields.list("phone", 100), Err(missing), "{body}");
        }
    }

    #[test]
    fn what_is_neither_json_nor_a_form_is_not_read() {
        for (content_type, body) in [
            (JSON, "{"),
            (JSON, "[1]"),
            (JSON, "[{\"phone\":1}]"),
            (JSON, "phone=1"),
            (JSON, "{\"a\":,}"),
            (FORM, "[1]="),
            (FORM, "hello"),
            ("", "\"text\""),
        ] {
            assert!(read(content_type, body).is_none(), "{body}");
        }
    }

    #[test]
    fn lists_have_a_bound_and_hold_texts() {
        let fields = |json| read(JSON, json).unwrap();
        let three = fields(r#"{"id_sms":[1,"2",3]}"#);
        assert_eq!(three.list("id_sms", 3).unwrap(), ["1", "2", "3"]);
        let many = Failure::Field("id_sms", "Too many are given");
        assert_eq!(three.list("id_sms", 2), Err(many));
        let wrong = Failure::Field("id_sms", "Wrong value");
        assert_eq!(fields(r#"{"id_sms":[[1]]}"#).list("id_sms", 2), Err(wrong));
        let blank = Failure::Field("id_sms", "Nothing is given");
        assert_eq!(fields(r#"{"id_sms":" "}"#).list("id_sms", 2), Err(blank));
    }

    #[test]
    fn only_commas_before_an_end_are_left_out() {
        for (json, expected) in [
            (r#"{"a":[1, 2 , ],}"#, r#"{"a":[1, 2  ]}"#),
            (r#"{"a":",]","b":"\",}",}"#, r#"{"a":",]","b":"\",}"}"#),
            (r#"{"a":"\\",}"#, r#"{"a":"\\"}"#),
            (r#"{"a":1,,}"#, r#"{"a":1,}"#),
            (r#"{"a":",}"#, r#"{"a":",}"#),
        ] {
            let kept = without_trailing_commas(json.as_bytes());
            assert_eq!(String::from_utf8(kept).unwrap(), expected, "{json}");
        }
    }
}
