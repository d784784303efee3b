//! Texts of several segments, and what each segment carries.

use gateway::directory::{ConnectorSettings, DoubtPolicy, StatusMeaning};
use simulator::{PartFate, PartFault, Received, Scenario};
use smpp::{Header, Pdu, SubmitSm};
use sms::{MessageState, Reason};

use super::{heard, plain, provoked};
use crate::world::{World, network, settings};

/// Looks at what was submitted of a message.
fn submitted<T>(received: &Received, look: impl Fn(&Header, &SubmitSm<'_>) -> T) -> Vec<T> {
    let each = |raw: &Vec<u8>| {
        let mut octets = bytes::BytesMut::from(&raw[..]);
        let (header, body) = smpp::frame(&mut octets, 1 << 16).unwrap().unwrap();
        match Pdu::decode(&header, &body).unwrap() {
            Pdu::SubmitSm(submit) => look(&header, &submit),
            other => panic!("not a submit: {other:?}"),
        }
    };
    received.raw.iter().map(each).collect()
}

#[tokio::test]
async fn case_14_each_segment_asks_for_a_receipt_and_the_receipt_of_one_ends_nothing() {
    for case in ["case-14-only-the-first-part", "case-14-only-the-last-part"] {
        let simulator = provoked(case).await;
        let world = World::sending(&settings(simulator.address())).await;
        let numbers = plain(3);
        let submission = world.submit_to(&"long ".repeat(50), &numbers).await;
        let all = heard(&simulator, |it| {
            it.receipts_answered == 3 && it.receipts_pending == 0
        })
        .await;
        assert_eq!(all.receipts_answered, 3);
        for message in world.sent(submission).await {
            assert_eq!(message.state, MessageState::Submitted, "{case}");
        }
        for received in simulator.inbox().messages(None) {
            let asked = submitted(&received, |_, submit| submit.registered_delivery & 3);
            assert_eq!(asked, [1, 1]);
        }
        world.stop().await;
        simulator.stop().await;
    }
    // With the receipts of both it ends.
    let simulator = network(Scenario::default()).await;
    let world = World::sending(&settings(simulator.address())).await;
    world.all_are_delivered(&"long ".repeat(50), 3).await;
    world.stop().await;
    simulator.stop().await;
}

#[tokio::test]
async fn case_38_a_validity_is_written_as_the_specification_has_it_or_not_at_all() {
    for send_validity in [false, true] {
        let simulator = network(Scenario::default()).await;
        let world = World::sending(&ConnectorSettings {
            send_validity,
            ..settings(simulator.address())
        })
        .await;
        world.all_are_delivered("hello", 5).await;
        for received in simulator.inbox().messages(None) {
            let written = submitted(&received, |_, it| it.validity_period.to_vec()).remove(0);
            if send_validity {
                let (digits, relation) = written.split_at(15);
                assert!(digits.iter().all(u8::is_ascii_digit), "{written:?}");
                assert_eq!(relation, b"+");
                assert_eq!(&digits[13..], b"00");
            } else {
                assert_eq!(written, b"");
            }
        }
        world.stop().await;
        simulator.stop().await;
    }
}

#[tokio::test]
async fn case_39_septets_are_never_packed_and_texts_of_any_length_arrive_as_they_were() {
    let simulator = network(Scenario::default()).await;
    let world = World::sending(&settings(simulator.address())).await;
    // One less than a multiple of eight septets leaves seven bits over where they are packed.
    for (length, number) in [1, 7, 8, 15, 23, 152, 153, 159, 160, 161, 305, 306, 307, 458]
        .into_iter()
        .zip(plain(14))
    {
        let text = "a".repeat(length);
        let submission = world.submit(&text, &[&number]).await;
        world.reaches(submission, &[MessageState::Delivered]).await;
        let received = simulator.inbox().messages(Some(&number)).remove(0);
        assert_eq!(received.text, text);
        let octets: usize = submitted(&received, |_, it| {
            let header = if it.esm_class & 0x40 == 0 { 0 } else { 6 };
            it.short_message.len() - header
        })
        .iter()
        .sum();
        assert_eq!(octets, length, "an octet for each septet");
    }
    world.stop().await;
    simulator.stop().await;
}

#[tokio::test]
async fn case_40_no_escape_and_no_surrogate_pair_is_cut_in_two() {
    let simulator = network(Scenario::default()).await;
    let world = World::sending(&settings(simulator.address())).await;
    let texts = [
        "a".repeat(152) + "€" + &"b".repeat(20),
        "€".repeat(100),
        "ж".repeat(66) + "🙂" + &"я".repeat(20),
        "🙂".repeat(50),
    ];
    for (text, number) in texts.iter().zip(plain(4)) {
        let submission = world.submit(text, &[&number]).await;
        world.reaches(submission, &[MessageState::Delivered]).await;
        let received = simulator.inbox().messages(Some(&number)).remove(0);
        assert_eq!(&received.text, text);
        assert_eq!(received.segments, 2);
        submitted(&received, |_, it| {
            let part = &it.short_message[6..];
            if it.data_coding == 8 {
                assert_eq!(part.len() % 2, 0);
                let last = u16::from_be_bytes([part[part.len() - 2], part[part.len() - 1]]);
                assert!(!(0xD800..0xDC00).contains(&last), "{last:#06X}");
            } else {
                assert_ne!(part.last(), Some(&0x1B));
            }
        });
    }
    world.stop().await;
    simulator.stop().await;
}

#[tokio::test]
async fn case_42_what_phones_say_in_parts_is_whole_in_any_order_and_said_once() {
    let world = World::open().await;
    world.owns("380441234567").await;
    let simulator = provoked("case-42-parts-out-of-order").await;
    let world = world
        .runs(&ConnectorSettings {
            links: 2,
            ..settings(simulator.address())
        })
        .await;
    let said = [
        "A long answer, which no phone can send in one part. ",
        "Another long answer, which comes twice in all its parts. ",
    ]
    .map(|text| text.repeat(4));
    // Two parts of the first, and two of the second, twice.
    let all = heard(&simulator, |it| it.sayings_answered >= 6).await;
    assert_eq!(all.sayings_answered, 6);
    world
        .has_heard(said.iter().map(String::as_str).collect())
        .await;
    world.stop().await;
    simulator.stop().await;
}

/// Which part of a text of so many segments has its own fate, and how the message ends.
type Ends = fn(part: u8, of: u8) -> (MessageState, Reason);

/// Gives each part of texts of two to ten segments a fate, and looks at the state of each message and at its price: that of
/// all its segments, held or charged, or nothing.
async fn each_part(
    name: &str,
    fate: PartFate,
    settings_of: fn(ConnectorSettings) -> ConnectorSettings,
    ends: Ends,
) {
    let simulator = provoked(name).await;
    let file = simulator.scenario();
    assert_eq!(file.part.unwrap(), PartFault { part: 2, fate });
    let world = World::sending(&settings_of(settings(simulator.address()))).await;
    let (mut held, mut charged, mut turn) = (0, 0, 0_u64);
    for part in 1..=10 {
        simulator.set_scenario(Scenario {
            part: Some(PartFault { part, fate }),
            ..Scenario::default()
        });
        let mut sent = vec![];
        for of in part.max(2)..=10 {
            turn += 1;
            let number = format!("38050555{:04}", 1_000 + turn);
            let text = "a".repeat(153 * usize::from(of));
            sent.push((of, world.submit(&text, &[&number]).await));
        }
        if fate == PartFate::Unanswered {
            // The part has met its fate before another one is given it.
            let all = heard(&simulator, |it| it.unanswered == turn).await;
            assert_eq!(all.unanswered, turn);
        }
        for (of, submission) in sent {
            let end = ends(part, of);
            let so = |all: &[gateway::Message]| (all[0].state, all[0].reason) == end;
            let messages = world.wait_for(submission, so).await;
            assert_eq!(messages[0].segments, u16::from(of), "part {part} of {of}");
            match end.0 {
                MessageState::InDoubt => held += i64::from(of),
                MessageState::Rejected => {}
                _ => charged += i64::from(of),
            }
        }
    }
    world.money(held, charged).await;
    world.stop().await;
    simulator.stop().await;
}

#[tokio::test]
async fn f21_a_text_with_an_undelivered_part_is_partly_delivered_and_charged() {
    each_part(
        "f21-part-undelivered",
        PartFate::Undelivered,
        |settings| settings,
        |_, _| (MessageState::Undelivered, Reason::PartlyDelivered),
    )
    .await;
}

#[tokio::test]
async fn f21_a_text_with_a_refused_part_is_refused_or_partly_submitted() {
    each_part(
        "f21-part-refused",
        PartFate::Refused,
        // This operator means what it says by ESME_RSUBMITFAIL; and no segment leaves before the one before it is answered.
        |settings| ConnectorSettings {
            statuses: [(0x45, StatusMeaning::Refused)].into(),
            window: 1,
            ..settings
        },
        |part, _| {
            if part == 1 {
                (MessageState::Rejected, Reason::UpstreamRefused)
            } else {
                (MessageState::Undelivered, Reason::PartlySubmitted)
            }
        },
    )
    .await;
}

#[tokio::test]
async fn f21_a_text_with_an_unanswered_part_is_in_doubt_and_its_price_stays_on_hold() {
    each_part(
        "f21-part-unanswered",
        PartFate::Unanswered,
        |settings| ConnectorSettings {
            response_timeout_ms: 300,
            in_doubt: DoubtPolicy::Hold,
            window: 100,
            ..settings
        },
        |_, _| (MessageState::InDoubt, Reason::ResponseTimeout),
    )
    .await;
}
