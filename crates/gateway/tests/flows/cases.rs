//! Failures that SMPP programs met in the field and that are the gateway's own affair; docs/failure-cases.md lists them all.

use gateway::connector::Failure;
use gateway::directory::CredentialKind;
use gateway::{To, secrets::Secret};
use sms::{MessageState, Outcome, Reason};
use tempfile::TempDir;
use testkit::loopback::upstream_id;

use crate::programs::{Manner, Programs};
use crate::world::{HOUR, START, World, eventually};

const RESEND: &str = r#"{"address":"x","system_id":"y"}"#;

#[tokio::test]
async fn case_10_the_same_receipts_in_every_order_give_the_same_end() {
    let absent = Outcome::Undelivered(Reason::AbsentSubscriber);
    let rows = [
        [Outcome::Unknown, absent, Outcome::Delivered],
        [Outcome::Delivered, Outcome::Delivered, Outcome::Unknown],
        [Outcome::Expired, Outcome::Delivered, absent],
    ];
    let orders = [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ];
    let mut ticket = 0;
    for outcomes in rows {
        for order in orders {
            let world = World::new().await;
            let way = world.way().await;
            let id = world.send("hello").await;
            let attempt = way.take(1).await.remove(0);
            way.accept(&attempt);
            for turn in order {
                ticket += 1;
                let upstream = upstream_id(attempt.message, 0);
                way.report(ticket, upstream, outcomes[turn]).await;
                assert!(way.acknowledged(ticket).await);
            }
            let end = (MessageState::Delivered, Reason::None);
            world.becomes(id, end.0, end.1).await;
            world.money(0, 1).await;
        }
    }
}

#[tokio::test]
async fn case_11_an_attempt_that_was_throttled_takes_no_id_with_it() {
    let world = World::new().await;
    let way = world.way().await;
    let id = world.send(&"ж".repeat(180)).await;
    let attempt = way.take(1).await.remove(0);
    let throttled = Failure::Retry {
        reason: Reason::Throttled,
        after_ms: 1_000,
        attempt_used: false,
    };
    way.fail(&attempt, throttled);
    let again = world.taken_later(&way).await;
    assert_eq!(again.message, attempt.message);
    way.accept(&again);
    for (ticket, segment) in [(1, 0), (2, 1), (3, 2)] {
        let upstream = upstream_id(attempt.message, segment);
        way.report(ticket, upstream, Outcome::Delivered).await;
    }
    world
        .becomes(id, MessageState::Delivered, Reason::None)
        .await;
    world.money(0, 3).await;
}

#[tokio::test]
async fn case_33_what_waits_is_in_the_store_and_in_no_queue_beside_it() {
    let place = TempDir::new().unwrap();
    let world = World::at(place.path(), RESEND).await;
    world.way().await.set_up(false);
    let id = world.send("hello").await;
    let mut later = world.request(&["380670000002"]);
    later.terms.start_at = Some(START.plus_millis(HOUR));
    let scheduled = world.gateway.submit(later).await.unwrap().submission;
    world.stop().await;

    let world = World::at(place.path(), RESEND).await;
    let way = world.way().await;
    way.accept(&way.take(1).await[0]);
    world
        .becomes(id, MessageState::Submitted, Reason::None)
        .await;
    world.clock.advance_ms(HOUR);
    way.accept(&way.take(1).await[0]);
    world
        .becomes(scheduled, MessageState::Submitted, Reason::None)
        .await;
    world.money(0, 2).await;
}

#[tokio::test]
async fn case_34_a_callback_is_tried_for_a_day_and_then_kept_to_be_seen() {
    let programs = Programs::default();
    let world = World::calling(programs.clone()).await;
    let known = world.gateway.account(world.account).unwrap();
    let mut settings = known.settings.clone();
    settings.callback_url = Some("https://shop.example.com/told".into());
    let changed = world
        .gateway
        .change_account(world.account, &settings, 0, false);
    changed.await.unwrap();
    programs.are(world.account, Manner::Refuses);
    // Over at once: no number. The other one makes it a submission.
    let mut submit = world.request(&["nobody"]);
    submit.recipients.push(To::number("380670000001"));
    submit.terms.start_at = Some(START.plus_millis(100 * HOUR));
    world.gateway.submit(submit).await.unwrap();
    let mut minutes = 0;
    loop {
        eventually("what was due is tried and recorded", async || {
            world.due_callbacks().await.is_empty()
        })
        .await;
        let count = world.gateway.callback_count(world.account).await.unwrap();
        if (count.waiting, count.given_up) == (0, 1) {
            break;
        }
        assert_eq!((count.waiting, count.given_up), (1, 0));
        assert!(minutes <= 24 * 60, "it is tried for ever");
        world.clock.advance_ms(60_000);
        minutes += 1;
    }
    assert!(minutes > 20 * 60, "given up after {minutes} minutes");
    assert_eq!(programs.so_far(Manner::Refuses).len(), 8);
    // And it may be told after all, when somebody says so.
    programs.are(world.account, Manner::Takes);
    world.clock.advance_ms(60_000);
    let retried = world.gateway.retry_callbacks(world.account).await;
    assert_eq!(retried.unwrap(), 1);
    programs.tried(Manner::Takes, 1).await;
}

#[tokio::test]
async fn case_37_secrets_do_not_print() {
    let world = World::new().await;
    let put =
        world
            .gateway
            .put_credential(world.account, CredentialKind::Password, "shop", "hush-hush");
    put.await.unwrap();
    world
        .gateway
        .put_connector(
            "guarded",
            &gateway::directory::ConnectorSettings::to("127.0.0.1:9", "x"),
            "hush-hush",
        )
        .await
        .unwrap();
    let secret = Secret::new("hush-hush");
    assert!(!format!("{secret:?}").contains("hush"));
    let accounts = format!("{:?}", world.gateway.accounts());
    assert!(!accounts.contains("hush"), "{accounts}");
    for spec in world.gateway.connectors() {
        let shown = format!("{:?} {:?}", spec.password, spec.settings);
        assert!(!shown.contains("hush"), "{shown}");
    }
}
