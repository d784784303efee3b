//! Messages from phones, one segment each.

use bytes::BytesMut;
use smpp::{Address, DeliverSm, EncodeError, TlvBuffer};
use sms::text::{Encoding, Segment};

use crate::receipts::form::odd_parameters;

/// A UDH leads the text [smpp34 §5.2.12].
const UDH_PRESENT: u8 = 0x40;

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

    /// Appends it as `deliver_sm`, with odd parameters if it is to have some.
    pub(crate) fn write(
        &self,
        odd: bool,
        sequence_number: u32,
        out: &mut BytesMut,
    ) -> Result<(), EncodeError> {
        let header = self.segment.udh.as_deref().unwrap_or_default();
        let mut tlvs = TlvBuffer::new();
        if odd {
            odd_parameters(&mut tlvs)?;
        }
        let deliver = DeliverSm {
            source: Address::of_text(&self.from),
            destination: Address::of_text(&self.to),
            esm_class: if header.is_empty() { 0 } else { UDH_PRESENT },
            data_coding: match self.segment.encoding {
                Encoding::Gsm7 => 0x00,
                Encoding::Ucs2 => 0x08,
                Encoding::Binary => 0x04,
            },
            short_message: &[header, &self.segment.octets].concat(),
            tlvs: tlvs.tlvs(),
            ..DeliverSm::default()
        };
        deliver.encode(sequence_number, out)
    }
}
