//! Long messages from handsets: each part is kept before it is answered, and what is whole, or will not be, is a message.

use gateway::connector::Content;
use gateway::directory::AccountSettings;
use gateway::{ConnectorId, NoticeEvent, Received};
use sms::text::{Concatenation, Encoding, split};
use store::Inbound as _;
use store::inbound::NewPart;
use store_sqlite::{Options, SqliteStore};
use tempfile::TempDir;

use crate::unwell::{SETTINGS, lock};
use crate::world::{START, World, account, eventually};

const PHONE: &str = "380671234567";
const MINUTE: i64 = 60 * 1_000;

/// The parts of a text, the first one first.
fn parts(text: &str, reference: u8) -> Vec<Content> {
    split(text, reference)
        .into_iter()
        .map(|segment| Content::Part {
            concatenation: Concatenation::from_udh(&segment.udh.unwrap()).unwrap(),
            encoding: segment.encoding,
            octets: segment.octets,
        })
        .collect()
}

async fn gives_number(world: &World, numbers: &[&str]) {
    let settings = AccountSettings {
        numbers: numbers.iter().map(|&number| number.to_owned()).collect(),
        ..AccountSettings::default()
    };
    let changed = world
        .gateway
        .change_account(world.account, &settings, 0, false);
    changed.await.unwrap();
}

async fn received(world: &World) -> Vec<Received> {
    let all = world
        .gateway
        .received(world.account, None, START, None, 100);
    all.await.unwrap()
}

async fn texts(world: &World) -> Vec<String> {
    received(world)
        .await
        .into_iter()
        .map(|it| it.text)
        .collect()
}

async fn become_texts(world: &World, expected: &[&str]) {
    eventually("the messages are there", async || {
        texts(world).await == expected
    })
    .await;
}

#[tokio::test]
async fn each_part_is_acknowledged_alone_and_the_whole_is_a_message_in_any_order() {
    let world = World::new().await;
    gives_number(&world, &["7700"]).await;
    let way = world.way().await;
    let text = "Привіт 🙂 ".repeat(20);
    let parts = parts(&text, 7);
    assert!(parts.len() > 2);
    for (part, number) in parts.into_iter().rev().zip(1..) {
        assert_eq!(texts(&world).await, [""; 0]);
        way.hear(number, "+380671234567", "7700", part).await;
        // A handset's network with a window of one waits for this before it sends the next.
        assert!(way.acknowledged(number).await);
    }
    become_texts(&world, &[&text]).await;
    let message = received(&world).await.remove(0);
    assert_eq!((&*message.from, &*message.to), (PHONE, "7700"));
}

#[tokio::test]
async fn a_part_that_comes_again_makes_no_second_message() {
    let world = World::new().await;
    gives_number(&world, &["7700"]).await;
    let way = world.way().await;
    let text = "a long text ".repeat(20);
    let parts = parts(&text, 7);
    let again = [0, 0, 1, 1, 0].map(|index: usize| parts[index].clone());
    for (part, number) in again.into_iter().chain(parts.clone()).zip(1..) {
        way.hear(number, PHONE, "7700", part).await;
        assert!(way.acknowledged(number).await);
    }
    become_texts(&world, &[&text]).await;
    world.clock.advance_ms(11 * MINUTE);
    let way = world.way().await;
    way.say(90, PHONE, "7700", "after").await;
    become_texts(&world, &[&text, "after"]).await;
}

#[tokio::test]
async fn what_is_missing_is_waited_for_ten_minutes_and_then_there_is_what_there_is() {
    let world = World::new().await;
    gives_number(&world, &["7700"]).await;
    let way = world.way().await;
    let text = format!(
        "{}{}{}{}",
        "a".repeat(153),
        "b".repeat(153),
        "c".repeat(153),
        "d"
    );
    let parts = parts(&text, 9);
    for (index, minute) in [(3, 0), (1, 4), (0, 9)] {
        world.clock.set(START.plus_millis(minute * MINUTE));
        way.hear(index, PHONE, "7700", parts[index as usize].clone())
            .await;
        assert!(way.acknowledged(index).await);
    }
    world.clock.set(START.plus_millis(18 * MINUTE));
    way.say(90, PHONE, "7700", "meanwhile").await;
    become_texts(&world, &["meanwhile"]).await;
    world.clock.set(START.plus_millis(19 * MINUTE + 1));
    become_texts(&world, &["meanwhile", &text[..306], "d"]).await;
}

#[tokio::test]
async fn parts_that_were_kept_before_a_crash_are_joined_after_it() {
    let place = TempDir::new().unwrap();
    let world = World::at(place.path(), SETTINGS).await;
    gives_number(&world, &["7700"]).await;
    let (gateway, ..) = world.stop().await;
    drop(gateway);
    let text = "kept and not joined ".repeat(10);
    let part = |content: Content| match content {
        Content::Part {
            concatenation,
            encoding,
            octets,
        } => NewPart {
            connector: ConnectorId(1),
            from: PHONE.into(),
            to: "7700".into(),
            concatenation,
            encoding,
            octets,
            at: START,
        },
        Content::Whole(text) => panic!("{text} is whole"),
    };
    {
        let file = place.path().join("data.db");
        let store = SqliteStore::open(&file, Options::default()).unwrap();
        let parts = parts(&text, 1).into_iter().map(part).collect();
        store.receive_parts(parts).await.unwrap();
    }
    let world = World::at(place.path(), SETTINGS).await;
    become_texts(&world, &[&text]).await;
}

#[tokio::test]
async fn a_part_that_cannot_be_kept_is_not_acknowledged_and_comes_again() {
    let place = TempDir::new().unwrap();
    let world = World::at(place.path(), SETTINGS).await;
    gives_number(&world, &["7700"]).await;
    let way = world.way().await;
    let text = "a long text ".repeat(20);
    let mut parts = parts(&text, 7);
    let locked = lock(place.path());
    way.hear(1, PHONE, "7700", parts[0].clone()).await;
    assert!(!way.acknowledged(1).await);
    drop(locked);
    for number in 2..4 {
        way.hear(number, PHONE, "7700", parts.remove(0)).await;
        assert!(way.acknowledged(number).await);
    }
    become_texts(&world, &[&text]).await;
}

#[tokio::test]
async fn the_keyword_of_a_long_message_is_its_first_word_whatever_comes_first() {
    let world = World::new().await;
    let other = account(&world.gateway, "other", 0).await;
    let settings = AccountSettings {
        numbers: vec!["7700 LONG".into()],
        ..AccountSettings::default()
    };
    let changed = world.gateway.change_account(other, &settings, 0, false);
    changed.await.unwrap();
    gives_number(&world, &["7700"]).await;
    let way = world.way().await;
    let text = "Long, and for the other. ".repeat(10);
    for (part, number) in parts(&text, 3).into_iter().rev().zip(1..) {
        way.hear(number, PHONE, "7700", part).await;
        assert!(way.acknowledged(number).await);
    }
    let gateway = &world.gateway;
    let of_other = async || {
        let all = gateway.received(other, None, START, None, 9).await.unwrap();
        all.into_iter().map(|it| it.text).collect::<Vec<_>>() == [text.clone()]
    };
    eventually("the other has it", of_other).await;
    assert_eq!(texts(&world).await, [""; 0]);
}

#[tokio::test]
async fn a_long_message_is_told_by_callback_and_over_smpp_and_when_asked_for() {
    let world = World::new().await;
    let settings = AccountSettings {
        numbers: vec!["7700".into()],
        callback_url: Some("https://shop.example/sms".into()),
        ..AccountSettings::default()
    };
    let changed = world
        .gateway
        .change_account(world.account, &settings, 0, false);
    changed.await.unwrap();
    let way = world.way().await;
    let text = "told in three ways ".repeat(10);
    for (part, number) in parts(&text, 3).into_iter().zip(1..) {
        way.hear(number, PHONE, "7700", part).await;
        assert!(way.acknowledged(number).await);
    }
    become_texts(&world, &[&text]).await;
    let message = received(&world).await.remove(0);
    let callbacks = world.due_callbacks().await;
    assert!(
        matches!(&callbacks[..], [due] if matches!(&due.event, store::callbacks::Event::Received(it) if *it == message)),
        "{callbacks:?}"
    );
    let notices = world.gateway.notices(world.account, None, 9).await.unwrap();
    assert!(
        matches!(&notices[..], [notice] if matches!(&notice.event, NoticeEvent::Received(it) if *it == message)),
        "{notices:?}"
    );
}

#[tokio::test]
async fn binary_parts_are_joined_as_hex() {
    let world = World::new().await;
    gives_number(&world, &["7700"]).await;
    let way = world.way().await;
    for (index, number) in [(2, 1), (1, 2)] {
        let part = Content::Part {
            concatenation: Concatenation {
                reference: 5,
                total: 2,
                index,
            },
            encoding: Encoding::Binary,
            octets: vec![index, 0xFF],
        };
        way.hear(number, PHONE, "7700", part).await;
        assert!(way.acknowledged(number).await);
    }
    become_texts(&world, &["01FF02FF"]).await;
}
