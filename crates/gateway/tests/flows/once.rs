//! What is accepted once only: programs that ask again get no second message.

use gateway::{AccountId, Once, Submit, To};
use sms::{MessageState, Reason, Refusal};
use tempfile::TempDir;
use tokio::task::JoinSet;

use crate::mailings::{at, plan};
use crate::world::{HOUR, PRICE, World, account, eventually, refusal, request};

const CONNECTOR: &str = r#"{"address":"loopback","system_id":"x"}"#;

/// A request that is accepted once only, for ever or for a while.
fn named(account: AccountId, window_ms: Option<i64>) -> Submit {
    let mut submit = request(account, &["380670000001"]);
    submit.terms.once = Some(Once::new("test", &["7"], window_ms));
    submit
}

/// A recipient whose message is accepted once an hour.
fn once_an_hour(number: &str) -> To {
    To {
        once: Some(Once::new("to", &[number], Some(HOUR))),
        ..To::number(number)
    }
}

#[tokio::test]
async fn a_request_sent_again_is_a_duplicate_for_ever() {
    let place = TempDir::new().unwrap();
    let world = World::at(place.path(), CONNECTOR).await;
    let poor = account(&world.gateway, "poor", PRICE).await;
    world.gateway.submit(named(poor, None)).await.unwrap();
    // The money is gone, but that is not why.
    let again = refusal(world.gateway.submit(named(poor, None)).await);
    assert_eq!(again, Refusal::Duplicate);
    world
        .gateway
        .submit(named(world.account, None))
        .await
        .unwrap();
    world.money(1, 0).await;
    let (gateway, ..) = world.stop().await;
    drop(gateway);
    let world = World::at(place.path(), CONNECTOR).await;
    world.clock.advance_ms(1_000_000 * HOUR);
    let again = world.refusal(named(world.account, None)).await;
    assert_eq!(again, Refusal::Duplicate);
}

#[tokio::test]
async fn a_request_named_for_a_while_may_be_sent_again_after_it() {
    let world = World::new().await;
    let send = async || world.gateway.submit(named(world.account, Some(HOUR))).await;
    send().await.unwrap();
    world.clock.advance_ms(HOUR - 1);
    assert_eq!(refusal(send().await), Refusal::Duplicate);
    world.clock.advance_ms(1);
    send().await.unwrap();
    assert_eq!(refusal(send().await), Refusal::Duplicate);
    world.money(2, 0).await;
}

#[tokio::test]
async fn a_mailing_made_again_is_a_duplicate_also_after_a_restart() {
    let place = TempDir::new().unwrap();
    let once = || Some(Once::new("test", &["7"], Some(HOUR)));
    let world = World::at(place.path(), CONNECTOR).await;
    let add = async |world: &World| {
        let gateway = &world.gateway;
        let added = gateway.add_mailing(world.account, None, "news", plan(), at(HOUR), once());
        added.await
    };
    add(&world).await.unwrap();
    assert_eq!(refusal(add(&world).await), Refusal::Duplicate);
    let (gateway, ..) = world.stop().await;
    drop(gateway);
    let world = World::at(place.path(), CONNECTOR).await;
    assert_eq!(refusal(add(&world).await), Refusal::Duplicate);
    world.clock.advance_ms(HOUR);
    add(&world).await.unwrap();
}

#[tokio::test]
async fn of_equal_requests_at_once_one_is_accepted() {
    let world = World::new().await;
    let mut requests = JoinSet::new();
    for _ in 0..32 {
        let (gateway, submit) = (world.gateway.clone(), named(world.account, None));
        requests.spawn(async move { gateway.submit(submit).await });
    }
    let (mut accepted, mut duplicates) = (0, 0);
    for answer in requests.join_all().await {
        match answer {
            Ok(_) => accepted += 1,
            refused => {
                assert_eq!(refusal(refused), Refusal::Duplicate);
                duplicates += 1;
            }
        }
    }
    assert_eq!((accepted, duplicates), (1, 31));
    world.money(1, 0).await;
}

#[tokio::test]
async fn a_refused_request_and_a_test_use_nothing_up() {
    let world = World::new().await;
    let poor = account(&world.gateway, "poor", PRICE - 1).await;
    let refused = refusal(world.gateway.submit(named(poor, None)).await);
    assert!(matches!(refused, Refusal::InsufficientFunds { .. }));
    let mut test = named(poor, None);
    test.terms.test = true;
    world.gateway.submit(test.clone()).await.unwrap();
    world.gateway.top_up(poor, 1, "one more").await.unwrap();
    world.gateway.submit(named(poor, None)).await.unwrap();
    let told = refusal(world.gateway.submit(test).await);
    assert_eq!(told, Refusal::Duplicate, "a test tells what would be told");
}

#[tokio::test]
async fn every_recipient_knows_its_message_whatever_was_left_out() {
    let world = World::new().await;
    world
        .gateway
        .stop(world.account, "380670000008", "asked us")
        .await
        .unwrap();
    let send = async |numbers: &[&str]| {
        let mut submit = world.request(&[]);
        submit.recipients = numbers.iter().copied().map(once_an_hour).collect();
        submit.drop_repeats = true;
        world.gateway.submit(submit).await
    };
    send(&["380670000002", "380670000004"]).await.unwrap();
    let numbers = [
        "380670000001",
        "+380670000001", // given again
        "nobody",
        "380670000002", // repeats
        "380670000008", // stopped
        "380670000001", // given again
        "380670000003",
        "380670000004", // repeats
        "380670000005",
    ];
    let accepted = send(&numbers).await.unwrap();
    assert_eq!(accepted.repeated, [3, 7]);
    assert_eq!(accepted.left_out, [1, 3, 5, 7]);
    assert_eq!((accepted.segments, accepted.price.micros()), (3, 3 * PRICE));
    let messages = world.messages(accepted.submission).await;
    assert_eq!(messages.len(), 5);
    assert_eq!(accepted.first_message, messages[0].id);
    let mut left = messages.iter();
    for (position, number) in numbers.iter().enumerate() {
        match accepted.message(position) {
            Some(id) => {
                let message = left.next().unwrap();
                assert_eq!((message.id, message.recipient.as_str()), (id, *number));
            }
            None => assert!(accepted.left_out.contains(&position)),
        }
    }
    let ended = [
        (MessageState::InvalidNumber, Reason::NotANumber),
        (MessageState::Suppressed, Reason::OptedOut),
    ];
    for (message, ended) in [&messages[1], &messages[2]].into_iter().zip(ended) {
        assert_eq!((message.state, message.reason), ended);
    }
    // What was left for the first time is there now; what never left is no reason to send the whole again.
    let again = refusal(send(&numbers[2..4]).await);
    assert_eq!(again, Refusal::Duplicate);
    world.money(5, 0).await;
}

#[tokio::test]
async fn what_may_be_sent_again_is_forgotten() {
    let place = TempDir::new().unwrap();
    let world = World::at(place.path(), CONNECTOR).await;
    world
        .gateway
        .submit(named(world.account, Some(HOUR)))
        .await
        .unwrap();
    let kept = || {
        let file = rusqlite::Connection::open(place.path().join("data.db")).unwrap();
        let count = "SELECT count(*) FROM once_for_a_while";
        file.query_row(count, [], |row| row.get::<_, i64>(0))
            .unwrap()
    };
    assert_eq!(kept(), 1);
    world.clock.advance_ms(HOUR);
    eventually("it is forgotten", async || kept() == 0).await;
}
