//! Connectors and routes on a running gateway.

use simulator::Scenario;

use super::{POLAND, SOON, Shop, UKRAINE, send};
use crate::world::{Customer, eventually, operator};

#[tokio::test]
async fn a_connector_is_replaced_while_messages_wait_for_it() {
    let shop = Shop::open().await;
    shop.operator
        .set_scenario(Scenario::named("outage").unwrap());
    shop.operator.reset_links();
    assert!(send(&shop.customer, "Shop", UKRAINE).await["result"].is_object());
    let better = operator(Scenario::default()).await;
    shop.serve.connector("operator", better.address(), 10).await;
    let shown = better.inbox().wait(Some(UKRAINE), SOON).await;
    assert_eq!(shown.len(), 1);
    let listed = shop.done("connector list").await;
    assert!(listed.contains(&better.address().to_string()), "{listed}");
    assert!(
        shop.refused("connector remove operator")
            .await
            .contains("route")
    );
    assert!(
        shop.refused("connector remove nobody")
            .await
            .contains("no connector")
    );
}

#[tokio::test]
async fn routes_choose_the_way_out_and_can_be_taken_away() {
    let shop = Shop::open().await;
    let polish = operator(Scenario::default()).await;
    shop.serve.connector("polish", polish.address(), 10).await;
    shop.done("route set poland --connector polish --country PL --rank -1")
        .await;
    let listed = shop.done("route list").await;
    let order: Vec<_> = listed
        .lines()
        .skip(1)
        .map(|line| line.split_whitespace().nth(1))
        .collect();
    assert_eq!(order, [Some("poland"), Some("all")], "{listed}");

    let routed = eventually("the new route", async || {
        assert!(send(&shop.customer, "Shop", POLAND).await["result"].is_object());
        let shown = polish.inbox().messages(Some(POLAND));
        (!shown.is_empty()).then_some(())
    });
    routed.await;
    let shop = shop.restart().await;
    polish.inbox().clear();
    send(&shop.customer, "Shop", POLAND).await;
    send(&shop.customer, "Shop", UKRAINE).await;
    assert_eq!(polish.inbox().wait(Some(POLAND), SOON).await.len(), 1);
    assert_eq!(
        shop.operator.inbox().wait(Some(UKRAINE), SOON).await.len(),
        1
    );

    shop.done("route remove poland").await;
    assert!(
        shop.refused("route remove poland")
            .await
            .contains("no route")
    );
    shop.operator.inbox().clear();
    eventually("the other way", async || {
        send(&shop.customer, "Shop", POLAND).await;
        let shown = shop.operator.inbox().messages(Some(POLAND));
        (!shown.is_empty()).then_some(())
    })
    .await;
    eventually("the connector without a use", async || {
        let (removed, _) = shop.serve.admin(&["connector", "remove", "polish"]).await;
        removed.then_some(())
    })
    .await;
    assert!(!shop.done("connector list").await.contains("polish"));
    let refused = shop.refused("route set all --connector nowhere").await;
    assert!(refused.contains("no connector nowhere"), "{refused}");
    shop.done("route remove all").await;
    becomes_unsendable(&shop.customer).await;
}

#[tokio::test]
async fn a_kind_of_route_is_taken_by_those_who_ask_for_it() {
    const RUSSIA: &str = "79161234567";

    let shop = Shop::open().await;
    let direct = operator(Scenario::default()).await;
    shop.serve.connector("direct", direct.address(), 10).await;
    shop.done("route set direct --connector direct --country RU --kind direct --rank -1")
        .await;
    let listed = shop.done("route list").await;
    let kinds: Vec<_> = listed
        .lines()
        .map(|line| line.split_whitespace().last().unwrap())
        .collect();
    assert_eq!(kinds, ["KIND", "direct", "none"], "{listed}");
    let asking = [
        ("sender", "Shop"),
        ("text", "Hello"),
        ("phone", RUSSIA),
        ("type", "2"),
    ];
    eventually("the way of the kind", async || {
        shop.customer.call("sendSMS", &asking).await;
        let shown = direct.inbox().messages(Some(RUSSIA));
        (!shown.is_empty()).then_some(())
    })
    .await;
    shop.operator.inbox().clear();
    send(&shop.customer, "Shop", RUSSIA).await;
    assert_eq!(
        shop.operator.inbox().wait(Some(RUSSIA), SOON).await.len(),
        1
    );
}

/// Without a route nothing is accepted.
async fn becomes_unsendable(customer: &Customer) {
    eventually("the refusal", async || {
        let answer = send(customer, "Shop", UKRAINE).await;
        answer.get("error").is_some().then_some(())
    })
    .await;
}
