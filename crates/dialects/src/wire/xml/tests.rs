//! What XML is read as, what is refused, and that it takes no time to refuse it.

use std::time::{Duration, Instant};

use super::*;

/// Reads a document and shows its elements, each with its text trimmed.
fn read(octets: &[u8]) -> Result<String, NotXml> {
    fn show(element: Element<'_>) -> String {
        let children: Vec<_> = element.children().map(show).collect();
        format!(
            "{}={}({})",
            element.name(),
            element.trimmed(),
            children.join(" ")
        )
    }
    let text = decode(octets)?;
    let document = Document::parse(&text)?;
    Ok(show(document.root()))
}

#[test]
fn every_declaration_that_programs_write_is_understood() {
    for document in [
        "<a><b>Привет</b></a>",
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><a><b>Привет</b></a>",
        "<?xml version='1.0' encoding='utf-8'?>\n<a><b>Привет</b></a>\n",
        "<?xml version=\"1.0\" encoding=\"utf8\" ?><a><b>Привет</b></a>",
        "<?xml version='1.0' encoding='UTF-8' standalone='yes'?><a><b>Привет</b></a>",
        "<?xml\tversion=\"1.0\"?><a><b>Привет</b></a>",
        "<?xml version=\"1.0\" encoding=\"utf-16\"?><a><b>Привет</b></a>",
        "\r\n  <?xml version=\"1.0\"?><a><b>Привет</b></a>",
        "\u{FEFF}<?xml version=\"1.0\"?><a><b>Привет</b></a>",
        "\n\u{FEFF}\u{FEFF}\n<a><b> Привет </b></a>",
        "\u{FEFF}<?xml version=\"1.0\" encoding=\"windows-1251\"?><a><b>Привет</b></a>",
    ] {
        let shown = read(document.as_bytes());
        assert_eq!(shown.as_deref(), Ok("a=(b=Привет())"), "{document:?}");
    }
}

#[test]
fn the_encoding_of_the_declaration_counts_and_is_taken_literally() {
    let cyrillic = b"<?xml version='1.0' encoding='Windows-1251'?><a>\xCF\xF0\xE8</a>";
    assert_eq!(read(cyrillic).as_deref(), Ok("a=При()"));
    let koi = b"<?xml version='1.0' encoding='koi8-r'?><a>\xF0\xD2\xC9</a>";
    assert_eq!(read(koi).as_deref(), Ok("a=При()"));
    let ascii = b"<?xml version='1.0' encoding='us-ascii'?><a>b</a>";
    assert_eq!(read(ascii).as_deref(), Ok("a=b()"));
    for octets in [
        b"<a>\xCF\xF0\xE8</a>".as_slice(),
        b"<?xml version='1.0' encoding='UTF-8'?><a>\xCF\xF0\xE8</a>",
        b"<?xml version='1.0' encoding='windows-1251'?><a>\x98</a>",
        b"<?xml version='1.0' encoding='ebcdic'?><a>\xCF\xF0\xE8</a>",
        b"<?xml version='1.0' encoding='\xFF'?><a/>",
    ] {
        assert_eq!(read(octets), Err(NotXml::Encoding), "{octets:?}");
    }
}

#[test]
fn elements_are_read_with_what_may_stand_between_them() {
    for (document, shown) in [
        ("<a/>", "a=()"),
        ("<a><!-- <c> --><b/><b>1</b></a>", "a=(b=() b=1())"),
        ("<a>1<!-- and -->2<b/>3</a>", "a=123(b=())"),
        ("<a><![CDATA[<b>&amp;]]></a>", "a=<b>&amp;()"),
        ("<a>x<![CDATA[ & ]]>y</a>", "a=x & y()"),
        (
            "<a>&lt;&gt;&amp;&quot;&apos;&#1040;&#x1F600;</a>",
            "a=<>&\"'А😀()",
        ),
        ("<a b='c>' d=\"'\"><e f='/'/></a>", "a=(e=())"),
        (
            "<x:a xmlns:x='urn:x' xmlns='urn:y'><b>1</b></x:a>",
            "a=(b=1())",
        ),
        ("<?a b?><a>1</a><!-- end -->", "a=1()"),
        ("<a>1 > 0</a>", "a=1 > 0()"),
        ("<Ə>ş</Ə>", "Ə=ş()"),
    ] {
        assert_eq!(
            read(document.as_bytes()).as_deref(),
            Ok(shown),
            "{document}"
        );
    }
}

#[test]
fn texts_are_had_with_their_blanks_and_without() {
    let text = "<a> 1 <b> 2\r\n</b></a>";
    let document = Document::parse(text).unwrap();
    let b = document.root().child("b").unwrap();
    assert_eq!((b.text().as_ref(), b.trimmed().as_ref()), (" 2\n", "2"));
    assert_eq!(document.root().text(), " 1 ");
    assert!(document.root().child("c").is_none());
}

#[test]
fn what_is_not_well_formed_is_told() {
    for document in [
        "",
        " ",
        "a",
        "<a>",
        "<a><b></a></b>",
        "<a/><b/>",
        "</a>",
        "<a>&</a>",
        "<a>fish & chips</a>",
        "<a>1 < 2</a>",
        "<a>&nbsp;</a>",
        "<a>&#0;</a>",
        "<a>\u{1}</a>",
        "<a>]]></a>",
        "<a b=c/>",
        "<a b='1' b='2'/>",
        "<a",
        "<a b='",
        "<!-- ",
        "<![CDATA[",
        "<a><![CDATA[</a>",
        "<?xml version='1.0'",
        "<?xml version='1.0' ?",
        "<a/><?xml version='1.0'?>",
    ] {
        let read = read(document.as_bytes());
        assert_eq!(read, Err(NotXml::Malformed), "{document:?}");
    }
}

#[test]
fn a_dtd_is_refused_before_anything_of_it_is_read() {
    let laughs = (1..10).map(|n| {
        let before = format!("&lol{};", n - 1).repeat(10);
        format!("<!ENTITY lol{n} \"{before}\">")
    });
    let laughs: String = laughs.collect();
    for document in [
        format!("<!DOCTYPE a [<!ENTITY lol0 \"lol\">{laughs}]><a>&lol9;</a>"),
        "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>".to_owned(),
        "<!DOCTYPE a SYSTEM \"http://127.0.0.1/a.dtd\"><a/>".to_owned(),
        "<?xml version='1.0'?>\n<!DOCTYPE a>\n<a/>".to_owned(),
        "<a><!ENTITY b \"c\"></a>".to_owned(),
    ] {
        assert_eq!(read(document.as_bytes()), Err(NotXml::Dtd), "{document}");
    }
}

/// Makes so many attributes whose names begin so; each has a `=` in its value, too.
fn attributes(many: usize, name: &str) -> String {
    let all: Vec<_> = (0..many).map(|n| format!(" {name}{n}='={n}'")).collect();
    all.concat()
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "how long it takes is what is tested"
)]
fn bombs_end_at_once() {
    let (attributes, namespaces) = (attributes(80_000, "a"), attributes(30, "xmlns:a"));
    let spaces = format!("<a>{}</a>", "<b xmlns='u'/>".repeat(100_000));
    for (what, document, why) in [
        ("nested", "<a>".repeat(200_000), NotXml::TooMuch),
        ("attributes", format!("<a{attributes}/>"), NotXml::TooMuch),
        ("namespaces", format!("<a{namespaces}/>"), NotXml::TooMuch),
        ("declarations", spaces, NotXml::TooMuch),
        ("tags", "<".repeat(8 << 20), NotXml::TooMuch),
        (
            "equals",
            format!("<a>{}</a>", "=".repeat(8 << 20)),
            NotXml::TooMuch,
        ),
        (
            "elements",
            format!("<a>{}</a>", "<b/>".repeat(1_500_000)),
            NotXml::TooMuch,
        ),
        ("ends", "</a>".repeat(1_000_000), NotXml::Malformed),
        ("comments", "<!--".repeat(400_000), NotXml::Malformed),
        ("quotes", "<a b='".repeat(300_000), NotXml::Malformed),
        (
            "references",
            format!("<a>{}", "&".repeat(8 << 20)),
            NotXml::Malformed,
        ),
    ] {
        let begun = Instant::now();
        assert_eq!(read(document.as_bytes()), Err(why), "{what}");
        // Looking through 8 MiB once takes a second or two without optimisation, on a busy machine more; looking back from each
        // octet would take hours.
        assert!(begun.elapsed() < Duration::from_mins(1), "{what}");
    }
}

#[test]
fn as_deep_and_as_many_as_may_be_are_read() {
    let nested = format!("{}1{}", "<a>".repeat(32), "</a>".repeat(32));
    assert!(read(nested.as_bytes()).is_ok());
    let deeper = format!("<a>{nested}</a>");
    assert_eq!(read(deeper.as_bytes()), Err(NotXml::TooMuch));
    assert!(read(format!("<a{}/>", attributes(32, "a")).as_bytes()).is_ok());
    let one_more = format!("<a{}/>", attributes(33, "a"));
    assert_eq!(read(one_more.as_bytes()), Err(NotXml::TooMuch));
}

#[test]
fn an_escaped_text_is_read_as_it_was() {
    for text in [
        "",
        "plain",
        "<a href=\"b\">fish & chips</a> it's",
        "]]>",
        "Əlaqə: şəbəkə, ığüöç",
        " two\r\nlines\tand a tab ",
        "😀",
    ] {
        let mut xml = "<a>".to_owned();
        push_escaped(&mut xml, text);
        xml.push_str("</a>");
        let document = Document::parse(&xml).unwrap();
        assert_eq!(document.root().text(), text);
    }
    let mut xml = String::new();
    push_escaped(&mut xml, "a\0b\u{1B}c\u{FFFF}");
    assert_eq!(xml, "a?b?c?");
}

proptest::proptest! {
    #[test]
    fn any_octets_are_read_or_refused(octets in proptest::collection::vec(
        proptest::sample::select(b"<>/!?-[]CDATA&;#='\"abx \n\xFF\xD0\x90".as_slice()), 0..64,
    )) {
        let _ = read(&octets);
    }

    #[test]
    fn any_text_comes_through_an_escape(text in "\\PC*") {
        let mut xml = "<a>".to_owned();
        push_escaped(&mut xml, &text);
        xml.push_str("</a>");
        let document = Document::parse(&xml).unwrap();
        let read = document.root().text().into_owned();
        proptest::prop_assert_eq!(read, text.replace(['\u{FFFE}', '\u{FFFF}'], "?"));
    }
}
