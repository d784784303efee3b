//! Texts that bring a header of their own: the hex of a UDH and of what follows it, in one segment.

use super::hex::{InvalidBinary, read_hex};
use super::{Encoding, Measure};

/// What such a text is made of.
pub(super) struct Headed {
    /// The header, its own length first.
    pub(super) header: Box<[u8]>,
    /// What follows it: one unpacked septet in each octet, UTF-16 big-endian, or octets.
    pub(super) octets: Vec<u8>,
    /// The length of both, in units of the encoding.
    units: u32,
}

/// Measures such a text; it has one segment.
pub(super) fn measure(encoding: Encoding, text: &str) -> Result<Measure, InvalidBinary> {
    read(encoding, text).map(|headed| Measure {
        encoding,
        units: headed.units,
        segments: 1,
    })
}

/// Parts the header from the rest; fails when there is none, when both do not fit one segment, or when an octet is no septet or
/// half a unit of the alphabet.
///
/// A pair of septets or of surrogates may be cut at either end: whoever joins the segments joins the pair.
pub(super) fn read(encoding: Encoding, text: &str) -> Result<Headed, InvalidBinary> {
    let mut header = read_hex(text)?;
    let length = usize::from(*header.first().ok_or(InvalidBinary)?) + 1;
    if length > header.len() {
        return Err(InvalidBinary);
    }
    let octets = header.split_off(length);
    let (units, is_whole) = match encoding {
        // The septets begin at a septet's edge behind the header [3GPP TS 23.040 §9.2.3.24].
        Encoding::Gsm7 => (
            (length * 8).div_ceil(7) + octets.len(),
            octets.iter().all(u8::is_ascii),
        ),
        // A header of odd length leaves an octet that no unit has.
        Encoding::Ucs2 => (
            length.div_ceil(2) + octets.len() / 2,
            octets.len().is_multiple_of(2),
        ),
        Encoding::Binary => (length + octets.len(), true),
    };
    let units = u32::try_from(units).map_err(|_| InvalidBinary)?;
    if !is_whole || units > encoding.units_alone() {
        return Err(InvalidBinary);
    }
    Ok(Headed {
        header: header.into(),
        octets,
        units,
    })
}

#[cfg(test)]
mod tests {
    use crate::text::{decode, measure_as, readable, split, split_as, write_hex};
    use crate::{Alphabet, Form};

    const fn form(alphabet: Alphabet) -> Form {
        Form {
            alphabet,
            transliteration: None,
            flash: false,
        }
    }

    #[test]
    fn a_segment_with_its_header_is_measured_cut_and_read_as_the_segment_that_it_is() {
        for (text, alphabet) in [
            ("a€".repeat(90), Alphabet::Gsm7WithHeader),
            ("ж🙂".repeat(60), Alphabet::Ucs2WithHeader),
        ] {
            for segment in split(&text, 200) {
                let header = segment.udh.as_deref().unwrap();
                let hex = write_hex(&[header, &segment.octets].concat());
                let measure = measure_as(&hex, form(alphabet)).unwrap();
                assert_eq!((measure.encoding, measure.segments), (segment.encoding, 1));
                let shown = decode(&segment.octets, segment.encoding);
                assert_eq!(readable(&hex, form(alphabet)), shown);
                assert_eq!(split_as(&hex, form(alphabet), 7), [segment]);
            }
        }
    }

    #[test]
    fn what_does_not_fit_one_segment_or_the_alphabet_is_no_such_text() {
        use Alphabet::{BinaryWithHeader, Gsm7WithHeader, Ucs2WithHeader};
        let header = |length: usize| format!("{:02X}{}", length - 1, "00".repeat(length - 1));
        for (alphabet, header_octets, octets, units) in [
            (Gsm7WithHeader, 6, 153, Some(160)),
            (Gsm7WithHeader, 6, 154, None),
            (Gsm7WithHeader, 7, 152, Some(160)),
            (Gsm7WithHeader, 7, 153, None),
            (Gsm7WithHeader, 12, 146, Some(160)),
            (Gsm7WithHeader, 12, 147, None),
            (Ucs2WithHeader, 6, 134, Some(70)),
            (Ucs2WithHeader, 6, 136, None),
            (Ucs2WithHeader, 7, 132, Some(70)),
            (Ucs2WithHeader, 7, 134, None),
            (Ucs2WithHeader, 7, 131, None),
            (BinaryWithHeader, 7, 133, Some(140)),
            (BinaryWithHeader, 7, 134, None),
            (BinaryWithHeader, 1, 0, Some(1)),
        ] {
            let hex = header(header_octets) + &"41".repeat(octets);
            let measured = measure_as(&hex, form(alphabet)).ok();
            let told = measured.map(|measure| measure.units);
            assert_eq!(told, units, "{alphabet:?}, {header_octets} and {octets}");
            assert_eq!(
                split_as(&hex, form(alphabet), 7).len(),
                usize::from(units.is_some())
            );
        }
        for text in ["", "05", "0003zz", "02000080"] {
            assert!(measure_as(text, form(Gsm7WithHeader)).is_err(), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_shown_as_it_is() {
        assert_eq!(readable("hello", form(Alphabet::Gsm7WithHeader)), "hello");
        assert_eq!(readable("0141", form(Alphabet::BinaryWithHeader)), "0141");
    }
}
