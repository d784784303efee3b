//! Messages that go to their connector without waiting in the queue.

use std::time::Duration;

use gateway::Error;
use sms::{MessageState, Reason};
use store::Queue as _;
use tempfile::TempDir;
use testkit::loopback::Way;
use tokio::time::timeout;

use crate::unwell::lock;
use crate::world::{World, connector, eventually};

const ONE_AT_A_TIME: &str = r#"{"address":"loopback","system_id":"x","window":1}"#;

/// Waits until the connector has found its queue empty: from then on what comes may go at once.
async fn idle(world: &World) {
    let connector = world.gateway.connectors()[0].id;
    eventually("nothing waits", async || {
        world.store().waiting(connector, 1).await.unwrap() == [0; 3]
    })
    .await;
}

/// Takes the next attempt and says who it is to.
async fn next(way: &Way) -> String {
    let attempts = way.take(1).await;
    way.accept(&attempts[0]);
    attempts[0].recipient.to_string()
}

#[tokio::test]
async fn nothing_overtakes_what_waits() {
    let world = World::with(ONE_AT_A_TIME).await;
    let way = world.way().await;
    idle(&world).await;
    let numbers: Vec<_> = (0..20)
        .map(|index| format!("3806700000{index:02}"))
        .collect();
    for number in &numbers {
        let request = world.request(&[number]);
        world.gateway.submit(request).await.unwrap();
    }
    for number in &numbers {
        assert_eq!(next(&way).await, *number);
        // What comes while the others wait comes after them.
        world
            .gateway
            .submit(world.request(&["380671111111"]))
            .await
            .unwrap();
    }
    for _ in &numbers {
        assert_eq!(next(&way).await, "380671111111");
    }
    assert_eq!(way.most_outstanding(), 1, "the window holds");
}

#[tokio::test]
async fn a_client_that_hangs_up_takes_no_message_with_it() {
    let world = World::new().await;
    let way = world.way().await;
    idle(&world).await;
    let mut given_up = 0;
    for waited in 0..60 {
        // The request is given up at some point of its way to the disk.
        let submission = world.gateway.submit(world.request(&["380670000001"]));
        let answer = timeout(Duration::from_micros(waited * 50), submission).await;
        given_up += u32::from(answer.is_err());
    }
    assert!(given_up > 0, "nobody has hung up");
    // What has come so far comes before this, and all that was written leaves.
    world.send("the last").await;
    let audit = world.gateway.audit().await.unwrap();
    assert_eq!(audit.violations, []);
    let mut left = audit.messages;
    while left > 0 {
        let attempts = way.take(1).await;
        left -= attempts.len() as u64;
        crate::campaigns::accept_all(&way, &attempts);
    }
}

#[tokio::test]
async fn what_a_connector_refuses_for_a_moment_waits_in_the_queue_and_goes_again() {
    let world = World::new().await;
    let way = world.way().await;
    idle(&world).await;
    let id = world.send("hello").await;
    let attempt = way.take(1).await.remove(0);
    let busy = gateway::connector::Failure::Retry {
        reason: Reason::LinkDown,
        after_ms: 0,
        attempt_used: false,
    };
    way.fail(&attempt, busy);
    let again = way.take(1).await.remove(0);
    assert_eq!(again.message, attempt.message);
    way.accept(&again);
    world
        .becomes(id, MessageState::Submitted, Reason::None)
        .await;
}

#[tokio::test]
async fn what_is_accepted_while_its_connector_stops_has_not_left_and_goes_by_the_next_one() {
    let hold = |window: u32| {
        format!(r#"{{"address":"x","system_id":"y","in_doubt":"hold","window":{window}}}"#)
    };
    let place = TempDir::new().unwrap();
    let world = World::at(place.path(), &hold(10)).await;
    for window in 11..40 {
        let way = world.way().await;
        idle(&world).await;
        connector(&world.gateway, "way", &hold(window)).await;
        // It keeps room on the connector that is about to be started again, and cannot be written before that is stopped.
        let locked = lock(place.path());
        let stopped = async {
            eventually("it is stopped", async || way.is_stopped()).await;
            drop(locked);
        };
        let request = world.request(&["380670000001"]);
        let (accepted, ()) = tokio::join!(world.gateway.submit(request), stopped);
        match accepted {
            Ok(accepted) => {
                let next = world.way().await;
                next.accept(&next.take(1).await[0]);
                world
                    .becomes(accepted.submission, MessageState::Submitted, Reason::None)
                    .await;
                return;
            }
            // The stop took longer than the store waits for another process.
            Err(error) => assert!(matches!(error, Error::Unavailable(_)), "{error:?}"),
        }
    }
    panic!("nothing was accepted");
}
