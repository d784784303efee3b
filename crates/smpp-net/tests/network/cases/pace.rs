//! Operators that take less than they are sent, and everything that they may answer.

use gateway::connector::Failure;
use gateway::directory::ConnectorSettings;
use simulator::Sweep;
use smpp::CommandStatus;
use smpp::status::{Class, Permanent, classify};
use sms::Reason;

use super::{hurried, plain, provoked};
use crate::world::{Tapped, World, network, settings};

#[tokio::test]
async fn case_11_receipts_find_messages_that_were_throttled_first() {
    let simulator = hurried("case-11-throttled-first", 3).await;
    let world = World::sending(&settings(simulator.address())).await;
    world.every_end_is_right("hello", 12).await;
    let counters = simulator.inbox().counters();
    assert!(counters.throttled > 0);
    assert_eq!((counters.accepted_segments, counters.duplicates), (12, 0));
    world.money(0, 12).await;
    world.stop().await;
    simulator.stop().await;
}

#[tokio::test]
async fn case_15_throughput_counts_segments() {
    let simulator = provoked("case-15-rate-in-parts").await;
    let world = World::sending(&ConnectorSettings {
        // As many in a second as the operator takes; long texts make three of each.
        throughput_per_second: 20,
        window: 100,
        ..settings(simulator.address())
    })
    .await;
    let began = tokio::time::Instant::now();
    world.all_are_delivered(&"long ".repeat(80), 20).await;
    let took_ms = began.elapsed().as_millis();
    let counters = simulator.inbox().counters();
    assert_eq!((counters.accepted_segments, counters.throttled), (60, 0));
    assert!(took_ms >= 1_900, "sixty segments took {took_ms} ms");
    world.money(0, 60).await;
    world.stop().await;
    simulator.stop().await;
}

#[tokio::test]
async fn case_21_under_throttling_the_link_pauses_and_messages_keep_their_order() {
    let simulator = hurried("case-21-throttled-for-a-while", 5).await;
    let mut tapped = Tapped::up(&ConnectorSettings {
        window: 1,
        ..settings(simulator.address())
    })
    .await;
    let numbers = plain(80);
    let numbers: Vec<_> = numbers.iter().map(String::as_str).collect();
    let mut waiting: Vec<_> = tapped.send_all(&numbers, "hello").into_iter().collect();
    // What is throttled for seconds goes back, to be handed over again first; everything else is answered in its order.
    let mut taken = vec![];
    while !waiting.is_empty() {
        let answer = tapped.answer().await;
        waiting.retain(|message| *message != answer.message);
        match answer.failure {
            None => taken.push(answer.message),
            Some(Failure::Retry {
                reason,
                attempt_used: false,
                ..
            }) => assert_eq!(reason, Reason::Throttled),
            other => panic!("it was not throttled: {other:?}"),
        }
    }
    assert!(taken.is_sorted());
    assert!(taken.len() >= 50);
    let received = simulator.inbox().messages(None);
    assert!(received.is_sorted_by_key(|message| message.to.clone()));
    // Two seconds of throttling, and pauses from one second on: the operator is not hammered.
    let throttled = simulator.inbox().counters().throttled;
    assert!((1..=10).contains(&throttled), "{throttled}");
    tapped.stop().await;
    simulator.stop().await;
}

#[tokio::test]
async fn case_22_the_window_is_kept_and_a_full_one_fails_no_message() {
    let simulator = provoked("case-22-window-overflow").await;
    let world = World::sending(&ConnectorSettings {
        window: 5,
        ..settings(simulator.address())
    })
    .await;
    world.all_are_delivered("hello", 60).await;
    assert_eq!(simulator.inbox().counters().refused, 0);
    world.stop().await;
    simulator.stop().await;

    // An operator with a smaller window than was agreed.
    let simulator = provoked("case-22-window-overflow").await;
    let mut tapped = Tapped::up(&ConnectorSettings {
        window: 10,
        ..settings(simulator.address())
    })
    .await;
    let numbers = plain(20);
    let numbers: Vec<_> = numbers.iter().map(String::as_str).collect();
    tapped.send_all(&numbers, "hello");
    let mut taken = 0;
    for _ in 0..20 {
        match tapped.answer().await.failure {
            None => taken += 1,
            Some(Failure::Retry { attempt_used, .. }) => assert!(!attempt_used),
            other => panic!("a message failed: {other:?}"),
        }
    }
    let counters = simulator.inbox().counters();
    assert!(counters.refused > 0 && taken > 0, "{taken} of {counters:?}");
    tapped.stop().await;
    simulator.stop().await;
}

#[tokio::test]
async fn f17_what_an_operator_throttles_at_its_rate_arrives_and_uses_no_attempt() {
    let simulator = provoked("f17-throttled-at-a-rate").await;
    let world = World::sending(&settings(simulator.address())).await;
    world.all_are_delivered("hello", 100).await;
    let counters = simulator.inbox().counters();
    assert_eq!((counters.accepted_segments, counters.duplicates), (100, 0));
    world.money(0, 100).await;
    world.stop().await;
    simulator.stop().await;
}

/// What a message fails with whose only segment was answered with a status; `None` for what is sent again in its place.
fn documented(status: u32) -> Option<Failure> {
    let retry = |reason, after_ms, attempt_used| {
        Some(Failure::Retry {
            reason,
            after_ms,
            attempt_used,
        })
    };
    match classify(CommandStatus(status)) {
        Class::Accepted | Class::Throttling => None,
        Class::QueueFull => retry(Reason::Retrying, 30_000, false),
        Class::Temporary => retry(Reason::Retrying, 2_500, true),
        Class::Ambiguous | Class::Unknown => retry(Reason::Retrying, 15_000, true),
        Class::Permanent(Permanent::Originator) => {
            Some(Failure::Refused(Reason::OriginatorRefused))
        }
        Class::Permanent(Permanent::Destination) => {
            Some(Failure::Refused(Reason::DestinationRefused))
        }
        Class::Permanent(Permanent::Malformed) => Some(Failure::Refused(Reason::MalformedForRoute)),
        Class::Permanent(Permanent::Other) => Some(Failure::Refused(Reason::UpstreamRefused)),
        Class::SessionFault | Class::BindRefused => retry(Reason::LinkDown, 100, false),
    }
}

#[tokio::test]
async fn f18_every_status_does_what_is_documented() {
    let file = provoked("f18-every-status").await;
    let mut scenario = file.scenario();
    file.stop().await;
    let Some(Sweep { from: 1, to, each }) = &mut scenario.statuses else {
        panic!("the scenario has no sweep");
    };
    // Once each: each throttling is a pause.
    *each = 1;
    let last = u64::from(*to);
    let simulator = network(scenario).await;
    let mut tapped = Tapped::up(&ConnectorSettings {
        window: 1,
        reconnect_ms: 1,
        reconnect_max_ms: 5,
        ..settings(simulator.address())
    })
    .await;
    let submits = || simulator.inbox().counters().submitted_segments;
    while submits() < last {
        tapped.is(true).await;
        tapped.send("380501231000", "hello");
        let answer = tapped.answer().await;
        // What was throttled has taken its place again, and has the answer to the next submit.
        let status = u32::try_from(submits()).unwrap();
        assert_eq!(answer.failure, documented(status), "status {status:#05X}");
        if let Some(Failure::Retry {
            reason: Reason::LinkDown,
            ..
        }) = answer.failure
        {
            tapped.is(false).await;
        }
    }
    tapped.is(true).await;
    tapped.send("380501231000", "hello");
    assert_eq!(tapped.answer().await.failure, None);
    tapped.stop().await;
    simulator.stop().await;
}
