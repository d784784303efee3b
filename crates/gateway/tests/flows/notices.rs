//! What programs that bind are owed: written before anything is acknowledged, there until it has been given.

use gateway::{Notice, NoticeEvent, SubmissionId, Tells};
use sms::{MessageState, Outcome};
use tempfile::TempDir;
use testkit::loopback::upstream_id;

use crate::world::{START, World};

const ENDS: Tells = Tells::DELIVERED.with(Tells::NOT_DELIVERED);
const LOOPBACK: &str = r#"{"address":"loopback","system_id":"x"}"#;

/// Submits a message of which this is told.
async fn send(world: &World, notices: Tells) -> SubmissionId {
    let mut submit = world.request(&["380670000001"]);
    submit.terms.notices = notices;
    world.gateway.submit(submit).await.unwrap().submission
}

async fn owed(world: &World) -> Vec<Notice> {
    let notices = world.gateway.notices(world.account, None, 100).await;
    notices.unwrap()
}

/// Whether it is under way only, and its state now.
fn told(notice: &Notice) -> (bool, MessageState) {
    match &notice.event {
        NoticeEvent::UnderWay(sent) => (true, sent.message.state),
        NoticeEvent::Ended(sent) => (false, sent.message.state),
        NoticeEvent::Received(received) => panic!("{received:?}"),
    }
}

#[tokio::test]
async fn a_receipt_is_noticed_before_it_is_acknowledged_and_until_it_is_given() {
    let world = World::new().await;
    let way = world.way().await;
    let mut bell = world.gateway.notice_bell();
    send(&world, ENDS.with(Tells::UNDER_WAY)).await;
    let attempt = way.take(1).await.remove(0);
    bell.mark_unchanged();
    way.accept(&attempt);
    bell.changed().await.unwrap();
    let under_way = owed(&world).await;
    assert_eq!(under_way.len(), 1);
    assert_eq!(told(&under_way[0]), (true, MessageState::Submitted));

    world.clock.advance_ms(1_000);
    bell.mark_unchanged();
    let id = upstream_id(attempt.message, 0);
    way.report(1, id, Outcome::Delivered).await;
    assert!(way.acknowledged(1).await);
    // Acknowledged is durable: no waiting here.
    let both = owed(&world).await;
    let now: Vec<_> = both.iter().map(told).collect();
    let delivered = MessageState::Delivered;
    assert_eq!(now, [(true, delivered), (false, delivered)]);
    assert_eq!(both[1].at, START.plus_millis(1_000));
    bell.changed().await.unwrap();

    let count = world.gateway.notice_count(world.account).await.unwrap();
    assert_eq!((count.waiting, count.oldest_at), (2, Some(START)));
    let given = both.iter().map(|notice| notice.id).collect();
    let forgotten = world.gateway.notices_given(world.account, given);
    forgotten.await.unwrap();
    assert!(owed(&world).await.is_empty());
}

#[tokio::test]
async fn who_asks_for_nothing_is_owed_nothing() {
    let world = World::new().await;
    let way = world.way().await;
    for notices in [Tells::default(), Tells::NOT_DELIVERED] {
        send(&world, notices).await;
        let attempt = way.take(1).await.remove(0);
        way.accept(&attempt);
        let id = upstream_id(attempt.message, 0);
        way.report(1, id, Outcome::Delivered).await;
        assert!(way.acknowledged(1).await);
    }
    assert!(owed(&world).await.is_empty());
}

#[tokio::test]
async fn notices_outlive_the_process() {
    let place = TempDir::new().unwrap();
    let world = World::at(place.path(), LOOPBACK).await;
    let way = world.way().await;
    send(&world, ENDS).await;
    let attempt = way.take(1).await.remove(0);
    way.accept(&attempt);
    let id = upstream_id(attempt.message, 0);
    way.report(1, id, Outcome::Delivered).await;
    assert!(way.acknowledged(1).await);
    let before = owed(&world).await;
    drop(way);
    drop(world.stop().await);

    let world = World::at(place.path(), LOOPBACK).await;
    let after = owed(&world).await;
    assert_eq!(after.len(), 1);
    assert_eq!((after[0].id, after[0].at), (before[0].id, before[0].at));
    assert_eq!(told(&after[0]), (false, MessageState::Delivered));
}

#[tokio::test]
async fn a_cancelled_message_is_noticed_at_once() {
    let world = World::new().await;
    world.way().await.set_up(false);
    let mut bell = world.gateway.notice_bell();
    let id = send(&world, ENDS).await;
    let message = world.messages(id).await[0].id;
    bell.mark_unchanged();
    let cancelled = world.gateway.cancel_message(world.account, message);
    cancelled.await.unwrap();
    assert!(bell.has_changed().unwrap());
    let owed = owed(&world).await;
    assert_eq!(told(&owed[0]), (false, MessageState::Cancelled));
}
