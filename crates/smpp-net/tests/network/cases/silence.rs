//! Operators that do not answer, answer late, or say nothing at all.

use std::time::Duration;

use gateway::directory::{ConnectorSettings, DoubtPolicy};
use sms::{MessageState, Reason};

use super::{counted, heard, hurried, plain, provoked};
use crate::world::{Tapped, World, settings, until};

/// Longer than an answer takes on a machine that is slow or stands still for a second: what has none by then has none at all.
const SLOW_MS: u32 = 2_000;

/// The same settings with room for all at once, so that each timer is waited for once only.
fn at_once(settings: ConnectorSettings) -> ConnectorSettings {
    ConnectorSettings {
        window: 100,
        ..settings
    }
}

/// Settings that lose patience soon and send nothing twice.
fn holding(address: std::net::SocketAddr, response_timeout_ms: u32) -> ConnectorSettings {
    ConnectorSettings {
        response_timeout_ms,
        in_doubt: DoubtPolicy::Hold,
        ..settings(address)
    }
}

/// Settings that lose patience soon and send again until there is an answer.
fn resending(address: std::net::SocketAddr, response_timeout_ms: u32) -> ConnectorSettings {
    ConnectorSettings {
        response_timeout_ms,
        in_doubt: DoubtPolicy::Resend { max_resends: 1_000 },
        ..settings(address)
    }
}

#[tokio::test]
async fn case_12_a_message_without_an_answer_is_in_doubt_or_sent_again_as_the_connector_says() {
    let simulator = provoked("case-12-no-response").await;
    let world = World::sending(&at_once(holding(simulator.address(), 300))).await;
    let submission = world.submit_to("hello", &plain(100)).await;
    let in_doubt = |all: &[gateway::Message]| {
        counted(all, MessageState::InDoubt, Reason::ResponseTimeout) as u64
    };
    // What is answered later than in time is no longer in doubt then.
    let messages = world
        .wait_for(submission, |all| {
            let delivered = counted(all, MessageState::Delivered, Reason::None) as u64;
            let unanswered = simulator.inbox().counters().unanswered;
            (in_doubt(all), delivered) == (unanswered, 100 - unanswered)
        })
        .await;
    let unanswered = in_doubt(&messages);
    assert!(unanswered > 0);
    // Nothing proves that it was not taken, so nothing is given back; and nothing was sent twice.
    world
        .money(
            i64::try_from(unanswered).unwrap(),
            i64::try_from(100 - unanswered).unwrap(),
        )
        .await;
    assert_eq!(simulator.inbox().counters().submitted_segments, 100);
    world.stop().await;
    simulator.stop().await;

    let simulator = provoked("case-12-no-response").await;
    let world = World::sending(&at_once(resending(simulator.address(), SLOW_MS))).await;
    world.all_are_delivered("hello", 100).await;
    let counters = simulator.inbox().counters();
    assert_eq!((counters.messages, counters.duplicates), (100, 0));
    assert_eq!(counters.submitted_segments, 100 + counters.unanswered);
    world.money(0, 100).await;
    world.stop().await;
    simulator.stop().await;
}

#[tokio::test]
async fn case_13_a_message_that_is_sent_again_is_charged_once() {
    let simulator = provoked("case-13-no-response-but-taken").await;
    let world = World::sending(&at_once(resending(simulator.address(), SLOW_MS))).await;
    world.all_are_delivered("hello", 100).await;
    let counters = simulator.inbox().counters();
    // Phones have some twice: the price of sending again, which is what this connector was told to do.
    assert!(counters.duplicates > 0);
    assert_eq!(counters.duplicates, counters.unanswered);
    world.money(0, 100).await;
    world.stop().await;
    simulator.stop().await;
}

#[tokio::test]
async fn case_16_an_answer_after_the_timer_settles_its_message_and_nothing_is_sent_twice() {
    let simulator = hurried("case-16-late-response", 4).await;
    let world = World::sending(&ConnectorSettings {
        window: 40,
        ..holding(simulator.address(), 300)
    })
    .await;
    let submission = world.submit_to("hello", &plain(40)).await;
    // The timer is over for those that are late, and then the answer comes.
    let late =
        |all: &[gateway::Message]| counted(all, MessageState::InDoubt, Reason::ResponseTimeout) > 0;
    world.wait_for(submission, late).await;
    world
        .reaches(submission, &[MessageState::Delivered; 40])
        .await;
    let counters = simulator.inbox().counters();
    assert_eq!((counters.submitted_segments, counters.duplicates), (40, 0));
    world.money(0, 40).await;
    world.stop().await;
    simulator.stop().await;
}

#[tokio::test]
async fn case_18_what_is_never_answered_leaves_its_place_in_the_window() {
    let simulator = hurried("case-18-window-leaks", 3).await;
    let world = World::sending(&ConnectorSettings {
        window: 4,
        ..resending(simulator.address(), 100)
    })
    .await;
    // A window of four is lost several times over while nothing is answered, and the link stays.
    world.all_are_delivered("hello", 60).await;
    let counters = simulator.inbox().counters();
    assert!(counters.unanswered > 4, "{counters:?}");
    assert_eq!(counters.links, 1);
    world.money(0, 60).await;
    world.stop().await;
    simulator.stop().await;
}

#[tokio::test]
async fn case_20_an_answer_to_anything_is_a_sign_of_life() {
    let simulator = provoked("case-20-any-pdu-is-life").await;
    let mut tapped = Tapped::up(&ConnectorSettings {
        enquire_link_ms: 300,
        response_timeout_ms: 3_000,
        ..settings(simulator.address())
    })
    .await;
    for _ in 0..5 {
        tapped.send("380501231000", "hello");
        assert_eq!(tapped.answer().await.failure, None);
        let receipt = tapped.receipt().await;
        let ticket = receipt.ticket.into_iter().collect();
        tapped.connector.acknowledge(ticket, true);
        // The link is asked for a sign of life after 300 ms, does not get it for another three seconds, and must not wait for it:
        // the next answer comes before, on a slow machine as well, and all of them together take longer.
        tokio::time::sleep(Duration::from_millis(800)).await;
        assert!(tapped.connector.is_up());
    }
    assert_eq!(simulator.inbox().counters().links, 1);
    // That it was asked is seen when nothing at all comes: the link is taken for dead.
    until(|| simulator.inbox().counters().links >= 2).await;
    tapped.stop().await;
}

#[tokio::test]
async fn f13_all_that_is_not_answered_is_in_doubt_by_the_timer_and_the_rest_waits() {
    let simulator = provoked("f13-never-answers").await;
    let world = World::sending(&ConnectorSettings {
        enquire_link_ms: SLOW_MS / 2,
        ..holding(simulator.address(), SLOW_MS)
    })
    .await;
    let submission = world.submit_to("hello", &plain(104)).await;
    // What was answered has no receipt either: nothing is said any more.
    let messages = world
        .wait_for(submission, |all| {
            all.iter().all(|it| match it.state {
                MessageState::InDoubt => {
                    matches!(it.reason, Reason::ResponseTimeout | Reason::SessionLost)
                }
                state => state == MessageState::Submitted || state.is_final(),
            })
        })
        .await;
    let in_doubt = messages
        .iter()
        .filter(|it| it.state == MessageState::InDoubt);
    assert_eq!(in_doubt.count(), 4);
    world.money(4, 100).await;
    // Nothing was sent twice: each is held until something proves what became of it.
    let counters = simulator.inbox().counters();
    assert_eq!((counters.submitted_segments, counters.duplicates), (104, 0));
    world.stop().await;
    simulator.stop().await;
}

#[tokio::test]
async fn f14_every_answer_after_the_timer_settles_its_message() {
    let simulator = hurried("f14-answers-after-the-timer", 50).await;
    let world = World::sending(&holding(simulator.address(), 100)).await;
    world.all_are_delivered("hello", 60).await;
    let counters = simulator.inbox().counters();
    assert_eq!((counters.submitted_segments, counters.duplicates), (60, 0));
    world.money(0, 60).await;
    world.stop().await;
    simulator.stop().await;
}

#[tokio::test]
async fn f20_a_silent_operator_is_noticed_and_bound_to_again() {
    let simulator = provoked("f20-silence").await;
    let tapped = Tapped::up(&ConnectorSettings {
        enquire_link_ms: 200,
        response_timeout_ms: 200,
        ..settings(simulator.address())
    })
    .await;
    tapped.is(false).await;
    until(|| simulator.inbox().counters().links >= 3).await;
    tapped.stop().await;
    // With the times that connectors have by themselves it takes no more than forty seconds.
    let times = settings(simulator.address());
    let answer_ms = times.response_timeout_ms.min(10_000);
    assert!(times.enquire_link_ms + answer_ms <= 40_000);
}

#[tokio::test]
async fn f20_an_operator_that_answers_enquire_link_alone_keeps_no_message_waiting_for_ever() {
    let simulator = provoked("f20-only-enquire-link").await;
    let world = World::sending(&ConnectorSettings {
        enquire_link_ms: 100,
        window: 15,
        ..holding(simulator.address(), SLOW_MS)
    })
    .await;
    // More than a window: each place becomes free by its timer.
    let submission = world.submit_to("hello", &plain(25)).await;
    let messages = world
        .wait_for(submission, |all| {
            all.iter().all(|it| it.state == MessageState::InDoubt)
        })
        .await;
    assert_eq!(
        counted(&messages, MessageState::InDoubt, Reason::ResponseTimeout),
        25
    );
    let counters = heard(&simulator, |it| it.submitted_segments == 25).await;
    assert_eq!(counters.links, 1);
    world.money(25, 0).await;
    world.stop().await;
    simulator.stop().await;
}
