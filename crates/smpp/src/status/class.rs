//! What a `command_status` means for the message that it answers: one table, one row for each code.
//!
//! The specification names the codes but not which of them pass; the rows follow what operators'
//! centres do and how the long-lived gateways (Kannel, Jasmin) treat them. A route may override.

use super::CommandStatus;

/// Tells what to do with the message (and the link) after a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// The other side took the message.
    Accepted,
    /// The link goes too fast: slow the whole link down, the message keeps its place.
    Throttling,
    /// A queue is full: the recipient's, or the link's when most answers say so.
    QueueFull,
    /// The other side cannot take the message now: try again later.
    Temporary,
    /// The status does not tell whether a repetition helps: try again, few times.
    Ambiguous,
    /// A repetition cannot help.
    Permanent(Permanent),
    /// The two sides disagree on the session, not on the message: bind again, keep the message.
    SessionFault,
    /// The credentials or the bind were refused: an operator of ours must look.
    BindRefused,
    /// Reserved or vendor value: the route's own table decides.
    Unknown,
}

/// Tells what was wrong for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permanent {
    /// The originator is not allowed or not valid on this route.
    Originator,
    /// The recipient cannot be reached by this route.
    Destination,
    /// A field of our PDU does not fit this route: the configuration is wrong, not the message.
    Malformed,
    /// Anything else that is final.
    Other,
}

/// Classifies a status; what is not in the table is [`Class::Unknown`].
pub fn classify(status: CommandStatus) -> Class {
    match TABLE.binary_search_by_key(&status, |(status, _)| *status) {
        Ok(row) => TABLE[row].1,
        Err(_) => Class::Unknown,
    }
}

const MALFORMED: Class = Class::Permanent(Permanent::Malformed);
const OTHER: Class = Class::Permanent(Permanent::Other);

/// In numeric order. The comment is the source: `3.4` is the meaning in the specification,
/// the rest is what was seen in the field.
const TABLE: &[(CommandStatus, Class)] = &[
    (CommandStatus::ROK, Class::Accepted),            // 3.4
    (CommandStatus::RINVMSGLEN, MALFORMED),           // 3.4
    (CommandStatus::RINVCMDLEN, Class::SessionFault), // 3.4: the stream may be out of step
    (CommandStatus::RINVCMDID, Class::SessionFault),  // 3.4: comes as generic_nack
    (CommandStatus::RINVBNDSTS, Class::SessionFault), // 3.4: the centre lost our bind
    (CommandStatus::RALYBND, Class::SessionFault),    // 3.4: an old session still hangs there
    (CommandStatus::RINVPRTFLG, MALFORMED),           // 3.4
    (CommandStatus::RINVREGDLVFLG, MALFORMED),        // 3.4
    (CommandStatus::RSYSERR, Class::Temporary),       // Kannel, Jasmin: retried
    (
        CommandStatus::RINVSRCADR,
        Class::Permanent(Permanent::Originator),
    ), // sender not registered
    (
        CommandStatus::RINVDSTADR,
        Class::Permanent(Permanent::Destination),
    ), // 3.4
    (CommandStatus::RINVMSGID, OTHER),                // 3.4: query, cancel, replace only
    (CommandStatus::RBINDFAIL, Class::BindRefused),   // operators lock accounts on bind storms
    (CommandStatus::RINVPASWD, Class::BindRefused),   // 3.4
    (CommandStatus::RINVSYSID, Class::BindRefused),   // 3.4
    (CommandStatus::RCANCELFAIL, OTHER),              // 3.4: the message left already
    (CommandStatus::RREPLACEFAIL, OTHER),             // 3.4: the message left already
    (CommandStatus::RMSGQFUL, Class::QueueFull),      // Kannel, Jasmin; also on a window overrun
    (CommandStatus::RINVSERTYP, MALFORMED),           // 3.4
    (CommandStatus::RINVNUMDESTS, MALFORMED),         // 3.4
    (CommandStatus::RINVDLNAME, MALFORMED),           // 3.4
    (CommandStatus::RINVDESTFLAG, MALFORMED),         // 3.4
    (CommandStatus::RINVSUBREP, MALFORMED),           // 3.4
    (CommandStatus::RINVESMCLASS, MALFORMED),         // 3.4
    (CommandStatus::RCNTSUBDL, MALFORMED),            // 3.4
    (CommandStatus::RSUBMITFAIL, Class::Ambiguous),   // also the answer to a window overrun
    (CommandStatus::RINVSRCTON, MALFORMED),           // 3.4
    (CommandStatus::RINVSRCNPI, MALFORMED),           // 3.4
    (CommandStatus::RINVDSTTON, MALFORMED),           // 3.4
    (CommandStatus::RINVDSTNPI, MALFORMED),           // 3.4
    (CommandStatus::RINVSYSTYP, MALFORMED),           // 3.4
    (CommandStatus::RINVREPFLAG, MALFORMED),          // 3.4
    (CommandStatus::RINVNUMMSGS, MALFORMED),          // 3.4
    (CommandStatus::RTHROTTLED, Class::Throttling),   // 3.4, Kannel, Jasmin
    (CommandStatus::RINVSCHED, MALFORMED),            // 3.4
    (CommandStatus::RINVEXPIRY, MALFORMED),           // 3.4
    (CommandStatus::RINVDFTMSGID, MALFORMED),         // 3.4
    (CommandStatus::RX_T_APPN, Class::Temporary),     // 3.4, Kannel
    (CommandStatus::RX_P_APPN, OTHER),                // 3.4
    (CommandStatus::RX_R_APPN, OTHER),                // 3.4
    (CommandStatus::RQUERYFAIL, Class::Temporary),    // Vonage retries it
    (CommandStatus::RINVOPTPARSTREAM, MALFORMED),     // 3.4
    (CommandStatus::ROPTPARNOTALLWD, MALFORMED),      // 3.4
    (CommandStatus::RINVPARLEN, MALFORMED),           // 3.4
    (CommandStatus::RMISSINGOPTPARAM, MALFORMED),     // 3.4
    (CommandStatus::RINVOPTPARAMVAL, MALFORMED),      // 3.4
    (
        CommandStatus::RDELIVERYFAILURE,
        Class::Permanent(Permanent::Destination),
    ), // 3.4
    (CommandStatus::RUNKNOWNERR, Class::Ambiguous),   // 3.4 gives it no meaning
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_each_named_status_once_and_in_order() {
        let named: Vec<_> = CommandStatus::NAMED
            .iter()
            .map(|(status, _)| *status)
            .collect();
        let classified: Vec<_> = TABLE.iter().map(|(status, _)| *status).collect();
        assert_eq!(classified, named);
        assert!(classified.is_sorted());
    }

    #[test]
    fn every_code_up_to_the_vendors_last_is_classified_as_documented() {
        for code in 0x000..=0x4FF {
            let expected = match code {
                0x00 => Class::Accepted,
                0x58 => Class::Throttling,
                0x14 => Class::QueueFull,
                0x08 | 0x64 | 0x67 => Class::Temporary,
                0x45 | 0xFF => Class::Ambiguous,
                0x0A => Class::Permanent(Permanent::Originator),
                0x0B | 0xFE => Class::Permanent(Permanent::Destination),
                0x0C | 0x11 | 0x13 | 0x65 | 0x66 => Class::Permanent(Permanent::Other),
                0x01
                | 0x06
                | 0x07
                | 0x15
                | 0x33
                | 0x34
                | 0x40
                | 0x42..=0x44
                | 0x48
                | 0x49
                | 0x50
                | 0x51
                | 0x53..=0x55
                | 0x61..=0x63
                | 0xC0..=0xC4 => Class::Permanent(Permanent::Malformed),
                0x02..=0x05 => Class::SessionFault,
                0x0D..=0x0F => Class::BindRefused,
                _ => Class::Unknown,
            };
            assert_eq!(
                classify(CommandStatus(code)),
                expected,
                "status {code:#05X}"
            );
        }
    }

    #[test]
    fn vendor_values_are_left_to_the_route() {
        for code in 0x400..=0x4FF {
            assert!(CommandStatus(code).is_vendor());
            assert_eq!(classify(CommandStatus(code)), Class::Unknown);
        }
    }
}
