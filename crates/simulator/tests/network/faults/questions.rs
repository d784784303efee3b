//! Messages that are asked for and called back.

use super::{TO, answer};
use crate::esme::{Esme, bound};
use simulator::{Between, Queries, Scenario};
use smpp::{CancelSm, CommandStatus, Pdu, QuerySm, ReceiptState};

#[tokio::test]
async fn a_message_can_be_asked_for_and_called_back() {
    let (simulator, mut esme) = bound(Scenario {
        receipt_delay_ms: Between::exactly(300),
        ..Scenario::default()
    })
    .await;
    let kept = esme.accepted(TO, "kept").await;
    let cancelled = esme.accepted(TO, "cancelled").await;
    assert_eq!(
        queried(&mut esme, &kept).await,
        (CommandStatus::ROK, Some(1))
    );
    let cancel = CancelSm {
        message_id: cancelled.as_bytes(),
        ..CancelSm::default()
    };
    for status in [CommandStatus::ROK, CommandStatus::RCANCELFAIL] {
        esme.send(&Pdu::CancelSm(cancel)).await;
        assert_eq!(answer(esme.next().await).2, status);
    }
    assert_eq!(
        queried(&mut esme, &cancelled).await,
        (CommandStatus::ROK, Some(4))
    );
    assert_eq!(esme.receipt().await.state(), ReceiptState::Delivered);
    assert_eq!(esme.receipt().await.state(), ReceiptState::Deleted);
    assert_eq!(
        queried(&mut esme, &kept).await,
        (CommandStatus::ROK, Some(2))
    );
    assert_eq!(
        queried(&mut esme, "4711").await,
        (CommandStatus::RINVMSGID, None)
    );
    let counters = simulator.inbox().counters();
    assert_eq!((counters.cancelled, counters.queries), (1, 4));
    let texts: Vec<_> = simulator.inbox().messages(None);
    assert_eq!(texts.len(), 1);
}

#[tokio::test]
async fn questions_may_not_be_understood() {
    for (queries, status) in [
        (Queries::Unsupported, CommandStatus::RINVCMDID),
        (Queries::KnowNothing, CommandStatus::RINVMSGID),
    ] {
        let (_simulator, mut esme) = bound(Scenario {
            queries,
            receipt_loss: 1.0,
            ..Scenario::default()
        })
        .await;
        let id = esme.accepted(TO, "hello").await;
        assert_eq!(queried(&mut esme, &id).await, (status, None));
    }
}

async fn queried(esme: &mut Esme, id: &str) -> (CommandStatus, Option<u8>) {
    let query = QuerySm {
        message_id: id.as_bytes(),
        ..QuerySm::default()
    };
    esme.send(&Pdu::QuerySm(query)).await;
    let (header, body) = esme.pdu().await;
    let state = match Pdu::decode(&header, &body).unwrap() {
        Pdu::QuerySmResp(answer) if header.command_status.is_ok() => Some(answer.message_state),
        _ => None,
    };
    (header.command_status, state)
}
