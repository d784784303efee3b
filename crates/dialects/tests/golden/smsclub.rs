//! What requests of SMS Club's APIs lead to that one golden file cannot show: many at a time, what is kept, a gateway that cannot.

use futures_util::future::join_all;
use testkit::golden::{Answer, Request};

use crate::caller;
use crate::world::World;

const FACTS: &str = "token abc, balance 10 UAH, price 0.5, requests per second 100";

fn json(path: &str, body: &str) -> Request {
    Request {
        method: "POST".to_owned(),
        target: path.to_owned(),
        headers: vec![("Authorization".to_owned(), "Bearer abc".to_owned())],
        body: body.as_bytes().to_vec(),
    }
}

fn send_to_two() -> Request {
    let body = r#"{"src_addr":"Shop","phone":["380989361131","380989361132"],"message":"hi",
        "integration_id":"partner"}"#;
    json("/sms/send", body)
}

async fn answer(world: &World, request: Request) -> (u16, String) {
    let Answer { status, body, .. } = caller::send(world, request, "").await;
    (status, String::from_utf8(body).expect("answers are UTF-8"))
}

#[tokio::test]
async fn of_twenty_identical_requests_at_once_one_is_accepted() {
    const TIMES: usize = 20;
    let world = World::speaking("smsclub", FACTS).await;
    let all = (0..TIMES).map(|_| answer(&world, send_to_two()));
    let mut statuses: Vec<_> = join_all(all).await.into_iter().map(|told| told.0).collect();
    statuses.sort_unstable();
    assert_eq!(statuses[0], 200);
    assert_eq!(statuses[1..], vec![453; TIMES - 1]);
    let (_, balance) = answer(&world, json("/sms/balance", "")).await;
    assert!(balance.contains("\"money\":\"9.0000\""), "{balance}");
}

#[tokio::test]
async fn a_number_that_was_sent_to_and_then_put_on_the_stop_list_is_told_as_stopped() {
    let world = World::speaking("smsclub", FACTS).await;
    let send = || {
        json(
            "/sms/send",
            r#"{"src_addr":"Shop","phone":["380989361131"],"message":"hi"}"#,
        )
    };
    assert_eq!(answer(&world, send()).await.0, 200);
    assert_eq!(answer(&world, send()).await.0, 453);
    let account = world.account("shop");
    world
        .gateway
        .stop(account, "380989361131", "")
        .await
        .unwrap();
    let (_, told) = answer(&world, send()).await;
    assert!(told.contains("Phone in black list"), "{told}");
}

#[tokio::test]
async fn the_referral_id_is_kept() {
    let world = World::speaking("smsclub", &format!("{FACTS}, next submission 7")).await;
    assert_eq!(answer(&world, send_to_two()).await.0, 200);
    assert_eq!(world.source(7).await.as_deref(), Some("partner"));
}

#[tokio::test]
async fn what_the_gateway_cannot_do_is_told_through_every_door() {
    let world = World::speaking("smsclub", FACTS).await;
    let database = rusqlite::Connection::open(world.history().file).unwrap();
    for table in ["submission", "message"] {
        let rename = format!("ALTER TABLE {table} RENAME TO lost_{table}");
        database.execute(&rename, []).unwrap();
    }
    let error = r#"{"name":"Internal Server Error","message":"Service is temporarily unavailable","code":0,"status":500}"#;
    let status = json("/sms/status", r#"{"id_sms":["1"]}"#);
    for request in [send_to_two(), status] {
        assert_eq!(answer(&world, request).await, (500, error.to_owned()));
    }
    let by_form = json(
        "/token/",
        "username=shop&token=abc&from=Shop&to=380989361131&text=hi",
    );
    let text = "Service is temporarily unavailable";
    assert_eq!(answer(&world, by_form).await, (200, text.to_owned()));
    let by_xml = json(
        "/xml/state.php",
        "<request_getstate><username>shop</username><password>abc</password>\
         <smscid>1</smscid></request_getstate>",
    );
    let (status, document) = answer(&world, by_xml).await;
    let told = format!("<status>ERROR</status><text>{text}</text>");
    assert!(status == 200 && document.contains(&told), "{document}");
}
