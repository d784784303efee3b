//! Promises about callbacks: what an account has to be told is written with what it tells of, and stays until it has been told.

use sms::{MessageState, Outcome, Reason};

use super::world::{HOUR, LIFETIME, MINUTE, PLENTY, Sent, World, accept, account, at, claim};
use crate::callbacks::{Callback, CallbackCount, Event};
use crate::notices::Tells;
use crate::queue::Rest;
use crate::stop_list::Stopped;
use crate::submissions::NewSubmission;
use crate::{AccountId, CallbackId, MessageId, Store};

/// A submission of so many messages whose account is told.
fn telling(world: &World<'_>, messages: usize) -> NewSubmission {
    NewSubmission {
        tells: Tells::CALLBACK,
        ..world.submission(messages)
    }
}

/// Writes a callback: a message that was no number from the beginning.
async fn owe(world: &World<'_>, account: AccountId) -> MessageId {
    let mut new = telling(world, 1);
    new.account = account;
    let message = &mut new.messages[0];
    (message.recipient, message.given) = (None, Some("nobody".into()));
    (message.state, message.reason) = (MessageState::InvalidNumber, Reason::NotANumber);
    (message.segments, message.price_micros, message.connector) = (0, 0, None);
    let id = accept(world.store, new).await;
    let messages = world.store.messages(account, id, None, None, 1);
    messages.await.unwrap()[0].id
}

/// Sends one message of one segment whose account is told; the upstream takes it under this id.
async fn taken<'a>(world: &'a World<'a>, id: &str) -> Sent<'a> {
    let submission = accept(world.store, telling(world, 1)).await;
    let message = world.claim(1).await[0];
    let sent = Sent {
        world,
        submission,
        message,
    };
    sent.answer(&[(0, id)], Rest::Nothing, at(10)).await;
    sent
}

/// Everything that is due a minute after the beginning.
async fn due(store: &dyn Store) -> Vec<Callback> {
    let due = store.callbacks_due(at(MINUTE), AccountId(0), vec![], 100, 100);
    due.await.unwrap()
}

async fn count(store: &dyn Store, account: AccountId) -> (u64, u64) {
    let CallbackCount { waiting, given_up } = store.callback_count(account).await.unwrap();
    (waiting, given_up)
}

/// What is due, as the messages that came to their end and how.
async fn ends(store: &dyn Store) -> Vec<(MessageId, MessageState, Reason)> {
    let end = |callback: Callback| match callback.event {
        Event::Ended(sent) => (sent.message.id, sent.message.state, sent.message.reason),
        Event::Received(received) => panic!("{received:?} is no end"),
    };
    due(store).await.into_iter().map(end).collect()
}

fn ids(callbacks: &[Callback]) -> Vec<CallbackId> {
    callbacks.iter().map(|callback| callback.id).collect()
}

pub async fn the_end_of_a_message_is_told_with_all_that_is_known_of_it(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let mut new = telling(&world, 1);
    new.reference = Some("mine".into());
    let submission = accept(store, new).await;
    let message = world.claim(1).await[0];
    let sent = Sent {
        world: &world,
        submission,
        message,
    };
    sent.answer(&[(0, "1")], Rest::Nothing, at(10)).await;
    assert!(due(store).await.is_empty(), "it is under way");

    sent.receipt("1", Outcome::Delivered, at(20)).await;
    let callbacks = due(store).await;
    let [callback] = callbacks.as_slice() else {
        panic!("{callbacks:?}")
    };
    assert_eq!((callback.account, callback.at), (world.account, at(20)));
    assert_eq!(callback.attempts, 0);
    let Event::Ended(told) = &callback.event else {
        panic!("{callback:?}")
    };
    assert_eq!((told.submission, told.message.id), (submission, message));
    assert_eq!(told.message.state, MessageState::Delivered);
    assert_eq!(told.message.done_at, Some(at(20)));
    assert_eq!(
        (told.text.as_str(), told.originator.as_str()),
        ("text", "Info")
    );
    assert_eq!(told.reference.as_deref(), Some("mine"));

    sent.receipt("1", Outcome::Delivered, at(30)).await;
    assert_eq!(
        due(store).await.len(),
        1,
        "a receipt that comes twice is no news"
    );
}

pub async fn whatever_ends_a_message_is_told(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let refused = accept(store, telling(&world, 1)).await;
    let refused = Sent {
        world: &world,
        submission: refused,
        message: world.claim(1).await[0],
    };
    refused
        .answer(&[], Rest::Refused(Reason::UpstreamRefused), at(10))
        .await;
    let undelivered = taken(&world, "1").await;
    let absent = Outcome::Undelivered(Reason::AbsentSubscriber);
    undelivered.receipt("1", absent, at(20)).await;

    let called_back = accept(store, telling(&world, 1)).await;
    let called_back_message = world.messages(called_back).await[0].id;
    store
        .cancel(world.account, called_back, at(30))
        .await
        .unwrap();

    let mut late = telling(&world, 1);
    late.expires_at = at(40);
    let late = accept(store, late).await;
    let late = world.messages(late).await[0].id;
    store.sweep(at(50), HOUR, 100).await.unwrap();

    let stopped = accept(store, telling(&world, 1)).await;
    let stopped = world.messages(stopped).await.remove(0);
    let number = sms::Msisdn::parse(&stopped.recipient).unwrap();
    let stop = store.stop(world.account, number, None, "", at(55)).await;
    assert!(matches!(stop, Ok(Stopped::Added(_))), "{stop:?}");
    assert!(world.claim_at(1, at(60)).await.is_empty());

    let told: Vec<_> = ends(store).await;
    let told: Vec<_> = told.iter().map(|(id, state, _)| (*id, *state)).collect();
    assert_eq!(
        told,
        [
            (refused.message, MessageState::Rejected),
            (undelivered.message, MessageState::Undelivered),
            (called_back_message, MessageState::Cancelled),
            (late, MessageState::Expired),
            (stopped.id, MessageState::Suppressed),
        ]
    );
}

pub async fn an_end_that_is_corrected_is_told_again(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let sent = taken(&world, "1").await;
    let absent = Outcome::Undelivered(Reason::AbsentSubscriber);
    sent.receipt("1", absent, at(20)).await;
    let first = ids(&due(store).await);
    store.callbacks_told(first).await.unwrap();
    sent.receipt("1", Outcome::Delivered, at(30)).await;
    assert_eq!(
        ends(store).await,
        [(sent.message, MessageState::Delivered, Reason::None)]
    );
}

pub async fn what_has_ended_at_acceptance_is_told(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let invalid = owe(&world, world.account).await;
    let mut new = telling(&world, 2);
    let stopped = new.messages[1].recipient.unwrap();
    let stop = store.stop(world.account, stopped, None, "", at(0)).await;
    stop.unwrap();
    new.control = Some(world.submission(1).messages.remove(0));
    let id = accept(store, new).await;
    let messages = world.messages(id).await;
    assert_eq!(
        ends(store).await,
        [
            (invalid, MessageState::InvalidNumber, Reason::NotANumber),
            (messages[1].id, MessageState::Suppressed, Reason::OptedOut),
        ]
    );
}

pub async fn nothing_is_told_of_what_nobody_wants_to_know(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let sent = world.leased(1).await;
    sent.answer(&[(0, "1")], Rest::Nothing, at(10)).await;
    sent.receipt("1", Outcome::Delivered, at(20)).await;

    // A control copy is nobody's, and what is only tried out never ends.
    let mut new = telling(&world, 1);
    new.control = Some(world.submission(1).messages.remove(0));
    let main = accept(store, new).await;
    let main = world.messages(main).await[0].id;
    let claimed = claim(store, world.connector, 9, at(30)).await.messages;
    assert_eq!(claimed.len(), 2);
    for message in claimed.iter().filter(|message| message.id != main) {
        let refused = Rest::Refused(Reason::UpstreamRefused);
        let answer = super::world::answer(world.connector, message.id, &[], refused, at(40));
        store.record_answers(vec![answer]).await.unwrap();
    }
    let mut tried = telling(&world, 1);
    tried.test = true;
    (tried.messages[0].state, tried.messages[0].reason) =
        (MessageState::InvalidNumber, Reason::NotANumber);
    tried.messages[0].connector = None;
    accept(store, tried).await;
    assert!(due(store).await.is_empty());
    assert_eq!(count(store, world.account).await, (0, 0));
}

pub async fn a_callback_is_due_until_it_has_been_told(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    for _ in 0..3 {
        owe(&world, world.account).await;
    }
    let first = ids(&due(store).await);
    assert_eq!(first.len(), 3);
    assert!(first.is_sorted(), "in the order in which it happened");
    // Whoever read them may have ended before they were told.
    assert_eq!(ids(&due(store).await), first);
    store
        .callbacks_told(vec![first[0], first[2]])
        .await
        .unwrap();
    store.callbacks_told(vec![first[2]]).await.unwrap();
    assert_eq!(ids(&due(store).await), [first[1]]);
    assert_eq!(count(store, world.account).await, (1, 0));
}

pub async fn a_callback_that_failed_is_due_later(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let earlier = owe(&world, world.account).await;
    let failed = due(store).await[0].id;
    let later = at(2 * MINUTE);
    store.callback_failed(failed, Some(later)).await.unwrap();
    assert!(due(store).await.is_empty());
    assert_eq!(count(store, world.account).await, (1, 0));

    let fresh = owe(&world, world.account).await;
    let told: Vec<_> = ends(store).await.iter().map(|end| end.0).collect();
    assert_eq!(told, [fresh], "it keeps no other waiting");
    let all = store.callbacks_due(later, AccountId(0), vec![], 9, 9).await;
    let all = all.unwrap();
    let again = all.iter().find(|callback| callback.id == failed).unwrap();
    assert_eq!(again.attempts, 1);
    let Event::Ended(sent) = &again.event else {
        panic!("{again:?}")
    };
    assert_eq!(sent.message.id, earlier);
}

pub async fn a_callback_that_was_given_up_is_kept_until_it_is_tried_again(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let other = account(store, "other", PLENTY).await;
    for account in [world.account, world.account, other] {
        owe(&world, account).await;
    }
    let all = due(store).await;
    for callback in &all {
        store.callback_failed(callback.id, None).await.unwrap();
    }
    let never = store.callbacks_due(at(1000 * HOUR), AccountId(0), vec![], 9, 9);
    assert!(never.await.unwrap().is_empty());
    assert_eq!(count(store, world.account).await, (0, 2));

    let now = at(MINUTE);
    assert_eq!(store.retry_callbacks(world.account, now).await.unwrap(), 2);
    assert_eq!(store.retry_callbacks(world.account, now).await.unwrap(), 0);
    let again = due(store).await;
    assert_eq!(ids(&again), ids(&all)[..2]);
    assert!(again.iter().all(|callback| callback.attempts == 0));
    assert_eq!(count(store, world.account).await, (2, 0));
    assert_eq!(count(store, other).await, (0, 1), "another's stay");
}

pub async fn a_callback_that_waits_for_a_later_try_can_be_tried_at_once(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    for _ in 0..2 {
        owe(&world, world.account).await;
    }
    let fresh = due(store).await;
    let later = Some(at(1000 * HOUR));
    store.callback_failed(fresh[0].id, later).await.unwrap();
    let retried = store.retry_callbacks(world.account, at(MINUTE)).await;
    assert_eq!(retried.unwrap(), 1, "the other one is due");
    let all = due(store).await;
    assert_eq!(ids(&all), [fresh[1].id, fresh[0].id]);
    assert_eq!(all[1].attempts, 0);
}

pub async fn what_happened_long_ago_is_told_no_more(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    for _ in 0..4 {
        owe(&world, world.account).await;
    }
    for callback in &due(store).await[..2] {
        store.callback_failed(callback.id, None).await.unwrap();
    }
    let sent = taken(&world, "1").await;
    sent.receipt("1", Outcome::Delivered, at(20)).await;
    // The others are of the moment 0.
    assert_eq!(store.forget_callbacks(at(0), 100).await.unwrap(), 0);
    assert_eq!(store.forget_callbacks(at(1), 3).await.unwrap(), 3);
    assert_eq!(store.forget_callbacks(at(1), 3).await.unwrap(), 1);
    assert_eq!(count(store, world.account).await, (1, 0));
    assert_eq!(ends(store).await[0].0, sent.message);
}

pub async fn accounts_are_told_in_turn(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let (first, second) = (world.account, account(store, "second", PLENTY).await);
    let third = account(store, "third", PLENTY).await;
    for account in [first, first, first, second, second, second, third] {
        owe(&world, account).await;
    }
    let turn = async |after, except: &[AccountId], each, limit| -> Vec<AccountId> {
        let due = store.callbacks_due(at(MINUTE), after, except.to_vec(), each, limit);
        due.await.unwrap().iter().map(|due| due.account).collect()
    };
    let begin = AccountId(0);
    assert_eq!(turn(begin, &[], 1, 9).await, [first, second, third]);
    assert_eq!(turn(first, &[], 1, 9).await, [second, third, first]);
    assert_eq!(turn(third, &[], 1, 2).await, [first, second]);
    assert_eq!(turn(second, &[], 2, 4).await, [third, first, first, second]);
    assert_eq!(turn(begin, &[first, third], 9, 9).await, [second; 3]);
    assert_eq!(turn(begin, &[], 9, 0).await, []);
    assert_eq!(
        turn(AccountId(i64::MAX), &[], 1, 9).await,
        [first, second, third]
    );
}

pub async fn a_large_submission_that_ends_at_once_is_told_message_by_message(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let mut new = telling(&world, 30);
    new.expires_at = at(LIFETIME);
    let id = accept(store, new).await;
    store.cancel(world.account, id, at(10)).await.unwrap();
    let told: Vec<_> = ends(store).await.iter().map(|end| end.0).collect();
    let messages: Vec<_> = world
        .messages(id)
        .await
        .iter()
        .map(|each| each.id)
        .collect();
    assert_eq!(told, messages);
}
