//! Promises about receipts: early, late, repeated, reversed, under another form of the id, or for nobody.

use sms::{MessageState, Msisdn, Outcome, Reason};

use super::world::{HOUR, MINUTE, PLENTY, PRICE, Sent, World, answer, at, receipt, sound};
use crate::Store;
use crate::queue::Rest;
use crate::receipts::{Match, NewReceipt};

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

pub async fn a_receipt_belongs_to_the_number_that_it_names(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    // To 380670000000 and 380670000001. The upstream answers 13 and 19, and reports 19 as 13 in hexadecimal.
    let submission = world.accept(2).await;
    let leased = world.claim(2).await;
    let taken = [(leased[0], "13"), (leased[1], "19")]
        .map(|(message, id)| answer(world.connector, message, &[(0, id)], Rest::Nothing, at(10)));
    store.record_answers(taken.to_vec()).await.unwrap();
    let named = |id: &[&str], number: &str| NewReceipt {
        numbers: [None, Msisdn::parse(number).ok()],
        ..receipt(world.connector, id, Some(Outcome::Delivered), at(20))
    };
    let found = world
        .receipts(vec![
            named(&["13", "19"], "0670000001"),
            named(&["13", "19"], "380679999999"),
        ])
        .await;
    assert_eq!(found, [Match::Message(leased[1]), Match::Unmatched]);
    let states: Vec<_> = world
        .messages(submission)
        .await
        .iter()
        .map(|m| m.state)
        .collect();
    assert_eq!(states, [MessageState::Submitted, MessageState::Delivered]);

    let early = world.leased(1).await;
    let foreign = named(&["20"], "380679999999");
    assert_eq!(world.receipts(vec![foreign]).await, [Match::Unmatched]);
    early.answer(&[(0, "20")], Rest::Nothing, at(31)).await;
    assert_eq!(early.state().await.0, MessageState::Submitted);
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
