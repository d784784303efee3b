//! The gateway is killed; the operator lives on.

use simulator::{Between, Scenario};

use super::group::{Group, assert_few, balance_after};
use super::moments::Moments;
use crate::world::{Customer, Serve, operator};

/// Submits that may be on the wire at once: also the most that one kill may make arrive twice.
pub(super) const WINDOW: u64 = 200;

/// What the account has, in its currency.
const MONEY: u32 = 100_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_gateway_killed_again_and_again_delivers_every_message_and_charges_it_once() {
    kill_again_and_again(1, async |_| Group::new()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_gateway_killed_again_and_again_expands_every_campaign_to_the_last_contact() {
    kill_again_and_again(3, async |customer| Group::of_list(customer).await).await;
}

async fn kill_again_and_again(stream: u64, group: impl AsyncFn(&Customer) -> Group) {
    let operator = operator(Scenario {
        receipt_delay_ms: Between { min: 100, max: 600 },
        ..Scenario::default()
    })
    .await;
    let serve = Serve::new();
    let customer = serve
        .furnish(operator.address(), WINDOW, &MONEY.to_string())
        .await;
    let inbox = operator.inbox();
    let moments = Moments::draw(stream);
    let start = async || {
        let (gateway, http) = serve.start().await;
        let customer = Customer {
            http,
            ..customer.clone()
        };
        (gateway, customer)
    };
    let (gateway, first) = start().await;
    let mut group = group(&first).await;
    assert_eq!(gateway.terminate().await.0, Some(0));
    let steps = async |_: &Customer| {
        let counters = inbox.counters();
        counters.accepted_segments + counters.receipts_answered
    };
    let (gateway, customer) = group.interrupted(&moments, start, steps).await;

    let accepted = group.delivered(&customer).await;
    let shown = inbox.messages(None);
    let shown = shown.into_iter().map(|message| (message.to, message.text));
    let duplicates = group.compare(accepted, shown);
    assert_eq!(inbox.duplicates(), duplicates);
    assert_few(duplicates, &moments, WINDOW);
    assert_eq!(customer.balance().await, balance_after(MONEY, accepted));
    let audited = serve.done(&["ledger", "audit"]).await;
    assert!(audited.contains("the books balance"), "{audited}");
    assert_eq!(gateway.terminate().await.0, Some(0));
    operator.stop().await;
}
