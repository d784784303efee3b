//! What customers' programs say to Heliogram over HTTP: requests as octets, API by API.

pub(crate) mod atl;
pub(crate) mod atompark;
pub(crate) mod smscenter;
pub(crate) mod smsclub;

use std::io::Write;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// The type of a form.
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

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
pub(crate) fn post(path: &str, fields: &[(&str, &str)], body: &[u8], into: &mut Vec<u8>) {
    let mut write = |text: std::fmt::Arguments<'_>| {
        into.write_fmt(text).expect("a vector takes everything");
    };
    let length = body.len();
    write(format_args!(
        "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {length}\r\n"
    ));
    for (name, value) in fields {
        write(format_args!("{name}: {value}\r\n"));
    }
    write(format_args!("\r\n"));
    into.extend_from_slice(body);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_a_head_and_its_form() {
        let mut octets = Vec::new();
        let body = form(&[("to", "380 50"), ("text", "ä")]);
        post(
            "/send",
            &[("Content-Type", FORM)],
            body.as_bytes(),
            &mut octets,
        );
        let expected = "POST /send HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 23\r\n\
                        Content-Type: application/x-www-form-urlencoded\r\n\r\nto=380%2050&text=%C3%A4";
        assert_eq!(String::from_utf8(octets).unwrap(), expected);
    }
}
