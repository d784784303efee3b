//! Submitting one message [smpp34 §4.4].

use super::layout::{Address, layout};
use crate::tlv::Tlvs;

layout! {
    /// Submits one message to one recipient [smpp34 §4.4.1].
    pub struct SubmitSm<'a> {
        /// Application service, usually empty.
        service_type: &'a [u8] as c_octets,
        /// The originator.
        source: Address<'a> as address,
        /// The recipient.
        destination: Address<'a> as address,
        /// Message mode, type and features; 0x40 says that a UDH leads the text.
        esm_class: u8 as octet,
        /// GSM protocol identifier.
        protocol_id: u8 as octet,
        /// 0 is the lowest of four.
        priority_flag: u8 as octet,
        /// When to deliver, as [`crate::time`] reads it; empty for at once.
        schedule_delivery_time: &'a [u8] as c_octets,
        /// Until when to try, as [`crate::time`] reads it; empty for the SMSC's default.
        validity_period: &'a [u8] as c_octets,
        /// Which receipts are wanted; 1 asks for every final state.
        registered_delivery: u8 as octet,
        /// 1 replaces an earlier message of the same addresses and service type.
        replace_if_present_flag: u8 as octet,
        /// Alphabet of the text.
        data_coding: u8 as octet,
        /// Predefined message of the SMSC; 0 for none.
        sm_default_msg_id: u8 as octet,
        /// The text, with its UDH; empty when it goes as `message_payload`. 254 octets by the
        /// specification, 255 at most.
        short_message: &'a [u8] as short_message,
        /// Optional parameters.
        tlvs: Tlvs<'a> as tlvs,
    }
    request SUBMIT_SM
}

layout! {
    /// Answers `submit_sm`; without a body when the status is an error [smpp34 §4.4.2].
    pub struct SubmitSmResp<'a> {
        /// The SMSC's name for the message; receipts repeat it, not always in the same form.
        message_id: &'a [u8] as c_octets,
        /// None in the specification; some SMSCs add their own.
        tlvs: Tlvs<'a> as tlvs,
    }
    response SUBMIT_SM_RESP
}
