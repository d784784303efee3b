//! A simulator with a journal that ends without warning and comes back.

use std::io::Write;
use std::path::Path;

use crate::esme::{Esme, PATIENCE, start};
use simulator::{Between, Config, Scenario, Simulator};
use smpp::{BindMode, CommandStatus};

const TO: &str = "380501234567";

async fn with_journal(path: &Path) -> Simulator {
    start(Config {
        journal: Some(path.to_owned()),
        ..Config::default()
    })
    .await
}

#[tokio::test]
async fn what_was_accepted_and_every_receipt_owed_survive() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    let simulator = with_journal(&path).await;
    let mut esme = Esme::bind(simulator.address(), BindMode::Transceiver).await;
    let answered = esme.accepted(TO, "one").await;
    assert_eq!(esme.receipt().await.receipted(), answered);
    let owed = esme.accepted("380501230001", "two").await;
    assert_eq!(esme.next().await.receipted(), owed);
    simulator
        .inbox()
        .wait_for(PATIENCE, |counters| counters.receipts_answered == 1)
        .await;
    let before = simulator.inbox().messages(None);
    // Neither stopped nor flushed: what the file holds by now is what a killed process leaves,
    // and a record half written is the worst that it can end with.
    std::mem::forget(simulator);
    let mut file = std::fs::File::options().append(true).open(&path).unwrap();
    file.write_all(&[0, 0, 0, 60, 1, 2, 3, 4, 1, 0]).unwrap();

    let simulator = with_journal(&path).await;
    let inbox = simulator.inbox();
    assert_eq!(inbox.messages(None), before);
    assert_eq!(inbox.counters().receipts_pending, 1);
    let mut esme = Esme::bind(simulator.address(), BindMode::Transceiver).await;
    let receipt = esme.receipt().await;
    assert_eq!(receipt.receipted(), owed);
    assert_eq!(receipt.state(), smpp::ReceiptState::Undeliverable);
    let newer: u64 = esme.accepted(TO, "three").await.parse().unwrap();
    assert!(newer > owed.parse().unwrap(), "ids are not used again");
    esme.receipt().await;
    inbox
        .wait_for(PATIENCE, |counters| counters.receipts_pending == 0)
        .await;
    simulator.stop().await;

    let simulator = with_journal(&path).await;
    assert_eq!(simulator.inbox().counters().receipts_pending, 0);
    assert_eq!(simulator.inbox().messages(None).len(), 3);
    let mut esme = Esme::bind(simulator.address(), BindMode::Receiver).await;
    esme.hears_nothing_but_life().await;
}

#[tokio::test]
async fn a_receipt_keeps_the_moment_in_which_it_is_due() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    let later = Config {
        journal: Some(path.clone()),
        scenario: Scenario {
            receipt_delay_ms: Between::exactly(3_600_000),
            ..Scenario::default()
        },
        ..Config::default()
    };
    let simulator = start(later).await;
    let mut esme = Esme::bind(simulator.address(), BindMode::Transceiver).await;
    esme.accepted(TO, "hello").await;
    simulator.stop().await;
    let simulator = with_journal(&path).await;
    let mut esme = Esme::bind(simulator.address(), BindMode::Transceiver).await;
    esme.hears_nothing_but_life().await;
    assert_eq!(simulator.inbox().counters().receipts_pending, 1);
}

#[tokio::test]
async fn a_half_received_text_is_completed_after_the_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    let part = |index: u8| [&[5, 0, 3, 7, 2, index], &b"half "[..]].concat();
    for index in 1..=2 {
        let simulator = with_journal(&path).await;
        let mut esme = Esme::bind(simulator.address(), BindMode::Transmitter).await;
        let octets = part(index);
        let submit = smpp::SubmitSm {
            esm_class: 0x40,
            registered_delivery: 0,
            ..crate::esme::submit(TO, &octets)
        };
        esme.send(&submit.into()).await;
        match esme.next().await {
            crate::esme::Heard::Answer { status, .. } => assert_eq!(status, CommandStatus::ROK),
            other => panic!("not an answer: {other:?}"),
        }
        let messages = simulator.inbox().messages(None);
        assert_eq!(messages.len(), usize::from(index == 2));
        simulator.stop().await;
    }
}

#[tokio::test]
async fn a_cleared_inbox_stays_empty() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    let simulator = with_journal(&path).await;
    let mut esme = Esme::bind(simulator.address(), BindMode::Transmitter).await;
    esme.accepted(TO, "hello").await;
    simulator.inbox().clear();
    simulator.stop().await;
    let simulator = with_journal(&path).await;
    assert_eq!(simulator.inbox().messages(None), []);
    assert_eq!(simulator.inbox().counters().receipts_pending, 1);
}
