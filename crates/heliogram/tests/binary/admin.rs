//! Admin commands on a running gateway: each takes effect within about a second, and survives a restart.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use simulator::{Config, Scenario, Simulator};
use tokio::time::Instant;

use crate::world::{Customer, Process, Serve, eventually};

/// The second that is promised, and time for machines with other things to do.
const SOON: Duration = Duration::from_secs(4);

/// A gateway that runs, an operator that takes everything, and a customer with money.
struct Shop {
    serve: Serve,
    operator: Simulator,
    gateway: Process,
    customer: Customer,
}

impl Shop {
    async fn open() -> Self {
        let operator = operator(Scenario::default()).await;
        let serve = Serve::new();
        let furnished = serve.furnish(operator.address(), 10, "10").await;
        let (gateway, http) = serve.start().await;
        Self {
            serve,
            operator,
            gateway,
            customer: Customer { http, ..furnished },
        }
    }

    async fn done(&self, command: &str) -> String {
        let words: Vec<_> = command.split(' ').collect();
        self.serve.done(&words).await
    }

    /// Runs a command that must be refused; gives the reason.
    async fn refused(&self, command: &str) -> String {
        let words: Vec<_> = command.split(' ').collect();
        let (success, said) = self.serve.admin(&words).await;
        assert!(!success, "{command}: {said}");
        said
    }

    /// Ends the gateway and starts it anew.
    async fn restart(self) -> Self {
        assert_eq!(self.gateway.terminate().await.0, Some(0));
        let (gateway, http) = self.serve.start().await;
        let customer = Customer {
            http,
            ..self.customer
        };
        Self {
            gateway,
            customer,
            ..self
        }
    }
}

async fn operator(scenario: Scenario) -> Simulator {
    let config = Config {
        scenario,
        ..Config::default()
    };
    Simulator::start(config).await.unwrap()
}

/// Asks for the price of a message to a number: by it the gateway shows what it knows, and nothing is sent.
async fn price(customer: &Customer, phone: &str) -> Value {
    let phones = format!("[\"{phone}\"]");
    let group = [("sender", "Shop"), ("text", "Hello"), ("phones", &phones)];
    customer
        .ask("checkCampaignPriceGroup", &group)
        .await
        .unwrap()
}

/// Waits until the price is so; `None` for a refusal.
async fn becomes(customer: &Customer, phone: &str, expected: Option<&str>) {
    let begun = Instant::now();
    eventually("the new price", async || {
        let answer = price(customer, phone).await;
        let told = answer.get("error").is_none();
        let told = told.then(|| answer["result"]["price"].to_string());
        (told.as_deref() == expected).then_some(())
    })
    .await;
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
}

async fn send(customer: &Customer, sender: &str, phone: &str) -> Value {
    let single = [("sender", sender), ("text", "Hello"), ("phone", phone)];
    customer.ask("sendSMS", &single).await.unwrap()
}

const UKRAINE: &str = "380501234567";
const LIFECELL: &str = "380631234567";
const POLAND: &str = "48501234567";

#[tokio::test]
async fn an_empty_gateway_is_furnished_while_it_runs() {
    let operator = operator(Scenario::default()).await;
    let serve = Serve::new();
    let (gateway, http) = serve.start().await;
    let furnished = serve.furnish(operator.address(), 10, "10").await;
    let customer = Customer { http, ..furnished };
    becomes(&customer, UKRAINE, Some("0.13")).await;
    assert!(send(&customer, "Shop", UKRAINE).await["result"]["id"].is_i64());
    let shown = operator.inbox().wait(Some(UKRAINE), SOON).await;
    assert_eq!(shown[0].text, "Hello");
    assert_eq!(gateway.terminate().await.0, Some(0));
}

#[tokio::test]
async fn prices_change_on_the_running_gateway_and_stay_changed() {
    let shop = Shop::open().await;
    becomes(&shop.customer, UKRAINE, Some("0.13")).await;
    shop.done(
        "tariff set default --default 0.5 --prefix 38050=0.2 --country PL=0.3 --operator lifecell:38063,38073=0.4",
    )
    .await;
    becomes(&shop.customer, UKRAINE, Some("0.2")).await;
    let shop = shop.restart().await;
    for (phone, expected) in [
        (UKRAINE, "0.2"),
        (POLAND, "0.3"),
        (LIFECELL, "0.4"),
        ("4915112345678", "0.5"),
    ] {
        becomes(&shop.customer, phone, Some(expected)).await;
    }
    let listed = shop.done("tariff list").await;
    for row in ["38050", "PL", "lifecell (38063, 38073)", "all others"] {
        assert!(listed.contains(row), "{listed}");
    }

    shop.done("tariff set vip --default 0.01").await;
    shop.done("account change shop --tariff vip").await;
    becomes(&shop.customer, UKRAINE, Some("0.01")).await;
    assert!(shop.refused("tariff remove vip").await.contains("shop"));
    shop.done("tariff remove default").await;
    assert!(
        shop.refused("tariff remove default")
            .await
            .contains("no tariff")
    );
    assert!(
        shop.refused("tariff set vip --default much")
            .await
            .contains("much")
    );
    becomes(&shop.customer, UKRAINE, Some("0.01")).await;
}

#[tokio::test]
async fn a_suspended_account_is_refused_until_it_is_resumed() {
    let shop = Shop::open().await;
    shop.done("account suspend shop").await;
    becomes(&shop.customer, UKRAINE, None).await;
    assert!(shop.done("account list").await.contains("suspended"));
    let shop = shop.restart().await;
    assert!(send(&shop.customer, "Shop", UKRAINE).await["error"].is_string());
    shop.done("account resume shop").await;
    becomes(&shop.customer, UKRAINE, Some("0.13")).await;
    assert!(
        shop.refused("account suspend nobody")
            .await
            .contains("no account nobody")
    );
}

#[tokio::test]
async fn money_can_be_spent_as_soon_as_it_is_there() {
    let shop = Shop::open().await;
    shop.done("account top-up shop -9.90 --note correction")
        .await;
    assert_eq!(shop.customer.balance().await, "0.1");
    assert!(send(&shop.customer, "Shop", UKRAINE).await["error"].is_string());
    let said = shop.done("account top-up shop 0.03").await;
    assert_eq!(said, "shop has 0.13 UAH\n");
    assert!(send(&shop.customer, "Shop", UKRAINE).await["result"].is_object());
    assert_eq!(shop.customer.balance().await, "0.0");
    assert!(
        shop.refused("account top-up shop much")
            .await
            .contains("much")
    );

    shop.done("account change shop --credit-limit 0.20").await;
    eventually("the credit", async || {
        let answer = send(&shop.customer, "Shop", UKRAINE).await;
        answer["result"].is_object().then_some(())
    })
    .await;
    let shop = shop.restart().await;
    assert_eq!(shop.customer.balance().await, "-0.13");
    assert!(
        shop.done("ledger audit")
            .await
            .contains("the books balance")
    );
}

#[tokio::test]
async fn originators_are_allowed_and_forbidden() {
    let shop = Shop::open().await;
    shop.done("account change shop --originator Bakery --originator Cafe")
        .await;
    let refused = eventually("the new rule", async || {
        let answer = send(&shop.customer, "Shop", UKRAINE).await;
        answer.get("error").is_some().then_some(answer)
    });
    refused.await;
    assert!(send(&shop.customer, "Cafe", UKRAINE).await["result"].is_object());
    assert!(shop.done("account list").await.contains("Bakery, Cafe"));
    shop.done("account change shop --any-originator").await;
    eventually("the old rule", async || {
        let answer = send(&shop.customer, "Shop", UKRAINE).await;
        answer["result"].is_object().then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_credential_is_given_changed_and_taken_away() {
    let shop = Shop::open().await;
    let second = Customer {
        public_key: "second".into(),
        private_key: "opensesame".into(),
        ..shop.customer.clone()
    };
    shop.done("account credential shop --kind key-pair --public second --secret opensesame")
        .await;
    becomes(&second, UKRAINE, Some("0.13")).await;
    let said = shop
        .done("account credential shop --kind key-pair --public second")
        .await;
    let made = said.split(' ').next().unwrap().to_owned();
    becomes(&second, UKRAINE, None).await;
    let changed = Customer {
        private_key: made,
        ..second
    };
    becomes(&changed, UKRAINE, Some("0.13")).await;
    shop.done("account remove-credential shop --kind key-pair --public second")
        .await;
    becomes(&changed, UKRAINE, None).await;
    becomes(&shop.customer, UKRAINE, Some("0.13")).await;
}

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

/// Without a route nothing is accepted.
async fn becomes_unsendable(customer: &Customer) {
    eventually("the refusal", async || {
        let answer = send(customer, "Shop", UKRAINE).await;
        answer.get("error").is_some().then_some(())
    })
    .await;
}

#[tokio::test]
async fn commands_without_a_gateway_furnish_its_first_start() {
    let serve = Serve::new();
    let nowhere = SocketAddr::from(([127, 0, 0, 1], 1));
    let furnished = serve.furnish(nowhere, 10, "5").await;
    let (_gateway, http) = serve.start().await;
    let customer = Customer { http, ..furnished };
    assert_eq!(customer.balance().await, "5.0");
    let (again, said) = serve.admin(&["account", "add", "shop"]).await;
    assert!(!again, "{said}");
    assert!(said.contains("shop"), "{said}");
}
