//! The forms under which one `message_id` may come back in a receipt.
//!
//! An SMSC may answer a submit in hexadecimal and write the receipt in decimal, pad one of them
//! with zeros, or change the case. Ids are octets here, never numbers of a fixed width: real ones
//! pass 63 bits.

/// The most keys that one id can give.
pub const MAXIMUM_CANDIDATES: usize = 28;

/// Longer ids are looked up as they are: no SMSC converts them, and the specification ends at 64.
const MAXIMUM_CONVERTED_LENGTH: usize = 65;

/// The widths to which SMSCs pad with zeros.
const PADDINGS: [usize; 4] = [8, 10, 16, 20];

/// Lists the keys to look an id up under: exact first, then as likely as they were seen to be,
/// none twice, at most [`MAXIMUM_CANDIDATES`].
///
/// Two keys that find two different messages are no match: one must not be guessed.
pub fn candidates(id: &[u8]) -> Vec<Vec<u8>> {
    let mut keys = Keys(Vec::with_capacity(MAXIMUM_CANDIDATES));
    keys.add(id.to_vec());
    let trimmed = trim(id);
    if trimmed.is_empty() {
        return keys.0;
    }
    keys.add(trimmed.to_vec());
    keys.add(trimmed.to_ascii_uppercase());
    keys.add(trimmed.to_ascii_lowercase());
    let stripped = without_leading_zeros(trimmed);
    keys.add(stripped.to_vec());
    keys.add(stripped.to_ascii_uppercase());
    keys.add(stripped.to_ascii_lowercase());
    if trimmed.len() <= MAXIMUM_CONVERTED_LENGTH {
        keys.add_converted(trimmed);
        keys.add_padded(stripped.to_vec());
    }
    keys.add(
        trimmed
            .iter()
            .copied()
            .filter(|octet| *octet != b'-')
            .collect(),
    );
    keys.0
}

struct Keys(Vec<Vec<u8>>);

impl Keys {
    fn add(&mut self, key: Vec<u8>) {
        if !self.0.contains(&key) {
            self.0.push(key);
        }
    }

    fn add_padded(&mut self, digits: Vec<u8>) {
        for width in PADDINGS.into_iter().filter(|width| *width > digits.len()) {
            let mut padded = vec![b'0'; width - digits.len()];
            padded.extend_from_slice(&digits);
            self.add(padded);
        }
        self.add(digits);
    }

    fn add_converted(&mut self, id: &[u8]) {
        if let Some(decimal) = convert::<16, 10>(id) {
            self.add_padded(decimal);
        }
        if let Some(hexadecimal) = convert::<10, 16>(id) {
            self.add_padded(hexadecimal.to_ascii_uppercase());
            self.add_padded(hexadecimal);
        }
    }
}

/// Cuts at the first NUL and takes white space off both ends.
fn trim(id: &[u8]) -> &[u8] {
    id.split(|octet| *octet == 0)
        .next()
        .unwrap_or_default()
        .trim_ascii()
}

/// Leaves one digit of a zero.
fn without_leading_zeros(id: &[u8]) -> &[u8] {
    let zeros = id.iter().take_while(|octet| **octet == b'0').count();
    &id[zeros.min(id.len() - 1)..]
}

/// Rewrites a number of any width from one base to another, without leading zeros and in lower
/// case; `None` when it is not written in the first base.
fn convert<const FROM: u32, const TO: u32>(number: &[u8]) -> Option<Vec<u8>> {
    // Digits in the new base, least significant first.
    let mut digits = vec![0_u32];
    for octet in number {
        let mut carry = char::from(*octet).to_digit(FROM)?;
        for digit in &mut digits {
            carry += *digit * FROM;
            *digit = carry % TO;
            carry /= TO;
        }
        while carry > 0 {
            digits.push(carry % TO);
            carry /= TO;
        }
    }
    let octets = digits
        .into_iter()
        .rev()
        .map(|digit| char::from_digit(digit, TO));
    octets.map(|digit| u8::try_from(digit?).ok()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn position(id: &[u8], key: &[u8]) -> Option<usize> {
        candidates(id).iter().position(|candidate| candidate == key)
    }

    fn finds(id: &str, key: &str) -> bool {
        position(id.as_bytes(), key.as_bytes()).is_some()
    }

    #[test]
    fn the_id_itself_comes_first_and_without_zeros_later() {
        assert_eq!(position(b"00B8BE19", b"00B8BE19"), Some(0));
        assert!(finds("00B8BE19", "B8BE19"));
    }

    #[test]
    fn padding_and_case_differ_at_the_same_time() {
        assert!(finds("19af", "00000000000019af"));
        assert!(finds("00000000000019AF", "19af"));
        assert!(finds("4711", "00000000000000004711"));
    }

    #[test]
    fn hexadecimal_and_decimal_find_each_other_beyond_63_bits() {
        assert!(finds("812FC7470000001B", "9308878062554710043"));
        assert!(finds("9308878062554710043", "812FC7470000001B"));
        assert!(finds("9308878062554710043", "812fc7470000001b"));
        let (hexadecimal, decimal) = ("ffffffffffffffffffffffff", "79228162514264337593543950335");
        assert!(finds(hexadecimal, decimal) && finds(decimal, hexadecimal));
    }

    #[test]
    fn both_bases_come_with_their_zeros() {
        assert!(finds("12107289", "00B8BE19"));
        assert!(finds("12107289", "0000b8be19"));
        assert!(finds("12107289", "0000000000B8BE19"));
        assert!(finds("B8BE19", "0012107289"));
        assert!(finds("b8be19", "12107289"));
    }

    #[test]
    fn case_and_dashes_are_dropped_only_after_the_id_as_it_came() {
        let id = b"f47ac10b-58CC-4372";
        assert_eq!(position(id, id), Some(0));
        assert_eq!(position(id, b"F47AC10B-58CC-4372"), Some(1));
        assert_eq!(position(id, b"f47ac10b-58cc-4372"), Some(2));
        assert!(position(id, b"f47ac10b58CC4372").is_some());
    }

    #[test]
    fn white_space_and_a_nul_are_cut_off() {
        assert_eq!(
            candidates(b" ID/7\0x")[..2],
            [b" ID/7\0x".to_vec(), b"ID/7".to_vec()]
        );
        assert_eq!(candidates(b""), [b"".to_vec()]);
        assert_eq!(candidates(b"\0"), [b"\0".to_vec()]);
        assert_eq!(position(b"000", b"0"), Some(1));
    }

    proptest! {
        #[test]
        fn the_number_of_keys_is_bounded_and_none_is_there_twice(
            id in proptest::collection::vec(any::<u8>(), 0..80),
            digits in "[0-9]{1,65}",
        ) {
            for id in [&id[..], digits.as_bytes()] {
                let mut keys = candidates(id);
                prop_assert_eq!(&keys[0], id);
                prop_assert!(keys.len() <= MAXIMUM_CANDIDATES);
                let listed = keys.len();
                keys.sort();
                keys.dedup();
                prop_assert_eq!(keys.len(), listed);
            }
        }

        #[test]
        fn any_number_finds_its_other_form(number: u64) {
            let decimal = number.to_string();
            let short = format!("{number:x}");
            prop_assert!(finds(&short, &decimal));
            let padded = format!("{number:016X}");
            prop_assert!(finds(&padded, &decimal));
            prop_assert!(finds(&decimal, &padded));
        }

        #[test]
        fn converting_there_and_back_loses_nothing(digits in "[1-9][0-9]{0,64}") {
            let there = convert::<10, 16>(digits.as_bytes()).unwrap();
            prop_assert_eq!(convert::<16, 10>(&there).unwrap(), digits.into_bytes());
        }
    }
}
