//! Octets as people write them: two hexadecimal digits each.

use std::fmt::Write;

use thiserror::Error;

/// Says that a text is not the hex of octets that may be sent.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Error)]
#[error("the text is not the hex of a binary message")]
pub struct InvalidBinary;

/// Reads pairs of hexadecimal digits of either case, and nothing else.
pub fn read_hex(text: &str) -> Result<Vec<u8>, InvalidBinary> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return Err(InvalidBinary);
    }
    let octet = |&[high, low]: &[u8; 2]| Some(digit(high)? << 4 | digit(low)?);
    pairs
        .iter()
        .map(octet)
        .collect::<Option<_>>()
        .ok_or(InvalidBinary)
}

/// Writes each octet as two digits, capitals.
pub fn write_hex(octets: &[u8]) -> String {
    let mut text = String::with_capacity(octets.len() * 2);
    for octet in octets {
        write!(text, "{octet:02X}").expect("a string takes every character");
    }
    text
}

const fn digit(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octets_are_pairs_of_digits_of_either_case() {
        assert_eq!(read_hex("00aBfF"), Ok(vec![0x00, 0xab, 0xff]));
        assert_eq!(read_hex(""), Ok(vec![]));
        for text in ["0", "0g", "0x01", "01 02", "é1", "+1"] {
            assert_eq!(read_hex(text), Err(InvalidBinary), "{text}");
        }
        assert_eq!(write_hex(&[0x00, 0xab]), "00AB");
    }
}
