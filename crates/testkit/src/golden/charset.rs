//! Character sets of requests and answers; the files themselves are UTF-8.

use std::fmt::Write;

use encoding_rs::{Encoding, UTF_8};

/// Names a character set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Charset(&'static Encoding);

impl Charset {
    /// What is not said to be in another one.
    pub(super) const UTF_8: Self = Self(UTF_8);

    /// Reads a name such as `windows-1251`.
    pub(super) fn named(name: &str) -> Result<Self, String> {
        let found = Encoding::for_label(name.as_bytes()).map(Self);
        found.ok_or_else(|| format!("not a character set: {name:?}"))
    }

    /// Writes a text of the file; what the set lacks is an error.
    pub(super) fn encode(self, text: &str) -> Result<Vec<u8>, String> {
        let (octets, _, lacks) = self.0.encode(text);
        if lacks {
            return Err(format!("{} lacks a letter of {text:?}", self.0.name()));
        }
        Ok(octets.into_owned())
    }

    /// Reads octets as a text for the file, as far as they are one.
    pub(super) fn decode(self, octets: &[u8]) -> Vec<u8> {
        if self == Self::UTF_8 {
            return octets.to_vec();
        }
        let (text, _) = self.0.decode_without_bom_handling(octets);
        text.into_owned().into_bytes()
    }

    /// Writes what is not ASCII as percent signs and octets; in UTF-8 it is left as it stands.
    pub(super) fn percent_encode(self, text: &str) -> Result<String, String> {
        if self == Self::UTF_8 {
            return Ok(text.to_owned());
        }
        let mut encoded = String::with_capacity(text.len());
        for octet in self.encode(text)? {
            if octet.is_ascii() {
                encoded.push(char::from(octet));
            } else {
                write!(encoded, "%{octet:02X}").expect("a String takes whatever is written");
            }
        }
        Ok(encoded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_become_octets_of_the_set_and_come_back() {
        let cyrillic = Charset::named("windows-1251").unwrap();
        assert_eq!(cyrillic.encode("Яa").unwrap(), b"\xDFa");
        assert_eq!(cyrillic.decode(b"\xDFa"), "Яa".as_bytes());
        assert_eq!(cyrillic.percent_encode("Я a").unwrap(), "%DF a");
        assert_eq!(Charset::UTF_8.percent_encode("Я").unwrap(), "Я");
        assert_eq!(Charset::UTF_8.decode(b"\xFF"), b"\xFF");
        assert!(cyrillic.encode("ə").is_err());
        assert!(Charset::named("cp").is_err());
    }
}
