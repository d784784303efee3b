//! Links that are torn, half closed, or silent.

use super::TO;
use crate::esme::{Esme, Heard, PATIENCE, bound, simulator};
use simulator::{Answers, Ending, Scenario, Tear, Torn};
use smpp::{BindMode, CommandStatus, Pdu};

#[tokio::test]
async fn a_pdu_is_torn_off_at_any_octet_of_any_kind() {
    for of in [Torn::Response, Torn::Delivery, Torn::Bind] {
        for octet in [0, 1, 4, 15, 16, 17] {
            let simulator = simulator(Scenario {
                tear: Some(Tear {
                    every: 1,
                    octet: u32::try_from(octet).unwrap(),
                    of,
                    ending: Ending::Close,
                }),
                ..Scenario::default()
            })
            .await;
            let mut esme = Esme::connect(simulator.address()).await;
            esme.ask_to_bind(BindMode::Transceiver).await;
            if of != Torn::Bind {
                esme.next().await;
                esme.submit(TO, "hello").await;
            }
            if of == Torn::Delivery {
                // Its response comes before, in the same piece or not.
                esme.pdu().await;
            }
            assert_eq!(esme.rest().await.len(), octet, "{of:?} {octet}");
            assert_eq!(simulator.inbox().counters().links_broken, 1);
        }
    }
}

#[tokio::test]
async fn what_was_torn_off_was_taken_all_the_same() {
    let (simulator, mut esme) = bound(Scenario {
        tear: Some(Tear {
            every: 2,
            octet: 3,
            of: Torn::Response,
            ending: Ending::Reset,
        }),
        receipt_loss: 1.0,
        ..Scenario::default()
    })
    .await;
    esme.accepted(TO, "one").await;
    esme.submit(TO, "two").await;
    assert_eq!(esme.next().await, Heard::Closed);
    assert_eq!(simulator.inbox().counters().messages, 2);
}

#[tokio::test]
async fn a_half_closed_link_is_still_read() {
    let (_simulator, mut esme) = bound(Scenario {
        tear: Some(Tear {
            every: 1,
            octet: 5,
            of: Torn::Response,
            ending: Ending::HalfClose,
        }),
        receipt_loss: 1.0,
        ..Scenario::default()
    })
    .await;
    esme.submit(TO, "hello").await;
    assert_eq!(esme.rest().await.len(), 5);
    // More than any socket buffers: it can only be written when it is read.
    let octets = vec![0; 16 << 20];
    let written = tokio::time::timeout(PATIENCE, esme.send_octets(&octets)).await;
    written.expect("the other side reads");
}

#[tokio::test]
async fn everything_but_enquire_link_may_be_answered() {
    let (_simulator, mut esme) = bound(Scenario {
        answers: Answers::AllButEnquireLink,
        receipt_loss: 1.0,
        ..Scenario::default()
    })
    .await;
    esme.send(&Pdu::EnquireLink).await;
    esme.accepted(TO, "hello").await;
}

#[tokio::test]
async fn a_bind_is_refused_with_any_status() {
    let simulator = simulator(Scenario {
        bind_status: Some(0x0E),
        ..Scenario::default()
    })
    .await;
    let address = simulator.address();
    let refused = Esme::try_bind(address, BindMode::Transceiver, b"shop", b"").await;
    assert_eq!(refused.1, CommandStatus::RINVPASWD);
    assert_eq!(simulator.inbox().counters().binds_refused, 1);
}

#[tokio::test]
async fn silence_begins_after_the_bind_and_ends_with_its_step() {
    for (answers, lives) in [(Answers::Nothing, false), (Answers::OnlyEnquireLink, true)] {
        let (simulator, mut esme) = bound(Scenario {
            answers,
            ..Scenario::default()
        })
        .await;
        if !lives {
            esme.send(&Pdu::EnquireLink).await;
        }
        esme.submit(TO, "hello").await;
        if lives {
            esme.hears_nothing_but_life().await;
        }
        let counters = simulator.inbox();
        let heard = |now: &simulator::Counters| now.unanswered == 1;
        let now = counters.wait_for(PATIENCE, heard).await;
        assert_eq!((now.unanswered, now.messages), (1, 0));
        simulator.set_scenario(Scenario::default());
        esme.accepted(TO, "again").await;
        esme.receipt().await;
    }
}
