//! Parameters from every place that programs put them.

use bytes::Bytes;
use http::HeaderMap;

use super::*;

const FORM: &str = "application/x-www-form-urlencoded";

fn request(query: &str, content_type: &'static str, body: &'static [u8]) -> Request {
    let mut headers = HeaderMap::new();
    headers.insert(
        http::header::CONTENT_TYPE,
        http::HeaderValue::from_static(content_type),
    );
    Request {
        method: http::Method::POST,
        path: "/sys/send.php".into(),
        query: query.into(),
        headers,
        body: Body::Whole(Bytes::from_static(body)),
        peer: None,
    }
}

fn read(query: &str, content_type: &'static str, body: &'static [u8]) -> Parameters {
    let request = request(query, content_type, body);
    Parameters::read(&request, false, &Settings::default())
}

fn text(parameters: &Parameters, name: &str) -> Option<String> {
    parameters.text(name).unwrap()
}

#[test]
fn the_body_wins_over_the_query_and_the_last_value_over_the_first() {
    let read = read("a=1&b=2&c=3&c=4", FORM, b"a=5&d=");
    assert_eq!(text(&read, "a").as_deref(), Some("5"));
    assert_eq!(text(&read, "b").as_deref(), Some("2"));
    assert_eq!(text(&read, "c").as_deref(), Some("4"));
    assert_eq!(text(&read, "d").as_deref(), Some(""));
    assert_eq!(text(&read, "e"), None);
    assert_eq!(read.octets("d"), None);
}

#[test]
fn parts_are_parameters_and_those_with_the_name_of_a_file_are_files() {
    let body = b"--a\r\nContent-Disposition: form-data; name=\"phones\"\r\n\r\n79\r\n\
        --a\r\nContent-Disposition: form-data; name=\"undefined\"; filename=\"a\"\r\n\r\n\xFF\r\n--a--\r\n";
    let read = read("mes=x", "multipart/form-data; boundary=a", body);
    assert_eq!(text(&read, "phones").as_deref(), Some("79"));
    assert_eq!(text(&read, "mes").as_deref(), Some("x"));
    assert_eq!(text(&read, "undefined"), None);
    assert!(read.has_files() && !read.is_broken());
}

#[test]
fn a_broken_body_leaves_what_the_query_says_of_the_answer() {
    let read = read("fmt=3&charset=utf-8", "multipart/form-data", b"x");
    assert!(read.is_broken());
    assert_eq!(read.reply().format, Format::Json);
    assert_eq!(read.reply().charset, Charset::Utf8);
}

#[test]
fn json_is_read_where_it_is_spoken() {
    let body = r#"{"login":"alex","phones":["79991234567",79991234568],"fmt":1,"cost":2,"mes":"Привет","flash":true}"#;
    let request = request("charset=koi8-r", "application/json", body.as_bytes());
    let read = Parameters::read(&request, true, &Settings::default());
    assert_eq!(
        text(&read, "phones").as_deref(),
        Some("79991234567,79991234568")
    );
    assert_eq!(text(&read, "mes").as_deref(), Some("Привет"));
    assert!(read.flag("flash") && read.flag("cost"));
    assert_eq!(read.reply().charset, Charset::Utf8);
    assert_eq!(read.reply().format, Format::Numbers);
    let read = Parameters::read(&request, false, &Settings::default());
    assert_eq!(text(&read, "phones"), None);
}

#[test]
fn texts_are_read_strictly_in_the_character_set_of_the_request() {
    for (query, expected) in [
        ("mes=%CF%F0%E8", Some("При")),
        ("mes=%CF%F0%E8&charset=windows-1251", Some("При")),
        ("mes=%D0%9F%D1%80&charset=utf-8", Some("Пр")),
        ("mes=%D0%9F%D1%80&charset=UTF8", Some("Пр")),
        ("mes=%D0%9F%D1%80&charset=UTF=8", Some("Пр")),
        ("mes=%F0%D2&charset=koi8_r", Some("Пр")),
        ("mes=%CF%F0&charset=latin9", Some("Пр")),
        ("mes=%CF%F0&charset=utf-8", None),
        ("mes=%98", None),
    ] {
        let read = read(query, FORM, b"");
        assert_eq!(
            read.text("mes").ok().flatten().as_deref(),
            expected,
            "{query}"
        );
    }
}

#[test]
fn utf8_is_detected_only_where_that_is_set_and_no_set_is_named() {
    let detecting = Settings {
        detect_utf8: true,
        ..Settings::default()
    };
    let read = |query, settings: &Settings| {
        Parameters::read(&request(query, FORM, b""), false, settings)
            .text("mes")
            .unwrap()
            .unwrap()
    };
    assert_eq!(read("mes=%D0%9F", &detecting), "П");
    assert_eq!(read("mes=%CF", &detecting), "П");
    assert_ne!(read("mes=%D0%9F", &Settings::default()), "П");
    assert_ne!(read("mes=%D0%9F&charset=cp1251", &detecting), "П");
}

#[test]
fn a_switch_is_on_unless_it_is_empty_or_zero() {
    let read = read("a=1&b=0&c=&d&e=true&f=false&g=%20", FORM, b"h");
    let on = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
    let on: String = on.into_iter().filter(|name| read.flag(name)).collect();
    assert_eq!(on, "adeh");
}

#[test]
fn an_answer_is_text_in_windows_1251_unless_something_else_is_asked_for() {
    for (query, format) in [
        ("", Format::Text),
        ("fmt=0", Format::Text),
        ("fmt=1", Format::Numbers),
        ("fmt=2", Format::Xml),
        ("fmt=3", Format::Json),
        ("fmt=4", Format::Text),
        ("fmt=json", Format::Text),
    ] {
        let read = read(query, FORM, b"");
        assert_eq!(read.reply().format, format, "{query}");
        assert_eq!(read.reply().charset, Charset::Windows1251);
    }
}

#[test]
fn the_order_of_parameters_and_empty_ones_make_no_other_request() {
    let digest = |query| read(query, FORM, b"").digest(|name| name != b"id");
    assert_eq!(digest("a=1&b=2&id=1"), digest("b=2&c=&a=1&id=2"));
    assert_ne!(digest("a=1&b=2"), digest("a=12&b="));
    assert_ne!(digest("a=1&b=2"), digest("a=2&b=1"));
}
