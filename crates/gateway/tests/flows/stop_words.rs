//! STOP from a handset: the account sends nothing more to it, it is told so once, and START undoes it.

use gateway::directory::{AccountSettings, Originators, StopScope};
use sms::{MessageState, Reason, Refusal};
use testkit::loopback::Way;

use crate::world::{HOUR, START, World, refusal};

const PHONE: &str = "380671234567";
const ANSWER: &str = "You will get no more messages.";

fn settings() -> AccountSettings {
    AccountSettings {
        numbers: vec!["7700".into(), "7701 SHOP".into()],
        ..AccountSettings::default()
    }
}

async fn world(settings: AccountSettings) -> World {
    let world = World::new().await;
    let changed = world
        .gateway
        .change_account(world.account, &settings, 0, false);
    changed.await.unwrap();
    world
}

/// Says it, and waits until it is kept.
async fn say(way: &Way, number: u32, to: &str, text: &str) {
    way.say(number, "+380671234567", to, text).await;
    assert!(way.acknowledged(number).await);
}

async fn is_stopped(world: &World) -> bool {
    let entry = world.gateway.stop_of_number(world.account, PHONE).await;
    entry.is_ok()
}

/// How the only message of a submission to the phone, from this originator, ends or begins.
async fn sent(world: &World, originator: &str) -> Result<(MessageState, Reason), Refusal> {
    // The other recipient keeps it from being refused as a whole.
    let mut submit = world.request(&[PHONE, "380670000009"]);
    submit.terms.originator = originator.into();
    let id = world.gateway.submit(submit).await.unwrap().submission;
    Ok(world.state(id).await)
}

/// Whether a message from this originator would leave.
async fn leaves(world: &World, originator: &str) -> bool {
    sent(world, originator).await.unwrap().0 != MessageState::Suppressed
}

#[tokio::test]
async fn stop_puts_the_phone_on_the_stop_list_and_start_takes_it_off() {
    let world = world(settings()).await;
    let way = world.way().await;
    say(&way, 1, "7700", "hello").await;
    assert!(!is_stopped(&world).await);
    say(&way, 2, "7700", " Стоп! ").await;
    assert!(is_stopped(&world).await);
    let stopped = (MessageState::Suppressed, Reason::OptedOut);
    assert_eq!(sent(&world, "Info").await, Ok(stopped));
    // As any message it is there for the account to read.
    let received = world.gateway.received(world.account, None, START, None, 9);
    let texts: Vec<_> = received
        .await
        .unwrap()
        .into_iter()
        .map(|it| it.text)
        .collect();
    assert_eq!(texts, ["hello", " Стоп! "]);
    say(&way, 3, "7700", "START").await;
    assert!(!is_stopped(&world).await);
    assert!(leaves(&world, "Info").await);
}

#[tokio::test]
async fn stop_beside_a_keyword_is_for_the_account_that_has_it() {
    let world = world(settings()).await;
    let way = world.way().await;
    say(&way, 1, "7701", "stop").await;
    assert!(!is_stopped(&world).await, "nobody's");
    say(&way, 2, "7701", "Shop STOP").await;
    assert!(is_stopped(&world).await);
    say(&way, 3, "7701", "start shop").await;
    assert!(!is_stopped(&world).await);
}

#[tokio::test]
async fn with_the_scope_of_a_number_what_comes_from_other_originators_still_leaves() {
    let world = world(AccountSettings {
        stop_scope: StopScope::Number,
        ..settings()
    })
    .await;
    let way = world.way().await;
    say(&way, 1, "7700", "STOP").await;
    assert!(!leaves(&world, "7700").await);
    assert!(leaves(&world, "Info").await);
    say(&way, 2, "7700", "START").await;
    assert!(leaves(&world, "7700").await);
}

#[tokio::test]
async fn an_account_that_sees_to_it_itself_has_nothing_stopped() {
    let world = world(AccountSettings {
        stop_scope: StopScope::Nothing,
        stop_answer: Some(ANSWER.into()),
        ..settings()
    })
    .await;
    let way = world.way().await;
    say(&way, 1, "7700", "STOP").await;
    assert!(leaves(&world, "7700").await);
    let attempts = way.take(1).await;
    assert!(attempts.iter().all(|it| &*it.originator != "7701"));
}

#[tokio::test]
async fn what_the_account_itself_has_stopped_stays_stopped() {
    let world = world(settings()).await;
    let stop = world.gateway.stop(world.account, PHONE, "a fraud").await;
    stop.unwrap();
    let way = world.way().await;
    say(&way, 1, "7700", "STOP").await;
    say(&way, 2, "7700", "START").await;
    assert!(is_stopped(&world).await);
}

#[tokio::test]
async fn the_phone_is_told_once_an_hour_past_the_list_and_at_the_accounts_cost() {
    let world = world(AccountSettings {
        stop_answer: Some(ANSWER.into()),
        // The number that it wrote to is not among them, and answers all the same.
        originators: Originators::Only(vec!["Info".into()]),
        ..settings()
    })
    .await;
    let way = world.way().await;
    say(&way, 1, "7700", "STOP").await;
    let attempt = way.take(1).await.remove(0);
    assert_eq!(
        (&*attempt.originator, attempt.recipient.as_str()),
        ("7700", PHONE)
    );
    way.accept(&attempt);
    crate::world::eventually("it is charged", async || {
        world
            .gateway
            .balance(world.account)
            .await
            .unwrap()
            .held
            .micros()
            == 0
    })
    .await;
    world.money(0, 1).await;

    // What changes nothing is not answered, and neither is the second stop within the hour.
    for (number, text) in [(2, "STOP"), (3, "START"), (4, "STOP")] {
        say(&way, number, "7700", text).await;
    }
    assert!(is_stopped(&world).await);
    world.clock.set(START.plus_millis(HOUR));
    say(&way, 5, "7700", "START").await;
    say(&way, 6, "7700", "STOP").await;
    let attempts = way.take(1).await;
    assert_eq!((attempts.len(), way.in_hand()), (1, 0));
    way.accept(&attempts[0]);
    crate::world::eventually("it is charged", async || {
        world
            .gateway
            .balance(world.account)
            .await
            .unwrap()
            .held
            .micros()
            == 0
    })
    .await;
    world.money(0, 2).await;
    // Who may not send from the number cannot do it beside a stop either.
    let mut submit = world.request(&["380670000009"]);
    submit.terms.originator = "7700".into();
    let refused = refusal(world.gateway.submit(submit).await);
    assert_eq!(refused, Refusal::OriginatorNotAllowed);
}

#[tokio::test]
async fn numbers_of_our_own_and_names_are_answered_nothing() {
    let world = world(AccountSettings {
        numbers: vec!["7700".into(), PHONE.into()],
        stop_answer: Some(ANSWER.into()),
        ..settings()
    })
    .await;
    let way = world.way().await;
    say(&way, 1, "7700", "STOP").await;
    assert!(is_stopped(&world).await);
    way.say(2, "Shop", "7700", "STOP").await;
    assert!(way.acknowledged(2).await);
    // Answers are submitted in their order: this one comes first.
    way.say(3, "380670000001", "7700", "STOP").await;
    let attempts = way.take(1).await;
    assert_eq!(attempts[0].recipient.as_str(), "380670000001");
    assert_eq!(attempts.len(), 1);
}
