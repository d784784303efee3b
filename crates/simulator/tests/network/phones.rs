//! What an ESME meets at the numbers that mean something, and what their phones show.

use std::sync::{Arc, Mutex};

use crate::esme::{Esme, Heard, PATIENCE, simulator, start, submit};
use simulator::{Config, Observer, Recording, Scenario};
use smpp::{BindMode, CommandStatus, DataSm, Pdu, ReceiptState, SubmitSm, Tag, TlvBuffer};

async fn calm() -> (simulator::Simulator, Esme) {
    let simulator = simulator(Scenario::default()).await;
    let esme = Esme::bind(simulator.address(), BindMode::Transceiver).await;
    (simulator, esme)
}

#[tokio::test]
async fn a_message_is_accepted_shown_and_receipted() {
    let (simulator, mut esme) = calm().await;
    let id = esme.accepted("380501234567", "hello").await;
    let receipt = esme.receipt().await;
    assert_eq!(receipt.receipted(), id);
    assert_eq!(receipt.state(), ReceiptState::Delivered);
    let inbox = simulator.inbox();
    let messages = inbox.wait(Some("380501234567"), PATIENCE).await;
    assert_eq!(messages.len(), 1);
    let message = &messages[0];
    assert_eq!(
        (
            &*message.from,
            &*message.text,
            message.segments,
            &message.id
        ),
        ("SHOP", "hello", 1, &id)
    );
    assert_eq!(&message.raw[0][4..8], [0, 0, 0, 4], "the PDU is kept whole");
    let counters = inbox
        .wait_for(PATIENCE, |counters| counters.receipts_answered == 1)
        .await;
    assert_eq!(
        (
            counters.messages,
            counters.receipts_sent,
            counters.receipts_pending
        ),
        (1, 1, 0)
    );
}

#[tokio::test]
async fn some_numbers_have_another_outcome() {
    let (_simulator, mut esme) = calm().await;
    for (to, state) in [
        ("380501230001", ReceiptState::Undeliverable),
        ("380501230002", ReceiptState::Expired),
        ("380501230003", ReceiptState::Rejected),
    ] {
        let id = esme.accepted(to, "hello").await;
        let receipt = esme.receipt().await;
        assert_eq!(
            (receipt.receipted(), receipt.state()),
            (&*id, state),
            "{to}"
        );
    }
}

#[tokio::test]
async fn a_slow_phone_is_overtaken() {
    let simulator = start(Config {
        slow_receipt_ms: 200,
        ..Config::default()
    })
    .await;
    let mut esme = Esme::bind(simulator.address(), BindMode::Transceiver).await;
    let slow = esme.accepted("380501230005", "hello").await;
    let quick = esme.accepted("380501234567", "hello").await;
    assert_eq!(esme.receipt().await.receipted(), quick);
    assert_eq!(esme.receipt().await.receipted(), slow);
}

#[tokio::test]
async fn a_silent_number_is_never_answered_nor_reached() {
    let (simulator, mut esme) = calm().await;
    esme.submit("380501230006", "hello").await;
    esme.hears_nothing_but_life().await;
    let counters = simulator.inbox().counters();
    assert_eq!((counters.unanswered, counters.messages), (1, 0));
}

#[tokio::test]
async fn a_throttled_number_takes_each_text_at_the_third_attempt() {
    let (simulator, mut esme) = calm().await;
    for text in ["one", "two"] {
        for _ in 0..2 {
            let status = esme.submitted("380501230007", text).await;
            assert_eq!(status, CommandStatus::RTHROTTLED);
        }
        esme.accepted("380501230007", text).await;
        esme.receipt().await;
    }
    let counters = simulator.inbox().counters();
    assert_eq!((counters.throttled, counters.messages), (4, 2));
}

#[tokio::test]
async fn a_duplicate_receipt_is_the_same_twice() {
    let (_simulator, mut esme) = calm().await;
    let id = esme.accepted("380501230008", "hello").await;
    for _ in 0..2 {
        assert_eq!(esme.receipt().await.receipted(), id);
    }
}

#[tokio::test]
async fn a_receipt_may_come_before_the_response() {
    let (_simulator, mut esme) = calm().await;
    let sent = esme.submit("380501230009", "hello").await;
    let receipted = esme.receipt().await.receipted().to_owned();
    match esme.next().await {
        Heard::Answer {
            sequence,
            message_id,
            ..
        } => assert_eq!((sequence, message_id), (sent, receipted)),
        other => panic!("not the response: {other:?}"),
    }
}

#[tokio::test]
async fn a_long_text_is_shown_once_when_its_last_part_is_there() {
    let (simulator, mut esme) = calm().await;
    let text = "Ціна впала! ".repeat(12);
    let segments = sms::text::split(&text, 77);
    for segment in segments.iter().rev() {
        assert_eq!(simulator.inbox().messages(None), []);
        let octets = [&segment.udh.as_ref().unwrap()[..], &segment.octets].concat();
        let part = SubmitSm {
            esm_class: 0x40,
            data_coding: 8,
            ..submit("380501234567", &octets)
        };
        esme.send(&Pdu::SubmitSm(part)).await;
        esme.next().await;
        esme.receipt().await;
    }
    let messages = simulator.inbox().messages(None);
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].text, text);
    assert_eq!(usize::from(messages[0].segments), segments.len());
    assert_eq!(messages[0].raw.len(), segments.len());
}

#[tokio::test]
async fn a_data_sm_with_its_text_in_a_tlv_reaches_its_phone() {
    let (simulator, mut esme) = calm().await;
    let mut tlvs = TlvBuffer::new();
    tlvs.push(Tag::MESSAGE_PAYLOAD, b"as data").unwrap();
    let like = submit("380501234567", b"");
    let data = DataSm {
        source: like.source,
        destination: like.destination,
        tlvs: tlvs.tlvs(),
        ..DataSm::default()
    };
    esme.send(&Pdu::DataSm(data)).await;
    esme.next().await;
    assert_eq!(simulator.inbox().messages(None)[0].text, "as data");
    assert_eq!(simulator.inbox().counters().receipts_pending, 0);
}

#[tokio::test]
async fn a_text_that_comes_twice_is_counted() {
    let simulator = start(Config {
        recording: Recording::Counts,
        ..Config::default()
    })
    .await;
    let mut esme = Esme::bind(simulator.address(), BindMode::Transmitter).await;
    for text in ["one", "two", "one", "one"] {
        esme.accepted("380501234567", text).await;
    }
    let inbox = simulator.inbox();
    assert_eq!(inbox.duplicates(), 2);
    assert_eq!(inbox.arrivals("380501234567", "SHOP", "one"), 3);
    assert_eq!(inbox.arrivals("380501234567", "SHOP", "six"), 0);
    assert_eq!(inbox.messages(None), []);
    inbox.clear();
    assert_eq!((inbox.duplicates(), inbox.counters().messages), (0, 0));
}

#[tokio::test]
async fn an_observer_hears_each_text_that_is_taken_and_none_that_is_refused() {
    let heard: Arc<Mutex<Vec<Vec<u8>>>> = Arc::default();
    let ear = Arc::clone(&heard);
    let simulator = start(Config {
        recording: Recording::Counts,
        observer: Some(Observer::new(move |text| {
            ear.lock().unwrap().push(text.to_vec());
        })),
        ..Config::default()
    })
    .await;
    let mut esme = Esme::bind(simulator.address(), BindMode::Transmitter).await;
    esme.accepted("380501234567", "one").await;
    simulator.set_scenario(Scenario {
        throttling: 1.0,
        ..Scenario::default()
    });
    let refused = esme.submitted("380501234567", "two").await;
    assert_eq!(refused, CommandStatus::RTHROTTLED);
    simulator.set_scenario(Scenario::default());
    esme.accepted("380501234567", "three").await;
    assert_eq!(*heard.lock().unwrap(), [&b"one"[..], b"three"]);
}

#[tokio::test]
async fn waiting_ends_with_the_message_or_with_the_time() {
    let (simulator, mut esme) = calm().await;
    let inbox = simulator.inbox();
    assert_eq!(inbox.wait(None, std::time::Duration::ZERO).await, []);
    let (messages, _) = tokio::join!(
        inbox.wait(Some("380501234567"), PATIENCE),
        esme.submit("380501234567", "hello")
    );
    assert_eq!(messages.len(), 1);
}

#[tokio::test]
async fn flashing_and_binary_messages_are_shown_as_such() {
    let (simulator, mut esme) = calm().await;
    for (data_coding, esm_class, octets) in [
        (0x10, 0, &b"Look!"[..]),
        (0x18, 0, b"\x04\x36"),
        (0x04, 0, b"\x00\xFF"),
        (0x04, 0x40, b"\x04\x04\x02\x00\x01\xC0\xDE"),
    ] {
        let message = SubmitSm {
            data_coding,
            esm_class,
            ..submit("380501234567", octets)
        };
        esme.send(&Pdu::SubmitSm(message)).await;
        esme.next().await;
        esme.receipt().await;
    }
    let shown = simulator.inbox().messages(None);
    let shown: Vec<_> = shown
        .iter()
        .map(|it| (&*it.text, it.flash, it.binary))
        .collect();
    let expected = [
        ("Look!", true, false),
        ("ж", true, false),
        ("00FF", false, true),
        ("0404020001C0DE", false, true),
    ];
    assert_eq!(shown, expected);
}

#[tokio::test]
async fn a_phone_says_something_until_it_is_taken() {
    let nobody = simulator(Scenario::default()).await;
    assert_eq!(nobody.inbox().say("380501234567", "7700", "hi"), None);

    let simulator = start(Config {
        receipt_retry_ms: 1,
        ..Config::default()
    })
    .await;
    let mut esme = Esme::bind(simulator.address(), BindMode::Transceiver).await;
    let inbox = simulator.inbox();
    assert_eq!(inbox.say("380501234567", "7700", "Hi $"), Some(1));
    for status in [CommandStatus::RX_T_APPN, CommandStatus::ROK] {
        let heard = esme.next().await;
        let Heard::Saying { sequence, .. } = heard else {
            panic!("{heard:?} was not said");
        };
        let expected = Heard::Saying {
            sequence,
            from: "380501234567".into(),
            to: "7700".into(),
            data_coding: 0,
            octets: b"Hi \x02".to_vec(),
        };
        assert_eq!(heard, expected);
        esme.answer_receipt(sequence, status).await;
    }
    esme.hears_nothing_but_life().await;
    assert_eq!(inbox.counters().sayings_answered, 1);
    assert_eq!(inbox.counters().receipts_answered, 0);
    assert_eq!(
        inbox.say("380501234567", "7700", &"a".repeat(153 * 255 + 1)),
        Some(0)
    );
}

#[tokio::test]
async fn a_long_text_of_a_phone_comes_in_segments_over_the_next_link() {
    let simulator = simulator(Scenario::default()).await;
    let transmitter = Esme::bind(simulator.address(), BindMode::Transmitter).await;
    let said = simulator
        .inbox()
        .say("380501234567", "Shop", &"ж".repeat(100));
    assert_eq!(said, Some(2));
    let mut receiver = Esme::bind(simulator.address(), BindMode::Receiver).await;
    for index in 1..=2 {
        let heard = receiver.next().await;
        let Heard::Saying {
            to,
            data_coding: 8,
            octets,
            ..
        } = &heard
        else {
            panic!("{heard:?} was not said");
        };
        assert_eq!((&**to, octets[4], octets[5]), ("Shop", 2, index));
    }
    drop(transmitter);
}
