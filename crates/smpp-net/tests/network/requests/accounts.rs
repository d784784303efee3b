//! What an account, a bind or a request decides about what is submitted.

use gateway::AccountSettings;
use gateway::directory::{DataCoding, SmppSettings};
use smpp::{Address, CommandStatus, Pdu, SubmitSm, Tag, TlvBuffer};

use super::{Scene, multi, smpp, to_all};
use crate::program::{Program, submit_sm};
use crate::world::LONG;

#[tokio::test]
async fn an_empty_source_is_the_accounts_own_originator() {
    let mut scene = Scene::open()
        .await
        .with_settings(AccountSettings {
            originator: Some("OurShop".into()),
            ..AccountSettings::default()
        })
        .await;
    let submit = SubmitSm {
        source: Address::default(),
        ..submit_sm("00380501231001", b"hello")
    };
    scene.accepted(submit).await;
    let number = SubmitSm {
        source: Address::international(b"+380671234567"),
        ..submit_sm("+380501231002", b"hello")
    };
    scene.accepted(number).await;
    for (to, from) in [
        ("380501231001", "OurShop"),
        ("380501231002", "380671234567"),
    ] {
        let received = scene.simulator.inbox().wait(Some(to), LONG).await;
        assert_eq!(received[0].from, from);
    }
    scene.stop().await;
}

#[tokio::test]
async fn the_accounts_convention_says_what_data_coding_means() {
    let smscenter = smpp(SmppSettings {
        data_coding: DataCoding::Fourfold,
        ..SmppSettings::default()
    });
    let mut scene = Scene::open().await.with_settings(smscenter).await;
    for (to, data_coding, octets, text) in [
        ("380501231001", 0, &b"me\0x"[..], "me@x"),
        ("380501231002", 4, b"caf\xE9", "café"),
        ("380501231003", 8, b"\x04\x16", "Ж"),
        ("380501231004", 3, b"caf\xE9", "café"),
    ] {
        let submit = SubmitSm {
            data_coding,
            ..submit_sm(to, octets)
        };
        scene.accepted(submit).await;
        assert_eq!(scene.received(to).await, [text]);
    }
    scene.stop().await;
}

#[tokio::test]
async fn a_bind_of_type_iso_has_latin1_for_its_default() {
    let mut scene = Scene::open().await;
    scene.program = Program::of_type(&scene.server, b"ISO").await;
    let submit = SubmitSm {
        data_coding: 0,
        ..submit_sm("380501231001", b"caf\xE9@")
    };
    scene.accepted(submit).await;
    assert_eq!(scene.received("380501231001").await, ["café@"]);
    scene.stop().await;
}

#[tokio::test]
async fn the_same_text_within_the_accounts_time_is_a_duplicate() {
    let within_a_minute = smpp(SmppSettings {
        duplicates_within_s: 60,
        ..SmppSettings::default()
    });
    let mut scene = Scene::open().await.with_settings(within_a_minute).await;
    let plain = submit_sm("380501231001", b"hello");
    let part = |octets| SubmitSm {
        esm_class: 0x40,
        short_message: octets,
        data_coding: 0,
        ..plain
    };
    let other_source = SubmitSm {
        source: Address::alphanumeric(b"Other"),
        ..plain
    };
    let (one, two) = (
        part(b"\x05\0\x03\x07\x02\x01hi"),
        part(b"\x05\0\x03\x07\x02\x02hi"),
    );
    let failed = CommandStatus::RSUBMITFAIL;
    for (submit, status) in [
        (plain, CommandStatus::ROK),
        (plain, failed),
        (submit_sm("+380501231001", b"hello"), failed),
        (submit_sm("380501231002", b"hello"), CommandStatus::ROK),
        (submit_sm("380501231001", b"hello!"), CommandStatus::ROK),
        (other_source, CommandStatus::ROK),
        (one, CommandStatus::ROK),
        (two, CommandStatus::ROK),
        (one, failed),
    ] {
        assert_eq!(scene.status(submit).await, status, "{submit:?}");
    }
    let destinations = to_all(&["380501231001", "380501231009"]);
    let answer = scene
        .program
        .ask(&multi(&destinations, b"hello").into())
        .await;
    let Some(Pdu::SubmitMultiResp(response)) = answer.pdu() else {
        panic!("{answer:?}");
    };
    let refused: Vec<_> = response.unsuccessful.iter().collect();
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0].destination.address, b"380501231001");
    assert_eq!(refused[0].status, failed);
    // Once only in the history, too.
    assert_eq!(scene.history().await.len(), 7);
    scene.stop().await;
}

#[tokio::test]
async fn the_programs_own_reference_is_kept() {
    let mut scene = Scene::open().await;
    let mut tlvs = TlvBuffer::new();
    tlvs.push_u16(Tag::USER_MESSAGE_REFERENCE, 4_711);
    let submit = SubmitSm {
        tlvs: tlvs.tlvs(),
        ..submit_sm("380501231001", b"hello")
    };
    scene.accepted(submit).await;
    let kept = scene.history().await.remove(0).reference;
    assert_eq!(kept.as_deref(), Some("4711"));
    scene.stop().await;
}

#[tokio::test]
async fn a_program_is_owed_the_notices_it_asked_for_and_no_others() {
    let mut scene = Scene::open().await;
    // A receiver would take what the test counts.
    scene.program.session.unbind(0).unwrap();
    scene.program.closed().await;
    scene.program = Program::transmitter(&scene.server).await;
    let (gateway, account) = (scene.world.gateway.clone(), scene.world.account);
    let delivered = "380501231001";
    let undelivered = "380501230001";
    for (registered_delivery, number, owed) in [
        (0, delivered, 0),
        (0, undelivered, 0),
        (1, delivered, 1),
        (1, undelivered, 1),
        (2, delivered, 0),
        (2, undelivered, 1),
        (3, delivered, 1),
        (3, undelivered, 0),
        (0x11, delivered, 2),
        (0x12, delivered, 1),
    ] {
        let submit = SubmitSm {
            registered_delivery,
            ..submit_sm(number, b"hello")
        };
        let id = scene.accepted(submit).await;
        scene
            .until_state(&id, if number == delivered { 2 } else { 5 })
            .await;
        let notices = gateway.notices(account, None, 10).await.unwrap();
        assert_eq!(notices.len(), owed, "{registered_delivery:#04X} {number}");
        let ids = notices.iter().map(|notice| notice.id).collect();
        gateway.notices_given(account, ids).await.unwrap();
    }
    scene.stop().await;
}
