//! Accounts on a running gateway: suspended, paid for, allowed and forbidden things, given keys.

use super::{Shop, UKRAINE, becomes, send};
use crate::world::{Customer, eventually};

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
async fn an_account_is_shown_with_all_its_settings() {
    let shop = Shop::open().await;
    shop.done(
        "account add branch --parent shop --address 192.0.2.0/24 --address 2001:db8::1 \
         --requests-per-second 7 --number 4321 --number +380501234567 \
         --default-originator Branch --callback-url https://branch.example.com/told?fmt=3",
    )
    .await;
    let shown = shop.done("account show branch").await;
    for (what, value) in [
        ("parent", "shop"),
        ("state", "active"),
        ("addresses", "192.0.2.0/24, 2001:db8::1"),
        ("requests per second", "7"),
        ("numbers", "4321, 380501234567"),
        ("default originator", "Branch"),
        ("callback URL", "https://branch.example.com/told?fmt=3"),
    ] {
        let line = shown.lines().find(|line| line.starts_with(what));
        let line = line.unwrap_or_else(|| panic!("{what}: {shown}"));
        assert!(line.ends_with(&format!("  {value}")), "{line}");
    }
    shop.done("account change branch --any-address --no-number --no-callback-url")
        .await;
    shop.done("account suspend shop").await;
    // A change of settings leaves the suspension where it is: with the parent.
    shop.done("account change branch --requests-per-second 8")
        .await;
    let shown = shop.done("account show branch").await;
    for line in [
        "state                suspended with its parent",
        "addresses            any",
        "numbers              none",
        "callback URL         none",
    ] {
        assert!(shown.contains(line), "{shown}");
    }
    shop.done("account resume shop").await;
    assert!(shop.done("account show branch").await.contains("active"));
    let refused = shop.refused("account change shop --address nowhere").await;
    assert!(refused.contains("192.0.2.0/24"), "{refused}");
    let refused = shop
        .refused("account change shop --callback-url shop.example.com")
        .await;
    assert!(refused.contains("begins with http://"), "{refused}");
}

#[tokio::test]
async fn what_an_account_may_do_over_smpp_and_what_a_stop_does_is_set_and_shown() {
    let shop = Shop::open().await;
    let mut words: Vec<_> = "account change shop --smpp-binds 3 --smpp-window 20 --smpp-throughput 0 \
         --smpp-data-coding smscenter --smpp-receipt-parameters smscenter --smpp-duplicates-within 60 \
         --stop-scope number --number 4321"
        .split_whitespace()
        .collect();
    words.extend(["--number", "1234 SHOP", "--stop-answer", "No more from us."]);
    shop.serve.done(&words).await;
    let shown = shop.done("account show shop").await;
    for line in [
        "numbers              4321, 1234 SHOP",
        "stop scope           number",
        "stop answer          No more from us.",
        "SMPP binds           3",
        "SMPP window          20",
        "SMPP throughput      any",
        "SMPP data coding     smscenter",
        "SMPP receipts        smscenter",
        "SMPP duplicates      refused within 60 s",
        "SMPP notices         0 waiting",
    ] {
        assert!(shown.contains(line), "{line}: {shown}");
    }
    shop.done(
        "account change shop --smpp-binds default --smpp-data-coding standard --no-stop-answer",
    )
    .await;
    let shown = shop.done("account show shop").await;
    for line in [
        "stop scope           number",
        "stop answer          none",
        "SMPP binds           default",
        "SMPP window          20",
        "SMPP data coding     standard",
        "SMPP receipts        smscenter",
    ] {
        assert!(shown.contains(line), "{line}: {shown}");
    }
    for (wrong, why) in [
        ("--smpp-binds 0", "a number from 1 on"),
        ("--stop-scope everything", "possible values"),
    ] {
        let refused = shop.refused(&format!("account change shop {wrong}")).await;
        assert!(refused.contains(why), "{refused}");
    }
}

#[tokio::test]
async fn an_account_is_used_from_its_own_addresses_only() {
    let shop = Shop::open().await;
    shop.done("account change shop --address 192.0.2.1").await;
    becomes(&shop.customer, UKRAINE, None).await;
    shop.done("account change shop --address 192.0.2.1 --address 127.0.0.1")
        .await;
    becomes(&shop.customer, UKRAINE, Some("0.13")).await;
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
