//! A short ASCII text kept in place, so that numbers and originators are copied, not allocated.

use std::fmt;

/// Keeps at most [`InlineText::CAPACITY`] ASCII characters; bytes after the end are zero, so
/// that the derived comparison is that of the texts.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct InlineText {
    bytes: [u8; Self::CAPACITY],
    length: u8,
}

impl InlineText {
    /// The longest international number has 15 digits [E.164 §6.2.1].
    pub(crate) const CAPACITY: usize = 15;

    pub(crate) const EMPTY: Self = Self {
        bytes: [0; Self::CAPACITY],
        length: 0,
    };

    /// Appends a character; `false` when it is not ASCII or there is no room.
    pub(crate) fn push(&mut self, character: char) -> bool {
        let Ok(byte) = u8::try_from(character) else {
            return false;
        };
        match self.bytes.get_mut(usize::from(self.length)) {
            Some(place) if byte.is_ascii() => {
                *place = byte;
                self.length += 1;
                true
            }
            _ => false,
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).expect("only ASCII is ever pushed")
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }
}

impl fmt::Debug for InlineText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}
