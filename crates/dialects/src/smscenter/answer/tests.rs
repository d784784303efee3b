//! The four formats of each shape, octet for octet.

use super::*;
use crate::Content;

fn written(answered: &Answered, charset: Charset) -> [String; 4] {
    [Format::Text, Format::Numbers, Format::Xml, Format::Json]
        .map(|format| text_of(Reply { format, charset }.write(answered)))
}

fn text_of(answer: Answer) -> String {
    assert_eq!(answer.status, 200);
    let Content::Whole(body) = answer.body else {
        panic!("answers are whole")
    };
    let text = body.iter().map(|&octet| char::from(octet));
    if answer.content_type.ends_with("utf-8") {
        String::from_utf8(body.to_vec()).unwrap()
    } else {
        text.collect()
    }
}

fn check(answered: &Answered, expected: [&str; 4]) {
    assert_eq!(written(answered, Charset::Utf8), expected);
}

#[test]
fn what_was_done_is_ok_in_every_format() {
    check(
        &Answered::done(),
        [
            "OK",
            "OK",
            "<result>OK</result>",
            "{\n\"result\": \"OK\"\n}",
        ],
    );
}

#[test]
fn a_record_names_its_values_where_no_line_of_its_own_is_given() {
    let record = Record::new()
        .with("id", 33_i64)
        .with("name", "a\nb & \"c\"")
        .json_only("cnt", 1_i64)
        .with("mail", Value::Null);
    let json = "{\n\"id\": 33,\n\"name\": \"a\\nb & \\\"c\\\"\",\n\"cnt\": 1,\n\"mail\": null\n}";
    let xml = "<result>\n<id>33</id>\n<name>a\nb &amp; \"c\"</name>\n<mail></mail>\n</result>";
    check(
        &Answered::one(record.clone()),
        [
            "id = 33, name = a\\nb & \"c\", mail = ",
            "33,a\\nb & \"c\",",
            xml,
            json,
        ],
    );
    let own = record.text("OK - 33".into()).numbers("33".into());
    check(
        &Answered::only(own).called("job", ""),
        [
            "OK - 33",
            "33",
            &xml.replace("result>", "job>"),
            &format!("[\n{json}\n]"),
        ],
    );
}

#[test]
fn a_list_has_a_record_on_each_line_and_is_never_without_an_octet() {
    let record = |id: i64| Record::new().with("id", id).with("name", "x");
    let list = |records| {
        Answered::many(records)
            .called("jobs", "job")
            .between("|", ";")
    };
    check(
        &list(vec![record(1), record(2)]),
        [
            "1|x\n2|x",
            "1;x\n2;x",
            "<jobs>\n<job>\n<id>1</id>\n<name>x</name>\n</job>\n<job>\n<id>2</id>\n<name>x</name>\n</job>\n</jobs>",
            "[\n{\n\"id\": 1,\n\"name\": \"x\"\n},\n{\n\"id\": 2,\n\"name\": \"x\"\n}\n]",
        ],
    );
    check(&list(vec![]), ["\n", "\n", "<jobs></jobs>", "[]"]);
}

#[test]
fn a_list_within_a_record_is_in_no_line() {
    let phones = vec![Record::new().with("phone", "7")];
    let record = Record::new()
        .with("id", 1_i64)
        .with("phones", Value::Records("phone", phones));
    check(
        &Answered::one(record),
        [
            "id = 1",
            "1",
            "<result>\n<id>1</id>\n<phones>\n<phone>\n<phone>7</phone>\n</phone>\n</phones>\n</result>",
            "{\n\"id\": 1,\n\"phones\": [\n{\n\"phone\": \"7\"\n}\n]\n}",
        ],
    );
}

#[test]
fn a_value_may_stand_alone_in_xml() {
    let record = Record::new().with("balance", "1871.62");
    let answered = Answered::one(record.numbers("1871.62".into()).text("1871.62".into())).bare();
    check(
        &answered,
        [
            "1871.62",
            "1871.62",
            "<balance>1871.62</balance>",
            "{\n\"balance\": \"1871.62\"\n}",
        ],
    );
}

#[test]
fn an_error_is_said_in_every_format_with_the_id_where_it_has_one() {
    let fault = |id| Fault {
        code: 7,
        text: "invalid number",
        id,
    };
    let written = |fault: &Fault| {
        [Format::Text, Format::Numbers, Format::Xml, Format::Json].map(|format| {
            let charset = Charset::Utf8;
            text_of(Reply { format, charset }.write_fault(fault))
        })
    };
    assert_eq!(
        written(&fault(None)),
        [
            "ERROR = 7 (invalid number)",
            "0,-7",
            "<result>\n<error>invalid number</error>\n<error_code>7</error_code>\n</result>",
            "{\n\"error\": \"invalid number\",\n\"error_code\": 7\n}",
        ]
    );
    assert_eq!(
        written(&fault(Some(Id::Name("a-1".into())))),
        [
            "ERROR = 7 (invalid number), ID - a-1",
            "a-1,-7",
            "<result>\n<error>invalid number</error>\n<error_code>7</error_code>\n<id>a-1</id>\n</result>",
            "{\n\"error\": \"invalid number\",\n\"error_code\": 7,\n\"id\": \"a-1\"\n}",
        ]
    );
}

#[test]
fn what_the_character_set_lacks_is_lost_in_lines_only() {
    let record = Record::new().with("a", "ə🙂\u{1}");
    assert_eq!(
        written(&Answered::one(record), Charset::Windows1251),
        [
            "a = ??\u{1}",
            "??\u{1}",
            "<result>\n<a>&#601;&#128578;?</a>\n</result>",
            "{\n\"a\": \"\\u0259\\ud83d\\ude42\\u0001\"\n}",
        ]
    );
}
