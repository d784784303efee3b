//! Everything at once: many messages, a moody upstream, several threads.

use std::time::Duration;

use gateway::connector::{AcceptedSegment, Attempt, Failure};
use sms::{MessageState, Outcome, Reason};
use testkit::loopback::{Way, taken};

use crate::world::{HOUR, World, eventually};

const AT_ONCE: Failure = Failure::Retry {
    reason: Reason::LinkDown,
    after_ms: 0,
    attempt_used: false,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_message_claimed_again_at_once_keeps_its_place_in_the_window() {
    let world = World::new().await;
    let way = world.way().await;
    let numbers = ["380670000001"; 40];
    let id = world
        .gateway
        .submit(world.request(&numbers))
        .await
        .unwrap()
        .submission;
    let mut rounds = 1_500;
    let mut taken = 0;
    while taken < numbers.len() {
        for attempt in way.take(1).await {
            if rounds > 0 {
                rounds -= 1;
                way.fail(&attempt, AT_ONCE);
            } else {
                taken += 1;
                way.accept(&attempt);
            }
        }
    }
    eventually("all are taken", async || {
        let found = world.gateway.submission(world.account, id).await.unwrap();
        assert_eq!(
            found.tally.count(MessageState::InDoubt),
            0,
            "every attempt was answered"
        );
        found.tally.count(MessageState::Submitted) == 40
    })
    .await;
    // The whole window is free again.
    world.gateway.submit(world.request(&numbers)).await.unwrap();
    assert_eq!(way.take(10).await.len(), 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_books_balance_and_every_message_ends_whatever_the_upstream_does() {
    for seed in 1..=3 {
        let world = World::new().await;
        let mut random = Random(seed);
        let mut submissions = Vec::new();
        for round in 0..120 {
            if round < 30 {
                let mut submit = world.request(&["380670000001"; 6]);
                submit.terms.text = "ж".repeat([10, 100, 200][random.below(3)]);
                submissions.push(world.gateway.submit(submit).await.unwrap().submission);
            }
            let way = world.way().await;
            if way.in_hand() > 0 {
                for attempt in way.take(1).await {
                    answer(&way, &attempt, &mut random).await;
                }
            }
            match random.below(12) {
                0 => way.set_up(false),
                1 => world.clock.advance_ms(60_000),
                2 => {
                    let window = 2 + random.below(9);
                    let settings =
                        format!(r#"{{"address":"x","system_id":"y","window":{window}}}"#);
                    crate::world::connector(&world.gateway, "way", &settings).await;
                }
                _ => {
                    way.set_up(true);
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            }
        }
        let way = world.way().await;
        way.set_up(false);
        // What was never answered is in doubt when the link is closed; then every lifetime and every wait is over.
        let hold = r#"{"address":"x","system_id":"y","in_doubt":"hold"}"#;
        crate::world::connector(&world.gateway, "way", hold).await;
        eventually("the old one is stopped", async || way.is_stopped()).await;
        world.clock.advance_ms(120 * HOUR);
        for id in submissions {
            eventually("every message has ended", async || {
                world.clock.advance_ms(60_000);
                // A connector answers in the end.
                let way = world.way().await;
                if way.in_hand() > 0 {
                    way.take(1)
                        .await
                        .iter()
                        .for_each(|attempt| way.accept(attempt));
                }
                let found = world.gateway.submission(world.account, id).await.unwrap();
                found.tally.is_final()
            })
            .await;
        }
        let balance = world.gateway.balance(world.account).await.unwrap();
        assert_eq!(balance.held.micros(), 0, "seed {seed}");
        assert_eq!(world.gateway.audit().await.unwrap().violations, []);
        world.stop().await;
    }
}

/// Does with an attempt anything that a connector may do.
async fn answer(way: &Way, attempt: &Attempt, random: &mut Random) {
    let ids: Vec<_> = attempt
        .segments
        .iter()
        .map(|(index, _)| taken(attempt.message, *index))
        .collect();
    let part = ids[..random.below(ids.len())].to_vec();
    let retry = Failure::Retry {
        reason: Reason::NetworkError,
        after_ms: [0, 1_000][random.below(2)],
        attempt_used: random.below(2) == 0,
    };
    let early = random.below(4) == 0;
    if early {
        report(way, &ids, random).await;
    }
    match random.below(8) {
        0..3 => way.accept(attempt),
        3 => way.answer(attempt, part, Some(retry)),
        4 => way.answer(attempt, part, Some(Failure::Refused(Reason::Spam))),
        5 => way.answer(attempt, part, Some(Failure::Unknown(Reason::SessionLost))),
        6 => {
            way.fail(attempt, Failure::Unknown(Reason::ResponseTimeout));
            let proved: Vec<_> = ids.iter().map(|taken| taken.index).collect();
            way.prove(attempt, &proved[..=random.below(ids.len())]);
        }
        // Never answered, until the link is closed.
        _ => {}
    }
    report(way, &ids, random).await;
}

/// Reports any outcomes for any of the segments, some of them again.
async fn report(way: &Way, taken: &[AcceptedSegment], random: &mut Random) {
    for _ in 0..random.below(taken.len() + 2) {
        let id = &taken[random.below(taken.len())].upstream_id;
        let outcome = [
            Outcome::Delivered,
            Outcome::Delivered,
            Outcome::Undelivered(Reason::AbsentSubscriber),
            Outcome::Unknown,
        ][random.below(4)];
        if !way.is_stopped() {
            way.report(0, id.clone(), outcome).await;
        }
    }
}

/// A small generator of repeatable numbers.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        // Knuth's multiplier; the upper bits are the good ones.
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }
}
