//! A short ASCII text kept in place, so that numbers and originators are copied, not allocated.

use std::fmt;
use std::hash::{Hash, Hasher};

/// Keeps at most [`InlineText::CAPACITY`] ASCII characters; bytes after the end are zero, so
/// that the derived comparison is that of the texts.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord)]
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

    /// Takes a text of digits and nothing else; `None` for any other, and when there is no room.
    pub(crate) fn digits(text: &str) -> Option<Self> {
        let mut digits = Self::EMPTY;
        let place = digits.bytes.get_mut(..text.len())?;
        place.copy_from_slice(text.as_bytes());
        digits.length = u8::try_from(text.len()).ok()?;
        place.iter().all(u8::is_ascii_digit).then_some(digits)
    }

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

/// In one go: numbers are looked for in large sets.
impl Hash for InlineText {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let mut octets = [0; Self::CAPACITY + 1];
        octets[..Self::CAPACITY].copy_from_slice(&self.bytes);
        octets[Self::CAPACITY] = self.length;
        state.write(&octets);
    }
}

impl fmt::Debug for InlineText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}
