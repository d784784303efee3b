//! Texts: comments that are not sent, words that choose a channel, and lists of phones with texts.

use crate::smscenter::faults::Failure;

/// The most characters of a text.
const MOST_CHARACTERS: usize = 1_000;

/// Words that begin a text and choose a channel that there is no way out for.
const CHANNELS: &[&str] = &[
    "__CALL__",
    "__VIBER__",
    "__SOC__",
    "__PING__",
    "__HLR__",
    "__MMS__",
    "__MAIL__",
];

/// The line that begins a comment.
const COMMENT: &str = "~~~";

/// Returns the text without its comment; refused when nothing is left, or too much.
pub(super) fn checked(text: &str) -> Result<&str, Failure> {
    let text = without_comment(text);
    let channel = CHANNELS.iter().any(|word| text.starts_with(word));
    if text.is_empty() || channel || text.chars().count() > MOST_CHARACTERS {
        return Err(Failure::Parameters);
    }
    Ok(text)
}

/// Cuts off what follows a line of three tildes, and the line.
fn without_comment(text: &str) -> &str {
    let mut begins = 0;
    for line in text.split_inclusive('\n') {
        if line.trim_end_matches(['\r', '\n']) == COMMENT {
            let before = &text[..begins];
            let before = before.strip_suffix('\n').unwrap_or(before);
            return before.strip_suffix('\r').unwrap_or(before);
        }
        begins += line.len();
    }
    text
}

/// Is a line of a list: `phones:text`, or `sender,tz|phones:text`, where a semicolon may stand for the colon.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Record<'a> {
    pub(super) sender: Option<&'a str>,
    pub(super) zone: Option<&'a str>,
    pub(super) phones: &'a str,
    /// With line ends for what the line has as `\n`.
    pub(super) text: String,
}

impl<'a> Record<'a> {
    /// Reads a line; `None` when nothing divides phones and text.
    pub(super) fn read(line: &'a str) -> Option<Self> {
        let divider = line.find([':', ';'])?;
        let (head, rest) = match line[..divider].find('|') {
            Some(bar) => (Some(&line[..bar]), &line[bar + 1..]),
            None => (None, line),
        };
        let (sender, zone) = match head.map(|head| head.split_once(',').unwrap_or((head, ""))) {
            Some((sender, zone)) => (given(sender), given(zone)),
            None => (None, None),
        };
        let (phones, text) = rest.split_once([':', ';'])?;
        Some(Self {
            sender,
            zone,
            phones,
            text: text.replace("\\n", "\n"),
        })
    }
}

fn given(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_not_part_of_the_text() {
        for (given, text) in [
            ("Hi", "Hi"),
            ("Hi\n~~~\nthe shop", "Hi"),
            ("Hi\r\n~~~\r\nthe shop\r\n~~~", "Hi"),
            ("Hi\n\n~~~", "Hi\n"),
            ("Hi ~~~\nthere", "Hi ~~~\nthere"),
            ("~~~\nthe shop", ""),
        ] {
            assert_eq!(without_comment(given), text, "{given:?}");
        }
    }

    #[test]
    fn a_text_has_a_limit_and_chooses_no_channel() {
        assert_eq!(checked(&"ж".repeat(1000)).unwrap().len(), 2000);
        for text in ["", "~~~\nx", "__CALL__Hi", "__VIBER__Hi", &"ж".repeat(1001)] {
            assert!(checked(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_line_has_phones_a_text_and_perhaps_who_it_is_from() {
        let record = |sender, zone, phones, text: &str| {
            Some(Record {
                sender,
                zone,
                phones,
                text: text.to_owned(),
            })
        };
        for (line, expected) in [
            ("79:Hi: there", record(None, None, "79", "Hi: there")),
            ("79;Hi\\nthere|", record(None, None, "79", "Hi\nthere|")),
            ("79,78:Hi", record(None, None, "79,78", "Hi")),
            ("Shop,2|79:Hi", record(Some("Shop"), Some("2"), "79", "Hi")),
            ("Shop|79:Hi", record(Some("Shop"), None, "79", "Hi")),
            ("|79:Hi", record(None, None, "79", "Hi")),
            ("79:a|b", record(None, None, "79", "a|b")),
            ("79 Hi", None),
        ] {
            assert_eq!(Record::read(line), expected, "{line}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_line_is_read_or_refused(line in r"[a9:;|,~\\n ]{0,12}") {
            let _ = Record::read(&line);
            without_comment(&line);
        }
    }
}
