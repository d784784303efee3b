//! Each switch of a scenario as an ESME meets it.

use crate::esme::{Esme, Heard, bound};
use simulator::{Between, IdForm, ReceiptForm, Scenario, StatusFault};
use smpp::{BindMode, CommandStatus, ReceiptState};

const TO: &str = "380501234567";

#[tokio::test]
async fn a_delayed_response_comes_after_what_was_asked_later() {
    let (_simulator, mut esme) = bound(Scenario {
        response_delay_ms: Between::exactly(100),
        receipt_delay_ms: Between::exactly(200),
        ..Scenario::default()
    })
    .await;
    esme.submit(TO, "hello").await;
    esme.hears_nothing_but_life().await;
    assert!(matches!(esme.next().await, Heard::Answer { .. }));
    esme.receipt().await;
}

#[tokio::test]
async fn a_lost_submit_may_have_been_taken() {
    for lost_are_taken in [false, true] {
        let (simulator, mut esme) = bound(Scenario {
            loss: 1.0,
            lost_are_taken,
            ..Scenario::default()
        })
        .await;
        esme.submit(TO, "hello").await;
        if lost_are_taken {
            esme.receipt().await;
        }
        esme.hears_nothing_but_life().await;
        let messages = simulator.inbox().counters().messages;
        assert_eq!(messages, u64::from(lost_are_taken));
    }
}

#[tokio::test]
async fn a_lost_receipt_never_comes() {
    let (_simulator, mut esme) = bound(Scenario {
        receipt_loss: 1.0,
        ..Scenario::default()
    })
    .await;
    esme.accepted(TO, "hello").await;
    esme.hears_nothing_but_life().await;
}

#[tokio::test]
async fn statuses_are_answered_at_will() {
    let scenarios = [
        (
            CommandStatus::RTHROTTLED,
            Scenario {
                throttling: 1.0,
                ..Scenario::default()
            },
        ),
        (
            CommandStatus(0x0432),
            Scenario {
                status: Some(StatusFault {
                    code: 0x0432,
                    share: 1.0,
                }),
                ..Scenario::default()
            },
        ),
    ];
    for (status, scenario) in scenarios {
        let (simulator, mut esme) = bound(scenario).await;
        assert_eq!(esme.submitted(TO, "hello").await, status);
        simulator.set_scenario(Scenario::default());
        esme.accepted(TO, "hello").await;
    }
}

#[tokio::test]
async fn more_than_the_throughput_is_throttled() {
    let (simulator, mut esme) = bound(Scenario {
        throughput_per_second: Some(20),
        receipt_loss: 1.0,
        ..Scenario::default()
    })
    .await;
    for _ in 0..200 {
        esme.submitted(TO, "hello").await;
    }
    let counters = simulator.inbox().counters();
    assert!(counters.throttled > 0, "{counters:?}");
    assert!(counters.accepted_segments >= 5, "{counters:?}");
}

#[tokio::test]
async fn ids_differ_between_response_and_receipt() {
    for (id_form, receipt_id_form) in [
        (IdForm::Decimal, IdForm::HexUpper),
        (IdForm::HexLower, IdForm::Decimal),
        (IdForm::HexLower, IdForm::HexPadded),
        (IdForm::Uuid, IdForm::Uuid),
    ] {
        let (_simulator, mut esme) = bound(Scenario {
            id_form,
            receipt_id_form: Some(receipt_id_form),
            ..Scenario::default()
        })
        .await;
        let id = esme.accepted(TO, "hello").await;
        let number = match id_form {
            IdForm::Decimal | IdForm::DecimalPadded => id.parse().unwrap(),
            IdForm::HexLower | IdForm::HexUpper | IdForm::HexPadded => {
                u64::from_str_radix(&id, 16).unwrap()
            }
            IdForm::Uuid
            | IdForm::UuidPlain
            | IdForm::HexPrefixed
            | IdForm::Wide
            | IdForm::WideHex => {
                assert_eq!(esme.receipt().await.receipted(), id);
                continue;
            }
        };
        let expected = receipt_id_form.write(number);
        assert_eq!(esme.receipt().await.receipted(), expected);
    }
}

#[tokio::test]
async fn a_receipt_is_understood_in_every_form() {
    for receipt_form in [ReceiptForm::Both, ReceiptForm::Text, ReceiptForm::Tlv] {
        for receipts_unflagged in [false, true] {
            let (_simulator, mut esme) = bound(Scenario {
                receipt_form,
                receipts_unflagged,
                undelivered: 1.0,
                ..Scenario::default()
            })
            .await;
            let id = esme.accepted(TO, "hello").await;
            match esme.receipt().await {
                Heard::Receipt {
                    esm_class,
                    handset,
                    message_id,
                    state,
                    ..
                } => {
                    assert_eq!(esm_class, if receipts_unflagged { 0 } else { 4 });
                    assert_eq!((&*handset, message_id), (TO, id));
                    assert_eq!(state, ReceiptState::Undeliverable);
                }
                other => panic!("not a receipt: {other:?}"),
            }
        }
    }
}

#[tokio::test]
async fn a_link_is_reset_every_so_many_submits() {
    let (simulator, mut esme) = bound(Scenario {
        reset_every: Some(3),
        receipt_loss: 1.0,
        ..Scenario::default()
    })
    .await;
    esme.accepted(TO, "one").await;
    esme.accepted(TO, "two").await;
    esme.submit(TO, "three").await;
    assert_eq!(esme.next().await, Heard::Closed);
    assert_eq!(simulator.inbox().counters().messages, 3);
    let mut again = Esme::bind(simulator.address(), BindMode::Transceiver).await;
    again.accepted(TO, "four").await;
}

#[tokio::test]
async fn an_outage_ends_links_and_refuses_binds_until_it_is_over() {
    let (simulator, mut esme) = bound(Scenario::default()).await;
    simulator.set_scenario(Scenario::named("outage").unwrap());
    assert_eq!(esme.next().await, Heard::Closed);
    let address = simulator.address();
    let refused = Esme::try_bind(address, BindMode::Transceiver, b"shop", b"").await;
    assert_eq!(refused.1, CommandStatus::RSYSERR);
    simulator.set_scenario(Scenario::default());
    Esme::bind(address, BindMode::Transceiver).await;
}

#[tokio::test]
async fn receipts_go_over_another_bind_when_asked_to() {
    let (simulator, mut first) = bound(Scenario {
        receipts_on_other_bind: true,
        ..Scenario::default()
    })
    .await;
    let mut second = Esme::bind(simulator.address(), BindMode::Receiver).await;
    let id = first.accepted(TO, "hello").await;
    assert_eq!(second.receipt().await.receipted(), id);
    first.hears_nothing_but_life().await;
}

#[tokio::test]
async fn the_same_seed_gives_the_same_faults() {
    let faults = async |seed| {
        let simulator = crate::esme::start(simulator::Config {
            seed,
            scenario: Scenario {
                throttling: 0.5,
                receipt_loss: 1.0,
                ..Scenario::default()
            },
            ..simulator::Config::default()
        })
        .await;
        let mut esme = Esme::bind(simulator.address(), BindMode::Transmitter).await;
        let mut statuses = Vec::new();
        for _ in 0..64 {
            statuses.push(esme.submitted(TO, "hello").await);
        }
        statuses
    };
    let (first, again, other) = (faults(1).await, faults(1).await, faults(2).await);
    assert_eq!(first, again);
    assert_ne!(first, other);
}
