//! What programs are given: receipts of each kind, and messages from handsets.

use gateway::directory::{ReceiptParameters, SmppSettings};
use smpp::{BindMode, CommandStatus, ReceiptState, SubmitSm, Tag, Tlv};
use smpp_net::Settings;

use crate::esme::Esme;
use crate::place::Place;
use crate::program::submit_sm;

#[tokio::test]
async fn a_receipt_names_the_message_as_the_submit_was_answered() {
    let place = Place::open(Settings::default()).await;
    let mut program = Esme::bound(&place.server, BindMode::Transceiver).await;
    let id = program
        .submit(&submit_sm("380501230000", b"hello, you").into())
        .await;
    let given = program.take().await;
    assert_eq!(given.esm_class, 0x04);
    assert_eq!(
        (&*given.source, &*given.destination),
        ("380501230000", "Shop")
    );
    let receipt = given.receipt();
    assert_eq!(receipt.message_id, id);
    assert_eq!(receipt.state, ReceiptState::Delivered);
    assert_eq!(receipt.text, b"hello, you");
    let named = given.tlvs().get(Tag::RECEIPTED_MESSAGE_ID).unwrap();
    assert_eq!(named.as_c_octets(), id);
    place.until_waiting(0).await;
    drop(program);
    place.close().await;
}

#[tokio::test]
async fn an_intermediate_notice_comes_before_the_receipt_and_is_answered_first() {
    let place = Place::open(Settings::default()).await;
    let mut program = Esme::bound(&place.server, BindMode::Transceiver).await;
    let submit = SubmitSm {
        registered_delivery: 0x11,
        ..submit_sm("380501230000", b"hello")
    };
    let id = program.submit(&submit.into()).await;
    let way = program.given().await;
    assert_eq!(way.esm_class, 0x20);
    assert_eq!(way.receipt().state, ReceiptState::Enroute);
    assert_eq!(way.receipt().message_id, id);
    place.until_waiting(2).await;
    assert!(program.is_given_nothing(200).await);
    program.answer(&way, CommandStatus::ROK).await;
    let end = program.take().await;
    assert_eq!(end.esm_class, 0x04);
    assert_eq!(end.receipt().state, ReceiptState::Delivered);
    place.until_waiting(0).await;
    drop(program);
    place.close().await;
}

#[tokio::test]
async fn what_a_handset_says_is_given_like_a_receipt() {
    let place = Place::open(Settings::default()).await;
    place.set(SmppSettings::default()).await;
    // A message that came through proves that the link to the operator is bound.
    place.owe(1).await;
    let mut receiver = Esme::receiver(&place.server).await;
    receiver.take().await;
    let inbox = place.simulator.inbox();
    for (text, data_coding) in [("Yes, @ $5", 0), ("Так, дякую", 8)] {
        inbox.say("380501230000", "7700", text).unwrap();
        let given = receiver.take().await;
        assert_eq!((given.esm_class, given.data_coding), (0, data_coding));
        assert_eq!(
            (&*given.source, &*given.destination),
            ("380501230000", "7700")
        );
        let read = match data_coding {
            0 => sms::text::decode_gsm7(&given.text),
            _ => sms::text::decode_ucs2(&given.text),
        };
        assert_eq!(read, text);
    }
    let long = "Довгий текст. ".repeat(30);
    inbox.say("380501230000", "7700", &long).unwrap();
    let given = receiver.take().await;
    assert_eq!(sms::text::decode_ucs2(&given.text), long);
    assert!(given.tlvs().get(Tag::MESSAGE_PAYLOAD).is_some());
    place.until_waiting(0).await;
    drop(receiver);
    place.close().await;
}

#[tokio::test]
async fn sms_centers_parameters_come_to_accounts_that_want_them() {
    let place = Place::open(Settings::default()).await;
    place
        .set(SmppSettings {
            receipt_parameters: ReceiptParameters::Priced,
            ..SmppSettings::default()
        })
        .await;
    place.owe(1).await;
    let mut receiver = Esme::receiver(&place.server).await;
    let given = receiver.take().await;
    let value = |tag| given.tlvs().get(Tag(tag)).map(|Tlv { value, .. }| value);
    assert_eq!(value(0x2000), Some(&b"0.1000\0"[..]));
    assert_eq!(value(0x2001), Some(&[0, 0][..]));
    assert_eq!(value(0x2002), Some(&[0, 1][..]));
    assert_eq!(value(0x2003), None);
    drop(receiver);
    place.close().await;
}
