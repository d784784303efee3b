//! Asking for, cancelling and replacing what was submitted.

use smpp::{Address, CancelSm, CommandStatus, Pdu, QuerySm, ReplaceSm, SubmitMulti, SubmitSm};
use sms::MessageState::{Cancelled, Held};

use super::{Scene, cancel, later, multi, to_all};
use crate::program::submit_sm;

#[tokio::test]
async fn query_sm_tells_states_and_the_networks_error() {
    let mut scene = Scene::open().await;
    for (number, state, has_error) in [
        ("380501231000", 2, false),
        ("380501230001", 5, true),
        ("380501230002", 3, true),
        ("380501230003", 8, true),
    ] {
        let id = scene.accepted(submit_sm(number, b"hello")).await;
        scene.until_state(&id, state).await;
        let query = QuerySm {
            message_id: id.as_bytes(),
            source: Address::alphanumeric(b"Whoever"),
        };
        let answer = scene.program.ask(&query.into()).await;
        let Some(Pdu::QuerySmResp(response)) = answer.pdu() else {
            panic!("{answer:?}");
        };
        assert_eq!(response.message_id, id.as_bytes());
        assert_eq!(response.final_date.len(), 16);
        assert_eq!(response.error_code != 0, has_error, "{number}");
    }
    let id = scene.accepted(later("380501231000", b"hello")).await;
    assert_eq!(scene.state(&id).await, 1);
    for id in ["", "x", "-1", "99999", "99999999999999999999999"] {
        let query = QuerySm {
            message_id: id.as_bytes(),
            ..QuerySm::default()
        };
        assert_eq!(scene.status(query).await, CommandStatus::RINVMSGID, "{id}");
    }
    scene.stop().await;
}

#[tokio::test]
async fn what_waits_is_cancelled_by_its_id_and_its_price_is_back() {
    let mut scene = Scene::open().await;
    let before = scene.balance().await;
    let id = scene.accepted(later("380501231001", b"hello")).await;
    assert_ne!(scene.balance().await, before);
    assert_eq!(scene.status(cancel(&id)).await, CommandStatus::ROK);
    assert_eq!(scene.state(&id).await, 4);
    assert_eq!(scene.balance().await, before);
    let sent = scene.accepted(submit_sm("380501231002", b"hello")).await;
    scene.received("380501231002").await;
    assert_eq!(
        scene.status(cancel(&sent)).await,
        CommandStatus::RCANCELFAIL
    );
    for id in ["99999", "x"] {
        assert_eq!(scene.status(cancel(id)).await, CommandStatus::RINVMSGID);
    }
    scene.stop().await;
}

#[tokio::test]
async fn the_id_of_a_text_to_many_cancels_all_of_it_or_one() {
    let mut scene = Scene::open().await;
    let destinations = to_all(&["380501231001", "380501231002", "380501231003"]);
    let later = SubmitMulti {
        schedule_delivery_time: b"000000010000000R",
        ..multi(&destinations, b"sale")
    };
    let id = scene.accepted(later).await;
    let one = CancelSm {
        destination: Address::international(b"380501231002"),
        ..cancel(&id)
    };
    let states = async |scene: &Scene| -> Vec<_> {
        let sent = scene.history().await;
        let states = sent.iter().rev().map(|sent| sent.message.state);
        states.collect()
    };
    assert_eq!(scene.status(one).await, CommandStatus::ROK);
    assert_eq!(states(&scene).await, [Held, Cancelled, Held]);
    assert_eq!(scene.status(cancel(&id)).await, CommandStatus::ROK);
    assert_eq!(states(&scene).await, [Cancelled; 3]);
    scene.stop().await;
}

#[tokio::test]
async fn without_an_id_everything_between_two_addresses_is_cancelled() {
    let mut scene = Scene::open().await;
    let mut ids = vec![];
    for (source, to) in [
        ("Shop", "380501231001"),
        ("Shop", "380501231001"),
        ("Shop", "380501231002"),
        ("Other", "380501231001"),
    ] {
        let submit = SubmitSm {
            source: Address::alphanumeric(source.as_bytes()),
            ..later(to, b"hello")
        };
        ids.push(scene.accepted(submit).await);
    }
    let both = CancelSm {
        source: Address::alphanumeric(b"Shop"),
        destination: Address::international(b"+380501231001"),
        ..CancelSm::default()
    };
    assert_eq!(scene.status(both).await, CommandStatus::ROK);
    let mut states = vec![];
    for id in &ids {
        states.push(scene.state(id).await);
    }
    assert_eq!(states, [4, 4, 1, 1]);
    assert_eq!(scene.status(both).await, CommandStatus::RCANCELFAIL);
    let nowhere = CancelSm {
        destination: Address::default(),
        ..both
    };
    assert_eq!(scene.status(nowhere).await, CommandStatus::RINVDSTADR);
    let nobodys = CancelSm {
        source: Address::default(),
        ..both
    };
    assert_eq!(scene.status(nobodys).await, CommandStatus::RINVSRCADR);
    scene.stop().await;
}

#[tokio::test]
async fn what_waits_gets_another_text_in_the_alphabet_it_was_submitted_in() {
    let mut scene = Scene::open().await;
    for (to, data_coding, old, new, text) in [
        ("380501231001", 1, &b"hello"[..], &b"bye"[..], "bye"),
        ("380501231002", 8, b"\0h\0i", b"\x04\x16\0!", "Ж!"),
        ("380501231003", 3, b"caf\xE9", b"th\xE9", "thé"),
    ] {
        let submit = SubmitSm {
            data_coding,
            ..later(to, old)
        };
        let id = scene.accepted(submit).await;
        let replace = ReplaceSm {
            message_id: id.as_bytes(),
            // The past is at once.
            schedule_delivery_time: b"000101000000000+",
            short_message: new,
            ..ReplaceSm::default()
        };
        assert_eq!(scene.status(replace).await, CommandStatus::ROK);
        assert_eq!(scene.received(to).await, [text]);
        assert_eq!(scene.status(replace).await, CommandStatus::RREPLACEFAIL);
    }
    let id = scene.accepted(later("380501231004", b"hello")).await;
    let replace = ReplaceSm {
        message_id: id.as_bytes(),
        short_message: b"bye",
        ..ReplaceSm::default()
    };
    let (mut empty, mut old, mut late, mut foreign, mut named) =
        (replace, replace, replace, replace, replace);
    empty.short_message = b"";
    old.validity_period = b"000101000000000+";
    late.schedule_delivery_time = b"soon";
    foreign.message_id = b"99999";
    named.sm_default_msg_id = 1;
    for (replace, status) in [
        (empty, CommandStatus::RINVMSGLEN),
        (old, CommandStatus::RINVEXPIRY),
        (late, CommandStatus::RINVSCHED),
        (foreign, CommandStatus::RINVMSGID),
        (named, CommandStatus::RINVDFTMSGID),
    ] {
        assert_eq!(scene.status(replace).await, status);
    }
    assert_eq!(scene.history().await[0].text, "hello");
    scene.stop().await;
}
