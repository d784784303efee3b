//! Base64 as strangers send it: with or without padding, of either alphabet, and with pluses that a form has made spaces.

/// Decodes a text; `None` when it is not base64 of UTF-8.
pub(crate) fn text(encoded: &str) -> Option<String> {
    String::from_utf8(octets(encoded)?).ok()
}

/// Decodes octets; `None` when it is not base64.
pub(crate) fn octets(encoded: &str) -> Option<Vec<u8>> {
    let digits = encoded.trim_end_matches(['=', '\r', '\n']);
    if digits.len() % 4 == 1 {
        return None;
    }
    let mut octets = Vec::with_capacity(digits.len() / 4 * 3 + 2);
    for quartet in digits.as_bytes().chunks(4) {
        let mut bits = 0;
        for &digit in quartet {
            bits = bits << 6 | value(digit)?;
        }
        // A quartet that is cut short has fewer octets, at the upper end.
        let missing = 4 - quartet.len();
        let octets_of_three = (bits << (6 * missing)).to_be_bytes();
        octets.extend_from_slice(&octets_of_three[1..4 - missing]);
    }
    Some(octets)
}

fn value(digit: u8) -> Option<u32> {
    let value = match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' | b'-' | b' ' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    };
    Some(value.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_any_length_are_decoded() {
        for (encoded, expected) in [
            ("", ""),
            ("TQ==", "M"),
            ("TQ", "M"),
            ("TWE=", "Ma"),
            ("TWFu", "Man"),
            ("0JzQsNCz0LDQt9C40L0=\r\n", "Магазин"),
            ("Pz8+Pz8/", "??>???"),
            ("Pz8 Pz8_", "??>???"),
        ] {
            assert_eq!(text(encoded).as_deref(), Some(expected), "{encoded}");
        }
    }

    #[test]
    fn what_is_not_base64_of_a_text_is_not_decoded() {
        for encoded in ["T", "TWFuT", "Моя лавка", "a.b", "//79", "T=Fu"] {
            assert_eq!(text(encoded), None, "{encoded}");
        }
    }
}
