//! What people may see of a PDU, and what they may not.

use proptest::prelude::*;
use smpp::{
    Address, Bind, BindMode, CommandId, CommandStatus, DataSm, DeliverSm, Destination,
    DestinationBuffer, Outbind, ReplaceSm, SubmitMulti, SubmitSm,
};

use super::*;

/// Something that no field has but the text or the password.
const CANARY: &[u8] = b"canary of the mine, 4711";

fn shown(octets: &[u8], hidden: Hidden) -> Shown {
    let framed = smpp::frame(&mut BytesMut::from(octets), usize::MAX);
    let (header, body) = framed.unwrap().unwrap();
    show(&header, &body, hidden)
}

fn encoded(pdu: &Pdu<'_>) -> BytesMut {
    let mut octets = BytesMut::new();
    pdu.encode(CommandStatus::ROK, 7, &mut octets).unwrap();
    octets
}

fn sings(shown: &Shown) -> bool {
    let found = |octets: &[u8]| octets.windows(CANARY.len()).any(|window| window == CANARY);
    found(&shown.octets) || found(shown.names.as_bytes())
}

/// Gives each PDU that can carry a text or a password, with the canary everywhere it can be.
fn carriers(esm_class: u8, tag: u16, check: impl Fn(&str, &Pdu<'_>)) {
    let mut tlvs = TlvBuffer::new();
    tlvs.push(Tag::MESSAGE_PAYLOAD, CANARY).unwrap();
    tlvs.push(Tag::ADDITIONAL_STATUS_INFO_TEXT, CANARY).unwrap();
    tlvs.push(Tag(tag), CANARY).unwrap();
    let mut destinations = DestinationBuffer::new();
    let phone = Address::international(b"380501234567");
    destinations.push(Destination::Address(phone)).unwrap();
    let receipt = [&b"id:4711 sub:001 stat:DELIVRD err:000 text:"[..], CANARY].concat();
    let headed = [&b"\x05\x00\x03\x07\x02\x01"[..], CANARY].concat();
    let bind = Bind {
        system_id: b"shop",
        password: CANARY,
        ..Bind::default()
    };
    let tlvs = tlvs.tlvs();
    for text in [CANARY, &receipt, &headed] {
        let submit = SubmitSm {
            esm_class,
            short_message: text,
            tlvs,
            ..SubmitSm::default()
        };
        check("submit_sm", &Pdu::SubmitSm(submit));
        let multi = SubmitMulti {
            esm_class,
            destinations: destinations.list(),
            short_message: text,
            tlvs,
            ..SubmitMulti::default()
        };
        check("submit_multi", &Pdu::SubmitMulti(multi));
        let deliver = DeliverSm {
            esm_class,
            short_message: text,
            tlvs,
            ..DeliverSm::default()
        };
        check("deliver_sm", &Pdu::DeliverSm(deliver));
        let replace = ReplaceSm {
            message_id: b"4711",
            short_message: text,
            ..ReplaceSm::default()
        };
        check("replace_sm", &Pdu::ReplaceSm(replace));
    }
    let data = DataSm {
        esm_class,
        tlvs,
        ..DataSm::default()
    };
    check("data_sm", &Pdu::DataSm(data));
    for mode in [
        BindMode::Transmitter,
        BindMode::Receiver,
        BindMode::Transceiver,
    ] {
        check("bind", &Pdu::Bind(mode, bind));
    }
    let outbind = Outbind {
        system_id: b"smsc",
        password: CANARY,
    };
    check("outbind", &Pdu::Outbind(outbind));
    let answers = [
        Pdu::BindResp(
            BindMode::Transceiver,
            smpp::BindResp {
                tlvs,
                ..Default::default()
            },
        ),
        Pdu::SubmitSmResp(smpp::SubmitSmResp {
            tlvs,
            ..Default::default()
        }),
        Pdu::SubmitMultiResp(smpp::SubmitMultiResp {
            tlvs,
            ..Default::default()
        }),
        Pdu::DeliverSmResp(smpp::DeliverSmResp {
            tlvs,
            ..Default::default()
        }),
        Pdu::DataSmResp(smpp::DataSmResp {
            tlvs,
            ..Default::default()
        }),
        Pdu::AlertNotification(smpp::AlertNotification {
            tlvs,
            ..Default::default()
        }),
    ];
    for answer in &answers {
        check("answer", answer);
    }
}

#[test]
fn a_command_that_is_not_known_and_octets_behind_a_pdu_are_not_shown() {
    let tails = [
        encoded(&Pdu::EnquireLink),
        encoded(&Pdu::GenericNack),
        encoded(&Pdu::QuerySm(smpp::QuerySm::default())),
        encoded(&Pdu::CancelSm(smpp::CancelSm::default())),
        encoded(&Pdu::ReplaceSm(ReplaceSm::default())),
    ];
    let mut foreign = BytesMut::new();
    let header = Header {
        command_id: CommandId(0x0001_0203),
        command_status: CommandStatus::ROK,
        sequence_number: 7,
    };
    header.encode(&mut foreign);
    for mut octets in tails.into_iter().chain([foreign]) {
        octets.extend_from_slice(CANARY);
        let length = u32::try_from(octets.len()).unwrap();
        octets[..4].copy_from_slice(&length.to_be_bytes());
        let shown = shown(&octets, Hidden::TextsAndPasswords);
        assert!(!sings(&shown), "{shown:?}");
        assert!(shown.names.contains("octets"), "{shown:?}");
    }
}

#[test]
fn a_field_that_another_runs_into_is_not_shown() {
    // The service_type has no end before the text.
    let submit = SubmitSm {
        service_type: CANARY,
        ..SubmitSm::default()
    };
    let shown = shown(&encoded(&submit.into()), Hidden::TextsAndPasswords);
    assert!(!sings(&shown), "{shown:?}");
    assert!(shown.names.ends_with("with a field too long)"), "{shown:?}");
}

#[test]
fn no_parameter_known_by_name_shows_a_text() {
    for (tag, _) in Tag::NAMED {
        carriers(0, tag.0, |name, pdu| {
            let shown = shown(&encoded(pdu), Hidden::TextsAndPasswords);
            assert!(!sings(&shown), "{tag} {name}: {shown:?}");
        });
    }
}

#[test]
fn the_header_that_numbers_the_parts_of_a_text_is_shown_and_no_other() {
    let masked = |text| masked_text(text, 0x40);
    assert_eq!(
        masked(b"\x05\0\x03\x07\x02\x01Hi"),
        b"\x05\0\x03\x07\x02\x01**"
    );
    assert_eq!(
        masked(b"\x06\x08\x04\x07\x07\x02\x01Hi"),
        b"\x06\x08\x04\x07\x07\x02\x01**"
    );
    for other in [
        &b"\x05Hello"[..],
        b"\x05\0\x03\x07\x02\x03Hi",
        b"\x05\0",
        b"Hi",
        b"",
    ] {
        assert!(
            masked(other).iter().all(|octet| *octet == b'*'),
            "{other:?}"
        );
    }
}

#[test]
fn a_receipt_tells_its_message_and_its_state() {
    let deliver = DeliverSm {
        esm_class: 4,
        short_message: b"id:00AF-7 sub:001 stat:UNDELIV err:027 text:Hello",
        ..DeliverSm::default()
    };
    let shown = shown(&encoded(&deliver.into()), Hidden::TextsAndPasswords);
    let told = "receipt id:00AF-7 stat:UNDELIV err:027";
    assert!(shown.names.ends_with(told), "{}", shown.names);
    assert!(!shown.names.contains("Hello"));
}

#[test]
fn whoever_knows_the_texts_sees_them_but_no_password() {
    carriers(0, 0x1400, |name, pdu| {
        let octets = encoded(pdu);
        let shown = shown(&octets, Hidden::Passwords);
        let has_password = matches!(pdu, Pdu::Bind(..) | Pdu::Outbind(_));
        assert_eq!(sings(&shown), !has_password, "{name}");
        assert_eq!(shown.octets.len(), octets.len());
    });
}

#[test]
fn a_response_without_a_body_is_shown_without_one() {
    let mut octets = BytesMut::new();
    let header = Header {
        command_id: CommandId::SUBMIT_SM_RESP,
        command_status: CommandStatus::RTHROTTLED,
        sequence_number: 9,
    };
    header.encode(&mut octets);
    let shown = shown(&octets, Hidden::TextsAndPasswords);
    assert_eq!(shown.octets, octets);
    assert_eq!(shown.names, "submit_sm_resp 9 ESME_RTHROTTLED");
}

#[test]
fn hexadecimal_digits_have_offsets_and_sixteen_octets_in_a_line() {
    let octets: Vec<u8> = (0..18).collect();
    let expected = "000000 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f\n000010 10 11\n";
    assert_eq!(hexadecimal(&octets), expected);
    assert_eq!(hexadecimal(&[]), "");
}

proptest! {
    #[test]
    fn no_text_and_no_password_is_ever_shown(esm_class: u8, tag: u16) {
        carriers(esm_class, tag, |name, pdu| {
            let octets = encoded(pdu);
            let shown = shown(&octets, Hidden::TextsAndPasswords);
            assert!(!sings(&shown), "{name}: {shown:?}");
            assert_eq!(shown.octets.len(), octets.len(), "{name}");
        });
    }

    #[test]
    fn what_is_cut_short_is_not_shown_either(
        esm_class: u8,
        tag: u16,
        end in 16_usize..250,
    ) {
        carriers(esm_class, tag, |name, pdu| {
            let mut octets = encoded(pdu);
            octets.truncate(end.max(16));
            let length = u32::try_from(octets.len()).unwrap();
            octets[..4].copy_from_slice(&length.to_be_bytes());
            let shown = shown(&octets, Hidden::TextsAndPasswords);
            assert!(!sings(&shown), "{name}: {shown:?}");
        });
    }
}
