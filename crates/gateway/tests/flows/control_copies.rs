//! Control copies, which show somebody what recipients get.

use gateway::SenderRules;
use gateway::directory::{AccountSettings, ControlCopies, RouteSettings};
use sms::{CampaignState, SenderStatus};

use crate::campaigns::accept_all;
use crate::world::{PRICE, World};

#[tokio::test]
async fn a_control_copy_goes_along_for_nothing() {
    let world = World::new().await;
    let way = world.way().await;
    let list = world.list_of(2).await;
    let mut campaign = world.campaign(list);
    campaign.terms.text = "Hi %1%, no %2%".into();
    campaign.control = Some("+380 50 111 22 33".into());
    let accepted = world.gateway.submit_campaign(campaign).await.unwrap();
    assert_eq!(accepted.price.micros(), 2 * PRICE);
    let attempts = way.take(3).await;
    let copy = attempts
        .iter()
        .find(|attempt| attempt.recipient.as_str() == "380501112233");
    let octets = &copy.unwrap().segments[0].1.octets;
    assert_eq!(octets, b"Hi Ann, no 1", "what the first recipient gets");
    accept_all(&way, &attempts);
    world
        .reaches(accepted.submission, CampaignState::Sent)
        .await;
    assert_eq!(world.total(accepted.submission).await, 2);
    let listed = world
        .gateway
        .submissions(world.account, None, 10)
        .await
        .unwrap();
    assert_eq!(listed.len(), 1);
    world.holds_nothing().await;
    world.money(0, 2).await;
}

#[tokio::test]
async fn a_control_copy_waits_for_a_name_where_only_it_goes() {
    let poland = sms::Country::parse("PL").unwrap();
    let world = World::ruled(SenderRules {
        approval_required: vec![poland],
        approve_at_once: false,
    })
    .await;
    let everywhere = RouteSettings::default();
    let put = world.gateway.put_route("all", "way", &everywhere).await;
    put.unwrap();
    let list = world.list_of(1).await;
    let mut campaign = world.campaign(list);
    campaign.control = Some("48501234567".into());
    world.start(campaign).await;
    let way = world.way().await;
    accept_all(&way, &way.take(1).await);

    // Using the name has put it before the operator of the gateway.
    let names = world.gateway.senders(None, None, 10).await.unwrap();
    assert_eq!(names.len(), 1);
    assert_eq!(names[0].country, poland);
    let approved = world
        .gateway
        .decide_sender(names[0].id, SenderStatus::Approved, "");
    approved.await.unwrap();
    let copy = way.take(1).await;
    assert_eq!(copy[0].recipient.as_str(), "48501234567");
    accept_all(&way, &copy);
    world.holds_nothing().await;
}

#[tokio::test]
async fn a_control_copy_is_charged_where_the_account_says_so() {
    let world = World::new().await;
    let way = world.way().await;
    let settings = AccountSettings {
        control_copies: ControlCopies::Charged,
        ..AccountSettings::default()
    };
    let changed = world
        .gateway
        .change_account(world.account, &settings, 0, false);
    changed.await.unwrap();
    let list = world.list_of(1).await;
    let mut campaign = world.campaign(list);
    campaign.control = Some("380501112233".into());
    let accepted = world.gateway.submit_campaign(campaign).await.unwrap();
    assert_eq!(accepted.price.micros(), 2 * PRICE);
    accept_all(&way, &way.take(2).await);
    world.holds_nothing().await;
    world.money(0, 2).await;
}
