//! From the wire to the handset: answers, receipts, charges.

use gateway::connector::Failure;
use sms::{MessageState, Outcome, Reason};
use testkit::loopback::upstream_id;

use crate::world::{HOUR, START, World};

#[tokio::test]
async fn a_message_goes_out_is_taken_reported_and_charged() {
    let world = World::new().await;
    let way = world.way().await;
    let id = world.send("hello").await;
    let attempt = way.take(1).await.remove(0);
    assert_eq!(attempt.recipient.as_str(), "380670000001");
    assert_eq!(&*attempt.originator, "Info");
    assert_eq!(attempt.segments[0].1.octets, b"hello");
    assert_eq!(attempt.expires_at, START.plus_millis(24 * HOUR));
    world.money(1, 0).await;

    world.clock.advance_ms(1_000);
    way.accept(&attempt);
    world
        .becomes(id, MessageState::Submitted, Reason::None)
        .await;
    world.money(0, 1).await;

    world.clock.advance_ms(1_000);
    way.report(1, upstream_id(attempt.message, 0), Outcome::Delivered)
        .await;
    assert!(way.acknowledged(1).await);
    // Acknowledged is durable: no waiting here.
    assert_eq!(
        world.state(id).await,
        (MessageState::Delivered, Reason::None)
    );
    let message = world.messages(id).await.remove(0);
    assert_eq!(message.submitted_at, Some(START.plus_millis(1_000)));
    assert_eq!(message.done_at, Some(START.plus_millis(2_000)));
    world.money(0, 1).await;
}

#[tokio::test]
async fn a_receipt_for_nobody_is_stored_and_acknowledged() {
    let world = World::new().await;
    let way = world.way().await;
    way.report(7, b"of another life".to_vec(), Outcome::Delivered)
        .await;
    assert!(way.acknowledged(7).await);
}

#[tokio::test]
async fn a_receipt_may_come_before_its_answer() {
    let world = World::new().await;
    let way = world.way().await;
    let id = world.send("hello").await;
    let attempt = way.take(1).await.remove(0);
    way.report(1, upstream_id(attempt.message, 0), Outcome::Delivered)
        .await;
    assert!(way.acknowledged(1).await);
    assert_eq!(world.state(id).await.0, MessageState::Queued);
    way.accept(&attempt);
    world
        .becomes(id, MessageState::Delivered, Reason::None)
        .await;
    world.money(0, 1).await;
}

#[tokio::test]
async fn a_refused_message_is_given_its_money_back() {
    let world = World::new().await;
    let way = world.way().await;
    let id = world.send("hello").await;
    let attempt = way.take(1).await.remove(0);
    way.fail(&attempt, Failure::Refused(Reason::DestinationRefused));
    world
        .becomes(id, MessageState::Rejected, Reason::DestinationRefused)
        .await;
    world.money(0, 0).await;
}

#[tokio::test]
async fn a_message_that_does_not_arrive_is_charged_all_the_same() {
    let world = World::new().await;
    let way = world.way().await;
    let id = world.send("hello").await;
    let attempt = way.take(1).await.remove(0);
    way.accept(&attempt);
    world
        .becomes(id, MessageState::Submitted, Reason::None)
        .await;
    let absent = Outcome::Undelivered(Reason::AbsentSubscriber);
    way.report(1, upstream_id(attempt.message, 0), absent).await;
    world
        .becomes(id, MessageState::Undelivered, Reason::AbsentSubscriber)
        .await;
    world.money(0, 1).await;
}

#[tokio::test]
async fn a_long_message_is_delivered_when_every_segment_is() {
    let world = World::new().await;
    let way = world.way().await;
    let id = world.send(&"ж".repeat(180)).await;
    let attempt = way.take(1).await.remove(0);
    assert_eq!(attempt.segments.len(), 3);
    let reference = attempt.segments[0].1.udh.as_ref().unwrap()[3];
    for (segment, index) in attempt.segments.iter().zip(0..) {
        assert_eq!(segment.0, index);
        let expected = [5, 0, 3, reference, 3, u8::try_from(index + 1).unwrap()];
        assert_eq!(segment.1.udh.as_deref(), Some(&expected[..]));
    }
    way.accept(&attempt);
    for (number, segment) in [(1, 2), (2, 0)] {
        way.report(
            number,
            upstream_id(attempt.message, segment),
            Outcome::Delivered,
        )
        .await;
        assert!(way.acknowledged(number).await);
    }
    world
        .becomes(id, MessageState::Submitted, Reason::None)
        .await;
    way.report(3, upstream_id(attempt.message, 1), Outcome::Delivered)
        .await;
    world
        .becomes(id, MessageState::Delivered, Reason::None)
        .await;
    world.money(0, 3).await;
}

#[tokio::test]
async fn the_window_bounds_what_is_outstanding() {
    let world = World::with(r#"{"address":"x","system_id":"y","links":2,"window":3}"#).await;
    let way = world.way().await;
    for _ in 0..10 {
        world
            .gateway
            .submit(world.request(&["380670000001"; 10]))
            .await
            .unwrap();
    }
    let mut sent = 0;
    while sent < 100 {
        for attempt in way.take(1).await {
            sent += 1;
            way.accept(&attempt);
        }
    }
    assert_eq!(way.most_outstanding(), 6);
}

#[tokio::test]
async fn a_full_window_waits_for_an_answer() {
    let world = World::with(r#"{"address":"x","system_id":"y","window":2}"#).await;
    let way = world.way().await;
    let id = world
        .gateway
        .submit(world.request(&["380670000001"; 3]))
        .await
        .unwrap()
        .submission;
    let first = way.take(2).await;
    assert_eq!(first.len(), 2);
    way.accept(&first[0]);
    // The room comes back with the durable answer, and with it the third message.
    let third = way.take(1).await;
    assert_eq!(third.len(), 1);
    assert_eq!(world.state(id).await.0, MessageState::Submitted);
}

#[tokio::test]
async fn long_messages_exceed_the_window_by_the_last_one_only() {
    let world = World::with(r#"{"address":"x","system_id":"y","window":10}"#).await;
    let way = world.way().await;
    let mut submit = world.request(&["380670000001"; 30]);
    submit.terms.text = "a".repeat(153 * 4);
    world.gateway.submit(submit).await.unwrap();
    let mut sent = 0;
    while sent < 30 {
        for attempt in way.take(1).await {
            sent += 1;
            way.accept(&attempt);
        }
    }
    let most = way.most_outstanding();
    assert!(most <= 10 + 3, "{most} segments");
}

#[tokio::test]
async fn a_message_longer_than_the_window_gets_its_turn() {
    let world = World::with(r#"{"address":"x","system_id":"y","window":2}"#).await;
    let way = world.way().await;
    let id = world.send(&"a".repeat(153 * 4)).await;
    let attempt = way.take(1).await.remove(0);
    assert_eq!(attempt.segments.len(), 4);
    way.accept(&attempt);
    world
        .becomes(id, MessageState::Submitted, Reason::None)
        .await;
    world.money(0, 4).await;
}
