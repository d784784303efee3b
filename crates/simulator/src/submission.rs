//! What the two PDUs that submit have in common, and the part of a text in it.

use smpp::{Address, DataSm, SubmitSm, Tag, Tlv, Tlvs};
use sms::text::Concatenation;

/// A `submit_sm` or `data_sm` as the network sees it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Submission<'a> {
    pub(crate) source: Address<'a>,
    pub(crate) destination: Address<'a>,
    pub(crate) registered_delivery: u8,
    pub(crate) data_coding: u8,
    /// `None` for a text of one segment.
    pub(crate) concatenation: Option<Concatenation>,
    /// The UDH, if there is one.
    pub(crate) header: &'a [u8],
    /// The text without its UDH.
    pub(crate) octets: &'a [u8],
}

impl<'a> From<&SubmitSm<'a>> for Submission<'a> {
    fn from(pdu: &SubmitSm<'a>) -> Self {
        let (concatenation, header, octets) = part(pdu.esm_class, pdu.text(), pdu.tlvs);
        Self {
            source: pdu.source,
            destination: pdu.destination,
            registered_delivery: pdu.registered_delivery,
            data_coding: pdu.data_coding,
            concatenation,
            header,
            octets,
        }
    }
}

impl<'a> From<&DataSm<'a>> for Submission<'a> {
    fn from(pdu: &DataSm<'a>) -> Self {
        let payload = pdu.tlvs.get(Tag::MESSAGE_PAYLOAD);
        let text = payload.map_or(&[][..], |tlv| tlv.value);
        let (concatenation, header, octets) = part(pdu.esm_class, text, pdu.tlvs);
        Self {
            source: pdu.source,
            destination: pdu.destination,
            registered_delivery: pdu.registered_delivery,
            data_coding: pdu.data_coding,
            concatenation,
            header,
            octets,
        }
    }
}

const UDH_PRESENT: u8 = 0x40;

/// Finds the part of a text, the header and what follows it.
fn part<'a>(
    esm_class: u8,
    text: &'a [u8],
    tlvs: Tlvs<'_>,
) -> (Option<Concatenation>, &'a [u8], &'a [u8]) {
    if esm_class & UDH_PRESENT == 0 {
        return (by_tlvs(tlvs), &[], text);
    }
    let length = text.first().map_or(0, |length| usize::from(*length) + 1);
    let (udh, octets) = text.split_at_checked(length).unwrap_or((&[], text));
    (
        Concatenation::from_udh(udh).or_else(|| by_tlvs(tlvs)),
        udh,
        octets,
    )
}

fn by_tlvs(tlvs: Tlvs<'_>) -> Option<Concatenation> {
    if tlvs.octets().is_empty() {
        return None;
    }
    let reference = tlvs.get(Tag::SAR_MSG_REF_NUM).and_then(Tlv::as_u16)?;
    let total = tlvs.get(Tag::SAR_TOTAL_SEGMENTS).and_then(Tlv::as_u8)?;
    let index = tlvs.get(Tag::SAR_SEGMENT_SEQNUM).and_then(Tlv::as_u8)?;
    (1..=total).contains(&index).then_some(Concatenation {
        reference,
        total,
        index,
    })
}

#[cfg(test)]
mod tests {
    use smpp::TlvBuffer;

    use super::*;

    #[test]
    fn a_part_is_found_in_the_udh_in_tlvs_or_not_at_all() {
        let mut tlvs = TlvBuffer::new();
        tlvs.push_u16(Tag::SAR_MSG_REF_NUM, 300);
        tlvs.push_u8(Tag::SAR_TOTAL_SEGMENTS, 3);
        tlvs.push_u8(Tag::SAR_SEGMENT_SEQNUM, 2);
        let found = |reference, total, index| {
            Some(Concatenation {
                reference,
                total,
                index,
            })
        };
        let none = Tlvs::default();
        let rows: [(u8, &[u8], Tlvs<'_>, _, &[u8]); 6] = [
            (0, b"hi", none, None, b"hi"),
            (
                0x40,
                b"\x05\0\x03\x07\x02\x01hi",
                none,
                found(7, 2, 1),
                b"hi",
            ),
            (
                0x40,
                b"\x06\x08\x04\x01\0\x02\x02hi",
                none,
                found(256, 2, 2),
                b"hi",
            ),
            (0, b"hi", tlvs.tlvs(), found(300, 3, 2), b"hi"),
            (0x40, b"\xFFhi", none, None, b"\xFFhi"),
            (0x40, b"", none, None, b""),
        ];
        for (esm_class, text, tlvs, concatenation, octets) in rows {
            let (found, header, rest) = part(esm_class, text, tlvs);
            assert_eq!((found, rest), (concatenation, octets));
            assert_eq!([header, rest].concat(), text);
        }
    }
}
