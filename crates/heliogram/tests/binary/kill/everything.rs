//! Everything is killed at once: the gateway and, in the same process, the operator with its phones.

use super::group::{Group, assert_few, balance_after};
use super::moments::Moments;
use crate::world::{Customer, Dev, run};

/// The window of development mode's connector.
const WINDOW: u64 = 500;

/// What the account has besides the 1,000 that it begins with.
const MORE_MONEY: u32 = 99_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn gateway_and_operator_killed_together_remember_every_message_and_every_receipt() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().to_str().unwrap();
    let dev = Dev::keeping(directory.path()).await;
    let money = MORE_MONEY.to_string();
    let added = run(&["account", "top-up", "dev", &money, "--data", data]).await;
    assert!(added.status.success(), "{added:?}");
    dev.process.kill().await;

    let mut group = Group::new();
    let moments = Moments::draw(2);
    let start = async || {
        let dev = Dev::keeping(directory.path()).await;
        let customer = dev.customer();
        (dev, customer)
    };
    let (dev, customer) = group.interrupted(&moments, start, steps).await;

    let accepted = group.delivered(&customer).await;
    let shown = dev.messages("").await;
    let shown = shown.into_iter().map(|message| {
        let text = |member: &str| message[member].as_str().unwrap().to_owned();
        (text("to"), text("text"))
    });
    let duplicates = group.compare(accepted, shown);
    assert_few(duplicates, &moments, WINDOW);
    let money = 1_000 + MORE_MONEY;
    assert_eq!(customer.balance().await, balance_after(money, accepted));
    let audit = run(&["ledger", "audit", "--data", data]).await;
    assert!(audit.status.success(), "{audit:?}");
    assert_eq!(dev.process.terminate().await.0, Some(0));
}

/// What the API tells of the way: messages sent, and messages delivered.
async fn steps(customer: &Customer) -> u64 {
    let mut steps = 0;
    for id in 1.. {
        let Some(state) = customer.campaign(id).await else {
            break;
        };
        steps += state["sent"].as_u64().unwrap() + state["delivered"].as_u64().unwrap();
    }
    steps
}
