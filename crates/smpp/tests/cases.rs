//! Failures that SMPP programs met in the field and that need no connection to be seen; docs/failure-cases.md lists them all.

use std::collections::HashSet;

use bytes::BytesMut;
use smpp::session::Config;
use smpp::{
    Address, Bind, BindMode, CommandStatus, DeliverSm, Header, Outbind, Pdu, Receipt, Session,
    SubmitSm, SubmitSmResp, Tag, TlvBuffer, frame, message_id,
};

/// An odd number that scatters those that follow each other over all 64 bits.
const SCATTER: u64 = 0x9E37_79B9_7F4A_7C15;

#[test]
fn case_02_a_million_ids_are_told_apart_and_found_however_they_are_written() {
    let mut keys = HashSet::new();
    for number in 0..1_000_000_u64 {
        let id = number.wrapping_mul(SCATTER);
        let key = message_id::key(format!("{id:x}").as_bytes());
        let written = format!("{id:016X}");
        assert_eq!(message_id::key(written.as_bytes()), key, "{written}");
        assert!(keys.insert(key), "{written} is another's as well");
    }
}

#[test]
fn case_03_an_id_beyond_63_bits_is_found_in_the_other_base() {
    for (answered, reported) in [
        ("812FC7470000001B", "9308878062554710043"),
        ("9308878062554710043", "812fc7470000001b"),
        ("ffffffffffffffffffff", "1208925819614629174706175"),
    ] {
        let key = message_id::key(answered.as_bytes());
        let candidates = message_id::candidates(reported.as_bytes());
        assert!(candidates.contains(&key), "{answered} then {reported}");
    }
}

#[test]
fn case_05_no_bit_of_an_id_is_left_out() {
    let key = |id: u128| message_id::key(format!("{id:x}").as_bytes());
    let decimal = |id: u128| message_id::candidates(format!("{id}").as_bytes());
    for bit in 0..127 {
        let (one, other) = (1 << 127, (1 << 127) | (1 << bit));
        assert_ne!(key(one), key(other), "bit {bit}");
        assert!(decimal(other).contains(&key(other)), "bit {bit}");
        assert!(!decimal(other).contains(&key(one)), "bit {bit}");
    }
}

#[test]
fn case_08_no_text_of_a_receipt_is_a_fault() {
    let whole = "id:77 sub:001 dlvrd:001 submit date:2401010000 done date:2401010000 stat:DELIVRD err:000 text:hello";
    for end in 0..=whole.len() {
        Receipt::parse(&whole.as_bytes()[..end], smpp::Tlvs::default());
    }
    let fields: Vec<_> = whole.split(' ').collect();
    for left_out in 1..fields.len() {
        let mut fields = fields.clone();
        if fields.remove(left_out).starts_with("stat") {
            continue;
        }
        let text = fields.join(" ");
        let receipt = Receipt::parse(text.as_bytes(), smpp::Tlvs::default());
        assert_eq!(receipt.message_id, b"77", "{text}");
        assert_eq!(receipt.state, smpp::ReceiptState::Delivered, "{text}");
    }
}

#[test]
fn case_31_no_length_in_a_pdu_leads_out_of_it() {
    let mut tlvs = TlvBuffer::new();
    tlvs.push(Tag::USER_MESSAGE_REFERENCE, &[0, 7]).unwrap();
    let submit = Pdu::SubmitSm(SubmitSm {
        source: Address::alphanumeric(b"Shop"),
        destination: Address::international(b"380501231000"),
        short_message: b"hello",
        tlvs: tlvs.tlvs(),
        ..SubmitSm::default()
    });
    let deliver = Pdu::DeliverSm(DeliverSm {
        short_message: b"hello",
        tlvs: tlvs.tlvs(),
        ..DeliverSm::default()
    });
    for pdu in [submit, deliver] {
        let mut whole = BytesMut::new();
        pdu.encode(CommandStatus::ROK, 1, &mut whole).unwrap();
        let (header, body) = frame(&mut whole, 1 << 16).unwrap().unwrap();
        // Each octet may be a length, or a part of one: whatever it is changed to, what is read is in the PDU.
        for place in 0..body.len() {
            for value in 0..=255 {
                let mut body = body.to_vec();
                body[place] = value;
                check(&header, &body);
                check(&header, &body[..place]);
            }
        }
    }
}

/// Reads a body; whatever can be read of it is no longer than it is.
fn check(header: &Header, body: &[u8]) {
    let (text, tlvs) = match Pdu::decode(header, body) {
        Ok(Pdu::SubmitSm(submit)) => (submit.short_message, submit.tlvs),
        Ok(Pdu::DeliverSm(deliver)) => (deliver.short_message, deliver.tlvs),
        Ok(other) => panic!("another PDU: {other:?}"),
        Err(_) => return,
    };
    let parameters: usize = tlvs.iter().map(|tlv| tlv.value.len() + 4).sum();
    assert!(text.len() + parameters <= body.len(), "{body:02X?}");
}

#[test]
fn case_37_no_password_is_printed() {
    let bind = Bind {
        system_id: b"shop",
        password: b"hush-hush",
        ..Bind::default()
    };
    let outbind = Outbind {
        system_id: b"centre",
        password: b"hush-hush",
    };
    let octets = format!("{:?}", b"hush-hush");
    let modes = [
        BindMode::Transmitter,
        BindMode::Receiver,
        BindMode::Transceiver,
    ];
    let binds = modes.map(|mode| Pdu::Bind(mode, bind));
    for pdu in binds.into_iter().chain([Pdu::Outbind(outbind)]) {
        for shown in [format!("{pdu:?}"), format!("{pdu:#?}")] {
            assert!(!shown.contains("hush"), "{shown}");
            assert!(!shown.contains(octets.trim_matches(['[', ']'])), "{shown}");
        }
    }
}

#[test]
fn case_41_numbers_begin_again_after_the_last_and_none_waits_twice() {
    let config = Config {
        window: 4,
        first_sequence_number: 0x7FFF_FFFE,
        ..Config::client()
    };
    let mut client = Session::client(config, 0);
    let bind = Bind {
        interface_version: 0x34,
        ..Bind::default()
    };
    client.bind(0, BindMode::Transmitter, &bind).unwrap();
    let number = |client: &mut Session| {
        let mut octets = BytesMut::from(&client.poll_transmit().unwrap()[..]);
        let (header, _) = frame(&mut octets, 1 << 16).unwrap().unwrap();
        header.sequence_number
    };
    let answer = |client: &mut Session, pdu: &Pdu<'_>, status, number| {
        let mut octets = BytesMut::new();
        pdu.encode(status, number, &mut octets).unwrap();
        client.handle_bytes(0, &octets);
    };
    let first = number(&mut client);
    assert_eq!(first, 0x7FFF_FFFE);
    let bound = Pdu::BindResp(BindMode::Transmitter, smpp::BindResp::default());
    answer(&mut client, &bound, CommandStatus::ROK, first);
    let submit = SubmitSm::default();
    let mut numbers = vec![];
    for token in 0..4 {
        client.submit(0, token, &submit).unwrap();
        numbers.push(number(&mut client));
    }
    assert_eq!(numbers, [0x7FFF_FFFF, 1, 2, 3]);
    // An error moves the numbers on like any other answer.
    let response = Pdu::SubmitSmResp(SubmitSmResp::default());
    answer(&mut client, &response, CommandStatus::RINVDSTADR, 1);
    client.submit(0, 4, &submit).unwrap();
    assert_eq!(number(&mut client), 4);
}
