//! SMS Club: one id of a message in all three APIs.

use super::{Ids, MESSAGE, NEVER};

pub(super) const IDS: Ids = Ids {
    dialect: "smsclub",
    before: &[(
        "POST /sms/send",
        "{\"src_addr\":\"Info\",\"phone\":[\"{number}\"],\"message\":\"Hi\"}",
    )],
    seen: &[
        ("POST /sms/status", "{\"id_sms\":[\"1000177\"]}"),
        ("POST /sms/balance", ""),
    ],
    rows: &[
        (
            ("POST /sms/status", "{\"id_sms\":[\"{}\"]}"),
            MESSAGE,
            NEVER,
        ),
        (
            (
                "GET /token/state.php?username={login}&token={token}&smscid={}",
                "",
            ),
            MESSAGE,
            NEVER,
        ),
        (
            (
                "GET /http/state.php?username={login}&password={password}&smscid={}",
                "",
            ),
            MESSAGE,
            NEVER,
        ),
        (
            (
                "GET /token/httpgetsmsstate.php?username={login}&password={password}&smscid={}",
                "",
            ),
            MESSAGE,
            NEVER,
        ),
        (
            (
                "GET /http/httpgetsmsstate.php?username={login}&password={password}&smscid={}",
                "",
            ),
            MESSAGE,
            NEVER,
        ),
        (
            (
                "GET /hfw_smpp_addon/httpgetsmsstate.php?username={login}&password={password}&smscid={}",
                "",
            ),
            MESSAGE,
            NEVER,
        ),
        (
            (
                "POST /hfw_smpp_addon/xmlgetsmsstatepost.php",
                "xmlrequest=<request_getstate><username>{login}</username><password>{password}</password><smscid>{}</smscid>\
                 </request_getstate>",
            ),
            MESSAGE,
            NEVER,
        ),
        (
            (
                "POST /xml/state.php",
                "<request_getstate><username>{login}</username><password>{password}</password><smscid>{}</smscid>\
                 </request_getstate>",
            ),
            MESSAGE,
            NEVER,
        ),
    ],
    names: &["id_sms", "smscid"],
    excepted: &[],
};
