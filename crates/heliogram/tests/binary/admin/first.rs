//! A gateway's first start: furnished before it, or while it runs.

use std::net::SocketAddr;

use simulator::Scenario;

use super::{SOON, UKRAINE, becomes, send};
use crate::world::{Customer, Serve, operator};

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
