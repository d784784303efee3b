//! Shapes that real peers send: conformant ones, and deviations that must not cost a message.

use bytes::{BufMut, BytesMut};
use smpp::{
    BindMode, CommandId, CommandStatus, DecodeError, Header, Pdu, ReceiptState, SubmitSm, Tag,
};

fn decode(command_id: CommandId, body: &[u8]) -> Result<Pdu<'_>, DecodeError> {
    let command_status = CommandStatus::ROK;
    Pdu::decode(
        &Header {
            command_id,
            command_status,
            sequence_number: 1,
        },
        body,
    )
}

/// The body of a `submit_sm` with the given fields, and text "hi".
fn submit_body(service: &[u8], source: &[u8], destination: &[u8], validity: &[u8]) -> Vec<u8> {
    let mut body = BytesMut::new();
    for (address, before) in [(source, service), (destination, b"")] {
        if address.as_ptr() == source.as_ptr() {
            body.put_slice(before);
            body.put_u8(0);
        }
        body.put_slice(&[1, 1]);
        body.put_slice(address);
        body.put_u8(0);
    }
    body.put_slice(&[0, 0, 0, 0]);
    body.put_slice(validity);
    body.put_slice(&[0, 1, 0, 0, 0, 2, b'h', b'i']);
    body.to_vec()
}

fn submit(body: &[u8]) -> SubmitSm<'_> {
    match decode(CommandId::SUBMIT_SM, body) {
        Ok(Pdu::SubmitSm(submit)) => submit,
        other => panic!("{other:?}"),
    }
}

#[test]
fn fields_of_a_submit_may_be_of_any_length_and_alphabet() {
    type Row<'a> = (&'a [u8], &'a [u8], &'a [u8], &'a [u8]);
    let rows: [Row<'_>; 13] = [
        (b"", b"Shop", b"380501234567", b""),
        (b"", b"Shop", b"380501234567", b"111001120000000+"),
        (b"", b"Shop", b"380501234567", b"000001000000000R"),
        (b"", b"Shop", b"380501234567", b"111001120000"),
        (b"", b"Shop", b"380501234567", b"1"),
        (b"", b"Caf\xE9", b"380501234567", b""),
        (b"", "Крамниця".as_bytes(), b"380501234567", b""),
        (
            b"",
            b"a sender of far too many letters",
            b"380501234567",
            b"",
        ),
        (b"", b"", b"123456789012345678901", b""),
        (b"", b"Shop", b"+380 (50) 123-45-67", b""),
        (b"", b"Shop", b"", b""),
        (b"SIXSIX", b"Shop", b"380501234567", b""),
        (b"WAP-of-old", b"Shop", b"380501234567", b""),
    ];
    for (service, source, destination, validity) in rows {
        let body = submit_body(service, source, destination, validity);
        let submit = submit(&body);
        assert_eq!(submit.service_type, service);
        assert_eq!(submit.source.address, source);
        assert_eq!(submit.destination.address, destination);
        assert_eq!(submit.validity_period, validity);
        assert_eq!(submit.short_message, b"hi");
    }
}

#[test]
fn a_bad_tlv_costs_no_message() {
    let rows: [(&[u8], usize); 8] = [
        (b"\x02\x04\0\x02\0\x09", 1),
        (b"\x14\x01\0\x03abc", 1),
        (b"\x02\x04\0\x03\0\0\x09", 1),
        (b"\x02\x04\0\0", 1),
        (b"\x02\x04\0", 0),
        (b"\x02\x04\0\x09ab", 0),
        (b"\0", 0),
        (b"\x14\x01\0\x01a\0", 1),
    ];
    for (tail, found) in rows {
        let body = [submit_body(b"", b"S", b"1", b""), tail.to_vec()].concat();
        let submit = submit(&body);
        assert_eq!(submit.short_message, b"hi");
        assert_eq!(submit.tlvs.iter().count(), found);
        assert_eq!(submit.tlvs.octets(), tail);
    }
}

#[test]
fn message_ids_of_a_response_may_be_long_odd_and_unterminated() {
    let long = [b'7'; 70];
    let rows: [(&[u8], &[u8]); 6] = [
        (b"4f07\0", b"4f07"),
        (b"4f07", b"4f07"),
        (&long, &long),
        (b"\xD0\x96\xFF\0", b"\xD0\x96\xFF"),
        (b"\0", b""),
        (b"", b""),
    ];
    for (body, message_id) in rows {
        for id in [
            CommandId::SUBMIT_SM_RESP,
            CommandId::DELIVER_SM_RESP,
            CommandId::DATA_SM_RESP,
        ] {
            assert_eq!(decode(id, body).unwrap().response_message_id(), message_id);
        }
    }
}

#[test]
fn the_id_of_a_receipt_may_be_long_and_unterminated() {
    let long = [b'7'; 70];
    for id in [&b"4f07"[..], b"4f07\0", &long] {
        let length = u8::try_from(id.len()).unwrap();
        let mut body = submit_body(b"", b"S", b"1", b"");
        body.extend_from_slice(&[0x00, 0x1E, 0, length]);
        body.extend_from_slice(id);
        body.extend_from_slice(&[0x04, 0x27, 0, 1, 2]);
        let Ok(Pdu::DeliverSm(deliver)) = decode(CommandId::DELIVER_SM, &body) else {
            panic!()
        };
        let receipt = smpp::Receipt::read(&deliver);
        assert_eq!(receipt.message_id, id.strip_suffix(b"\0").unwrap_or(id));
        assert_eq!(receipt.state, ReceiptState::Delivered);
    }
}

#[test]
fn a_bind_may_have_long_names_and_lack_its_last_nul() {
    let rows: [(&[u8], &[u8], &[u8]); 4] = [
        (b"shop\0secret08\0\0\x34\0\0\0", b"shop", b"secret08"),
        (b"shop\0secret089\0\0\x34\0\0\0", b"shop", b"secret089"),
        (
            b"a-system-id-of-30-octets-length\0p\0\0\x34\0\0\0",
            &b"a-system-id-of-30-octets-length"[..],
            b"p",
        ),
        (b"shop\0secret08\0\0\x34\0\0", b"shop", b"secret08"),
    ];
    for (body, system_id, password) in rows {
        let Ok(Pdu::Bind(BindMode::Transceiver, bind)) = decode(CommandId::BIND_TRANSCEIVER, body)
        else {
            panic!("{}", body.escape_ascii())
        };
        assert_eq!((bind.system_id, bind.password), (system_id, password));
    }
}

#[test]
fn responses_may_lack_their_body() {
    for (id, _) in CommandId::NAMED.iter().filter(|(id, _)| id.is_response()) {
        let command_status = CommandStatus(0x0000_0410);
        let header = Header {
            command_id: *id,
            command_status,
            sequence_number: 0xFFFF_FFFF,
        };
        assert_eq!(
            Pdu::decode(&header, b"").map(|pdu| pdu.command_id()),
            Ok(*id)
        );
    }
}

#[test]
fn commands_without_a_body_may_bring_one() {
    for id in [
        CommandId::ENQUIRE_LINK,
        CommandId::UNBIND,
        CommandId::GENERIC_NACK,
    ] {
        assert_eq!(decode(id, b"\0extra").map(|pdu| pdu.command_id()), Ok(id));
    }
    let bind_resp = decode(
        CommandId::BIND_TRANSCEIVER_RESP,
        b"SMSC\0\x02\x10\0\x01\x34",
    );
    let Ok(Pdu::BindResp(_, response)) = bind_resp else {
        panic!()
    };
    assert!(response.tlvs.get(Tag::SC_INTERFACE_VERSION).is_some());
}

#[test]
fn what_cannot_be_read_says_what_to_answer() {
    let whole = submit_body(b"", b"S", b"1", b"");
    let mut overrun = whole.clone();
    let at = whole.len() - 3;
    overrun[at] = 200;
    let rows: [(CommandId, &[u8], CommandStatus); 6] = [
        (CommandId::SUBMIT_SM, &whole[..9], CommandStatus::RINVMSGLEN),
        (CommandId::SUBMIT_SM, &overrun, CommandStatus::RINVMSGLEN),
        (CommandId::SUBMIT_SM, b"", CommandStatus::RINVMSGLEN),
        (
            CommandId::SUBMIT_MULTI,
            b"\0\x01\x01S\0\x01\x07",
            CommandStatus::RINVDESTFLAG,
        ),
        (
            CommandId::SUBMIT_MULTI,
            b"\0\x01\x01S\0\xFF\x02a\0",
            CommandStatus::RINVMSGLEN,
        ),
        (CommandId(0x0001_0200), b"", CommandStatus::RINVCMDID),
    ];
    for (command_id, body, status) in rows {
        let error = DecodeError {
            command_id,
            sequence_number: 1,
            status,
        };
        assert_eq!(decode(command_id, body), Err(error));
    }
}
