//! Operators are asked what became of segments that they have not reported, where they can be.

use std::sync::{Arc, Mutex};

use gateway::MessageId;
use gateway::connector::Unreported;
use gateway::directory::ConnectorSettings;
use simulator::{Between, IdForm, Scenario};
use smpp::session::Request;
use smpp::{CommandStatus, Pdu, QuerySmResp, SubmitSmResp};
use sms::{MessageState, Msisdn, Outcome, Reason, Timestamp};

use crate::smsc::{Smsc, octets};
use crate::world::{LONG, Tapped, World, network, settings, until};

fn unreported(upstream_id: &str) -> Unreported {
    Unreported {
        message: MessageId(1),
        segment: 0,
        upstream_id: upstream_id.into(),
        key: smpp::message_id::key(upstream_id.as_bytes()),
        originator: "Shop".into(),
        recipient: Msisdn::parse("380501230000").unwrap(),
        taken_at: Timestamp::from_seconds(0),
    }
}

/// An SMSC that knows these states, and what it was asked.
async fn knowing(
    states: &'static [(&'static str, u8, u8)],
) -> (Smsc, Arc<Mutex<Vec<(Vec<u8>, Vec<u8>)>>>) {
    let asked = Arc::<Mutex<Vec<_>>>::default();
    let note = Arc::clone(&asked);
    let smsc = Smsc::start(move |request: &Request| {
        let sequence_number = request.sequence_number();
        match request.pdu() {
            Pdu::QuerySm(query) => {
                let source = query.source.address.to_vec();
                note.lock()
                    .unwrap()
                    .push((query.message_id.to_vec(), source));
                let known = states
                    .iter()
                    .find(|(id, ..)| id.as_bytes() == query.message_id);
                let (told, response) = match known {
                    Some(&(_, message_state, error_code)) => (
                        CommandStatus::ROK,
                        QuerySmResp {
                            message_id: query.message_id,
                            message_state,
                            error_code,
                            ..QuerySmResp::default()
                        },
                    ),
                    None => (CommandStatus::RQUERYFAIL, QuerySmResp::default()),
                };
                octets(&Pdu::QuerySmResp(response), told, sequence_number)
            }
            Pdu::SubmitSm(_) => octets(
                &Pdu::SubmitSmResp(SubmitSmResp {
                    message_id: b"77",
                    ..SubmitSmResp::default()
                }),
                CommandStatus::ROK,
                sequence_number,
            ),
            _ => vec![],
        }
    });
    (smsc.await, asked)
}

#[tokio::test]
async fn what_an_operator_says_when_asked_is_a_receipt_and_what_is_not_over_is_none() {
    let (smsc, asked) = knowing(&[("00B8", 2, 0), ("2", 1, 0), ("3", 5, 27), ("4", 7, 0)]).await;
    let mut tapped = Tapped::up(&settings(smsc.address)).await;
    let ids = ["00B8", "2", "4", "5", "3"];
    tapped
        .connector
        .query(ids.iter().map(|id| unreported(id)).collect());
    let delivered = tapped.receipt().await;
    assert_eq!(delivered.ticket, None);
    assert_eq!(
        (&*delivered.id, &*delivered.candidates[0]),
        (&b"00B8"[..], &b"b8"[..])
    );
    assert_eq!(delivered.outcome, Some(Outcome::Delivered));
    let number = Msisdn::parse("380501230000").ok();
    assert_eq!(delivered.numbers, [number, None]);
    // The last one asked about is the second one told of.
    let undelivered = tapped.receipt().await;
    assert_eq!(undelivered.id, b"3");
    let absent = Outcome::Undelivered(Reason::AbsentSubscriber);
    assert_eq!(undelivered.outcome, Some(absent));
    let asked = asked.lock().unwrap().clone();
    // As the operator wrote them, and from whom they were.
    let expected = ids.map(|id| (id.as_bytes().to_vec(), b"Shop".to_vec()));
    assert_eq!(asked, expected);
    assert!(!tapped.connector.condition().cannot_be_asked);
    tapped.stop().await;
}

#[tokio::test]
async fn an_operator_that_does_not_know_the_question_is_asked_once() {
    for nack in [false, true] {
        let count = Arc::new(Mutex::new(0));
        let counting = Arc::clone(&count);
        let smsc = Smsc::start(move |request: &Request| {
            let sequence_number = request.sequence_number();
            let pdu = match request.pdu() {
                Pdu::SubmitSm(_) => {
                    return octets(
                        &Pdu::SubmitSmResp(SubmitSmResp::default()),
                        CommandStatus::ROK,
                        sequence_number,
                    );
                }
                Pdu::QuerySm(_) if nack => Pdu::GenericNack,
                Pdu::QuerySm(_) => Pdu::QuerySmResp(QuerySmResp::default()),
                _ => return vec![],
            };
            *counting.lock().unwrap() += 1;
            octets(&pdu, CommandStatus::RINVCMDID, sequence_number)
        })
        .await;
        let mut tapped = Tapped::up(&settings(smsc.address)).await;
        tapped.connector.query(vec![unreported("1")]);
        until(|| tapped.connector.condition().cannot_be_asked).await;
        tapped.connector.query(vec![unreported("2")]);
        // The link goes on as it was, and nothing but the submit leaves.
        tapped.send("380501230000", "hello");
        assert_eq!(tapped.answer().await.failure, None);
        assert_eq!(*count.lock().unwrap(), 1);
        assert_eq!(smsc.binds.lock().unwrap().len(), 1);
        tapped.stop().await;
    }
}

#[tokio::test]
async fn a_message_whose_receipt_never_comes_ends_by_what_the_operator_says_when_asked() {
    let simulator = network(Scenario {
        receipt_loss: 1.0,
        ..Scenario::default()
    })
    .await;
    let world = World::sending(&ConnectorSettings {
        query_after_ms: 100,
        ..settings(simulator.address())
    })
    .await;
    world.hears_of_both_ends().await;
    world.stop().await;
}

#[tokio::test]
async fn how_an_operator_writes_ids_in_receipts_is_learned_and_shown() {
    let simulator = network(Scenario {
        id_form: IdForm::HexUpper,
        receipt_id_form: Some(IdForm::Decimal),
        // Nothing is learned from a receipt that comes before its answer is kept.
        receipt_delay_ms: Between::exactly(300),
        ..Scenario::default()
    })
    .await;
    let world = World::sending(&settings(simulator.address())).await;
    let shown = async {
        loop {
            // Again and again: on a machine that stood still a receipt may have come before its answer was kept.
            let submission = world.submit("hello", &["380501230000"]).await;
            world.reaches(submission, &[MessageState::Delivered]).await;
            let conditions = world.gateway.conditions().await.unwrap();
            if let Some(noted) = conditions.values().next()
                && let Some(form) = &noted.condition.id_form
            {
                return form.clone();
            }
        }
    };
    let form = tokio::time::timeout(LONG, shown).await.unwrap();
    assert_eq!(form, "in decimal, where answers have them in hexadecimal");
    world.stop().await;
}
