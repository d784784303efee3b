//! How a text goes over the wire: its alphabet, and the pieces that it is cut into.

use smpp::{Tag, TlvBuffer};
use sms::text::{Encoding, split};

use super::Long;

/// The most octets that a submit without parts may have: septets stand in an octet each.
const ALONE_GSM: usize = 160;
const ALONE_UCS2: usize = 140;

/// One submit's worth of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) esm_class: u8,
    pub(super) data_coding: u8,
    pub(super) short_message: Vec<u8>,
    pub(super) tlvs: TlvBuffer,
}

/// Cuts a text into what is submitted; `None` when it is longer than any text can be.
pub(super) fn pieces(text: &str, long: Long, flash: bool, reference: u16) -> Option<Vec<Piece>> {
    let [_, low] = reference.to_be_bytes();
    let segments = split(text, low);
    let encoding = segments.first()?.encoding;
    let octets: Vec<u8> = segments
        .into_iter()
        .flat_map(|segment| segment.octets)
        .collect();
    let (data_coding, alone) = match encoding {
        Encoding::Gsm7 => (0x00, ALONE_GSM),
        Encoding::Ucs2 => (0x08, ALONE_UCS2),
        Encoding::Binary => return None,
    };
    // A class in a general data coding group [3GPP TS 23.038 §4].
    let data_coding = data_coding | if flash { 0x10 } else { 0 };
    let piece = |short_message| Piece {
        esm_class: 0,
        data_coding,
        short_message,
        tlvs: TlvBuffer::new(),
    };
    if long == Long::Payload {
        let mut payload = piece(Vec::new());
        payload.tlvs.push(Tag::MESSAGE_PAYLOAD, &octets).ok()?;
        return Some(vec![payload]);
    }
    if octets.len() <= alone {
        return Some(vec![piece(octets)]);
    }
    let parts = cut(&octets, encoding, room(encoding, long));
    let total = u8::try_from(parts.len()).ok()?;
    let numbered = (1..=total).zip(parts).map(|(index, part)| {
        let mut piece = piece(Vec::new());
        number(&mut piece, long, reference, total, index);
        piece.short_message.extend_from_slice(part);
        piece
    });
    Some(numbered.collect())
}

/// How many octets of a text one part has room for, beside what numbers it, once septets are packed.
const fn room(encoding: Encoding, long: Long) -> usize {
    match (encoding, long) {
        (Encoding::Gsm7, Long::Udh16) => 152,
        (Encoding::Gsm7, Long::Udh | Long::Sar | Long::Payload) => 153,
        (Encoding::Ucs2 | Encoding::Binary, Long::Udh16) => 132,
        (Encoding::Ucs2 | Encoding::Binary, Long::Udh | Long::Sar | Long::Payload) => 134,
    }
}

fn number(piece: &mut Piece, long: Long, reference: u16, total: u8, index: u8) {
    let [high, low] = reference.to_be_bytes();
    match long {
        Long::Udh => {
            piece.esm_class = 0x40;
            piece.short_message = vec![5, 0x00, 3, low, total, index];
        }
        Long::Udh16 => {
            piece.esm_class = 0x40;
            piece.short_message = vec![6, 0x08, 4, high, low, total, index];
        }
        Long::Sar => {
            piece.tlvs.push_u16(Tag::SAR_MSG_REF_NUM, reference);
            piece.tlvs.push_u8(Tag::SAR_TOTAL_SEGMENTS, total);
            piece.tlvs.push_u8(Tag::SAR_SEGMENT_SEQNUM, index);
        }
        Long::Payload => {}
    }
}

/// Cuts octets at most so long, and never within a character.
fn cut(mut octets: &[u8], encoding: Encoding, room: usize) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    while octets.len() > room {
        let within = match encoding {
            // Behind the escape stands the second half of a character.
            Encoding::Gsm7 => octets[room - 1] == 0x1B,
            Encoding::Ucs2 => (0xD8..0xDC).contains(&octets[room - 2]),
            Encoding::Binary => false,
        };
        let end = match encoding {
            Encoding::Gsm7 if within => room - 1,
            Encoding::Ucs2 if within => room - 2,
            Encoding::Gsm7 | Encoding::Ucs2 | Encoding::Binary => room,
        };
        let (part, rest) = octets.split_at(end);
        parts.push(part);
        octets = rest;
    }
    parts.push(octets);
    parts
}

#[cfg(test)]
mod tests {
    use sms::text::{Concatenation, decode_gsm7, decode_ucs2};

    use super::*;

    fn read(piece: &Piece, octets: &[u8]) -> String {
        match piece.data_coding {
            0x00 | 0x10 => decode_gsm7(octets),
            0x08 | 0x18 => decode_ucs2(octets),
            other => panic!("{other}"),
        }
    }

    #[test]
    fn any_text_is_whole_again_when_its_parts_are_joined() {
        let texts = [
            "Hello".to_owned(),
            "€".repeat(300),
            "a€".repeat(300),
            "Привет, ".repeat(60),
            "x😀".repeat(200),
            "a".repeat(160),
            "a".repeat(161),
            "ы".repeat(70),
            "ы".repeat(71),
        ];
        for text in &texts {
            for long in [Long::Udh, Long::Udh16, Long::Sar] {
                let pieces = pieces(text, long, false, 0x1234).unwrap();
                let mut joined = String::new();
                for (index, piece) in (1..).zip(&pieces) {
                    let header = match (pieces.len(), long) {
                        (1, _) | (_, Long::Sar | Long::Payload) => 0,
                        (_, Long::Udh) => 6,
                        (_, Long::Udh16) => 7,
                    };
                    let (header, octets) = piece.short_message.split_at(header);
                    if !header.is_empty() {
                        let part = Concatenation::from_udh(header).unwrap();
                        assert_eq!((usize::from(part.total), part.index), (pieces.len(), index));
                    }
                    let septets = piece.data_coding == 0;
                    let wire = header.len()
                        + if septets {
                            octets.len() * 7 / 8
                        } else {
                            octets.len()
                        };
                    assert!(wire <= 140, "{wire}");
                    // Each part can be read on its own: no character was cut.
                    joined += &read(piece, octets);
                }
                assert_eq!(&joined, text, "{long:?}");
            }
            let payload = pieces(text, Long::Payload, true, 1).unwrap();
            let tlv = payload[0].tlvs.tlvs().get(Tag::MESSAGE_PAYLOAD).unwrap();
            assert_eq!(&read(&payload[0], tlv.value), text);
            assert_eq!(payload[0].data_coding & 0x10, 0x10);
        }
    }

    #[test]
    fn a_text_longer_than_any_is_refused() {
        assert_eq!(pieces(&"a".repeat(60_000), Long::Udh, false, 1), None);
    }
}
