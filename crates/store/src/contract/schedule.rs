//! Promises about what goes by the clock: schedules, lifetimes, missing receipts, and recovery after a crash.

use sms::{MessageState, Outcome, Reason};

use super::world::{HOUR, LIFETIME, MINUTE, PLENTY, PRICE, World, accept, at, scheduled, sound};
use crate::Store;
use crate::queue::{DoubtPolicy, Recovered, Rest, Swept};

fn unknown() -> Rest {
    Rest::Unknown {
        reason: Reason::ResponseTimeout,
        resend_at: None,
    }
}

pub async fn a_scheduled_submission_waits_for_its_time(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let id = accept(store, scheduled(world.submission(3), at(HOUR))).await;
    let found = store.submission(world.account, id).await.unwrap().unwrap();
    assert_eq!(found.start_at, Some(at(HOUR)));
    assert_eq!(found.tally.held_by(Reason::Scheduled), 3);
    assert_eq!(world.claim(10).await, []);
    assert_eq!(world.book().await.held, 3 * PRICE);
    assert_eq!(store.release_due(at(HOUR - 1), 10).await.unwrap(), 0);
    assert_eq!(
        store.release_due(at(HOUR), 2).await.unwrap(),
        2,
        "no more than the limit"
    );
    assert_eq!(store.release_due(at(HOUR), 2).await.unwrap(), 1);
    assert_eq!(store.release_due(at(HOUR), 2).await.unwrap(), 0);
    assert_eq!(world.claim_at(10, at(HOUR)).await.len(), 3);
    for message in world.messages(id).await {
        assert_eq!(
            (message.state, message.reason),
            (MessageState::Queued, Reason::None)
        );
    }
    sound(store).await;
}

pub async fn what_has_not_left_in_its_lifetime_ends_and_is_released(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let queued = world.accept(2).await;
    let held = accept(store, scheduled(world.submission(1), at(LIFETIME + HOUR))).await;
    let early = store.sweep(at(LIFETIME - 1), HOUR, 10).await.unwrap();
    assert_eq!(early, Swept::default());
    let swept = store.sweep(at(LIFETIME), HOUR, 10).await.unwrap();
    assert_eq!(
        swept,
        Swept {
            expired: 3,
            without_receipt: 0
        }
    );
    for id in [queued, held] {
        for message in world.messages(id).await {
            assert_eq!(message.state, MessageState::Expired);
            assert_eq!(message.reason, Reason::LifetimeOver);
            assert_eq!(message.done_at, Some(at(LIFETIME)));
        }
    }
    assert_eq!(world.book().await.available, PLENTY);
    let again = store.sweep(at(2 * LIFETIME), HOUR, 10).await.unwrap();
    assert_eq!(again, Swept::default());
    assert_eq!(store.release_due(at(2 * LIFETIME), 10).await.unwrap(), 0);
    assert_eq!(world.claim_at(10, at(LIFETIME)).await, []);
    sound(store).await;
}

pub async fn what_gets_no_receipt_ends_when_the_wait_is_over(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let submitted = world.leased(1).await;
    submitted.answer(&[(0, "1")], Rest::Nothing, at(10)).await;
    let in_doubt = world.leased(1).await;
    in_doubt.answer(&[], unknown(), at(10)).await;
    for now in [LIFETIME, LIFETIME + HOUR - 1] {
        let swept = store.sweep(at(now), HOUR, 10).await.unwrap();
        assert_eq!(swept, Swept::default());
    }
    let swept = store.sweep(at(LIFETIME + HOUR), HOUR, 10).await.unwrap();
    assert_eq!(
        swept,
        Swept {
            expired: 0,
            without_receipt: 2
        }
    );
    let ended = (MessageState::Expired, Reason::NoReceipt);
    assert_eq!(submitted.state().await, ended);
    assert_eq!(in_doubt.state().await, ended);
    assert_eq!(world.book().await.charged, 2 * PRICE);
    sound(store).await;
}

pub async fn a_sweep_that_comes_days_late_ends_everything_for_its_own_reason(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let submitted = world.leased(1).await;
    submitted.answer(&[(0, "1")], Rest::Nothing, at(10)).await;
    world.accept(2).await;
    let swept = store.sweep(at(30 * LIFETIME), HOUR, 10).await.unwrap();
    assert_eq!(
        swept,
        Swept {
            expired: 2,
            without_receipt: 1
        }
    );
    assert_eq!(world.book().await.charged, PRICE);
    sound(store).await;
}

pub async fn a_delivery_corrects_a_message_that_was_given_up(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let sent = world.leased(1).await;
    sent.answer(&[(0, "1")], Rest::Nothing, at(10)).await;
    store.sweep(at(LIFETIME + HOUR), HOUR, 10).await.unwrap();
    assert_eq!(
        sent.state().await,
        (MessageState::Expired, Reason::NoReceipt)
    );
    sent.receipt("1", Outcome::Delivered, at(LIFETIME + 2 * HOUR))
        .await;
    assert_eq!(sent.state().await, (MessageState::Delivered, Reason::None));
    sound(store).await;
}

pub async fn a_leased_message_outlives_its_lifetime_until_it_is_answered(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let sent = world.leased(1).await;
    let swept = store.sweep(at(LIFETIME), HOUR, 10).await.unwrap();
    assert_eq!(swept, Swept::default());
    sent.answer(&[(0, "1")], Rest::Nothing, at(LIFETIME + 1))
        .await;
    assert_eq!(sent.state().await.0, MessageState::Submitted);
    sound(store).await;
}

pub async fn a_message_given_back_after_its_lifetime_ends_soon(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let sent = world.leased(1).await;
    store.sweep(at(LIFETIME), 48 * HOUR, 10).await.unwrap();
    let link_down = Rest::Retry {
        reason: Reason::LinkDown,
        due_at: at(LIFETIME),
        attempt_used: false,
    };
    sent.answer(&[], link_down, at(LIFETIME + 1)).await;
    let swept = store
        .sweep(at(LIFETIME + 2 * MINUTE), 48 * HOUR, 10)
        .await
        .unwrap();
    assert_eq!(
        swept,
        Swept {
            expired: 1,
            without_receipt: 0
        }
    );
    assert_eq!(
        sent.state().await,
        (MessageState::Expired, Reason::LifetimeOver)
    );
    sound(store).await;
}

pub async fn a_sweep_looks_at_no_more_submissions_than_asked(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    for _ in 0..3 {
        world.accept(1).await;
    }
    for expired in [2, 1, 0] {
        let swept = store.sweep(at(LIFETIME), HOUR, 2).await.unwrap();
        assert_eq!(swept.expired, expired);
    }
}

pub async fn recovery_sends_again_as_often_as_allowed_then_holds(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let sent = world.leased(1).await;
    let policy = DoubtPolicy::Resend { max_resends: 2 };
    for crash in 1..=3_i64 {
        let recovered = store
            .recover(world.connector, policy, at(crash))
            .await
            .unwrap();
        if crash <= 2 {
            assert_eq!(recovered, Recovered { resent: 1, held: 0 }, "crash {crash}");
            assert_eq!(sent.state().await, (MessageState::Queued, Reason::Retrying));
            assert_eq!(world.claim_at(1, at(crash)).await, [sent.message]);
        } else {
            assert_eq!(recovered, Recovered { resent: 0, held: 1 });
            assert_eq!(
                sent.state().await,
                (MessageState::InDoubt, Reason::ProcessStopped)
            );
            assert_eq!(world.claim_at(1, at(crash)).await, []);
        }
    }
    assert_eq!(world.book().await.held, PRICE);
    sound(store).await;
}

pub async fn recovery_holds_when_the_policy_says_so(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let sent = world.leased(1).await;
    let waiting = world.accept(1).await;
    let recovered = store
        .recover(world.connector, DoubtPolicy::Hold, at(1))
        .await
        .unwrap();
    assert_eq!(recovered, Recovered { resent: 0, held: 1 });
    assert_eq!(
        sent.state().await,
        (MessageState::InDoubt, Reason::ProcessStopped)
    );
    assert_eq!(world.messages(waiting).await[0].state, MessageState::Queued);
    assert_eq!(world.claim(10).await.len(), 1);
    sound(store).await;
}

pub async fn recovery_is_for_one_connector(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let other = store.put_connector("other", "{}", b"").await.unwrap();
    world.leased(1).await;
    let recovered = store
        .recover(other, DoubtPolicy::Hold, at(1))
        .await
        .unwrap();
    assert_eq!(recovered, Recovered::default());
}

pub async fn recovery_keeps_the_segments_that_were_taken(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let sent = world.leased(3).await;
    let retry = Rest::Retry {
        reason: Reason::Throttled,
        due_at: at(10),
        attempt_used: false,
    };
    sent.answer(&[(0, "a")], retry, at(10)).await;
    assert_eq!(world.claim_at(3, at(10)).await.len(), 1);
    let policy = DoubtPolicy::Resend { max_resends: 1 };
    store
        .recover(world.connector, policy, at(11))
        .await
        .unwrap();
    let again = super::world::claim(store, world.connector, 3, at(11))
        .await
        .messages;
    assert_eq!((again[0].accepted, again[0].doubts), (0b001, 1));
}

pub async fn recovery_does_not_count_what_has_ended_meanwhile(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let sent = world.leased(1).await;
    // In doubt, sent again, and the first attempt's receipt ends it while the second is on lease.
    let resend = Rest::Unknown {
        reason: Reason::ResponseTimeout,
        resend_at: Some(at(1)),
    };
    sent.answer(&[], resend, at(1)).await;
    assert_eq!(world.claim_at(1, at(2)).await, [sent.message]);
    sent.answer(&[(0, "1")], Rest::Late, at(3)).await;
    sent.receipt("1", Outcome::Delivered, at(4)).await;
    let policy = DoubtPolicy::Resend { max_resends: 5 };
    let recovered = store.recover(world.connector, policy, at(5)).await.unwrap();
    assert_eq!(recovered, Recovered::default());
    assert_eq!(sent.state().await.0, MessageState::Delivered);
    sound(store).await;
}
