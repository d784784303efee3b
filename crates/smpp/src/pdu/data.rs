//! `data_sm`, whose text is always a TLV, and `alert_notification` [smpp34 §4.7, §4.12].

use super::layout::{Address, layout};
use crate::tlv::Tlvs;

layout! {
    /// Carries a message either way, its text in `message_payload` [smpp34 §4.7.1].
    pub struct DataSm<'a> {
        /// Application service, usually empty.
        service_type: &'a [u8] as c_octets,
        /// The originator.
        source: Address<'a> as address,
        /// The recipient.
        destination: Address<'a> as address,
        /// Message mode, type and features.
        esm_class: u8 as octet,
        /// Which receipts are wanted.
        registered_delivery: u8 as octet,
        /// Alphabet of the text.
        data_coding: u8 as octet,
        /// Optional parameters, the text among them.
        tlvs: Tlvs<'a> as tlvs,
    }
    request DATA_SM
}

layout! {
    /// Answers `data_sm`; an error may explain itself in TLVs [smpp34 §4.7.2].
    pub struct DataSmResp<'a> {
        /// The SMSC's name for the message.
        message_id: &'a [u8] as c_octets,
        /// Optional parameters.
        tlvs: Tlvs<'a> as tlvs,
    }
    response DATA_SM_RESP
}

layout! {
    /// Tells that a handset is reachable again; has no response [smpp34 §4.12.1].
    pub struct AlertNotification<'a> {
        /// The handset.
        source: Address<'a> as address,
        /// The ESME that asked to be told.
        esme: Address<'a> as address,
        /// May hold `ms_availability_status`.
        tlvs: Tlvs<'a> as tlvs,
    }
    request ALERT_NOTIFICATION
}
