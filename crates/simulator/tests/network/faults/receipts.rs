//! Receipts of parts, on the way, of nobody, in reverse, and in pieces.

use super::{TO, answer};
use crate::esme::{Esme, Heard, bound, submit};
use simulator::{Between, IdForm, PartFate, PartFault, Scenario, Wording};
use smpp::{BindMode, CommandStatus, Pdu, ReceiptState, SubmitSm, TlvBuffer};

#[tokio::test]
async fn one_part_of_a_long_text_has_a_fate_of_its_own() {
    use ReceiptState::{Delivered, Undeliverable};
    let (ok, refused) = (CommandStatus::ROK, CommandStatus::RSUBMITFAIL);
    for (fate, statuses, states) in [
        (PartFate::Refused, vec![ok, refused, ok], vec![Delivered; 2]),
        (PartFate::Unanswered, vec![ok; 2], vec![Delivered; 2]),
        (
            PartFate::Undelivered,
            vec![ok; 3],
            vec![Delivered, Undeliverable, Delivered],
        ),
        (PartFate::WithoutReceipt, vec![ok; 3], vec![Delivered; 2]),
        (PartFate::OnlyReceipt, vec![ok; 3], vec![Delivered]),
    ] {
        assert_eq!(three_parts(fate).await, (statuses, states), "{fate:?}");
    }
}

#[tokio::test]
async fn a_notice_on_the_way_comes_before_the_receipt() {
    let (simulator, mut esme) = bound(Scenario {
        intermediate: 1.0,
        receipt_delay_ms: Between::exactly(100),
        ..Scenario::default()
    })
    .await;
    let id = esme.accepted(TO, "hello").await;
    for (state, class) in [
        (ReceiptState::Enroute, 0x20),
        (ReceiptState::Delivered, 0x04),
    ] {
        match esme.receipt().await {
            Heard::Receipt {
                esm_class,
                message_id,
                state: told,
                ..
            } => assert_eq!((esm_class, &message_id, told), (class, &id, state)),
            other => panic!("not a receipt: {other:?}"),
        }
    }
    let counters = simulator.inbox().counters();
    assert_eq!((counters.notices_sent, counters.receipts_sent), (1, 1));
}

#[tokio::test]
async fn receipts_come_for_messages_that_nobody_submitted() {
    let (_simulator, mut esme) = bound(Scenario {
        foreign_receipts: 1.0,
        receipt_delay_ms: Between::exactly(100),
        ..Scenario::default()
    })
    .await;
    let id = esme.accepted(TO, "hello").await;
    assert_ne!(esme.receipt().await.receipted(), id);
    assert_eq!(esme.receipt().await.receipted(), id);
}

#[tokio::test]
async fn a_block_of_receipts_comes_in_reverse() {
    let simulator = crate::esme::start(simulator::Config {
        scenario: Scenario {
            receipts_reversed_in: Some(3),
            receipt_delay_ms: Between::exactly(200),
            ..Scenario::default()
        },
        first_number: Some(3_000),
        ..simulator::Config::default()
    })
    .await;
    let mut esme = Esme::bind(simulator.address(), BindMode::Transceiver).await;
    let sent = [submit(TO, b"a"), submit(TO, b"b"), submit(TO, b"c")];
    for submit in sent {
        esme.send(&Pdu::SubmitSm(submit)).await;
    }
    for _ in 0..3 {
        assert_eq!(answer(esme.next().await).2, CommandStatus::ROK);
    }
    for id in ["3002", "3001", "3000"] {
        assert_eq!(esme.receipt().await.receipted(), id);
    }
}

#[tokio::test]
async fn pdus_arrive_in_pieces_with_odd_parameters_and_wide_ids() {
    let (_simulator, mut esme) = bound(Scenario {
        write_octets: Some(3),
        odd_parameters: true,
        id_form: IdForm::WideHex,
        wording: Wording {
            lower_case: true,
            ..Wording::default()
        },
        ..Scenario::default()
    })
    .await;
    let id = esme.accepted(TO, "hello").await;
    assert_eq!(id.len(), 25);
    assert_eq!(esme.receipt().await.receipted(), id);
}

#[tokio::test]
async fn a_text_in_the_payload_and_its_part_in_parameters_are_understood() {
    let (simulator, mut esme) = bound(Scenario {
        receipt_loss: 1.0,
        ..Scenario::default()
    })
    .await;
    for (index, text) in [(2, "world"), (1, "hello ")] {
        let mut tlvs = TlvBuffer::new();
        tlvs.push_u16(smpp::Tag::SAR_MSG_REF_NUM, 700);
        tlvs.push_u8(smpp::Tag::SAR_TOTAL_SEGMENTS, 2);
        tlvs.push_u8(smpp::Tag::SAR_SEGMENT_SEQNUM, index);
        tlvs.push(smpp::Tag::MESSAGE_PAYLOAD, text.as_bytes())
            .unwrap();
        let submit = SubmitSm {
            tlvs: tlvs.tlvs(),
            ..submit(TO, b"")
        };
        esme.send(&Pdu::SubmitSm(submit)).await;
        assert_eq!(answer(esme.next().await).2, CommandStatus::ROK);
    }
    assert_eq!(simulator.inbox().messages(Some(TO))[0].text, "hello world");
}

/// Submits a text of three parts; gives the status of each that is answered, and how many receipts come with which state.
async fn three_parts(fate: PartFate) -> (Vec<CommandStatus>, Vec<ReceiptState>) {
    let (_simulator, mut esme) = bound(Scenario {
        part: Some(PartFault { part: 2, fate }),
        receipt_delay_ms: Between::exactly(100),
        ..Scenario::default()
    })
    .await;
    let mut statuses = Vec::new();
    let unanswered = fate == PartFate::Unanswered;
    for part in 1..=3 {
        let text = [b"\x05\0\x03\x07\x03".as_slice(), &[part], b"hello"].concat();
        let submit = SubmitSm {
            esm_class: 0x40,
            ..submit(TO, &text)
        };
        esme.send(&Pdu::SubmitSm(submit)).await;
        if !(unanswered && part == 2) {
            statuses.push(answer(esme.next().await).2);
        }
    }
    let receipts = match fate {
        PartFate::Refused | PartFate::Unanswered | PartFate::WithoutReceipt => 2,
        PartFate::Undelivered => 3,
        PartFate::OnlyReceipt => 1,
    };
    let mut states = Vec::new();
    for _ in 0..receipts {
        states.push(esme.receipt().await.state());
    }
    esme.hears_nothing_but_life().await;
    (statuses, states)
}
