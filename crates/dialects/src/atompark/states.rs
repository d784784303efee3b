//! The words of this API for the states of campaigns and messages.

use sms::{CampaignState, MessageState, Reason, Tally};

/// Returns the number of a campaign's state [atompark-en "Getting information over the campaign results"].
pub(super) fn campaign(state: CampaignState) -> u8 {
    match state {
        // A test is never sent; the older interface of this provider leaves its tests waiting, too.
        CampaignState::Queued | CampaignState::Test => 0,
        CampaignState::NoMoney => 1,
        CampaignState::Running => 2,
        CampaignState::Sent => 3,
        CampaignState::NoValidNumbers => 4,
        CampaignState::PartlySent => 5,
        CampaignState::Refused => 6,
        CampaignState::BadOriginator => 7,
        // The documents have no number for a cancelled campaign: of theirs, a pause comes closest.
        CampaignState::Paused | CampaignState::Cancelled => 8,
        CampaignState::Scheduled => 9,
        CampaignState::Moderation => 10,
    }
}

/// Is this API's word for a message's state [atompark-en "Getting the sms delivery statuses"]. There are programs that stop at any
/// other word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Status {
    Waiting,
    Sent,
    Delivered,
    NotDelivered,
    InvalidPhoneNumber,
    Spam,
}

impl Status {
    /// Returns the word.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "0",
            Self::Sent => "SENT",
            Self::Delivered => "DELIVERED",
            Self::NotDelivered => "NOT_DELIVERED",
            Self::InvalidPhoneNumber => "INVALID_PHONE_NUMBER",
            Self::Spam => "SPAM",
        }
    }
}

/// Finds the word for a message's state; `None` for a message that is not listed.
pub(super) fn message(state: MessageState, reason: Reason) -> Option<Status> {
    match state {
        MessageState::Held | MessageState::Queued => Some(Status::Waiting),
        MessageState::Submitted | MessageState::InDoubt => Some(Status::Sent),
        MessageState::Delivered => Some(Status::Delivered),
        MessageState::Rejected | MessageState::Failed if reason == Reason::Spam => {
            Some(Status::Spam)
        }
        MessageState::Undelivered
        | MessageState::Expired
        | MessageState::Rejected
        | MessageState::Cancelled
        | MessageState::Failed => Some(Status::NotDelivered),
        MessageState::InvalidNumber => Some(Status::InvalidPhoneNumber),
        MessageState::Suppressed => None,
    }
}

/// Counts a campaign's recipients.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Counters {
    /// Those whose message left us, whatever became of it; one in doubt has left for all that a caller can know.
    pub(super) sent: u64,
    pub(super) delivered: u64,
    /// Those whose message ended without reaching them, whether it left or not: who polls a single message must come to
    /// an end. Wrong numbers, excepted numbers and cancelled messages are counted nowhere.
    pub(super) not_delivered: u64,
}

/// Counts recipients by what became of their messages.
pub(super) fn counters(tally: &Tally) -> Counters {
    let failed = [
        MessageState::Undelivered,
        MessageState::Expired,
        MessageState::Rejected,
        MessageState::Failed,
    ];
    Counters {
        sent: tally.left(),
        delivered: tally.count(MessageState::Delivered),
        not_delivered: failed.into_iter().map(|state| tally.count(state)).sum(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_of_the_documents_is_used_and_no_other() {
        let mut numbers: Vec<_> = CampaignState::ALL.into_iter().map(campaign).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers, (0..=10).collect::<Vec<_>>());
    }

    #[test]
    fn only_suppressed_messages_are_not_listed() {
        for state in MessageState::ALL {
            for &reason in Reason::ALL {
                assert_eq!(
                    message(state, reason).is_none(),
                    state == MessageState::Suppressed,
                    "{state:?}"
                );
            }
        }
        assert_eq!(
            message(MessageState::Rejected, Reason::Spam),
            Some(Status::Spam)
        );
        assert_eq!(
            message(MessageState::Undelivered, Reason::Spam),
            Some(Status::NotDelivered)
        );
    }

    #[test]
    fn recipients_are_counted_once_they_are_certain() {
        let mut tally = Tally::new();
        for (state, reason, messages) in [
            (MessageState::Queued, Reason::None, 1),
            (MessageState::InDoubt, Reason::SessionLost, 2),
            (MessageState::Delivered, Reason::None, 4),
            (MessageState::Undelivered, Reason::AbsentSubscriber, 8),
            (MessageState::Expired, Reason::LifetimeOver, 16),
            (MessageState::Rejected, Reason::UpstreamRefused, 32),
            (MessageState::InvalidNumber, Reason::NotANumber, 64),
            (MessageState::Cancelled, Reason::CancelledByAccount, 128),
        ] {
            tally.add(state, reason, messages);
        }
        let expected = Counters {
            sent: 2 + 4 + 8,
            delivered: 4,
            not_delivered: 8 + 16 + 32,
        };
        assert_eq!(counters(&tally), expected);
    }
}
