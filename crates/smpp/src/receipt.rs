//! Delivery receipts: told from messages, read from TLVs and from the text that every vendor
//! writes in its own way [smpp34 Appendix B], and written in both forms.

mod excerpt;
mod state;
mod text;

pub use excerpt::excerpt;
pub use state::ReceiptState;

use std::borrow::Cow;

use crate::pdu::{DataSm, DeliverSm, EncodeError};
use crate::tlv::{Tag, Tlv, TlvBuffer, Tlvs};

/// What became of a message, as the SMSC tells it. What it does not tell is empty or `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Receipt<'a> {
    /// The SMSC's name for the message; see [`crate::message_id::candidates`].
    pub message_id: &'a [u8],
    /// The state reached.
    pub state: ReceiptState,
    /// The error code in the text, kept as text: not every SMSC writes a number.
    pub error: &'a [u8],
    /// The network's error code, from its TLV.
    pub network_error: Option<NetworkError>,
    /// How many messages were submitted.
    pub submitted: Option<u32>,
    /// How many of them were delivered.
    pub delivered: Option<u32>,
    /// When the message was submitted; [`crate::time::parse_receipt_date`] reads it.
    pub submit_date: &'a [u8],
    /// When the state was reached; [`crate::time::parse_receipt_date`] reads it.
    pub done_date: &'a [u8],
    /// The first characters of the message.
    pub text: &'a [u8],
}

/// The network's error code with the network that it belongs to [smpp34 §5.3.2.31].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NetworkError {
    /// 1 ANSI-136, 2 IS-95, 3 GSM, 4 reserved; others are the vendor's.
    pub network: u8,
    /// The code in that network.
    pub code: u16,
}

/// Tells a receipt from a message of a handset: by `esm_class` [smpp34 §5.2.12], or by the id that
/// it is about or a text with the keys and values of a receipt, because some SMSCs set no flag.
pub fn is_receipt(deliver: &DeliverSm<'_>) -> bool {
    matches!(deliver.esm_class & 0x3C, 0x04 | 0x08 | 0x10 | 0x20)
        || deliver.tlvs.get(Tag::RECEIPTED_MESSAGE_ID).is_some()
        || text::is_receipt(body(deliver.esm_class, deliver.text()))
}

impl<'a> Receipt<'a> {
    /// Reads a receipt; whatever the text holds, something comes out.
    pub fn read(deliver: &DeliverSm<'a>) -> Self {
        Self::parse(body(deliver.esm_class, deliver.text()), deliver.tlvs)
    }

    /// Reads a receipt that came as `data_sm`.
    pub fn read_data(data: &DataSm<'a>) -> Self {
        let text = data
            .tlvs
            .get(Tag::MESSAGE_PAYLOAD)
            .map_or(&[][..], |tlv| tlv.value);
        Self::parse(body(data.esm_class, text), data.tlvs)
    }

    /// Reads a receipt from its text and its TLVs, which win: their form is specified.
    pub fn parse(text: &'a [u8], tlvs: Tlvs<'a>) -> Self {
        let mut receipt = text::parse(text);
        for tlv in tlvs {
            receipt.apply(tlv);
        }
        receipt
    }

    /// Writes the text as the specification's appendix has it.
    pub fn write_text(&self) -> Vec<u8> {
        text::write(self)
    }

    /// Appends the TLVs: the id, the state and the network's error code, if there is one.
    pub fn write_tlvs(&self, tlvs: &mut TlvBuffer) -> Result<(), EncodeError> {
        tlvs.push_c_octets(Tag::RECEIPTED_MESSAGE_ID, self.message_id)?;
        tlvs.push_u8(Tag::MESSAGE_STATE, self.state.message_state());
        if let Some(NetworkError { network, code }) = self.network_error {
            let [high, low] = code.to_be_bytes();
            tlvs.push(Tag::NETWORK_ERROR_CODE, &[network, high, low])?;
        }
        Ok(())
    }

    /// Gives the error code to show: the network's if there is one, else the text's.
    pub fn error_code(&self) -> Cow<'a, [u8]> {
        match self.network_error {
            Some(error) => Cow::Owned(error.code.to_string().into_bytes()),
            None => Cow::Borrowed(self.error),
        }
    }

    /// A TLV that cannot be what its tag says leaves the text's word standing.
    fn apply(&mut self, tlv: Tlv<'a>) {
        match tlv.tag {
            Tag::RECEIPTED_MESSAGE_ID if !tlv.as_c_octets().is_empty() => {
                self.message_id = tlv.as_c_octets();
            }
            Tag::MESSAGE_STATE => {
                if let Some(state) = tlv.as_u8().and_then(ReceiptState::from_message_state) {
                    self.state = state;
                }
            }
            Tag::NETWORK_ERROR_CODE => {
                if let [network, high, low] = *tlv.value {
                    let code = u16::from_be_bytes([high, low]);
                    self.network_error = Some(NetworkError { network, code });
                }
            }
            _ => {}
        }
    }
}

/// Leaves out the user data header, if `esm_class` says that there is one and it fits.
fn body(esm_class: u8, text: &[u8]) -> &[u8] {
    match text.split_first() {
        Some((length, rest)) if esm_class & 0x40 != 0 => {
            rest.get(usize::from(*length)..).unwrap_or(text)
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deliver<'a>(esm_class: u8, short_message: &'a [u8], tlvs: Tlvs<'a>) -> DeliverSm<'a> {
        DeliverSm {
            esm_class,
            short_message,
            tlvs,
            ..DeliverSm::default()
        }
    }

    #[test]
    fn the_flag_the_id_or_the_text_makes_a_receipt() {
        let none = Tlvs::default();
        for esm_class in [0x04, 0x08, 0x10, 0x20, 0x44, 0x84] {
            assert!(is_receipt(&deliver(esm_class, b"", none)));
        }
        assert!(is_receipt(&deliver(0, b"id:7 stat:DELIVRD err:000", none)));
        let mut tlvs = TlvBuffer::new();
        tlvs.push(Tag::RECEIPTED_MESSAGE_ID, b"7").unwrap();
        assert!(is_receipt(&deliver(0, b"", tlvs.tlvs())));
        assert!(!is_receipt(&deliver(0, b"my id:7, stat: fine", none)));
        assert!(!is_receipt(&deliver(
            0x40,
            b"\x05\0\x03\x01\x02\x01hello",
            none
        )));
    }

    #[test]
    fn tlvs_win_over_the_text() {
        let mut tlvs = TlvBuffer::new();
        tlvs.push(Tag::RECEIPTED_MESSAGE_ID, b"real").unwrap();
        tlvs.push_u8(Tag::MESSAGE_STATE, 5);
        tlvs.push(Tag::NETWORK_ERROR_CODE, &[3, 0, 27]).unwrap();
        let receipt = Receipt::read(&deliver(4, b"id:other stat:DELIVRD err:001", tlvs.tlvs()));
        assert_eq!(receipt.message_id, b"real");
        assert_eq!(receipt.state, ReceiptState::Undeliverable);
        assert_eq!(receipt.error, b"001");
        assert_eq!(&receipt.error_code()[..], b"27");
    }

    #[test]
    fn tlvs_that_make_no_sense_leave_the_text_standing() {
        let mut tlvs = TlvBuffer::new();
        tlvs.push(Tag::RECEIPTED_MESSAGE_ID, b"\0").unwrap();
        tlvs.push_u16(Tag::MESSAGE_STATE, 5);
        tlvs.push(Tag::NETWORK_ERROR_CODE, &[3]).unwrap();
        let receipt = Receipt::read(&deliver(4, b"id:7 stat:DELIVRD err:001", tlvs.tlvs()));
        assert_eq!(
            (receipt.message_id, receipt.state),
            (&b"7"[..], ReceiptState::Delivered)
        );
        assert_eq!(&receipt.error_code()[..], b"001");
    }

    #[test]
    fn the_text_may_stand_behind_a_header_or_in_the_payload() {
        let receipt = Receipt::read(&deliver(0x44, b"\x02\x24\0id:7", Tlvs::default()));
        assert_eq!(receipt.message_id, b"7");
        let mut tlvs = TlvBuffer::new();
        tlvs.push(Tag::MESSAGE_PAYLOAD, b"id:8").unwrap();
        assert_eq!(
            Receipt::read(&deliver(4, b"", tlvs.tlvs())).message_id,
            b"8"
        );
        let data = DataSm {
            tlvs: tlvs.tlvs(),
            ..DataSm::default()
        };
        assert_eq!(Receipt::read_data(&data).message_id, b"8");
    }

    #[test]
    fn what_is_written_is_read_back_from_either_form() {
        let receipt = Receipt {
            message_id: b"4F07",
            state: ReceiptState::Rejected,
            network_error: Some(NetworkError {
                network: 3,
                code: 0x0801,
            }),
            ..Receipt::default()
        };
        let mut tlvs = TlvBuffer::new();
        receipt.write_tlvs(&mut tlvs).unwrap();
        assert_eq!(Receipt::read(&deliver(4, b"", tlvs.tlvs())), receipt);
        let text = Receipt {
            error: b"042",
            submitted: Some(1),
            delivered: Some(0),
            submit_date: b"1110011200",
            done_date: b"1110011201",
            text: b"Hello, stat:world",
            network_error: None,
            ..receipt
        };
        let written = text.write_text();
        assert_eq!(
            written.escape_ascii().to_string(),
            "id:4F07 sub:001 dlvrd:000 submit date:1110011200 done date:1110011201 \
             stat:REJECTD err:042 text:Hello, stat:world"
        );
        assert_eq!(Receipt::read(&deliver(4, &written, Tlvs::default())), text);
    }
}
