//! The doors: how each dialect sends one message and tells of one, and its word for each state.

use super::Door;

pub(super) const DOORS: &[Door] = &[
    Door {
        name: "atompark",
        send: (
            "POST /sms/3.0/sendSMS",
            "key=public_key&sum={{sum}}&sender=Info&text=Hi&phone={number}",
        ),
        sent: "\"id\":{submission},",
        state: (
            "GET /sms/3.0/getCampaignDeliveryStats?key=public_key&sum={{sum}}&id={submission}",
            "",
        ),
        around: ("\"status\":[", "]"),
        words: [
            "\"0\"",
            "\"0\"",
            "\"SENT\"",
            "\"SENT\"",
            "\"DELIVERED\"",
            "\"NOT_DELIVERED\"",
            "\"NOT_DELIVERED\"",
            "\"NOT_DELIVERED\"",
            "\"INVALID_PHONE_NUMBER\"",
            // It is not listed.
            "",
            "\"NOT_DELIVERED\"",
            "\"NOT_DELIVERED\"",
        ],
    },
    Door {
        name: "atl",
        send: (
            "POST /bulksms/api",
            "<request><head><operation>submit</operation><login>shop</login><password>password</password><title>Info</title>\
             <scheduled>NOW</scheduled><isbulk>true</isbulk><bulkmessage>Hi</bulkmessage></head>\
             <body><msisdn>{number}</msisdn></body></request>",
        ),
        sent: "<taskid>{submission}</taskid>",
        state: (
            "POST /bulksms/api",
            "<request><head><operation>detailedreport</operation><login>shop</login><password>password</password>\
             <taskid>{submission}</taskid></head></request>",
        ),
        around: ("<status>", "</status>"),
        words: [
            "1", "1", "1", "1", "2", "3", "3", "3", "3", "4",
            // The whole task is told to be cancelled, by a code.
            "", "5",
        ],
    },
    Door {
        name: "lsim",
        send: (
            "POST /smxml/api",
            "{\"request\":{\"head\":{\"operation\":\"submit\",\"login\":\"shop\",\"password\":\"password\",\"title\":\"Info\",\
             \"scheduled\":\"NOW\",\"isbulk\":true,\"bulkmessage\":\"Hi\",\"controlid\":1},\
             \"body\":[{\"msisdn\":\"{number}\"}]}}",
        ),
        sent: "\"taskid\":{submission}",
        state: (
            "POST /smxml/api",
            "{\"request\":{\"head\":{\"operation\":\"detailedreport\",\"login\":\"shop\",\"password\":\"password\",\
             \"taskid\":{submission}}}}",
        ),
        around: ("\"status\":", "}"),
        words: ["7", "7", "4", "4", "2", "3", "1", "3", "3", "6", "3", "5"],
    },
    Door {
        name: "smsclub",
        send: (
            "POST /sms/send",
            "{\"src_addr\":\"Info\",\"phone\":[\"{number}\"],\"message\":\"Hi\"}",
        ),
        sent: "\"{message}\":\"{number}\"",
        state: ("POST /sms/status", "{\"id_sms\":[\"{message}\"]}"),
        around: ("{\"success_request\":{\"info\":{\"1000106\":\"", "\""),
        words: SMS_CLUB,
    },
    Door {
        name: "smsclub's HTTP gateway",
        send: (
            "GET /http/?username=shop&password=password&from=Info&to={number}&text=Hi",
            "",
        ),
        sent: "<br/>{message}<br/>",
        state: (
            "GET /token/state.php?username=shop&token=secret&smscid={message}",
            "",
        ),
        around: ("<br/>1000106: ", "<br/>"),
        words: SMS_CLUB,
    },
    Door {
        name: "smsclub's XML gateway",
        send: (
            "POST /xml/",
            "<request_sendsms><username>shop</username><password>password</password><from>Info</from><to>{number}</to>\
             <text>Hi</text></request_sendsms>",
        ),
        sent: "<mess>{message}</mess>",
        state: (
            "POST /xml/state.php",
            "<request_getstate><username>shop</username><password>password</password><smscid>{message}</smscid>\
             </request_getstate>",
        ),
        around: ("<state>", "</state>"),
        words: SMS_CLUB,
    },
    Door {
        name: "smscenter",
        send: (
            "GET /sys/send.php?login=shop&psw=password&phones={number}&mes=Hi&sender=Info&fmt=3",
            "",
        ),
        sent: "\"id\": {submission},",
        state: (
            "GET /sys/status.php?login=shop&psw=password&phone={number}&id={submission}&fmt=3",
            "",
        ),
        around: ("\"status\": ", ","),
        words: [
            "-2", "-1", "0", "0", "1", "20", "3", "20", "22", "23", "-2", "20",
        ],
    },
    Door {
        name: "toy",
        send: (
            "GET /toy/send?token=secret&from=Info&to={number}&text=Hi",
            "",
        ),
        sent: "OK {message}",
        state: ("GET /toy/state?token=secret&id={message}", ""),
        around: ("", ""),
        words: [
            "waiting", "waiting", "sent", "sent", "arrived", "failed", "failed", "failed",
            "failed", "failed", "failed", "failed",
        ],
    },
];

/// SMS Club's words, the same in each of its APIs.
const SMS_CLUB: [&str; 12] = [
    "ENROUTE", "ENROUTE", "ENROUTE", "ENROUTE", "DELIVRD", "UNDELIV", "EXPIRED", "REJECTD",
    "REJECTD", "REJECTD", "UNDELIV", "UNDELIV",
];
