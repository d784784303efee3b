//! What can go wrong, in this provider's codes and words.
//!
//! The codes are those of the documents, each address with its own meaning of those above 2 [smscenter "Mailing. Server response and
//! error codes"]; the texts are those that programs have seen, or ours where none is known. None has a parenthesis: a program
//! cuts the text out at the first one.

use sms::Refusal;

use super::ids::Id;
use crate::unavailable;

/// Says why a call has no result.
#[derive(Debug)]
pub(super) enum Failure {
    /// The gateway refused it, or we did for one of the same reasons.
    Refused(Refusal),
    /// The gateway could not do it; this has been logged.
    Unavailable,
    /// A parameter is absent or makes no sense, or what was asked for is not served.
    Parameters,
    /// The address that the request came from is blocked for a while.
    Blocked,
    /// The same was asked for too often within a minute.
    TooOften,
    /// Too many requests of the account are under way.
    TooManyAtOnce,
    /// There is nothing to list: an error of most addresses, not an empty list.
    NothingFound,
    /// There is no second balance.
    NoSuchBalance,
    /// What is asked for cannot be done with this, such as to delete what must stay.
    NotDone,
}

impl Failure {
    /// Tells whether it counts towards the blocking of the address that the request came from.
    pub(super) const fn is_bad_request(&self) -> bool {
        matches!(
            self,
            Self::Parameters
                | Self::Refused(
                    Refusal::UnknownCredential | Refusal::WrongSecret | Refusal::AddressNotAllowed
                )
        )
    }
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

/// Holds the codes of one address for what the addresses tell apart; 1 where it has none.
#[derive(Clone, Copy, Debug)]
pub(super) struct Codes {
    /// The balance does not cover the price.
    pub(super) money: u8,
    /// A date is unreadable.
    pub(super) date: u8,
    /// The sender or the text is not allowed.
    pub(super) denied: u8,
    /// A number is not one, or none is left.
    pub(super) number: u8,
    /// Nothing leads to the number.
    pub(super) undeliverable: u8,
    /// There is no such thing, or nothing to list.
    pub(super) nothing: u8,
    /// It could not be saved or deleted.
    pub(super) not_saved: u8,
    /// There is no such client under the account.
    pub(super) unknown_client: u8,
    /// There is no such balance.
    pub(super) no_balance: u8,
    /// We cannot do it now.
    pub(super) unavailable: u8,
}

impl Codes {
    /// For addresses that only tell apart what all of them do.
    pub(super) const PLAIN: Self = Self {
        money: PARAMETERS,
        date: PARAMETERS,
        denied: PARAMETERS,
        number: PARAMETERS,
        undeliverable: PARAMETERS,
        nothing: PARAMETERS,
        not_saved: PARAMETERS,
        unknown_client: PARAMETERS,
        no_balance: PARAMETERS,
        // There is no code for it; programs try again after this one.
        unavailable: TOO_OFTEN,
    };

    /// `send.php`.
    pub(super) const SEND: Self = Self {
        money: 3,
        date: 5,
        denied: 6,
        number: 7,
        undeliverable: 8,
        ..Self::PLAIN
    };

    /// `status.php`.
    pub(super) const STATUS: Self = Self {
        not_saved: 5,
        ..Self::PLAIN
    };

    /// `jobs.php` [smscenter "Mailing. Server response and error codes"].
    pub(super) const JOBS: Self = Self {
        money: 3,
        date: 5,
        undeliverable: 3,
        not_saved: 3,
        unavailable: 3,
        ..Self::PLAIN
    };

    /// `phones.php` and `templates.php`.
    pub(super) const KEPT: Self = Self {
        nothing: 3,
        not_saved: 5,
        unavailable: 5,
        ..Self::PLAIN
    };

    /// `senders.php`.
    pub(super) const SENDERS: Self = Self {
        number: 7,
        undeliverable: 8,
        ..Self::KEPT
    };

    /// `users.php`.
    pub(super) const USERS: Self = Self {
        money: 10,
        not_saved: 8,
        unknown_client: 6,
        no_balance: 7,
        ..Self::KEPT
    };

    /// `get.php` and `info.php`.
    pub(super) const FOUND: Self = Self {
        nothing: 3,
        ..Self::PLAIN
    };
}

const PARAMETERS: u8 = 1;
const CREDENTIALS: u8 = 2;
const BLOCKED: u8 = 4;
const TOO_OFTEN: u8 = 9;

const WRONG: &str = "parameters error";
const UNAUTHORISED: &str = "authorise error";
const DENIED: &str = "message is denied";
const NOT_FOUND: &str = "record not found";
const NOT_SAVED: &str = "error saving a record";
const AGAIN: &str = "duplicate request, wait a minute";
const TOO_MANY: &str = "too many concurrent requests";

/// Holds what an error says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Fault {
    pub(super) code: u8,
    pub(super) text: &'static str,
    /// The id of the message that it concerns; a number of 0 when it has none yet.
    pub(super) id: Option<Id>,
}

/// Puts a failure into the words of the address that failed. `id` is told with what concerns a message: money, text, number and way.
pub(super) fn fault(failure: &Failure, codes: &Codes, id: Option<Id>) -> Fault {
    let (code, text) = match failure {
        Failure::Refused(refusal) => refused(refusal, codes),
        Failure::Unavailable => (codes.unavailable, "not available, try again later"),
        Failure::Parameters => (PARAMETERS, WRONG),
        Failure::Blocked => (BLOCKED, "ip is blocked"),
        Failure::TooOften => (TOO_OFTEN, AGAIN),
        Failure::TooManyAtOnce => (TOO_OFTEN, TOO_MANY),
        Failure::NothingFound => (codes.nothing, NOT_FOUND),
        Failure::NoSuchBalance => (codes.no_balance, "no such balance"),
        Failure::NotDone => (codes.not_saved, NOT_SAVED),
    };
    let id = id.filter(|_| matches!(code, 3 | 6 | 7 | 8));
    Fault { code, text, id }
}

fn refused(refusal: &Refusal, codes: &Codes) -> (u8, &'static str) {
    match refusal {
        Refusal::UnknownCredential
        | Refusal::WrongSecret
        | Refusal::AccountSuspended
        | Refusal::AddressNotAllowed => (CREDENTIALS, UNAUTHORISED),
        Refusal::EmptyOriginator | Refusal::InvalidOriginator | Refusal::OriginatorNotAllowed => {
            (codes.denied, DENIED)
        }
        Refusal::NoValidRecipients | Refusal::InvalidNumber => (codes.number, "invalid number"),
        Refusal::NoPrice | Refusal::NoRoute => (codes.undeliverable, "can't to deliver"),
        Refusal::InsufficientFunds { .. } => (codes.money, "no money"),
        Refusal::InvalidTime => (codes.date, "invalid date format"),
        Refusal::UnknownSubAccount => (codes.unknown_client, "client not found"),
        Refusal::UnknownSubmission
        | Refusal::SubmissionDeleted
        | Refusal::UnknownMessage
        | Refusal::UnknownMailing
        | Refusal::UnknownList
        | Refusal::UnknownContact
        | Refusal::UnknownStop
        | Refusal::UnknownSenderName
        | Refusal::UnknownTemplate => (codes.nothing, NOT_FOUND),
        Refusal::SubmissionStarted | Refusal::AlreadyThere | Refusal::TooManySubAccounts => {
            (codes.not_saved, NOT_SAVED)
        }
        Refusal::Duplicate => (TOO_OFTEN, AGAIN),
        Refusal::RateLimited => (TOO_OFTEN, TOO_MANY),
        Refusal::EmptyText
        | Refusal::TextTooLong { .. }
        | Refusal::InvalidBinary
        | Refusal::TooManyRecipients { .. }
        | Refusal::UnknownCurrency
        | Refusal::UnknownVariable
        | Refusal::UnknownCountry
        | Refusal::InvalidName
        | Refusal::FieldTooLong { .. } => (PARAMETERS, WRONG),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(failure: impl Into<Failure>, codes: &Codes, code: u8, text: &str) {
        let failure = failure.into();
        let fault = fault(&failure, codes, None);
        assert_eq!((fault.code, fault.text), (code, text), "{failure:?}");
    }

    #[test]
    fn what_concerns_every_address_has_one_code() {
        for codes in [&Codes::PLAIN, &Codes::SEND, &Codes::JOBS, &Codes::KEPT] {
            check(Failure::Parameters, codes, 1, "parameters error");
            check(Refusal::WrongSecret, codes, 2, "authorise error");
            check(Refusal::AddressNotAllowed, codes, 2, "authorise error");
            check(Failure::Blocked, codes, 4, "ip is blocked");
            check(
                Failure::TooOften,
                codes,
                9,
                "duplicate request, wait a minute",
            );
            check(
                Failure::TooManyAtOnce,
                codes,
                9,
                "too many concurrent requests",
            );
        }
    }

    #[test]
    fn an_address_has_codes_of_its_own_for_the_rest() {
        check(Refusal::UnknownMailing, &Codes::JOBS, 1, "record not found");
        check(Refusal::InvalidTime, &Codes::JOBS, 5, "invalid date format");
        check(
            Refusal::InvalidTime,
            &Codes::PLAIN,
            1,
            "invalid date format",
        );
        check(Refusal::NoRoute, &Codes::SEND, 8, "can't to deliver");
        check(Refusal::UnknownContact, &Codes::KEPT, 3, "record not found");
        check(
            Refusal::UnknownSubAccount,
            &Codes::USERS,
            6,
            "client not found",
        );
    }

    #[test]
    fn only_what_concerns_a_message_tells_its_id() {
        for (failure, told) in [
            (Refusal::NoRoute, true),
            (Refusal::NoValidRecipients, true),
            (Refusal::OriginatorNotAllowed, true),
            (Refusal::Duplicate, false),
            (Refusal::InvalidTime, false),
            (Refusal::EmptyText, false),
        ] {
            let failure = Failure::from(failure);
            let fault = fault(&failure, &Codes::SEND, Some(Id::Number(5)));
            assert_eq!(fault.id.is_some(), told, "{failure:?}");
        }
    }
}
