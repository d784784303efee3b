//! Promises about a waiting message that gets other times with its text.

use sms::{MessageState, Reason};

use super::replacing::{by, now, replace};
use super::waiting::only;
use super::world::{HOUR, LIFETIME, MINUTE, PLENTY, World, accept, at, scheduled, sound};
use crate::Store;
use crate::campaigns::Halt;
use crate::queue::Rest;
use crate::waiting::{Change, Replacement};

pub async fn a_replacement_may_change_when_a_message_leaves(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let id = world.accept(1).await;
    let message = only(&world, id).await;
    let starting = |start_at| Replacement {
        start_at: Some(at(start_at)),
        ..by("new", 1)
    };
    let place = async || {
        let now = now(&world, id).await;
        (now.state, now.reason)
    };
    let start_at = async || {
        let found = store.submission(world.account, id).await.unwrap();
        found.unwrap().start_at
    };
    let waits = (MessageState::Held, Reason::Scheduled);
    for later in [HOUR, 3 * HOUR, 2 * HOUR] {
        let replaced = replace(&world, message, starting(later), 10).await;
        assert_eq!(replaced, Change::Done);
        assert_eq!(place().await, waits);
        assert_eq!(start_at().await, Some(at(later)));
        assert!(world.claim_at(1, at(20)).await.is_empty());
    }
    assert_eq!(store.release_due(at(2 * HOUR - 1), 9).await.unwrap(), 0);
    assert_eq!(store.release_due(at(2 * HOUR), 9).await.unwrap(), 1);
    assert_eq!(place().await, (MessageState::Queued, Reason::None));

    let replaced = replace(&world, message, starting(5 * HOUR), 2 * HOUR).await;
    assert_eq!(replaced, Change::Done);
    assert_eq!(place().await, waits);
    let replaced = replace(&world, message, starting(0), 3 * HOUR).await;
    assert_eq!(replaced, Change::Done, "and at once after all");
    assert_eq!(place().await, (MessageState::Queued, Reason::None));
    assert_eq!(start_at().await, None);
    assert_eq!(store.release_due(at(9 * HOUR), 9).await.unwrap(), 0);
    assert_eq!(world.claim_at(1, at(3 * HOUR)).await, [message]);
    sound(store).await;
}

pub async fn a_replacement_may_change_how_long_a_message_may_leave(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let swept = async |millis| store.sweep(at(millis), HOUR, 9).await.unwrap().expired;
    // Shorter.
    let id = world.accept(1).await;
    let message = only(&world, id).await;
    let shorter = Replacement {
        expires_at: Some(at(MINUTE)),
        ..by("new", 1)
    };
    assert_eq!(replace(&world, message, shorter, 10).await, Change::Done);
    assert_eq!(swept(MINUTE - 1).await, 0);
    assert_eq!(swept(MINUTE).await, 1);
    // As long as it was, after a later start.
    let id = accept(store, scheduled(world.submission(1), at(HOUR))).await;
    let message = only(&world, id).await;
    let later = Replacement {
        start_at: Some(at(3 * HOUR)),
        ..by("new", 1)
    };
    assert_eq!(replace(&world, message, later, 10).await, Change::Done);
    assert_eq!(swept(LIFETIME + 2 * HOUR - 1).await, 0);
    assert_eq!(swept(LIFETIME + 2 * HOUR).await, 1);
    sound(store).await;
}

pub async fn a_pause_and_a_put_off_attempt_outlast_a_replacement(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let at_once = Replacement {
        start_at: Some(at(0)),
        ..by("new", 1)
    };
    let paused = world.accept(1).await;
    let paused_message = only(&world, paused).await;
    let halted = store.halt(paused, Halt::Paused, at(0)).await;
    assert!(halted.unwrap());
    let put_off = world.leased(1).await;
    let later = Rest::Retry {
        reason: Reason::NetworkError,
        due_at: at(HOUR),
        attempt_used: true,
    };
    put_off.answer(&[], later, at(10)).await;
    for message in [paused_message, put_off.message] {
        let replaced = replace(&world, message, at_once.clone(), 20).await;
        assert_eq!(replaced, Change::Done);
    }
    assert!(world.claim_at(9, at(30)).await.is_empty());
    assert!(store.resume(paused, at(40)).await.unwrap());
    assert_eq!(world.claim_at(9, at(40)).await, [paused_message]);
    store.release_due(at(HOUR), 9).await.unwrap();
    assert_eq!(world.claim_at(9, at(HOUR)).await, [put_off.message]);

    // A pause ends into the new schedule.
    let paused = world.accept(1).await;
    let message = only(&world, paused).await;
    store.halt(paused, Halt::Paused, at(0)).await.unwrap();
    let later = Replacement {
        start_at: Some(at(2 * HOUR)),
        ..by("new", 1)
    };
    assert_eq!(replace(&world, message, later, 20).await, Change::Done);
    let place = async || {
        let now = now(&world, paused).await;
        (now.state, now.reason)
    };
    assert_eq!(place().await, (MessageState::Held, Reason::Paused));
    assert!(store.resume(paused, at(40)).await.unwrap());
    assert_eq!(place().await, (MessageState::Held, Reason::Scheduled));
    sound(store).await;
}
