//! Promises about single messages that wait: who may cancel them until when, and how those to a number are found.

use sms::{Lane, MessageState, Msisdn, Reason};

use super::world::{
    HOUR, MINUTE, PLENTY, PRICE, Sent, World, accept, account, at, claim, scheduled, sound,
    submission,
};
use crate::campaigns::Halt;
use crate::notices::Tells;
use crate::queue::Rest;
use crate::submissions::NewSubmission;
use crate::waiting::Change;
use crate::{MessageId, Store, SubmissionId};

/// The only message of a submission.
pub(super) async fn only(world: &World<'_>, submission: SubmissionId) -> MessageId {
    world.messages(submission).await[0].id
}

pub(super) async fn cancel(world: &World<'_>, message: MessageId, millis: i64) -> Change {
    let cancelled = world
        .store
        .cancel_message(world.account, message, at(millis));
    cancelled.await.unwrap()
}

async fn place(
    world: &World<'_>,
    submission: SubmissionId,
    index: usize,
) -> (MessageState, Reason) {
    let message = &world.messages(submission).await[index];
    (message.state, message.reason)
}

const CANCELLED: (MessageState, Reason) = (MessageState::Cancelled, Reason::CancelledByAccount);

/// Gives a leased message back, to be tried again at that time.
pub(super) async fn put_off(sent: &Sent<'_>, due_at: i64, now: i64) {
    let later = Rest::Retry {
        reason: Reason::NetworkError,
        due_at: at(due_at),
        attempt_used: true,
    };
    sent.answer(&[], later, at(now)).await;
}

/// A message in every state in which it waits for something, by what it waits for.
pub(super) async fn each_wait<'a>(
    world: &'a World<'a>,
) -> Vec<(&'static str, SubmissionId, MessageId)> {
    let mut all = Vec::new();
    let retried = world.leased(1).await;
    put_off(&retried, 10 * MINUTE, 10).await;
    all.push(("another attempt", retried.submission, retried.message));
    let again = world.leased(1).await;
    put_off(&again, 0, 10).await;
    all.push(("its turn after an attempt", again.submission, again.message));
    let queued = world.accept(1).await;
    all.push(("its turn", queued, only(world, queued).await));
    let later = accept(world.store, scheduled(world.submission(1), at(HOUR))).await;
    all.push(("its time", later, only(world, later).await));
    let paused = world.accept(1).await;
    let halted = world.store.halt(paused, Halt::Paused, at(10)).await;
    assert!(halted.unwrap());
    all.push(("the end of a pause", paused, only(world, paused).await));
    all
}

pub async fn a_cancelled_message_is_released_and_never_leaves(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    for (what, submission, message) in each_wait(&world).await {
        let held = world.book().await.held;
        assert_eq!(cancel(&world, message, 20).await, Change::Done, "{what}");
        assert_eq!(place(&world, submission, 0).await, CANCELLED, "{what}");
        let done_at = world.messages(submission).await[0].done_at;
        assert_eq!(done_at, Some(at(20)), "{what}");
        assert_eq!(world.book().await.held, held - PRICE, "{what}");
        sound(store).await;
        // As after an answer that got lost.
        assert_eq!(cancel(&world, message, 30).await, Change::Done, "{what}");
        assert_eq!(world.book().await.held, held - PRICE, "{what}");
    }
    assert_eq!(world.book().await.held, 0);
    store.release_due(at(2 * HOUR), 100).await.unwrap();
    assert!(world.claim_at(99, at(2 * HOUR)).await.is_empty());
    let waiting = store.waiting(world.connector, 10).await.unwrap();
    assert_eq!(waiting, [0; Lane::ALL.len()]);
    assert!(store.remove_connector("way").await.unwrap(), "it is free");
}

pub async fn of_many_messages_one_is_cancelled(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    // Enough of them that their counts are kept.
    let large = world.accept(501).await;
    let messages = world.messages(large).await;
    assert_eq!(cancel(&world, messages[7].id, 10).await, Change::Done);
    let tally = store.submission(world.account, large).await.unwrap();
    let tally = tally.unwrap().tally;
    assert_eq!(tally.count(MessageState::Cancelled), 1);
    assert_eq!(tally.count(MessageState::Queued), 500);
    assert_eq!(world.book().await.held, 500 * PRICE);
    let claimed = world.claim(9).await;
    assert!(!claimed.contains(&messages[7].id) && claimed.len() == 9);
    sound(store).await;
}

pub async fn what_has_left_or_may_have_is_not_cancelled(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let leased = world.leased(1).await;
    let taken = world.leased(1).await;
    taken.answer(&[(0, "1")], Rest::Nothing, at(10)).await;
    let in_part = world.leased(2).await;
    let later = Rest::Retry {
        reason: Reason::NetworkError,
        due_at: at(HOUR),
        attempt_used: true,
    };
    in_part.answer(&[(0, "2")], later, at(10)).await;
    let in_doubt = world.leased(1).await;
    let unknown = |resend_at| Rest::Unknown {
        reason: Reason::ResponseTimeout,
        resend_at,
    };
    in_doubt.answer(&[], unknown(None), at(10)).await;
    let sent_again = world.leased(1).await;
    let again = unknown(Some(at(10)));
    sent_again.answer(&[], again, at(10)).await;
    let ended = world.leased(1).await;
    let refused = Rest::Refused(Reason::UpstreamRefused);
    ended.answer(&[], refused, at(10)).await;
    let book = world.book().await;
    for sent in [&leased, &taken, &in_part, &in_doubt, &sent_again, &ended] {
        let before = sent.state().await;
        assert_eq!(cancel(&world, sent.message, 20).await, Change::TooLate);
        assert_eq!(sent.state().await, before);
    }
    assert_eq!(world.book().await, book);

    // One that is given back untaken waits again.
    put_off(&leased, HOUR, 30).await;
    assert_eq!(cancel(&world, leased.message, 40).await, Change::Done);
    assert_eq!(leased.state().await, CANCELLED);
    sound(store).await;
}

pub async fn a_test_is_not_cancelled(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let mut new = world.submission(1);
    new.test = true;
    (new.messages[0].state, new.messages[0].reason) = (MessageState::Held, Reason::TestMode);
    let tried = accept(store, new).await;
    let message = only(&world, tried).await;
    assert_eq!(cancel(&world, message, 10).await, Change::TooLate);
    assert_eq!(place(&world, tried, 0).await.0, MessageState::Held);
    sound(store).await;
}

pub async fn nobody_cancels_anothers_message_or_a_control_copy(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let other = account(store, "other", PLENTY).await;
    let foreign = accept(store, submission(other, world.connector, 1)).await;
    let foreign = store.messages(other, foreign, None, None, 1).await.unwrap()[0].id;
    assert_eq!(cancel(&world, foreign, 10).await, Change::Unknown);
    let none = MessageId(foreign.0 + 1000);
    assert_eq!(cancel(&world, none, 10).await, Change::Unknown);

    let mut new = world.submission(1);
    new.control = Some(world.submission(1).messages.remove(0));
    let main = accept(store, new).await;
    let main = only(&world, main).await;
    let claimed = claim(store, world.connector, 9, at(10)).await.messages;
    let mut copies = claimed
        .iter()
        .filter(|message| message.id != main && message.account == world.account);
    let copy = copies.next().unwrap().id;
    assert_eq!(cancel(&world, copy, 10).await, Change::Unknown);
}

pub async fn a_cancellation_is_told_like_any_end(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let mut new = world.submission(1);
    new.tells = Tells::CALLBACK.with(Tells::NOT_DELIVERED);
    let id = accept(store, new).await;
    let message = only(&world, id).await;
    for now in [10, 20] {
        assert_eq!(cancel(&world, message, now).await, Change::Done);
    }
    let count = store.callback_count(world.account).await.unwrap();
    assert_eq!(count.waiting, 1);
    let count = store.notice_count(world.account).await.unwrap();
    assert_eq!((count.waiting, count.oldest_at), (1, Some(at(10))));
}

/// A submission of one message to this number.
fn to(world: &World<'_>, number: &str, lane: Lane) -> NewSubmission {
    let mut new = world.submission(1);
    new.lane = lane;
    new.messages[0].recipient = Some(Msisdn::parse(number).unwrap());
    new
}

pub async fn messages_to_a_number_are_found_until_they_leave(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    // All of `each_wait` go to the same number, and so do these.
    let number = world.submission(1).messages[0].recipient.unwrap();
    let mut expected: Vec<_> = each_wait(&world).await.iter().map(|each| each.2).collect();
    for lane in Lane::ALL {
        let id = accept(store, to(&world, number.as_str(), lane)).await;
        expected.push(only(&world, id).await);
    }
    let second = store.put_connector("second", "{}", b"").await.unwrap();
    let mut elsewhere = to(&world, number.as_str(), Lane::Bulk);
    elsewhere.messages[0].connector = Some(second);
    let elsewhere = accept(store, elsewhere).await;
    expected.push(only(&world, elsewhere).await);
    expected.sort();

    // To another number, from another, of another account, as a test, a copy, and what has left.
    accept(store, to(&world, "380671111111", Lane::Otp)).await;
    let mut from = to(&world, number.as_str(), Lane::Otp);
    from.messages[0].originator = Some("Other".into());
    let from = accept(store, from).await;
    let from = only(&world, from).await;
    let other = account(store, "other", PLENTY).await;
    let foreign = NewSubmission {
        account: other,
        ..to(&world, number.as_str(), Lane::Otp)
    };
    accept(store, foreign).await;
    let mut tried = to(&world, number.as_str(), Lane::Otp);
    tried.test = true;
    (tried.messages[0].state, tried.messages[0].reason) = (MessageState::Held, Reason::TestMode);
    accept(store, tried).await;

    let found = async |account, originator, limit| {
        let found = store.waiting_to(account, originator, number, limit).await;
        found.unwrap()
    };
    assert_eq!(found(world.account, "Info", 99).await, expected);
    assert_eq!(found(world.account, "Info", 3).await, expected[..3]);
    assert_eq!(found(world.account, "Info", 0).await, []);
    assert_eq!(found(world.account, "Other", 99).await, [from]);
    assert_eq!(found(world.account, "Nobody", 99).await, []);
    assert_eq!(found(other, "Info", 99).await.len(), 1);

    for &message in &expected {
        assert_eq!(cancel(&world, message, 30).await, Change::Done);
    }
    assert_eq!(found(world.account, "Info", 99).await, []);
    let others = world.claim_at(99, at(30)).await;
    assert_eq!(others.len(), 3, "those of another kind");
    let leased = world.leased(1).await;
    assert_eq!(found(world.account, "Info", 99).await, []);
    put_off(&leased, HOUR, 40).await;
    assert_eq!(found(world.account, "Info", 99).await, [leased.message]);
}

pub async fn a_message_from_the_alternative_is_found_by_that(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let mut new = world.submission(1);
    new.alternative = Some("Other".into());
    new.messages[0].alternative = true;
    new.messages[0].originator = Some("Own".into());
    let number = new.messages[0].recipient.unwrap();
    let id = accept(store, new).await;
    let message = only(&world, id).await;
    for (originator, expected) in [("Other", vec![message]), ("Own", vec![]), ("Info", vec![])] {
        let found = store.waiting_to(world.account, originator, number, 9).await;
        assert_eq!(found.unwrap(), expected, "{originator}");
    }
}
