//! Why a message is where it is: one table of codes, names and sentences for people.

/// Tells whether the same message may succeed later without anybody changing it.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Kind {
    Temporary,
    Permanent,
}
use Kind::{Permanent, Temporary};

/// Declares the reasons from a table, so that code, name and sentence cannot drift apart.
macro_rules! reasons {
    ($($variant:ident, $code:literal, $name:literal, $kind:ident, $sentence:literal;)*) => {
        /// Explains a message's state; the state says what, the reason why.
        #[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[repr(u8)]
        pub enum Reason {
            $(#[doc = $sentence] $variant = $code,)*
        }

        impl Reason {
            /// Every reason, by ascending code.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            const fn row(self) -> (&'static str, Kind, &'static str) {
                match self {
                    $(Self::$variant => ($name, $kind, $sentence),)*
                }
            }
        }
    };
}

// Codes are stored: never change or reuse one, append only. They run without gaps from 0,
// which `Reason::from_u8` relies on and a test keeps.
reasons! {
    None, 0, "none", Permanent,
        "There is nothing to explain.";
    Scheduled, 1, "scheduled", Temporary,
        "The message waits for its scheduled time.";
    QuietHours, 2, "quiet_hours", Temporary,
        "The message waits until the quiet hours at its destination are over.";
    Paused, 3, "paused", Temporary,
        "The sending is paused; resume it to let the message go.";
    Moderation, 4, "moderation", Temporary,
        "The message waits for a moderator's approval.";
    NoMoney, 5, "no_money", Temporary,
        "The balance does not cover the message; top up the account to let it go.";
    TestMode, 6, "test_mode", Permanent,
        "The message is a test: it was checked and priced and will not be sent.";
    Retrying, 7, "retrying", Temporary,
        "An attempt did not succeed and the next one is planned.";
    Throttled, 8, "throttled", Temporary,
        "The upstream asked for a slower pace; the message is tried again soon.";
    LinkDown, 9, "link_down", Temporary,
        "The link to the upstream is down; the message goes when it is back.";
    ResponseTimeout, 10, "response_timeout", Temporary,
        "The upstream did not answer in time; whether it took the message is not known.";
    SessionLost, 11, "session_lost", Temporary,
        "The link broke before the answer came; whether the message was taken is not known.";
    ProcessStopped, 12, "process_stopped", Temporary,
        "The node stopped before the answer came; whether the message was taken is not known.";
    AbsentSubscriber, 13, "absent_subscriber", Temporary,
        "The phone is switched off or out of coverage; try again later.";
    UnknownSubscriber, 14, "unknown_subscriber", Permanent,
        "Nobody has this number; remove it from the list.";
    Barred, 15, "barred", Permanent,
        "The subscriber or the operator bars such messages; ask the subscriber for another way.";
    MemoryFull, 16, "memory_full", Temporary,
        "The phone's memory for messages is full; try again later.";
    HandsetError, 17, "handset_error", Temporary,
        "The phone could not take the message; try again later.";
    NetworkError, 18, "network_error", Temporary,
        "The mobile network had an error; try again later.";
    NoRoute, 19, "no_route", Permanent,
        "No route leads to this destination; ask the operator of the gateway to add one.";
    NoPrice, 20, "no_price", Permanent,
        "The tariff has no price for this destination; ask the operator of the gateway for one.";
    OriginatorNotApproved, 21, "originator_not_approved", Permanent,
        "The originator is not approved for this account; have it approved or use another.";
    OriginatorRefused, 22, "originator_refused", Permanent,
        "The upstream refused the originator; register it with the operator or use another.";
    DestinationRefused, 23, "destination_refused", Permanent,
        "The upstream refused the number; check that it is right and can be reached.";
    OptedOut, 24, "opted_out", Permanent,
        "The recipient asked for no more messages; do not send to this number.";
    Capped, 25, "capped", Permanent,
        "The recipient has had as many messages as the cap allows; send again later.";
    LifetimeOver, 26, "lifetime_over", Permanent,
        "The message's lifetime ended before it could be handed over; send it again if it matters.";
    NoReceipt, 27, "no_receipt", Permanent,
        "No receipt came in the time allowed; whether the message arrived is not known.";
    UpstreamRefused, 28, "upstream_refused", Permanent,
        "The upstream refused the message; check its text and the rules of the destination.";
    UpstreamDeleted, 29, "upstream_deleted", Permanent,
        "The upstream deleted the message before it was delivered.";
    UpstreamUnknown, 30, "upstream_unknown", Temporary,
        "The upstream does not know the outcome; a later receipt may tell it.";
    MalformedForRoute, 31, "malformed_for_route", Permanent,
        "The upstream could not read the request; the route's settings need a correction.";
    AttemptsExhausted, 32, "attempts_exhausted", Permanent,
        "Every planned attempt was used up; send again once the upstream is well.";
    PartlySubmitted, 33, "partly_submitted", Permanent,
        "The upstream took only some segments, so the text cannot be shown whole; send it again.";
    PartlyDelivered, 34, "partly_delivered", Permanent,
        "Only some segments reached the phone, so the text is not shown whole; send it again.";
    CancelledByAccount, 35, "cancelled_by_account", Permanent,
        "The account cancelled the message before it left.";
    CancelledByOperator, 36, "cancelled_by_operator", Permanent,
        "The operator of the gateway cancelled the message; ask why.";
    InternalError, 37, "internal_error", Permanent,
        "The gateway failed to send the message; tell its operator.";
    NotANumber, 38, "not_a_number", Permanent,
        "The recipient is not a telephone number; correct it.";
    Duplicate, 39, "duplicate", Permanent,
        "The same text to the same number stands in the same request already.";
    ExpiredInNetwork, 40, "expired_in_network", Temporary,
        "The network gave up before the phone could be reached; try again later.";
    Spam, 41, "spam", Permanent,
        "The text was refused as spam; change it or have it approved.";
    EmptyText, 42, "empty_text", Permanent,
        "With this recipient's values nothing is left of the text; give it the values it needs.";
    TextTooLong, 43, "text_too_long", Permanent,
        "With this recipient's values the text has too many segments; shorten them.";
}

impl Reason {
    /// Returns the stable code under which the reason is stored.
    pub const fn as_u8(self) -> u8 {
        self as u8
    }

    /// Reads a stored code; `None` for a code that no reason has.
    pub fn from_u8(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }

    /// Returns the reason's name in lower case, words joined by `_`.
    pub const fn name(self) -> &'static str {
        self.row().0
    }

    /// Reads a name as [`Reason::name`] writes it.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|reason| reason.name() == name)
    }

    /// Returns a sentence for people: what happened, and what to do about it.
    pub const fn sentence(self) -> &'static str {
        self.row().2
    }

    /// Tells whether the same message may succeed later without anybody changing it.
    pub const fn is_temporary(self) -> bool {
        matches!(self.row().1, Temporary)
    }

    /// Tells whether the reason speaks of the originator.
    pub const fn is_about_originator(self) -> bool {
        matches!(self, Self::OriginatorNotApproved | Self::OriginatorRefused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_run_without_gaps_and_read_back() {
        for (index, &reason) in Reason::ALL.iter().enumerate() {
            assert_eq!(usize::from(reason.as_u8()), index, "{reason:?}");
            assert_eq!(Reason::from_u8(reason.as_u8()), Some(reason));
        }
        assert_eq!(Reason::from_u8(u8::MAX), None);
    }

    #[test]
    fn names_are_unique_and_read_back() {
        for &reason in Reason::ALL {
            assert_eq!(Reason::from_name(reason.name()), Some(reason));
        }
    }

    #[test]
    fn every_sentence_is_one_for_people() {
        for reason in Reason::ALL {
            let sentence = reason.sentence();
            assert!(sentence.starts_with(char::is_uppercase), "{sentence}");
            assert!(sentence.ends_with('.'), "{sentence}");
        }
    }
}
