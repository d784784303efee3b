//! The gateway's answers in the words of SMPP.

use gateway::Error;
use smpp::{CommandStatus, ReceiptState};
use sms::{MessageState, Refusal};

/// Says why something was not done, and logs what is our own fault.
pub(super) fn status(error: &Error) -> CommandStatus {
    match error {
        Error::Refused(refusal) => {
            tracing::debug!(%refusal, "a request is refused");
            refused(refusal)
        }
        Error::Unavailable(_) => {
            tracing::error!(?error, "cannot answer a customer");
            CommandStatus::RSYSERR
        }
    }
}

/// Says why a request was refused. The specification has no status for money, suspension or repetition: those are
/// `ESME_RSUBMITFAIL`.
fn refused(refusal: &Refusal) -> CommandStatus {
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
        | Refusal::Duplicate => CommandStatus::RSUBMITFAIL,
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
