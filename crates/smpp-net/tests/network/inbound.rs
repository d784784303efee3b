//! What handsets say, over real links: kept first, answered then; and the forms that the phones see.

use std::time::Duration;

use gateway::directory::AccountSettings;
use gateway::{Submit, Terms, To};
use simulator::{Config, Scenario, Simulator};
use sms::{Alphabet, Form, Lane, MessageState, Timestamp};

use crate::world::{LONG, World, network, settings};

impl World {
    /// Makes a number the account's.
    async fn with_number(self, number: &str) -> Self {
        let settings = AccountSettings {
            numbers: vec![number.into()],
            ..AccountSettings::default()
        };
        let changed = self
            .gateway
            .change_account(self.account, &settings, 0, false);
        changed.await.unwrap();
        self
    }

    /// Waits until this is what handsets have said to the account: parts are joined when all have been kept.
    async fn hears(&self, expected: &[&str]) {
        let start = Timestamp::from_millis(0);
        let mut heard: Vec<String> = vec![];
        let listening = async {
            while heard != expected {
                let all = self.gateway.received(self.account, None, start, None, 100);
                heard = all.await.unwrap().into_iter().map(|it| it.text).collect();
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let in_time = tokio::time::timeout(LONG, listening).await.is_ok();
        assert!(in_time, "{expected:?} were expected: {heard:?}");
    }
}

#[tokio::test]
async fn a_message_from_a_handset_is_kept_and_then_answered() {
    let simulator = network(Scenario::default()).await;
    let world = World::sending(&settings(simulator.address())).await;
    let world = world.with_number("7700").await;
    // A message that came through proves that the link is bound.
    let submission = world.submit("hello", &["380501230000"]).await;
    world.reaches(submission, &[MessageState::Delivered]).await;
    let inbox = simulator.inbox();
    let long = "Так, дякую! 🙂 ".repeat(20);
    let segments: usize = ["Yes, $5", "", &*long]
        .map(|text| inbox.say("380501230000", "7700", text).unwrap())
        .iter()
        .sum();
    assert!(segments > 4);
    let answered = inbox.wait_for(LONG, |it| it.sayings_answered == segments as u64);
    assert_eq!(answered.await.sayings_answered, segments as u64);
    world.hears(&["Yes, $5", "", &*long]).await;
    world.stop().await;
    simulator.stop().await;
}

#[tokio::test]
async fn an_operator_that_sends_parts_one_by_one_is_not_kept_waiting_for_the_next() {
    let simulator = Simulator::start(Config {
        receipt_window: 1,
        ..Config::default()
    });
    let simulator = simulator.await.unwrap();
    let world = World::sending(&settings(simulator.address())).await;
    let world = world.with_number("7700").await;
    let submission = world.submit("hello", &["380501230000"]).await;
    world.reaches(submission, &[MessageState::Delivered]).await;
    let inbox = simulator.inbox();
    let text = "a".repeat(153) + &"b".repeat(10);
    assert_eq!(inbox.say("380501230000", "7700", &text), Some(2));
    // The second part comes only after the answer to the first, which is kept by itself until then.
    let answered = inbox.wait_for(LONG, |it| it.sayings_answered == 2).await;
    assert_eq!(answered.sayings_answered, 2);
    world.hears(&[&*text]).await;
    world.stop().await;
    simulator.stop().await;
}

#[tokio::test]
async fn flashes_and_octets_are_seen_as_such_by_the_phones() {
    let simulator = network(Scenario::default()).await;
    let world = World::sending(&settings(simulator.address())).await;
    let long = "C0DE".repeat(71);
    for (number, (text, alphabet, flash, segments)) in (380_501_230_010_u64..).zip([
        ("Look!", Alphabet::Cheapest, true, 1),
        ("Дивись!", Alphabet::Cheapest, true, 1),
        ("C0DE", Alphabet::Binary, false, 1),
        (&*long, Alphabet::Binary, false, 2),
        ("0404020001C0DE", Alphabet::BinaryWithHeader, false, 1),
    ]) {
        let number = number.to_string();
        let submit = Submit {
            account: world.account,
            terms: Terms {
                originator: "Shop".into(),
                text: text.into(),
                form: Form {
                    alphabet,
                    transliteration: None,
                    flash,
                },
                ..Terms::default()
            },
            recipients: vec![To::number(&*number)],
            lane: Lane::Transactional,
            drop_repeats: false,
        };
        world.gateway.submit(submit).await.unwrap();
        let shown = simulator.inbox().wait(Some(&number), LONG).await;
        let shown = &shown[0];
        assert_eq!(shown.text, text);
        let seen = (shown.flash, shown.binary, shown.segments);
        assert_eq!(seen, (flash, alphabet.is_binary(), segments), "{text}");
    }
    world.stop().await;
    simulator.stop().await;
}
