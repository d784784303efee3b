//! Cutting a text into the segments that go on the wire.

use super::walk::{self, Cutter};
use super::{Encoding, MAX_SEGMENTS, gsm7, measure};

/// Holds one part of a text, ready for a short message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Segment {
    /// The alphabet, the same in all segments of a text.
    pub encoding: Encoding,
    /// The header that joins the segments; `None` when there is only one.
    pub udh: Option<[u8; 6]>,
    /// The text without the header: one unpacked septet in each octet, or UTF-16 big-endian.
    pub octets: Vec<u8>,
}

/// Cuts a text into segments that carry this concatenation reference.
///
/// Neither an escape pair nor a surrogate pair is ever cut. Gives nothing for a text of more
/// than [`MAX_SEGMENTS`], because a part of a text must never be sent as if it were whole; who
/// accepts texts checks [`measure`] first.
pub fn split(text: &str, reference: u8) -> Vec<Segment> {
    let measure = measure(text);
    let encoding = measure.encoding;
    if measure.segments > MAX_SEGMENTS {
        return Vec::new();
    }
    if measure.segments == 1 {
        let mut octets = Vec::with_capacity(text.len());
        text.chars()
            .for_each(|character| write(&mut octets, encoding, character));
        return vec![Segment {
            encoding,
            udh: None,
            octets,
        }];
    }
    let mut parts = vec![Vec::with_capacity(140)];
    let mut cutter = Cutter::new(encoding.units_joined());
    for character in text.chars() {
        if walk::units(encoding, character).is_some_and(|units| cutter.push(units)) {
            parts.push(Vec::with_capacity(140));
        }
        let part = parts.last_mut().expect("there is a part from the start");
        write(part, encoding, character);
    }
    let total = u8::try_from(parts.len()).expect("the measure was within MAX_SEGMENTS");
    let with_header = |(index, octets)| Segment {
        encoding,
        udh: Some([0x05, 0x00, 0x03, reference, total, index]),
        octets,
    };
    (1..=total).zip(parts).map(with_header).collect()
}

fn write(octets: &mut Vec<u8>, encoding: Encoding, character: char) {
    match encoding {
        Encoding::Gsm7 => match gsm7::encode(character) {
            Some(gsm7::Code::Basic(septet)) => octets.push(septet),
            Some(gsm7::Code::Extended(septet)) => octets.extend([gsm7::ESCAPE, septet]),
            None => {}
        },
        Encoding::Ucs2 => {
            for unit in character.encode_utf16(&mut [0; 2]) {
                octets.extend(unit.to_be_bytes());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{decode_gsm7, decode_ucs2};
    use super::*;

    fn joined(segments: &[Segment]) -> String {
        let decode = |segment: &Segment| match segment.encoding {
            Encoding::Gsm7 => decode_gsm7(&segment.octets),
            Encoding::Ucs2 => decode_ucs2(&segment.octets),
        };
        segments.iter().map(decode).collect()
    }

    /// The octets of a segment's user data once septets are packed, header and fill included.
    fn packed_octets(segment: &Segment) -> usize {
        let header = segment.udh.map_or(0, |udh| udh.len());
        match segment.encoding {
            Encoding::Gsm7 => ((header * 8).div_ceil(7) * 7 + segment.octets.len() * 7).div_ceil(8),
            Encoding::Ucs2 => header + segment.octets.len(),
        }
    }

    #[test]
    fn an_escape_pair_moves_to_the_next_segment_whole() {
        let segments = split(&("a".repeat(152) + "€" + &"b".repeat(10)), 7);
        assert_eq!(segments.len(), 2);
        assert_eq!(segments[0].octets.len(), 152);
        assert_eq!(segments[1].octets[..2], [gsm7::ESCAPE, 0x65]);
        assert_eq!(segments[0].udh, Some([5, 0, 3, 7, 2, 1]));
        assert_eq!(segments[1].udh, Some([5, 0, 3, 7, 2, 2]));
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
    }
}
