//! Promises about receipts: early, late, repeated, reversed, under another form of the id, or for nobody.

use sms::{MessageState, Outcome, Reason};

use super::world::{HOUR, MINUTE, PLENTY, PRICE, Sent, World, answer, at, receipt, sound};
use crate::Store;
use crate::queue::Rest;
use crate::receipts::Match;

const ABSENT: Outcome = Outcome::Undelivered(Reason::AbsentSubscriber);
const DELIVERED: (MessageState, Reason) = (MessageState::Delivered, Reason::None);

/// Sends a message of one segment, which the upstream takes under this id.
async fn taken<'a>(world: &'a World<'a>, id: &str) -> Sent<'a> {
    let sent = world.leased(1).await;
    sent.answer(&[(0, id)], Rest::Nothing, at(10)).await;
    sent
}

pub async fn a_receipt_ends_its_message(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    for (outcome, state, reason) in [
        (Outcome::Delivered, MessageState::Delivered, Reason::None),
        (ABSENT, MessageState::Undelivered, Reason::AbsentSubscriber),
        (
            Outcome::Expired,
            MessageState::Expired,
            Reason::ExpiredInNetwork,
        ),
        (
            Outcome::Rejected(Reason::Spam),
            MessageState::Rejected,
            Reason::Spam,
        ),
        (
            Outcome::Deleted,
            MessageState::Undelivered,
            Reason::UpstreamDeleted,
        ),
    ] {
        let id = format!("{outcome:?}");
        let sent = taken(&world, &id).await;
        assert_eq!(
            sent.receipt(&id, outcome, at(20)).await,
            Match::Message(sent.message)
        );
        let message = sent.now().await;
        assert_eq!((message.state, message.reason), (state, reason));
        assert_eq!(
            (message.submitted_at, message.done_at),
            (Some(at(10)), Some(at(20)))
        );
    }
    assert_eq!(world.book().await.charged, 5 * PRICE);
    sound(store).await;
}

pub async fn a_receipt_that_does_not_know_leaves_the_message_open(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let sent = taken(&world, "1").await;
    assert_eq!(
        sent.receipt("1", Outcome::Unknown, at(20)).await,
        Match::Message(sent.message)
    );
    assert_eq!(sent.state().await.0, MessageState::Submitted);
    sent.receipt("1", Outcome::Delivered, at(30)).await;
    assert_eq!(sent.state().await, DELIVERED);
}

pub async fn an_intermediate_notice_changes_nothing(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let sent = taken(&world, "1").await;
    let before = sent.now().await;
    let notice = |id| receipt(world.connector, &[id], None, at(20));
    let met = world.receipts(vec![notice("1"), notice("2")]).await;
    assert_eq!(met, [Match::Message(sent.message), Match::Unmatched]);
    let after = sent.now().await;
    assert_eq!(
        (after.state, after.changed_at),
        (before.state, before.changed_at)
    );
}

pub async fn a_receipt_before_its_answer_is_kept_for_it(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let sent = world.leased(1).await;
    assert_eq!(
        sent.receipt("1", Outcome::Delivered, at(5)).await,
        Match::Unmatched
    );
    assert_eq!(sent.state().await.0, MessageState::Queued);
    sent.answer(&[(0, "1")], Rest::Nothing, at(10)).await;
    assert_eq!(sent.state().await, DELIVERED);
    assert_eq!(world.book().await.charged, PRICE);
    sound(store).await;
}

pub async fn a_receipt_before_its_answer_fits_under_another_form(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let sent = world.leased(1).await;
    let early = receipt(world.connector, &["255", "FF"], Some(ABSENT), at(5));
    assert_eq!(world.receipts(vec![early]).await, [Match::Unmatched]);
    sent.answer(&[(0, "FF")], Rest::Nothing, at(10)).await;
    let ended = (MessageState::Undelivered, Reason::AbsentSubscriber);
    assert_eq!(sent.state().await, ended);
    sound(store).await;
}

pub async fn a_delivery_before_the_answer_wins_over_other_early_reports(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let sent = world.leased(1).await;
    for (outcome, now) in [(ABSENT, 5), (Outcome::Delivered, 6), (ABSENT, 7)] {
        sent.receipt("1", outcome, at(now)).await;
    }
    sent.answer(&[(0, "1")], Rest::Nothing, at(10)).await;
    assert_eq!(sent.state().await, DELIVERED);
}

pub async fn a_stale_unmatched_receipt_does_not_hit_a_later_message_with_the_same_id(
    store: &dyn Store,
) {
    let world = World::new(store, PLENTY).await;
    let old = receipt(world.connector, &["1"], Some(ABSENT), at(-1));
    assert_eq!(world.receipts(vec![old]).await, [Match::Unmatched]);
    let sent = taken(&world, "1").await;
    assert_eq!(sent.state().await.0, MessageState::Submitted);
}

pub async fn a_receipt_of_another_connector_does_not_fit(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let other = store.put_connector("other", "{}", b"").await.unwrap();
    let sent = taken(&world, "1").await;
    let foreign = receipt(other, &["1"], Some(ABSENT), at(20));
    assert_eq!(world.receipts(vec![foreign]).await, [Match::Unmatched]);
    assert_eq!(sent.state().await.0, MessageState::Submitted);
}

pub async fn a_repeated_receipt_changes_nothing(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    for outcome in [Outcome::Delivered, ABSENT, Outcome::Unknown] {
        let id = format!("{outcome:?}");
        let sent = taken(&world, &id).await;
        sent.receipt(&id, outcome, at(20)).await;
        let before = sent.now().await;
        sent.receipt(&id, outcome, at(30)).await;
        let after = sent.now().await;
        assert_eq!(
            (after.state, after.reason),
            (before.state, before.reason),
            "{id}"
        );
        assert_eq!(after.done_at, before.done_at, "{id}");
        assert_eq!(after.changed_at, before.changed_at, "{id}");
    }
    sound(store).await;
}

pub async fn the_first_negative_receipt_counts(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let sent = taken(&world, "1").await;
    sent.receipt("1", ABSENT, at(20)).await;
    sent.receipt("1", Outcome::Expired, at(30)).await;
    let ended = (MessageState::Undelivered, Reason::AbsentSubscriber);
    assert_eq!(sent.state().await, ended);
}

pub async fn a_delivery_stands_against_later_negative_receipts(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let sent = taken(&world, "1").await;
    sent.receipt("1", Outcome::Delivered, at(20)).await;
    sent.receipt("1", ABSENT, at(30)).await;
    assert_eq!(sent.state().await, DELIVERED);
    sound(store).await;
}

pub async fn a_delivery_corrects_a_negative_receipt_for_a_day(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    for (hours, state) in [
        (24, MessageState::Delivered),
        (25, MessageState::Undelivered),
    ] {
        let id = hours.to_string();
        let sent = taken(&world, &id).await;
        sent.receipt(&id, ABSENT, at(20)).await;
        sent.receipt(&id, Outcome::Delivered, at(20 + hours * HOUR))
            .await;
        assert_eq!(sent.state().await.0, state, "after {hours} hours");
    }
    assert_eq!(
        world.book().await.charged,
        2 * PRICE,
        "a correction moves no money"
    );
    sound(store).await;
}

pub async fn the_id_as_it_came_is_tried_before_its_other_forms(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let exact = taken(&world, "10").await;
    let other = taken(&world, "A").await;
    let both = receipt(world.connector, &["10", "A"], Some(ABSENT), at(20));
    assert_eq!(
        world.receipts(vec![both]).await,
        [Match::Message(exact.message)]
    );
    assert_eq!(other.state().await.0, MessageState::Submitted);
}

pub async fn another_form_of_the_id_fits_when_it_leads_to_one_message(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let sent = taken(&world, "FF").await;
    let forms = receipt(
        world.connector,
        &["255", "0255", "FF", "ff"],
        Some(ABSENT),
        at(20),
    );
    assert_eq!(
        world.receipts(vec![forms]).await,
        [Match::Message(sent.message)]
    );
    assert_eq!(sent.state().await.0, MessageState::Undelivered);
}

pub async fn forms_that_lead_to_two_messages_fit_neither(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let sent = [taken(&world, "FF").await, taken(&world, "0255").await];
    let forms = receipt(
        world.connector,
        &["255", "0255", "FF"],
        Some(ABSENT),
        at(20),
    );
    assert_eq!(world.receipts(vec![forms]).await, [Match::Ambiguous]);
    for sent in sent {
        assert_eq!(sent.state().await.0, MessageState::Submitted);
    }
}

pub async fn an_id_used_again_means_the_latest_message(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let (old, new) = (taken(&world, "1").await, taken(&world, "1").await);
    assert_eq!(
        old.receipt("1", ABSENT, at(20)).await,
        Match::Message(new.message)
    );
    assert_eq!(old.state().await.0, MessageState::Submitted);
}

pub async fn segments_taken_late_and_in_time_make_a_submitted_message(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let sent = world.leased(2).await;
    let unknown = Rest::Unknown {
        reason: Reason::SessionLost,
        resend_at: None,
    };
    sent.answer(&[(0, "1")], unknown, at(10)).await;
    sent.answer(&[(1, "2")], Rest::Nothing, at(11)).await;
    assert_eq!(sent.state().await.0, MessageState::Submitted);
    assert_eq!(world.book().await.charged, 2 * PRICE);
    sound(store).await;
}

pub async fn a_receipt_keeps_a_message_queued_again_from_leaving_twice(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let sent = world.leased(2).await;
    let resend = Rest::Unknown {
        reason: Reason::SessionLost,
        resend_at: Some(at(10)),
    };
    sent.answer(&[], resend, at(10)).await;
    sent.answer(&[(0, "1")], Rest::Late, at(11)).await;
    sent.receipt("1", Outcome::Delivered, at(12)).await;
    assert_eq!(
        sent.state().await.0,
        MessageState::Queued,
        "the other segment may not have left"
    );
    sent.answer(&[(1, "2")], Rest::Late, at(13)).await;
    assert_eq!(store.waiting(world.connector, 10).await.unwrap(), [0; 3]);
    sent.receipt("2", Outcome::Delivered, at(14)).await;
    assert_eq!(sent.state().await, DELIVERED);
    assert_eq!(world.book().await.charged, 2 * PRICE);
    sound(store).await;
}

pub async fn a_message_is_delivered_when_all_its_segments_are(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let sent = world.leased(3).await;
    sent.answer(&[(0, "a"), (1, "b"), (2, "c")], Rest::Nothing, at(10))
        .await;
    for (id, now) in [("b", 20), ("a", 30)] {
        sent.receipt(id, Outcome::Delivered, at(now)).await;
        assert_eq!(sent.state().await.0, MessageState::Submitted);
    }
    sent.receipt("c", Outcome::Delivered, at(40)).await;
    assert_eq!(sent.state().await, DELIVERED);
    assert_eq!(sent.now().await.done_at, Some(at(40)));
}

pub async fn the_end_of_a_long_message_does_not_depend_on_the_order_of_its_receipts(
    store: &dyn Store,
) {
    let world = World::new(store, PLENTY).await;
    let rejected = Outcome::Rejected(Reason::Spam);
    let mut run = 0;
    for outcomes in [
        [Outcome::Delivered, Outcome::Delivered, ABSENT],
        [Outcome::Delivered, ABSENT, Outcome::Expired],
        [Outcome::Delivered, Outcome::Expired, Outcome::Expired],
        [ABSENT, Outcome::Expired, rejected],
        [ABSENT, ABSENT, Outcome::Deleted],
    ] {
        let mut ends = Vec::new();
        for order in ORDERS {
            // The answer comes first, between two receipts, or last.
            for answered_before in 0..=3 {
                run += 1;
                let ids = [0, 1, 2].map(|segment| format!("{run}-{segment}"));
                let sent = world.leased(3).await;
                let accepted = [(0, &*ids[0]), (1, &*ids[1]), (2, &*ids[2])];
                for (step, &segment) in order.iter().enumerate() {
                    if step == answered_before {
                        sent.answer(&accepted, Rest::Nothing, at(10)).await;
                    }
                    sent.receipt(&ids[segment], outcomes[segment], at(10)).await;
                }
                if answered_before == 3 {
                    sent.answer(&accepted, Rest::Nothing, at(10)).await;
                }
                ends.push((sent.state().await, order, answered_before));
            }
        }
        for end in &ends {
            assert_eq!(end.0, ends[0].0, "{outcomes:?}: {end:?} and {:?}", ends[0]);
            assert!(end.0.0.is_final(), "{outcomes:?}: {end:?}");
        }
    }
    sound(store).await;
}

const ORDERS: [[usize; 3]; 6] = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
];

pub async fn a_late_delivery_of_the_missing_segment_completes_the_message(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let sent = world.leased(2).await;
    sent.answer(&[(0, "a"), (1, "b")], Rest::Nothing, at(10))
        .await;
    sent.receipt("a", Outcome::Delivered, at(20)).await;
    sent.receipt("b", ABSENT, at(30)).await;
    let partly = (MessageState::Undelivered, Reason::PartlyDelivered);
    assert_eq!(sent.state().await, partly);
    sent.receipt("b", Outcome::Delivered, at(HOUR)).await;
    assert_eq!(sent.state().await, DELIVERED);
    sound(store).await;
}

pub async fn a_receipt_for_an_ended_message_moves_no_money(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let sent = world.leased(2).await;
    let refused = Rest::Refused(Reason::UpstreamRefused);
    sent.answer(&[(0, "a")], refused, at(10)).await;
    let book = world.book().await;
    sent.receipt("a", Outcome::Delivered, at(20)).await;
    let ended = (MessageState::Undelivered, Reason::PartlySubmitted);
    assert_eq!(sent.state().await, ended);
    assert_eq!(world.book().await, book);
    sound(store).await;
}

pub async fn upstream_ids_and_unmatched_receipts_are_forgotten_in_time(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let sent = taken(&world, "1").await;
    let stray = receipt(world.connector, &["2", "02"], Some(ABSENT), at(20));
    world.receipts(vec![stray]).await;
    assert_eq!(store.forget_upstream_ids(at(10)).await.unwrap(), 0);
    assert!(store.forget_upstream_ids(at(MINUTE)).await.unwrap() >= 2);
    assert_eq!(store.forget_upstream_ids(at(MINUTE)).await.unwrap(), 0);
    let late = sent.receipt("1", Outcome::Delivered, at(2 * MINUTE)).await;
    assert_eq!(late, Match::Unmatched);
}

pub async fn receipts_of_one_batch_are_answered_in_order(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let sent = world.leased(2).await;
    let accepted = [(0, "a"), (1, "b")];
    let answered = answer(
        world.connector,
        sent.message,
        &accepted,
        Rest::Nothing,
        at(10),
    );
    store.record_answers(vec![answered]).await.unwrap();
    let one = |id| receipt(world.connector, &[id], Some(Outcome::Delivered), at(20));
    let met = world.receipts(vec![one("b"), one("x"), one("a")]).await;
    let message = Match::Message(sent.message);
    assert_eq!(met, [message, Match::Unmatched, message]);
    assert_eq!(sent.state().await, DELIVERED);
    assert_eq!(world.receipts(vec![]).await, []);
}
