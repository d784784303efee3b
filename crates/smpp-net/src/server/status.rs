//! The gateway's answers in the words of SMPP.
//!
//! | what is wrong | status |
//! | --- | --- |
//! | a request that cannot be read, or asks for what there is not | a status of its field: see [`super::message`] |
//! | the originator | `ESME_RINVSRCADR` |
//! | the number; no price or no route; everybody is on the stop list | `ESME_RINVDSTADR` |
//! | no text, or too long a text | `ESME_RINVMSGLEN` |
//! | a message that is unknown, or another account's | `ESME_RINVMSGID` |
//! | the pace, here or of the account | `ESME_RTHROTTLED` |
//! | money, a duplicate, a suspended account, what has left already | `ESME_RSUBMITFAIL`, `ESME_RQUERYFAIL`, `ESME_RCANCELFAIL` or `ESME_RREPLACEFAIL`, by the request |
//! | we, for a while | `ESME_RSYSERR` |
//!
//! An error has no body but in `data_sm_resp`, where `additional_status_info_text` says why in words: the specification gives it none
//! in the others [smpp34 §4.4.2], and there are clients that take it at its word.

use gateway::Error;
use smpp::{CommandStatus, ReceiptState};
use sms::{MessageState, Reason, Refusal};

/// Says why something was not done, and logs what is our own fault; `failed` is for what has no status of its own.
pub(super) fn status(error: &Error, failed: CommandStatus) -> CommandStatus {
    match error {
        Error::Refused(refusal) => {
            tracing::debug!(%refusal, "a request is refused");
            refused(refusal, failed)
        }
        Error::Unavailable(_) => {
            tracing::error!(?error, "cannot answer a customer");
            CommandStatus::RSYSERR
        }
    }
}

/// Says why a request was refused. The specification has no status for money, suspension or repetition.
fn refused(refusal: &Refusal, failed: CommandStatus) -> CommandStatus {
    match refusal {
        Refusal::UnknownCredential => CommandStatus::RINVSYSID,
        Refusal::WrongSecret => CommandStatus::RINVPASWD,
        Refusal::EmptyOriginator
        | Refusal::InvalidOriginator
        | Refusal::OriginatorNotAllowed
        | Refusal::UnknownSenderName => CommandStatus::RINVSRCADR,
        Refusal::EmptyText | Refusal::TextTooLong { .. } => CommandStatus::RINVMSGLEN,
        Refusal::NoValidRecipients
        | Refusal::InvalidNumber
        | Refusal::NoPrice
        | Refusal::NoRoute => CommandStatus::RINVDSTADR,
        Refusal::TooManyRecipients { .. } => CommandStatus::RINVNUMDESTS,
        Refusal::UnknownSubmission | Refusal::SubmissionDeleted | Refusal::UnknownMessage => {
            CommandStatus::RINVMSGID
        }
        Refusal::InvalidTime => CommandStatus::RINVSCHED,
        Refusal::RateLimited => CommandStatus::RTHROTTLED,
        Refusal::AccountSuspended
        | Refusal::InsufficientFunds { .. }
        | Refusal::UnknownCurrency
        | Refusal::SubmissionStarted
        | Refusal::UnknownList
        | Refusal::UnknownContact
        | Refusal::UnknownVariable
        | Refusal::AlreadyThere
        | Refusal::UnknownStop
        | Refusal::UnknownCountry
        | Refusal::InvalidName
        | Refusal::FieldTooLong { .. }
        | Refusal::UnknownMailing
        | Refusal::UnknownTemplate
        | Refusal::UnknownSubAccount
        | Refusal::TooManySubAccounts
        | Refusal::AddressNotAllowed
        | Refusal::InvalidBinary
        | Refusal::Duplicate => failed,
    }
}

/// Names a message's state [smpp34 §5.2.28].
pub(super) fn message_state(state: MessageState) -> ReceiptState {
    match state {
        MessageState::Held
        | MessageState::Queued
        | MessageState::Submitted
        | MessageState::InDoubt => ReceiptState::Enroute,
        MessageState::Delivered => ReceiptState::Delivered,
        MessageState::Undelivered | MessageState::Failed => ReceiptState::Undeliverable,
        MessageState::Expired => ReceiptState::Expired,
        MessageState::Rejected | MessageState::InvalidNumber | MessageState::Suppressed => {
            ReceiptState::Rejected
        }
        MessageState::Cancelled => ReceiptState::Deleted,
    }
}

/// Says in the mobile application part's numbers what a reason says of the phone or its network [3GPP TS 29.002 §17.6.6]; `None` for
/// what is no error of theirs.
pub(super) fn network_error(reason: Reason) -> Option<u8> {
    Some(match reason {
        Reason::UnknownSubscriber => 1,
        Reason::Barred => 13,
        Reason::AbsentSubscriber | Reason::ExpiredInNetwork => 27,
        Reason::HandsetError | Reason::MemoryFull => 32,
        Reason::NetworkError => 34,
        Reason::None
        | Reason::Scheduled
        | Reason::QuietHours
        | Reason::Paused
        | Reason::Moderation
        | Reason::NoMoney
        | Reason::TestMode
        | Reason::Retrying
        | Reason::Throttled
        | Reason::LinkDown
        | Reason::ResponseTimeout
        | Reason::SessionLost
        | Reason::ProcessStopped
        | Reason::NoRoute
        | Reason::NoPrice
        | Reason::OriginatorNotApproved
        | Reason::OriginatorRefused
        | Reason::DestinationRefused
        | Reason::OptedOut
        | Reason::Capped
        | Reason::LifetimeOver
        | Reason::NoReceipt
        | Reason::UpstreamRefused
        | Reason::UpstreamDeleted
        | Reason::UpstreamUnknown
        | Reason::MalformedForRoute
        | Reason::AttemptsExhausted
        | Reason::PartlySubmitted
        | Reason::PartlyDelivered
        | Reason::CancelledByAccount
        | Reason::CancelledByOperator
        | Reason::InternalError
        | Reason::NotANumber
        | Reason::Duplicate
        | Reason::Spam
        | Reason::EmptyText
        | Reason::TextTooLong => return None,
    })
}

#[cfg(test)]
mod tests {
    use sms::{Currency, Money};

    use super::*;

    #[test]
    fn refusals_have_their_documented_status() {
        let failed = CommandStatus::RQUERYFAIL;
        let nothing = Money::new(0, Currency::UAH);
        for (refusal, status) in [
            (Refusal::EmptyOriginator, CommandStatus::RINVSRCADR),
            (Refusal::OriginatorNotAllowed, CommandStatus::RINVSRCADR),
            (Refusal::InvalidOriginator, CommandStatus::RINVSRCADR),
            (Refusal::NoValidRecipients, CommandStatus::RINVDSTADR),
            (Refusal::NoPrice, CommandStatus::RINVDSTADR),
            (Refusal::NoRoute, CommandStatus::RINVDSTADR),
            (Refusal::EmptyText, CommandStatus::RINVMSGLEN),
            (
                Refusal::TextTooLong {
                    segments: 11,
                    limit: 10,
                },
                CommandStatus::RINVMSGLEN,
            ),
            (Refusal::UnknownMessage, CommandStatus::RINVMSGID),
            (Refusal::RateLimited, CommandStatus::RTHROTTLED),
            (Refusal::InvalidTime, CommandStatus::RINVSCHED),
            (
                Refusal::InsufficientFunds {
                    needed: nothing,
                    available: nothing,
                },
                failed,
            ),
            (Refusal::Duplicate, failed),
            (Refusal::AccountSuspended, failed),
            (Refusal::SubmissionStarted, failed),
            (Refusal::InvalidBinary, failed),
        ] {
            assert_eq!(
                self::status(&refusal.clone().into(), failed),
                status,
                "{refusal}"
            );
        }
    }
}
