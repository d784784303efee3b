//! Response codes [atl "Response Codes"], and the gateway's refusals in them.

use std::fmt;

use sms::Refusal;

use super::product::Product;
use crate::unavailable;

/// Is a response code: three digits, as they are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Code(&'static str);

impl Code {
    pub(super) const SUCCESS: Self = Self("000");
    pub(super) const NOT_READY: Self = Self("001");
    pub(super) const DUPLICATE: Self = Self("002");
    pub(super) const BAD_REQUEST: Self = Self("100");
    pub(super) const NO_OPERATION: Self = Self("101");
    pub(super) const INVALID_OPERATION: Self = Self("102");
    pub(super) const NO_LOGIN: Self = Self("103");
    pub(super) const NO_PASSWORD: Self = Self("104");
    pub(super) const INVALID_AUTHENTICATION: Self = Self("105");
    pub(super) const NO_TITLE: Self = Self("106");
    pub(super) const INVALID_TITLE: Self = Self("107");
    pub(super) const NO_TASK_ID: Self = Self("108");
    pub(super) const INVALID_TASK_ID: Self = Self("109");
    pub(super) const CANCELLED: Self = Self("110");
    /// LSIM's meaning of the same number.
    pub(super) const NO_CONTROL_ID: Self = Self("110");
    pub(super) const NO_SCHEDULE: Self = Self("111");
    pub(super) const INVALID_SCHEDULE: Self = Self("112");
    pub(super) const OLD_SCHEDULE: Self = Self("113");
    pub(super) const NO_IS_BULK: Self = Self("114");
    pub(super) const INVALID_IS_BULK: Self = Self("115");
    pub(super) const INVALID_BULK_MESSAGE: Self = Self("116");
    pub(super) const INVALID_BODY: Self = Self("117");
    pub(super) const NOT_ENOUGH_UNITS: Self = Self("118");
    /// One of the system errors 2XX, which the document does not tell apart: too much is asked for at a time.
    pub(super) const BUSY: Self = Self("201");
    /// Another: no upstream, or no price, for any of the recipients.
    pub(super) const NO_WAY: Self = Self("202");
    pub(super) const UNREGISTERED_TITLE: Self = Self("235");
    pub(super) const INTERNAL: Self = Self("300");

    /// Returns the three digits.
    pub(super) const fn digits(self) -> &'static str {
        self.0
    }

    /// Finds the code for a failure; one of ours is logged. `text` stands for a text that cannot be sent, because the document
    /// tells apart whose text it is.
    pub(super) fn of(error: gateway::Error, product: Product, text: Self) -> Self {
        let refusal = unavailable::refusal(error);
        refusal.map_or(Self::INTERNAL, |refusal| refused(&refusal, product, text))
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

fn refused(refusal: &Refusal, product: Product, text: Code) -> Code {
    match refusal {
        Refusal::UnknownCredential
        | Refusal::WrongSecret
        | Refusal::AccountSuspended
        | Refusal::AddressNotAllowed => Code::INVALID_AUTHENTICATION,
        Refusal::EmptyOriginator => Code::NO_TITLE,
        Refusal::InvalidOriginator => Code::INVALID_TITLE,
        Refusal::OriginatorNotAllowed => Code::UNREGISTERED_TITLE,
        Refusal::EmptyText | Refusal::TextTooLong { .. } | Refusal::InvalidBinary => text,
        Refusal::NoValidRecipients | Refusal::TooManyRecipients { .. } | Refusal::InvalidNumber => {
            Code::INVALID_BODY
        }
        // The caller cannot mend these, the operator of the gateway can.
        Refusal::NoPrice | Refusal::NoRoute => Code::NO_WAY,
        Refusal::InsufficientFunds { .. } => Code::NOT_ENOUGH_UNITS,
        Refusal::UnknownSubmission | Refusal::SubmissionDeleted => product.unknown_task(),
        Refusal::InvalidTime => Code::INVALID_SCHEDULE,
        Refusal::Duplicate => Code::DUPLICATE,
        Refusal::RateLimited => Code::BUSY,
        // Nothing that can be asked for here is refused so.
        Refusal::UnknownCurrency
        | Refusal::SubmissionStarted
        | Refusal::UnknownList
        | Refusal::UnknownContact
        | Refusal::UnknownVariable
        | Refusal::AlreadyThere
        | Refusal::UnknownStop
        | Refusal::UnknownSenderName
        | Refusal::UnknownCountry
        | Refusal::InvalidName
        | Refusal::FieldTooLong { .. }
        | Refusal::UnknownMessage
        | Refusal::UnknownMailing
        | Refusal::UnknownTemplate
        | Refusal::UnknownSubAccount
        | Refusal::TooManySubAccounts => Code::BAD_REQUEST,
    }
}

#[cfg(test)]
mod tests {
    use sms::{Currency, Money};

    use super::*;

    #[test]
    fn a_refusal_has_the_code_of_what_must_be_mended() {
        let money = Money::zero(Currency::USD);
        for (refusal, code) in [
            (Refusal::WrongSecret, "105"),
            (Refusal::AccountSuspended, "105"),
            (Refusal::AddressNotAllowed, "105"),
            (Refusal::EmptyOriginator, "106"),
            (Refusal::InvalidOriginator, "107"),
            (Refusal::OriginatorNotAllowed, "235"),
            (Refusal::EmptyText, "116"),
            (Refusal::NoValidRecipients, "117"),
            (Refusal::TooManyRecipients { limit: 1 }, "117"),
            (Refusal::NoPrice, "202"),
            (Refusal::NoRoute, "202"),
            (Refusal::InvalidTime, "112"),
            (Refusal::Duplicate, "002"),
            (Refusal::RateLimited, "201"),
            (Refusal::AlreadyThere, "100"),
            (
                Refusal::InsufficientFunds {
                    needed: money,
                    available: money,
                },
                "118",
            ),
        ] {
            let error = refusal.clone().into();
            let told = Code::of(error, Product::Atl, Code::INVALID_BULK_MESSAGE);
            assert_eq!(told.digits(), code, "{refusal:?}");
        }
    }

    #[test]
    fn each_product_has_its_code_for_an_unknown_task() {
        for (product, code) in [(Product::Atl, "109"), (Product::Lsim, "105")] {
            let error = Refusal::UnknownSubmission.into();
            let told = Code::of(error, product, Code::INVALID_BODY);
            assert_eq!(told.digits(), code);
        }
    }
}
