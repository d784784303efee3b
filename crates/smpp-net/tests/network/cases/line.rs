//! Lines that break, binds that are refused, and PDUs that are odd.

use gateway::directory::{ConnectorSettings, DoubtPolicy};
use simulator::{Ending, Scenario, Tear, Torn};
use sms::{MessageState, Reason};

use super::{counted, heard, hurried, plain, provoked};
use crate::world::{World, network, settings, until};

#[tokio::test]
async fn case_17_what_is_unanswered_when_the_connection_closes_is_in_doubt() {
    let simulator = hurried("case-17-channel-closes", 10).await;
    let world = World::sending(&ConnectorSettings {
        in_doubt: DoubtPolicy::Hold,
        ..settings(simulator.address())
    })
    .await;
    let submission = world.submit_to("hello", &plain(100)).await;
    let settled = |it: &gateway::Message| it.state.is_final() || it.reason == Reason::SessionLost;
    let messages = world
        .wait_for(submission, |all| all.iter().all(settled))
        .await;
    let in_doubt = counted(&messages, MessageState::InDoubt, Reason::SessionLost);
    let delivered = counted(&messages, MessageState::Delivered, Reason::None);
    assert!(in_doubt > 0 && delivered > 0, "{in_doubt}, {delivered}");
    assert_eq!(in_doubt + delivered, 100);
    assert_eq!(simulator.inbox().counters().duplicates, 0);
    world
        .money(
            i64::try_from(in_doubt).unwrap(),
            i64::try_from(delivered).unwrap(),
        )
        .await;
    world.stop().await;
    simulator.stop().await;
}

#[tokio::test]
async fn case_17_over_connections_that_close_again_and_again_every_message_arrives() {
    // Not faster: each time that it is in doubt a message waits twice as long, and on a busy machine few would get through.
    let simulator = hurried("case-17-channel-closes", 4).await;
    let world = World::sending(&settings(simulator.address())).await;
    world.all_are_delivered("hello", 300).await;
    assert!(simulator.inbox().counters().links_broken > 0);
    world.money(0, 300).await;
    world.stop().await;
    simulator.stop().await;
}

#[tokio::test]
async fn case_26_odd_parameters_cost_no_receipt_no_message_and_no_link() {
    let world = World::open().await;
    world.owns("380441234567").await;
    let simulator = provoked("case-26-odd-parameters").await;
    let world = world.runs(&settings(simulator.address())).await;
    world.every_end_is_right("hello", 40).await;
    world.has_heard(vec!["Hello"]).await;
    assert_eq!(simulator.inbox().counters().links, 1);
    world.stop().await;
    simulator.stop().await;
}

#[tokio::test]
async fn case_28_a_response_without_a_body_is_an_answer() {
    let simulator = provoked("case-28-response-without-body").await;
    let world = World::sending(&settings(simulator.address())).await;
    let submission = world.submit_to("hello", &plain(60)).await;
    // Without an id there is nothing that a receipt could name: taken, charged, and no more is known.
    let messages = world
        .wait_for(submission, |all| {
            let delivered = counted(all, MessageState::Delivered, Reason::None);
            let submitted = all.iter().filter(|it| it.state == MessageState::Submitted);
            let odd = simulator.inbox().counters().odd_answers;
            delivered + submitted.count() == 60 && delivered as u64 + odd == 60
        })
        .await;
    assert!(
        messages
            .iter()
            .any(|it| it.state == MessageState::Submitted)
    );
    let counters = simulator.inbox().counters();
    assert_eq!((counters.submitted_segments, counters.links), (60, 1));
    world.money(0, 60).await;
    world.stop().await;
    simulator.stop().await;
}

#[tokio::test]
async fn case_29_a_nack_without_a_number_costs_neither_message_nor_link() {
    let simulator = provoked("case-29-nack-of-nothing").await;
    let world = World::sending(&settings(simulator.address())).await;
    world.every_end_is_right("hello", 60).await;
    let counters = simulator.inbox().counters();
    assert!(counters.odd_answers > 0);
    assert_eq!((counters.submitted_segments, counters.links), (60, 1));
    world.stop().await;
    simulator.stop().await;
}

#[tokio::test]
async fn case_32_nothing_is_handed_over_while_nobody_may_bind() {
    let simulator = hurried("case-32-no-bind", 10).await;
    let world = World::sending(&settings(simulator.address())).await;
    let counters = || simulator.inbox().counters();
    until(|| counters().binds_refused > 0).await;
    let submission = world.submit_to("hello", &plain(30)).await;
    let refused = counters().binds_refused;
    until(|| counters().binds_refused > refused + 3).await;
    // They wait, as they did, and none has used up an attempt.
    let waiting = world.sent(submission).await;
    assert!(waiting.iter().all(|it| it.state == MessageState::Queued));
    assert_eq!(counters().submitted_segments, 0);
    world
        .reaches(submission, &[MessageState::Delivered; 30])
        .await;
    assert_eq!(counters().submitted_segments, 30);
    // Three seconds of a tenth each, and shorter waits before them: no storm of binds.
    assert!(counters().binds_refused < 60, "{:?}", counters());
    world.money(0, 30).await;
    world.stop().await;
    simulator.stop().await;
}

#[tokio::test]
async fn f15_wrong_responses_are_nobodys() {
    let simulator = provoked("f15-wrong-responses").await;
    let world = World::sending(&settings(simulator.address())).await;
    world.every_end_is_right("hello", 100).await;
    let counters = simulator.inbox().counters();
    assert!(counters.odd_answers > 0);
    assert_eq!((counters.submitted_segments, counters.links), (100, 1));
    world.money(0, 100).await;
    world.stop().await;
    simulator.stop().await;
}

/// Sends through a file's tears, and every message arrives.
async fn torn(case: &str, count: u32) {
    let simulator = provoked(case).await;
    let world = World::sending(&ConnectorSettings {
        response_timeout_ms: 1_000,
        ..settings(simulator.address())
    })
    .await;
    world.all_are_delivered("hello", count).await;
    assert!(simulator.inbox().counters().links_broken > 1);
    world.money(0, i64::from(count)).await;
    world.stop().await;
    simulator.stop().await;
}

#[tokio::test]
async fn f16_responses_that_are_torn_off_lose_nothing() {
    torn("f16-reset-in-a-response", 220).await;
}

#[tokio::test]
async fn f16_receipts_that_are_torn_off_come_again() {
    torn("f16-reset-in-a-receipt", 400).await;
}

#[tokio::test]
async fn f16_an_operator_that_says_no_more_and_goes_on_reading_loses_nothing() {
    torn("f16-half-close", 220).await;
}

#[tokio::test]
async fn f16_a_reset_at_any_octet_of_any_pdu_of_the_operator_loses_nothing() {
    let simulator = network(Scenario::default()).await;
    let world = World::sending(&settings(simulator.address())).await;
    let mut sent = 0;
    // As many octets as there are in a response to a bind, in one to a submit, and in a receipt with all its parameters.
    for (of, length) in [
        (Torn::Bind, 30),
        (Torn::Response, 40),
        (Torn::Delivery, 210),
    ] {
        for octet in 0..length {
            let broken = simulator.inbox().counters().links_broken;
            simulator.set_scenario(Scenario {
                tear: Some(Tear {
                    every: 1,
                    octet,
                    of,
                    ending: Ending::Reset,
                }),
                ..Scenario::default()
            });
            if of == Torn::Bind {
                simulator.reset_links();
            }
            let number = format!("38050{:03}{:04}", octet, 1_000 + sent);
            let submission = world.submit("hello", &[&number]).await;
            until(|| simulator.inbox().counters().links_broken > broken).await;
            simulator.set_scenario(Scenario::default());
            world.reaches(submission, &[MessageState::Delivered]).await;
            sent += 1;
        }
    }
    let all = heard(&simulator, |it| it.receipts_pending == 0).await;
    assert_eq!(all.receipts_pending, 0);
    world.money(0, sent).await;
    world.stop().await;
    simulator.stop().await;
}
