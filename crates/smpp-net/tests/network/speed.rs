//! How fast segments leave: urgent ones first, and as slow as an operator wants it.

use std::collections::HashMap;
use std::time::Duration;

use gateway::connector::Failure;
use gateway::directory::ConnectorSettings;
use gateway::{Submit, Terms, To};
use simulator::{Between, Scenario, StatusFault};
use sms::{Lane, Reason};
use testkit::Machine;
use tokio::time::Instant;

use crate::world::{LONG, Tapped, World, network, settings};

fn numbers(count: u32) -> Vec<String> {
    (0..count)
        .map(|n| format!("38050124{:04}", n * 10 + 1_010))
        .collect()
}

#[tokio::test]
async fn a_one_time_password_overtakes_what_bulk_is_in_hand() {
    let simulator = network(Scenario::default()).await;
    let mut tapped = Tapped::up(&ConnectorSettings {
        links: 2,
        throughput_per_second: 20,
        ..settings(simulator.address())
    })
    .await;
    let numbers = numbers(60);
    let numbers: Vec<_> = numbers.iter().map(String::as_str).collect();
    let bulk = tapped.send_all(&numbers, "sale");
    let urgent = tapped.send_in(Lane::Otp, &["380501230000"], "1234");
    let machine = Machine::watch();
    let mut before = 0;
    loop {
        let answer = tapped.answer().await;
        if answer.message == urgent[0] {
            break;
        }
        assert!(bulk.contains(&answer.message));
        before += 1;
    }
    assert!(machine.ran() < Duration::from_secs(1));
    assert!(before <= 20, "{before} of bulk were answered before it");
    tapped.connector.stop().await;
    tapped.stop().await;
}

#[tokio::test]
async fn one_time_passwords_are_on_the_phone_within_a_second_however_much_bulk_waits() {
    let simulator = network(Scenario {
        response_delay_ms: Between::exactly(100),
        receipt_loss: 1.0,
        ..Scenario::default()
    })
    .await;
    let world = World::sending(&ConnectorSettings {
        links: 2,
        throughput_per_second: 50,
        ..settings(simulator.address())
    })
    .await;
    let submit = async |lane, text: &str, numbers: Vec<To>| {
        let submit = Submit {
            account: world.account,
            terms: Terms {
                originator: "Shop".into(),
                text: text.into(),
                ..Terms::default()
            },
            recipients: numbers,
            lane,
            drop_repeats: false,
        };
        world.gateway.submit(submit).await.unwrap();
    };
    let bulk = (0..5_000).map(|n| To::number(format!("38067124{n:04}")));
    submit(Lane::Bulk, "sale", bulk.collect()).await;
    // Bulk flows before anything urgent comes.
    simulator
        .inbox()
        .wait_for(LONG, |it| it.submitted_segments >= 60)
        .await;
    for n in 0..20 {
        let number = format!("38050123{:04}", 1_010 + n * 10);
        let machine = Machine::watch();
        submit(Lane::Otp, "1234", vec![To::number(&*number)]).await;
        let shown = simulator.inbox().wait(Some(&number), LONG).await;
        assert_eq!(shown.len(), 1, "number {n}");
        let took = machine.ran();
        assert!(took <= Duration::from_secs(1), "number {n}: {took:?}");
    }
    let counters = simulator.inbox().counters();
    assert!(
        counters.submitted_segments < 4_000,
        "bulk was still waiting"
    );
    world.stop().await;
}

#[tokio::test]
async fn segments_of_one_message_leave_one_after_the_other_over_one_link() {
    let simulator = network(Scenario::default()).await;
    let mut tapped = Tapped::up(&ConnectorSettings {
        links: 2,
        throughput_per_second: 20,
        ..settings(simulator.address())
    })
    .await;
    let long = tapped.send("380501231010", &"long ".repeat(150));
    let urgent = tapped.send_in(Lane::Otp, &["380501230000", "380501231020"], "1234");
    let mut answers = vec![];
    for _ in 0..3 {
        let answer = tapped.answer().await;
        assert_eq!(answer.failure, None);
        answers.push((answer.message, answer.accepted.len()));
    }
    // All five segments, however many urgent messages came meanwhile; those left over the other link, or behind it.
    assert!(answers.contains(&(long, 5)) && answers.contains(&(urgent[1], 1)));
    let shown = simulator.inbox().wait(Some("380501231010"), LONG).await;
    assert_eq!(shown[0].segments, 5);
    tapped.stop().await;
}

#[tokio::test]
async fn case_22_queues_that_are_full_for_most_slow_the_link_and_use_up_no_attempt() {
    let simulator = network(Scenario {
        status: Some(StatusFault {
            code: 0x14,
            share: 1.0,
        }),
        ..Scenario::default()
    })
    .await;
    let mut tapped = Tapped::up(&ConnectorSettings {
        window: 20,
        ..settings(simulator.address())
    })
    .await;
    let numbers = numbers(15);
    let numbers: Vec<_> = numbers.iter().map(String::as_str).collect();
    tapped.send_all(&numbers, "hello");
    let mut reasons = vec![];
    for _ in 0..15 {
        let failure = tapped.answer().await.failure;
        let Some(Failure::Retry {
            reason,
            attempt_used: false,
            ..
        }) = failure
        else {
            panic!("{failure:?}");
        };
        reasons.push(reason);
    }
    // Ten recipients' own queues, so it seems; after that the link's.
    let own = reasons.iter().filter(|it| **it == Reason::Retrying).count();
    assert_eq!(own, 10, "{reasons:?}");
    assert_eq!(reasons.last(), Some(&Reason::Throttled));
    assert!(tapped.connector.condition().slowed_to_per_second.is_some());
    tapped.stop().await;
}

#[tokio::test]
async fn an_operator_that_takes_less_than_agreed_is_sent_what_it_takes() {
    let per_second = 40;
    let simulator = network(Scenario {
        throughput_per_second: Some(per_second),
        response_delay_ms: Between::exactly(5),
        receipt_loss: 1.0,
        ..Scenario::default()
    })
    .await;
    let mut tapped = Tapped::up(&ConnectorSettings {
        links: 2,
        throughput_per_second: 200,
        window: 20,
        ..settings(simulator.address())
    })
    .await;
    let numbers = numbers(40);
    let (mut in_hand, mut taken, mut back) = (0, 0, HashMap::<String, u32>::new());
    // The first seconds find out how fast it is; the law itself is tested against a clock of the test's own.
    let began = Instant::now();
    let mut counted_from = None;
    while began.elapsed() < Duration::from_secs(12) {
        while in_hand < numbers.len() {
            tapped.send(&numbers[in_hand], "hello");
            in_hand += 1;
        }
        let answer = tapped.answer().await;
        in_hand -= 1;
        if let Some(failure) = answer.failure {
            *back.entry(format!("{failure:?}")).or_default() += 1;
        }
        if began.elapsed() > Duration::from_secs(6) {
            if counted_from.is_none() {
                counted_from = Some((
                    Machine::watch(),
                    simulator.inbox().counters().submitted_segments,
                ));
            }
            taken += usize::from(answer.failure.is_none());
        }
    }
    let (since, submitted) = counted_from.unwrap();
    let expected = f64::from(per_second) * since.ran().as_secs_f64();
    let submitted = simulator.inbox().counters().submitted_segments - submitted;
    let taken = u32::try_from(taken).unwrap();
    assert!(
        f64::from(taken) >= expected * 0.75,
        "{taken} of {expected} were taken; {back:?}"
    );
    assert!(
        submitted <= u64::from(taken) * 11 / 10 + 10,
        "{submitted} for {taken}"
    );
    let slowed = tapped.connector.condition().slowed_to_per_second.unwrap();
    assert!((20..=60).contains(&slowed), "{slowed}");
    tapped.stop().await;
}
