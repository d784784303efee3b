//! The exchange table on a running gateway.

use super::Shop;
use crate::world::{Customer, eventually};

const TABLE: &str = "[exchange]\nbase = \"UAH\"\nrates.USD = \"0.025\"\n";

#[tokio::test]
async fn a_rate_that_is_set_goes_before_the_configured_one_until_it_is_removed() {
    let shop = Shop::with(TABLE).await;
    becomes(&shop.customer, "USD", Some("0.25")).await;
    becomes(&shop.customer, "EUR", None).await;

    let said = configured(&shop, "exchange set usd 0.05").await;
    assert!(said.starts_with("1 UAH is worth 0.05 USD; "), "{said}");
    configured(&shop, "exchange set EUR 0.02").await;
    becomes(&shop.customer, "USD", Some("0.5")).await;
    becomes(&shop.customer, "EUR", Some("0.2")).await;
    let listed = configured(&shop, "exchange list").await;
    let rows: Vec<Vec<_>> = listed
        .lines()
        .skip(1)
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(rows, [["EUR", "0.02", "none"], ["USD", "0.05", "0.025"]]);

    let shop = shop.restart().await;
    assert_eq!(balance(&shop.customer, "USD").await.as_deref(), Some("0.5"));
    configured(&shop, "exchange remove USD").await;
    becomes(&shop.customer, "USD", Some("0.25")).await;
    shop.done("exchange remove EUR").await;
    becomes(&shop.customer, "EUR", None).await;
}

#[tokio::test]
async fn a_rate_without_a_base_or_above_all_reason_is_refused() {
    let shop = Shop::with(TABLE).await;
    // The base is in the file, and a directory alone does not name the file.
    let said = shop.refused("exchange set USD 0.05").await;
    assert!(said.contains("--config"), "{said}");
    for (rate, told) in [
        ("0", "above zero"),
        ("-1", "unexpected argument"),
        ("much", "much"),
    ] {
        let (done, said) = shop
            .serve
            .configured(&["exchange", "set", "USD", rate])
            .await;
        assert!(!done && said.contains(told), "{rate}: {said}");
    }
    let (done, said) = shop
        .serve
        .configured(&["exchange", "set", "UAH", "1"])
        .await;
    assert!(!done && said.contains("not UAH"), "{said}");
}

/// Runs a command that knows the configuration and must succeed.
async fn configured(shop: &Shop, command: &str) -> String {
    let words: Vec<_> = command.split(' ').collect();
    let (done, said) = shop.serve.configured(&words).await;
    assert!(done, "{command}: {said}");
    said
}

/// Waits until the balance in a currency is so; `None` for a refusal.
async fn becomes(customer: &Customer, currency: &str, expected: Option<&str>) {
    eventually("the new rate", async || {
        (balance(customer, currency).await.as_deref() == expected).then_some(())
    })
    .await;
}

async fn balance(customer: &Customer, currency: &str) -> Option<String> {
    let asked = [("currency", currency)];
    let answer = customer.ask("getUserBalance", &asked).await.unwrap();
    let told = answer.get("error").is_none();
    told.then(|| answer["result"]["balance_currency"].to_string())
}
