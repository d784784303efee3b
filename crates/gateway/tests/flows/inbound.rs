//! Messages from handsets: whose they are, and that none is answered before it is kept.

use gateway::directory::AccountSettings;
use gateway::{AccountId, Gateway, Received};
use tempfile::TempDir;

use crate::unwell::{SETTINGS, lock};
use crate::world::{HOUR, START, World, account};

const PHONE: &str = "380671234567";

async fn gives_numbers(gateway: &Gateway, account: AccountId, numbers: &[&str]) {
    let settings = AccountSettings {
        numbers: numbers.iter().map(|&number| number.to_owned()).collect(),
        ..AccountSettings::default()
    };
    let changed = gateway.change_account(account, &settings, 0, false);
    changed.await.unwrap();
}

async fn texts(gateway: &Gateway, account: AccountId) -> Vec<String> {
    let all = gateway.received(account, None, START, None, 100);
    all.await.unwrap().into_iter().map(|it| it.text).collect()
}

#[tokio::test]
async fn a_message_from_a_handset_is_for_the_account_that_has_the_number() {
    let world = World::new().await;
    let (gateway, shop) = (&world.gateway, world.account);
    let other = account(gateway, "other", 0).await;
    gives_numbers(gateway, shop, &["+380 44 123-45-67", "7700"]).await;
    gives_numbers(gateway, other, &["7701", "7700"]).await;
    let way = world.way().await;
    for (number, (to, text)) in (1..).zip([
        ("380441234567", "to the long one"),
        ("7700", "to the short one, which both claim"),
        ("7701", "to the other's"),
        ("7702", "to nobody's"),
    ]) {
        way.say(number, "+380671234567", to, text).await;
        assert!(way.acknowledged(number).await, "{text}");
    }
    assert_eq!(
        texts(gateway, shop).await,
        ["to the long one", "to the short one, which both claim"]
    );
    assert_eq!(texts(gateway, other).await, ["to the other's"]);

    let since = START.plus_millis(HOUR);
    world.clock.set(since);
    way.say(9, PHONE, "7700", "later").await;
    assert!(way.acknowledged(9).await);
    let all = gateway
        .received(shop, None, since, Some("+7700"), 100)
        .await;
    let all = all.unwrap();
    let expected = Received {
        id: all[0].id,
        from: PHONE.into(),
        to: "7700".into(),
        text: "later".into(),
        at: since,
    };
    assert_eq!(all, [expected]);
    let rest = gateway.received(shop, Some(all[0].id), START, None, 100);
    assert_eq!(rest.await.unwrap(), []);
}

#[tokio::test]
async fn a_message_from_a_handset_stays_with_its_account_when_the_number_goes() {
    let world = World::new().await;
    let (gateway, shop) = (&world.gateway, world.account);
    let other = account(gateway, "other", 0).await;
    gives_numbers(gateway, shop, &["7700"]).await;
    let way = world.way().await;
    way.say(1, PHONE, "7700", "before").await;
    assert!(way.acknowledged(1).await);
    gives_numbers(gateway, shop, &[]).await;
    gives_numbers(gateway, other, &["7700"]).await;
    way.say(2, PHONE, "7700", "after").await;
    assert!(way.acknowledged(2).await);
    assert_eq!(texts(gateway, shop).await, ["before"]);
    assert_eq!(texts(gateway, other).await, ["after"]);
}

#[tokio::test]
async fn an_account_that_is_called_back_is_owed_a_call_for_each_message() {
    let world = World::new().await;
    let (gateway, shop) = (&world.gateway, world.account);
    let settings = AccountSettings {
        numbers: vec!["7700".into()],
        callback_url: Some("https://shop.example/sms".into()),
        ..AccountSettings::default()
    };
    gateway
        .change_account(shop, &settings, 0, false)
        .await
        .unwrap();
    let way = world.way().await;
    for (number, to) in [(1, "7700"), (2, "7701")] {
        way.say(number, PHONE, to, "hello").await;
        assert!(way.acknowledged(number).await);
    }
    let count = gateway.callback_count(shop).await.unwrap();
    assert_eq!((count.waiting, count.given_up), (1, 0));
}

#[tokio::test]
async fn what_cannot_be_kept_is_not_acknowledged_and_comes_again() {
    let place = TempDir::new().unwrap();
    let world = World::at(place.path(), SETTINGS).await;
    gives_numbers(&world.gateway, world.account, &["7700"]).await;
    let way = world.way().await;
    let locked = lock(place.path());
    way.say(1, PHONE, "7700", "hello").await;
    assert!(!way.acknowledged(1).await);
    drop(locked);
    way.say(2, PHONE, "7700", "hello").await;
    assert!(way.acknowledged(2).await);
    let (gateway, account, _) = world.stop().await;
    drop(gateway);
    let world = World::at(place.path(), SETTINGS).await;
    assert_eq!(texts(&world.gateway, account).await, ["hello"]);
}
