//! What the gateway does for its connectors: adjusts them, notes how they are, shows them ids, has them ask.

use gateway::connector::{Condition, LinkCondition};
use sms::{MessageState, Outcome, Reason};
use testkit::loopback::upstream_id;

use crate::world::{World, connector, eventually};

const WINDOW: &str = r#"{"address":"loopback","system_id":"x","window":3}"#;

#[tokio::test]
async fn a_connector_that_takes_on_changed_settings_is_not_started_again() {
    let world = World::new().await;
    let way = world.way().await;
    way.adjusts();
    let numbers = ["380670000001"; 16];
    world.gateway.submit(world.request(&numbers)).await.unwrap();
    let first = way.take(10).await;
    connector(
        &world.gateway,
        "way",
        r#"{"address":"loopback","system_id":"x","window":15}"#,
    )
    .await;
    assert_eq!(way.take(5).await.len(), 5, "as many as there is new room");
    connector(&world.gateway, "way", WINDOW).await;
    crate::campaigns::accept_all(&way, &first);
    let spec = world.gateway.connectors().remove(0);
    assert_eq!(spec.settings.window, 3);
    assert!(!way.is_stopped());
    // Five are out: one more would be beyond the smaller window.
    eventually("the answers are recorded", async || {
        let balance = world.gateway.balance(world.account).await.unwrap();
        balance.held.micros() == 6 * crate::world::PRICE
    })
    .await;
    assert_eq!(way.in_hand(), 0);
}

#[tokio::test]
async fn how_a_connector_is_can_be_read_by_others() {
    let world = World::new().await;
    let way = world.way().await;
    let condition = Condition {
        links: vec![LinkCondition {
            mode: "transceiver".into(),
            state: "bound".into(),
            ..LinkCondition::default()
        }],
        id_form: Some("decimal".into()),
        ..Condition::default()
    };
    way.be(condition.clone());
    way.report(1, b"of another life".to_vec(), Outcome::Delivered)
        .await;
    assert!(way.acknowledged(1).await);
    let id = world.gateway.connectors()[0].id;
    let stored = async || {
        let conditions = world.gateway.conditions().await.unwrap();
        conditions.get(&id).cloned()
    };
    eventually("it is noted", async || {
        // Receipts are counted now and then.
        world.clock.advance_ms(10_000);
        let expected = Condition {
            unmatched_receipts: 1,
            ..condition.clone()
        };
        stored()
            .await
            .is_some_and(|noted| noted.condition == expected && noted.is_current)
    })
    .await;
    way.set_up(false);
    eventually("it is passed over", async || {
        world.clock.advance_ms(1_000);
        stored()
            .await
            .is_some_and(|noted| noted.condition.passed_over)
    })
    .await;
    let at = stored().await.unwrap().at;
    eventually("it is noted again though nothing changes", async || {
        world.clock.advance_ms(10_000);
        stored().await.is_some_and(|again| again.at > at)
    })
    .await;
}

#[tokio::test]
async fn a_connector_is_shown_how_its_upstream_writes_ids() {
    let world = World::new().await;
    let way = world.way().await;
    let id = world.send("hello").await;
    let attempt = way.take(1).await.remove(0);
    way.accept(&attempt);
    world
        .becomes(id, MessageState::Submitted, Reason::None)
        .await;
    let answered = upstream_id(attempt.message, 0);
    way.report(1, answered.clone(), Outcome::Delivered).await;
    assert_eq!(way.learned().await, (answered.clone(), answered));
}

#[tokio::test]
async fn an_upstream_is_asked_for_what_it_does_not_report() {
    let world =
        World::with(r#"{"address":"loopback","system_id":"x","query_after_ms":60000}"#).await;
    let way = world.way().await;
    let id = world.send("hello").await;
    let attempt = way.take(1).await.remove(0);
    way.accept(&attempt);
    world
        .becomes(id, MessageState::Submitted, Reason::None)
        .await;
    assert_eq!(way.to_ask(), 0, "not yet");
    world.clock.advance_ms(60_001);
    let asked = way.queried(1).await.remove(0);
    assert_eq!((asked.message, asked.segment), (attempt.message, 0));
    assert_eq!(asked.upstream_id, upstream_id(attempt.message, 0));
    world.clock.advance_ms(60_000);
    assert_eq!(way.queried(1).await.len(), 1, "again when nothing comes");
    way.answer_query(asked.upstream_id, Outcome::Delivered)
        .await;
    world
        .becomes(id, MessageState::Delivered, Reason::None)
        .await;
    world.clock.advance_ms(600_000);
    let other = world.send("another").await;
    way.accept(&way.take(1).await[0]);
    world
        .becomes(other, MessageState::Submitted, Reason::None)
        .await;
    assert_eq!(way.to_ask(), 0, "not for what has ended");
}
