//! Answers of the JSON API: what succeeded, what a field or a number lacks, and errors of a request as a whole.

use http::{HeaderName, HeaderValue, header};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::super::faults::{About, Failure};
use crate::Answer;

const CONTENT_TYPE: &str = "application/json; charset=UTF-8";

/// Holds members in the order in which they came, each name once: the first counts.
#[derive(Default)]
pub(super) struct Members(Vec<(String, String)>);

impl Members {
    /// Adds a member, unless there is one of this name.
    pub(super) fn add(&mut self, name: String, value: String) {
        if !self.0.iter().any(|(known, _)| *known == name) {
            self.0.push((name, value));
        }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(String, String)> for Members {
    fn from_iter<T: IntoIterator<Item = (String, String)>>(members: T) -> Self {
        let mut all = Self::default();
        for (name, value) in members {
            all.add(name, value);
        }
        all
    }
}

impl Serialize for Members {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// Is what a call answers.
#[derive(serde::Serialize)]
#[serde(untagged)]
pub(super) enum Info {
    /// Left out when there is none: clients take an empty one for a success.
    Members(Members),
    /// There even when it is empty.
    List(Vec<String>),
}

impl Info {
    const fn is_told(&self) -> bool {
        match self {
            Self::Members(members) => !members.is_empty(),
            Self::List(_) => true,
        }
    }
}

#[derive(serde::Serialize)]
struct Success {
    success_request: Told,
}

/// `info` stands first, since there is a client that looks at the first member only, and what is empty is absent, since there is
/// one that fails as soon as there is an `add_info`.
#[derive(serde::Serialize)]
struct Told {
    #[serde(skip_serializing_if = "Option::is_none")]
    info: Option<Info>,
    #[serde(skip_serializing_if = "Members::is_empty")]
    add_info: Members,
}

#[derive(serde::Serialize)]
struct Error {
    name: &'static str,
    message: &'static str,
    code: u8,
    status: u16,
}

/// Tells what a call answers, and what is to be said of numbers or fields besides.
pub(super) fn success(status: u16, info: Option<Info>, add_info: Members) -> Answer {
    let told = Told {
        info: info.filter(Info::is_told),
        add_info,
    };
    json(
        status,
        &Success {
            success_request: told,
        },
    )
}

/// Tells a failure: under the name of a field, or as an error of the whole request.
pub(super) fn failure(failure: &Failure) -> Answer {
    match failure.told() {
        (About::Request(status), text) => error(status, text),
        (About::Field(name), text) => field(name, text),
        (About::Recipients, text) => field("phone", text),
    }
}

fn field(name: &str, text: &str) -> Answer {
    let add_info = [(name.to_owned(), text.to_owned())];
    success(400, None, add_info.into_iter().collect())
}

fn error(status: u16, message: &'static str) -> Answer {
    let error = Error {
        name: name(status),
        message,
        code: 0,
        status,
    };
    let mut answer = json(status, &error);
    answer.headers.extend(field_of(status));
    answer
}

/// Returns the header field that a client needs to go on.
fn field_of(status: u16) -> Option<(HeaderName, HeaderValue)> {
    let (name, value) = match status {
        401 => (header::WWW_AUTHENTICATE, "Bearer realm=\"api\""),
        // No window of requests is longer than a second.
        429 => (header::RETRY_AFTER, "1"),
        _ => return None,
    };
    Some((name, HeaderValue::from_static(value)))
}

/// Returns the title of an error, by which clients tell one from another.
const fn name(status: u16) -> &'static str {
    match status {
        401 => "Unauthorized",
        404 => "Not Found",
        405 => "Method Not Allowed",
        413 => "Payload Too Large",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        _ => "Bad Request",
    }
}

fn json(status: u16, body: &impl Serialize) -> Answer {
    let body = serde_json::to_vec(body)
        .expect("every key is a text, and memory does not fail to be written");
    Answer::whole(status, CONTENT_TYPE, body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Content;

    fn members(members: &[(&str, &str)]) -> Members {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        members.iter().map(owned).collect()
    }

    fn body(answer: Answer) -> String {
        match answer.body {
            Content::Whole(body) => String::from_utf8(body.to_vec()).unwrap(),
            Content::Stream(_) => panic!("it is short"),
        }
    }

    #[test]
    fn what_is_empty_is_absent_and_info_stands_first() {
        let none = || members(&[]);
        for (info, add_info, expected) in [
            (
                Some(Info::Members(members(&[("106", "1"), ("105", "2")]))),
                members(&[("x", "Wrong")]),
                r#"{"success_request":{"info":{"106":"1","105":"2"},"add_info":{"x":"Wrong"}}}"#,
            ),
            (
                Some(Info::Members(none())),
                members(&[("x", "Wrong"), ("x", "Worse")]),
                r#"{"success_request":{"add_info":{"x":"Wrong"}}}"#,
            ),
            (
                Some(Info::List(vec![])),
                none(),
                r#"{"success_request":{"info":[]}}"#,
            ),
        ] {
            assert_eq!(body(success(200, info, add_info)), expected);
        }
    }

    #[test]
    fn every_status_of_an_error_has_its_title() {
        for (failed, status) in [
            (Failure::Unreadable, 400),
            (Failure::Refused(sms::Refusal::WrongSecret), 401),
            (Failure::UnknownCall, 404),
            (Failure::WrongMethod, 405),
            (Failure::TooLarge, 413),
            (Failure::Refused(sms::Refusal::RateLimited), 429),
            (Failure::Unavailable, 500),
        ] {
            let answer = failure(&failed);
            assert_eq!(answer.status, status);
            let body = body(answer);
            assert_eq!(body.contains("Bad Request"), status == 400, "{body}");
            assert!(
                body.ends_with(&format!(r#""code":0,"status":{status}}}"#)),
                "{body}"
            );
        }
    }
}
