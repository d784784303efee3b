//! Messages from handsets as they come in PDUs: who from, which text, and which part of it.

use gateway::connector::{Content, Inbound, Ticket};
use smpp::{Address, DataSm, DeliverSm, Tag, Tlv, Tlvs};
use sms::text::{self, Concatenation, Encoding};

/// A UDH leads the text [smpp34 §5.2.12].
const ESM_CLASS_UDH: u8 = 0x40;

/// One PDU of a message from a handset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) from: String,
    pub(super) to: String,
    /// Which part of which text it is; `None` for a whole one.
    pub(super) concatenation: Option<Concatenation>,
    pub(super) data_coding: u8,
    /// The text without a header.
    pub(super) octets: Vec<u8>,
}

impl Part {
    pub(super) fn of_deliver(pdu: &DeliverSm<'_>) -> Self {
        let from_to = [pdu.source, pdu.destination];
        Self::new(
            from_to,
            (pdu.esm_class, pdu.data_coding),
            pdu.text(),
            pdu.tlvs,
        )
    }

    pub(super) fn of_data(pdu: &DataSm<'_>) -> Self {
        let payload = pdu.tlvs.get(Tag::MESSAGE_PAYLOAD);
        let text = payload.map_or(&[][..], |tlv| tlv.value);
        let from_to = [pdu.source, pdu.destination];
        Self::new(from_to, (pdu.esm_class, pdu.data_coding), text, pdu.tlvs)
    }

    fn new(
        from_to: [Address<'_>; 2],
        (esm_class, data_coding): (u8, u8),
        text: &[u8],
        tlvs: Tlvs<'_>,
    ) -> Self {
        let (header, octets) = if esm_class & ESM_CLASS_UDH == 0 {
            (&[][..], text)
        } else {
            // A header that does not fit is none: better a text with strange signs than none at all.
            let length = text.first().map_or(0, |length| usize::from(*length) + 1);
            text.split_at_checked(length).unwrap_or((&[], text))
        };
        let [from, to] = from_to.map(|it| String::from_utf8_lossy(it.address).into_owned());
        Self {
            from,
            to,
            concatenation: Concatenation::from_udh(header)
                .or_else(|| by_parameters(tlvs))
                .filter(|concatenation| concatenation.total > 1),
            data_coding,
            octets: octets.to_vec(),
        }
    }

    /// Makes what the gateway is told: all of a message, or a part that it joins with the others.
    pub(super) fn told(self, ticket: Ticket) -> Inbound {
        let content = match self.concatenation {
            None => Content::Whole(decode(self.data_coding, &self.octets)),
            Some(concatenation) => {
                let (encoding, octets) = encoded(self.data_coding, self.octets);
                Content::Part {
                    concatenation,
                    encoding,
                    octets,
                }
            }
        };
        Inbound {
            tickets: vec![ticket],
            content,
            from: self.from,
            to: self.to,
        }
    }
}

/// Finds the `sar_*` parameters [smpp34 §5.3.2.22 to §5.3.2.24], if they make sense.
fn by_parameters(tlvs: Tlvs<'_>) -> Option<Concatenation> {
    let octet = |tag| tlvs.get(tag).and_then(Tlv::as_u8);
    let concatenation = Concatenation {
        reference: tlvs.get(Tag::SAR_MSG_REF_NUM).and_then(Tlv::as_u16)?,
        total: octet(Tag::SAR_TOTAL_SEGMENTS)?,
        index: octet(Tag::SAR_SEGMENT_SEQNUM)?,
    };
    (1..=concatenation.total)
        .contains(&concatenation.index)
        .then_some(concatenation)
}

/// Reads a text by its coding; nothing that a handset sent is refused, so what is no text, or in an alphabet that we do not have,
/// is written in hex.
fn decode(data_coding: u8, octets: &[u8]) -> String {
    match alphabet(data_coding) {
        Read::As(encoding) => text::decode(octets, encoding),
        Read::Latin1 => octets.iter().copied().map(char::from).collect(),
    }
}

/// Gives the octets of a part in an encoding that the gateway joins.
fn encoded(data_coding: u8, octets: Vec<u8>) -> (Encoding, Vec<u8>) {
    match alphabet(data_coding) {
        Read::As(encoding) => (encoding, octets),
        // The first 256 signs of Unicode are those of Latin-1.
        Read::Latin1 => {
            let wide = octets.into_iter().flat_map(|octet| [0, octet]);
            (Encoding::Ucs2, wide.collect())
        }
    }
}

/// How octets are read.
enum Read {
    As(Encoding),
    Latin1,
}

/// Finds the alphabet of a coding [smpp34 §5.2.19] [3GPP TS 23.038 §4].
fn alphabet(data_coding: u8) -> Read {
    Read::As(match data_coding {
        0x00 | 0xC0..=0xDF => Encoding::Gsm7,
        0x01 | 0x03 => return Read::Latin1,
        0x08 | 0xE0..=0xEF => Encoding::Ucs2,
        // General groups: bit 5 says that the text is compressed, bits 3 and 2 name the alphabet.
        0x10..=0x1F | 0x40..=0x5F => match data_coding >> 2 & 0b11 {
            0 => Encoding::Gsm7,
            2 => Encoding::Ucs2,
            _ => Encoding::Binary,
        },
        // Data coding and message class: bit 2 says that it is octets.
        0xF0..=0xFF if data_coding & 0x04 == 0 => Encoding::Gsm7,
        _ => Encoding::Binary,
    })
}

#[cfg(test)]
mod tests {
    use smpp::TlvBuffer;

    use super::*;

    const TICKET: Ticket = Ticket {
        link: 0,
        session: 1,
        number: 2,
    };

    fn deliver(esm_class: u8, data_coding: u8, short_message: &[u8]) -> DeliverSm<'_> {
        DeliverSm {
            source: Address::international(b"380671234567"),
            destination: Address::international(b"380501110000"),
            esm_class,
            data_coding,
            short_message,
            ..DeliverSm::default()
        }
    }

    #[test]
    fn each_coding_is_read_as_its_alphabet() {
        for (data_coding, octets, text) in [
            (0x00, &b"Hi \x02\x1B\x65"[..], "Hi $€"),
            (0x00, b"\x80", "\u{fffd}"),
            (0x01, b"Hi $", "Hi $"),
            (0x03, b"caf\xE9", "café"),
            (0x08, b"\x04\x36\xD8\x3D\xDE\x42", "ж🙂"),
            (0x08, b"\x04\x36\x04", "ж\u{fffd}"),
            (0x04, b"\x00\xFF", "00FF"),
            (0x02, b"\x01", "01"),
            (0x10, b"\x00", "@"),
            (0x14, b"\x01", "01"),
            (0x18, b"\x04\x36", "ж"),
            (0x30, b"\x01", "01"),
            (0xF1, b"\x00", "@"),
            (0xF5, b"\x01", "01"),
            (0x00, b"", ""),
        ] {
            let part = Part::of_deliver(&deliver(0, data_coding, octets));
            assert_eq!(
                part.told(TICKET).content,
                Content::Whole(text.to_owned()),
                "{data_coding:#04X}"
            );
        }
    }

    #[test]
    fn the_header_is_no_part_of_the_text() {
        let long = |reference| {
            Some(Concatenation {
                reference,
                total: 2,
                index: 1,
            })
        };
        let mut sar = TlvBuffer::new();
        sar.push_u16(Tag::SAR_MSG_REF_NUM, 300);
        sar.push_u8(Tag::SAR_TOTAL_SEGMENTS, 2);
        sar.push_u8(Tag::SAR_SEGMENT_SEQNUM, 1);
        let mut by_parameters = deliver(0, 1, b"hi");
        by_parameters.tlvs = sar.tlvs();
        for (pdu, concatenation, octets) in [
            (deliver(0, 1, b"hi"), None, &b"hi"[..]),
            (
                deliver(0x40, 1, b"\x05\0\x03\x07\x02\x01hi"),
                long(7),
                b"hi",
            ),
            (deliver(0x40, 1, b"\x05\0\x03\x07\x01\x01hi"), None, b"hi"),
            (deliver(0x40, 1, b"\x04\x04\x02\x00\x01hi"), None, b"hi"),
            (deliver(0x40, 1, b"\x09hi"), None, b"\x09hi"),
            (deliver(0x40, 1, b""), None, b""),
            (by_parameters, long(300), b"hi"),
        ] {
            let part = Part::of_deliver(&pdu);
            assert_eq!(part.concatenation, concatenation, "{pdu:?}");
            assert_eq!(part.octets, octets, "{pdu:?}");
        }
    }

    #[test]
    fn a_payload_of_data_sm_is_a_text() {
        let mut tlvs = TlvBuffer::new();
        tlvs.push(Tag::MESSAGE_PAYLOAD, b"hello").unwrap();
        let part = Part::of_data(&DataSm {
            source: Address::international(b"380671234567"),
            destination: Address::alphanumeric(b"Shop"),
            data_coding: 1,
            tlvs: tlvs.tlvs(),
            ..DataSm::default()
        });
        let inbound = part.told(TICKET);
        assert_eq!((&*inbound.from, &*inbound.to), ("380671234567", "Shop"));
        assert_eq!(inbound.content, Content::Whole("hello".to_owned()));
    }

    #[test]
    fn a_part_is_told_with_its_octets_and_its_alphabet() {
        for (data_coding, octets, encoding, told) in [
            (0x00, &b"a\x1B"[..], Encoding::Gsm7, &b"a\x1B"[..]),
            (0x08, b"\x04\x36\xD8", Encoding::Ucs2, b"\x04\x36\xD8"),
            (0x03, b"\xE9t", Encoding::Ucs2, b"\0\xE9\0t"),
            (0x04, b"\0\xFF", Encoding::Binary, b"\0\xFF"),
        ] {
            let text = [b"\x05\0\x03\x07\x02\x01", octets].concat();
            let inbound = Part::of_deliver(&deliver(0x40, data_coding, &text)).told(TICKET);
            let expected = Content::Part {
                concatenation: Concatenation {
                    reference: 7,
                    total: 2,
                    index: 1,
                },
                encoding,
                octets: told.to_vec(),
            };
            assert_eq!(inbound.content, expected, "{data_coding:#04X}");
            assert_eq!(inbound.tickets, [TICKET]);
        }
    }
}
