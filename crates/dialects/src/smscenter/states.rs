//! Where a message is and why, in this provider's numbers and names.

use sms::{MessageState, Reason};

/// Holds what a status says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Status {
    /// The number of the status.
    pub(super) number: i64,
    /// Why the message did not arrive; 0 for nothing to say.
    pub(super) error: i64,
}

/// The test mode's error, which says that nothing was sent in earnest.
const VIRTUAL: i64 = 200;

impl Status {
    /// Nobody knows such a message.
    pub(super) const NOT_FOUND: Self = Self {
        number: -3,
        error: 0,
    };

    /// Says where a message is.
    pub(super) const fn of(state: MessageState, reason: Reason) -> Self {
        let number = match state {
            MessageState::Held => match reason {
                Reason::Paused => STOPPED,
                _ => WAITING,
            },
            MessageState::Queued => WAITING,
            // It may have been taken: to say that it waits would invite to send it again.
            MessageState::Submitted | MessageState::InDoubt => HANDED_OVER,
            MessageState::Delivered => DELIVERED,
            MessageState::Expired => EXPIRED,
            MessageState::InvalidNumber => BAD_NUMBER,
            MessageState::Suppressed => FORBIDDEN,
            MessageState::Cancelled => STOPPED,
            MessageState::Undelivered | MessageState::Rejected | MessageState::Failed => {
                undeliverable(reason)
            }
        };
        let error = if state.is_final() || matches!(reason, Reason::TestMode) {
            error(reason)
        } else {
            0
        };
        Self { number, error }
    }

    /// Returns the name of the status in Russian, as the provider says it.
    pub(super) const fn name(self) -> &'static str {
        match self.number {
            STOPPED => "Остановлено",
            WAITING => "Ожидает отправки",
            HANDED_OVER => "Передано оператору",
            DELIVERED => "Доставлено",
            EXPIRED => "Просрочено",
            IMPOSSIBLE => "Невозможно доставить",
            BAD_NUMBER => "Неверный номер",
            FORBIDDEN => "Запрещено",
            NO_MONEY => "Недостаточно средств",
            UNREACHABLE => "Недоступный номер",
            _ => "Сообщение не найдено",
        }
    }
}

const STOPPED: i64 = -2;
const WAITING: i64 = -1;
const HANDED_OVER: i64 = 0;
const DELIVERED: i64 = 1;
const EXPIRED: i64 = 3;
const IMPOSSIBLE: i64 = 20;
const BAD_NUMBER: i64 = 22;
const FORBIDDEN: i64 = 23;
const NO_MONEY: i64 = 24;
const UNREACHABLE: i64 = 25;

/// Tells kinds of failure apart that have statuses of their own.
const fn undeliverable(reason: Reason) -> i64 {
    match reason {
        Reason::NoRoute | Reason::NoPrice => UNREACHABLE,
        Reason::NoMoney => NO_MONEY,
        Reason::NotANumber => BAD_NUMBER,
        Reason::OriginatorNotApproved
        | Reason::OriginatorRefused
        | Reason::OptedOut
        | Reason::Capped
        | Reason::Duplicate
        | Reason::Spam => FORBIDDEN,
        _ => IMPOSSIBLE,
    }
}

/// Says why in the numbers of `err`; what they have no number for is the operator's refusal where it had a say, else nothing.
const fn error(reason: Reason) -> i64 {
    match reason {
        Reason::None
        | Reason::Scheduled
        | Reason::Paused
        | Reason::Moderation
        | Reason::NoMoney
        | Reason::Retrying
        | Reason::LinkDown
        | Reason::ResponseTimeout
        | Reason::SessionLost
        | Reason::ProcessStopped
        | Reason::UpstreamUnknown
        | Reason::LifetimeOver
        | Reason::CancelledByAccount => 0,
        Reason::UnknownSubscriber => 1,
        Reason::AbsentSubscriber | Reason::ExpiredInNetwork => 6,
        Reason::MemoryFull | Reason::HandsetError => 12,
        Reason::Barred => 13,
        Reason::TestMode => VIRTUAL,
        Reason::Throttled => 220,
        Reason::PartlySubmitted | Reason::PartlyDelivered => 241,
        Reason::CancelledByOperator => 244,
        Reason::NoReceipt => 245,
        Reason::QuietHours => 246,
        Reason::NoRoute | Reason::NoPrice => 248,
        Reason::NotANumber => 249,
        Reason::OptedOut => 250,
        Reason::Capped | Reason::Duplicate => 251,
        Reason::DestinationRefused => 252,
        Reason::Spam => 253,
        Reason::OriginatorNotApproved | Reason::OriginatorRefused => 254,
        Reason::NetworkError
        | Reason::UpstreamRefused
        | Reason::UpstreamDeleted
        | Reason::MalformedForRoute
        | Reason::AttemptsExhausted
        | Reason::InternalError
        | Reason::EmptyText
        | Reason::TextTooLong => 255,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(state: MessageState, reason: Reason, number: i64, error: i64) {
        let status = Status::of(state, reason);
        assert_eq!(
            (status.number, status.error),
            (number, error),
            "{state:?} {reason:?}"
        );
    }

    #[test]
    fn each_state_has_its_number() {
        use MessageState as S;
        for (state, reason, number, error) in [
            (S::Held, Reason::Scheduled, -1, 0),
            (S::Held, Reason::Paused, -2, 0),
            (S::Held, Reason::TestMode, -1, 200),
            (S::Queued, Reason::Throttled, -1, 0),
            (S::Submitted, Reason::None, 0, 0),
            (S::InDoubt, Reason::SessionLost, 0, 0),
            (S::Delivered, Reason::None, 1, 0),
            (S::Undelivered, Reason::UnknownSubscriber, 20, 1),
            (S::Expired, Reason::NoReceipt, 3, 245),
            (S::Expired, Reason::LifetimeOver, 3, 0),
            (S::Rejected, Reason::Spam, 23, 253),
            (S::Rejected, Reason::DestinationRefused, 20, 252),
            (S::InvalidNumber, Reason::NotANumber, 22, 249),
            (S::Suppressed, Reason::OptedOut, 23, 250),
            (S::Cancelled, Reason::CancelledByAccount, -2, 0),
            (S::Failed, Reason::NoRoute, 25, 248),
            (S::Failed, Reason::InternalError, 20, 255),
        ] {
            check(state, reason, number, error);
        }
    }

    #[test]
    fn every_state_for_every_reason_has_a_name_of_its_own_number() {
        for state in MessageState::ALL {
            for &reason in Reason::ALL {
                let status = Status::of(state, reason);
                assert_ne!(
                    status.name(),
                    Status::NOT_FOUND.name(),
                    "{state:?} {reason:?}"
                );
            }
        }
    }
}
