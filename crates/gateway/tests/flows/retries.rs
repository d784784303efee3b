//! What an upstream refuses for a while: pauses, their growth, and giving up.

use gateway::connector::{AcceptedSegment, Failure};
use sms::{MessageState, Reason};

use crate::world::{HOUR, World};

const THROTTLED: Failure = Failure::Retry {
    reason: Reason::Throttled,
    after_ms: 1_000,
    attempt_used: false,
};

const BUSY: Failure = Failure::Retry {
    reason: Reason::NetworkError,
    after_ms: 1_000,
    attempt_used: true,
};

#[tokio::test]
async fn a_throttled_message_is_sent_again_after_the_pause_as_often_as_needed() {
    let world = World::new().await;
    let way = world.way().await;
    let id = world.send("hello").await;
    for _ in 0..6 {
        let attempt = way.take(1).await.remove(0);
        way.fail(&attempt, THROTTLED);
        world
            .becomes(id, MessageState::Queued, Reason::Throttled)
            .await;
        world.clock.advance_ms(1_000);
    }
    way.accept(&way.take(1).await[0]);
    world
        .becomes(id, MessageState::Submitted, Reason::None)
        .await;
    world.money(0, 1).await;
}

#[tokio::test]
async fn pauses_grow_and_end_with_the_attempts() {
    let world = World::new().await;
    let way = world.way().await;
    let id = world.send("hello").await;
    for pause in [2_000, 4_000] {
        let attempt = way.take(1).await.remove(0);
        way.fail(&attempt, BUSY);
        world
            .becomes(id, MessageState::Queued, Reason::NetworkError)
            .await;
        world.clock.advance_ms(pause - 1);
        // Another message shows that the tasks have had their turn.
        let other = world.send("other").await;
        let attempts = way.take(1).await;
        assert_eq!(attempts.len(), 1, "not before {pause} ms");
        way.accept(&attempts[0]);
        world
            .becomes(other, MessageState::Submitted, Reason::None)
            .await;
        world.clock.advance_ms(1);
    }
    way.fail(&way.take(1).await[0], BUSY);
    world
        .becomes(id, MessageState::Rejected, Reason::AttemptsExhausted)
        .await;
    world.money(0, 2).await;
}

#[tokio::test]
async fn a_link_that_goes_down_does_not_use_up_what_is_left_of_the_attempts() {
    let world = World::new().await;
    let way = world.way().await;
    let id = world.send("hello").await;
    let lost = Failure::Unknown(Reason::SessionLost);
    // Three sessions break with the message outstanding: as many as it may be refused.
    for _ in 0..3 {
        way.fail(&world.taken_later(&way).await, lost);
    }
    let link_down = Failure::Retry {
        reason: Reason::LinkDown,
        after_ms: 0,
        attempt_used: false,
    };
    way.fail(&world.taken_later(&way).await, link_down);
    way.accept(&world.taken_later(&way).await);
    world
        .becomes(id, MessageState::Submitted, Reason::None)
        .await;
    world.money(0, 1).await;
}

#[tokio::test]
async fn only_the_segments_that_were_not_taken_are_sent_again() {
    let world = World::new().await;
    let way = world.way().await;
    let id = world.send(&"a".repeat(400)).await;
    let first = way.take(1).await.remove(0);
    way.answer(
        &first,
        vec![AcceptedSegment::new(1, "middle")],
        Some(THROTTLED),
    );
    world
        .becomes(id, MessageState::Queued, Reason::Throttled)
        .await;
    world.clock.advance_ms(1_000);
    let second = way.take(1).await.remove(0);
    let indexes: Vec<_> = second.segments.iter().map(|(index, _)| *index).collect();
    assert_eq!(indexes, [0, 2]);
    assert_eq!(
        second.segments[0].1, first.segments[0].1,
        "octet for octet, reference included"
    );
    way.accept(&second);
    world
        .becomes(id, MessageState::Submitted, Reason::None)
        .await;
    world.money(0, 3).await;
}

#[tokio::test]
async fn a_retry_beyond_the_lifetime_ends_it() {
    let world = World::new().await;
    let way = world.way().await;
    let mut submit = world.request(&["380670000001"]);
    submit.terms.lifetime_ms = Some(500);
    let id = world.gateway.submit(submit).await.unwrap().submission;
    way.fail(&way.take(1).await[0], BUSY);
    world
        .becomes(id, MessageState::Queued, Reason::NetworkError)
        .await;
    world.clock.advance_ms(500);
    world
        .becomes(id, MessageState::Expired, Reason::LifetimeOver)
        .await;
    world.money(0, 0).await;
}

#[tokio::test]
async fn messages_expire_while_the_link_is_down() {
    let world = World::new().await;
    let way = world.way().await;
    way.set_up(false);
    let id = world.send("hello").await;
    world.clock.advance_ms(24 * HOUR);
    world
        .becomes(id, MessageState::Expired, Reason::LifetimeOver)
        .await;
    assert_eq!(way.in_hand(), 0);
    world.money(0, 0).await;
}
