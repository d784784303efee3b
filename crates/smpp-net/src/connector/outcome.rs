//! What a receipt says, in the gateway's words.

use smpp::{QuerySmResp, Receipt, ReceiptState};
use sms::{Outcome, Reason};

/// Reads the outcome; `None` for an intermediate notice [smpp34 §5.2.28].
pub(super) fn outcome(receipt: &Receipt<'_>) -> Option<Outcome> {
    of_state(receipt.state, reason(receipt))
}

/// Reads what `query_sm` was answered; `None` for what is not over, and for what the operator does not know: no answer is none.
pub(super) fn asked(answer: &QuerySmResp<'_>) -> Option<Outcome> {
    let state = ReceiptState::from_message_state(answer.message_state)?;
    of_state(state, of_error(u16::from(answer.error_code)))
        .filter(|outcome| *outcome != Outcome::Unknown)
}

fn of_state(state: ReceiptState, reason: Option<Reason>) -> Option<Outcome> {
    match state {
        ReceiptState::Scheduled | ReceiptState::Enroute | ReceiptState::Accepted => None,
        ReceiptState::Delivered => Some(Outcome::Delivered),
        ReceiptState::Expired => Some(Outcome::Expired),
        ReceiptState::Deleted => Some(Outcome::Deleted),
        ReceiptState::Undeliverable => {
            Some(Outcome::Undelivered(reason.unwrap_or(Reason::NetworkError)))
        }
        ReceiptState::Rejected => {
            Some(Outcome::Rejected(reason.unwrap_or(Reason::UpstreamRefused)))
        }
        ReceiptState::Unknown => Some(Outcome::Unknown),
    }
}

/// Reads the error code. What it means is the operator's own affair; most pass the mobile network's on, and where one does
/// not, the reason is wrong but the state is right.
fn reason(receipt: &Receipt<'_>) -> Option<Reason> {
    let code = receipt.error_code();
    let number: u16 = std::str::from_utf8(&code).ok()?.trim().parse().ok()?;
    of_error(number)
}

fn of_error(number: u16) -> Option<Reason> {
    let row = MAP_ERRORS
        .binary_search_by_key(&number, |(number, _)| *number)
        .ok()?;
    Some(MAP_ERRORS[row].1)
}

/// The errors of the mobile application part that concern a short message, in numeric order [3GPP TS 29.002 §17.6.6].
const MAP_ERRORS: &[(u16, Reason)] = &[
    (1, Reason::UnknownSubscriber), // unknownSubscriber
    (5, Reason::UnknownSubscriber), // unidentifiedSubscriber
    (6, Reason::AbsentSubscriber),  // absentSubscriberSM
    (7, Reason::HandsetError),      // unknownEquipment
    (8, Reason::Barred),            // roamingNotAllowed
    (9, Reason::Barred),            // illegalSubscriber
    (10, Reason::Barred),           // bearerServiceNotProvisioned
    (11, Reason::Barred),           // teleserviceNotProvisioned
    (12, Reason::HandsetError),     // illegalEquipment
    (13, Reason::Barred),           // callBarred
    (21, Reason::NetworkError),     // facilityNotSupported
    (27, Reason::AbsentSubscriber), // absentSubscriber
    (31, Reason::HandsetError),     // subscriberBusyForMT-SMS
    (32, Reason::HandsetError),     // sm-DeliveryFailure
    (33, Reason::AbsentSubscriber), // messageWaitingListFull: the phone has been away for long
    (34, Reason::NetworkError),     // systemFailure
    (35, Reason::NetworkError),     // dataMissing
    (36, Reason::NetworkError),     // unexpectedDataValue
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_and_errors_become_outcomes() {
        use Outcome::{Deleted, Delivered, Expired, Rejected, Undelivered, Unknown};
        for (text, expected) in [
            ("id:1 stat:DELIVRD err:000", Some(Delivered)),
            ("id:1 stat:EXPIRED err:006", Some(Expired)),
            ("id:1 stat:DELETED", Some(Deleted)),
            (
                "id:1 stat:UNDELIV err:001",
                Some(Undelivered(Reason::UnknownSubscriber)),
            ),
            (
                "id:1 stat:UNDELIV err:0027",
                Some(Undelivered(Reason::AbsentSubscriber)),
            ),
            (
                "id:1 stat:UNDELIV err:0x5A",
                Some(Undelivered(Reason::NetworkError)),
            ),
            ("id:1 stat:UNDELIV", Some(Undelivered(Reason::NetworkError))),
            ("id:1 stat:REJECTD", Some(Rejected(Reason::UpstreamRefused))),
            ("id:1 stat:REJECTD err:13", Some(Rejected(Reason::Barred))),
            ("id:1 stat:UNKNOWN", Some(Unknown)),
            ("id:1", Some(Unknown)),
            ("id:1 stat:ENROUTE", None),
            ("id:1 stat:ACCEPTD", None),
        ] {
            let receipt = Receipt::parse(text.as_bytes(), smpp::Tlvs::default());
            assert_eq!(outcome(&receipt), expected, "{text}");
        }
    }

    #[test]
    fn what_is_asked_is_answered_only_when_it_is_over() {
        for (message_state, error_code, expected) in [
            (2, 0, Some(Outcome::Delivered)),
            (3, 0, Some(Outcome::Expired)),
            (5, 27, Some(Outcome::Undelivered(Reason::AbsentSubscriber))),
            (8, 0, Some(Outcome::Rejected(Reason::UpstreamRefused))),
            (0, 0, None),
            (1, 0, None),
            (6, 0, None),
            (7, 0, None),
            (77, 0, None),
        ] {
            let answer = QuerySmResp {
                message_state,
                error_code,
                ..QuerySmResp::default()
            };
            assert_eq!(asked(&answer), expected, "{message_state}");
        }
    }

    #[test]
    fn the_table_is_in_order() {
        assert!(MAP_ERRORS.is_sorted_by_key(|(number, _)| *number));
    }
}
