//! What can go wrong, in this provider's statuses and our words.
//!
//! The words are ours: the document has none. They are of letters and spaces only, because clients of the HTTP gateway take an
//! answer with digits for ids or for a balance.

use sms::Refusal;

use crate::unavailable;

/// Says why a call has no result.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// The gateway refused it, or we did for one of the same reasons.
    Refused(Refusal),
    /// The gateway could not do it; this has been logged.
    Unavailable,
    /// There is no such path.
    UnknownCall,
    /// The path is not served with this HTTP method.
    WrongMethod,
    /// The body is beyond the limit.
    TooLarge,
    /// What was sent is not in the form that it should have.
    Unreadable,
    /// A field is absent or has what it must not have; the field's name, and our words for it.
    Field(&'static str, &'static str),
    /// Nothing goes to anybody.
    NothingGoes(Unsent),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<gateway::Error> for Failure {
    fn from(error: gateway::Error) -> Self {
        unavailable::refusal(error).map_or(Self::Unavailable, Self::Refused)
    }
}

/// Says what a failure is about, and with that the shape in which the JSON API tells it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum About {
    /// The request as a whole; with its HTTP status.
    Request(u16),
    /// A field of it.
    Field(&'static str),
    /// Each of its recipients.
    Recipients,
}

/// Why one recipient gets nothing while others may.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Unsent {
    NotANumber,
    /// The stop list has the number.
    Stopped,
    /// The same text from the same sender was accepted for the number within two minutes.
    Repeated,
}

impl Unsent {
    /// Returns our words for it.
    pub(super) const fn text(self) -> &'static str {
        match self {
            Self::NotANumber => "Wrong recipient number",
            Self::Stopped => "Phone in black list",
            Self::Repeated => "Duplicate message",
        }
    }
}

impl Failure {
    /// Tells what it is about, in which words.
    pub(super) const fn told(&self) -> (About, &'static str) {
        match self {
            Self::Refused(refusal) => refused(refusal),
            Self::Unavailable => (About::Request(500), "Service is temporarily unavailable"),
            Self::UnknownCall => (About::Request(404), "Unknown request"),
            Self::WrongMethod => (About::Request(405), "Method is not allowed"),
            Self::TooLarge => (About::Request(413), "Request is too large"),
            Self::Unreadable => (About::Request(400), "Request cannot be read"),
            Self::Field(name, text) => (About::Field(name), text),
            Self::NothingGoes(unsent) => (About::Recipients, unsent.text()),
        }
    }

    /// Returns our words for it.
    pub(super) const fn text(&self) -> &'static str {
        self.told().1
    }
}

const fn refused(refusal: &Refusal) -> (About, &'static str) {
    use About::{Field, Recipients, Request};
    match refusal {
        Refusal::UnknownCredential | Refusal::WrongSecret => {
            (Request(401), "Wrong login or secret")
        }
        Refusal::AccountSuspended => (Request(401), "Account is suspended"),
        Refusal::AddressNotAllowed => (Request(401), "Address is not allowed"),
        Refusal::RateLimited => (Request(429), "Too many requests"),
        Refusal::EmptyOriginator => (Field("src_addr"), "No sender"),
        Refusal::InvalidOriginator => (Field("src_addr"), "Wrong sender"),
        Refusal::OriginatorNotAllowed => (Field("src_addr"), "Sender is not allowed"),
        Refusal::EmptyText => (Field("message"), "No text"),
        Refusal::TextTooLong { .. } => (Field("message"), "Text is too long"),
        Refusal::InvalidBinary => (Field("message"), "Wrong text"),
        Refusal::TooManyRecipients { .. } => (Field("phone"), "Too many recipients"),
        Refusal::NoValidRecipients => (Recipients, "No valid recipients"),
        Refusal::InvalidNumber => (Recipients, "Wrong recipient number"),
        Refusal::NoPrice => (Recipients, "No price for this destination"),
        Refusal::NoRoute => (Recipients, "No route to this destination"),
        Refusal::InsufficientFunds { .. } => (Recipients, "Not enough money"),
        Refusal::Duplicate => (Recipients, "Duplicate message"),
        Refusal::UnknownMessage => (Field("invalid_id_sms"), "Unknown message"),
        Refusal::InvalidName => (Field("sender_id"), "Wrong sender"),
        Refusal::UnknownSenderName => (Field("sender_id"), "Unknown sender"),
        Refusal::AlreadyThere => (Field("sender_id"), "Sender is there already"),
        Refusal::FieldTooLong { .. } => (Request(400), "A field is too long"),
        Refusal::InvalidTime => (Field("lifetime"), "Wrong lifetime"),
        Refusal::UnknownCountry => (Request(400), "Unknown country"),
        Refusal::UnknownCurrency => (Request(400), "Unknown currency"),
        Refusal::UnknownSubmission => (Request(400), "Unknown sending"),
        Refusal::SubmissionDeleted => (Request(400), "Sending is deleted"),
        Refusal::SubmissionStarted => (Request(400), "Sending has started"),
        Refusal::UnknownList => (Request(400), "Unknown list"),
        Refusal::UnknownContact => (Request(400), "Unknown contact"),
        Refusal::UnknownVariable => (Request(400), "Unknown variable"),
        Refusal::UnknownStop => (Request(400), "Not in black list"),
        Refusal::UnknownMailing => (Request(400), "Unknown mailing"),
        Refusal::UnknownTemplate => (Request(400), "Unknown template"),
        Refusal::UnknownSubAccount => (Request(400), "Unknown account"),
        Refusal::TooManySubAccounts => (Request(400), "Too many accounts"),
    }
}

#[cfg(test)]
mod tests {
    use sms::{Currency, Money};

    use super::*;

    /// What may reach a client of the HTTP gateway.
    fn failures() -> Vec<Failure> {
        let money = Money::zero(Currency::UAH);
        let refusals = [
            Refusal::UnknownCredential,
            Refusal::WrongSecret,
            Refusal::AccountSuspended,
            Refusal::AddressNotAllowed,
            Refusal::RateLimited,
            Refusal::EmptyOriginator,
            Refusal::InvalidOriginator,
            Refusal::OriginatorNotAllowed,
            Refusal::EmptyText,
            Refusal::TextTooLong {
                segments: 11,
                limit: 10,
            },
            Refusal::InvalidBinary,
            Refusal::TooManyRecipients { limit: 100 },
            Refusal::NoValidRecipients,
            Refusal::InvalidNumber,
            Refusal::NoPrice,
            Refusal::NoRoute,
            Refusal::InsufficientFunds {
                needed: money,
                available: money,
            },
            Refusal::Duplicate,
            Refusal::UnknownMessage,
            Refusal::FieldTooLong { limit: 4096 },
            Refusal::InvalidTime,
        ];
        let own = [
            Failure::Unavailable,
            Failure::UnknownCall,
            Failure::WrongMethod,
            Failure::TooLarge,
            Failure::Unreadable,
            Failure::NothingGoes(Unsent::NotANumber),
            Failure::NothingGoes(Unsent::Stopped),
            Failure::NothingGoes(Unsent::Repeated),
        ];
        refusals
            .map(Failure::Refused)
            .into_iter()
            .chain(own)
            .collect()
    }

    #[test]
    fn no_text_can_be_taken_for_an_id_or_a_balance() {
        for text in failures().iter().map(Failure::text) {
            let plain = |octet: u8| octet.is_ascii_alphabetic() || octet == b' ';
            assert!(!text.is_empty() && text.bytes().all(plain), "{text}");
        }
    }
}
