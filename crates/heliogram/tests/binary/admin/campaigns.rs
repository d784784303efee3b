//! Campaigns on a running gateway, as its operator holds them up and ends them.

use simulator::Scenario;

use super::{SOON, Shop, stands};

/// The API's statuses.
const SENT: u64 = 3;
const SPAM: u64 = 6;
const PAUSED: u64 = 8;
const SCHEDULED: u64 = 9;

const LATER: &str = "2099-01-01 00:00:00";

const PHONES: [&str; 2] = ["380501234567", "380507654321"];

#[tokio::test]
async fn a_paused_campaign_waits_until_it_is_resumed() {
    let shop = Shop::open().await;
    shop.operator
        .set_scenario(Scenario::named("outage").unwrap());
    shop.operator.reset_links();
    let campaign = group(&shop, "").await;
    let said = shop.done(&format!("campaign pause {campaign}")).await;
    assert!(said.contains("is paused; a running gateway"), "{said}");
    stands(&shop.customer, campaign, PAUSED).await;
    shop.operator.set_scenario(Scenario::default());
    // The link is up again, and what was not paused leaves.
    let other = group(&shop, "").await;
    stands(&shop.customer, other, SENT).await;
    stands(&shop.customer, campaign, PAUSED).await;
    assert_eq!(shop.operator.inbox().messages(Some(PHONES[0])).len(), 1);

    let shop = shop.restart().await;
    shop.done(&format!("campaign resume {campaign}")).await;
    stands(&shop.customer, campaign, SENT).await;
    let shown = shop.operator.inbox().wait(Some(PHONES[0]), SOON).await;
    assert_eq!(shown.len(), 2);
    let said = shop.refused(&format!("campaign resume {campaign}")).await;
    assert!(said.contains("is not paused"), "{said}");
    let said = shop.refused(&format!("campaign cancel {campaign}")).await;
    assert!(said.contains("of which anything waits"), "{said}");
}

#[tokio::test]
async fn a_campaign_that_is_cancelled_or_refused_ends_and_costs_nothing() {
    let shop = Shop::open().await;
    let (scheduled, unwanted) = (group(&shop, LATER).await, group(&shop, LATER).await);
    stands(&shop.customer, scheduled, SCHEDULED).await;
    assert_eq!(shop.customer.balance().await, "9.48");
    shop.done(&format!("campaign cancel {scheduled}")).await;
    shop.done(&format!("campaign refuse {unwanted}")).await;
    stands(&shop.customer, scheduled, PAUSED).await;
    stands(&shop.customer, unwanted, SPAM).await;
    assert_eq!(shop.customer.balance().await, "10.0");
    for command in ["pause", "cancel", "refuse"] {
        let said = shop
            .refused(&format!("campaign {command} {unwanted}"))
            .await;
        assert!(
            said.contains("of which anything waits"),
            "{command}: {said}"
        );
    }
    assert!(
        shop.done("ledger audit")
            .await
            .contains("the books balance")
    );
}

#[tokio::test]
async fn the_latest_campaigns_of_all_are_listed_with_their_states() {
    let shop = Shop::open().await;
    let sent = group(&shop, "").await;
    stands(&shop.customer, sent, SENT).await;
    let scheduled = group(&shop, LATER).await;
    let single = [("sender", "Shop"), ("text", "1"), ("phone", PHONES[0])];
    shop.customer.call("sendSMS", &single).await;
    let listed = shop.done("campaign list").await;
    let rows: Vec<Vec<_>> = listed
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    let [heading, latest, first] = &rows[..] else {
        panic!("two campaigns are listed: {listed}");
    };
    assert_eq!(heading.last(), Some(&"START"));
    let scheduled = scheduled.to_string();
    let expected = [
        scheduled.as_str(),
        "shop",
        "scheduled",
        "2",
        "2",
        "0",
        "0",
        "Shop",
        "2099-01-01T00:00:00Z",
    ];
    assert_eq!(latest, &expected, "{listed}");
    assert_eq!(first[1..8], ["shop", "sent", "2", "0", "2", "2", "Shop"]);
    let one = shop.done("campaign list --limit 1").await;
    assert_eq!(one.lines().count(), 2, "{one}");
}

/// Sends to a group, at once or at a time.
async fn group(shop: &Shop, at: &str) -> i64 {
    let phones = serde_json::to_string(&PHONES).unwrap();
    let group = [
        ("sender", "Shop"),
        ("text", "Hello"),
        ("phones", &phones),
        ("datetime", at),
    ];
    let sent = shop.customer.call("sendsmsgroup", &group).await;
    sent["id"].as_i64().unwrap()
}
