//! Connectors that come, go and change while the gateway runs, and the stop.

use gateway::connector::Failure;
use sms::{MessageState, Reason};

use crate::world::{World, connector, eventually};

const OTHER: &str = r#"{"address":"elsewhere","system_id":"z"}"#;

#[tokio::test]
async fn nothing_is_claimed_while_the_link_is_down() {
    let world = World::new().await;
    let way = world.way().await;
    way.set_up(false);
    let id = world.send("hello").await;
    let spec = world.gateway.connectors().remove(0);
    let waiting = world.gateway.waiting(spec.id, 10).await.unwrap();
    assert_eq!(waiting, [0, 1, 0]);
    assert_eq!(way.in_hand(), 0);
    assert_eq!(world.state(id).await.0, MessageState::Queued);
    way.set_up(true);
    assert_eq!(way.take(1).await.len(), 1);
    assert_eq!(world.gateway.waiting(spec.id, 10).await.unwrap(), [0; 3]);
}

#[tokio::test]
async fn a_connector_added_while_running_is_started() {
    let world = World::new().await;
    connector(&world.gateway, "new", OTHER).await;
    let way = world.loopback.way("new").await;
    let route = gateway::directory::RouteSettings {
        rank: -5,
        ..Default::default()
    };
    world
        .gateway
        .put_route("first", "new", &route)
        .await
        .unwrap();
    world.send("hello").await;
    assert_eq!(way.take(1).await.len(), 1);
}

#[tokio::test]
async fn a_connector_removed_while_running_is_stopped() {
    let world = World::new().await;
    connector(&world.gateway, "new", OTHER).await;
    let way = world.loopback.way("new").await;
    assert!(world.gateway.remove_connector("new").await.unwrap());
    eventually("it is stopped", async || way.is_stopped()).await;
    assert!(world.loopback.runs("way"), "the other goes on");
}

#[tokio::test]
async fn a_connector_in_use_is_not_removed() {
    let world = World::new().await;
    world.way().await.set_up(false);
    world.send("hello").await;
    let refused = world.gateway.remove_connector("way").await.unwrap_err();
    assert!(
        refused.to_string().contains("a route leads to"),
        "{refused}"
    );
    world.gateway.remove_route("ukraine").await.unwrap();
    let refused = world.gateway.remove_connector("way").await.unwrap_err();
    assert!(refused.to_string().contains("queued"), "{refused}");
    assert!(world.loopback.runs("way"));
}

#[tokio::test]
async fn a_changed_connector_is_started_again_and_loses_nothing() {
    let world = World::new().await;
    let old = world.way().await;
    let id = world
        .gateway
        .submit(world.request(&["380670000001"; 12]))
        .await
        .unwrap()
        .submission;
    // Ten fill the window; their answers do not come in time, so they are in doubt when the link is closed.
    assert_eq!(old.take(10).await.len(), 10);
    connector(&world.gateway, "way", OTHER).await;
    eventually("the old one is stopped", async || old.is_stopped()).await;
    let new = world.way().await;
    let mut sent = 0;
    while sent < 12 {
        for attempt in new.take(1).await {
            sent += 1;
            new.accept(&attempt);
        }
    }
    eventually("all are taken", async || {
        let found = world.gateway.submission(world.account, id).await.unwrap();
        found.tally.count(MessageState::Submitted) == 12
    })
    .await;
    world.money(0, 12).await;
}

#[tokio::test]
async fn a_stop_waits_for_what_is_outstanding() {
    let world = World::new().await;
    let way = world.way().await;
    let id = world.send("hello").await;
    let attempt = way.take(1).await.remove(0);
    let (stopped, ()) = tokio::join!(world.stop(), async {
        tokio::task::yield_now().await;
        way.accept(&attempt);
    });
    let (gateway, account, _place) = stopped;
    assert!(way.is_stopped());
    let message = gateway
        .messages(account, id, None, None, 1)
        .await
        .unwrap()
        .remove(0);
    assert_eq!(
        (message.state, message.reason),
        (MessageState::Submitted, Reason::None)
    );
}

#[tokio::test]
async fn a_stop_does_not_wait_for_ever() {
    let world = World::new().await;
    let way = world.way().await;
    let id = world.send("hello").await;
    way.take(1).await;
    let (gateway, account, _place) = world.stop().await;
    let message = gateway
        .messages(account, id, None, None, 1)
        .await
        .unwrap()
        .remove(0);
    assert_eq!(
        (message.state, message.reason),
        (MessageState::Queued, Reason::Retrying)
    );
}

#[tokio::test]
async fn nothing_is_sent_after_a_stop() {
    let world = World::new().await;
    let way = world.way().await;
    let request = world.request(&["380670000001"]);
    let (gateway, account, _place) = world.stop().await;
    let id = gateway.submit(request).await.unwrap().submission;
    assert_eq!(way.in_hand(), 0);
    let message = gateway
        .messages(account, id, None, None, 1)
        .await
        .unwrap()
        .remove(0);
    assert_eq!(message.state, MessageState::Queued);
}

#[tokio::test]
async fn receipts_are_recorded_until_the_links_are_closed() {
    let world = World::new().await;
    let way = world.way().await;
    let id = world.send("hello").await;
    let attempt = way.take(1).await.remove(0);
    way.accept(&attempt);
    world
        .becomes(id, MessageState::Submitted, Reason::None)
        .await;
    let upstream = testkit::loopback::upstream_id(attempt.message, 0);
    way.report(1, upstream, sms::Outcome::Delivered).await;
    let (gateway, account, _place) = world.stop().await;
    assert!(way.acknowledged(1).await);
    let message = gateway
        .messages(account, id, None, None, 1)
        .await
        .unwrap()
        .remove(0);
    assert_eq!(message.state, MessageState::Delivered);
}

#[tokio::test]
async fn one_account_with_many_messages_does_not_delay_another() {
    let world = World::new().await;
    let way = world.way().await;
    let modest = crate::world::account(&world.gateway, "modest", 1_000_000).await;
    for _ in 0..10 {
        world
            .gateway
            .submit(world.request(&["380670000001"; 50]))
            .await
            .unwrap();
    }
    let attempts = way.take(10).await;
    let mut submit = world.request(&["380670000009"]);
    submit.account = modest;
    world.gateway.submit(submit).await.unwrap();
    for attempt in &attempts {
        way.accept(attempt);
    }
    let mut seen = 0;
    loop {
        let attempts = way.take(1).await;
        seen += attempts.len();
        if attempts
            .iter()
            .any(|attempt| attempt.recipient.as_str() == "380670000009")
        {
            break;
        }
        for attempt in &attempts {
            way.fail(attempt, Failure::Refused(Reason::Spam));
        }
    }
    assert!(seen <= 20, "after {seen} others");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_just_configured_is_seen_though_others_read_at_the_same_time() {
    let world = World::new().await;
    let tariff = serde_json::from_str(r#"{"currency":"UAH","default":"1"}"#).unwrap();
    for index in 0..100 {
        let name = format!("account {index}");
        let settings = gateway::AccountSettings::default();
        let (added, ..) = tokio::join!(
            async {
                let added = world
                    .gateway
                    .add_account(&name, sms::Currency::UAH, &settings)
                    .await;
                world.gateway.account(added.unwrap())
            },
            world.gateway.reload(),
            world.gateway.put_tariff("other", &tariff),
            world.gateway.reload(),
        );
        assert!(added.is_some(), "{name}");
    }
}
