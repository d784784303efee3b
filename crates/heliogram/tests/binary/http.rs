//! The HTTP door through a real socket: every form of a request, and clients that are slow, hasty or careless.

mod bodies;

use std::time::Duration;

use crate::world::{Answer, Connection, Dev, LONG, signed_form, sum};

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn every_form_of_a_request_is_understood_under_both_prefixes() {
    let dev = Dev::start().await;
    let mut connection = dev.connect().await;
    for prefix in ["/sms/3.0", "/api/sms/3.0"] {
        let form = signed_form("sendSMS", &message(prefix), "dev-private");
        let path = format!("{prefix}/sendSMS");
        let query = format!("{path}?{form}");
        let answers = [
            connection.get(&query).await.unwrap(),
            connection
                .ask("POST", &path, FORM, form.as_bytes())
                .await
                .unwrap(),
            connection.ask("POST", &query, "", b"").await.unwrap(),
            connection.ask("POST", &query, FORM, b"").await.unwrap(),
            connection
                .ask(
                    "POST",
                    &path,
                    "multipart/form-data; boundary=XX",
                    &multipart(prefix),
                )
                .await
                .unwrap(),
            absolute(&mut connection, &query).await,
        ];
        for answer in answers {
            assert_eq!(answer.status, 200, "{answer:?}");
            assert!(answer.json()["result"]["id"].is_i64(), "{}", answer.text());
        }
    }
    let id = connection.get("/health").await.unwrap();
    assert_eq!(id.text(), "ok\n");
}

/// A request line with a whole address in it, as the document prints it and as a proxy gets it.
async fn absolute(connection: &mut Connection, target: &str) -> Answer {
    let request =
        format!("GET http://api.atompark.com{target} HTTP/1.1\r\nHost: api.atompark.com\r\n\r\n");
    connection.write(request.as_bytes()).await.unwrap();
    connection.read().await.unwrap()
}

fn message(text: &str) -> [(&str, &str); 4] {
    [
        ("key", "dev-public"),
        ("sender", "Shop"),
        ("text", text),
        ("phone", "380501234567"),
    ]
}

fn multipart(text: &str) -> Vec<u8> {
    let message = message(text);
    let sum = sum("sendSMS", &message, "dev-private");
    let fields = message.into_iter().chain([("sum", sum.as_str())]);
    let parts = fields.map(|(name, value)| {
        format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    });
    (parts.collect::<String>() + "--XX--\r\n").into_bytes()
}

#[tokio::test]
async fn a_body_of_ten_megabytes_is_refused_in_the_dialects_words_and_the_connection_goes_on() {
    let dev = Dev::start().await;
    let mut connection = dev.connect().await;
    let body = [&b"text="[..], &vec![b'a'; 10 << 20]].concat();
    let answer = connection
        .ask("POST", "/sms/3.0/sendSMS", FORM, &body)
        .await
        .unwrap();
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["result"], "false", "{answer:?}");
    assert_eq!(connection.get("/health").await.unwrap().status, 200);
}

#[tokio::test]
async fn a_connection_is_kept_for_further_requests_and_closed_when_asked() {
    let dev = Dev::start().await;
    let mut connection = dev.connect().await;
    for _ in 0..3 {
        assert_eq!(connection.get("/health").await.unwrap().status, 200);
    }
    let last = b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    connection.write(last).await.unwrap();
    assert_eq!(connection.read().await.unwrap().status, 200);
    assert!(connection.read().await.is_err());
}

#[tokio::test]
async fn requests_sent_without_waiting_are_answered_in_their_order() {
    let dev = Dev::start().await;
    let mut connection = dev.connect().await;
    let requests: Vec<_> = (0..20)
        .map(|number: u32| {
            let text = number.to_string();
            let form = signed_form("sendSMS", &message(&text), "dev-private");
            format!("GET /sms/3.0/sendSMS?{form} HTTP/1.1\r\nHost: localhost\r\n\r\n")
        })
        .collect();
    connection
        .write(requests.concat().as_bytes())
        .await
        .unwrap();
    for id in 1..=20 {
        let answer = connection.read().await.unwrap();
        assert_eq!(answer.json()["result"]["id"], id);
    }
}

#[tokio::test]
async fn a_client_that_sends_its_request_slowly_holds_up_nobody() {
    let dev = Dev::start().await;
    let mut slow = dev.connect().await;
    slow.write(b"GET /health HTTP/1.1\r\nHo").await.unwrap();
    let mut slow_body = dev.connect().await;
    let head = b"POST /sms/3.0/sendSMS HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nte";
    slow_body.write(head).await.unwrap();
    let mut quick = dev.connect().await;
    let answered = tokio::time::timeout(LONG / 2, async {
        for _ in 0..50 {
            assert_eq!(quick.get("/health").await.unwrap().status, 200);
        }
    });
    answered.await.expect("the others are answered");
    slow.write(b"st: localhost\r\n\r\n").await.unwrap();
    assert_eq!(slow.read().await.unwrap().status, 200);
    slow_body.write(b"xt=abcd").await.unwrap();
    assert_eq!(slow_body.read().await.unwrap().status, 200);
}

#[tokio::test]
async fn a_stop_finishes_the_request_that_has_begun() {
    let dev = Dev::start().await;
    let form = signed_form("sendSMS", &message("late"), "dev-private");
    let mut connection = dev.connect().await;
    let head = format!(
        "POST /sms/3.0/sendSMS HTTP/1.1\r\nHost: localhost\r\nContent-Type: {FORM}\r\n\
         Content-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        form.len()
    );
    connection.write(head.as_bytes()).await.unwrap();
    // The gateway asks for the body: it has begun with the request.
    assert_eq!(connection.read().await.unwrap().status, 100);
    let http = dev.http;
    let finish = async {
        // The door is closed to others once the stop has begun.
        while Connection::open(http).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        connection.write(form.as_bytes()).await.unwrap();
        connection.read().await.unwrap()
    };
    let ((code, _), answer) = tokio::join!(dev.process.terminate(), finish);
    assert!(answer.json()["result"]["id"].is_i64(), "{answer:?}");
    assert_eq!(code, Some(0));
}

#[tokio::test]
async fn what_is_no_request_of_ours_is_refused_without_harm() {
    let dev = Dev::start().await;
    let mut connection = dev.connect().await;
    assert_eq!(connection.get("/nothing").await.unwrap().status, 404);
    for octets in [
        &b"NONSENSE\r\n\r\n"[..],
        b"GET /health HTTP/9.1\r\n\r\n",
        b"GET /health HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    ] {
        let mut connection = dev.connect().await;
        connection.write(octets).await.unwrap();
        // Where not even the request line can be read, the connection may simply end.
        if let Ok(answer) = connection.read().await {
            assert_eq!(answer.status, 400);
        }
    }
    let mut gone = dev.connect().await;
    gone.write(b"POST /sms/3.0/sendSMS HTTP/1.1\r\nContent-Length: 99\r\n\r\ntext")
        .await
        .unwrap();
    drop(gone);
    assert_eq!(
        dev.connect().await.get("/health").await.unwrap().status,
        200
    );
}
