//! `application/x-www-form-urlencoded` text as pairs of raw octets, in the order sent.

use memchr::{memchr, memchr2};

/// A name and a value.
pub(crate) type Pair = (Vec<u8>, Vec<u8>);

/// Reads the pairs of a query or a form. A name without `=` has an empty value; empty pairs are passed over.
///
/// The octets are whatever the percent signs say: no charset is assumed, so that a checksum over them can be verified
/// before anything is decoded.
pub(crate) fn pairs(encoded: &[u8]) -> impl Iterator<Item = Pair> {
    sent(encoded).map(decoded)
}

/// Reads the pairs whose names begin so; the others are passed over without a copy.
pub(crate) fn pairs_beginning(encoded: &[u8], start: &[u8]) -> impl Iterator<Item = Pair> {
    sent(encoded)
        .filter(|(name, _)| begins(name, start))
        .map(decoded)
}

/// Splits names and values, still encoded.
fn sent(encoded: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = encoded;
    let pairs = std::iter::from_fn(move || {
        let pair;
        (pair, rest) = match memchr(b'&', rest) {
            Some(at) => (&rest[..at], &rest[at + 1..]),
            None if rest.is_empty() => return None,
            None => (rest, &[][..]),
        };
        Some(pair)
    });
    pairs.filter(|pair| !pair.is_empty()).map(|pair| {
        let split = memchr(b'=', pair);
        split.map_or((pair, &[][..]), |at| (&pair[..at], &pair[at + 1..]))
    })
}

fn decoded((name, value): (&[u8], &[u8])) -> Pair {
    (decode(name, Plus::IsSpace), decode(value, Plus::IsSpace))
}

/// Tells whether what an encoded name stands for begins so.
fn begins(mut encoded: &[u8], start: &[u8]) -> bool {
    start.iter().all(|&expected| {
        let Some((octet, rest)) = first(encoded, Plus::IsSpace) else {
            return false;
        };
        encoded = rest;
        octet == expected
    })
}

/// Says what a plus sign stands for.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Plus {
    /// A space, as in forms and queries.
    IsSpace,
    /// Itself, as in paths.
    IsPlus,
}

/// Decodes percent signs; one that is not followed by two hex digits stands for itself.
pub(crate) fn decode(encoded: &[u8], plus: Plus) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(encoded.len());
    let mut rest = encoded;
    loop {
        let plain = match plus {
            Plus::IsSpace => memchr2(b'%', b'+', rest),
            Plus::IsPlus => memchr(b'%', rest),
        };
        let (plain, coded) = rest.split_at(plain.unwrap_or(rest.len()));
        decoded.extend_from_slice(plain);
        let Some((octet, after)) = first(coded, plus) else {
            return decoded;
        };
        decoded.push(octet);
        rest = after;
    }
}

/// Decodes the first octet; answers it with what follows.
fn first(encoded: &[u8], plus: Plus) -> Option<(u8, &[u8])> {
    Some(match encoded {
        [] => return None,
        [b'%', high, low, after @ ..] if both_hex(*high, *low) => {
            (hex_digit(*high) << 4 | hex_digit(*low), after)
        }
        [b'+', after @ ..] if plus == Plus::IsSpace => (b' ', after),
        [octet, after @ ..] => (*octet, after),
    })
}

fn both_hex(high: u8, low: u8) -> bool {
    high.is_ascii_hexdigit() && low.is_ascii_hexdigit()
}

fn hex_digit(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => (digit | 0x20) - b'a' + 10,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(encoded: &str, expected: &[(&str, &[u8])]) {
        let expected: Vec<_> = expected
            .iter()
            .map(|(name, value)| (name.as_bytes().to_vec(), value.to_vec()))
            .collect();
        assert_eq!(
            pairs(encoded.as_bytes()).collect::<Vec<_>>(),
            expected,
            "{encoded:?}"
        );
    }

    #[test]
    fn pairs_keep_their_order_and_their_octets() {
        check("", &[]);
        check("a=1&b=2", &[("a", b"1"), ("b", b"2")]);
        check("b=2&a=1&b=3", &[("b", b"2"), ("a", b"1"), ("b", b"3")]);
        check(
            "&&a&=x&b=&c==1&",
            &[("a", b""), ("", b"x"), ("b", b""), ("c", b"=1")],
        );
        check("t=%D0%9F+%2B+%ff", &[("t", b"\xD0\x9F + \xFF")]);
    }

    #[test]
    fn a_percent_sign_that_opens_nothing_stands_for_itself() {
        check(
            "t=50%&u=%4&v=%zz&w=%%41",
            &[("t", b"50%"), ("u", b"%4"), ("v", b"%zz"), ("w", b"%A")],
        );
    }

    #[test]
    fn only_pairs_whose_decoded_names_begin_so_are_read() {
        let sent = b"key=1&k=2&KEY=3&%6bey%5B0]=4&ke&monkey=5&key";
        let read: Vec<_> = pairs_beginning(sent, b"key").collect();
        let expected = [("key", "1"), ("key[0]", "4"), ("key", "")];
        assert_eq!(
            read,
            expected.map(|(name, value)| (name.into(), value.into()))
        );
    }

    #[test]
    fn a_plus_in_a_path_is_a_plus() {
        assert_eq!(decode(b"a+b%28%29", Plus::IsPlus), b"a+b()");
    }

    proptest::proptest! {
        #[test]
        fn what_was_encoded_is_decoded(value: Vec<u8>) {
            let encoded: Vec<_> = value.iter().map(|octet| format!("%{octet:02x}")).collect();
            proptest::prop_assert_eq!(decode(encoded.concat().as_bytes(), Plus::IsSpace), value);
        }

        #[test]
        fn any_octets_are_read(octets: Vec<u8>) {
            for (name, value) in pairs(&octets) {
                proptest::prop_assert!(name.len() + value.len() <= octets.len());
            }
        }
    }
}
