//! One key for the many forms in which an SMSC writes a `message_id`.
//!
//! An SMSC may answer a submit in hexadecimal and write the receipt in decimal, pad one of them with zeros, put `0x` before it
//! or change the case. Ids are octets here, never numbers of a fixed width: real ones pass 63 bits.

mod form;

pub use form::{Base, IdForm, Learned};

/// The most keys that one id can give.
pub const MAXIMUM_CANDIDATES: usize = 3;

/// Longer ids are not converted: no SMSC does, and the specification ends at 64.
const MAXIMUM_CONVERTED_LENGTH: usize = 65;

/// Gives the key of an id: without NUL and white space around it, in lower case, without dashes, `0x` and leading zeros.
///
/// Forms of one number in one base have one key; those in another base are among the [`candidates`].
pub fn key(id: &[u8]) -> Vec<u8> {
    let mut key = trim(id).to_ascii_lowercase();
    key.retain(|octet| *octet != b'-');
    let digits = key
        .strip_prefix(b"0x")
        .filter(|digits| is_hexadecimal(digits));
    let rest = without_leading_zeros(digits.unwrap_or(&key)).len();
    key.drain(..key.len() - rest);
    key
}

/// Lists the keys under which the id of a receipt may have been given: its own, then those of the same digits read in the other
/// base; none twice, at most [`MAXIMUM_CANDIDATES`]. Empty when the id is.
///
/// Two keys that find two different messages are no match: one must not be guessed.
pub fn candidates(id: &[u8]) -> Vec<Vec<u8>> {
    let own = key(id);
    if own.is_empty() {
        return Vec::new();
    }
    let mut keys = Vec::with_capacity(MAXIMUM_CANDIDATES);
    if own.len() <= MAXIMUM_CONVERTED_LENGTH {
        let is_decimal = !matches!(trim(id), [b'0', b'x' | b'X', ..]);
        keys.extend(convert::<16, 10>(&own));
        keys.extend(is_decimal.then(|| convert::<10, 16>(&own)).flatten());
        keys.retain(|key| *key != own);
    }
    keys.insert(0, own);
    keys
}

fn is_hexadecimal(digits: &[u8]) -> bool {
    !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit)
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
    &id[zeros.min(id.len().saturating_sub(1))..]
}

/// How many digits fit 64 bits in whichever base.
const SHORT: usize = 15;

/// Rewrites a number of any width from one base to another, without leading zeros and in lower
/// case; `None` when it is not written in the first base.
fn convert<const FROM: u32, const TO: u32>(number: &[u8]) -> Option<Vec<u8>> {
    if number.len() <= SHORT {
        let digit = |octet: &u8| char::from(*octet).to_digit(FROM).map(u64::from);
        let mut digits = number.iter().map(digit);
        let value = digits.try_fold(0, |value, digit| Some(value * u64::from(FROM) + digit?))?;
        return Some(write(value, TO));
    }
    let mut value = Some(0_u128);
    for octet in number {
        let digit = char::from(*octet).to_digit(FROM)?;
        value = value
            .and_then(|value| value.checked_mul(FROM.into()))
            .and_then(|value| value.checked_add(digit.into()));
    }
    let Some(value) = value else {
        return convert_long::<FROM, TO>(number);
    };
    let written = match TO {
        16 => format!("{value:x}"),
        _ => value.to_string(),
    };
    Some(written.into_bytes())
}

fn write(mut value: u64, base: u32) -> Vec<u8> {
    let mut written = [0; 20];
    let mut start = written.len();
    loop {
        let [digit, ..] = (value % u64::from(base)).to_le_bytes();
        start -= 1;
        written[start] = b"0123456789abcdef"[usize::from(digit)];
        value /= u64::from(base);
        if value == 0 {
            return written[start..].to_vec();
        }
    }
}

/// Does the same for what does not fit 128 bits, digit by digit: few ids are as long.
fn convert_long<const FROM: u32, const TO: u32>(number: &[u8]) -> Option<Vec<u8>> {
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

    /// Tells whether a receipt with `receipt` finds what was answered with `answer`.
    fn finds(receipt: &str, answer: &str) -> bool {
        candidates(receipt.as_bytes()).contains(&key(answer.as_bytes()))
    }

    #[test]
    fn padding_case_prefix_and_dashes_make_no_difference() {
        for (answer, receipt) in [
            ("00B8BE19", "B8BE19"),
            ("B8BE19", "00B8BE19"),
            ("19af", "00000000000019AF"),
            ("003304884001", "3304884001"),
            ("0000c4fc8725", "C4FC8725"),
            ("3304884009", "0xC4FC8729"),
            ("0xc4fc8728", "3304884008"),
            ("f47ac10b-58CC-4372", "F47AC10B58cc4372"),
            (" ID/7\0x", "ID/7"),
            ("000", "0"),
        ] {
            assert!(finds(receipt, answer), "{answer} then {receipt}");
        }
    }

    #[test]
    fn hexadecimal_and_decimal_find_each_other_beyond_63_bits() {
        for (hexadecimal, decimal) in [
            ("812FC7470000001B", "9308878062554710043"),
            ("ffffffffffffffffffffffff", "79228162514264337593543950335"),
            ("0000B8BE19", "0012107289"),
        ] {
            assert!(finds(hexadecimal, decimal) && finds(decimal, hexadecimal));
        }
    }

    #[test]
    fn what_is_said_to_be_hexadecimal_is_not_read_as_decimal() {
        assert!(!candidates(b"0x13").contains(&b"d".to_vec()));
        assert_eq!(
            candidates(b"13"),
            [b"13".to_vec(), b"19".to_vec(), b"d".to_vec()]
        );
    }

    #[test]
    fn other_ids_do_not_meet() {
        assert!(!finds("4711", "4712"));
        assert!(!finds("zx-1", "zx-2"));
        assert_eq!(candidates(b""), Vec::<Vec<u8>>::new());
        assert_eq!(candidates(b"\0"), Vec::<Vec<u8>>::new());
    }

    proptest! {
        #[test]
        fn the_number_of_keys_is_bounded_and_none_is_there_twice(
            id in proptest::collection::vec(any::<u8>(), 0..80),
            digits in "[0-9]{1,65}",
        ) {
            for id in [&id[..], digits.as_bytes()] {
                let mut keys = candidates(id);
                prop_assert!(keys.is_empty() || keys[0] == key(id));
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

        #[test]
        fn a_number_of_any_width_converts_alike(id in "[0-9a-f]{1,40}") {
            let id = id.as_bytes();
            prop_assert_eq!(convert::<16, 10>(id), convert_long::<16, 10>(id));
            prop_assert_eq!(convert::<10, 16>(id), convert_long::<10, 16>(id));
        }
    }
}
