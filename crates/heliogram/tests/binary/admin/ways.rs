//! Connectors and routes on a running gateway.

use simulator::Scenario;

use super::{LIFECELL, POLAND, SOON, Shop, UKRAINE, send};
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
async fn a_connector_is_changed_in_what_is_named_and_keeps_the_rest() {
    let shop = Shop::open().await;
    let address = shop.operator.address().to_string();
    shop.done(&format!(
        "connector set operator --address {address} --system-id x --password open-sesame \
         --throughput 70 --failover-address smsc.example:2775 --status 1026=retry --in-doubt hold"
    ))
    .await;
    let said = shop.done("connector change operator --window 20").await;
    assert!(said.contains(&format!("{address} as x, 1 × 20")), "{said}");
    shop.done("connector change operator --pdu-log-kib 8 --no-failover-address")
        .await;
    let shown = shop.done("connector show operator").await;
    for (what, value) in [
        ("addresses", address.as_str()),
        ("window of a link", "20"),
        ("throughput", "70/s"),
        ("in doubt", "held until a receipt"),
        ("PDU log", "8 KiB a link"),
    ] {
        let line = shown.lines().find(|line| line.starts_with(what));
        assert!(line.is_some_and(|line| line.ends_with(value)), "{shown}");
    }
    // The password is that of before: the operator is asked for it when the link is opened anew.
    let links = || shop.operator.inbox().counters().links;
    let before = links();
    shop.operator.reset_links();
    // What is sent into a link that breaks at that moment would be held.
    eventually("the link is opened anew", async || {
        (links() > before).then_some(())
    })
    .await;
    assert!(send(&shop.customer, "Shop", UKRAINE).await["result"].is_object());
    assert_eq!(
        shop.operator.inbox().wait(Some(UKRAINE), SOON).await.len(),
        1
    );
    let refused = shop.refused("connector change nobody --window 1").await;
    assert!(refused.contains("no connector nobody"), "{refused}");
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

#[tokio::test]
async fn it_is_explained_which_way_a_message_takes_and_messages_take_it() {
    let shop = Shop::open().await;
    // Nobody listens there.
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = closed.local_addr().unwrap();
    drop(closed);
    shop.done(&format!(
        "connector set away --address {address} --system-id x --password y --away-after-ms 100"
    ))
    .await;
    shop.done("operator set vodafone --prefix 38050 --prefix 38066")
        .await;
    shop.done("route set codes --connector away --lane otp --rank -3")
        .await;
    shop.done("route set banks --to away --originator Bank* --rank -2")
        .await;
    let set = "route set vodafone --to away=3 --then operator --operator vodafone --rank -1";
    let said = shop.done(set).await;
    assert!(said.contains("away=3, then operator"), "{said}");
    let question = format!("route explain --account shop --to {UKRAINE} --from Shop");
    let explained = eventually("the connector is passed over", async || {
        let said = shop.done(&question).await;
        said.contains("passed over (").then_some(said)
    })
    .await;
    for line in [
        "to 380501234567, of country UA, of operator vodafone, from Shop, lane transactional",
        "-3 codes is for lane otp",
        "-2 banks is for messages from Bank*",
        "-1 vodafone applies",
        "0 all would apply, but comes after it",
        "1 away 3 down, passed over",
        "2 operator 1 takes it 1 of 1 links up",
        "it would take operator: all of the tiers before are passed over",
    ] {
        let words: Vec<_> = line.split(' ').collect();
        let found = explained.lines().any(|line| {
            let said: Vec<_> = line.split_whitespace().collect();
            said.windows(words.len()).any(|said| said == words)
        });
        assert!(found, "{line}\n{explained}");
    }
    assert!(send(&shop.customer, "Shop", UKRAINE).await["result"].is_object());
    assert_eq!(
        shop.operator.inbox().wait(Some(UKRAINE), SOON).await.len(),
        1
    );
    let alone = shop.done(&format!("{question} --lane otp")).await;
    assert!(alone.contains("it would wait for away"), "{alone}");
    shop.done("route remove all").await;
    let refused = shop
        .refused(&format!("route explain --account shop --to {POLAND}"))
        .await;
    assert!(refused.contains("no route takes it"), "{refused}");
    let refused = shop.refused("operator remove vodafone").await;
    assert!(refused.contains("route vodafone"), "{refused}");
    let listed = shop.done("operator list").await;
    assert!(listed.contains("38050, 38066"), "{listed}");
}

#[tokio::test]
async fn messages_that_wait_go_another_way_when_their_operator_stays_away() {
    let shop = Shop::open().await;
    let second = operator(Scenario::default()).await;
    shop.serve.connector("second", second.address(), 10).await;
    let address = shop.operator.address();
    shop.done(&format!(
        "connector set operator --address {address} --system-id heliogram --password secret \
         --away-after-ms 1500 --back-after-ms 500"
    ))
    .await;
    shop.done("route set all --to operator --then second").await;
    eventually("both are up", async || {
        let listed = shop.done("connector list").await;
        (listed.matches("1 of 1 links up").count() == 2).then_some(())
    })
    .await;
    shop.operator
        .set_scenario(Scenario::named("outage").unwrap());
    shop.operator.reset_links();
    assert!(send(&shop.customer, "Shop", UKRAINE).await["result"].is_object());
    assert_eq!(second.inbox().wait(Some(UKRAINE), SOON).await.len(), 1);
    let shown = shop.done("connector show operator").await;
    for word in [
        "passed over",
        "ids in receipts",
        "LAST SETBACK",
        "transceiver",
    ] {
        assert!(shown.contains(word), "{word}: {shown}");
    }
    // A link waits longer after each try; so many messages are sent until it is back.
    shop.done("account top-up shop 1000").await;
    shop.operator.set_scenario(Scenario::default());
    eventually("it is taken again", async || {
        let answer = send(&shop.customer, "Shop", LIFECELL).await;
        assert!(answer["result"].is_object(), "{answer}");
        let shown = shop.operator.inbox().messages(Some(LIFECELL));
        (!shown.is_empty()).then_some(())
    })
    .await;
}

/// Without a route nothing is accepted.
async fn becomes_unsendable(customer: &Customer) {
    eventually("the refusal", async || {
        let answer = send(customer, "Shop", UKRAINE).await;
        answer.get("error").is_some().then_some(())
    })
    .await;
}
