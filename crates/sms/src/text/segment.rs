//! Cutting a text into the segments that go on the wire.

use super::walk::{self, Cutter};
use super::{Encoding, MAX_SEGMENTS, as_written, encode, headed, measure_as};
use crate::{Alphabet, Form};

/// Holds one part of a text, ready for a short message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Segment {
    /// The encoding, the same in all segments of a text.
    pub encoding: Encoding,
    /// Whether it shows at once and is not kept.
    pub flash: bool,
    /// The header, its own length first: the one that joins the segments of a text, or one that its sender brought; `None` when
    /// there is none.
    pub udh: Option<Box<[u8]>>,
    /// What follows the header: one unpacked septet in each octet, UTF-16 big-endian, or the octets of a binary.
    pub octets: Vec<u8>,
}

/// Cuts a text of the default form; see [`split_as`].
pub fn split(text: &str, reference: u8) -> Vec<Segment> {
    split_as(text, Form::default(), reference)
}

/// Cuts a text into segments as they travel in a form, joined by this concatenation reference.
///
/// Neither an escape pair nor a surrogate pair is ever cut. Gives nothing for a text of more than [`MAX_SEGMENTS`], because a
/// part of a text must never be sent as if it were whole, nor for one that [`measure_as`] does not measure; who accepts texts
/// checks that first.
pub fn split_as(text: &str, form: Form, reference: u8) -> Vec<Segment> {
    let written = as_written(text, form);
    let measure = measure_as(
        &written,
        Form {
            transliteration: None,
            ..form
        },
    );
    let Ok(measure) = measure else {
        return Vec::new();
    };
    if measure.segments > MAX_SEGMENTS {
        return Vec::new();
    }
    let encoding = measure.encoding;
    let segment = |udh, octets| Segment {
        encoding,
        flash: form.flash,
        udh,
        octets,
    };
    let brings_header = match form.alphabet {
        Alphabet::Cheapest | Alphabet::Ucs2 | Alphabet::Binary => false,
        Alphabet::BinaryWithHeader | Alphabet::Gsm7WithHeader | Alphabet::Ucs2WithHeader => true,
    };
    if brings_header {
        let alone = headed::read(encoding, text);
        let alone = alone.map(|headed| segment(Some(headed.header), headed.octets));
        return alone.into_iter().collect();
    }
    if measure.segments == 1 {
        let octets = encode(&written, encoding).expect("it was measured");
        return vec![segment(None, octets)];
    }
    let parts = parts(&written, encoding);
    let total = u8::try_from(parts.len()).expect("the measure was within MAX_SEGMENTS");
    let joined = |(index, octets)| {
        let header = [0x05, 0x00, 0x03, reference, total, index];
        segment(Some(Box::from(header)), octets)
    };
    (1..=total).zip(parts).map(joined).collect()
}

/// Writes a text that has every character of an encoding, cut where its segments end.
fn parts(text: &str, encoding: Encoding) -> Vec<Vec<u8>> {
    if walk::is_own_octets(encoding, text) {
        let parts = text.as_bytes().chunks(encoding.units_joined() as usize);
        return parts.map(<[u8]>::to_vec).collect();
    }
    let mut octets = Vec::with_capacity(2 * text.len());
    let mut ends = Vec::new();
    let mut cutter = Cutter::new(encoding.units_joined());
    walk::symbols(encoding, text, |symbol| {
        if cutter.push(symbol.units()) {
            ends.push(octets.len());
        }
        symbol.write(&mut octets);
    });
    ends.push(octets.len());
    let mut begin = 0;
    let part = |end| octets[std::mem::replace(&mut begin, end)..end].to_vec();
    ends.into_iter().map(part).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{decode, gsm7, measure, write_hex};
    use super::*;

    fn joined(segments: &[Segment]) -> String {
        let read = |segment: &Segment| decode(&segment.octets, segment.encoding);
        segments.iter().map(read).collect()
    }

    /// The octets of a segment's user data once septets are packed, header and fill included.
    fn packed_octets(segment: &Segment) -> usize {
        let header = segment.udh.as_ref().map_or(0, |udh| udh.len());
        match segment.encoding {
            Encoding::Gsm7 => ((header * 8).div_ceil(7) * 7 + segment.octets.len() * 7).div_ceil(8),
            Encoding::Ucs2 | Encoding::Binary => header + segment.octets.len(),
        }
    }

    #[test]
    fn an_escape_pair_moves_to_the_next_segment_whole() {
        let segments = split(&("a".repeat(152) + "€" + &"b".repeat(10)), 7);
        assert_eq!(segments.len(), 2);
        assert_eq!(segments[0].octets.len(), 152);
        assert_eq!(segments[1].octets[..2], [gsm7::ESCAPE, 0x65]);
        assert_eq!(segments[0].udh.as_deref(), Some(&[5, 0, 3, 7, 2, 1][..]));
        assert_eq!(segments[1].udh.as_deref(), Some(&[5, 0, 3, 7, 2, 2][..]));
    }

    #[test]
    fn a_surrogate_pair_moves_to_the_next_segment_whole() {
        let segments = split(&("ж".repeat(66) + "🙂" + "жжжж"), 1);
        assert_eq!(segments.len(), 2);
        assert_eq!(segments[0].octets.len(), 132);
        assert_eq!(segments[1].octets[..4], [0xd8, 0x3d, 0xde, 0x42]);
    }

    #[test]
    fn a_text_of_one_segment_has_no_header() {
        let alone = Segment {
            encoding: Encoding::Gsm7,
            flash: false,
            udh: None,
            octets: b"hello".to_vec(),
        };
        assert_eq!(split("hello", 9), [alone]);
        assert_eq!(split("", 9).len(), 1);
    }

    #[test]
    fn a_text_of_too_many_segments_is_not_cut_at_all() {
        assert_eq!(split(&"a".repeat(153 * 255), 0).len(), 255);
        assert!(split(&"a".repeat(153 * 255 + 1), 0).is_empty());
    }

    #[test]
    fn a_flash_of_several_segments_is_one_in_each() {
        let form = Form {
            flash: true,
            ..Form::default()
        };
        let segments = split_as(&"a".repeat(200), form, 0);
        assert_eq!(segments.len(), 2);
        assert!(segments.iter().all(|segment| segment.flash));
    }

    #[test]
    fn a_binary_with_a_header_of_its_own_keeps_it_apart() {
        let form = Form {
            alphabet: Alphabet::BinaryWithHeader,
            ..Form::default()
        };
        let segments = split_as("0605040B8423F0C0DE", form, 9);
        assert_eq!(segments.len(), 1);
        let header = [6, 5, 4, 0x0b, 0x84, 0x23, 0xf0];
        assert_eq!(segments[0].udh.as_deref(), Some(&header[..]));
        assert_eq!(segments[0].octets, [0xc0, 0xde]);
        assert_eq!(split_as("06C0DE", form, 9), []);
        assert_eq!(split_as(&"00".repeat(141), form, 9), []);
    }

    #[test]
    fn what_is_no_hex_is_not_cut_at_all() {
        let form = Form {
            alphabet: Alphabet::Binary,
            ..Form::default()
        };
        assert_eq!(split_as("hello!", form, 0), []);
    }

    fn forms() -> impl Strategy<Value = Form> {
        (0..=1_u8, 0..=2_u8, 0..=1_u8).prop_map(|(alphabet, transliteration, flash)| {
            Form::from_u8(alphabet | transliteration << 2 | flash << 4).unwrap()
        })
    }

    fn texts() -> impl Strategy<Value = String> {
        prop_oneof![
            "[a-z€\\[\\]^@ ]{0,700}",
            "[а-яa-z🙂🎉 ]{0,400}",
            "[a€]{0,40}[🙂ж]{0,300}",
            any::<String>(),
        ]
    }

    proptest! {
        #[test]
        fn segments_join_to_the_text_and_fit_the_air(text in texts(), reference: u8) {
            let segments = split(&text, reference);
            prop_assert_eq!(joined(&segments), text.clone());
            prop_assert_eq!(segments.len(), usize::from(measure(&text).segments));
            for segment in &segments {
                prop_assert!(packed_octets(segment) <= 140);
                prop_assert_eq!(segment.udh.is_some(), segments.len() > 1);
            }
        }

        #[test]
        fn what_is_measured_in_a_form_is_what_is_cut(text in texts(), form in forms(), reference: u8) {
            let segments = split_as(&text, form, reference);
            let measure = measure_as(&text, form).unwrap();
            prop_assert_eq!(joined(&segments), as_written(&text, form).into_owned());
            prop_assert_eq!(segments.len(), usize::from(measure.segments));
            for segment in &segments {
                prop_assert!(packed_octets(segment) <= 140);
                prop_assert_eq!((segment.encoding, segment.flash), (measure.encoding, form.flash));
            }
        }

        #[test]
        fn a_binary_is_cut_at_octets_and_joins_again(
            octets in proptest::collection::vec(any::<u8>(), 0..600),
            reference: u8,
        ) {
            let form = Form { alphabet: Alphabet::Binary, ..Form::default() };
            let text = write_hex(&octets);
            let segments = split_as(&text, form, reference);
            prop_assert_eq!(joined(&segments), text.clone());
            let measured = measure_as(&text.to_lowercase(), form).unwrap().segments;
            prop_assert_eq!(segments.len(), usize::from(measured));
            for segment in &segments {
                prop_assert!(packed_octets(segment) <= 140);
            }
        }
    }
}
