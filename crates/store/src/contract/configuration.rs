//! Promises about exchange rates, tariffs, connectors and how they are, routes, operators and the revision.

use sms::{Country, Currency, MessageState, Outcome, Reason, SenderStatus};

use super::world::{HOUR, LIFETIME, World, accept, account, answer, at, receipt, scheduled};
use crate::accounts::Credential;
use crate::campaigns::Halt;
use crate::configuration::{Condition, Operator, Rate, Route, Tariff};
use crate::queue::Rest;
use crate::sender_names::{NewSenderName, Registered};
use crate::{ConnectorId, Store};

fn tariff(settings: &str) -> Tariff {
    Tariff {
        name: "default".into(),
        settings: settings.into(),
    }
}

fn rate(currency: Currency, worth_micros: i64) -> Rate {
    Rate {
        currency,
        base: Currency::RUB,
        worth_micros,
    }
}

fn route(connector: ConnectorId) -> Route {
    by("all", &[connector])
}

fn by(name: &str, connectors: &[ConnectorId]) -> Route {
    Route {
        name: name.into(),
        connectors: connectors.to_vec(),
        settings: "{}".into(),
    }
}

fn operator(name: &str, settings: &str) -> Operator {
    Operator {
        name: name.into(),
        settings: settings.into(),
    }
}

pub async fn every_change_increases_the_revision(store: &dyn Store) {
    let mut last = store.revision().await.unwrap();
    let mut grown = async |what: &str| {
        let now = store.revision().await.unwrap();
        assert!(now > last, "{what}");
        last = now;
    };
    let id = account(store, "a", 0).await;
    grown("account added").await;
    store
        .change_account(id, "{}".into(), 1, false)
        .await
        .unwrap();
    grown("account changed").await;
    let credential = Credential {
        account: id,
        kind: "token".into(),
        name: "k".into(),
        secret: vec![],
    };
    store.put_credential(credential).await.unwrap();
    grown("credential added").await;
    store.remove_credential(id, "token", "k").await.unwrap();
    grown("credential removed").await;
    store.put_rate(rate(Currency::EUR, 1)).await.unwrap();
    grown("rate").await;
    assert!(store.remove_rate(Currency::EUR).await.unwrap());
    grown("rate removed").await;
    store.put_tariff(tariff("{}")).await.unwrap();
    grown("tariff").await;
    let connector = store.put_connector("way", "{}", b"").await.unwrap();
    grown("connector").await;
    store.put_route(route(connector)).await.unwrap();
    grown("route").await;
    assert!(store.remove_route("all").await.unwrap());
    grown("route removed").await;
    assert!(store.remove_connector("way").await.unwrap());
    grown("connector removed").await;
    store.put_operator(operator("mine", "{}")).await.unwrap();
    grown("operator").await;
    assert!(store.remove_operator("mine").await.unwrap());
    grown("operator removed").await;
    assert!(store.remove_tariff("default").await.unwrap());
    grown("tariff removed").await;
}

pub async fn the_directory_tells_everything_configured(store: &dyn Store) {
    store.put_tariff(tariff("{\"v\":1}")).await.unwrap();
    store.put_tariff(tariff("{\"v\":2}")).await.unwrap();
    for (currency, worth) in [
        (Currency::UAH, 43_900_000),
        (Currency::EUR, 1),
        (Currency::USD, i64::MAX),
        (Currency::EUR, 920_000),
    ] {
        store.put_rate(rate(currency, worth)).await.unwrap();
    }
    assert!(store.remove_rate(Currency::USD).await.unwrap());
    let first = store.put_connector("way", "{\"v\":1}", b"s").await.unwrap();
    let again = store.put_connector("way", "{\"v\":2}", b"t").await.unwrap();
    assert_eq!(first, again, "a connector keeps its number");
    store.put_route(route(first)).await.unwrap();

    let directory = store.directory().await.unwrap();
    assert_eq!(directory.revision, store.revision().await.unwrap());
    let rates = [
        rate(Currency::EUR, 920_000),
        rate(Currency::UAH, 43_900_000),
    ];
    assert_eq!(directory.rates, rates);
    assert_eq!(directory.tariffs, [tariff("{\"v\":2}")]);
    assert_eq!(directory.routes, [route(first)]);
    assert_eq!(directory.connectors.len(), 1);
    assert_eq!(directory.connectors[0].id, first);
    assert_eq!(directory.connectors[0].name, "way");
    assert_eq!(directory.connectors[0].settings, "{\"v\":2}");
    assert_eq!(directory.connectors[0].secret, b"t");
}

pub async fn removing_what_is_not_there_says_so(store: &dyn Store) {
    assert!(!store.remove_rate(Currency::GBP).await.unwrap());
    assert!(!store.remove_tariff("none").await.unwrap());
    assert!(!store.remove_route("none").await.unwrap());
    assert!(!store.remove_operator("none").await.unwrap());
    assert!(!store.remove_connector("none").await.unwrap());
}

pub async fn a_route_needs_its_connector(store: &dyn Store) {
    let refused = store.put_route(route(ConnectorId(9))).await.unwrap_err();
    assert!(refused.is_conflict(), "{refused:?}");
    let connector = store.put_connector("way", "{}", b"").await.unwrap();
    store.put_route(route(connector)).await.unwrap();
    let refused = store.remove_connector("way").await.unwrap_err();
    assert!(refused.is_conflict(), "{refused:?}");
    assert!(store.remove_route("all").await.unwrap());
    assert!(store.remove_connector("way").await.unwrap());
}

pub async fn a_route_leads_to_several_connectors(store: &dyn Store) {
    let mut ways = Vec::new();
    for name in ["first", "second", "third"] {
        ways.push(store.put_connector(name, "{}", b"").await.unwrap());
    }
    let routes = async || {
        let mut routes = store.directory().await.unwrap().routes;
        for route in &mut routes {
            route.connectors.sort();
        }
        routes
    };
    store.put_route(by("b", &[ways[2], ways[0]])).await.unwrap();
    store.put_route(by("a", &ways)).await.unwrap();
    let both = [by("a", &ways), by("b", &[ways[0], ways[2]])];
    assert_eq!(routes().await, both, "by name");
    // Replaced, it leads only where it does now.
    let replaced = Route {
        settings: "{\"rank\":1}".into(),
        ..by("a", &[ways[1]])
    };
    store.put_route(replaced.clone()).await.unwrap();
    assert_eq!(routes().await, [replaced.clone(), both[1].clone()]);
    // One way that is not there: nothing of it is written.
    let broken = store.put_route(by("a", &[ways[0], ConnectorId(99)])).await;
    assert!(broken.unwrap_err().is_conflict());
    let broken = store.put_route(by("c", &[ConnectorId(99), ways[0]])).await;
    assert!(broken.unwrap_err().is_conflict());
    let twice = store.put_route(by("d", &[ways[0], ways[0]])).await;
    assert!(twice.unwrap_err().is_conflict());
    assert_eq!(routes().await, [replaced, both[1].clone()]);
}

pub async fn a_connector_that_any_route_leads_to_stays(store: &dyn Store) {
    let mut ways = Vec::new();
    for name in ["first", "second", "third"] {
        ways.push(store.put_connector(name, "{}", b"").await.unwrap());
    }
    store.put_route(by("a", &ways[..2])).await.unwrap();
    for name in ["first", "second"] {
        let refused = store.remove_connector(name).await.unwrap_err();
        assert!(refused.is_conflict(), "{refused:?}");
    }
    assert!(store.remove_connector("third").await.unwrap());
    store.put_route(by("a", &ways[1..2])).await.unwrap();
    assert!(store.remove_connector("first").await.unwrap());
    assert!(store.remove_route("a").await.unwrap());
    assert!(store.remove_connector("second").await.unwrap());
}

pub async fn operators_are_kept_by_name(store: &dyn Store) {
    let written = [
        operator("two", "{\"v\":1}"),
        operator("one", "{}"),
        operator("two", "{\"v\":2}"),
    ];
    for operator in written.clone() {
        store.put_operator(operator).await.unwrap();
    }
    let operators = store.directory().await.unwrap().operators;
    assert_eq!(operators, written[1..]);
    assert!(store.remove_operator("one").await.unwrap());
    let operators = store.directory().await.unwrap().operators;
    assert_eq!(operators, written[2..]);
}

pub async fn how_a_connector_is_is_noted_until_it_is_removed(store: &dyn Store) {
    let first = store.put_connector("first", "{}", b"").await.unwrap();
    let second = store.put_connector("second", "{}", b"").await.unwrap();
    let condition = |connector, words: &str, now| Condition {
        connector,
        condition: words.into(),
        at: at(now),
    };
    assert_eq!(store.conditions().await.unwrap(), []);
    let revision = store.revision().await.unwrap();
    let later = condition(first, "{\"links\":[]}", 3);
    for noted in [
        condition(second, "{}", 1),
        condition(first, "{}", 2),
        later.clone(),
        condition(ConnectorId(second.0 + 9), "{}", 3),
    ] {
        store.put_condition(noted).await.unwrap();
    }
    assert_eq!(
        store.revision().await.unwrap(),
        revision,
        "nobody reads anew"
    );
    let noted = [later, condition(second, "{}", 1)];
    assert_eq!(store.conditions().await.unwrap(), noted);
    // A change of its settings says nothing of how it is.
    store
        .put_connector("first", "{\"v\":2}", b"")
        .await
        .unwrap();
    assert_eq!(store.conditions().await.unwrap(), noted);
    assert!(store.remove_connector("first").await.unwrap());
    assert_eq!(store.conditions().await.unwrap(), noted[1..]);
}

pub async fn a_connectors_number_is_never_used_again(store: &dyn Store) {
    let first = store.put_connector("way", "{}", b"").await.unwrap();
    assert!(store.remove_connector("way").await.unwrap());
    let second = store.put_connector("way", "{}", b"").await.unwrap();
    assert!(second > first);
}

pub async fn a_connector_with_messages_under_way_stays(store: &dyn Store) {
    let world = World::new(store, 1_000_000).await;
    let stays = async |why: &str| {
        let refused = store.remove_connector("way").await.unwrap_err();
        assert!(refused.is_conflict(), "{why}: {refused:?}");
    };
    world.accept(1).await;
    stays("queued").await;
    let leased = world.claim(1).await;
    stays("leased").await;
    let done = answer(
        world.connector,
        leased[0],
        &[(0, "1")],
        Rest::Nothing,
        at(1),
    );
    store.record_answers(vec![done]).await.unwrap();
    stays("awaiting a receipt").await;
    let delivered = receipt(world.connector, &["1"], Some(Outcome::Delivered), at(2));
    store.record_receipts(vec![delivered]).await.unwrap();
    accept(store, scheduled(world.submission(1), at(HOUR))).await;
    stays("scheduled").await;
    store.sweep(at(LIFETIME), HOUR, 100).await.unwrap();
    assert!(store.remove_connector("way").await.unwrap());
}

pub async fn a_connector_that_held_messages_will_leave_by_stays(store: &dyn Store) {
    let world = World::new(store, 1_000_000).await;
    let stays = async |why: &str| {
        let refused = store.remove_connector("way").await.unwrap_err();
        assert!(refused.is_conflict(), "{why}: {refused:?}");
    };
    let paused = world.accept(1).await;
    store.halt(paused, Halt::Paused, at(1)).await.unwrap();
    stays("paused").await;
    let cancelled = Halt::CancelledByOperator;
    store.halt(paused, cancelled, at(2)).await.unwrap();

    let name = NewSenderName {
        account: world.account,
        name: "Shop".into(),
        country: Country::parse("UA").unwrap(),
        status: SenderStatus::Pending,
        description: String::new(),
    };
    let Registered::Added(sender) = store.register_sender(name, at(3)).await.unwrap() else {
        panic!("it is new");
    };
    let mut new = world.submission(1);
    new.messages[0].state = MessageState::Held;
    new.messages[0].reason = Reason::Moderation;
    new.messages[0].awaits = Some(sender);
    accept(store, new).await;
    stays("waiting for a sender name").await;
    let denied = store.decide_sender(sender, SenderStatus::Denied, "");
    assert!(denied.await.unwrap());
    store.follow_decisions(at(4), 9).await.unwrap();
    assert!(store.remove_connector("way").await.unwrap());
}

pub async fn messages_that_expired_in_the_queue_free_their_connector(store: &dyn Store) {
    let world = World::new(store, 1_000_000).await;
    world.accept(3).await;
    let swept = store.sweep(at(LIFETIME), HOUR, 100).await.unwrap();
    assert_eq!(swept.expired, 3);
    assert_eq!(store.waiting(world.connector, 10).await.unwrap(), [0; 3]);
    assert!(store.remove_connector("way").await.unwrap());
}
