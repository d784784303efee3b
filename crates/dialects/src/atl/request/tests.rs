//! Requests as programs write them, and what is none.

use super::*;

const MOST: usize = 3;

fn xml(request: &str) -> Result<Asked, NoRequest> {
    Asked::read(request.as_bytes(), Syntax::Xml, MOST)
}

fn json(request: &str) -> Result<Asked, NoRequest> {
    Asked::read(request.as_bytes(), Syntax::Json, MOST)
}

fn row(msisdn: &str, message: &str) -> Row {
    Row {
        msisdn: msisdn.into(),
        message: message.into(),
        numbered: true,
    }
}

#[test]
fn xml_and_json_say_the_same() {
    let one = xml(
        "<request><head><title> T </title><operation>submit</operation>\
        <login>l</login><password>p</password><bulkmessage> m </bulkmessage>\
        <scheduled>NOW</scheduled><isbulk>true</isbulk><controlid>\n111\n</controlid>\
        <unicode>false</unicode><taskid>7</taskid><other>x</other></head>\
        <body><msisdn>994519574083</msisdn><message>a</message></body></request>",
    );
    let other = json(
        r#"{"request":{"head":{"title":" T ","operation":"submit","login":"l","password":"p",
        "bulkmessage":" m ","scheduled":"NOW","isbulk":true,"controlid":111,"unicode":false,
        "taskid":7,"other":"x"},"body":[{"msisdn":994519574083,"message":"a"}]},"x":[{}]}"#,
    );
    for asked in [one, other] {
        let Asked { head, rows } = asked.unwrap();
        assert_eq!((&*head.title, &*head.operation), ("T", "submit"));
        assert_eq!((&*head.login, &*head.password), ("l", "p"));
        assert_eq!((&*head.bulk_message, &*head.scheduled), (" m ", "NOW"));
        assert_eq!((&*head.is_bulk, &*head.unicode), ("true", "false"));
        assert_eq!((&*head.control_id, &*head.task_id), ("111", "7"));
        assert_eq!(rows, [row("994519574083", "a")]);
    }
}

#[test]
fn a_number_of_json_is_kept_digit_for_digit() {
    let long = "123456789012345678901234567890";
    let asked = json(&format!(
        r#"{{"request":{{"head":{{"controlid":{long}}}}}}}"#
    ));
    assert_eq!(asked.unwrap().head.control_id, long);
}

#[test]
fn what_is_blank_or_null_is_empty() {
    for asked in [
        xml("<request><head><bulkmessage> \n </bulkmessage><title/></head></request>"),
        xml("<request/>"),
        json(r#"{"request":{"head":{"bulkmessage":" \n ","title":null},"body":null}}"#),
        json(r#"{"request":{}}"#),
    ] {
        let Asked { head, rows } = asked.unwrap();
        assert_eq!((&*head.bulk_message, &*head.title), ("", ""));
        assert!(rows.is_empty());
    }
}

#[test]
fn the_control_id_has_another_name_and_so_many_characters() {
    let of = |name: &str, value: &str| {
        xml(&format!(
            "<request><head><{name}>{value}</{name}></head></request>"
        ))
        .map(|asked| asked.head.control_id)
    };
    assert_eq!(of("control_id", "1").as_deref(), Ok("1"));
    assert!(of("controlid", &"ə".repeat(49)).is_ok());
    assert_eq!(of("controlid", &"ə".repeat(50)), Err(NoRequest));
}

#[test]
fn two_numbers_in_one_body_are_none() {
    let two = "<body><msisdn>1</msisdn><msisdn>2</msisdn></body>";
    let asked = xml(&format!("<request><head/>{two}</request>")).unwrap();
    assert!(!asked.rows[0].has_number());
    let asked = json(r#"{"request":{"body":{"msisdn":"1","msisdn":"2"}}}"#).unwrap();
    assert!(!asked.rows[0].has_number());
}

#[test]
fn no_more_rows_are_kept_than_asked_for() {
    let bodies = "<body><msisdn>1</msisdn></body>".repeat(5);
    let asked = xml(&format!("<request><head/>{bodies}</request>")).unwrap();
    assert_eq!(asked.rows.len(), MOST);
    let rows = [r#"{"msisdn":1}"#; 5].join(",");
    let asked = json(&format!(r#"{{"request":{{"body":[{rows}]}}}}"#)).unwrap();
    assert_eq!(asked.rows.len(), MOST);
}

#[test]
fn what_is_no_request_is_told() {
    for request in [
        "",
        "request",
        "<response/>",
        "<Request/>",
        "<request>",
        "<request><head><title>a & b</title></head></request>",
        "<!DOCTYPE request><request/>",
    ] {
        assert!(xml(request).is_err(), "{request}");
    }
    let nested = "[".repeat(100_000);
    for request in [
        "",
        "{}",
        "[]",
        "null",
        r#"{"request":null}"#,
        r#"{"request":{"head":[]}}"#,
        r#"{"request":{"head":{"title":{}}}}"#,
        r#"{"request":{"head":{"title":["a"]}}}"#,
        r#"{"request":{"body":"1"}}"#,
        r#"{"request":{"body":[1]}}"#,
        r#"{"request":{"body":[{"msisdn":{}}]}}"#,
        r#"{"request":{}} x"#,
        r#"{"request":{"head":{"title":"a}}}"#,
        &format!(r#"{{"request":{{"body":{nested}"#),
    ] {
        assert!(json(request).is_err(), "{request}");
    }
}

#[test]
fn the_first_octet_tells_the_syntax_to_lsim_only() {
    for (octets, is_json, syntax) in [
        (b"{}".as_slice(), false, Syntax::Json),
        (b" \n{}", false, Syntax::Json),
        (b"\xEF\xBB\xBF{}", false, Syntax::Json),
        (b"<request/>", true, Syntax::Xml),
        (b"", true, Syntax::Json),
        (b"", false, Syntax::Xml),
        (b"[", true, Syntax::Xml),
    ] {
        assert_eq!(Syntax::of(Product::Lsim, octets, is_json), syntax);
        assert_eq!(Syntax::of(Product::Atl, octets, is_json), Syntax::Xml);
    }
}
