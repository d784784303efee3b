//! Submissions for later.

use sms::{MessageState, Reason};

use crate::world::{HOUR, START, World};

#[tokio::test]
async fn a_scheduled_submission_leaves_at_its_time() {
    let world = World::new().await;
    let way = world.way().await;
    let mut submit = world.request(&["380670000001", "380670000002"]);
    submit.terms.start_at = Some(START.plus_millis(HOUR));
    let id = world.gateway.submit(submit).await.unwrap().submission;
    assert_eq!(
        world.state(id).await,
        (MessageState::Held, Reason::Scheduled)
    );
    world.money(2, 0).await;

    world.clock.advance_ms(HOUR - 1);
    // A message sent at once shows that the tasks have had their turn.
    let now = world.send("now").await;
    let attempts = way.take(1).await;
    assert_eq!(attempts.len(), 1);
    way.accept(&attempts[0]);
    world
        .becomes(now, MessageState::Submitted, Reason::None)
        .await;
    assert_eq!(world.state(id).await.0, MessageState::Held);

    world.clock.advance_ms(1);
    let attempts = way.take(2).await;
    assert_eq!(
        attempts[0].expires_at,
        START.plus_millis(25 * HOUR),
        "a lifetime from the start"
    );
    for attempt in &attempts {
        way.accept(attempt);
    }
    world
        .becomes(id, MessageState::Submitted, Reason::None)
        .await;
}

#[tokio::test]
async fn a_time_that_has_passed_means_at_once() {
    let world = World::new().await;
    let mut submit = world.request(&["380670000001"]);
    submit.terms.start_at = Some(START.plus_millis(-HOUR));
    let id = world.gateway.submit(submit).await.unwrap().submission;
    assert_eq!(world.way().await.take(1).await.len(), 1);
    let found = world.gateway.submission(world.account, id).await.unwrap();
    assert_eq!(found.start_at, None);
}

#[tokio::test]
async fn a_lifetime_is_bounded_by_the_gateways() {
    let world = World::new().await;
    let way = world.way().await;
    for (asked, given) in [
        (None, 24 * HOUR),
        (Some(90 * HOUR), 24 * HOUR),
        (Some(HOUR), HOUR),
    ] {
        let mut submit = world.request(&["380670000001"]);
        submit.terms.lifetime_ms = asked;
        world.gateway.submit(submit).await.unwrap();
        let attempt = way.take(1).await.remove(0);
        assert_eq!(attempt.expires_at, START.plus_millis(given));
        way.accept(&attempt);
    }
}
