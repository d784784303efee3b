//! PDUs beside their octets: what is decoded is what stands in the table, and encoding gives the
//! same octets back.

use bytes::BytesMut;
use smpp::{
    Address, AlertNotification, Bind, BindMode, BindResp, CancelSm, CommandStatus, DataSm,
    DeliverSm, Destination, DestinationBuffer, Outbind, Pdu, QuerySm, QuerySmResp, ReplaceSm,
    SubmitMulti, SubmitMultiResp, SubmitSm, SubmitSmResp, Tag, TlvBuffer, Unsuccessful,
    UnsuccessfulBuffer, frame,
};

/// Checks both directions; spaces in the octets only separate fields.
fn check(octets: &str, status: CommandStatus, sequence_number: u32, pdu: Pdu<'_>) {
    let digits: String = octets.split_whitespace().collect();
    let octets: Vec<u8> = (0..digits.len())
        .step_by(2)
        .map(|start| u8::from_str_radix(&digits[start..start + 2], 16).unwrap())
        .collect();
    let mut stream = BytesMut::from(&octets[..]);
    let (header, body) = frame(&mut stream, 1024).unwrap().unwrap();
    assert!(stream.is_empty());
    assert_eq!(
        (header.command_status, header.sequence_number),
        (status, sequence_number)
    );
    assert_eq!(Pdu::decode(&header, &body), Ok(pdu));
    let mut encoded = BytesMut::new();
    pdu.encode(status, sequence_number, &mut encoded).unwrap();
    assert_eq!(&encoded[..], octets);
}

#[test]
fn the_specifications_own_bind_example() {
    // [smpp34 §3.2.1]
    check(
        "0000002F 00000002 00000000 00000001 534D50503354455354 00 7365637265743038 00
         5355424D495431 00 50 01 01 00",
        CommandStatus::ROK,
        1,
        Pdu::Bind(
            BindMode::Transmitter,
            Bind {
                system_id: b"SMPP3TEST",
                password: b"secret08",
                system_type: b"SUBMIT1",
                interface_version: 0x50,
                addr_ton: 1,
                addr_npi: 1,
                address_range: b"",
            },
        ),
    );
}

#[test]
fn bind_responses_and_outbind() {
    let mut tlvs = TlvBuffer::new();
    tlvs.push_u8(Tag::SC_INTERFACE_VERSION, 0x34);
    check(
        "0000001A 80000009 00000000 00000002 534D5343 00 0210 0001 34",
        CommandStatus::ROK,
        2,
        Pdu::BindResp(
            BindMode::Transceiver,
            BindResp {
                system_id: b"SMSC",
                tlvs: tlvs.tlvs(),
            },
        ),
    );
    check(
        "00000016 0000000B 00000000 00000003 534D 00 7077 00",
        CommandStatus::ROK,
        3,
        Pdu::Outbind(Outbind {
            system_id: b"SM",
            password: b"pw",
        }),
    );
}

#[test]
fn submit_sm_and_its_response() {
    let mut tlvs = TlvBuffer::new();
    tlvs.push_u16(Tag::USER_MESSAGE_REFERENCE, 9);
    check(
        "0000003F 00000004 00000000 00000005 00 05 00 53686F70 00 01 01 333830353031323334353637 00
         40 00 01 00 00 01 00 08 00 08 0500030102010410 0204 0002 0009",
        CommandStatus::ROK,
        5,
        Pdu::SubmitSm(SubmitSm {
            source: Address::alphanumeric(b"Shop"),
            destination: Address::international(b"380501234567"),
            esm_class: 0x40,
            priority_flag: 1,
            registered_delivery: 1,
            data_coding: 8,
            short_message: b"\x05\x00\x03\x01\x02\x01\x04\x10",
            tlvs: tlvs.tlvs(),
            ..SubmitSm::default()
        }),
    );
    check(
        "00000015 80000004 00000000 00000005 34663037 00",
        CommandStatus::ROK,
        5,
        Pdu::SubmitSmResp(SubmitSmResp {
            message_id: b"4f07",
            ..SubmitSmResp::default()
        }),
    );
}

#[test]
fn deliver_sm_and_data_sm() {
    let mut tlvs = TlvBuffer::new();
    tlvs.push(Tag::RECEIPTED_MESSAGE_ID, b"4f07\0").unwrap();
    tlvs.push_u8(Tag::MESSAGE_STATE, 2);
    check(
        "00000034 00000005 00000000 7FFFFFFF 00 01 01 333830 00 00 00 00 04 00 00 00 00 00 00 00 00
         02 6F6B 001E 0005 3466303700 0427 0001 02",
        CommandStatus::ROK,
        0x7FFF_FFFF,
        Pdu::DeliverSm(DeliverSm {
            source: Address::international(b"380"),
            esm_class: 4,
            short_message: b"ok",
            tlvs: tlvs.tlvs(),
            ..DeliverSm::default()
        }),
    );
    let mut payload = TlvBuffer::new();
    payload.push(Tag::MESSAGE_PAYLOAD, b"hi").unwrap();
    check(
        "00000025 00000103 00000000 00000001 574150 00 01 01 31 00 01 01 32 00 00 01 00 0424 0002
         6869",
        CommandStatus::ROK,
        1,
        Pdu::DataSm(DataSm {
            service_type: b"WAP",
            source: Address::international(b"1"),
            destination: Address::international(b"2"),
            registered_delivery: 1,
            tlvs: payload.tlvs(),
            ..DataSm::default()
        }),
    );
}

#[test]
fn submit_multi_with_both_kinds_of_destination() {
    let mut destinations = DestinationBuffer::new();
    destinations
        .push(Destination::Address(Address::international(b"77")))
        .unwrap();
    destinations.push(Destination::List(b"all")).unwrap();
    let pdu = SubmitMulti {
        source: Address::alphanumeric(b"S"),
        destinations: destinations.list(),
        short_message: b"x",
        ..SubmitMulti::default()
    };
    check(
        "0000002C 00000021 00000000 00000001 00 05 00 53 00 02 01 01 01 3737 00 02 616C6C 00
         00 00 00 00 00 00 00 00 00 01 78",
        CommandStatus::ROK,
        1,
        Pdu::SubmitMulti(pdu),
    );
    let found: Vec<_> = pdu.destinations.iter().collect();
    let expected = [
        Destination::Address(Address::international(b"77")),
        Destination::List(b"all"),
    ];
    assert_eq!(found, expected);
}

#[test]
fn submit_multi_resp_names_the_refused() {
    let refused = Unsuccessful {
        destination: Address::international(b"77"),
        status: CommandStatus::RINVDSTADR,
    };
    let mut list = UnsuccessfulBuffer::new();
    list.push(refused).unwrap();
    let pdu = SubmitMultiResp {
        message_id: b"9",
        unsuccessful: list.list(),
        ..SubmitMultiResp::default()
    };
    check(
        "0000001C 80000021 00000000 00000001 39 00 01 01 01 3737 00 0000000B",
        CommandStatus::ROK,
        1,
        Pdu::SubmitMultiResp(pdu),
    );
    assert_eq!(pdu.unsuccessful.iter().collect::<Vec<_>>(), [refused]);
}

#[test]
fn the_commands_on_a_submitted_message() {
    let source = Address {
        ton: 1,
        npi: 1,
        address: b"5",
    };
    check(
        "00000017 00000003 00000000 00000001 3939 00 01 01 35 00",
        CommandStatus::ROK,
        1,
        Pdu::QuerySm(QuerySm {
            message_id: b"99",
            source,
        }),
    );
    check(
        "00000016 80000003 00000000 00000001 3939 00 00 02 07",
        CommandStatus::ROK,
        1,
        Pdu::QuerySmResp(QuerySmResp {
            message_id: b"99",
            final_date: b"",
            message_state: 2,
            error_code: 7,
        }),
    );
    check(
        "0000001B 00000008 00000000 00000001 00 3939 00 01 01 35 00 00 00 00",
        CommandStatus::ROK,
        1,
        Pdu::CancelSm(CancelSm {
            message_id: b"99",
            source,
            ..CancelSm::default()
        }),
    );
    check(
        "0000001D 00000007 00000000 00000001 3939 00 01 01 35 00 00 00 01 00 01 6E",
        CommandStatus::ROK,
        1,
        Pdu::ReplaceSm(ReplaceSm {
            message_id: b"99",
            source,
            registered_delivery: 1,
            short_message: b"n",
            ..ReplaceSm::default()
        }),
    );
    check(
        "0000001B 00000102 00000000 00000001 01 01 35 00 01 01 35 35 35 35 00",
        CommandStatus::ROK,
        1,
        Pdu::AlertNotification(AlertNotification {
            source,
            esme: Address::international(b"5555"),
            ..AlertNotification::default()
        }),
    );
}

#[test]
fn the_commands_without_a_body() {
    let rows = [
        (
            "00000010 00000006 00000000 00000001",
            CommandStatus::ROK,
            Pdu::Unbind,
        ),
        (
            "00000010 80000006 00000000 00000001",
            CommandStatus::ROK,
            Pdu::UnbindResp,
        ),
        (
            "00000010 00000015 00000000 00000001",
            CommandStatus::ROK,
            Pdu::EnquireLink,
        ),
        (
            "00000010 80000015 00000000 00000001",
            CommandStatus::ROK,
            Pdu::EnquireLinkResp,
        ),
        (
            "00000010 80000008 00000011 00000001",
            CommandStatus::RCANCELFAIL,
            Pdu::CancelSmResp,
        ),
        (
            "00000010 80000007 00000000 00000001",
            CommandStatus::ROK,
            Pdu::ReplaceSmResp,
        ),
        (
            "00000010 80000000 00000003 00000001",
            CommandStatus::RINVCMDID,
            Pdu::GenericNack,
        ),
    ];
    for (octets, status, pdu) in rows {
        check(octets, status, 1, pdu);
    }
}
