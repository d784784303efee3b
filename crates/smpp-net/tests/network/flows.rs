//! Messages go through a gateway, our connector and a simulated network, and come to the end that the network gives them.

use gateway::directory::ConnectorSettings;
use simulator::{Between, IdForm, Scenario};
use sms::MessageState;

use crate::world::{World, network, settings};

#[tokio::test]
async fn every_kind_of_phone_gives_its_message_the_right_end() {
    let simulator = network(Scenario::default()).await;
    let world = World::sending(&settings(simulator.address())).await;
    let rows = [
        ("380501230000", MessageState::Delivered),
        ("380501230001", MessageState::Undelivered),
        ("380501230002", MessageState::Expired),
        ("380501230003", MessageState::Rejected),
        ("380501230005", MessageState::Delivered),
        ("380501230007", MessageState::Delivered),
        ("380501230008", MessageState::Delivered),
        ("380501230009", MessageState::Delivered),
    ];
    let submission = world
        .submit("Ваш код 12345", &rows.map(|(number, _)| number))
        .await;
    world
        .reaches(submission, &rows.map(|(_, state)| state))
        .await;
    let received = simulator.inbox().messages(Some("380501230000"));
    assert_eq!(received[0].text, "Ваш код 12345");
    assert_eq!(received[0].from, "Shop");
    world.stop().await;
    simulator.stop().await;
}

#[tokio::test]
async fn ids_are_matched_in_whatever_form_they_come_back() {
    use IdForm::{Decimal, DecimalPadded, HexLower, HexPadded, HexUpper, Uuid};
    for (response, receipt) in [
        (Decimal, HexLower),
        (HexUpper, Decimal),
        (HexUpper, HexPadded),
        (Decimal, DecimalPadded),
        (Uuid, Uuid),
    ] {
        let simulator = network(Scenario {
            id_form: response,
            receipt_id_form: Some(receipt),
            ..Scenario::default()
        })
        .await;
        let world = World::sending(&settings(simulator.address())).await;
        let submission = world.submit(&"long ".repeat(60), &["380501230000"]).await;
        world.reaches(submission, &[MessageState::Delivered]).await;
        world.stop().await;
    }
}

#[tokio::test]
async fn over_a_bad_line_every_message_is_delivered_in_the_end() {
    let simulator = network(Scenario {
        response_delay_ms: Between { min: 0, max: 20 },
        receipt_delay_ms: Between { min: 0, max: 30 },
        loss: 0.03,
        lost_are_taken: true,
        duplicate_receipts: 0.2,
        receipt_first: 0.2,
        receipts_on_other_bind: true,
        reset_every: Some(40),
        ..Scenario::default()
    })
    .await;
    let world = World::sending(&ConnectorSettings {
        links: 2,
        response_timeout_ms: 150,
        ..settings(simulator.address())
    })
    .await;
    let numbers: Vec<_> = (0..100).map(|n| format!("3805012401{n:02}")).collect();
    let numbers: Vec<_> = numbers.iter().map(String::as_str).collect();
    let submission = world.submit("hello", &numbers).await;
    let expected = vec![MessageState::Delivered; numbers.len()];
    world.reaches(submission, &expected).await;
    let reached: std::collections::HashSet<_> = simulator
        .inbox()
        .messages(None)
        .into_iter()
        .map(|message| message.to)
        .collect();
    assert_eq!(reached.len(), numbers.len());
    world.stop().await;
}
