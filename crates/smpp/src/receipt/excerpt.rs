//! The first characters of a message, as the text of a receipt repeats them.

/// How many characters a receipt repeats [smpp34 Appendix B].
const CHARACTERS: usize = 20;

/// Cuts a text to the characters that a receipt repeats, and writes them in ASCII, which every alphabet of SMPP has: a line end
/// or another control character becomes a dot, a letter beyond ASCII a question mark.
pub fn excerpt(text: &str) -> Vec<u8> {
    let written = |character: char| match u8::try_from(character) {
        Ok(octet @ b' '..=b'~') => octet,
        Ok(..=0x7F) => b'.',
        Ok(_) | Err(_) => b'?',
    };
    let mut excerpt = Vec::with_capacity(CHARACTERS);
    for character in text.chars().take(CHARACTERS) {
        excerpt.push(written(character));
    }
    excerpt
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::receipt::{Receipt, ReceiptState};

    #[test]
    fn the_first_twenty_characters_are_repeated_in_ascii() {
        for (text, expected) in [
            ("", &b""[..]),
            ("Hello", b"Hello"),
            ("Ваш код: 1234 🙂\r\nне", b"??? ???: 1234 ?..??"),
            ("caf\u{e9}\0{}~\u{7f}", b"caf?.{}~."),
            ("123456789012345678901", b"12345678901234567890"),
        ] {
            assert_eq!(excerpt(text), expected, "{text:?}");
        }
    }

    /// What stands around a value is no part of it for whoever reads: blanks, separators, quotes.
    fn stands_alone(value: &[u8]) -> bool {
        let outside = |octet: &u8| octet.is_ascii_whitespace() || b",;|\"'\0".contains(octet);
        !value.first().is_some_and(outside) && !value.last().is_some_and(outside)
    }

    proptest! {
        #[test]
        fn what_is_written_of_any_message_is_read_back(
            id in "[0-9]{1,19}",
            number in 1..=8_u8,
            error in "[0-9]{3}",
            submitted in 0..1_000_u32,
            delivered in 0..1_000_u32,
            dates in proptest::collection::vec("[0-9]{10}", 2),
            text in prop_oneof![
                ".{0,40}",
                "((id|sub|stat|err|text|submit date|done date)[:= ]{0,2}[a-z0-9 ]{0,6}){0,5}",
            ],
        ) {
            let text = excerpt(&text);
            prop_assume!(stands_alone(&text));
            let receipt = Receipt {
                message_id: id.as_bytes(),
                state: ReceiptState::from_message_state(number).unwrap(),
                error: error.as_bytes(),
                network_error: None,
                submitted: Some(submitted),
                delivered: Some(delivered),
                submit_date: dates[0].as_bytes(),
                done_date: dates[1].as_bytes(),
                text: &text,
            };
            let written = receipt.write_text();
            prop_assert_eq!(Receipt::parse(&written, crate::Tlvs::default()), receipt);
        }
    }
}
