//! Messages that may have left: sent again or held, proved late, and found after a crash.

use std::time::Duration;

use gateway::connector::Failure;
use sms::{MessageState, Outcome, Reason};
use tempfile::TempDir;
use testkit::loopback::upstream_id;
use tokio::runtime::Runtime;

use crate::world::{HOUR, World};

const RESEND: &str = r#"{"address":"x","system_id":"y"}"#;
const RESEND_ONCE: &str =
    r#"{"address":"x","system_id":"y","in_doubt":{"resend":{"max_resends":1}}}"#;
const HOLD: &str = r#"{"address":"x","system_id":"y","in_doubt":"hold"}"#;

const LOST: Failure = Failure::Unknown(Reason::SessionLost);
const SILENT: Failure = Failure::Unknown(Reason::ResponseTimeout);

#[tokio::test]
async fn a_message_without_an_answer_is_sent_again_as_often_as_allowed_then_held() {
    let world = World::with(RESEND_ONCE).await;
    let way = world.way().await;
    let id = world.send("hello").await;
    way.fail(&way.take(1).await[0], SILENT);
    world
        .becomes(id, MessageState::Queued, Reason::Retrying)
        .await;
    world.clock.advance_ms(5_000);
    way.fail(&way.take(1).await[0], SILENT);
    world
        .becomes(id, MessageState::InDoubt, Reason::ResponseTimeout)
        .await;
    world.money(1, 0).await;
}

#[tokio::test]
async fn a_lost_link_is_forgiven_oftener_than_silence() {
    let world = World::with(RESEND_ONCE).await;
    let way = world.way().await;
    let id = world.send("hello").await;
    way.fail(&way.take(1).await[0], LOST);
    way.fail(&way.take(1).await[0], LOST);
    // The third attempt waits a moment: the link breaks again and again.
    way.accept(&world.taken_later(&way).await);
    world
        .becomes(id, MessageState::Submitted, Reason::None)
        .await;
}

#[tokio::test]
async fn a_silent_upstream_is_given_time_before_the_resend() {
    let world = World::new().await;
    let way = world.way().await;
    let id = world.send("hello").await;
    let attempt = way.take(1).await.remove(0);
    way.fail(&attempt, SILENT);
    world
        .becomes(id, MessageState::Queued, Reason::Retrying)
        .await;
    // It answers after all: nothing is sent again.
    way.prove(&attempt, &[0]);
    world
        .becomes(id, MessageState::Submitted, Reason::None)
        .await;
    world.clock.advance_ms(HOUR);
    world.send("other").await;
    let attempts = way.take(1).await;
    assert_eq!(attempts.len(), 1);
    assert_ne!(attempts[0].message, attempt.message);
    world.money(1, 1).await;
}

#[tokio::test]
async fn a_late_proof_of_one_segment_does_not_disturb_the_second_attempt() {
    let world = World::new().await;
    let way = world.way().await;
    let id = world.send(&"a".repeat(200)).await;
    let first = way.take(1).await.remove(0);
    way.fail(&first, SILENT);
    world
        .becomes(id, MessageState::Queued, Reason::Retrying)
        .await;
    world.clock.advance_ms(5_000);
    let second = way.take(1).await.remove(0);
    way.prove(&first, &[0]);
    // The second attempt is refused for a while: only what is not proved goes again.
    let busy = Failure::Retry {
        reason: Reason::Throttled,
        after_ms: 0,
        attempt_used: false,
    };
    way.fail(&second, busy);
    let third = way.take(1).await.remove(0);
    let indexes: Vec<_> = third.segments.iter().map(|(index, _)| *index).collect();
    assert_eq!(indexes, [1]);
    way.accept(&third);
    world
        .becomes(id, MessageState::Submitted, Reason::None)
        .await;
    world.money(0, 2).await;
}

#[tokio::test]
async fn a_message_held_in_doubt_ends_when_no_receipt_comes() {
    let world = World::with(HOLD).await;
    let way = world.way().await;
    let id = world.send("hello").await;
    way.fail(&way.take(1).await[0], LOST);
    world
        .becomes(id, MessageState::InDoubt, Reason::SessionLost)
        .await;
    world.clock.advance_ms(24 * HOUR);
    let marker = world.send("marker").await;
    way.accept(&way.take(1).await[0]);
    world
        .becomes(marker, MessageState::Submitted, Reason::None)
        .await;
    assert_eq!(world.state(id).await.0, MessageState::InDoubt);
    world.clock.advance_ms(48 * HOUR);
    world
        .becomes(id, MessageState::Expired, Reason::NoReceipt)
        .await;
    world.money(0, 2).await;
}

#[tokio::test]
async fn a_message_held_in_doubt_is_resolved_by_a_late_answer() {
    let world = World::with(HOLD).await;
    let way = world.way().await;
    let id = world.send("hello").await;
    let attempt = way.take(1).await.remove(0);
    way.fail(&attempt, SILENT);
    world
        .becomes(id, MessageState::InDoubt, Reason::ResponseTimeout)
        .await;
    way.prove(&attempt, &[0]);
    world
        .becomes(id, MessageState::Submitted, Reason::None)
        .await;
    way.report(1, upstream_id(attempt.message, 0), Outcome::Delivered)
        .await;
    world
        .becomes(id, MessageState::Delivered, Reason::None)
        .await;
    world.money(0, 1).await;
}

/// Runs a flow in a runtime that is then torn down without any order, as by `kill -9`: no task gets another turn.
fn until_crash(place: &TempDir, settings: &str, flow: impl AsyncFnOnce(&World)) {
    let runtime = Runtime::new().unwrap();
    runtime.block_on(async {
        let world = World::at(place.path(), settings).await;
        flow(&world).await;
        // Dropped here with its tasks still running.
    });
    runtime.shutdown_timeout(Duration::from_secs(5));
}

#[test]
fn a_crash_with_messages_outstanding_sends_them_again() {
    let place = TempDir::new().unwrap();
    until_crash(&place, RESEND, async |world| {
        world
            .gateway
            .submit(world.request(&["380670000001"; 5]))
            .await
            .unwrap();
        let way = world.way().await;
        let attempts = way.take(5).await;
        way.accept(&attempts[0]);
        let id = gateway::SubmissionId(1);
        world
            .becomes(id, MessageState::Submitted, Reason::None)
            .await;
    });
    Runtime::new().unwrap().block_on(async {
        let world = World::at(place.path(), RESEND).await;
        let way = world.way().await;
        let attempts = way.take(4).await;
        assert_eq!(attempts.len(), 4, "the answered one is not sent again");
        for attempt in &attempts {
            way.accept(attempt);
        }
        crate::world::eventually("all are charged", async || {
            let balance = world.gateway.balance(world.account).await.unwrap();
            balance.held.micros() == 0
        })
        .await;
        world.money(0, 5).await;
    });
}

#[test]
fn a_crash_with_messages_outstanding_holds_them_when_told_to() {
    let place = TempDir::new().unwrap();
    until_crash(&place, HOLD, async |world| {
        world.send("hello").await;
        world.way().await.take(1).await;
    });
    Runtime::new().unwrap().block_on(async {
        let world = World::at(place.path(), HOLD).await;
        let id = gateway::SubmissionId(1);
        let state = (MessageState::InDoubt, Reason::ProcessStopped);
        assert_eq!(world.state(id).await, state, "before anything is sent");
        world.money(1, 0).await;
    });
}

#[test]
fn what_waited_at_the_crash_is_sent_afterwards() {
    let place = TempDir::new().unwrap();
    until_crash(&place, RESEND, async |world| {
        world.way().await.set_up(false);
        world.send("hello").await;
    });
    Runtime::new().unwrap().block_on(async {
        let world = World::at(place.path(), RESEND).await;
        let way = world.way().await;
        way.accept(&way.take(1).await[0]);
        let id = gateway::SubmissionId(1);
        world
            .becomes(id, MessageState::Submitted, Reason::None)
            .await;
        world.money(0, 1).await;
    });
}
