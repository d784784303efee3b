//! Each attempt is answered exactly once, whatever the operator or the line does.

use std::collections::{HashMap, HashSet};

use gateway::connector::Failure;
use simulator::{Between, Scenario, StatusFault};
use sms::{Outcome, Reason};

use crate::smsc::Hesitant;
use crate::world::{Tapped, network, settings, until};

#[tokio::test]
async fn what_is_taken_has_the_operators_ids_by_segment() {
    let simulator = network(Scenario::default()).await;
    let mut tapped = Tapped::up(&settings(simulator.address())).await;
    let message = tapped.send("380501230000", &"long ".repeat(80));
    let answer = tapped.answer().await;
    assert_eq!(
        (answer.message, answer.failure, answer.late),
        (message, None, false)
    );
    let indexes: Vec<_> = answer.accepted.iter().map(|taken| taken.index).collect();
    assert_eq!(indexes, [0, 1, 2]);
    let ids: HashSet<_> = answer
        .accepted
        .iter()
        .map(|taken| &taken.upstream_id)
        .collect();
    assert_eq!(ids.len(), 3);
    tapped.stop().await;
}

#[tokio::test]
async fn a_receipt_is_offered_again_until_it_is_taken() {
    let simulator = network(Scenario::default()).await;
    let mut tapped = Tapped::up(&settings(simulator.address())).await;
    tapped.send("380501230001", "hello");
    let id = tapped.answer().await.accepted.remove(0).upstream_id;
    let first = tapped.receipt().await;
    assert_eq!(first.candidates[0], id);
    assert!(matches!(first.outcome, Some(Outcome::Undelivered(_))));
    tapped
        .connector
        .acknowledge(first.ticket.into_iter().collect(), false);
    let second = tapped.receipt().await;
    assert_eq!(second.candidates, first.candidates);
    assert_ne!(second.ticket, first.ticket);
    // Void: it was answered already.
    tapped
        .connector
        .acknowledge(first.ticket.into_iter().collect(), true);
    tapped
        .connector
        .acknowledge(second.ticket.into_iter().collect(), true);
    tapped.stop().await;
    assert_eq!(simulator.inbox().counters().receipts_answered, 1);
    assert_eq!(simulator.inbox().counters().receipts_pending, 0);
}

#[tokio::test]
async fn a_receipt_of_a_lost_session_comes_again_and_its_ticket_is_void() {
    let simulator = network(Scenario::default()).await;
    let mut tapped = Tapped::up(&settings(simulator.address())).await;
    tapped.send("380501230000", "hello");
    let first = tapped.receipt().await;
    simulator.reset_links();
    let second = tapped.receipt().await;
    assert_eq!(second.candidates, first.candidates);
    assert!(second.ticket.unwrap().session > first.ticket.unwrap().session);
    tapped
        .connector
        .acknowledge(first.ticket.into_iter().collect(), true);
    tapped
        .connector
        .acknowledge(second.ticket.into_iter().collect(), true);
    tapped.stop().await;
    assert_eq!(simulator.inbox().counters().receipts_answered, 1);
}

#[tokio::test]
async fn receipts_beyond_the_inbox_wait_and_none_is_lost() {
    let simulator = network(Scenario::default()).await;
    let mut tapped = Tapped::with_room(&settings(simulator.address()), 2).await;
    let numbers: Vec<_> = (0..50).map(|n| format!("3805012401{n:02}")).collect();
    let numbers: Vec<_> = numbers.iter().map(String::as_str).collect();
    tapped.send_all(&numbers, "hello");
    // Nobody takes receipts, and answers come all the same.
    let mut ids = HashSet::new();
    for _ in 0..50 {
        ids.insert(tapped.answer().await.accepted.remove(0).upstream_id);
    }
    for _ in 0..50 {
        let mut receipt = tapped.receipt().await;
        assert!(ids.remove(&receipt.candidates.remove(0)));
        tapped
            .connector
            .acknowledge(receipt.ticket.into_iter().collect(), true);
    }
    tapped.stop().await;
    assert_eq!(simulator.inbox().counters().receipts_resent, 0);
}

#[tokio::test]
async fn a_response_after_the_timeout_proves_what_was_unknown() {
    let operator = Hesitant::start().await;
    let mut tapped = Tapped::up(&gateway::directory::ConnectorSettings {
        response_timeout_ms: 100,
        ..settings(operator.smsc.address)
    })
    .await;
    let message = tapped.send("380501230000", "hello");
    let answer = tapped.answer().await;
    let silent = Some(Failure::Unknown(Reason::ResponseTimeout));
    assert_eq!((answer.message, answer.failure), (message, silent));
    assert!(answer.accepted.is_empty() && !answer.late);
    until(|| operator.unanswered() == 1).await;
    operator.answers();
    let late = tapped.answer().await;
    assert_eq!(
        (late.message, late.failure, late.late),
        (message, None, true)
    );
    assert_eq!(late.accepted.len(), 1);
    tapped.stop().await;
}

#[tokio::test]
async fn a_reset_leaves_what_was_written_unknown_and_the_rest_to_be_sent() {
    let simulator = network(Scenario::default()).await;
    let mut tapped = Tapped::up(&gateway::directory::ConnectorSettings {
        window: 3,
        ..settings(simulator.address())
    })
    .await;
    // Numbers that are never answered fill the window.
    let sent = tapped.send_all(
        &[
            "380501000006",
            "380502000006",
            "380503000006",
            "380504000006",
        ],
        "hello",
    );
    until(|| simulator.inbox().counters().submitted_segments >= 3).await;
    simulator.reset_links();
    let mut failures = vec![];
    for _ in 0..4 {
        let answer = tapped.answer().await;
        failures.push((answer.message, answer.failure));
    }
    let lost = Some(Failure::Unknown(Reason::SessionLost));
    assert_eq!(failures[..3], [0, 1, 2].map(|n| (sent[n], lost)));
    assert!(matches!(
        failures[3],
        (
            _,
            Some(Failure::Retry {
                reason: Reason::LinkDown,
                attempt_used: false,
                ..
            })
        )
    ));
    assert_eq!(simulator.inbox().counters().submitted_segments, 3);
    tapped.is(true).await;
    tapped.send("380501230000", "again");
    assert_eq!(tapped.answer().await.failure, None);
    tapped.stop().await;
}

#[tokio::test]
async fn the_window_is_never_exceeded_and_is_used() {
    let operator = Hesitant::start().await;
    let mut tapped = Tapped::up(&gateway::directory::ConnectorSettings {
        window: 4,
        ..settings(operator.smsc.address)
    })
    .await;
    assert_eq!(tapped.connector.capacity(), 4);
    let numbers: Vec<_> = (0..12).map(|n| format!("3805012401{n:02}")).collect();
    let numbers: Vec<_> = numbers.iter().map(String::as_str).collect();
    tapped.send_all(&numbers, "hello");
    // Three windows, each of which is full before the next one begins.
    for _ in 0..3 {
        until(|| operator.unanswered() >= 4).await;
        // What is too much would come now: nothing tells that nothing comes.
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        assert_eq!(operator.unanswered(), 4);
        operator.answers();
        for _ in 0..4 {
            assert_eq!(tapped.answer().await.failure, None);
        }
    }
    tapped.stop().await;
}

#[tokio::test]
async fn case_18_an_operator_that_never_answers_holds_no_place_in_the_window() {
    let simulator = network(Scenario {
        loss: 1.0,
        ..Scenario::default()
    })
    .await;
    let mut tapped = Tapped::up(&gateway::directory::ConnectorSettings {
        window: 4,
        response_timeout_ms: 100,
        ..settings(simulator.address())
    })
    .await;
    let numbers: Vec<_> = (0..12).map(|n| format!("3805012401{n:02}")).collect();
    let numbers: Vec<_> = numbers.iter().map(String::as_str).collect();
    tapped.send_all(&numbers, "hello");
    let silent = Some(Failure::Unknown(Reason::ResponseTimeout));
    for _ in 0..12 {
        assert_eq!(tapped.answer().await.failure, silent);
    }
    assert_eq!(simulator.inbox().counters().submitted_segments, 12);
    simulator.set_scenario(Scenario::default());
    // That it is answered is to be seen, not how soon.
    tapped.adjust(|settings| settings.response_timeout_ms = 60_000);
    tapped.send("380501230000", "again");
    assert_eq!(tapped.answer().await.failure, None);
    tapped.stop().await;
}

#[tokio::test]
async fn throttling_of_one_segment_costs_no_attempt_and_pauses_the_link_shortly() {
    let simulator = network(Scenario::default()).await;
    let mut tapped = Tapped::up(&settings(simulator.address())).await;
    let began = tokio::time::Instant::now();
    // Throttled twice, and taken then.
    let throttled = tapped.send("380501230007", "hello");
    until(|| simulator.inbox().counters().submitted_segments >= 1).await;
    let behind = tapped.send("380501230000", "hello");
    let mut answered = [tapped.answer().await, tapped.answer().await];
    answered.sort_by_key(|answer| answer.message);
    let outcomes = answered.map(|answer| (answer.message, answer.failure));
    assert_eq!(outcomes, [(throttled, None), (behind, None)]);
    assert!(tapped.connector.is_up());
    // Two pauses of a tenth of a second; the clock of links cuts each moment to its millisecond.
    assert!(began.elapsed().as_millis() >= 198);
    tapped.stop().await;
}

#[tokio::test]
async fn a_message_that_is_throttled_for_seconds_goes_back_and_has_used_no_attempt() {
    let simulator = network(Scenario {
        throttling: 1.0,
        ..Scenario::default()
    })
    .await;
    let mut tapped = Tapped::up(&settings(simulator.address())).await;
    tapped.send("380501230000", "hello");
    let Some(Failure::Retry {
        reason,
        after_ms,
        attempt_used,
    }) = tapped.answer().await.failure
    else {
        panic!("it was not throttled");
    };
    assert_eq!((reason, attempt_used), (Reason::Throttled, false));
    assert!((1_000..=30_000).contains(&after_ms), "{after_ms}");
    assert_eq!(tapped.connector.condition().links[0].state, "pausing");
    let slowed = tapped.connector.condition().slowed_to_per_second;
    assert!(
        slowed.is_some_and(|per_second| per_second <= 4),
        "{slowed:?}"
    );
    tapped.stop().await;
}

#[tokio::test]
async fn a_refusal_says_what_is_wrong() {
    for (code, expected) in [
        (0x0A, Reason::OriginatorRefused),
        (0x0B, Reason::DestinationRefused),
        (0x43, Reason::MalformedForRoute),
        (0x66, Reason::UpstreamRefused),
    ] {
        let simulator = network(Scenario {
            status: Some(StatusFault { code, share: 1.0 }),
            ..Scenario::default()
        })
        .await;
        let mut tapped = Tapped::up(&settings(simulator.address())).await;
        tapped.send("380501230000", "hello");
        let failure = tapped.answer().await.failure;
        assert_eq!(failure, Some(Failure::Refused(expected)), "{code:#x}");
        tapped.stop().await;
    }
}

#[tokio::test]
async fn a_session_that_the_operator_has_forgotten_is_bound_again() {
    let simulator = network(Scenario {
        status: Some(StatusFault {
            code: 0x04,
            share: 1.0,
        }),
        ..Scenario::default()
    })
    .await;
    let mut tapped = Tapped::up(&settings(simulator.address())).await;
    tapped.send("380501230000", "hello");
    assert!(matches!(
        tapped.answer().await.failure,
        Some(Failure::Retry {
            attempt_used: false,
            ..
        })
    ));
    simulator.set_scenario(Scenario::default());
    until(|| simulator.inbox().counters().links >= 2).await;
    tapped.is(true).await;
    tapped.send("380501230000", "hello");
    assert_eq!(tapped.answer().await.failure, None);
    tapped.stop().await;
}

#[tokio::test]
async fn on_a_line_that_breaks_again_and_again_each_attempt_is_answered_once() {
    let simulator = network(Scenario {
        response_delay_ms: Between { min: 0, max: 20 },
        loss: 0.05,
        reset_every: Some(17),
        ..Scenario::default()
    })
    .await;
    let mut tapped = Tapped::up(&gateway::directory::ConnectorSettings {
        links: 2,
        response_timeout_ms: 100,
        ..settings(simulator.address())
    })
    .await;
    let mut answers: HashMap<_, u32> = HashMap::new();
    let mut sent = 0;
    while sent < 400 {
        let numbers: Vec<_> = (0..20).map(|n| format!("3805012401{n:02}")).collect();
        let numbers: Vec<_> = numbers.iter().map(String::as_str).collect();
        sent += tapped.send_all(&numbers, "hello").len();
        while answers.len() < sent {
            let answer = tapped.answer().await;
            if !answer.late {
                *answers.entry(answer.message).or_default() += 1;
            }
        }
    }
    tapped.connector.stop().await;
    while let Ok(answer) = tapped.answers.try_recv() {
        if !answer.late {
            *answers.entry(answer.message).or_default() += 1;
        }
    }
    assert_eq!(answers.len(), sent);
    assert!(answers.values().all(|answers| *answers == 1));
    tapped.stop().await;
}
