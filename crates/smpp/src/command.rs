//! The `command_id` of a PDU, and the three ways to bind that three of the commands stand for.

use crate::codes::named_codes;

/// Says what a PDU is; unknown values are kept [smpp34 §5.1.2.1].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CommandId(pub u32);

named_codes! { CommandId {
    BIND_RECEIVER = 0x0000_0001, "bind_receiver", "Binds an ESME that only receives.";
    BIND_TRANSMITTER = 0x0000_0002, "bind_transmitter", "Binds an ESME that only submits.";
    QUERY_SM = 0x0000_0003, "query_sm", "Asks for the state of a message.";
    SUBMIT_SM = 0x0000_0004, "submit_sm", "Submits one message.";
    DELIVER_SM = 0x0000_0005, "deliver_sm", "Carries a message or a receipt to an ESME.";
    UNBIND = 0x0000_0006, "unbind", "Ends the session in order.";
    REPLACE_SM = 0x0000_0007, "replace_sm", "Replaces a message that has not left.";
    CANCEL_SM = 0x0000_0008, "cancel_sm", "Cancels messages that have not left.";
    BIND_TRANSCEIVER = 0x0000_0009, "bind_transceiver", "Binds an ESME both ways.";
    OUTBIND = 0x0000_000B, "outbind", "Asks an ESME to bind as a receiver.";
    ENQUIRE_LINK = 0x0000_0015, "enquire_link", "Asks whether the other side lives.";
    SUBMIT_MULTI = 0x0000_0021, "submit_multi", "Submits one text to many recipients.";
    ALERT_NOTIFICATION = 0x0000_0102, "alert_notification", "Tells that a handset is back.";
    DATA_SM = 0x0000_0103, "data_sm", "Carries a message whose text is a TLV.";
    GENERIC_NACK = 0x8000_0000, "generic_nack", "Refuses a PDU that could not be understood.";
    BIND_RECEIVER_RESP = 0x8000_0001, "bind_receiver_resp", "Answers `bind_receiver`.";
    BIND_TRANSMITTER_RESP = 0x8000_0002, "bind_transmitter_resp", "Answers `bind_transmitter`.";
    QUERY_SM_RESP = 0x8000_0003, "query_sm_resp", "Answers `query_sm`.";
    SUBMIT_SM_RESP = 0x8000_0004, "submit_sm_resp", "Answers `submit_sm`.";
    DELIVER_SM_RESP = 0x8000_0005, "deliver_sm_resp", "Answers `deliver_sm`.";
    UNBIND_RESP = 0x8000_0006, "unbind_resp", "Answers unbind.";
    REPLACE_SM_RESP = 0x8000_0007, "replace_sm_resp", "Answers `replace_sm`.";
    CANCEL_SM_RESP = 0x8000_0008, "cancel_sm_resp", "Answers `cancel_sm`.";
    BIND_TRANSCEIVER_RESP = 0x8000_0009, "bind_transceiver_resp", "Answers `bind_transceiver`.";
    ENQUIRE_LINK_RESP = 0x8000_0015, "enquire_link_resp", "Answers `enquire_link`.";
    SUBMIT_MULTI_RESP = 0x8000_0021, "submit_multi_resp", "Answers `submit_multi`.";
    DATA_SM_RESP = 0x8000_0103, "data_sm_resp", "Answers `data_sm`.";
} }

impl CommandId {
    const RESPONSE_BIT: u32 = 0x8000_0000;

    /// Tells responses (`generic_nack` among them) from requests.
    pub const fn is_response(self) -> bool {
        self.0 & Self::RESPONSE_BIT != 0
    }

    /// Names the response that belongs to this request; a response stays itself.
    #[must_use]
    pub const fn response(self) -> Self {
        Self(self.0 | Self::RESPONSE_BIT)
    }
}

/// Says which directions a bind opens [smpp34 §2.2].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BindMode {
    /// The ESME submits.
    Transmitter,
    /// The ESME receives.
    Receiver,
    /// Both.
    Transceiver,
}

impl BindMode {
    /// Names the bind request of this mode.
    pub const fn command_id(self) -> CommandId {
        match self {
            Self::Transmitter => CommandId::BIND_TRANSMITTER,
            Self::Receiver => CommandId::BIND_RECEIVER,
            Self::Transceiver => CommandId::BIND_TRANSCEIVER,
        }
    }

    /// Tells whether the ESME may submit.
    pub const fn submits(self) -> bool {
        match self {
            Self::Transmitter | Self::Transceiver => true,
            Self::Receiver => false,
        }
    }

    /// Tells whether the ESME takes messages and receipts.
    pub const fn receives(self) -> bool {
        match self {
            Self::Receiver | Self::Transceiver => true,
            Self::Transmitter => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_command_keeps_its_number_in_text() {
        assert_eq!(CommandId(0x0001_0200).to_string(), "0x10200");
        assert_eq!(CommandId::SUBMIT_SM.to_string(), "submit_sm");
    }

    #[test]
    fn each_named_request_with_an_answer_names_that_answer() {
        let silent = [CommandId::OUTBIND, CommandId::ALERT_NOTIFICATION];
        for (id, name) in CommandId::NAMED {
            if !id.is_response() && !silent.contains(id) {
                assert_eq!(id.response().name(), Some(format!("{name}_resp").as_str()));
            }
        }
    }
}
