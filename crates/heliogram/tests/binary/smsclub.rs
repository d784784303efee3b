//! SMS Club's JSON API through a real socket: what HTTP itself must carry for its programs.

use crate::world::{Answer, Connection, Dev};

const SENDING: &str =
    r#"{"src_addr":"Shop","phone":["380501234567"],"message":"Your order is ready"}"#;

/// Returns the beginning of a request with the token of development mode.
fn head(path: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: im.smsclub.mobi\r\nAuthorization: Bearer dev-token\r\n\
         Content-Type: application/json\r\n"
    )
}

async fn post(connection: &mut Connection, path: &str, body: &str) -> Answer {
    let length = body.len();
    let request = format!("{}Content-Length: {length}\r\n\r\n{body}", head(path));
    connection.write(request.as_bytes()).await.unwrap();
    connection.read().await.unwrap()
}

#[tokio::test]
async fn a_duplicate_has_a_status_line_of_its_own_and_its_connection_goes_on() {
    let dev = Dev::start().await;
    let mut connection = dev.connect().await;
    for (path, body, line) in [
        ("/sms/send", SENDING, "HTTP/1.1 200 OK\r\n"),
        ("/sms/send", SENDING, "HTTP/1.1 453 Duplicate Message\r\n"),
        ("/sms/balance", "", "HTTP/1.1 200 OK\r\n"),
    ] {
        let answer = post(&mut connection, path, body).await;
        assert!(answer.head.starts_with(line), "{answer:?}");
    }
}

/// So the provider's own programs ask for a balance: without a length, and a body of nothing that waits to be asked for.
#[tokio::test]
async fn a_body_of_no_chunks_that_waits_to_be_asked_for_is_none() {
    let dev = Dev::start().await;
    let mut connection = dev.connect().await;
    let fields = "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n";
    let request = head("/sms/balance") + fields;
    connection.write(request.as_bytes()).await.unwrap();
    assert_eq!(connection.read().await.unwrap().status, 100);
    connection.write(b"0\r\n\r\n").await.unwrap();
    let answer = connection.read().await.unwrap();
    assert_eq!(answer.status, 200, "{answer:?}");
    let info = &answer.json()["success_request"]["info"];
    assert_eq!(info["currency"], "UAH", "{answer:?}");
}
