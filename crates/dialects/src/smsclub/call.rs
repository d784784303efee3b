//! The paths of the three APIs, as a table: each name by which programs know a call.

/// Says through which door a request came, and what it asks for; `None` for a path that only looks like one of this door's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Door {
    Json(Option<JsonCall>),
    Http(Option<HttpCall>),
    Xml(Option<XmlCall>),
}

/// Names a call of the JSON API.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum JsonCall {
    /// One text to many [smsclub "Sending API Messages"].
    Send,
    /// A text of its own to each.
    SendPersonal,
    /// [smsclub "Getting the status of messages"].
    Status,
    /// [smsclub "Getting a list of alpha usernames"].
    Originators,
    /// [smsclub "Getting a user's balance"].
    Balance,
    RegisterOriginator,
    OriginatorStatus,
}

/// Names a call of the HTTP gateway [smsclub "HTTP Gateway"].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum HttpCall {
    /// The text is in UTF-8 or in Windows-1251.
    Send,
    /// The text is in Windows-1251, and that in Base64.
    SendEncoded,
    Status,
    Balance,
}

/// Names a call of the XML gateway [smsclub "XML Gateway"].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum XmlCall {
    Send,
    SendIndividual,
    Status,
}

/// The paths without their first and last slashes.
const PATHS: &[(&str, Door)] = &[
    ("sms/send", json(JsonCall::Send)),
    ("v2/sms/send", json(JsonCall::SendPersonal)),
    ("sms/status", json(JsonCall::Status)),
    ("sms/originator", json(JsonCall::Originators)),
    ("sms/balance", json(JsonCall::Balance)),
    (
        "originators/registration-originators",
        json(JsonCall::RegisterOriginator),
    ),
    (
        "originators/stat-originators",
        json(JsonCall::OriginatorStatus),
    ),
    ("token", http(HttpCall::Send)),
    ("token/httpsendsms.php", http(HttpCall::SendEncoded)),
    ("token/state.php", http(HttpCall::Status)),
    ("token/httpgetsmsstate.php", http(HttpCall::Status)),
    ("token/getbalance.php", http(HttpCall::Balance)),
    ("token/httpgetbalance.php", http(HttpCall::Balance)),
    ("http", http(HttpCall::Send)),
    ("http/httpsendsms.php", http(HttpCall::SendEncoded)),
    ("http/state.php", http(HttpCall::Status)),
    ("http/httpgetsmsstate.php", http(HttpCall::Status)),
    ("http/getbalance.php", http(HttpCall::Balance)),
    ("http/httpgetbalance.php", http(HttpCall::Balance)),
    (
        "hfw_smpp_addon/httpsendsms.php",
        http(HttpCall::SendEncoded),
    ),
    ("hfw_smpp_addon/httpgetsmsstate.php", http(HttpCall::Status)),
    ("hfw_smpp_addon/httpgetbalance.php", http(HttpCall::Balance)),
    ("xml", xml(XmlCall::Send)),
    ("xml/individual.php", xml(XmlCall::SendIndividual)),
    ("xml/state.php", xml(XmlCall::Status)),
    ("hfw_smpp_addon/xmlsendsmspost.php", xml(XmlCall::Send)),
    (
        "hfw_smpp_addon/xmlsendindividual.php",
        xml(XmlCall::SendIndividual),
    ),
    (
        "hfw_smpp_addon/xmlgetsmsstatepost.php",
        xml(XmlCall::Status),
    ),
];

const fn json(call: JsonCall) -> Door {
    Door::Json(Some(call))
}

const fn http(call: HttpCall) -> Door {
    Door::Http(Some(call))
}

const fn xml(call: XmlCall) -> Door {
    Door::Xml(Some(call))
}

/// A blank as it stands in a path.
const BLANK: &str = "%20";

/// Finds the door that a path leads to; `None` when it is none of this provider's. Doubled slashes, and one or a blank at the end,
/// which clients are known to send, make no difference.
pub(super) fn door(path: &str) -> Option<Door> {
    let path = path.trim_end_matches(BLANK);
    let segments: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let path = segments.join("/");
    let known = PATHS.iter().find(|(known, _)| *known == path);
    known.map(|(_, door)| *door).or(match segments[..] {
        // Another provider's API is under `/sms/3.0`.
        ["sms", "3.0", ..] => None,
        ["sms", _, ..] | ["v2", "sms", ..] | ["originators" | "vibers", ..] => {
            Some(Door::Json(None))
        }
        ["token" | "http" | "hfw_smpp_addon", ..] => Some(Door::Http(None)),
        ["xml", ..] => Some(Door::Xml(None)),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_is_found_however_its_slashes_and_its_end_are() {
        for (path, expected) in PATHS {
            for path in [
                format!("/{path}"),
                format!("/{path}/"),
                format!("//{path}//"),
                format!("/{path}%20"),
            ] {
                assert_eq!(door(&path), Some(*expected), "{path}");
            }
        }
    }

    #[test]
    fn a_path_that_looks_like_one_of_theirs_is_answered_in_their_words() {
        assert_eq!(door("/vibers/send"), Some(Door::Json(None)));
        assert_eq!(door("/sms/sent"), Some(Door::Json(None)));
        assert_eq!(door("/token/index.php"), Some(Door::Http(None)));
        assert_eq!(door("/xml/balance.php"), Some(Door::Xml(None)));
    }

    #[test]
    fn other_paths_are_others() {
        for path in [
            "/",
            "/sms",
            "/sms/3.0/sendSMS",
            "/api/sms/3.0/sendSMS",
            "/sys/send.php",
            "/smxml/api",
            "/v2",
        ] {
            assert_eq!(door(path), None, "{path}");
        }
    }
}
