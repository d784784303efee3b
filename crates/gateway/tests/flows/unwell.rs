//! A store that cannot write for a while: nothing is accepted, nothing that came in is lost, and a stop still ends.

use std::path::Path;

use gateway::Error;
use rusqlite::Connection;
use sms::{MessageState, Outcome, Reason};
use tempfile::TempDir;
use testkit::loopback::upstream_id;

use crate::world::World;

pub(crate) const SETTINGS: &str = r#"{"address":"x","system_id":"y"}"#;

/// Keeps everybody else from writing until it is dropped.
pub(crate) fn lock(place: &Path) -> Connection {
    let other = Connection::open(place.join("data.db")).unwrap();
    other
        .busy_timeout(std::time::Duration::from_secs(5))
        .unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    other
}

#[tokio::test]
async fn while_the_store_cannot_write_nothing_is_acknowledged_and_nothing_lost() {
    let place = TempDir::new().unwrap();
    let world = World::at(place.path(), SETTINGS).await;
    let way = world.way().await;
    let id = world.send("hello").await;
    let attempt = way.take(1).await.remove(0);

    let locked = lock(place.path());
    let refused = world.gateway.submit(world.request(&["380670000001"])).await;
    assert!(matches!(refused, Err(Error::Unavailable(_))), "{refused:?}");
    way.accept(&attempt);
    let upstream = upstream_id(attempt.message, 0);
    way.report(1, upstream.clone(), Outcome::Delivered).await;
    assert!(
        !way.acknowledged(1).await,
        "the upstream shall send it again"
    );
    // Reading goes on.
    assert_eq!(world.state(id).await.0, MessageState::Queued);

    drop(locked);
    world
        .becomes(id, MessageState::Submitted, Reason::None)
        .await;
    way.report(2, upstream, Outcome::Delivered).await;
    assert!(way.acknowledged(2).await);
    assert_eq!(world.state(id).await.0, MessageState::Delivered);
    world.money(0, 1).await;
}

#[tokio::test]
async fn a_stop_ends_though_the_store_cannot_write() {
    let place = TempDir::new().unwrap();
    let world = World::at(place.path(), SETTINGS).await;
    let way = world.way().await;
    let id = world.send("hello").await;
    let attempt = way.take(1).await.remove(0);
    let locked = lock(place.path());
    way.accept(&attempt);
    let (gateway, account, _place) = world.stop().await;
    drop(locked);
    drop(gateway);
    // The lease was durable: the next start knows that the message may have left.
    let world = World::at(place.path(), SETTINGS).await;
    assert_eq!(world.account, account);
    let way = world.way().await;
    way.accept(&way.take(1).await[0]);
    world
        .becomes(id, MessageState::Submitted, Reason::None)
        .await;
    world.money(0, 1).await;
}
