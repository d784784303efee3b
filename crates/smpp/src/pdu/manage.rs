//! Asking for, cancelling and replacing a message that was submitted [smpp34 §4.8 to §4.10].

use super::layout::{Address, layout};

layout! {
    /// Asks for the state of a message [smpp34 §4.8.1].
    pub struct QuerySm<'a> {
        /// The SMSC's name for the message.
        message_id: &'a [u8] as c_octets,
        /// Its originator, as it was submitted.
        source: Address<'a> as address,
    }
    request QUERY_SM
}

layout! {
    /// Answers `query_sm` [smpp34 §4.8.2].
    pub struct QuerySmResp<'a> {
        /// The message asked for.
        message_id: &'a [u8] as c_octets,
        /// When it reached its final state, as [`crate::time`] reads it; empty before that.
        final_date: &'a [u8] as c_octets,
        /// Its state, as [`crate::ReceiptState::from_message_state`] reads it.
        message_state: u8 as octet,
        /// The network's own error code; 0 for none.
        error_code: u8 as octet,
    }
    response QUERY_SM_RESP
}

layout! {
    /// Cancels a message, or all of one pair of addresses [smpp34 §4.9.1].
    pub struct CancelSm<'a> {
        /// Restricts a cancellation by addresses to one service.
        service_type: &'a [u8] as c_octets,
        /// The SMSC's name for the message; empty to cancel by addresses.
        message_id: &'a [u8] as c_octets,
        /// Its originator.
        source: Address<'a> as address,
        /// Its recipient; may be empty when `message_id` is not.
        destination: Address<'a> as address,
    }
    request CANCEL_SM
}

layout! {
    /// Replaces a message that has not left [smpp34 §4.10.1].
    pub struct ReplaceSm<'a> {
        /// The SMSC's name for the message.
        message_id: &'a [u8] as c_octets,
        /// Its originator, as it was submitted.
        source: Address<'a> as address,
        /// The new time to deliver; empty to keep the old one.
        schedule_delivery_time: &'a [u8] as c_octets,
        /// The new validity; empty to keep the old one.
        validity_period: &'a [u8] as c_octets,
        /// Which receipts are wanted.
        registered_delivery: u8 as octet,
        /// Predefined message of the SMSC; 0 for none.
        sm_default_msg_id: u8 as octet,
        /// The new text, in the alphabet of the old one.
        short_message: &'a [u8] as short_message,
    }
    request REPLACE_SM
}
