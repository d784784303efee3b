//! The paths of this API: `/sms/3.0/METHOD` and `/api/sms/3.0/METHOD` [atompark-en "API Usage Basics"].

use std::borrow::Cow;

use crate::wire::form::{Plus, decode};

const VERSION: &str = "3.0";

/// Finds the method's name as the caller spelt it, without `()`; empty when none is given, `None` when the path is not
/// this API's.
///
/// Tolerates doubled slashes and a repeated `3.0/`: there are clients whose base address ends in the version already.
/// What follows the name belongs to it, so that it is no method's.
pub(super) fn method_name(path: &str) -> Option<Cow<'_, str>> {
    // As the documents write it, and nearly every program.
    if let Some(name) = path.strip_prefix("/api/sms/3.0/")
        && name.bytes().all(|octet| octet.is_ascii_alphanumeric())
    {
        return Some(Cow::Borrowed(name));
    }
    let (mut segment, mut rest) = first_segment(path);
    if is(segment, "api") {
        (segment, rest) = first_segment(rest);
    }
    if !is(segment, "sms") {
        return None;
    }
    (segment, rest) = first_segment(rest);
    if segment != VERSION {
        return None;
    }
    while let (VERSION, after) = first_segment(rest) {
        rest = after;
    }
    let rest = rest.trim_matches('/');
    if !rest.contains(['%', '/', '(']) {
        return Some(Cow::Borrowed(rest));
    }
    let segments = rest.split('/').filter(|segment| !segment.is_empty());
    let rest = segments.collect::<Vec<_>>().join("/");
    let mut name = String::from_utf8_lossy(&decode(rest.as_bytes(), Plus::IsPlus)).into_owned();
    if name.ends_with("()") {
        name.truncate(name.len() - "()".len());
    }
    Some(Cow::Owned(name))
}

/// Splits off the first segment, whatever slashes stand before it.
fn first_segment(path: &str) -> (&str, &str) {
    let path = path.trim_start_matches('/');
    path.split_once('/').unwrap_or((path, ""))
}

fn is(segment: &str, word: &str) -> bool {
    segment.eq_ignore_ascii_case(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_found_under_every_tolerated_path() {
        for path in [
            "/sms/3.0/sendSMS",
            "/api/sms/3.0/sendSMS",
            "/sms/3.0/sendSMS/",
            "/sms/3.0/sendSMS()",
            "/sms/3.0/sendSMS%28%29",
            "//api//sms/3.0//sendSMS",
            "/sms/3.0/3.0/sendSMS",
            "/API/SMS/3.0/sendSMS",
        ] {
            assert_eq!(method_name(path).as_deref(), Some("sendSMS"), "{path}");
        }
        assert_eq!(method_name("/sms/3.0/").as_deref(), Some(""));
        assert_eq!(
            method_name("/sms/3.0/sendSMS/now").as_deref(),
            Some("sendSMS/now")
        );
    }

    #[test]
    fn other_paths_are_not_this_apis() {
        for path in [
            "/",
            "",
            "/sms/2.0/sendSMS",
            "/api/email/3.0/getUserBalance",
            "/api/sendSMS",
        ] {
            assert_eq!(method_name(path), None, "{path}");
        }
    }
}
