//! Which way messages go.

use std::collections::BTreeMap;

use gateway::RouteKinds;
use gateway::directory::{OperatorSettings, RouteSettings, Ways};
use sms::{Country, Lane};

use crate::campaigns::accept_all;
use crate::world::{World, connector, eventually};

const OTHER: &str = r#"{"address":"loopback","system_id":"x","window":50}"#;

#[tokio::test]
async fn messages_take_routes_of_the_kind_that_was_asked_for() {
    let world = World::new().await;
    let settings = r#"{"address":"loopback","system_id":"x"}"#;
    connector(&world.gateway, "direct", settings).await;
    let direct = RouteSettings {
        kind: Some("direct".into()),
        ..RouteSettings::default()
    };
    let put = world.gateway.put_route("direct", "direct", &direct);
    put.await.unwrap();
    let (way, direct) = (world.way().await, world.loopback.way("direct").await);
    let ukraine = Country::parse("UA").unwrap();
    let list = world.list_of(2).await;

    for (kind, is_direct) in [
        (None, false),
        (Some("direct"), true),
        (Some("ua_sim"), false),
    ] {
        let kinds = kind.map(|kind| RouteKinds::default().with(ukraine, kind));
        let kinds = kinds.unwrap_or_default();
        let taken = if is_direct { &direct } else { &way };

        let mut submit = world.request(&["380670000001"]);
        submit.terms.route_kinds = kinds.clone();
        world.gateway.submit(submit).await.unwrap();
        accept_all(taken, &taken.take(1).await);

        let mut campaign = world.campaign(list);
        campaign.terms.route_kinds = kinds;
        world.start(campaign).await;
        accept_all(taken, &taken.take(2).await);
    }
}

#[tokio::test]
async fn connectors_of_a_tier_share_recipients_by_weight_and_each_recipient_keeps_its_own() {
    let world = World::with(OTHER).await;
    connector(&world.gateway, "other", OTHER).await;
    let shared = Ways(vec![vec![("way".into(), 1), ("other".into(), 3)]]);
    let settings = RouteSettings::default();
    let put = world.gateway.put_route("ukraine", shared, &settings);
    put.await.unwrap();
    let ways = [world.way().await, world.loopback.way("other").await];
    let numbers: Vec<_> = (0..40).map(|n| format!("3806700000{n:02}")).collect();
    let numbers: Vec<_> = numbers.iter().map(String::as_str).collect();
    let mut taken_by: BTreeMap<String, usize> = BTreeMap::new();
    for lane in [Lane::Otp, Lane::Transactional, Lane::Bulk] {
        let mut submit = world.request(&numbers);
        submit.lane = lane;
        world.gateway.submit(submit).await.unwrap();
        eventually("all are handed over", async || {
            ways.iter().map(|way| way.in_hand()).sum::<usize>() == numbers.len()
        })
        .await;
        for (index, way) in ways.iter().enumerate() {
            for attempt in way.take(0).await {
                let recipient = attempt.recipient.as_str().to_owned();
                let before = *taken_by.entry(recipient).or_insert(index);
                assert_eq!(before, index, "to one handset one way");
                way.accept(&attempt);
            }
        }
    }
    let by_other = taken_by.values().filter(|index| **index == 1).count();
    assert!((22..=38).contains(&by_other), "{by_other} of 40");
}

#[tokio::test]
async fn routes_ask_for_the_lane_the_operator_and_the_beginning_of_the_originator() {
    let world = World::new().await;
    let lifecell = OperatorSettings {
        prefixes: vec!["38063".into(), "38093".into()],
    };
    world
        .gateway
        .put_operator("lifecell", &lifecell)
        .await
        .unwrap();
    for (rank, name, settings) in [
        (
            -3,
            "codes",
            RouteSettings {
                lane: Some(Lane::Otp),
                ..RouteSettings::default()
            },
        ),
        (
            -2,
            "lifecell",
            RouteSettings {
                operator: Some("lifecell".into()),
                ..RouteSettings::default()
            },
        ),
        (
            -1,
            "banks",
            RouteSettings {
                originator: Some("Bank*".into()),
                ..RouteSettings::default()
            },
        ),
    ] {
        connector(&world.gateway, name, OTHER).await;
        let settings = RouteSettings { rank, ..settings };
        let put = world.gateway.put_route(name, name, &settings);
        put.await.unwrap();
    }
    for (lane, originator, number, expected) in [
        (Lane::Otp, "Bank24", "380631234567", "codes"),
        (Lane::Transactional, "Bank24", "380631234567", "lifecell"),
        (Lane::Transactional, "Bank24", "380671234567", "banks"),
        (Lane::Transactional, "MyBank", "380671234567", "way"),
    ] {
        let mut submit = world.request(&[number]);
        submit.lane = lane;
        submit.terms.originator = originator.into();
        world.gateway.submit(submit).await.unwrap();
        let way = world.loopback.way(expected).await;
        accept_all(&way, &way.take(1).await);
    }
}

#[tokio::test]
async fn what_contradicts_itself_is_not_configured() {
    let world = World::new().await;
    let put = async |ways: Vec<Vec<(&str, u32)>>| {
        let named = |tier: Vec<(&str, u32)>| {
            let ways = tier.into_iter();
            ways.map(|(name, weight)| (name.to_owned(), weight))
                .collect()
        };
        let ways = Ways(ways.into_iter().map(named).collect());
        let settings = RouteSettings::default();
        world.gateway.put_route("all", ways, &settings).await
    };
    for wrong in [
        vec![],
        vec![vec![]],
        vec![vec![("way", 1)], vec![]],
        vec![vec![("nobody", 1)]],
        vec![vec![("way", 0)]],
        vec![vec![("way", 1), ("way", 2)]],
    ] {
        assert!(put(wrong.clone()).await.is_err(), "{wrong:?}");
    }
    assert!(put(vec![vec![("way", 1)], vec![("way", 1)]]).await.is_ok());
    let operator = async |name: &str, prefix: &str| {
        let settings = OperatorSettings {
            prefixes: vec![prefix.to_owned()],
        };
        world.gateway.put_operator(name, &settings).await
    };
    operator("kyivstar", "38067").await.unwrap();
    operator("kyivstar", "38067").await.unwrap();
    assert!(operator("other", "38067").await.is_err(), "it has an owner");
    assert!(operator("other", "+38050").await.is_err());
}
