//! Responses that are odd, late, missing, or of any status.

use super::{TO, answer};
use crate::esme::bound;
use simulator::{Between, Late, OddAnswer, Oddity, Scenario, Sweep};
use smpp::{CommandId, CommandStatus};

fn odd(kind: Oddity) -> Scenario {
    Scenario {
        odd_answers: vec![OddAnswer { kind, share: 1.0 }],
        receipt_loss: 1.0,
        ..Scenario::default()
    }
}

#[tokio::test]
async fn odd_answers_come_with_the_right_one() {
    for (kind, command, number) in [
        (
            Oddity::UnknownSequence,
            CommandId::SUBMIT_SM,
            Some(0x7FFF_FFFF),
        ),
        (Oddity::ZeroSequence, CommandId::SUBMIT_SM, Some(0)),
        (Oddity::Twice, CommandId::SUBMIT_SM, None),
        (Oddity::WrongCommand, CommandId::CANCEL_SM, None),
    ] {
        let (simulator, mut esme) = bound(odd(kind)).await;
        let sent = esme.submit(TO, "hello").await;
        let first = answer(esme.next().await);
        assert_eq!(
            (first.0, first.1),
            (command, number.unwrap_or(sent)),
            "{kind:?}"
        );
        let right = answer(esme.next().await);
        assert_eq!((right.0, right.1), (CommandId::SUBMIT_SM, sent), "{kind:?}");
        assert!(!right.3.is_empty(), "{kind:?}");
        assert_eq!(simulator.inbox().counters().odd_answers, 1);
    }
}

#[tokio::test]
async fn a_response_may_come_without_its_id() {
    let (simulator, mut esme) = bound(odd(Oddity::WithoutBody)).await;
    assert_eq!(esme.accepted(TO, "hello").await, "");
    assert_eq!(simulator.inbox().counters().messages, 1);
}

#[tokio::test]
async fn a_submit_may_be_nacked_and_is_not_taken_then() {
    let (simulator, mut esme) = bound(odd(Oddity::Nack)).await;
    let sent = esme.submit(TO, "hello").await;
    let heard = answer(esme.next().await);
    let nack = CommandId::GENERIC_NACK;
    assert_eq!(
        (heard.0.response(), heard.1, heard.2),
        (nack, sent, CommandStatus::RINVCMDID)
    );
    assert_eq!(simulator.inbox().counters().messages, 0);
}

#[tokio::test]
async fn a_late_response_comes_after_all() {
    let (_simulator, mut esme) = bound(Scenario {
        late: Some(Late {
            share: 1.0,
            by_ms: Between::exactly(100),
        }),
        receipt_loss: 1.0,
        ..Scenario::default()
    })
    .await;
    let sent = esme.submit(TO, "hello").await;
    esme.hears_nothing_but_life().await;
    assert_eq!(answer(esme.next().await).1, sent);
}

#[tokio::test]
async fn every_status_comes_in_its_turn() {
    let (_simulator, mut esme) = bound(Scenario {
        statuses: Some(Sweep {
            from: 1,
            to: 0x4FF,
            each: 1,
        }),
        receipt_loss: 1.0,
        ..Scenario::default()
    })
    .await;
    for status in 1..=0x4FF {
        assert_eq!(esme.submitted(TO, "hello").await, CommandStatus(status));
    }
    esme.accepted(TO, "hello").await;
}

#[tokio::test]
async fn more_than_the_window_finds_the_queue_full() {
    let (_simulator, mut esme) = bound(Scenario {
        window: Some(2),
        response_delay_ms: Between::exactly(200),
        receipt_loss: 1.0,
        ..Scenario::default()
    })
    .await;
    for text in ["one", "two", "three"] {
        esme.submit(TO, text).await;
    }
    assert_eq!(answer(esme.next().await).2, CommandStatus::RMSGQFUL);
    for _ in 0..2 {
        assert_eq!(answer(esme.next().await).2, CommandStatus::ROK);
    }
}
