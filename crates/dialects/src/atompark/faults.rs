//! What can go wrong, in this provider's codes and words.
//!
//! The documents give two texts, the provider's downloadable list the codes of most methods; the other texts are ours,
//! short and stable, because programs log them.

use sms::Refusal;

use crate::unavailable;

/// Says why a call has no result.
#[derive(Debug)]
pub(super) enum Failure {
    /// The gateway refused it, or we did for one of the same reasons.
    Refused(Refusal),
    /// The gateway could not do it; this has been logged.
    Unavailable,
    /// There is no such method.
    UnknownMethod,
    /// A parameter cannot be read.
    Malformed,
    /// The body is beyond the limit.
    TooLarge,
    /// There is nothing to list: an error in this API, not an empty list.
    NoRows,
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

/// Holds the codes of one way of calling a method; a cause that the provider's list has no code for is told as `other`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Codes {
    /// The sender is absent, wrong or not allowed.
    pub(super) originator: i16,
    /// The text is absent or too long.
    pub(super) text: i16,
    /// Nobody is left to send to.
    pub(super) recipients: i16,
    /// The balance does not cover the price.
    pub(super) money: i16,
    /// The account has no such campaign.
    pub(super) unknown_campaign: i16,
    /// The account has deleted the campaign.
    pub(super) deleted_campaign: i16,
    /// Something of the campaign has left.
    pub(super) started_campaign: i16,
    /// The account has no such contact list.
    pub(super) unknown_list: i16,
    /// The account has no such contact.
    pub(super) unknown_contact: i16,
    /// The stop list has no such entry.
    pub(super) unknown_stop: i16,
    /// The account has no such sender name.
    pub(super) unknown_sender: i16,
    /// What is to be added is there.
    pub(super) already_there: i16,
    /// A number is not one.
    pub(super) number: i16,
    /// A name is absent or wrong.
    pub(super) name: i16,
    /// There is no such country.
    pub(super) country: i16,
    /// There is nothing to list.
    pub(super) no_rows: i16,
    /// Everything else that is wrong with the request.
    pub(super) other: i16,
}

/// The keys or the sum are wrong [atompark-en "Error response example"].
const AUTHENTICATION: i16 = -1;
const UNKNOWN_METHOD: i16 = -2;
const WRONG_PARAMETER: i16 = -3;
const WRONG_CURRENCY: i16 = -4;
const INTERNAL: i16 = -5;

impl Codes {
    /// For methods without codes of their own, and for requests that name no method.
    pub(super) const GENERAL: Self = Self::only(WRONG_PARAMETER);

    /// For methods that send.
    pub(super) const SENDING: Self = Self {
        originator: 300,
        text: 301,
        unknown_list: 302,
        recipients: 303,
        money: 305,
        ..Self::only(306)
    };

    /// For methods that ask for a price.
    pub(super) const PRICING: Self = Self {
        originator: 370,
        text: 371,
        unknown_list: 372,
        recipients: 373,
        ..Self::GENERAL
    };

    /// For methods that look for something: one code when it is not there, and one for the rest.
    pub(super) const fn finding(nothing: i16, other: i16) -> Self {
        Self {
            unknown_list: nothing,
            unknown_contact: nothing,
            unknown_stop: nothing,
            unknown_sender: nothing,
            no_rows: nothing,
            ..Self::only(other)
        }
    }

    /// One code for every cause: the base of a method that has codes for some.
    pub(super) const fn only(other: i16) -> Self {
        Self {
            originator: other,
            text: other,
            recipients: other,
            money: other,
            unknown_campaign: other,
            deleted_campaign: other,
            started_campaign: other,
            unknown_list: other,
            unknown_contact: other,
            unknown_stop: other,
            unknown_sender: other,
            already_there: other,
            number: other,
            name: other,
            country: other,
            no_rows: other,
            other,
        }
    }
}

/// Holds what an error says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Fault {
    pub(super) code: i16,
    /// Has nothing in it that HTML would have to escape.
    pub(super) text: &'static str,
}

/// Puts a failure into the words of the method that failed.
pub(super) fn fault(failure: &Failure, codes: &Codes) -> Fault {
    let (code, text) = match failure {
        Failure::Refused(refusal) => refused(refusal, codes),
        Failure::Unavailable => (INTERNAL, "Internal error."),
        Failure::UnknownMethod => (UNKNOWN_METHOD, "Wrong method."),
        Failure::Malformed => (codes.other, "Wrong parameter."),
        Failure::TooLarge => (WRONG_PARAMETER, "Request is too large."),
        Failure::NoRows => (codes.no_rows, "Nothing found."),
    };
    Fault { code, text }
}

fn refused(refusal: &Refusal, codes: &Codes) -> (i16, &'static str) {
    match refusal {
        Refusal::UnknownCredential => (AUTHENTICATION, "Wrong public key."),
        Refusal::WrongSecret => (AUTHENTICATION, "Wrong control sum."),
        Refusal::AccountSuspended => (AUTHENTICATION, "Account is suspended."),
        Refusal::EmptyOriginator => (codes.originator, "No sender."),
        Refusal::InvalidOriginator => (codes.originator, "Wrong sender."),
        Refusal::OriginatorNotAllowed => (codes.originator, "Sender is not allowed."),
        Refusal::EmptyText => (codes.text, "No text."),
        Refusal::TextTooLong { .. } => (codes.text, "Text is too long."),
        Refusal::NoValidRecipients => (codes.recipients, "No valid recipients."),
        Refusal::TooManyRecipients { .. } => (codes.other, "Too many recipients."),
        Refusal::NoPrice => (codes.other, "No price for this destination."),
        Refusal::NoRoute => (codes.other, "No route to this destination."),
        Refusal::InsufficientFunds { .. } => (codes.money, "Not enough money."),
        Refusal::UnknownCurrency => (WRONG_CURRENCY, "Wrong currency."),
        // One client tells an unknown id by this very text.
        Refusal::UnknownSubmission => (codes.unknown_campaign, "error_invalid_id"),
        Refusal::SubmissionDeleted => (codes.deleted_campaign, "Campaign is deleted."),
        Refusal::SubmissionStarted => (codes.started_campaign, "Campaign has started or ended."),
        // The documents' own text [atompark-en "To delete the Address Book"].
        Refusal::UnknownList => (codes.unknown_list, "No addressbook"),
        Refusal::UnknownContact => (codes.unknown_contact, "No phone."),
        Refusal::UnknownVariable => (codes.other, "No variable."),
        Refusal::UnknownStop => (codes.unknown_stop, "No exception."),
        Refusal::UnknownSenderName => (codes.unknown_sender, "No sender name."),
        Refusal::UnknownCountry => (codes.country, "Wrong country."),
        Refusal::AlreadyThere => (codes.already_there, "Already exists."),
        Refusal::InvalidNumber => (codes.number, "Wrong phone."),
        Refusal::InvalidName => (codes.name, "Wrong name."),
        Refusal::FieldTooLong { .. } => (codes.other, "Parameter is too long."),
        Refusal::InvalidTime => (codes.other, "Wrong datetime."),
        Refusal::Duplicate => (codes.other, "Duplicate request."),
        Refusal::AddressNotAllowed => (AUTHENTICATION, "Address is not allowed."),
        Refusal::UnknownMessage => (codes.other, "No message."),
        Refusal::UnknownMailing => (codes.other, "No mailing."),
        Refusal::UnknownTemplate => (codes.other, "No template."),
        Refusal::UnknownSubAccount => (codes.other, "No account."),
        Refusal::TooManySubAccounts => (codes.other, "Too many accounts."),
        Refusal::InvalidBinary => (codes.text, "Wrong binary text."),
        Refusal::RateLimited => (codes.other, "Too many requests."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(failure: impl Into<Failure>, codes: &Codes, code: i16, text: &str) {
        let failure = failure.into();
        let fault = fault(&failure, codes);
        assert_eq!((fault.code, fault.text), (code, text), "{failure:?}");
    }

    #[test]
    fn a_method_without_a_code_of_its_own_says_wrong_parameter() {
        check(Failure::Malformed, &Codes::SENDING, 306, "Wrong parameter.");
        check(Failure::Malformed, &Codes::PRICING, -3, "Wrong parameter.");
        check(Refusal::EmptyText, &Codes::SENDING, 301, "No text.");
        check(Refusal::EmptyText, &Codes::PRICING, 371, "No text.");
        check(Refusal::EmptyText, &Codes::GENERAL, -3, "No text.");
    }

    #[test]
    fn what_concerns_every_method_has_one_code() {
        for codes in [&Codes::GENERAL, &Codes::SENDING, &Codes::PRICING] {
            check(Refusal::UnknownCredential, codes, -1, "Wrong public key.");
            check(Refusal::WrongSecret, codes, -1, "Wrong control sum.");
            check(Failure::Unavailable, codes, -5, "Internal error.");
        }
    }
}
