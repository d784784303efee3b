//! Large requests: they hold nobody up, and of one whose key nobody has only the key is read.

use std::fmt::Write;

use futures_util::poll;
use serde_json::{Value, json};
use testkit::golden::Request;

use crate::caller::{self, call};
use crate::world::World;

const KEYS: (&str, &str) = ("public_key", "private_key");

/// The most phones of a group.
const PHONES: u64 = 100_000;

fn request(content_type: &str, body: String) -> Request {
    Request {
        method: "POST".to_owned(),
        target: "/sms/3.0/checkCampaignPriceGroup".to_owned(),
        headers: vec![("Content-Type".to_owned(), content_type.to_owned())],
        body: body.into_bytes(),
    }
}

#[tokio::test]
async fn a_key_that_nobody_has_is_told_before_anything_is_read() {
    let world = World::given("now 2012-04-01 12:00:00").await;
    let form = "&a[]=".repeat(1_000_000);
    let list = "1,".repeat(1_000_000);
    for (key, error) in [
        ("nobody", "Wrong public key."),
        ("public_key", "Request is too large."),
    ] {
        for (content_type, body) in [
            (
                "application/x-www-form-urlencoded",
                format!("key={key}{form}"),
            ),
            (
                "application/json",
                format!(r#"{{"a":[{list}1],"key":"{key}"}}"#),
            ),
        ] {
            let answer = caller::send(&world, request(content_type, body), "").await;
            let answer: Value = serde_json::from_slice(&answer.body).expect("it is JSON");
            assert_eq!(answer["error"], error, "{key} {content_type}");
        }
    }
}

#[tokio::test]
async fn a_large_request_is_read_beside_the_thread_that_answers_others() {
    let world = World::given("now 2012-04-01 12:00:00").await;
    let of = |octets| {
        let body = format!("key=nobody&text={}", "x".repeat(octets));
        caller::answered(
            &world,
            request("application/x-www-form-urlencoded", body),
            "",
        )
    };
    let mut small = std::pin::pin!(of(1_000));
    assert!(poll!(&mut small).is_ready());
    let mut large = std::pin::pin!(of(8_000_000));
    assert!(poll!(&mut large).is_pending());
    let answer = caller::whole(large.await.body).await;
    let answer: Value = serde_json::from_slice(&answer).expect("it is JSON");
    assert_eq!(answer["error"], "Wrong public key.");
}

#[tokio::test]
async fn as_many_phones_as_a_group_may_have_come_with_variables_in_the_notation_of_php() {
    let world = World::given("price 0.5").await;
    let mut parameters = "sender=Info&text=Hi+%251%25".to_owned();
    for n in 0..PHONES {
        let phone = 380_630_000_000 + n;
        write!(parameters, "&phones[{n}][0]={phone}&phones[{n}][1]=a").unwrap();
    }
    let answer = call(&world, KEYS, "checkCampaignPriceGroup", &parameters).await;
    let answer: Value = serde_json::from_str(&answer).expect("it is JSON");
    assert_eq!(
        answer["result"],
        json!({"price": 50_000, "currency": "UAH"})
    );
}
