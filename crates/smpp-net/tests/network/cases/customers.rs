//! What customers' programs submit: what it costs, and what is wrong with it.

use gateway::{AccountSettings, Submit, Terms, To};
use simulator::{Scenario, StatusFault};
use smpp::session::Event;
use smpp::{
    BindMode, CommandStatus, DeliverSmResp, Pdu, QuerySm, SubmitSm, SubmitSmResp, Tag, TlvBuffer,
};
use smpp_net::Settings;
use sms::{Currency, Lane, MessageState, Refusal};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{PRICE, heard};
use crate::binds;
use crate::program::{Program, open, submit_sm};
use crate::smsc::octets;
use crate::world::{LONG, World, network, settings};

/// Sends octets as they are, and gives the status that the request of this number is answered with.
async fn status_of(program: &mut Program, octets: &[u8], number: u32) -> CommandStatus {
    program.stream.write_all(octets).await.unwrap();
    loop {
        match program.event().await {
            Event::Unmatched(header) if header.sequence_number == number => {
                return header.command_status;
            }
            // A receipt for what was sent before: it is taken.
            Event::Request(request) => {
                let taken = DeliverSmResp::default().into();
                let given = request.sequence_number();
                program
                    .session
                    .respond(given, CommandStatus::ROK, &taken)
                    .unwrap();
            }
            other => panic!("a status was expected: {other:?}"),
        }
    }
}

#[tokio::test]
async fn case_23_what_is_refused_or_has_no_way_out_costs_nothing() {
    let world = World::open().await.with_login().await;
    let server = open(&world).await;
    let mut program = Program::bound(&server).await;
    let plain = submit_sm("380501231000", b"hello").into();
    // There is no connector, and so no way out.
    assert!(!program.ask(&plain).await.status().is_ok());
    world.money(0, 0).await;
    drop(program);
    server.stop().await;

    let simulator = network(Scenario {
        status: Some(StatusFault {
            code: 0x0B,
            share: 1.0,
        }),
        ..Scenario::default()
    })
    .await;
    let world = World::sending(&settings(simulator.address())).await;
    let submission = world
        .submit("hello", &["380501231000", "380501231001"])
        .await;
    world
        .reaches(submission, &[MessageState::Rejected; 2])
        .await;
    world.money(0, 0).await;
    world.stop().await;
    simulator.stop().await;
}

#[tokio::test]
async fn case_24_a_balance_of_just_the_price_is_spent_to_the_last_unit() {
    let world = World::open().await;
    world.route(&settings("127.0.0.1:9".parse().unwrap())).await;
    for (name, micros, enough) in [
        ("short", PRICE - 1, false),
        ("just", PRICE, true),
        ("over", PRICE + 1, true),
    ] {
        let gateway = &world.gateway;
        let account = gateway
            .add_account(name, Currency::UAH, &AccountSettings::default())
            .await
            .unwrap();
        gateway.top_up(account, micros, "test").await.unwrap();
        let submit = || Submit {
            account,
            terms: Terms {
                originator: "Shop".into(),
                text: "hello".into(),
                ..Terms::default()
            },
            recipients: vec![To::number("380501231000")],
            lane: Lane::Transactional,
            drop_repeats: false,
        };
        assert_eq!(gateway.submit(submit()).await.is_ok(), enough, "{name}");
        let balance = gateway.balance(account).await.unwrap();
        let held = if enough { PRICE } else { 0 };
        assert_eq!(balance.held.micros(), held, "{name}");
        assert_eq!(balance.available.micros(), micros - held, "{name}");
        let again = gateway.submit(submit()).await;
        assert!(matches!(
            again,
            Err(gateway::Error::Refused(Refusal::InsufficientFunds { .. }))
        ));
    }
}

#[tokio::test]
async fn case_25_a_payload_of_many_segments_costs_as_many() {
    let simulator = network(Scenario::default()).await;
    let world = World::sending(&settings(simulator.address()))
        .await
        .with_login()
        .await;
    let server = open(&world).await;
    let mut program = Program::bound(&server).await;
    let mut sent = 0;
    for (length, segments) in [(160, 1), (161, 2), (306, 2), (307, 3), (1_000, 7)] {
        let mut tlvs = TlvBuffer::new();
        tlvs.push(Tag::MESSAGE_PAYLOAD, &vec![b'a'; length])
            .unwrap();
        let to = format!("38050124{length:04}");
        let submit = SubmitSm {
            tlvs: tlvs.tlvs(),
            ..submit_sm(&to, b"")
        };
        assert!(program.ask(&submit.into()).await.status().is_ok());
        let received = simulator.inbox().wait(Some(&to), LONG).await;
        assert_eq!(received[0].segments, segments, "{length}");
        sent += i64::from(segments);
        let all = heard(&simulator, |it| it.receipts_pending == 0).await;
        assert_eq!(all.receipts_pending, 0);
        world.money(0, sent).await;
    }
    drop(program);
    server.stop().await;
    world.stop().await;
    simulator.stop().await;
}

#[tokio::test]
async fn case_26_parameters_of_customers_that_are_unknown_or_odd_end_no_session() {
    let simulator = network(Scenario::default()).await;
    let world = World::sending(&settings(simulator.address()))
        .await
        .with_login()
        .await;
    let server = open(&world).await;
    let mut program = Program::bound(&server).await;
    for (tag, value) in [
        (0x1403, &b"of a vendor"[..]),
        (0x3FFF, b""),
        (0x0204, b"one octet too many"),
        (0x0019, b""),
        (0x001E, &[b'9'; 200]),
    ] {
        let mut tlvs = TlvBuffer::new();
        tlvs.push(Tag(tag), value).unwrap();
        let submit = SubmitSm {
            tlvs: tlvs.tlvs(),
            ..submit_sm("380501231000", b"hello")
        };
        let status = program.ask(&submit.into()).await.status();
        assert_eq!(status, CommandStatus::ROK, "{tag:#06X}");
    }
    // One that ends behind the PDU.
    let submit = submit_sm("380501231000", b"hello").into();
    let mut torn = octets(&submit, CommandStatus::ROK, 4_711);
    torn.extend([0x14, 0x03, 0xFF, 0xFF, 1]);
    let length = u32::try_from(torn.len()).unwrap();
    torn[..4].copy_from_slice(&length.to_be_bytes());
    status_of(&mut program, &torn, 4_711).await;
    assert!(program.ask(&submit).await.status().is_ok());
    drop(program);
    server.stop().await;
    world.stop().await;
    simulator.stop().await;
}

#[tokio::test]
async fn case_27_a_wrong_sm_length_is_answered_and_the_session_goes_on() {
    let simulator = network(Scenario::default()).await;
    let world = World::sending(&settings(simulator.address()))
        .await
        .with_login()
        .await;
    let server = open(&world).await;
    let mut program = Program::bound(&server).await;
    let submit = submit_sm("380501231000", b"hello").into();
    let right = octets(&submit, CommandStatus::ROK, 0);
    let place = right.len() - b"hello".len() - 1;
    assert_eq!(right[place], 5);
    for (wrong, number) in [6, 100, 255].into_iter().zip(4_711..) {
        let mut octets = right.clone();
        octets[place] = wrong;
        octets[12..16].copy_from_slice(&u32::to_be_bytes(number));
        let status = status_of(&mut program, &octets, number).await;
        assert_eq!(status, CommandStatus::RINVMSGLEN, "{wrong}");
        assert!(program.ask(&submit).await.status().is_ok());
    }
    world.money_is_of(3).await;
    drop(program);
    server.stop().await;
    world.stop().await;
    simulator.stop().await;
}

impl World {
    /// Asserts that so many segments are held or charged together.
    async fn money_is_of(&self, segments: i64) {
        let balance = self.gateway.balance(self.account).await.unwrap();
        assert_eq!(balance.available.micros(), 1_000_000_000 - segments * PRICE);
    }
}

#[tokio::test]
async fn case_30_an_absurd_length_ends_its_own_connection_and_no_other() {
    let world = World::open().await.with_login().await;
    // Long before the time to bind is over.
    let settings = Settings {
        bind_timeout_ms: 3_600_000,
        ..Settings::default()
    };
    let server = binds::open(&world, settings).await;
    let mut program = Program::bound(&server).await;
    let nothing = Pdu::QuerySm(QuerySm {
        message_id: b"77",
        ..QuerySm::default()
    });
    for probe in [
        &b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"[..],
        b"AMQP\x00\x00\x09\x01",
        b"\x03\x00\x00\x2F\x2A\xE0\x00\x00\x00\x00\x00Cookie: mstshash=a",
        b"\xFF\xFF\xFF\xFF\x00\x00\x00\x09",
        b"\x00\x00\x00\x00\x00\x00\x00\x09\x00\x00\x00\x00\x00\x00\x00\x01",
        b"\x00\x00\x00\x0F\x00\x00\x00\x09\x00\x00\x00\x00\x00\x00\x00",
        b"\x00\x01\x00\x01\x00\x00\x00\x09\x00\x00\x00\x00\x00\x00\x00\x01",
    ] {
        let mut stranger = TcpStream::connect(server.address()).await.unwrap();
        stranger.write_all(probe).await.unwrap();
        let mut told = vec![];
        // The length is judged as soon as it is there: nobody waits for the rest of it. A reset is an end as well.
        let ended = tokio::time::timeout(LONG, stranger.read_to_end(&mut told)).await;
        let _ = ended.expect("the door closes the connection");
        assert!(told.len() <= 16, "{told:02X?}");
        // Somebody else's session goes on: what it asks for is not there, and it is told so.
        let asked = program.ask(&nothing).await.status();
        assert_eq!(asked, CommandStatus::RINVMSGID);
    }
    drop(program);
    server.stop().await;
}

#[tokio::test]
async fn case_42_parts_over_several_binds_in_any_order_are_one_text_on_the_phone() {
    let simulator = network(Scenario::default()).await;
    let world = World::sending(&settings(simulator.address()))
        .await
        .with_login()
        .await;
    let server = open(&world).await;
    let mut programs = [
        Program::bound(&server).await,
        Program::transmitter(&server).await,
        Program::bound(&server).await,
    ];
    let to = "380501231000";
    let texts = ["a", "b", "c"].map(|letter| letter.repeat(153));
    // The last one first, each over another bind.
    for (index, program) in [3_u8, 1, 2].into_iter().zip(&mut programs) {
        let part = [
            &[5, 0, 3, 0x77, 3, index][..],
            texts[usize::from(index) - 1].as_bytes(),
        ]
        .concat();
        let submit = SubmitSm {
            esm_class: 0x40,
            data_coding: 0,
            ..submit_sm(to, &part)
        };
        assert!(program.ask(&submit.into()).await.status().is_ok());
    }
    let received = simulator.inbox().wait(Some(to), LONG).await;
    assert_eq!(received.len(), 1);
    assert_eq!(
        (&received[0].text, received[0].segments),
        (&texts.concat(), 3)
    );
    world.money_is_of(3).await;
    drop(programs);
    server.stop().await;
    world.stop().await;
    simulator.stop().await;
}

#[tokio::test]
async fn f16_a_request_that_breaks_off_at_any_octet_is_not_accepted_and_hurts_nobody() {
    let simulator = network(Scenario::default()).await;
    let world = World::sending(&settings(simulator.address()))
        .await
        .with_login()
        .await;
    let server = open(&world).await;
    let mut program = Program::bound(&server).await;
    let submit: Pdu<'_> = submit_sm("380501231000", b"hello").into();
    let answer: Pdu<'_> = SubmitSmResp::default().into();
    let bind = Pdu::Bind(BindMode::Transceiver, crate::esme::shop());
    let requests = [&submit, &Pdu::EnquireLink, &Pdu::Unbind, &answer];
    let requests = requests.map(|pdu| octets(pdu, CommandStatus::ROK, 2));
    let bound = octets(&bind, CommandStatus::ROK, 1);
    for length in 0..bound.len() {
        let mut stream = TcpStream::connect(server.address()).await.unwrap();
        stream.write_all(&bound[..length]).await.unwrap();
    }
    for request in requests {
        for length in 0..request.len() {
            let mut stream = TcpStream::connect(server.address()).await.unwrap();
            let sent = [&bound[..], &request[..length]].concat();
            stream.write_all(&sent).await.unwrap();
            // The bind is answered before the line breaks, so the rest has been read or is on its way.
            stream.read_exact(&mut [0; 16]).await.unwrap();
        }
    }
    world.money(0, 0).await;
    assert_eq!(simulator.inbox().counters().submitted_segments, 0);
    assert!(program.ask(&submit).await.status().is_ok());
    world.money_is_of(1).await;
    drop(program);
    server.stop().await;
    world.stop().await;
    simulator.stop().await;
}
