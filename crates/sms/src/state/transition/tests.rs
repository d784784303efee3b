//! Checks the table of transitions and the promises about money that follow from it.

use proptest::prelude::*;

use super::*;

const SOME: Reason = Reason::NetworkError;

/// Every event once, in the order of the table in the module's documentation.
const EVENTS: [Event; 19] = [
    Event::Release,
    Event::Hold(SOME),
    Event::Retry(SOME),
    Event::Resend,
    Event::AnswerLost(SOME),
    Event::Submitted,
    Event::Refused(SOME),
    Event::Receipt(Outcome::Delivered),
    Event::Receipt(Outcome::Undelivered(SOME)),
    Event::Receipt(Outcome::Expired),
    Event::Receipt(Outcome::Rejected(SOME)),
    Event::Receipt(Outcome::Deleted),
    Event::Receipt(Outcome::Unknown),
    Event::LifetimeOver,
    Event::NoReceipt,
    Event::Cancel(SOME),
    Event::Suppress(SOME),
    Event::Fail(SOME),
    Event::Correct,
];

/// Writes a change as a short word: the state, then `+` for a charge or `-` for a release.
fn word(state: MessageState, event: Event) -> String {
    let Some(change) = step(state, event) else {
        return "·".to_owned();
    };
    let settlement = match change.settlement {
        Settlement::None => "",
        Settlement::Charge => "+",
        Settlement::Release => "-",
    };
    format!("{}{settlement}", change.state.name())
}

#[test]
fn every_event_in_every_open_state_does_what_the_table_says() {
    let table = [
        // held, queued, in doubt, submitted
        ["queued", "·", "·", "·"],
        ["held", "held", "·", "·"],
        ["·", "queued", "queued", "·"],
        ["·", "·", "queued", "·"],
        ["in_doubt", "in_doubt", "in_doubt", "·"],
        ["submitted+", "submitted+", "submitted+", "·"],
        ["rejected-", "rejected-", "rejected-", "·"],
        ["delivered+", "delivered+", "delivered+", "delivered"],
        [
            "undelivered+",
            "undelivered+",
            "undelivered+",
            "undelivered",
        ],
        ["expired+", "expired+", "expired+", "expired"],
        ["rejected+", "rejected+", "rejected+", "rejected"],
        [
            "undelivered+",
            "undelivered+",
            "undelivered+",
            "undelivered",
        ],
        ["submitted+", "submitted+", "submitted+", "submitted"],
        ["expired-", "expired-", "expired+", "·"],
        ["·", "·", "expired+", "expired"],
        ["cancelled-", "cancelled-", "·", "·"],
        ["suppressed-", "suppressed-", "·", "·"],
        ["failed-", "failed-", "·", "·"],
        ["·", "·", "·", "·"],
    ];
    for (event, row) in EVENTS.into_iter().zip(table) {
        let open = [
            MessageState::Held,
            MessageState::Queued,
            MessageState::InDoubt,
            MessageState::Submitted,
        ];
        assert_eq!(open.map(|state| word(state, event)), row, "{event:?}");
    }
}

#[test]
fn only_a_correction_changes_what_has_ended() {
    for state in MessageState::ALL
        .into_iter()
        .filter(|state| state.is_final())
    {
        for event in EVENTS {
            let negative = matches!(
                state,
                MessageState::Undelivered | MessageState::Expired | MessageState::Rejected
            );
            let corrected = negative && event == Event::Correct;
            let expected = if corrected { "delivered" } else { "·" };
            assert_eq!(word(state, event), expected, "{state:?} {event:?}");
        }
    }
}

#[test]
fn reasons_tell_what_the_event_told() {
    for (state, event, reason) in [
        (
            MessageState::Queued,
            Event::Hold(Reason::Paused),
            Reason::Paused,
        ),
        (MessageState::Held, Event::Release, Reason::None),
        (
            MessageState::Queued,
            Event::Retry(Reason::Throttled),
            Reason::Throttled,
        ),
        (MessageState::InDoubt, Event::Resend, Reason::Retrying),
        (
            MessageState::Queued,
            Event::LifetimeOver,
            Reason::LifetimeOver,
        ),
        (
            MessageState::InDoubt,
            Event::LifetimeOver,
            Reason::NoReceipt,
        ),
        (MessageState::Submitted, Event::NoReceipt, Reason::NoReceipt),
        (
            MessageState::Submitted,
            Event::Receipt(Outcome::Expired),
            Reason::ExpiredInNetwork,
        ),
        (
            MessageState::Submitted,
            Event::Receipt(Outcome::Deleted),
            Reason::UpstreamDeleted,
        ),
        (MessageState::Undelivered, Event::Correct, Reason::None),
    ] {
        assert_eq!(
            step(state, event).unwrap().reason,
            reason,
            "{state:?} {event:?}"
        );
    }
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    prop::collection::vec(prop::sample::select(EVENTS.as_slice()), 0..40)
}

proptest! {
    #[test]
    fn a_hold_settles_at_most_once_and_exactly_once_by_the_end(
        start in prop::sample::select(&[MessageState::Held, MessageState::Queued][..]),
        events in events(),
    ) {
        let mut state = start;
        let mut settlements = 0;
        for event in events {
            let Some(change) = step(state, event) else { continue };
            prop_assert!(!state.is_final() || event == Event::Correct);
            state = change.state;
            settlements += u32::from(change.settlement != Settlement::None);
            prop_assert_eq!(settlements, u32::from(!state.is_unsettled()), "{:?}", state);
        }
    }

    /// The window in which a late delivery is believed is open here for ever.
    #[test]
    fn receipts_of_a_submitted_message_give_one_end_in_any_order(
        (receipts, shuffled) in prop::collection::vec(
            prop::sample::select(&[Outcome::Delivered, Outcome::Expired, Outcome::Unknown][..]),
            1..6,
        )
        .prop_flat_map(|list| (Just(list.clone()), Just(list).prop_shuffle())),
    ) {
        let end = |receipts: Vec<Outcome>| {
            receipts.into_iter().fold(MessageState::Submitted, |state, outcome| {
                let late = state.is_final() && outcome == Outcome::Delivered;
                let event = if late { Event::Correct } else { Event::Receipt(outcome) };
                step(state, event).map_or(state, |change| change.state)
            })
        };
        prop_assert_eq!(end(receipts), end(shuffled));
    }
}
