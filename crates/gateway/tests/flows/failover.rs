//! Another way for messages whose connector is down, refuses, or is too slow; and back again.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use gateway::connector::{AcceptedSegment, Failure};
use gateway::directory::{RouteSettings, Ways};
use gateway::{ConnectorId, SubmissionId};
use sms::{MessageState, Reason};
use store::Configuration;
use testkit::loopback::Way;
use tokio::time::{sleep, timeout};

use crate::campaigns::accept_all;
use crate::world::{World, connector, eventually};

const WAY: &str = r#"{"address":"loopback","system_id":"x"}"#;

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

const LINK_DOWN: Failure = Failure::Retry {
    reason: Reason::LinkDown,
    after_ms: 0,
    attempt_used: false,
};

/// A world whose only route leads to `way`, and then to `other`.
struct Two {
    world: World,
    way: Arc<Way>,
    other: Arc<Way>,
}

impl Two {
    async fn new(connector_settings: &str, max_wait_ms: Option<u32>) -> Self {
        let world = World::with(connector_settings).await;
        connector(&world.gateway, "other", WAY).await;
        let settings = RouteSettings {
            country: Some("UA".into()),
            max_wait_ms,
            ..RouteSettings::default()
        };
        let put = world
            .gateway
            .put_route("ukraine", tiers(&["way", "other"]), &settings);
        put.await.unwrap();
        let (way, other) = (world.way().await, world.loopback.way("other").await);
        Self { world, way, other }
    }

    /// Lets time pass, second by second, until something comes to its end.
    async fn pass<T>(&self, end: impl Future<Output = T>) -> T {
        let passing = async {
            loop {
                self.world.clock.advance_ms(1_000);
                sleep(Duration::from_millis(5)).await;
            }
        };
        let ended = async {
            tokio::select! {
                ended = end => ended,
                () = passing => unreachable!("time passes for ever"),
            }
        };
        timeout(Duration::from_secs(10), ended)
            .await
            .expect("it ends")
    }

    async fn waiting(&self, name: &str) -> u32 {
        let specs = self.world.gateway.connectors();
        let spec = specs.iter().find(|spec| spec.name == name).unwrap();
        let waiting = self.world.gateway.waiting(spec.id, 1_000).await.unwrap();
        waiting.iter().sum()
    }

    async fn becomes_passed_over(&self, is_passed_over: bool) {
        let id = ConnectorId(self.world.gateway.connectors()[0].id.0);
        let noted = eventually("it is decided", async || {
            let conditions = self.world.gateway.conditions().await.unwrap();
            let condition = conditions.get(&id);
            condition.is_some_and(|noted| noted.condition.passed_over == is_passed_over)
        });
        self.pass(noted).await;
    }

    async fn send_many(&self, many: usize) -> SubmissionId {
        let numbers: Vec<_> = (0..many).map(|n| format!("3806700000{n:02}")).collect();
        let numbers: Vec<_> = numbers.iter().map(String::as_str).collect();
        let submit = self.world.request(&numbers);
        self.world.gateway.submit(submit).await.unwrap().submission
    }
}

fn tiers(names: &[&str]) -> Ways {
    let tier = |name: &&str| vec![((*name).to_owned(), 1)];
    Ways(names.iter().map(tier).collect())
}

#[tokio::test]
async fn what_waits_for_a_link_that_stays_down_goes_to_the_next_tier() {
    let two = Two::new(WAY, None).await;
    two.way.set_up(false);
    let id = two.send_many(20).await;
    assert_eq!(two.waiting("way").await, 20, "not at once");
    let mut taken = 0;
    while taken < 20 {
        let attempts = two.pass(two.other.take(1)).await;
        taken += attempts.len();
        accept_all(&two.other, &attempts);
    }
    eventually("all are taken", async || {
        let found = two.world.gateway.submission(two.world.account, id).await;
        found.unwrap().tally.count(MessageState::Submitted) == 20
    })
    .await;
    assert_eq!(two.waiting("way").await, 0);
    assert_eq!(two.way.in_hand(), 0);
    two.world.money(0, 20).await;
}

#[tokio::test]
async fn new_messages_take_the_next_tier_until_the_first_has_been_well_for_a_while() {
    let two = Two::new(WAY, None).await;
    two.way.set_up(false);
    two.becomes_passed_over(true).await;
    two.world.send("hello").await;
    assert_eq!(two.waiting("way").await, 0, "nothing waits for it");
    accept_all(&two.other, &two.other.take(1).await);
    two.way.set_up(true);
    two.world.send("hello").await;
    accept_all(&two.other, &two.other.take(1).await);
    assert_eq!(two.way.in_hand(), 0, "up for a moment is not well");
    two.becomes_passed_over(false).await;
    let back = two.world.send("hello").await;
    accept_all(&two.way, &two.way.take(1).await);
    two.world
        .becomes(back, MessageState::Submitted, Reason::None)
        .await;
    two.world.money(0, 3).await;
}

#[tokio::test]
async fn what_an_upstream_puts_off_again_and_again_goes_to_the_next_tier() {
    let two = Two::new(WAY, None).await;
    let id = two.send_many(20).await;
    let refusing = async {
        loop {
            for attempt in two.way.take(1).await {
                two.way.fail(&attempt, THROTTLED);
            }
        }
    };
    let elsewhere = async {
        let mut taken = 0;
        while taken < 20 {
            let attempts = two.other.take(1).await;
            taken += attempts.len();
            accept_all(&two.other, &attempts);
        }
    };
    let both = async {
        tokio::select! {
            () = elsewhere => {}
            () = refusing => unreachable!("it refuses for ever"),
        }
    };
    two.pass(both).await;
    eventually("all are taken", async || {
        let found = two.world.gateway.submission(two.world.account, id).await;
        found.unwrap().tally.count(MessageState::Submitted) == 20
    })
    .await;
    two.world.money(0, 20).await;
}

#[tokio::test]
async fn a_single_message_that_is_refused_for_a_while_sends_nothing_another_way() {
    let two = Two::new(WAY, None).await;
    let id = two.world.send("hello").await;
    for failure in [BUSY, BUSY, THROTTLED] {
        let attempt = two.pass(two.way.take(1)).await.remove(0);
        two.way.fail(&attempt, failure);
    }
    let attempt = two.pass(two.way.take(1)).await.remove(0);
    two.way.accept(&attempt);
    two.world
        .becomes(id, MessageState::Submitted, Reason::None)
        .await;
    assert_eq!(two.other.in_hand(), 0);
}

#[tokio::test]
async fn what_has_waited_too_long_goes_to_the_next_tier_and_what_has_left_stays() {
    let window = r#"{"address":"loopback","system_id":"x","window":1}"#;
    let two = Two::new(window, Some(60_000)).await;
    two.send_many(6).await;
    let held = two.way.take(1).await.remove(0);
    two.world.clock.advance_ms(59_000);
    two.world.send("later").await;
    two.world.clock.advance_ms(1_000);
    let mut moved = Vec::new();
    while moved.len() < 5 {
        moved.extend(two.pass(two.other.take(1)).await);
    }
    assert!(moved.iter().all(|attempt| attempt.message != held.message));
    assert_eq!(
        two.waiting("way").await,
        1,
        "the younger one goes on waiting"
    );
    two.way.accept(&held);
    assert_eq!(two.way.take(1).await.len(), 1);
    accept_all(&two.other, &moved);
    assert_eq!(two.other.in_hand(), 0);
}

#[tokio::test]
async fn a_message_of_which_a_segment_was_taken_waits_for_its_own_upstream() {
    let two = Two::new(WAY, None).await;
    let id = two.world.send(&"a".repeat(400)).await;
    let attempt = two.way.take(1).await.remove(0);
    two.way.set_up(false);
    let taken = vec![AcceptedSegment::new(1, "middle")];
    two.way.answer(&attempt, taken, Some(LINK_DOWN));
    let whole = two.world.send("whole").await;
    let moved = two.pass(two.other.take(1)).await;
    assert_eq!(moved.len(), 1, "only the one of which nothing has left");
    accept_all(&two.other, &moved);
    two.world
        .becomes(whole, MessageState::Submitted, Reason::None)
        .await;
    two.way.set_up(true);
    let rest = two.pass(two.way.take(1)).await.remove(0);
    let indexes: Vec<_> = rest.segments.iter().map(|(index, _)| *index).collect();
    assert_eq!(indexes, [0, 2]);
    two.way.accept(&rest);
    two.world
        .becomes(id, MessageState::Submitted, Reason::None)
        .await;
    assert_eq!(two.other.in_hand(), 0);
    two.world.money(0, 4).await;
}

#[tokio::test]
async fn where_every_way_is_down_messages_wait_for_the_first_that_comes_back() {
    let two = Two::new(WAY, None).await;
    two.way.set_up(false);
    two.other.set_up(false);
    let before = two.world.send("before").await;
    two.becomes_passed_over(true).await;
    let after = two.world.send("after").await;
    assert_eq!(two.waiting("way").await, 2);
    two.other.set_up(true);
    let mut taken = 0;
    while taken < 2 {
        let attempts = two.pass(two.other.take(1)).await;
        taken += attempts.len();
        accept_all(&two.other, &attempts);
    }
    for id in [before, after] {
        two.world
            .becomes(id, MessageState::Submitted, Reason::None)
            .await;
    }
}

#[tokio::test]
async fn a_connector_that_cannot_be_started_is_passed_over() {
    let two = Two::new(WAY, None).await;
    two.world.loopback.refuse("way");
    connector(
        &two.world.gateway,
        "way",
        r#"{"address":"new","system_id":"x"}"#,
    )
    .await;
    // Until it has stopped it takes what comes.
    eventually("it has stopped", async || two.way.is_stopped()).await;
    two.world.send("hello").await;
    accept_all(&two.other, &two.pass(two.other.take(1)).await);
}

#[tokio::test]
async fn what_waits_for_a_connector_that_no_route_leads_to_any_more_goes_where_its_route_leads() {
    let two = Two::new(WAY, None).await;
    two.way.set_up(false);
    let id = two.world.send("hello").await;
    let settings = RouteSettings {
        country: Some("UA".into()),
        ..RouteSettings::default()
    };
    let put = two.world.gateway.put_route("ukraine", "other", &settings);
    put.await.unwrap();
    accept_all(&two.other, &two.pass(two.other.take(1)).await);
    two.world
        .becomes(id, MessageState::Submitted, Reason::None)
        .await;
    let removed = two.world.gateway.remove_connector("way").await;
    assert!(removed.unwrap(), "nothing needs it any more");
}

#[tokio::test]
async fn a_connector_whose_settings_cannot_be_read_is_passed_over() {
    let two = Two::new(WAY, None).await;
    two.way.set_up(false);
    let before = two.world.send("before").await;
    // Those of a later version, or a password sealed with another key.
    let broken = two.world.store().put_connector("way", "{}", b"");
    broken.await.unwrap();
    accept_all(&two.other, &two.pass(two.other.take(1)).await);
    let after = two.world.send("after").await;
    accept_all(&two.other, &two.pass(two.other.take(1)).await);
    for id in [before, after] {
        two.world
            .becomes(id, MessageState::Submitted, Reason::None)
            .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whatever_the_links_do_every_message_leaves_once() {
    const MESSAGES: usize = 200;
    for seed in 1..=3 {
        let two = Two::new(WAY, Some(30_000)).await;
        let mut submissions = Vec::new();
        for _ in 0..MESSAGES / 20 {
            submissions.push(two.send_many(20).await);
        }
        let mut random = Random(seed);
        let mut left = BTreeSet::new();
        let playing = async {
            while left.len() < MESSAGES {
                let way = [&two.way, &two.other][random.below(2)];
                match random.below(20) {
                    0 => way.set_up(false),
                    1..4 => way.set_up(true),
                    4..8 => two.world.clock.advance_ms(3_000),
                    _ => sleep(Duration::from_millis(1)).await,
                }
                for attempt in way.take(0).await {
                    match random.below(6) {
                        0 => way.fail(&attempt, THROTTLED),
                        1 => way.fail(&attempt, LINK_DOWN),
                        _ => {
                            assert!(left.insert(attempt.message), "twice: {}", attempt.message);
                            way.accept(&attempt);
                        }
                    }
                }
            }
        };
        let played = timeout(Duration::from_secs(30), playing).await;
        assert!(played.is_ok(), "seed {seed}: {} left", left.len());
        for id in submissions {
            eventually("all are taken", async || {
                let found = two.world.gateway.submission(two.world.account, id).await;
                found.unwrap().tally.count(MessageState::Submitted) == 20
            })
            .await;
        }
        two.world.money(0, 200).await;
    }
}

struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = self.0.wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}
