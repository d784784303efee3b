//! Sender names: registered, decided on, and what messages do meanwhile.

use gateway::SenderRules;
use sms::{CampaignState, Country, MessageState, Reason, Refusal, SenderStatus};

use crate::world::{World, account, eventually, refusal};

fn ukraine_decides() -> SenderRules {
    SenderRules {
        approval_required: vec![Country::parse("UA").unwrap()],
        approve_at_once: false,
    }
}

#[tokio::test]
async fn a_name_is_registered_once_for_a_country() {
    let world = World::ruled(SenderRules::default()).await;
    let register = |name: &'static str, country: &'static str| {
        world
            .gateway
            .register_sender(world.account, name, country, "")
    };
    let (id, status) = register("Shop", "ua").await.unwrap();
    assert_eq!(status, SenderStatus::Pending);
    for (name, country, expected) in [
        ("Shop", "UA", Refusal::AlreadyThere),
        ("Twelve chars", "UA", Refusal::InvalidName),
        ("", "UA", Refusal::InvalidName),
        ("123456789012345", "UA", Refusal::InvalidName),
        ("Магазин", "UA", Refusal::InvalidName),
        ("Shop", "XX", Refusal::UnknownCountry),
        ("Shop", "", Refusal::UnknownCountry),
    ] {
        assert_eq!(
            refusal(register(name, country).await),
            expected,
            "{name} {country}"
        );
    }
    register("12345678901234", "MD").await.unwrap();
    register("Shop", "md").await.unwrap();
    let found = world.gateway.sender(world.account, id).await.unwrap();
    assert_eq!((found.name.as_str(), found.country.code()), ("Shop", "UA"));
    let named = world
        .gateway
        .sender_named(world.account, "Shop", Some("Md"))
        .await
        .unwrap();
    assert_eq!(named.country.code(), "MD");
    let other = account(&world.gateway, "other", 0).await;
    assert_eq!(
        refusal(world.gateway.sender(other, id).await),
        Refusal::UnknownSenderName
    );
    assert_eq!(
        refusal(world.gateway.sender_named(other, "Shop", None).await),
        Refusal::UnknownSenderName
    );
}

#[tokio::test]
async fn a_message_waits_for_its_name_and_goes_when_it_is_approved() {
    let world = World::ruled(ukraine_decides()).await;
    let id = world.send("hello").await;
    assert_eq!(
        world.state(id).await,
        (MessageState::Held, Reason::Moderation)
    );
    let found = world.gateway.submission(world.account, id).await.unwrap();
    assert_eq!(found.state, CampaignState::Moderation);
    world.money(1, 0).await;
    // Using it has put it before the operator of the gateway.
    let waiting = world.gateway.senders(None, None, 10).await.unwrap();
    assert_eq!((waiting.len(), waiting[0].name.as_str()), (1, "Info"));
    world
        .gateway
        .decide_sender(waiting[0].id, SenderStatus::Approved, "")
        .await
        .unwrap();
    let way = world.way().await;
    let attempts = way.take(1).await;
    way.accept(&attempts[0]);
    world
        .becomes(id, MessageState::Submitted, Reason::None)
        .await;
    world.money(0, 1).await;
    // The next one does not wait.
    world.send("again").await;
    assert_eq!(way.take(1).await.len(), 1);
}

#[tokio::test]
async fn a_message_of_a_denied_name_ends_and_costs_nothing() {
    let world = World::ruled(ukraine_decides()).await;
    let id = world.send("hello").await;
    let sender = world
        .gateway
        .senders(Some(world.account), None, 10)
        .await
        .unwrap()
        .remove(0);
    world
        .gateway
        .decide_sender(sender.id, SenderStatus::Denied, "not yours")
        .await
        .unwrap();
    world
        .becomes(id, MessageState::Failed, Reason::OriginatorNotApproved)
        .await;
    let found = world.gateway.submission(world.account, id).await.unwrap();
    assert_eq!(found.state, CampaignState::BadOriginator);
    world.money(0, 0).await;
    assert_eq!(
        world.refusal(world.request(&["380670000001"])).await,
        Refusal::OriginatorNotAllowed
    );
}

#[tokio::test]
async fn an_approved_alternative_stands_in() {
    let world = World::ruled(ukraine_decides()).await;
    let (id, _) = world
        .gateway
        .register_sender(world.account, "Other", "UA", "")
        .await
        .unwrap();
    world
        .gateway
        .decide_sender(id, SenderStatus::Approved, "")
        .await
        .unwrap();
    let mut submit = world.request(&["380670000001"]);
    submit.terms.alternative = Some("Other".into());
    world.gateway.submit(submit).await.unwrap();
    let attempts = world.way().await.take(1).await;
    assert_eq!(&*attempts[0].originator, "Other");
}

#[tokio::test]
async fn elsewhere_names_need_no_approval() {
    let rules = SenderRules {
        approval_required: vec![Country::parse("MD").unwrap()],
        approve_at_once: false,
    };
    let world = World::ruled(rules).await;
    world.send("hello").await;
    assert_eq!(world.way().await.take(1).await.len(), 1);
}

#[tokio::test]
async fn names_are_approved_at_once_where_the_rules_say_so() {
    let world = World::ruled(SenderRules {
        approve_at_once: true,
        ..ukraine_decides()
    })
    .await;
    world.send("hello").await;
    assert_eq!(world.way().await.take(1).await.len(), 1);
    eventually("the name is registered and approved", async || {
        let names = world.gateway.senders(None, None, 10).await.unwrap();
        names.len() == 1 && names[0].status == SenderStatus::Approved
    })
    .await;
}

#[tokio::test]
async fn a_name_is_described_and_removed_by_its_account_while_nothing_waits_for_it() {
    let world = World::ruled(ukraine_decides()).await;
    let gateway = &world.gateway;
    let registered = gateway.register_sender(world.account, "Shop", "UA", "");
    let (id, _) = registered.await.unwrap();
    let other = account(gateway, "other", 0).await;
    let unknown = Refusal::UnknownSenderName;
    assert_eq!(
        refusal(gateway.describe_sender(other, id, "x").await),
        unknown
    );
    assert_eq!(refusal(gateway.remove_sender(other, id).await), unknown);
    gateway
        .describe_sender(world.account, id, "flowers")
        .await
        .unwrap();
    let found = gateway.sender(world.account, id).await.unwrap();
    assert_eq!(found.description, "flowers");
    world.send("hello").await;
    let used = gateway.sender_named(world.account, "Info", None).await;
    let used = used.unwrap().id;
    assert!(!gateway.remove_sender(world.account, used).await.unwrap());
    assert!(gateway.remove_sender(world.account, id).await.unwrap());
    assert_eq!(
        refusal(gateway.remove_sender(world.account, id).await),
        unknown
    );
}
