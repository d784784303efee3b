//! Tariffs on a running gateway.

use super::{LIFECELL, POLAND, Shop, UKRAINE, becomes};

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
