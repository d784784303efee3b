//! Plans of mailings: changed, removed, nobody else's, and refused when they could not be sent.

use gateway::mailings::{MailingKey, Plan};
use gateway::{ListId, MailingId};
use sms::Refusal;

use crate::mailings::{DAY, at, daily, key, plan};
use crate::world::{BALANCE, HOUR, PRICE, START, World, account, refusal};

#[tokio::test]
async fn a_changed_mailing_is_like_a_new_one_but_for_its_runs() {
    let world = World::new().await;
    let thrice = |times| Plan {
        times: Some(times),
        ..daily()
    };
    let id = world.mail(thrice(1), at(0)).await;
    world.has_run(id, 1).await;
    let changed = world
        .gateway
        .change_mailing(world.account, &key(id), "more news", thrice(2), at(HOUR))
        .await;
    assert_eq!(changed.unwrap().total().micros(), 2 * PRICE);
    world.clock.advance_ms(HOUR);
    world.has_run(id, 2).await;
    assert_eq!(world.mailing(id).await.next_at, at(HOUR + DAY));
    world.clock.advance_ms(DAY);
    world.has_run(id, 3).await;
    let over = world.mailing(id).await;
    assert_eq!((over.name.as_str(), over.next_at), ("more news", None));
}

#[tokio::test]
async fn a_removed_mailing_is_unknown_and_what_it_sent_goes_on() {
    let world = World::new().await;
    let way = world.way().await;
    let id = world.mail(daily(), at(0)).await;
    let made = world.has_run(id, 1).await;
    let gateway = &world.gateway;
    let removed = gateway.remove_mailing(world.account, &key(id)).await;
    removed.unwrap();
    let again = gateway.remove_mailing(world.account, &key(id)).await;
    assert_eq!(refusal(again), Refusal::UnknownMailing);
    assert_eq!(way.take(2).await.len(), 2);
    assert_eq!(world.messages(made).await.len(), 2);
}

#[tokio::test]
async fn another_accounts_mailing_is_as_unknown_as_none() {
    let world = World::new().await;
    let gateway = &world.gateway;
    let stranger = account(gateway, "stranger", BALANCE).await;
    let (id, _) = gateway
        .add_mailing(
            world.account,
            Some("r".into()),
            "news",
            daily(),
            at(HOUR),
            None,
        )
        .await
        .unwrap();
    for key in [
        key(id),
        key(MailingId(77)),
        MailingKey::Reference("r".into()),
    ] {
        let refusals = [
            refusal(gateway.mailing(stranger, &key).await),
            refusal(
                gateway
                    .change_mailing(stranger, &key, "x", plan(), None)
                    .await,
            ),
            refusal(gateway.disable_mailing(stranger, &key).await),
            refusal(gateway.remove_mailing(stranger, &key).await),
        ];
        assert_eq!(refusals, [const { Refusal::UnknownMailing }; 4], "{key:?}");
    }
    let progress = gateway.mailing_progress(stranger, id).await.unwrap();
    assert_eq!((progress.tally.total(), progress.price.micros()), (0, 0));
    let listed = gateway.mailings(stranger, START, START.plus_millis(1), None, 9);
    assert!(listed.await.unwrap().is_empty());
    let listed = gateway.mailings(world.account, START, START.plus_millis(1), None, 9);
    assert_eq!(listed.await.unwrap()[0].id, id);
    assert!(!world.mailing(id).await.disabled);
}

#[tokio::test]
async fn a_plan_that_cannot_be_sent_is_refused_as_a_submission_is() {
    let world = World::new().await;
    let list = world.list(&["380670000001"]).await;
    let many = vec![("380670000001".to_owned(), None); 51];
    for (plan, expected) in [
        (
            Plan {
                originator: String::new(),
                ..plan()
            },
            Refusal::EmptyOriginator,
        ),
        (
            Plan {
                text: String::new(),
                ..plan()
            },
            Refusal::EmptyText,
        ),
        (
            Plan {
                recipients: vec![],
                ..plan()
            },
            Refusal::NoValidRecipients,
        ),
        (
            Plan {
                recipients: many,
                ..plan()
            },
            Refusal::TooManyRecipients { limit: 50 },
        ),
        (
            Plan {
                lists: vec![list.0, 99],
                ..plan()
            },
            Refusal::UnknownList,
        ),
        (
            Plan {
                zone_minutes: 10_000,
                ..plan()
            },
            Refusal::InvalidTime,
        ),
    ] {
        let added = world
            .gateway
            .add_mailing(world.account, None, "news", plan, at(HOUR), None)
            .await;
        assert_eq!(refusal(added), expected);
    }
    let long = "x".repeat(5_000);
    let named = world
        .gateway
        .add_mailing(world.account, None, &long, plan(), at(HOUR), None)
        .await;
    assert_eq!(refusal(named), Refusal::FieldTooLong { limit: 4_096 });
}

#[tokio::test]
async fn the_numbers_of_a_list_are_those_that_may_be_sent_to() {
    let world = World::new().await;
    let gateway = &world.gateway;
    let list = world.list(&["380670000002", "380670000001"]).await;
    let numbers = async |list| gateway.numbers_of_list(world.account, list).await;
    assert_eq!(
        numbers(list).await.unwrap(),
        ["380670000002", "380670000001"]
    );
    let stopped = gateway.stop(world.account, "380670000002", "").await;
    stopped.unwrap();
    assert_eq!(numbers(list).await.unwrap(), ["380670000001"]);
    assert_eq!(refusal(numbers(ListId(77)).await), Refusal::UnknownList);
    let all: Vec<String> = (0..51)
        .map(|index| format!("3806700001{index:02}"))
        .collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let large = world.list(&all).await;
    let refused = refusal(numbers(large).await);
    assert_eq!(refused, Refusal::TooManyRecipients { limit: 50 });
}
