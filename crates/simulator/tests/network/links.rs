//! Binds, and receipts that must not be lost with a link.

use crate::esme::{Esme, Heard, PATIENCE, simulator, start};
use bytes::BytesMut;
use simulator::{Config, Credentials, Scenario};
use smpp::{BindMode, CommandId, CommandStatus, Header, Pdu, QuerySm};

const TO: &str = "380501234567";

#[tokio::test]
async fn only_the_configured_system_may_bind() {
    let simulator = start(Config {
        credentials: Some(Credentials {
            system_id: "shop".to_owned(),
            password: "secret".to_owned(),
        }),
        ..Config::default()
    })
    .await;
    for (system_id, password, expected) in [
        ("shop", "secret", CommandStatus::ROK),
        ("shop", "guess", CommandStatus::RINVPASWD),
        ("shed", "secret", CommandStatus::RINVSYSID),
    ] {
        let (system_id, password) = (system_id.as_bytes(), password.as_bytes());
        let mode = BindMode::Transceiver;
        let (_, status) = Esme::try_bind(simulator.address(), mode, system_id, password).await;
        assert_eq!(status, expected);
    }
}

#[tokio::test]
async fn what_does_not_fit_the_bind_is_refused_and_the_link_goes_on() {
    let simulator = simulator(Scenario::default()).await;
    let mut unbound = Esme::connect(simulator.address()).await;
    assert_eq!(
        unbound.submitted(TO, "hello").await,
        CommandStatus::RINVBNDSTS
    );
    unbound.hears_nothing_but_life().await;
    let mut receiver = Esme::bind(simulator.address(), BindMode::Receiver).await;
    assert_eq!(
        receiver.submitted(TO, "hello").await,
        CommandStatus::RINVBNDSTS
    );
    receiver.send(&Pdu::QuerySm(QuerySm::default())).await;
    match receiver.next().await {
        Heard::Answer { to, status, .. } => {
            assert_eq!(
                (to, status),
                (CommandId::QUERY_SM, CommandStatus::RQUERYFAIL)
            );
        }
        other => panic!("not an answer: {other:?}"),
    }
    assert_eq!(simulator.inbox().counters().messages, 0);
}

#[tokio::test]
async fn nonsense_is_nacked_and_a_lost_stream_is_closed() {
    let simulator = simulator(Scenario::default()).await;
    let mut esme = Esme::bind(simulator.address(), BindMode::Transceiver).await;
    let mut unknown = BytesMut::new();
    let header = Header {
        command_id: CommandId(0x0001_0203),
        command_status: CommandStatus::ROK,
        sequence_number: 99,
    };
    header.encode(&mut unknown);
    esme.send_octets(&unknown).await;
    let nack = Heard::Answer {
        to: CommandId(0),
        sequence: 99,
        status: CommandStatus::RINVCMDID,
        message_id: String::new(),
    };
    assert_eq!(esme.next().await, nack);
    esme.hears_nothing_but_life().await;
    esme.send_octets(b"GET / HTTP/1.1\r\n\r\n").await;
    assert!(matches!(esme.next().await, Heard::Answer { .. }));
    assert_eq!(esme.next().await, Heard::Closed);
}

#[tokio::test]
async fn unbind_is_answered_before_the_link_ends() {
    let simulator = simulator(Scenario::default()).await;
    let mut esme = Esme::bind(simulator.address(), BindMode::Transceiver).await;
    esme.send(&Pdu::Unbind).await;
    assert!(matches!(
        esme.next().await,
        Heard::Answer {
            to: CommandId::UNBIND,
            ..
        }
    ));
    assert_eq!(esme.next().await, Heard::Closed);
}

#[tokio::test]
async fn receipts_wait_for_a_bind_that_receives() {
    let simulator = simulator(Scenario::default()).await;
    let mut transmitter = Esme::bind(simulator.address(), BindMode::Transmitter).await;
    let id = transmitter.accepted(TO, "hello").await;
    transmitter.hears_nothing_but_life().await;
    let mut receiver = Esme::bind(simulator.address(), BindMode::Receiver).await;
    assert_eq!(receiver.receipt().await.receipted(), id);
    let later = transmitter.accepted(TO, "hello again").await;
    assert_eq!(receiver.receipt().await.receipted(), later);
}

#[tokio::test]
async fn receipts_stay_with_their_own_system() {
    let simulator = simulator(Scenario::default()).await;
    let address = simulator.address();
    let mut shop = Esme::bind(address, BindMode::Transceiver).await;
    let (mut bank, _) = Esme::try_bind(address, BindMode::Transceiver, b"bank", b"").await;
    shop.accepted(TO, "hello").await;
    shop.receipt().await;
    bank.hears_nothing_but_life().await;
}

#[tokio::test]
async fn unanswered_receipts_are_sent_again_over_the_next_link() {
    let simulator = simulator(Scenario::default()).await;
    let address = simulator.address();
    let mut first = Esme::bind(address, BindMode::Transceiver).await;
    let mut ids = Vec::new();
    for text in ["one", "two", "three"] {
        ids.push(first.accepted(TO, text).await);
        assert_eq!(first.next().await.receipted(), ids[ids.len() - 1]);
    }
    drop(first);
    let mut second = Esme::bind(address, BindMode::Receiver).await;
    for id in &ids {
        assert_eq!(second.receipt().await.receipted(), id);
    }
    let counters = simulator
        .inbox()
        .wait_for(PATIENCE, |counters| counters.receipts_pending == 0)
        .await;
    assert_eq!((counters.receipts_sent, counters.receipts_resent), (6, 3));
}

#[tokio::test]
async fn a_receipt_refused_for_the_moment_comes_again_and_one_refused_for_good_does_not() {
    let simulator = start(Config {
        receipt_retry_ms: 20,
        ..Config::default()
    })
    .await;
    let mut esme = Esme::bind(simulator.address(), BindMode::Transceiver).await;
    let id = esme.accepted(TO, "hello").await;
    for status in [
        CommandStatus::RX_T_APPN,
        CommandStatus::RSYSERR,
        CommandStatus::RTHROTTLED,
        CommandStatus::RX_P_APPN,
    ] {
        assert_eq!(esme.receipt_answered(status).await.receipted(), id);
    }
    let counters = simulator
        .inbox()
        .wait_for(PATIENCE, |counters| counters.receipts_refused == 1)
        .await;
    assert_eq!(
        (counters.receipts_deferred, counters.receipts_pending),
        (3, 0)
    );
}

#[tokio::test]
async fn a_receipt_nobody_answers_is_sent_again_after_a_while() {
    let simulator = start(Config {
        receipt_answer_ms: 50,
        ..Config::default()
    })
    .await;
    let mut esme = Esme::bind(simulator.address(), BindMode::Transceiver).await;
    let id = esme.accepted(TO, "hello").await;
    assert_eq!(esme.next().await.receipted(), id);
    assert_eq!(esme.receipt().await.receipted(), id);
}

#[tokio::test]
async fn no_more_receipts_are_sent_than_the_window_allows() {
    let simulator = start(Config {
        receipt_window: 2,
        ..Config::default()
    })
    .await;
    let mut transmitter = Esme::bind(simulator.address(), BindMode::Transmitter).await;
    for _ in 0..5 {
        transmitter.accepted(TO, "hello").await;
    }
    let mut receiver = Esme::bind(simulator.address(), BindMode::Receiver).await;
    for _ in 0..2 {
        assert!(matches!(receiver.next().await, Heard::Receipt { .. }));
    }
    receiver.hears_nothing_but_life().await;
    receiver.answer_receipt(1, CommandStatus::ROK).await;
    receiver.answer_receipt(2, CommandStatus::ROK).await;
    for _ in 0..3 {
        receiver.receipt().await;
    }
}

#[tokio::test]
async fn links_can_be_reset_from_outside() {
    let simulator = simulator(Scenario::default()).await;
    let mut esme = Esme::bind(simulator.address(), BindMode::Transceiver).await;
    simulator.reset_links();
    assert_eq!(esme.next().await, Heard::Closed);
    Esme::bind(simulator.address(), BindMode::Transceiver).await;
}

#[tokio::test]
async fn a_flood_is_answered_in_order_and_receipted_in_full() {
    const COUNT: u32 = 5_000;
    let simulator = start(Config {
        receipt_window: 50,
        ..Config::default()
    })
    .await;
    let mut esme = Esme::bind(simulator.address(), BindMode::Transceiver).await;
    let mut flood = BytesMut::new();
    for sequence in 1..=COUNT {
        let submit = Pdu::SubmitSm(crate::esme::submit(TO, b"hello"));
        submit
            .encode(CommandStatus::ROK, sequence, &mut flood)
            .unwrap();
    }
    esme.send_octets(&flood).await;
    let (mut answered, mut receipted) = (0, 0);
    while answered < COUNT || receipted < COUNT {
        match esme.next().await {
            Heard::Answer {
                sequence, status, ..
            } => {
                answered += 1;
                assert_eq!((sequence, status), (answered, CommandStatus::ROK));
            }
            Heard::Receipt { sequence, .. } => {
                receipted += 1;
                esme.answer_receipt(sequence, CommandStatus::ROK).await;
            }
            Heard::Saying { from, .. } => panic!("{from} said something"),
            Heard::Closed => panic!("closed after {answered} answers, {receipted} receipts"),
        }
    }
    let inbox = simulator.inbox();
    assert_eq!(inbox.duplicates(), u64::from(COUNT) - 1);
}

#[tokio::test]
async fn stopping_ends_the_links() {
    let simulator = simulator(Scenario::default()).await;
    let mut esme = Esme::bind(simulator.address(), BindMode::Transceiver).await;
    simulator.stop().await;
    assert_eq!(esme.next().await, Heard::Closed);
}
