//! Promises about answers: what they make of messages, money and leases, however late or often they come.

use sms::{Book, MessageState, Outcome, Reason};

use super::world::{LIFETIME, PLENTY, PRICE, World, answer, at, sound};
use crate::queue::{DoubtPolicy, Rest};
use crate::receipts::Match;
use crate::{MessageId, Store};

const REFUSED: Rest = Rest::Refused(Reason::DestinationRefused);

fn unknown(resend_at: Option<i64>) -> Rest {
    Rest::Unknown {
        reason: Reason::ResponseTimeout,
        resend_at: resend_at.map(at),
    }
}

fn retry(due_at: i64, attempt_used: bool) -> Rest {
    Rest::Retry {
        reason: Reason::Throttled,
        due_at: at(due_at),
        attempt_used,
    }
}

/// What `segments` segments on hold, charged or given back look like.
fn book(held: i64, charged: i64) -> Book {
    Book {
        available: PLENTY - (held + charged) * PRICE,
        held: held * PRICE,
        charged: charged * PRICE,
    }
}

pub async fn a_taken_message_is_submitted_and_charged(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let sent = world.leased(2).await;
    assert_eq!(world.book().await, book(2, 0));
    sent.answer(&[(0, "a"), (1, "b")], Rest::Nothing, at(7))
        .await;
    let message = sent.now().await;
    assert_eq!(
        (message.state, message.reason),
        (MessageState::Submitted, Reason::None)
    );
    assert_eq!((message.submitted_at, message.done_at), (Some(at(7)), None));
    assert_eq!(world.book().await, book(0, 2));
    sound(store).await;
}

pub async fn a_refused_message_is_rejected_and_released(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let sent = world.leased(1).await;
    sent.answer(&[], REFUSED, at(7)).await;
    let message = sent.now().await;
    assert_eq!(message.state, MessageState::Rejected);
    assert_eq!(message.reason, Reason::DestinationRefused);
    assert_eq!((message.submitted_at, message.done_at), (None, Some(at(7))));
    assert_eq!(world.book().await, book(0, 0));
    sound(store).await;
}

pub async fn a_message_we_cannot_send_fails_and_is_released(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let sent = world.leased(1).await;
    sent.answer(&[], Rest::Failed(Reason::InternalError), at(7))
        .await;
    assert_eq!(
        sent.state().await,
        (MessageState::Failed, Reason::InternalError)
    );
    assert_eq!(world.book().await, book(0, 0));
    sound(store).await;
}

pub async fn a_retry_waits_for_its_time_and_keeps_its_hold(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let sent = world.leased(1).await;
    sent.answer(&[], retry(500, true), at(7)).await;
    assert_eq!(
        sent.state().await,
        (MessageState::Queued, Reason::Throttled)
    );
    assert_eq!(world.claim(10).await, []);
    assert_eq!(store.release_due(at(499), 10).await.unwrap(), 0);
    assert_eq!(store.release_due(at(500), 10).await.unwrap(), 1);
    let again = super::world::claim(store, world.connector, 10, at(500))
        .await
        .messages;
    assert_eq!(
        (again[0].id, again[0].attempts, again[0].doubts),
        (sent.message, 1, 0)
    );
    assert_eq!(world.book().await, book(1, 0));
    sound(store).await;
}

pub async fn a_retry_that_is_due_is_claimed_at_once(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let sent = world.leased(1).await;
    sent.answer(&[], retry(7, false), at(7)).await;
    let again = super::world::claim(store, world.connector, 10, at(7))
        .await
        .messages;
    assert_eq!((again[0].id, again[0].attempts), (sent.message, 0));
}

pub async fn a_retry_sends_only_the_segments_that_were_not_taken(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let sent = world.leased(3).await;
    sent.answer(&[(1, "b")], retry(7, true), at(7)).await;
    assert_eq!(world.book().await, book(3, 0));
    let again = super::world::claim(store, world.connector, 3, at(7))
        .await
        .messages;
    assert_eq!(again[0].accepted, 0b010);
    sent.answer(&[(0, "a"), (2, "c")], Rest::Nothing, at(8))
        .await;
    assert_eq!(sent.state().await.0, MessageState::Submitted);
    assert_eq!(world.book().await, book(0, 3));
    sound(store).await;
}

pub async fn a_message_taken_in_part_and_refused_in_part_is_charged_and_ends(store: &dyn Store) {
    for rest in [REFUSED, Rest::Failed(Reason::InternalError)] {
        let name = format!("{rest:?}");
        let world = World {
            store,
            account: super::world::account(store, &name, PLENTY).await,
            connector: store.put_connector("way", "{}", b"").await.unwrap(),
        };
        let sent = world.leased(2).await;
        sent.answer(&[(0, &name)], rest, at(7)).await;
        let ended = (MessageState::Undelivered, Reason::PartlySubmitted);
        assert_eq!(sent.state().await, ended, "{rest:?}");
        assert_eq!(world.book().await, book(0, 2));
    }
    sound(store).await;
}

pub async fn a_message_taken_in_part_that_expires_is_charged(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let swept = world.leased(2).await;
    swept.answer(&[(0, "a")], retry(8, true), at(7)).await;
    let claimed = world.leased(2).await;
    claimed.answer(&[(0, "b")], retry(7, true), at(7)).await;
    assert_eq!(world.claim_at(2, at(LIFETIME)).await, []);
    store.sweep(at(LIFETIME), 1, 10).await.unwrap();
    let ended = (MessageState::Undelivered, Reason::PartlySubmitted);
    assert_eq!(swept.state().await, ended, "swept");
    assert_eq!(claimed.state().await, ended, "found by a claim");
    assert_eq!(world.book().await, book(0, 4));
    sound(store).await;
}

pub async fn an_unknown_outcome_is_held_in_doubt(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let sent = world.leased(1).await;
    sent.answer(&[], unknown(None), at(7)).await;
    assert_eq!(
        sent.state().await,
        (MessageState::InDoubt, Reason::ResponseTimeout)
    );
    assert_eq!(world.book().await, book(1, 0));
    assert_eq!(store.release_due(at(LIFETIME), 10).await.unwrap(), 0);
    assert_eq!(world.claim(10).await, []);
    let recovered = store
        .recover(world.connector, DoubtPolicy::Hold, at(8))
        .await
        .unwrap();
    assert_eq!(recovered.held, 0, "the lease has ended");
    sound(store).await;
}

pub async fn an_unknown_outcome_is_sent_again_when_asked(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let sent = world.leased(1).await;
    sent.answer(&[], unknown(Some(500)), at(7)).await;
    assert_eq!(sent.state().await, (MessageState::Queued, Reason::Retrying));
    assert_eq!(store.release_due(at(500), 10).await.unwrap(), 1);
    let again = super::world::claim(store, world.connector, 10, at(500))
        .await
        .messages;
    assert_eq!((again[0].id, again[0].doubts), (sent.message, 1));
    sound(store).await;
}

pub async fn segments_that_nobody_answers_for_are_in_doubt(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let sent = world.leased(2).await;
    sent.answer(&[(0, "a")], Rest::Nothing, at(7)).await;
    assert_eq!(sent.state().await.0, MessageState::InDoubt);
    assert_eq!(world.book().await, book(2, 0));
    sound(store).await;
}

pub async fn an_answer_repeated_changes_nothing(store: &dyn Store) {
    for (name, rest, accepted) in [
        ("taken", Rest::Nothing, &[(0, "a"), (1, "b")][..]),
        ("refused", REFUSED, &[]),
        ("partly", REFUSED, &[(0, "c")]),
        ("retry", retry(50, true), &[]),
        ("unknown", unknown(None), &[]),
        ("resend", unknown(Some(50)), &[]),
        ("nothing", Rest::Nothing, &[]),
    ] {
        let world = World {
            store,
            account: super::world::account(store, name, PLENTY).await,
            connector: store.put_connector("way", "{}", b"").await.unwrap(),
        };
        let sent = world.leased(2).await;
        sent.answer(accepted, rest, at(7)).await;
        let (message, books) = (sent.now().await, world.book().await);
        for _ in 0..2 {
            sent.answer(accepted, rest, at(9)).await;
            let again = sent.now().await;
            assert_eq!(
                (again.state, again.reason),
                (message.state, message.reason),
                "{name}"
            );
            assert_eq!(again.changed_at, message.changed_at, "{name}");
            assert_eq!(again.done_at, message.done_at, "{name}");
            assert_eq!(world.book().await, books, "{name}");
        }
    }
    sound(store).await;
}

pub async fn a_late_answer_proves_that_the_message_left(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    for resend in [None, Some(500)] {
        let sent = world.leased(1).await;
        sent.answer(&[], unknown(resend), at(7)).await;
        let id = format!("late {}", sent.message);
        sent.answer(&[(0, &id)], Rest::Nothing, at(9)).await;
        assert_eq!(sent.state().await, (MessageState::Submitted, Reason::None));
        assert_eq!(
            sent.receipt(&id, Outcome::Delivered, at(10)).await,
            Match::Message(sent.message)
        );
        assert_eq!(sent.state().await.0, MessageState::Delivered);
    }
    assert_eq!(world.book().await, book(0, 2));
    assert_eq!(
        store.release_due(at(600), 10).await.unwrap(),
        0,
        "not sent again"
    );
    assert_eq!(world.claim_at(10, at(600)).await, []);
    sound(store).await;
}

pub async fn a_late_answer_keeps_a_queued_message_from_leaving_again(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let sent = world.leased(1).await;
    sent.answer(&[], unknown(Some(7)), at(7)).await;
    sent.answer(&[(0, "a")], Rest::Nothing, at(9)).await;
    assert_eq!(store.waiting(world.connector, 10).await.unwrap(), [0; 3]);
    assert_eq!(world.claim_at(10, at(9)).await, []);
    assert_eq!(sent.state().await.0, MessageState::Submitted);
    sound(store).await;
}

pub async fn a_late_answer_while_leased_again_charges_once(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let sent = world.leased(1).await;
    sent.answer(&[], unknown(Some(7)), at(7)).await;
    assert_eq!(world.claim_at(10, at(8)).await, [sent.message]);
    sent.answer(&[(0, "first")], Rest::Nothing, at(9)).await;
    sent.answer(&[(0, "second")], Rest::Nothing, at(10)).await;
    assert_eq!(sent.state().await.0, MessageState::Submitted);
    assert_eq!(world.book().await, book(0, 1));
    for id in ["second", "first"] {
        assert_eq!(
            sent.receipt(id, Outcome::Delivered, at(11)).await,
            Match::Message(sent.message)
        );
    }
    assert_eq!(sent.state().await.0, MessageState::Delivered);
    sound(store).await;
}

pub async fn a_late_answer_to_a_part_leaves_the_second_attempt_its_lease(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let sent = world.leased(2).await;
    sent.answer(&[], unknown(Some(7)), at(7)).await;
    assert_eq!(world.claim_at(10, at(8)).await, [sent.message]);
    sent.answer(&[(0, "late")], Rest::Late, at(9)).await;
    assert_eq!(sent.state().await, (MessageState::Queued, Reason::Retrying));
    sent.answer(&[], retry(10, true), at(10)).await;
    let again = super::world::claim(store, world.connector, 10, at(10))
        .await
        .messages;
    assert_eq!((again[0].accepted, again[0].doubts), (0b01, 1));
    sent.answer(&[(1, "second")], Rest::Nothing, at(11)).await;
    assert_eq!(sent.state().await.0, MessageState::Submitted);
    assert_eq!(world.book().await, book(0, 2));
    sound(store).await;
}

pub async fn a_late_answer_for_an_ended_message_keeps_its_end(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let sent = world.leased(1).await;
    sent.answer(&[], REFUSED, at(7)).await;
    sent.answer(&[(0, "a")], Rest::Nothing, at(9)).await;
    assert_eq!(
        sent.state().await,
        (MessageState::Rejected, Reason::DestinationRefused)
    );
    assert_eq!(world.book().await, book(0, 0), "released stays released");
    assert_eq!(
        sent.receipt("a", Outcome::Delivered, at(11)).await,
        Match::Message(sent.message)
    );
    sound(store).await;
}

pub async fn a_batch_of_answers_is_recorded_whole_or_not_at_all(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let sent = world.leased(1).await;
    let good = answer(
        world.connector,
        sent.message,
        &[(0, "a")],
        Rest::Nothing,
        at(7),
    );
    let bad = answer(
        world.connector,
        MessageId(404),
        &[(0, "b")],
        Rest::Nothing,
        at(7),
    );
    store
        .record_answers(vec![good.clone(), bad])
        .await
        .unwrap_err();
    assert_eq!(sent.state().await.0, MessageState::Queued);
    assert_eq!(world.book().await, book(1, 0));
    store.record_answers(vec![good]).await.unwrap();
    assert_eq!(sent.state().await.0, MessageState::Submitted);
    store.record_answers(vec![]).await.unwrap();
    sound(store).await;
}
