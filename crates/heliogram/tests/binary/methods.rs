//! Every method of the Atompark dialect through a real socket, in the layout that its document prints.

use crate::world::{Dev, eventually, signed_form};

#[tokio::test]
async fn every_method_answers_in_the_printed_layout() {
    let dev = Dev::start().await;
    let phones = r#"[["380501234567","Anna"],["380507654321","Olha"]]"#;
    let group = [
        ("sender", "Shop"),
        ("text", "Hello %1%"),
        ("phones", phones),
    ];
    let single = [
        ("sender", "Shop"),
        ("text", "Hello"),
        ("phone", "380501234567"),
    ];
    let price = r#"{
   "result":{
      "price":0.26,
      "currency":"UAH"
   }
}"#;
    assert_eq!(
        ask(&dev, "getUserBalance", &[("currency", "USD")]).await,
        "{\n   \"result\":{\n      \"currency\":\"USD\",\n      \"balance_currency\":25.0\n   }\n}"
    );
    assert_eq!(ask(&dev, "checkCampaignPriceGroup", &group).await, price);
    assert_eq!(
        ask(&dev, "sendsmsgroup", &group).await,
        price.replace("{\n      \"price", "{\n      \"id\":1,\n      \"price")
    );
    assert_eq!(
        ask(&dev, "sendSMS", &single).await,
        "{\n   \"result\":{\n      \"id\":2,\n      \"price\":0.13\n   }\n}"
    );
    eventually("the delivery", async || {
        let campaign = dev.customer().campaign(1).await?;
        (campaign["delivered"] == 2).then_some(())
    })
    .await;
    assert_eq!(
        ask(&dev, "getCampaignInfo", &[("id", "1")]).await,
        r#"{
   "result":{
      "sent":2,
      "delivered":2,
      "not_delivered":0,
      "price":0.26,
      "status":3
   }
}"#
    );
    let listed = ask(&dev, "getCampaignDeliveryStats", &[("id", "1")]).await;
    let dates = ["sentdate", "donedate"].map(|name| {
        let (_, rest) = listed.split_once(&format!("\"{name}\":")).unwrap();
        rest[..rest.find(']').unwrap()].to_owned()
    });
    let [sent, done] = dates;
    let expected = format!(
        r#"{{
   "result":{{
      "phone":[
         "380501234567",
         "380507654321"
      ],
      "sentdate":{sent}],
      "donedate":{done}],
      "status":[
         "DELIVERED",
         "DELIVERED"
      ]
   }}
}}"#
    );
    assert_eq!(listed, expected);
    for dates in [sent, done] {
        assert!(!dates.contains("0000-00-00"), "{dates}");
    }
}

#[tokio::test]
async fn a_wrong_sum_is_answered_with_the_error_triple() {
    let dev = Dev::start().await;
    let mut customer = dev.customer();
    customer.private_key = "guessed".into();
    let refused = customer.ask("getUserBalance", &[]).await.unwrap();
    let members: Vec<_> = refused.as_object().unwrap().keys().collect();
    assert_eq!(members, ["code", "error", "result"]);
    assert!(
        refused["code"].as_str().unwrap().starts_with('-'),
        "{refused}"
    );
    assert_eq!(refused["result"], "false");
}

/// Asks for a method; gives the octets of the answer without the space around them.
async fn ask(dev: &Dev, method: &str, parameters: &[(&str, &str)]) -> String {
    let mut all = vec![("key", "dev-public")];
    all.extend(parameters);
    let query = signed_form(method, &all, "dev-private");
    let target = format!("/api/sms/3.0/{method}?{query}");
    let answer = dev.connect().await.get(&target).await.unwrap();
    assert_eq!(answer.status, 200);
    let content_type = "content-type: application/json; charset=utf-8\r\n";
    assert!(answer.head.contains(content_type), "{}", answer.head);
    answer.text().trim().to_owned()
}
