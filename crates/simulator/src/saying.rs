//! Messages from phones, one segment each.

use bytes::BytesMut;
use smpp::{Address, DeliverSm, EncodeError};
use sms::text::{Encoding, Segment};

/// A UDH leads the text [smpp34 §5.2.12].
const UDH_PRESENT: u8 = 0x40;

/// The longest number that is a short code and not an international one.
const SHORT_CODE_DIGITS: usize = 6;

/// A segment of what a phone says to a number of the ESME.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Saying {
    from: String,
    to: String,
    segment: Segment,
}

impl Saying {
    /// Cuts a text; nothing of one that is too long for any phone.
    pub(crate) fn all(from: &str, to: &str, text: &str, reference: u8) -> Vec<Self> {
        let saying = |segment| Self {
            from: from.to_owned(),
            to: to.to_owned(),
            segment,
        };
        let segments = sms::text::split(text, reference).into_iter();
        segments.map(saying).collect()
    }

    /// Appends it as `deliver_sm`.
    pub(crate) fn write(
        &self,
        sequence_number: u32,
        out: &mut BytesMut,
    ) -> Result<(), EncodeError> {
        let header = self.segment.udh.as_deref().unwrap_or_default();
        let deliver = DeliverSm {
            source: address(&self.from),
            destination: address(&self.to),
            esm_class: if header.is_empty() { 0 } else { UDH_PRESENT },
            data_coding: match self.segment.encoding {
                Encoding::Gsm7 => 0x00,
                Encoding::Ucs2 => 0x08,
                Encoding::Binary => 0x04,
            },
            short_message: &[header, &self.segment.octets].concat(),
            ..DeliverSm::default()
        };
        deliver.encode(sequence_number, out)
    }
}

/// Types an address by what it is: a name, a short code (network specific), an international number.
fn address(text: &str) -> Address<'_> {
    let octets = text.as_bytes();
    let digits = octets.iter().all(u8::is_ascii_digit);
    match octets.len() {
        _ if !digits => Address::alphanumeric(octets),
        ..=SHORT_CODE_DIGITS => Address {
            ton: 3,
            npi: 0,
            address: octets,
        },
        _ => Address::international(octets),
    }
}
