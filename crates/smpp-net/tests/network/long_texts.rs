//! Long texts in every way in which programs send them: the same text on the phone.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use simulator::Scenario;
use smpp::{Address, CommandStatus, DataSm, Pdu, SubmitSm, Tag, TlvBuffer};
use sms::text::{Encoding, encode};

use crate::program::{Program, open, submit_sm};
use crate::world::{LONG, World, network, settings};

/// How a program sends a text.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// Parts with a UDH, and a reference of 8 bits.
    ShortUdh,
    /// Parts with a UDH, and a reference of 16 bits.
    LongUdh,
    /// Parts with `sar_*` parameters.
    Sar,
    /// Whole, in `message_payload`.
    Payload,
    /// Whole, in `data_sm`.
    Data,
    /// Parts as with a UDH, each in `data_sm`.
    DataParts,
}

impl Way {
    const ALL: [Self; 6] = [
        Self::ShortUdh,
        Self::LongUdh,
        Self::Sar,
        Self::Payload,
        Self::Data,
        Self::DataParts,
    ];

    /// How many octets of a text leave room for the header.
    fn octets(self, encoding: Encoding) -> usize {
        match (self, encoding) {
            (Self::Payload | Self::Data, _) => usize::MAX,
            (Self::LongUdh, Encoding::Gsm7) => 152,
            (Self::LongUdh, _) => 132,
            (Self::ShortUdh | Self::Sar | Self::DataParts, Encoding::Gsm7) => 153,
            (Self::ShortUdh | Self::Sar | Self::DataParts, _) => 134,
        }
    }
}

/// One request of a text.
struct Piece {
    esm_class: u8,
    data_coding: u8,
    short_message: Vec<u8>,
    tlvs: TlvBuffer,
    data: bool,
}

impl Piece {
    async fn submit(&self, program: &mut Program, to: &str) -> smpp::session::Answer {
        let pdu: Pdu<'_> = if self.data {
            Pdu::DataSm(DataSm {
                source: Address::alphanumeric(b"Shop"),
                destination: Address::international(to.as_bytes()),
                esm_class: self.esm_class,
                data_coding: self.data_coding,
                tlvs: self.tlvs.tlvs(),
                ..DataSm::default()
            })
        } else {
            Pdu::SubmitSm(SubmitSm {
                esm_class: self.esm_class,
                data_coding: self.data_coding,
                tlvs: self.tlvs.tlvs(),
                ..submit_sm(to, &self.short_message)
            })
        };
        program.ask(&pdu).await
    }
}

/// Takes a text apart without a thought for pairs, as programs do.
fn pieces(text: &str, way: Way, reference: u16) -> Vec<Piece> {
    let encoding = Encoding::of(text);
    let octets = encode(text, encoding).unwrap();
    let data_coding = if encoding == Encoding::Gsm7 { 0 } else { 8 };
    let parts: Vec<_> = octets
        .chunks(way.octets(encoding).min(octets.len()))
        .collect();
    let total = u8::try_from(parts.len()).unwrap();
    let [high, low] = reference.to_be_bytes();
    let piece = |(octets, index): (&[u8], u8)| {
        let mut tlvs = TlvBuffer::new();
        let payload = |octets: &[u8]| {
            let mut tlvs = TlvBuffer::new();
            tlvs.push(Tag::MESSAGE_PAYLOAD, octets).unwrap();
            (vec![], tlvs)
        };
        let short_udh = [&[5, 0, 3, low, total, index], octets].concat();
        let (short_message, tlvs) = match way {
            Way::ShortUdh => (short_udh, tlvs),
            Way::LongUdh => ([&[6, 8, 4, high, low, total, index], octets].concat(), tlvs),
            Way::Sar => {
                tlvs.push_u16(Tag::SAR_MSG_REF_NUM, reference);
                tlvs.push_u8(Tag::SAR_TOTAL_SEGMENTS, total);
                tlvs.push_u8(Tag::SAR_SEGMENT_SEQNUM, index);
                (octets.to_vec(), tlvs)
            }
            Way::Payload | Way::Data => payload(octets),
            Way::DataParts => payload(&short_udh),
        };
        let headed = matches!(way, Way::ShortUdh | Way::LongUdh | Way::DataParts);
        Piece {
            esm_class: if headed { 0x40 } else { 0 },
            data_coding,
            short_message,
            tlvs,
            data: matches!(way, Way::Data | Way::DataParts),
        }
    };
    parts.into_iter().zip(1..=total).map(piece).collect()
}

fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z €\\[\\]^@]{1,600}",
        "[а-яa-z🙂🎉 ]{1,400}",
        "a{140,160}[€🙂ж]{1,40}",
        any::<String>(),
    ]
    // An empty text, and the sign for what cannot be read, are refused.
    .prop_filter("no text", |text| {
        !text.is_empty() && !text.contains('\u{FFFD}')
    })
}

#[tokio::test]
async fn any_text_by_any_way_is_the_same_text_on_the_phone() {
    const TEXTS: u32 = 60;
    let simulator = network(Scenario::default()).await;
    let world = World::sending(&settings(simulator.address()))
        .await
        .with_login()
        .await;
    let server = open(&world).await;
    let mut programs = [Program::bound(&server).await, Program::bound(&server).await];
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let mut sent = vec![];
    for round in 0..TEXTS {
        let text = texts().new_tree(&mut runner).unwrap().current();
        for way in Way::ALL {
            let to = format!("38050{:07}", 1_231_000 + sent.len());
            let mut pieces = pieces(&text, way, u16::try_from(sent.len() * 7).unwrap());
            if round % 2 == 1 {
                pieces.reverse();
            }
            // Over two binds in turn, each piece after the answer to the one before.
            for (turn, piece) in pieces.iter().enumerate() {
                let answer = piece.submit(&mut programs[turn % 2], &to).await;
                assert_eq!(answer.status(), CommandStatus::ROK, "{way:?}: {text:?}");
            }
            sent.push((to, way, text.clone()));
        }
    }
    let all = sent.len() as u64;
    simulator
        .inbox()
        .wait_for(LONG * 3, |counters| counters.messages >= all)
        .await;
    for (to, way, text) in sent {
        let received = simulator.inbox().messages(Some(&to));
        let shown: Vec<_> = received.iter().map(|message| &message.text).collect();
        assert_eq!(shown, [&text], "{way:?}");
    }
    drop(programs);
    server.stop().await;
    world.stop().await;
}

#[tokio::test]
async fn each_part_is_answered_at_once_and_has_its_own_id_price_and_text() {
    let simulator = network(Scenario::default()).await;
    let world = World::sending(&settings(simulator.address()))
        .await
        .with_login()
        .await;
    let server = open(&world).await;
    let mut program = Program::bound(&server).await;
    let to = "380501231001";
    let text = "long ".repeat(40);
    let before = world
        .gateway
        .balance(world.account)
        .await
        .unwrap()
        .available;
    let mut ids = vec![];
    for piece in pieces(&text, Way::ShortUdh, 9) {
        let answer = piece.submit(&mut program, to).await;
        let id = std::str::from_utf8(answer.message_id()).unwrap();
        ids.push(gateway::MessageId(id.parse().unwrap()));
    }
    assert_eq!(ids.len(), 2);
    assert_ne!(ids[0], ids[1]);
    let received = simulator.inbox().wait(Some(to), LONG).await;
    assert_eq!((received.len(), &received[0].text), (1, &text));
    let sent = world
        .gateway
        .messages_by_id(world.account, ids)
        .await
        .unwrap();
    let read: Vec<_> = sent.iter().map(|sent| &*sent.text).collect();
    assert_eq!(read, [&text[..153], &text[153..]]);
    for sent in &sent {
        assert_eq!(
            (sent.message.segments, sent.message.price.micros()),
            (1, 100_000)
        );
    }
    let after = world
        .gateway
        .balance(world.account)
        .await
        .unwrap()
        .available;
    assert_eq!(before.micros() - after.micros(), 200_000);
    drop(program);
    server.stop().await;
    world.stop().await;
}

#[tokio::test]
async fn a_header_that_does_more_than_join_reaches_the_phone_as_it_is() {
    let simulator = network(Scenario::default()).await;
    let world = World::sending(&settings(simulator.address()))
        .await
        .with_login()
        .await;
    let server = open(&world).await;
    let mut program = Program::bound(&server).await;
    for (to, data_coding, octets) in [
        (
            "380501231001",
            4,
            &b"\x06\x05\x04\x0B\x84\x23\xF0\xC0\xDE"[..],
        ),
        (
            "380501231002",
            0xF5,
            b"\x06\x05\x04\x0B\x84\x23\xF0\xC0\xDE",
        ),
        ("380501231003", 0, b"\x06\x05\x04\x0B\x84\x23\xF0Hi"),
        ("380501231004", 8, b"\x06\x05\x04\x0B\x84\x23\xF0\x04\x16"),
    ] {
        let submit = SubmitSm {
            esm_class: 0x40,
            data_coding,
            ..submit_sm(to, octets)
        };
        let answer = program.ask(&submit.into()).await;
        assert_eq!(answer.status(), CommandStatus::ROK);
        let received = simulator.inbox().wait(Some(to), LONG).await;
        let raw = &received[0].raw[0];
        assert!(
            raw.windows(octets.len()).any(|window| window == octets),
            "{to}: {raw:02X?}"
        );
    }
    // Long octets to a port come in parts whose headers name both.
    for (index, octets) in [(1, b"\xC0\xDE"), (2, b"\xFE\xED")] {
        let header = [11, 5, 4, 0x23, 0xF4, 0, 0, 0, 3, 7, 2, index];
        let octets = [&header[..], octets].concat();
        let submit = SubmitSm {
            esm_class: 0x40,
            data_coding: 4,
            ..submit_sm("380501231005", &octets)
        };
        assert_eq!(
            program.ask(&submit.into()).await.status(),
            CommandStatus::ROK
        );
    }
    let received = simulator.inbox().wait(Some("380501231005"), LONG).await;
    assert_eq!((&*received[0].text, received[0].segments), ("C0DEFEED", 2));
    drop(program);
    server.stop().await;
    world.stop().await;
}

#[tokio::test]
async fn a_part_that_does_not_fit_one_segment_is_refused_and_leaves_nothing() {
    let world = World::open().await.with_login().await;
    let server = open(&world).await;
    let mut program = Program::bound(&server).await;
    let before = world
        .gateway
        .balance(world.account)
        .await
        .unwrap()
        .available;
    for (data_coding, octets) in [(0, 154), (1, 154), (8, 136), (3, 154), (4, 135)] {
        let octets = [&b"\x05\0\x03\x07\x02\x01"[..], &vec![b'a'; octets]].concat();
        let submit = SubmitSm {
            esm_class: 0x40,
            data_coding,
            ..submit_sm("380501231001", &octets)
        };
        let status = program.ask(&submit.into()).await.status();
        assert_eq!(status, CommandStatus::RINVMSGLEN, "{data_coding}");
    }
    let after = world
        .gateway
        .balance(world.account)
        .await
        .unwrap()
        .available;
    assert_eq!(before.micros(), after.micros());
    drop(program);
    server.stop().await;
}
