//! Submitting: to one, to many, and what is refused.

use gateway::MessageId;
use smpp::{
    Address, CommandStatus, DataSm, Destination, DestinationBuffer, Pdu, SubmitSm, Tag, TlvBuffer,
};
use sms::MessageState;

use super::{Scene, id_of, multi, to_all};
use crate::program::submit_sm;

#[tokio::test]
async fn a_text_to_many_goes_to_those_it_can_and_the_answer_lists_the_others() {
    let mut scene = Scene::open().await;
    let (gateway, account) = (&scene.world.gateway, scene.world.account);
    gateway
        .stop(account, "380501231003", "asked")
        .await
        .unwrap();
    let mut destinations = to_all(&["380501231001", "nobody", "+380501231002", "380501231003"]);
    destinations.push(Destination::List(b"friends")).unwrap();
    destinations
        .push(Destination::Address(Address::international(
            b"380501231001",
        )))
        .unwrap();
    let answer = scene
        .program
        .ask(&multi(&destinations, b"sale").into())
        .await;
    assert_eq!(answer.status(), CommandStatus::ROK);
    let Some(Pdu::SubmitMultiResp(response)) = answer.pdu() else {
        panic!("{answer:?}");
    };
    let refused: Vec<_> = response
        .unsuccessful
        .iter()
        .map(|refused| (refused.destination.address, refused.status))
        .collect();
    assert_eq!(
        refused,
        [
            (&b"nobody"[..], CommandStatus::RINVDSTADR),
            (b"friends", CommandStatus::RCNTSUBDL),
            (b"380501231003", CommandStatus::RSUBMITFAIL),
        ]
    );
    for number in ["380501231001", "380501231002"] {
        assert_eq!(scene.received(number).await, ["sale"]);
    }
    let id = id_of(&answer);
    let sent = scene.history().await;
    let [first, .., last] = [sent.last().unwrap(), sent.first().unwrap()];
    assert_eq!(first.message.id.0.to_string(), id);
    assert_eq!(first.message.recipient, "380501231001");
    assert_eq!(first.submission, last.submission);
    assert_eq!(sent.len(), 3);
    assert_eq!(scene.simulator.inbox().counters().messages, 2);
    scene.stop().await;
}

#[tokio::test]
async fn a_text_to_nobody_is_refused_and_leaves_nothing() {
    let mut scene = Scene::open().await;
    let before = scene.balance().await;
    let mut list = DestinationBuffer::new();
    list.push(Destination::List(b"friends")).unwrap();
    for (destinations, status) in [
        (to_all(&["nobody", "x"]), CommandStatus::RINVDSTADR),
        (list, CommandStatus::RCNTSUBDL),
        (DestinationBuffer::new(), CommandStatus::RINVNUMDESTS),
        (to_all(&["380501231001"; 255]), CommandStatus::RINVNUMDESTS),
    ] {
        assert_eq!(scene.status(multi(&destinations, b"sale")).await, status);
    }
    assert!(scene.history().await.is_empty());
    assert_eq!(scene.balance().await, before);
    scene.stop().await;
}

#[tokio::test]
async fn a_text_to_254_is_one_submission() {
    let mut scene = Scene::open().await;
    let numbers: Vec<_> = (1..=254).map(|n| format!("3805012{n:05}99")).collect();
    let numbers: Vec<_> = numbers.iter().map(String::as_str).collect();
    let id = scene.accepted(multi(&to_all(&numbers), b"sale")).await;
    let id = MessageId(id.parse().unwrap());
    let asked = scene
        .world
        .gateway
        .messages_by_id(scene.world.account, vec![id]);
    let submission = asked.await.unwrap()[0].submission;
    scene
        .world
        .reaches(submission, &[MessageState::Delivered; 254])
        .await;
    scene.stop().await;
}

#[tokio::test]
async fn data_sm_submits_like_any_other_and_says_in_words_why_it_does_not() {
    let mut scene = Scene::open().await;
    let text = "long ".repeat(80);
    let mut tlvs = TlvBuffer::new();
    tlvs.push(Tag::MESSAGE_PAYLOAD, text.as_bytes()).unwrap();
    tlvs.push(Tag::QOS_TIME_TO_LIVE, &[0, 0, 14, 16]).unwrap();
    let data = DataSm {
        source: Address::alphanumeric(b"Shop"),
        destination: Address::international(b"380501231001"),
        data_coding: 1,
        tlvs: tlvs.tlvs(),
        ..DataSm::default()
    };
    let id = scene.accepted(data).await;
    assert_eq!(scene.received("380501231001").await, [text]);
    scene.until_state(&id, 2).await;
    let refused = DataSm {
        source: Address::alphanumeric(b"TooLongAName"),
        ..data
    };
    let answer = scene.program.ask(&refused.into()).await;
    assert_eq!(answer.status(), CommandStatus::RINVSRCADR);
    let Some(Pdu::DataSmResp(response)) = answer.pdu() else {
        panic!("{answer:?}");
    };
    let why = response.tlvs.get(Tag::ADDITIONAL_STATUS_INFO_TEXT).unwrap();
    assert_eq!(why.as_c_octets(), b"the originator is not valid");
    scene.stop().await;
}

/// Makes something wrong of a request.
type Spoil = fn(&mut SubmitSm<'static>);

#[tokio::test]
async fn what_is_refused_has_its_status_and_leaves_nothing() {
    let mut scene = Scene::open().await;
    let before = scene.balance().await;
    let plain = submit_sm("380501231001", b"hello");
    let rows: [(Spoil, CommandStatus); 21] = [
        (|it| it.source.address = b"", CommandStatus::RINVSRCADR),
        (
            |it| it.source.address = b"TwelveLetter",
            CommandStatus::RINVSRCADR,
        ),
        (|it| it.source.address = b"\xFF", CommandStatus::RINVSRCADR),
        (
            |it| it.destination.address = b"nobody",
            CommandStatus::RINVDSTADR,
        ),
        (|it| it.destination.address = b"", CommandStatus::RINVDSTADR),
        (
            |it| it.destination.address = b"\xFF",
            CommandStatus::RINVDSTADR,
        ),
        (|it| it.esm_class = 0x01, CommandStatus::RINVESMCLASS),
        (|it| it.esm_class = 0x02, CommandStatus::RINVESMCLASS),
        (|it| it.esm_class = 0x04, CommandStatus::RINVESMCLASS),
        (|it| it.priority_flag = 4, CommandStatus::RINVPRTFLG),
        (|it| it.protocol_id = 0x40, CommandStatus::RSUBMITFAIL),
        (
            |it| it.replace_if_present_flag = 1,
            CommandStatus::RINVREPFLAG,
        ),
        (|it| it.sm_default_msg_id = 1, CommandStatus::RINVDFTMSGID),
        (
            |it| it.schedule_delivery_time = b"soon",
            CommandStatus::RINVSCHED,
        ),
        (|it| it.validity_period = b"soon", CommandStatus::RINVEXPIRY),
        (
            |it| it.validity_period = b"000101000000000+",
            CommandStatus::RINVEXPIRY,
        ),
        (|it| it.short_message = b"", CommandStatus::RINVMSGLEN),
        (|it| it.data_coding = 5, CommandStatus::RSUBMITFAIL),
        (|it| it.data_coding = 8, CommandStatus::RINVMSGLEN),
        (|it| it.short_message = b"h\x80", CommandStatus::RSUBMITFAIL),
        (
            |it| (it.esm_class, it.short_message) = (0x40, b"\x05\0\x03"),
            CommandStatus::RINVMSGLEN,
        ),
    ];
    for (row, (spoil, status)) in rows.into_iter().enumerate() {
        let mut spoilt = plain;
        spoil(&mut spoilt);
        assert_eq!(scene.status(spoilt).await, status, "row {row}");
    }
    for (tag, value, status) in [
        (
            Tag::MESSAGE_PAYLOAD,
            &b"more"[..],
            CommandStatus::ROPTPARNOTALLWD,
        ),
        (
            Tag::SAR_MSG_REF_NUM,
            b"\0\x01",
            CommandStatus::RMISSINGOPTPARAM,
        ),
        (Tag::SAR_MSG_REF_NUM, b"\x01", CommandStatus::RINVPARLEN),
        (Tag::QOS_TIME_TO_LIVE, b"\x01", CommandStatus::RINVPARLEN),
    ] {
        let mut tlvs = TlvBuffer::new();
        tlvs.push(tag, value).unwrap();
        let submit = SubmitSm {
            tlvs: tlvs.tlvs(),
            ..plain
        };
        assert_eq!(scene.status(submit).await, status, "{tag}");
    }
    assert!(scene.history().await.is_empty());
    assert_eq!(scene.balance().await, before);
    scene.stop().await;
}

#[tokio::test]
async fn without_money_nothing_is_submitted() {
    let mut scene = Scene::open().await;
    let (gateway, account) = (&scene.world.gateway, scene.world.account);
    let (available, _) = scene.balance().await;
    // What is left pays for one segment of two.
    gateway
        .top_up(account, 150_000 - available, "test")
        .await
        .unwrap();
    let submit = submit_sm("380501231001", b"hello");
    assert_eq!(scene.status(submit).await, CommandStatus::ROK);
    assert_eq!(scene.status(submit).await, CommandStatus::RSUBMITFAIL);
    assert_eq!(scene.history().await.len(), 1);
    scene.stop().await;
}
