//! The `command_status` of a response: its names, and what each value means for a message.

mod class;

pub use class::{Class, Permanent, classify};

use crate::codes::named_codes;

/// Says how a request ended; unknown and vendor values are kept [smpp34 §5.1.3].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct CommandStatus(pub u32);

named_codes! { CommandStatus {
    ROK = 0x00, "ESME_ROK", "No error.";
    RINVMSGLEN = 0x01, "ESME_RINVMSGLEN", "The message length is invalid.";
    RINVCMDLEN = 0x02, "ESME_RINVCMDLEN", "The command length is invalid.";
    RINVCMDID = 0x03, "ESME_RINVCMDID", "The command is unknown.";
    RINVBNDSTS = 0x04, "ESME_RINVBNDSTS", "The command does not fit the bind state.";
    RALYBND = 0x05, "ESME_RALYBND", "The ESME is bound already.";
    RINVPRTFLG = 0x06, "ESME_RINVPRTFLG", "The priority flag is invalid.";
    RINVREGDLVFLG = 0x07, "ESME_RINVREGDLVFLG", "The `registered_delivery` flag is invalid.";
    RSYSERR = 0x08, "ESME_RSYSERR", "The other side has an internal error.";
    RINVSRCADR = 0x0A, "ESME_RINVSRCADR", "The source address is invalid.";
    RINVDSTADR = 0x0B, "ESME_RINVDSTADR", "The destination address is invalid.";
    RINVMSGID = 0x0C, "ESME_RINVMSGID", "The `message_id` is unknown.";
    RBINDFAIL = 0x0D, "ESME_RBINDFAIL", "The bind failed.";
    RINVPASWD = 0x0E, "ESME_RINVPASWD", "The password is wrong.";
    RINVSYSID = 0x0F, "ESME_RINVSYSID", "The `system_id` is unknown.";
    RCANCELFAIL = 0x11, "ESME_RCANCELFAIL", "`cancel_sm` failed.";
    RREPLACEFAIL = 0x13, "ESME_RREPLACEFAIL", "`replace_sm` failed.";
    RMSGQFUL = 0x14, "ESME_RMSGQFUL", "The message queue is full.";
    RINVSERTYP = 0x15, "ESME_RINVSERTYP", "The `service_type` is invalid.";
    RINVNUMDESTS = 0x33, "ESME_RINVNUMDESTS", "The number of destinations is invalid.";
    RINVDLNAME = 0x34, "ESME_RINVDLNAME", "The distribution list name is invalid.";
    RINVDESTFLAG = 0x40, "ESME_RINVDESTFLAG", "The destination flag is invalid.";
    RINVSUBREP = 0x42, "ESME_RINVSUBREP", "Submit with replace is invalid.";
    RINVESMCLASS = 0x43, "ESME_RINVESMCLASS", "The `esm_class` is invalid.";
    RCNTSUBDL = 0x44, "ESME_RCNTSUBDL", "Submitting to a distribution list is impossible.";
    RSUBMITFAIL = 0x45, "ESME_RSUBMITFAIL", "`submit_sm` or `submit_multi` failed.";
    RINVSRCTON = 0x48, "ESME_RINVSRCTON", "The source type of number is invalid.";
    RINVSRCNPI = 0x49, "ESME_RINVSRCNPI", "The source numbering plan is invalid.";
    RINVDSTTON = 0x50, "ESME_RINVDSTTON", "The destination type of number is invalid.";
    RINVDSTNPI = 0x51, "ESME_RINVDSTNPI", "The destination numbering plan is invalid.";
    RINVSYSTYP = 0x53, "ESME_RINVSYSTYP", "The `system_type` is invalid.";
    RINVREPFLAG = 0x54, "ESME_RINVREPFLAG", "The `replace_if_present` flag is invalid.";
    RINVNUMMSGS = 0x55, "ESME_RINVNUMMSGS", "The number of messages is invalid.";
    RTHROTTLED = 0x58, "ESME_RTHROTTLED", "The sender exceeded its throughput.";
    RINVSCHED = 0x61, "ESME_RINVSCHED", "The scheduled delivery time is invalid.";
    RINVEXPIRY = 0x62, "ESME_RINVEXPIRY", "The validity period is invalid.";
    RINVDFTMSGID = 0x63, "ESME_RINVDFTMSGID", "The predefined message is unknown.";
    RX_T_APPN = 0x64, "ESME_RX_T_APPN", "The receiving ESME has a temporary error.";
    RX_P_APPN = 0x65, "ESME_RX_P_APPN", "The receiving ESME has a permanent error.";
    RX_R_APPN = 0x66, "ESME_RX_R_APPN", "The receiving ESME rejects the message.";
    RQUERYFAIL = 0x67, "ESME_RQUERYFAIL", "`query_sm` failed.";
    RINVOPTPARSTREAM = 0xC0, "ESME_RINVOPTPARSTREAM", "The TLVs cannot be read.";
    ROPTPARNOTALLWD = 0xC1, "ESME_ROPTPARNOTALLWD", "A TLV is not allowed here.";
    RINVPARLEN = 0xC2, "ESME_RINVPARLEN", "A TLV has an invalid length.";
    RMISSINGOPTPARAM = 0xC3, "ESME_RMISSINGOPTPARAM", "An expected TLV is missing.";
    RINVOPTPARAMVAL = 0xC4, "ESME_RINVOPTPARAMVAL", "A TLV has an invalid value.";
    RDELIVERYFAILURE = 0xFE, "ESME_RDELIVERYFAILURE", "The delivery failed (`data_sm_resp`).";
    RUNKNOWNERR = 0xFF, "ESME_RUNKNOWNERR", "The error is not known.";
} }

impl CommandStatus {
    /// Tells whether the request was done.
    pub const fn is_ok(self) -> bool {
        self.0 == Self::ROK.0
    }

    /// Tells whether a vendor gives this value its meaning: 0x400 to 0x4FF [smpp34 §5.1.3].
    pub const fn is_vendor(self) -> bool {
        matches!(self.0, 0x400..=0x4FF)
    }
}
