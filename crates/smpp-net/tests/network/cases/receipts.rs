//! Receipts that are worded, marked or ordered as no specification has it.

use gateway::directory::ConnectorSettings;
use simulator::{Between, IdForm, ReceiptForm, Scenario, Wording};
use sms::{MessageState, Reason};

use super::{counted, heard, plain, provoked};
use crate::world::{World, network, settings};

/// Sends over two links, half of it to phones whose end is certain, and gives the states of the other half, when all have ended.
async fn ended(case: &str) -> Vec<MessageState> {
    let simulator = provoked(case).await;
    let world = World::sending(&settings(simulator.address())).await;
    let submission = world.submit_to("hello", &plain(40)).await;
    let messages = world
        .wait_for(submission, |all| all.iter().all(|it| it.state.is_final()))
        .await;
    world.money(0, 40).await;
    let answered = simulator.inbox().counters();
    assert_eq!(
        (answered.receipts_answered, answered.receipts_refused),
        (40, 0)
    );
    world.stop().await;
    simulator.stop().await;
    messages.iter().map(|it| it.state).collect()
}

#[tokio::test]
async fn case_06_a_receipt_without_its_flag_over_another_link_is_a_receipt() {
    let simulator = provoked("case-06-other-link-no-flag").await;
    let world = World::sending(&ConnectorSettings {
        links: 3,
        ..settings(simulator.address())
    })
    .await;
    world.every_end_is_right("hello", 60).await;
    world.money(0, 60).await;
    world.stop().await;
    simulator.stop().await;
}

#[tokio::test]
async fn case_07_a_failure_without_a_date_is_told_like_a_delivery() {
    let states = ended("case-07-zero-done-date").await;
    assert!(states.iter().all(|it| *it == MessageState::Undelivered));
    let simulator = provoked("case-07-zero-done-date").await;
    let world = World::sending(&settings(simulator.address())).await;
    let (numbers, mut ends) = super::mixed(20);
    // Plain phones are not reached in this scenario.
    for end in &mut ends {
        if *end == MessageState::Delivered {
            *end = MessageState::Undelivered;
        }
    }
    let submission = world.submit_to("hello", &numbers).await;
    world.reaches(submission, &ends).await;
    world.stop().await;
    simulator.stop().await;
}

#[tokio::test]
async fn case_08_a_receipt_without_its_counts_is_read() {
    let simulator = provoked("case-08-fields-missing").await;
    let world = World::sending(&settings(simulator.address())).await;
    world.every_end_is_right("hello", 40).await;
    world.stop().await;
    simulator.stop().await;
}

#[tokio::test]
async fn case_08_an_error_of_four_digits_costs_no_receipt() {
    let states = ended("case-08-four-digit-error").await;
    both_ends(&states);
}

#[tokio::test]
async fn case_09_an_error_that_is_no_number_costs_no_receipt() {
    let states = ended("case-09-error-is-a-word").await;
    both_ends(&states);
}

/// Half of the messages are delivered in these scenarios, by chance: of forty, never all or none.
fn both_ends(states: &[MessageState]) {
    let delivered = states.iter().filter(|it| **it == MessageState::Delivered);
    let undelivered = states.iter().filter(|it| **it == MessageState::Undelivered);
    let (delivered, undelivered) = (delivered.count(), undelivered.count());
    assert_eq!(delivered + undelivered, states.len());
    assert!(
        delivered > 5 && undelivered > 5,
        "{delivered}, {undelivered}"
    );
}

#[tokio::test]
async fn case_10_several_receipts_in_any_order_give_one_end() {
    let simulator = provoked("case-10-several-receipts").await;
    let world = World::sending(&settings(simulator.address())).await;
    world.every_end_is_right("hello", 40).await;
    let all = heard(&simulator, |it| it.receipts_answered >= 80).await;
    assert_eq!(all.receipts_answered, 80);
    world.money(0, 40).await;
    // Nothing of what came behind the first one has changed anything.
    let tally = world.gateway.tally().await.unwrap();
    for state in [
        MessageState::Delivered,
        MessageState::Undelivered,
        MessageState::Expired,
        MessageState::Rejected,
    ] {
        assert_eq!(tally.count(state), 10, "{state:?}");
    }
    world.stop().await;
    simulator.stop().await;
}

#[tokio::test]
async fn f19_receipts_of_every_kind_find_their_messages_and_no_others() {
    let simulator = provoked("f19-receipts-of-all-kinds").await;
    let world = World::sending(&ConnectorSettings {
        links: 2,
        window: 40,
        ..settings(simulator.address())
    })
    .await;
    world.every_end_is_right("hello", 400).await;
    world.money(0, 400).await;
    world.stop().await;
    simulator.stop().await;
}

/// The ways in which receipts come, each alone.
fn kinds() -> [(&'static str, Scenario); 12] {
    let plain = Scenario::default;
    [
        ("as it should be", plain()),
        (
            "first",
            Scenario {
                receipt_first: 1.0,
                ..plain()
            },
        ),
        (
            "twice",
            Scenario {
                duplicate_receipts: 1.0,
                ..plain()
            },
        ),
        (
            "reversed",
            Scenario {
                receipts_reversed_in: Some(10),
                ..plain()
            },
        ),
        (
            "other bind",
            Scenario {
                receipts_on_other_bind: true,
                ..plain()
            },
        ),
        (
            "other base",
            Scenario {
                id_form: IdForm::HexUpper,
                receipt_id_form: Some(IdForm::Decimal),
                ..plain()
            },
        ),
        (
            "padded",
            Scenario {
                id_form: IdForm::HexUpper,
                receipt_id_form: Some(IdForm::HexPadded),
                ..plain()
            },
        ),
        (
            "lower case",
            Scenario {
                id_form: IdForm::HexUpper,
                receipt_id_form: Some(IdForm::HexLower),
                receipt_form: ReceiptForm::Text,
                wording: Wording {
                    lower_case: true,
                    ..Wording::default()
                },
                ..plain()
            },
        ),
        (
            "without flags",
            Scenario {
                receipts_unflagged: true,
                receipt_form: ReceiptForm::Text,
                ..plain()
            },
        ),
        (
            "in parameters alone",
            Scenario {
                receipt_form: ReceiptForm::Tlv,
                ..plain()
            },
        ),
        (
            "in pieces",
            Scenario {
                write_octets: Some(7),
                ..plain()
            },
        ),
        (
            "late",
            Scenario {
                receipt_delay_ms: Between { min: 200, max: 700 },
                ..plain()
            },
        ),
    ]
}

#[tokio::test]
async fn f19_each_of_twelve_kinds_alone_finds_its_messages() {
    let simulator = network(Scenario::default()).await;
    let world = World::sending(&ConnectorSettings {
        links: 2,
        window: 40,
        ..settings(simulator.address())
    })
    .await;
    let mut sent = 0;
    for (kind, scenario) in kinds() {
        simulator.set_scenario(scenario);
        world.every_end_is_right(kind, 60).await;
        sent += 60;
        world.money(0, sent).await;
    }
    world.stop().await;
    simulator.stop().await;
}

#[tokio::test]
async fn f22_receipts_for_messages_of_others_disturb_nobody() {
    let simulator = provoked("f22-foreign-receipts").await;
    let world = World::sending(&settings(simulator.address())).await;
    world.every_end_is_right("hello", 40).await;
    assert!(simulator.inbox().counters().notices_sent >= 40);
    let submission = world.submit("again", &["380501231000"]).await;
    let messages = world
        .wait_for(submission, |all| all[0].state.is_final())
        .await;
    assert_eq!(counted(&messages, MessageState::Delivered, Reason::None), 1);
    world.stop().await;
    simulator.stop().await;
}
