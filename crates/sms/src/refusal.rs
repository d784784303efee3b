//! Every way in which the gateway may refuse a request.

use thiserror::Error;

use crate::money::Money;

/// Says why a request was refused; each dialect answers each of these in its own words.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum Refusal {
    /// No credential has this key, login or `system_id`.
    #[error("the credential is unknown")]
    UnknownCredential,
    /// The secret, signature or checksum does not match the credential.
    #[error("the secret does not match")]
    WrongSecret,
    /// The account may not send at present.
    #[error("the account is suspended")]
    AccountSuspended,
    /// No originator was given and the account has no default.
    #[error("no originator was given")]
    EmptyOriginator,
    /// The originator is not a name or number that networks carry.
    #[error("the originator is not valid")]
    InvalidOriginator,
    /// The account does not own the originator, or it is not approved yet.
    #[error("the account may not use this originator")]
    OriginatorNotAllowed,
    /// The text is empty.
    #[error("the text is empty")]
    EmptyText,
    /// The text needs more segments than the account may send at once.
    #[error("the text needs {segments} segments and the limit is {limit}")]
    TextTooLong {
        /// How many segments the text needs.
        segments: u16,
        /// How many are allowed.
        limit: u16,
    },
    /// Not one recipient is left to send to.
    #[error("no valid recipient was given")]
    NoValidRecipients,
    /// The request has more recipients than one request may have.
    #[error("more than {limit} recipients were given")]
    TooManyRecipients {
        /// How many are allowed.
        limit: u32,
    },
    /// The account's tariff has no price for the destination.
    #[error("the tariff has no price for the destination")]
    NoPrice,
    /// No route leads to the destination.
    #[error("no route leads to the destination")]
    NoRoute,
    /// The balance and the credit limit do not cover the price.
    #[error("{needed} is needed and {available} is available")]
    InsufficientFunds {
        /// The price of the whole request.
        needed: Money,
        /// What the account may still spend.
        available: Money,
    },
    /// The account has no such currency.
    #[error("the currency is unknown")]
    UnknownCurrency,
    /// The account has no submission with this id.
    #[error("the submission is unknown")]
    UnknownSubmission,
    /// The account has deleted this submission.
    #[error("the submission was deleted")]
    SubmissionDeleted,
    /// Something of the submission has left, or nothing of it waits any more.
    #[error("the submission has started")]
    SubmissionStarted,
    /// The account has no contact list with this id.
    #[error("the contact list is unknown")]
    UnknownList,
    /// The account has no contact with this id.
    #[error("the contact is unknown")]
    UnknownContact,
    /// The contact list has no variable with this id.
    #[error("the variable is unknown")]
    UnknownVariable,
    /// A text is not a telephone number.
    #[error("the number is not valid")]
    InvalidNumber,
    /// What is to be added or named so is there already.
    #[error("it is there already")]
    AlreadyThere,
    /// The account's stop list has no entry with this id or number.
    #[error("the stop list has no such entry")]
    UnknownStop,
    /// The account has registered no sender name with this id, or this name.
    #[error("the sender name is unknown")]
    UnknownSenderName,
    /// The country is not one of ISO 3166.
    #[error("the country is unknown")]
    UnknownCountry,
    /// A name is needed and none was given, or it has a character that it must not have.
    #[error("the name is not valid")]
    InvalidName,
    /// A text is longer than what it is for may be.
    #[error("a text has more than {limit} octets")]
    FieldTooLong {
        /// How many octets are allowed.
        limit: u32,
    },
    /// A time is unreadable, or lies where it must not.
    #[error("the time is not valid")]
    InvalidTime,
    /// Something that is accepted once only has been accepted before.
    #[error("the request repeats one that was accepted")]
    Duplicate,
    /// The account has no message with this id.
    #[error("the message is unknown")]
    UnknownMessage,
    /// The account has no mailing with this id.
    #[error("the mailing is unknown")]
    UnknownMailing,
    /// The account keeps no message template with this id.
    #[error("the message template is unknown")]
    UnknownTemplate,
    /// No account with this login is under the account.
    #[error("the account under this one is unknown")]
    UnknownSubAccount,
    /// No more accounts may be made under the account.
    #[error("no more accounts may be made under this one")]
    TooManySubAccounts,
    /// The account may not be used from the address that the request came from.
    #[error("the account may not be used from this address")]
    AddressNotAllowed,
    /// The text is not the hex of octets that a binary message may have.
    #[error("the binary text is not valid")]
    InvalidBinary,
    /// The account sends requests faster than it may.
    #[error("requests come too fast")]
    RateLimited,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;

    #[test]
    fn a_refusal_tells_the_numbers_that_matter() {
        let money = |text| Money::parse_decimal(text, Currency::UAH).unwrap();
        let refusal = Refusal::InsufficientFunds {
            needed: money("12.5"),
            available: money("3"),
        };
        assert_eq!(
            refusal.to_string(),
            "12.50 UAH is needed and 3.00 UAH is available"
        );
        let refusal = Refusal::TextTooLong {
            segments: 12,
            limit: 10,
        };
        assert_eq!(
            refusal.to_string(),
            "the text needs 12 segments and the limit is 10"
        );
    }
}
