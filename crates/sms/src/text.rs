//! Texts as the network sees them: alphabet, length, segments, and back again.
//!
//! [`measure_as`] and [`split_as`] walk a text with one walker, so that what is priced is what is sent; [`measure`] and
//! [`split`] are the same for the default [`Form`].

mod concatenation;
mod cut;
pub mod gsm7;
mod headed;
mod hex;
mod segment;
mod walk;

use std::borrow::Cow;

pub use concatenation::Concatenation;
pub use cut::cut;
pub use hex::{InvalidBinary, read_hex, write_hex};
pub use segment::{Segment, split, split_as};

use crate::{Alphabet, Form, transliterate};
use walk::Cutter;

/// The most segments that one text may have: the UDH counts them in one octet
/// [3GPP TS 23.040 §9.2.3.24.1].
pub const MAX_SEGMENTS: u16 = 255;

/// Names the alphabet in which a whole text travels.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Encoding {
    /// The GSM 7 bit default alphabet with its extension table; the unit is the septet.
    Gsm7,
    /// UTF-16 big-endian, which handsets accept as UCS-2; the unit is 16 bits.
    Ucs2,
    /// No alphabet: octets for a program of the handset; the unit is the octet.
    Binary,
}

impl Encoding {
    /// Picks, of the two alphabets, the cheaper one that has every character of the text.
    pub fn of(text: &str) -> Self {
        if forcing_characters(text).next().is_none() {
            Self::Gsm7
        } else {
            Self::Ucs2
        }
    }

    /// Returns how many units fit a message of one segment.
    pub const fn units_alone(self) -> u32 {
        match self {
            Self::Gsm7 => 160,
            Self::Ucs2 => 70,
            Self::Binary => 140,
        }
    }

    /// Returns how many units fit each of several segments, beside a UDH of six octets.
    pub const fn units_joined(self) -> u32 {
        match self {
            Self::Gsm7 => 153,
            Self::Ucs2 => 67,
            Self::Binary => 134,
        }
    }
}

/// Tells what a text costs on the network.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct Measure {
    /// The alphabet.
    pub encoding: Encoding,
    /// The length in septets, in UTF-16 units, or in octets; an extension character counts twice.
    pub units: u32,
    /// The segments; may exceed [`MAX_SEGMENTS`], and such a text cannot be sent.
    pub segments: u16,
}

/// Measures a text without allocating; an empty text is one segment of no units.
pub fn measure(text: &str) -> Measure {
    measure_in(Encoding::Gsm7, text)
        .or_else(|| measure_in(Encoding::Ucs2, text))
        .expect("UCS-2 has every character")
}

/// Measures a text as it travels in a form, transliteration included.
///
/// Fails only for a form whose texts are hex: when the text is not the hex of octets, or these should begin with a UDH and do
/// not, or are too many for the one segment that they may then have, or are not of the form's alphabet.
pub fn measure_as(text: &str, form: Form) -> Result<Measure, InvalidBinary> {
    let encoding = match form.alphabet {
        Alphabet::Cheapest => return Ok(measure(&as_written(text, form))),
        Alphabet::Ucs2 => Encoding::Ucs2,
        Alphabet::Binary => Encoding::Binary,
        Alphabet::BinaryWithHeader => return headed::measure(Encoding::Binary, text),
        Alphabet::Gsm7WithHeader => return headed::measure(Encoding::Gsm7, text),
        Alphabet::Ucs2WithHeader => return headed::measure(Encoding::Ucs2, text),
    };
    measure_in(encoding, &as_written(text, form)).ok_or(InvalidBinary)
}

/// Writes a text as it travels in a form: transliterated, if the form wants that. What is written so stays when it is written
/// again.
pub fn as_written(text: &str, form: Form) -> Cow<'_, str> {
    match form.transliteration {
        Some(how) if !form.alphabet.is_hex() => Cow::Owned(transliterate(text, how)),
        Some(_) | None => Cow::Borrowed(text),
    }
}

/// Writes a text as people read it: as it travels in a form, without the header that it may bring. Octets for a program of the
/// handset stay the hex that they are.
pub fn readable(text: &str, form: Form) -> Cow<'_, str> {
    let read = |encoding| match headed::read(encoding, text) {
        Ok(headed) => Cow::Owned(decode(&headed.octets, encoding)),
        Err(InvalidBinary) => Cow::Borrowed(text),
    };
    match form.alphabet {
        Alphabet::Gsm7WithHeader => read(Encoding::Gsm7),
        Alphabet::Ucs2WithHeader => read(Encoding::Ucs2),
        Alphabet::Cheapest | Alphabet::Ucs2 | Alphabet::Binary | Alphabet::BinaryWithHeader => {
            as_written(text, form)
        }
    }
}

/// Writes a text in one alphabet, unpacked septets or big-endian UTF-16; `None` when the alphabet lacks a character. As
/// [`Encoding::Binary`] it reads hex.
pub fn encode(text: &str, encoding: Encoding) -> Option<Vec<u8>> {
    if walk::is_own_octets(encoding, text) {
        return Some(text.as_bytes().to_vec());
    }
    let mut octets = Vec::with_capacity(2 * text.len());
    walk::symbols(encoding, text, |symbol| symbol.write(&mut octets))?;
    Some(octets)
}

/// Reads octets in one alphabet, as [`decode_gsm7`] and [`decode_ucs2`] do; as [`Encoding::Binary`] it writes hex.
pub fn decode(octets: &[u8], encoding: Encoding) -> String {
    match encoding {
        Encoding::Gsm7 => decode_gsm7(octets),
        Encoding::Ucs2 => decode_ucs2(octets),
        Encoding::Binary => write_hex(octets),
    }
}

/// Yields the characters, as often as they stand in the text, that the GSM alphabet lacks and
/// for which the whole text must travel in UCS-2.
pub fn forcing_characters(text: &str) -> impl Iterator<Item = char> {
    text.chars()
        .filter(|&character| gsm7::encode(character).is_none())
}

/// Decodes unpacked septets, one in each octet.
///
/// Reads back whatever [`split`] wrote; anything else becomes U+FFFD.
pub fn decode_gsm7(octets: &[u8]) -> String {
    gsm7::decode(octets)
}

/// Decodes big-endian UTF-16.
///
/// Reads back whatever [`split`] wrote; lone surrogates and an odd last octet become U+FFFD.
pub fn decode_ucs2(octets: &[u8]) -> String {
    let (pairs, rest) = octets.as_chunks::<2>();
    let units = pairs.iter().map(|&pair| u16::from_be_bytes(pair));
    let characters = char::decode_utf16(units).map(|unit| unit.unwrap_or('\u{fffd}'));
    characters.chain(rest.iter().map(|_| '\u{fffd}')).collect()
}

/// Measures a text in one encoding; `None` when it cannot be written so.
fn measure_in(encoding: Encoding, text: &str) -> Option<Measure> {
    // Most texts are of this kind, and need no walk.
    let (units, joined) = if walk::is_own_octets(encoding, text) {
        let units = u32::try_from(text.len()).unwrap_or(u32::MAX);
        let segments = units.div_ceil(encoding.units_joined());
        (units, u16::try_from(segments).unwrap_or(u16::MAX))
    } else {
        let mut cutter = Cutter::new(encoding.units_joined());
        walk::symbols(encoding, text, |symbol| {
            cutter.push(symbol.units());
        })?;
        (cutter.units(), cutter.segments())
    };
    let alone = units <= encoding.units_alone();
    let segments = if alone { 1 } else { joined };
    Some(Measure {
        encoding,
        units,
        segments,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_at_the_limits_give_the_known_segments() {
        use Encoding::{Gsm7, Ucs2};
        let repeat = |text: &str, times: usize| text.repeat(times);
        for (text, encoding, units, segments) in [
            (String::new(), Gsm7, 0, 1),
            (repeat("a", 160), Gsm7, 160, 1),
            (repeat("a", 161), Gsm7, 161, 2),
            (repeat("a", 306), Gsm7, 306, 2),
            (repeat("a", 307), Gsm7, 307, 3),
            (repeat("€", 80), Gsm7, 160, 1),
            (repeat("€", 81), Gsm7, 162, 2),
            (repeat("a", 152) + &repeat("€", 77), Gsm7, 306, 3),
            (repeat("ж", 70), Ucs2, 70, 1),
            (repeat("ж", 71), Ucs2, 71, 2),
            (repeat("ж", 134), Ucs2, 134, 2),
            (repeat("ж", 135), Ucs2, 135, 3),
            (repeat("🙂", 35), Ucs2, 70, 1),
            (repeat("🙂", 36), Ucs2, 72, 2),
            (repeat("🙂", 67), Ucs2, 134, 3),
            ("ΔΦΓΛΩΠΨΣΘΞ".to_owned(), Gsm7, 10, 1),
            ("ç".to_owned(), Ucs2, 1, 1),
            ("`".to_owned(), Ucs2, 1, 1),
        ] {
            assert_eq!(
                measure(&text),
                Measure {
                    encoding,
                    units,
                    segments
                },
                "{text:?}"
            );
            assert_eq!(Encoding::of(&text), encoding, "{text:?}");
        }
    }

    #[test]
    fn a_form_decides_what_a_text_costs() {
        use crate::Transliteration::Sound;
        let form = |alphabet, transliteration| Form {
            alphabet,
            transliteration,
            flash: false,
        };
        let cheapest = form(Alphabet::Cheapest, None);
        let by_sound = form(Alphabet::Cheapest, Some(Sound));
        let (wide, binary) = (form(Alphabet::Ucs2, None), form(Alphabet::Binary, None));
        let headed = form(Alphabet::BinaryWithHeader, None);
        for (text, form, expected) in [
            ("a".repeat(160), cheapest, Ok((Encoding::Gsm7, 160, 1))),
            ("a".repeat(160), wide, Ok((Encoding::Ucs2, 160, 3))),
            ("ж".repeat(80), by_sound, Ok((Encoding::Gsm7, 160, 1))),
            ("ж".repeat(81), by_sound, Ok((Encoding::Gsm7, 162, 2))),
            ("aB".repeat(140), binary, Ok((Encoding::Binary, 140, 1))),
            ("aB".repeat(141), binary, Ok((Encoding::Binary, 141, 2))),
            ("aB".repeat(268), binary, Ok((Encoding::Binary, 268, 2))),
            ("aB".repeat(269), binary, Ok((Encoding::Binary, 269, 3))),
            ("abc".to_owned(), binary, Err(InvalidBinary)),
            ("hello!".to_owned(), binary, Err(InvalidBinary)),
            (
                "0605040b8423f0".to_owned() + &"00".repeat(133),
                headed,
                Ok((Encoding::Binary, 140, 1)),
            ),
            (
                "0605040b8423f0".to_owned() + &"00".repeat(134),
                headed,
                Err(InvalidBinary),
            ),
            ("0605".to_owned(), headed, Err(InvalidBinary)),
            (String::new(), headed, Err(InvalidBinary)),
        ] {
            let measured = measure_as(&text, form);
            let measured = measured.map(|it| (it.encoding, it.units, it.segments));
            assert_eq!(measured, expected, "{text} as {form:?}");
        }
    }

    #[test]
    fn octets_are_never_transliterated() {
        let form = Form {
            alphabet: Alphabet::Binary,
            transliteration: Some(crate::Transliteration::Sound),
            flash: false,
        };
        assert_eq!(measure_as("аб", form), Err(InvalidBinary));
    }

    #[test]
    fn the_characters_that_force_ucs2_are_told() {
        let forcing: String = forcing_characters("Ціна 5 € – ok").collect();
        assert_eq!(forcing, "Ціна–");
    }

    #[test]
    fn broken_ucs2_becomes_replacement_characters() {
        assert_eq!(
            decode_ucs2(&[0x04, 0x36, 0xd8, 0x3d, 0x00, 0x41, 0x00]),
            "ж\u{fffd}A\u{fffd}"
        );
    }
}
