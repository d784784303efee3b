//! Carrying a message or a receipt to an ESME [smpp34 §4.6].

use super::layout::{Address, layout};
use crate::tlv::{Tag, Tlv, Tlvs};

layout! {
    /// Carries a message from a handset, or a receipt, to an ESME [smpp34 §4.6.1].
    pub struct DeliverSm<'a> {
        /// Application service, usually empty.
        service_type: &'a [u8] as c_octets,
        /// The handset; for a receipt, the recipient of the receipted message.
        source: Address<'a> as address,
        /// The ESME's address; for a receipt, the originator of the receipted message.
        destination: Address<'a> as address,
        /// Message mode, type and features; see [`crate::receipt::is_receipt`].
        esm_class: u8 as octet,
        /// GSM protocol identifier.
        protocol_id: u8 as octet,
        /// 0 is the lowest of four.
        priority_flag: u8 as octet,
        /// Unused: empty.
        schedule_delivery_time: &'a [u8] as c_octets,
        /// Unused: empty.
        validity_period: &'a [u8] as c_octets,
        /// Which acknowledgement the handset wants.
        registered_delivery: u8 as octet,
        /// Unused: 0.
        replace_if_present_flag: u8 as octet,
        /// Alphabet of the text.
        data_coding: u8 as octet,
        /// Unused: 0.
        sm_default_msg_id: u8 as octet,
        /// The text, with its UDH; empty when it comes as `message_payload`.
        short_message: &'a [u8] as short_message,
        /// Optional parameters.
        tlvs: Tlvs<'a> as tlvs,
    }
    request DELIVER_SM
}

impl<'a> DeliverSm<'a> {
    /// Finds the text where the peer put it: in `short_message`, or in `message_payload`.
    pub fn text(&self) -> &'a [u8] {
        text(self.short_message, self.tlvs)
    }
}

impl<'a> super::SubmitSm<'a> {
    /// Finds the text where the peer put it: in `short_message`, or in `message_payload`.
    pub fn text(&self) -> &'a [u8] {
        text(self.short_message, self.tlvs)
    }
}

fn text<'a>(short_message: &'a [u8], tlvs: Tlvs<'a>) -> &'a [u8] {
    if short_message.is_empty() {
        tlvs.get(Tag::MESSAGE_PAYLOAD)
            .map_or(short_message, |Tlv { value, .. }| value)
    } else {
        short_message
    }
}

layout! {
    /// Answers `deliver_sm` [smpp34 §4.6.2].
    pub struct DeliverSmResp<'a> {
        /// Unused: empty.
        message_id: &'a [u8] as c_octets,
        /// None in the specification; some ESMEs add their own.
        tlvs: Tlvs<'a> as tlvs,
    }
    response DELIVER_SM_RESP
}
