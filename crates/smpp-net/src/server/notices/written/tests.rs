//! What programs are given, octet for octet where it matters.

use gateway::{InboundId, Message, MessageId, NoticeId, SubmissionId};
use smpp::Tlv;
use sms::{Alphabet, Currency, Form, MessageState, Money, Reason};

use super::*;

const ACCEPTED: Timestamp = Timestamp::from_seconds(1_317_427_200); // 2011-10-01 00:00 UTC
const ENDED: Timestamp = Timestamp::from_seconds(1_317_430_859); // 01:00:59

fn sent(state: MessageState, reason: Reason) -> Box<Sent> {
    Box::new(Sent {
        message: Message {
            id: MessageId(1_000_003),
            recipient: "380501230000".into(),
            given: None,
            variables: None,
            text: None,
            originator: None,
            state,
            reason,
            segments: 2,
            price: Money::parse_decimal("12.345678", Currency::UAH).unwrap(),
            submitted_at: Some(ACCEPTED),
            done_at: state.is_final().then_some(ENDED),
        },
        submission: SubmissionId(7),
        first_message: MessageId(1_000_001),
        originator: "Shop".into(),
        text: "Ваш код: 1234. Не говорите никому".into(),
        form: Form::default(),
        reference: None,
        created_at: ACCEPTED,
        start_at: None,
    })
}

fn written(event: NoticeEvent, parameters: ReceiptParameters) -> Written {
    let notice = Notice {
        id: NoticeId(1),
        event,
        at: ENDED,
    };
    let settings = SmppSettings {
        receipt_parameters: parameters,
        ..SmppSettings::default()
    };
    Written::new(&notice, &settings)
}

fn tlvs(written: &Written) -> Vec<(u16, &[u8])> {
    let tlvs = written.tlvs.tlvs().iter();
    tlvs.map(|Tlv { tag, value }| (tag.0, value)).collect()
}

#[test]
fn a_receipt_has_the_specifications_text_and_parameters() {
    let delivered = sent(MessageState::Delivered, Reason::None);
    let receipt = written(NoticeEvent::Ended(delivered), ReceiptParameters::Standard);
    let pdu = receipt.pdu();
    assert_eq!(
        pdu.short_message.escape_ascii().to_string(),
        "id:1000001 sub:001 dlvrd:001 submit date:1110010000 done date:1110010100 \
         stat:DELIVRD err:000 text:??? ???: 1234. ?? ??"
    );
    assert_eq!((pdu.esm_class, pdu.data_coding), (0x04, 0));
    assert_eq!(pdu.source, Address::international(b"380501230000"));
    assert_eq!(pdu.destination, Address::alphanumeric(b"Shop"));
    assert_eq!(
        tlvs(&receipt),
        [(0x001E, &b"1000001\0"[..]), (0x0427, &[2])]
    );
}

#[test]
fn states_and_errors_are_told_in_the_specifications_words() {
    use MessageState::{Cancelled, Expired, Failed, Rejected, Undelivered};
    for (state, reason, word, error, parameters) in [
        (
            Undelivered,
            Reason::AbsentSubscriber,
            "UNDELIV",
            "027",
            &[5, 3, 0, 27][..],
        ),
        (
            Undelivered,
            Reason::UnknownSubscriber,
            "UNDELIV",
            "001",
            &[5, 3, 0, 1],
        ),
        (Expired, Reason::LifetimeOver, "EXPIRED", "000", &[3]),
        (Rejected, Reason::UpstreamRefused, "REJECTD", "000", &[8]),
        (
            Cancelled,
            Reason::CancelledByAccount,
            "DELETED",
            "000",
            &[4],
        ),
        (Failed, Reason::NoRoute, "UNDELIV", "000", &[5]),
    ] {
        let ended = NoticeEvent::Ended(sent(state, reason));
        let receipt = written(ended, ReceiptParameters::Standard);
        let text = String::from_utf8(receipt.short_message.clone()).unwrap();
        let told = format!(
            " dlvrd:000 submit date:1110010000 done date:1110010100 stat:{word} err:{error} "
        );
        assert!(text.contains(&told), "{text}");
        let values: Vec<u8> = tlvs(&receipt)[1..]
            .iter()
            .flat_map(|(_, value)| *value)
            .copied()
            .collect();
        assert_eq!(values, parameters, "{word}");
    }
}

#[test]
fn an_intermediate_notice_says_that_the_message_is_on_its_way() {
    let way = NoticeEvent::UnderWay(sent(MessageState::Delivered, Reason::None));
    let notice = written(way, ReceiptParameters::Standard);
    assert_eq!(notice.pdu().esm_class, 0x20);
    let receipt = Receipt::read(&notice.pdu());
    assert_eq!(receipt.state, ReceiptState::Enroute);
    assert_eq!(receipt.done_date, b"1110010100");
}

#[test]
fn sms_centers_parameters_come_besides() {
    for (form, flag) in [
        (Form::default(), 0),
        (
            Form {
                flash: true,
                ..Form::default()
            },
            1,
        ),
        (
            Form {
                alphabet: Alphabet::Binary,
                flash: true,
                ..Form::default()
            },
            2,
        ),
    ] {
        let mut delivered = sent(MessageState::Delivered, Reason::None);
        delivered.form = form;
        let receipt = written(NoticeEvent::Ended(delivered), ReceiptParameters::Priced);
        assert_eq!(
            tlvs(&receipt)[2..],
            [
                (0x2000, &b"12.3456\0"[..]),
                (0x2001, &[0, flag]),
                (0x2002, &[0, 2]),
            ]
        );
    }
}

#[test]
fn a_message_from_a_handset_comes_in_the_alphabet_that_has_its_letters() {
    let mo = |text: &str| {
        let received = Received {
            id: InboundId(1),
            from: "380501230000".into(),
            to: "1234".into(),
            text: text.into(),
            at: ENDED,
        };
        written(NoticeEvent::Received(received), ReceiptParameters::Priced)
    };
    let plain = mo("5 € @");
    let pdu = plain.pdu();
    assert_eq!((pdu.esm_class, pdu.data_coding), (0, 0));
    assert_eq!(pdu.short_message, b"5 \x1b\x65 \0");
    assert_eq!(pdu.source, Address::international(b"380501230000"));
    assert_eq!(
        (pdu.destination.ton, pdu.destination.address),
        (3, &b"1234"[..])
    );
    let cyrillic = mo("Да 🙂");
    assert_eq!(cyrillic.pdu().data_coding, 8);
    assert_eq!(
        cyrillic.short_message,
        b"\x04\x14\x04\x30\0 \xD8\x3D\xDE\x42"
    );
    let fits = mo(&"a".repeat(254));
    assert_eq!((fits.short_message.len(), tlvs(&fits)), (254, vec![]));
    let long = mo(&"a".repeat(255));
    assert_eq!(long.pdu().short_message, b"");
    assert_eq!(long.pdu().text(), "a".repeat(255).as_bytes());
    let endless = mo(&"я".repeat(70_000));
    assert_eq!(endless.pdu().text().len(), 65_534);
}

#[test]
fn what_is_no_number_is_addressed_all_the_same() {
    for (text, ton, expected) in [
        ("", 3, ""),
        ("123456", 3, "123456"),
        ("Shop\0x", 5, "Shop"),
        ("a name that is far too long", 5, "a name that is far t"),
        ("приветприветпривет", 5, "приветприв"),
    ] {
        let address = address(text);
        assert_eq!((address.ton, address.address), (ton, expected.as_bytes()));
    }
}
