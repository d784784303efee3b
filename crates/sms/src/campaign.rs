//! A campaign's state, which is always computed from its messages and never stored.

mod tally;

use crate::state::{MessageState, Reason};

pub use tally::Tally;

/// Says in one word how a campaign stands.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum CampaignState {
    /// Ready to go, and nothing has left yet.
    Queued,
    /// Waits for its time, or for the end of quiet hours.
    Scheduled,
    /// Paused by somebody.
    Paused,
    /// Waits for a moderator.
    Moderation,
    /// Waits for money.
    NoMoney,
    /// Something has left and something is about to.
    Running,
    /// Everything that could leave has left; outcomes may still come.
    Sent,
    /// Nothing waits any more, and something ended without leaving.
    PartlySent,
    /// There was nobody to send to.
    NoValidNumbers,
    /// The upstream or a moderator refused all of it.
    Refused,
    /// All of it was refused because of the originator.
    BadOriginator,
    /// All of it was called back.
    Cancelled,
    /// A test: checked and priced, never sent.
    Test,
}

impl CampaignState {
    /// Every state.
    pub const ALL: [Self; 13] = [
        Self::Queued,
        Self::Scheduled,
        Self::Paused,
        Self::Moderation,
        Self::NoMoney,
        Self::Running,
        Self::Sent,
        Self::PartlySent,
        Self::NoValidNumbers,
        Self::Refused,
        Self::BadOriginator,
        Self::Cancelled,
        Self::Test,
    ];

    /// Computes the state from the messages. The first row that fits decides:
    ///
    /// | messages | state |
    /// | --- | --- |
    /// | none at all | queued |
    /// | some queued, some left | running |
    /// | some queued | queued |
    /// | some held for money | no money |
    /// | some held for moderation | moderation |
    /// | some held by a pause | paused |
    /// | some held for a time, some left | running |
    /// | some held for a time | scheduled |
    /// | some held as a test | test |
    /// | some held for another reason | running or queued, as if queued |
    /// | none lost, some left | sent |
    /// | none lost | no valid numbers |
    /// | some left | partly sent |
    /// | all lost were cancelled | cancelled |
    /// | all lost were refused for the originator | bad originator |
    /// | all lost were refused for their numbers | no valid numbers |
    /// | all lost were rejected by the upstream or failed as spam | refused |
    /// | anything else: our fault, too late, or a mixture | partly sent |
    ///
    /// *Left* and *lost* are [`Tally::left`] and [`Tally::lost`]. *Partly sent* with nothing
    /// sent is the honest end of a mixture: no single cause would be true, and clients look at
    /// the counters.
    pub fn of(tally: &Tally) -> Self {
        let under_way = if tally.left() > 0 {
            Self::Running
        } else {
            Self::Queued
        };
        if tally.total() == 0 || tally.count(MessageState::Queued) > 0 {
            under_way
        } else if tally.waiting() > 0 {
            Self::while_held(tally, under_way)
        } else {
            Self::at_the_end(tally)
        }
    }

    /// Tells the state of a campaign that has messages held and none queued.
    fn while_held(tally: &Tally, under_way: Self) -> Self {
        let waits_for_time = if tally.left() > 0 {
            Self::Running
        } else {
            Self::Scheduled
        };
        let by_urgency = [
            (Reason::NoMoney, Self::NoMoney),
            (Reason::Moderation, Self::Moderation),
            (Reason::Paused, Self::Paused),
            (Reason::Scheduled, waits_for_time),
            (Reason::QuietHours, waits_for_time),
            (Reason::TestMode, Self::Test),
        ];
        let found = by_urgency
            .into_iter()
            .find(|&(reason, _)| tally.held_by(reason) > 0);
        found.map_or(under_way, |(_, state)| state)
    }

    /// Tells the state of a campaign of which nothing waits any more.
    fn at_the_end(tally: &Tally) -> Self {
        let lost = tally.lost();
        match (tally.left() > 0, lost > 0) {
            (true, false) => Self::Sent,
            (false, false) => Self::NoValidNumbers,
            (false, true) if tally.count(MessageState::Cancelled) == lost => Self::Cancelled,
            (false, true) if tally.originator == lost => Self::BadOriginator,
            (false, true) if tally.unreachable == lost => Self::NoValidNumbers,
            (false, true) if tally.refused == lost => Self::Refused,
            (true | false, true) => Self::PartlySent,
        }
    }

    /// Returns the state's name in lower case, words joined by `_`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Scheduled => "scheduled",
            Self::Paused => "paused",
            Self::Moderation => "moderation",
            Self::NoMoney => "no_money",
            Self::Running => "running",
            Self::Sent => "sent",
            Self::PartlySent => "partly_sent",
            Self::NoValidNumbers => "no_valid_numbers",
            Self::Refused => "refused",
            Self::BadOriginator => "bad_originator",
            Self::Cancelled => "cancelled",
            Self::Test => "test",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_messages_decide_the_state() {
        use MessageState as M;
        use Reason as R;
        let held = |reason| (M::Held, reason);
        let plain = |state| (state, R::None);
        let (queued, delivered, invalid) = (
            plain(M::Queued),
            plain(M::Delivered),
            (M::InvalidNumber, R::NotANumber),
        );
        let cancelled = (M::Cancelled, R::CancelledByAccount);
        let opted_out = (M::Suppressed, R::OptedOut);
        let late = (M::Expired, R::LifetimeOver);
        for (messages, state) in [
            (vec![], CampaignState::Queued),
            (vec![queued], CampaignState::Queued),
            (vec![queued, invalid], CampaignState::Queued),
            (vec![queued, held(R::Scheduled)], CampaignState::Queued),
            (vec![queued, plain(M::Submitted)], CampaignState::Running),
            (
                vec![queued, delivered, held(R::NoMoney)],
                CampaignState::Running,
            ),
            (vec![held(R::Scheduled)], CampaignState::Scheduled),
            (vec![held(R::QuietHours)], CampaignState::Scheduled),
            (vec![held(R::Scheduled), delivered], CampaignState::Running),
            (
                vec![held(R::Scheduled), held(R::Paused)],
                CampaignState::Paused,
            ),
            (vec![held(R::Paused), delivered], CampaignState::Paused),
            (
                vec![held(R::Moderation), held(R::Paused)],
                CampaignState::Moderation,
            ),
            (
                vec![held(R::NoMoney), held(R::Moderation)],
                CampaignState::NoMoney,
            ),
            (vec![held(R::TestMode), invalid], CampaignState::Test),
            (vec![held(R::LinkDown)], CampaignState::Queued),
            (vec![held(R::LinkDown), delivered], CampaignState::Running),
            (vec![plain(M::Submitted)], CampaignState::Sent),
            (vec![(M::InDoubt, R::SessionLost)], CampaignState::Sent),
            (
                vec![(M::Undelivered, R::AbsentSubscriber)],
                CampaignState::Sent,
            ),
            (vec![(M::Expired, R::ExpiredInNetwork)], CampaignState::Sent),
            (vec![delivered, invalid, opted_out], CampaignState::Sent),
            (vec![delivered, late], CampaignState::PartlySent),
            (vec![delivered, cancelled], CampaignState::PartlySent),
            (
                vec![delivered, (M::Failed, R::NoRoute)],
                CampaignState::PartlySent,
            ),
            (
                vec![delivered, (M::Rejected, R::UpstreamRefused)],
                CampaignState::PartlySent,
            ),
            (vec![invalid], CampaignState::NoValidNumbers),
            (vec![invalid, opted_out], CampaignState::NoValidNumbers),
            (vec![opted_out], CampaignState::NoValidNumbers),
            (vec![cancelled, invalid], CampaignState::Cancelled),
            (
                vec![(M::Rejected, R::OriginatorRefused)],
                CampaignState::BadOriginator,
            ),
            (
                vec![(M::Failed, R::OriginatorNotApproved)],
                CampaignState::BadOriginator,
            ),
            (
                vec![(M::Rejected, R::UpstreamRefused), invalid],
                CampaignState::Refused,
            ),
            (vec![(M::Failed, R::Spam)], CampaignState::Refused),
            (
                vec![(M::Rejected, R::DestinationRefused), invalid],
                CampaignState::NoValidNumbers,
            ),
            (vec![late], CampaignState::PartlySent),
            (
                vec![cancelled, (M::Rejected, R::Spam)],
                CampaignState::PartlySent,
            ),
        ] {
            let mut tally = Tally::new();
            for &(message, reason) in &messages {
                tally.add(message, reason, 3);
            }
            assert_eq!(CampaignState::of(&tally), state, "{messages:?}");
            assert_eq!(tally.total(), 3 * messages.len() as u64);
            assert_eq!(
                tally.is_final(),
                messages.iter().all(|(message, _)| message.is_final())
            );
        }
    }

    #[test]
    fn a_message_rejected_by_receipt_was_sent() {
        let mut tally = Tally::new();
        tally.add_taken(MessageState::Rejected, Reason::UpstreamRefused, 1);
        assert_eq!((tally.left(), tally.lost()), (1, 0));
        assert_eq!(CampaignState::of(&tally), CampaignState::Sent);
    }
}
