//! The text of a receipt: keys in any order, case and spelling, every one of them optional.

use super::{Receipt, ReceiptState};

/// What a key of the text announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Id,
    Submitted,
    Delivered,
    SubmitDate,
    DoneDate,
    State,
    Error,
    Text,
}

impl Key {
    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// Spellings seen, by their last letter: of two words or of one. Between two stands a space, `_`, `-` or nothing. Longer ones come
/// before those that end them.
const fn spellings(last: u8) -> &'static [([&'static str; 2], Key)] {
    match last.to_ascii_lowercase() {
        b'b' => &[(["", "sub"], Key::Submitted)],
        b'd' => &[
            (["message", "id"], Key::Id),
            (["msg", "id"], Key::Id),
            (["", "id"], Key::Id),
            (["", "dlvrd"], Key::Delivered),
            (["", "delivered"], Key::Delivered),
        ],
        b'e' => &[
            (["submit", "date"], Key::SubmitDate),
            (["done", "date"], Key::DoneDate),
        ],
        b'r' => &[(["", "error"], Key::Error), (["", "err"], Key::Error)],
        b's' => &[(["", "status"], Key::State)],
        b't' => &[(["", "stat"], Key::State), (["", "text"], Key::Text)],
        _ => &[],
    }
}

/// Reads what the text tells; the first word on each key counts.
pub(super) fn parse(text: &[u8]) -> Receipt<'_> {
    let mut receipt = Receipt::default();
    for (key, value) in Fields::new(text) {
        receipt.set(key, value);
    }
    receipt
}

/// Tells whether a text that nothing else marks is a receipt's: it has three keys at least, an id, and what only receipts tell: a
/// count, a date, or a state by its word. The programs of handsets, too, write of ids, statuses and errors.
pub(super) fn is_receipt(text: &[u8]) -> bool {
    let (mut keys, mut names, mut tells) = (0, false, false);
    for (key, value) in Fields::new(text) {
        keys += 1;
        match key {
            Key::Id => names = !value.is_empty(),
            Key::Submitted | Key::Delivered => tells |= number(value).is_some(),
            Key::SubmitDate | Key::DoneDate => {
                tells |= value.first().is_some_and(u8::is_ascii_digit);
            }
            Key::State => {
                tells |= !value.first().is_some_and(u8::is_ascii_digit) && state(value).is_some();
            }
            Key::Error | Key::Text => {}
        }
    }
    keys >= 3 && names && tells
}

/// Writes the form of the specification's appendix; counts have three digits, as has a missing
/// error code.
pub(super) fn write(receipt: &Receipt<'_>) -> Vec<u8> {
    let error = if receipt.error.is_empty() {
        b"000"
    } else {
        receipt.error
    };
    let delivered = u32::from(receipt.state == ReceiptState::Delivered);
    let parts: [(&str, &[u8]); 8] = [
        ("id:", receipt.message_id),
        (" sub:", &count(receipt.submitted.unwrap_or(1))),
        (" dlvrd:", &count(receipt.delivered.unwrap_or(delivered))),
        (" submit date:", receipt.submit_date),
        (" done date:", receipt.done_date),
        (" stat:", receipt.state.word().as_bytes()),
        (" err:", error),
        (" text:", receipt.text),
    ];
    let length = parts.iter().map(|(key, value)| key.len() + value.len());
    let mut text = Vec::with_capacity(length.sum());
    for (key, value) in parts {
        text.extend_from_slice(key.as_bytes());
        text.extend_from_slice(value);
    }
    text
}

/// Spells a count with three digits; the appendix has room for no more.
fn count(number: u32) -> [u8; 3] {
    let number = u16::try_from(number.min(999)).unwrap_or(999);
    [number / 100, number / 10, number].map(|of| b'0' + (of % 10).to_le_bytes()[0])
}

impl<'a> Receipt<'a> {
    fn set(&mut self, key: Key, value: &'a [u8]) {
        match key {
            Key::Id => self.message_id = value,
            Key::Submitted => self.submitted = number(value),
            Key::Delivered => self.delivered = number(value),
            Key::SubmitDate => self.submit_date = value,
            Key::DoneDate => self.done_date = value,
            Key::State => self.state = state(value).unwrap_or_default(),
            Key::Error => self.error = value,
            Key::Text => self.text = value,
        }
    }
}

fn state(value: &[u8]) -> Option<ReceiptState> {
    let word = value.split(|octet| !octet.is_ascii_alphanumeric()).next()?;
    ReceiptState::from_word(word)
}

fn number(value: &[u8]) -> Option<u32> {
    std::str::from_utf8(value).ok()?.parse().ok()
}

/// Walks over the keys with their values, each key once.
struct Fields<'a> {
    text: &'a [u8],
    /// How far it has been looked at.
    looked: usize,
    /// The key whose value begins at the second item.
    current: Option<(Key, usize)>,
    /// One bit for each key.
    seen: u8,
}

impl<'a> Fields<'a> {
    fn new(text: &'a [u8]) -> Self {
        let mut fields = Self {
            text,
            looked: 0,
            current: None,
            seen: 0,
        };
        fields.current = fields.next_key().map(|(_, key, start)| (key, start));
        fields
    }

    /// Finds the next key not seen: where it begins, and where its value does.
    ///
    /// Once id and state are known, what follows `text:` is the message's own words, which may
    /// look like keys.
    fn next_key(&mut self) -> Option<(usize, Key, usize)> {
        const KNOWN: u8 = Key::Id.bit() | Key::State.bit() | Key::Text.bit();
        if self.seen & KNOWN == KNOWN {
            return None;
        }
        loop {
            let is_sign = |octet: &u8| matches!(octet, b':' | b'=');
            let rest = &self.text[self.looked..];
            let sign = self.looked + rest.iter().position(is_sign)?;
            self.looked = sign + 1;
            if let Some((at, key)) = key_before(&self.text[..sign])
                && self.seen & key.bit() == 0
            {
                self.seen |= key.bit();
                return Some((at, key, self.looked));
            }
        }
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = (Key, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (key, start) = self.current?;
        let next = self.next_key();
        let end = next.map_or(self.text.len(), |(at, _, _)| at);
        self.current = next.map(|(_, key, start)| (key, start));
        Some((key, trim(&self.text[start..end])))
    }
}

/// Recognises the key at the end of what stands before a colon or an equals sign, and says where it begins.
fn key_before(mut text: &[u8]) -> Option<(usize, Key)> {
    while let [rest @ .., b' '] = text {
        text = rest;
    }
    spellings(*text.last()?)
        .iter()
        .find_map(|([first, second], key)| {
            let mut rest = without(text, second)?;
            if !first.is_empty() {
                if let [before @ .., b' ' | b'_' | b'-'] = rest {
                    rest = before;
                }
                rest = without(rest, first)?;
            }
            let begins = !rest.last().is_some_and(u8::is_ascii_alphanumeric);
            begins.then_some((rest.len(), *key))
        })
}

/// Takes a word off the end, in whatever case.
fn without<'a>(text: &'a [u8], word: &str) -> Option<&'a [u8]> {
    let (rest, end) = text.split_at_checked(text.len().checked_sub(word.len())?)?;
    end.eq_ignore_ascii_case(word.as_bytes()).then_some(rest)
}

/// Takes off the white space, separators and quotes around a value.
fn trim(mut value: &[u8]) -> &[u8] {
    let outside = |octet: u8| octet.is_ascii_whitespace() || b",;|\"'\0".contains(&octet);
    while let [first, rest @ ..] = value
        && outside(*first)
    {
        value = rest;
    }
    while let [rest @ .., last] = value
        && outside(*last)
    {
        value = rest;
    }
    value
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// One line for a receipt: id, state, error, done date.
    fn summary(text: &str) -> (String, ReceiptState, String, String) {
        let receipt = parse(text.as_bytes());
        let shown = |octets: &[u8]| octets.escape_ascii().to_string();
        (
            shown(receipt.message_id),
            receipt.state,
            shown(receipt.error),
            shown(receipt.done_date),
        )
    }

    #[test]
    fn the_forms_of_the_field_are_understood() {
        use ReceiptState::{Delivered, Expired, Rejected, Undeliverable, Unknown};
        let rows = [
            (
                "id:c4 sub:001 dlvrd:001 submit date:1110011200 done date:1110011201 \
                 stat:DELIVRD err:000 text:Hello",
                ("c4", Delivered, "000", "1110011201"),
            ),
            (
                "id:7 submit date:1 done date:0000000000 stat:UNDELIV err:0034", // no counts
                ("7", Undeliverable, "0034", "0000000000"),
            ),
            (
                "stat:EXPIRED id:7 done date:1110011201",
                ("7", Expired, "", "1110011201"),
            ),
            (
                "ID:7 Stat:DELIVRD ERR:E-12 Done Date:1",
                ("7", Delivered, "E-12", "1"),
            ),
            (
                "id=7;stat=REJECTD;err=0x1F;donedate=2",
                ("7", Rejected, "0x1F", "2"),
            ),
            (
                "message_id: 7, status: Delivered, error: none, done_date: 3",
                ("7", Delivered, "none", "3"),
            ),
            (
                "id:7\nstat:DELIVRD\r\nerr:000\r\n",
                ("7", Delivered, "000", ""),
            ),
            ("id:\"7\" | stat : 2 | err: 1", ("7", Delivered, "1", "")),
            ("id:a-b:c/d stat:WHATEVER", ("a-b:c/d", Unknown, "", "")),
            (
                "id: sub: dlvrd: submit date: done date: stat: err: text:",
                ("", Unknown, "", ""),
            ),
            ("Message was delivered", ("", Unknown, "", "")),
            ("", ("", Unknown, "", "")),
        ];
        for (text, (id, state, error, done)) in rows {
            let expected = (id.to_owned(), state, error.to_owned(), done.to_owned());
            assert_eq!(summary(text), expected, "{text}");
        }
    }

    #[test]
    fn what_a_handset_writes_is_no_receipt_though_it_has_keys() {
        for text in [
            "id:7 stat:DELIVRD err:000",
            "id:7 sub:001 dlvrd:000 stat:WHATEVER",
            "id:7 done date:2211221030 err:5",
            "message_id: 7, status: Delivered, error: none",
        ] {
            assert!(is_receipt(text.as_bytes()), "{text}");
        }
        for text in [
            "",
            "id:7 stat:DELIVRD",
            "id:123 status:ok error:0",
            "id:123 status:1 error:0 text:engine is on",
            "id: sub:001 dlvrd:001 stat:DELIVRD",
            "sub: my order, id: 7, text: where is it?",
            "done date: tomorrow, error: none, id: 7",
        ] {
            assert!(!is_receipt(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn the_messages_own_words_change_nothing() {
        let receipt = parse(b"id:7 stat:UNDELIV text:id:8 stat:DELIVRD err:005");
        assert_eq!(
            (receipt.message_id, receipt.state),
            (&b"7"[..], ReceiptState::Undeliverable)
        );
        assert_eq!(
            (receipt.error, receipt.text),
            (&b""[..], &b"id:8 stat:DELIVRD err:005"[..])
        );
    }

    #[test]
    fn keys_behind_the_text_are_found_while_id_or_state_is_missing() {
        let receipt = parse(b"text:hello id:7 stat:DELIVRD");
        assert_eq!(
            (receipt.message_id, receipt.text),
            (&b"7"[..], &b"hello"[..])
        );
    }

    #[test]
    fn counts_that_are_no_numbers_are_left_out() {
        let receipt = parse(b"id:7 sub:one dlvrd:001");
        assert_eq!((receipt.submitted, receipt.delivered), (None, Some(1)));
    }

    proptest! {
        #[test]
        fn any_text_gives_some_receipt(
            text in prop_oneof![
                proptest::collection::vec(any::<u8>(), 0..200),
                "((id|sub|stat|err|text|submit date|done date)[:= ]{0,2}[a-z0-9 ]{0,6}){0,9}"
                    .prop_map(String::into_bytes),
            ],
        ) {
            let receipt = parse(&text);
            prop_assert!(Fields::new(&text).count() <= 8);
            let again = write(&receipt);
            let read = parse(&again);
            // A value that holds a key itself, which only senseless text has, stands before the state.
            let before = [receipt.message_id, receipt.submit_date, receipt.done_date];
            if before.iter().all(|value| Fields::new(value).next().is_none()) {
                prop_assert_eq!(read.state, receipt.state);
            }
        }
    }
}
