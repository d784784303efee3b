//! Character sets of old APIs: strict on the way in, lenient on the way out.

use encoding_rs::{Encoding, KOI8_R, UTF_8, WINDOWS_1251};

/// What some programs write before a text in UTF-8.
pub(crate) const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Returns octets without the mark before them.
pub(crate) fn without_mark(octets: &[u8]) -> &[u8] {
    octets.strip_prefix(BYTE_ORDER_MARK).unwrap_or(octets)
}

/// Names a character set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Charset {
    /// UTF-8.
    #[default]
    Utf8,
    /// Windows-1251.
    Windows1251,
    /// KOI8-R.
    Koi8R,
}

/// Says that octets are not text in the character set that they are said to be in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotText;

impl Charset {
    /// Finds a set by one of its names, in any case.
    pub(crate) fn labelled(label: &str) -> Option<Self> {
        let encoding = Encoding::for_label(label.as_bytes())?;
        [Self::Utf8, Self::Windows1251, Self::Koi8R]
            .into_iter()
            .find(|known| known.encoding() == encoding)
    }

    fn encoding(self) -> &'static Encoding {
        match self {
            Self::Utf8 => UTF_8,
            Self::Windows1251 => WINDOWS_1251,
            Self::Koi8R => KOI8_R,
        }
    }

    /// Reads octets; an octet that has no character is an error, never a replacement.
    pub(crate) fn decode(self, octets: &[u8]) -> Result<String, NotText> {
        // A byte order mark is no part of a text, in whichever set.
        self.encoding()
            .decode_without_bom_handling_and_without_replacement(without_mark(octets))
            // The one octet that Windows-1251 has no character for is read as a control character.
            .filter(|text| self != Self::Windows1251 || !text.contains('\u{98}'))
            .map(std::borrow::Cow::into_owned)
            .ok_or(NotText)
    }

    /// Tells whether the set has a character.
    pub(crate) fn has(self, character: char) -> bool {
        if character.is_ascii() || self == Self::Utf8 {
            return true;
        }
        let mut buffer = [0; 4];
        let (_, _, unmappable) = self.encoding().encode(character.encode_utf8(&mut buffer));
        !unmappable
    }

    /// Writes a text; a character that the set lacks becomes a question mark.
    pub(crate) fn encode(self, text: &str) -> Vec<u8> {
        if self == Self::Utf8 {
            return text.as_bytes().to_vec();
        }
        let mut octets = Vec::with_capacity(text.len());
        for character in text.chars() {
            let mut buffer = [0; 4];
            let (written, _, unmappable) =
                self.encoding().encode(character.encode_utf8(&mut buffer));
            if unmappable {
                octets.push(b'?');
            } else {
                octets.extend_from_slice(&written);
            }
        }
        octets
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cyrillic_goes_there_and_back_in_every_set() {
        for (charset, octets) in [
            (Charset::Utf8, "Привет".as_bytes()),
            (Charset::Windows1251, b"\xCF\xF0\xE8\xE2\xE5\xF2".as_slice()),
            (Charset::Koi8R, b"\xF0\xD2\xC9\xD7\xC5\xD4".as_slice()),
        ] {
            assert_eq!(charset.decode(octets).as_deref(), Ok("Привет"));
            assert_eq!(charset.encode("Привет"), octets);
        }
    }

    #[test]
    fn sets_are_found_by_the_names_that_programs_use() {
        for (label, charset) in [
            ("utf-8", Some(Charset::Utf8)),
            ("UTF8", Some(Charset::Utf8)),
            ("windows-1251", Some(Charset::Windows1251)),
            ("cp1251", Some(Charset::Windows1251)),
            ("KOI8-R", Some(Charset::Koi8R)),
            ("utf-16", None),
            ("", None),
        ] {
            assert_eq!(Charset::labelled(label), charset, "{label}");
        }
    }

    #[test]
    fn what_is_no_text_is_an_error_and_what_cannot_be_written_a_question_mark() {
        assert_eq!(Charset::Utf8.decode(b"\xCF\xF0"), Err(NotText));
        assert_eq!(Charset::Windows1251.decode(b"a\x98"), Err(NotText));
        assert_eq!(Charset::Windows1251.encode("aə🙂"), b"a??");
        assert!(Charset::Windows1251.has('ж') && !Charset::Windows1251.has('ə'));
        assert!(Charset::Utf8.has('🙂'));
        assert_eq!(Charset::Utf8.decode(b"\xEF\xBB\xBFa").as_deref(), Ok("a"));
    }
}
