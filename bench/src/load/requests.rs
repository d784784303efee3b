//! What customers' programs say to Heliogram over HTTP, API by API.

use std::io::Write;

use anyhow::{Context, ensure};
use md5::{Digest, Md5};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::http::Answer;
use super::phone;
use crate::contender::Requests;
use crate::contender::heliogram::{PRIVATE_KEY, PUBLIC_KEY};
use crate::stamp::Stamp;

/// `sendSMS` of the Atompark API, with its checksum: a message a request.
pub(crate) struct Single;

impl Requests for Single {
    fn write(&self, number: u32, stamp: Stamp, into: &mut Vec<u8>) {
        let text = format!("Your code is {number:06} {stamp}");
        let parameters = [
            ("sender", "Heliogram"),
            ("text", &text),
            ("phone", &phone(number)),
        ];
        write_call("sendSMS", &parameters, into);
    }

    fn accepted(&self, answer: &Answer<'_>) -> anyhow::Result<u32> {
        ensure!(is_result(answer.success()?), "{}", refusal(answer));
        Ok(1)
    }
}

/// Writes a call of the Atompark API: a form, signed.
pub(crate) fn write_call(method: &str, parameters: &[(&str, &str)], into: &mut Vec<u8>) {
    let mut all = vec![("key", PUBLIC_KEY)];
    all.extend_from_slice(parameters);
    let sum = sum(method, &all);
    all.push(("sum", &sum));
    let path = format!("/api/sms/3.0/{method}");
    post(
        &path,
        "application/x-www-form-urlencoded",
        form(&all).as_bytes(),
        into,
    );
}

/// Computes the checksum of a request [atompark-en]: values in the order of their names, then the private key.
fn sum(method: &str, parameters: &[(&str, &str)]) -> String {
    let mut all = vec![("version", "3.0"), ("action", method)];
    all.extend_from_slice(parameters);
    all.sort_unstable_by_key(|(name, _)| *name);
    let mut digest = Md5::new();
    for (_, value) in all {
        digest.update(value);
    }
    digest.update(PRIVATE_KEY);
    hex::encode(digest.finalize())
}

/// Tells whether the Atompark API has done what was asked, without reading all of it: an answer begins with its result or its error.
fn is_result(body: &[u8]) -> bool {
    let first = body.iter().position(|octet| *octet == b'"');
    first.is_some_and(|at| body[at..].starts_with(b"\"result\""))
}

fn refusal(answer: &Answer<'_>) -> String {
    String::from_utf8_lossy(answer.body).into_owned()
}

/// Gives the `result` of an answer of the Atompark API.
pub(crate) fn result(answer: &Answer<'_>) -> anyhow::Result<Value> {
    let mut value: Value = serde_json::from_slice(answer.success()?)?;
    ensure!(value.get("error").is_none(), "refused: {value}");
    value
        .get_mut("result")
        .map(Value::take)
        .context("an answer without a result")
}

/// Writes a form.
pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    let mut form = String::new();
    for (name, value) in fields {
        if !form.is_empty() {
            form.push('&');
        }
        form.push_str(name);
        form.push('=');
        form.extend(utf8_percent_encode(value, NON_ALPHANUMERIC));
    }
    form
}

/// Writes a request with a body.
pub(crate) fn post(path: &str, content_type: &str, body: &[u8], into: &mut Vec<u8>) {
    write_head(path, &[("Content-Type", content_type)], body.len(), into);
    into.extend_from_slice(body);
}

/// Writes the head of a request whose body has so many octets.
pub(crate) fn write_head(path: &str, fields: &[(&str, &str)], length: usize, into: &mut Vec<u8>) {
    let mut write = |text: std::fmt::Arguments<'_>| {
        into.write_fmt(text).expect("a vector takes everything");
    };
    write(format_args!(
        "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {length}\r\n"
    ));
    for (name, value) in fields {
        write(format_args!("{name}: {value}\r\n"));
    }
    write(format_args!("\r\n"));
}
