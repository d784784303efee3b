//! Large bodies share a bounded memory; none of their clients can keep the others waiting for long.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use tokio::net::TcpSocket;
use tokio::time::timeout;

use super::FORM;
use crate::world::{Answer, Connection, Customer, Dev, LONG, Process, Serve, signed_form};

/// The longest body that the gateways here take. Of the longest, one address may have two in memory at once, and all four.
const LONGEST: usize = 256 * 1024;

/// A body of which only two can be in memory from one address, and which is sent by halves.
const LARGE: usize = LONGEST * 3 / 4;

/// Keeps the gateways here from giving up a silent body before the test is over.
const FOR_EVER: &str = "body_idle_timeout_ms = 3600000\nbody_timeout_ms = 3600000\n";

/// A gateway with little room for bodies, and a customer of it.
struct Narrow {
    _directory: Serve,
    _process: Process,
    customer: Customer,
}

impl Narrow {
    async fn start(settings: &str) -> Self {
        let serve = Serve::new();
        let text = std::fs::read_to_string(serve.config()).unwrap();
        let (longest, all) = (LONGEST, 4 * LONGEST);
        let section =
            format!("[http]\nbody_limit_bytes = {longest}\nbodies_limit_bytes = {all}\n{settings}");
        std::fs::write(serve.config(), text.replace("[http]\n", &section)).unwrap();
        let furnished = serve.account("shop", "10").await;
        let (process, http) = serve.start().await;
        Self {
            _directory: serve,
            _process: process,
            customer: Customer { http, ..furnished },
        }
    }

    async fn connect(&self) -> Connection {
        Connection::open(self.customer.http).await.unwrap()
    }

    /// A call whose body is [`LARGE`] at least.
    fn large(&self) -> (String, Vec<u8>) {
        let text = "a".repeat(LARGE);
        let parameters = [("key", self.customer.public_key.as_str()), ("text", &text)];
        let form = signed_form("getUserBalance", &parameters, &self.customer.private_key);
        (head(form.len(), ""), form.into_bytes())
    }

    /// Has bodies read as far as they come, each of which is silent then: two from this address have their room.
    async fn silent(&self, number: usize) -> Vec<Connection> {
        let mut connections = Vec::new();
        for place in 0..number {
            let mut connection = self.connect().await;
            let asked = head(LONGEST, "Expect: 100-continue\r\n");
            connection.write(asked.as_bytes()).await.unwrap();
            if place < 2 {
                assert_eq!(connection.read().await.unwrap().status, 100);
            }
            connection.write(&vec![b'a'; LONGEST - 1]).await.unwrap();
            connections.push(connection);
        }
        connections
    }
}

fn head(length: usize, further: &str) -> String {
    format!(
        "POST /sms/3.0/getUserBalance HTTP/1.1\r\nHost: localhost\r\nContent-Type: {FORM}\r\n\
         Content-Length: {length}\r\n{further}\r\n"
    )
}

fn assert_is_a_balance(answer: &Answer) {
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(answer.json()["result"]["balance_currency"].is_number());
}

#[tokio::test]
async fn large_bodies_that_stand_still_delay_no_small_call() {
    let gateway = Narrow::start(FOR_EVER).await;
    let _silent = gateway.silent(40).await;
    let calls = async {
        for _ in 0..20 {
            assert_eq!(gateway.customer.balance().await, "10.0");
        }
        let mut connection = gateway.connect().await;
        let (parameters, key) = ([("key", "unknown")], "");
        let form = signed_form("getUserBalance", &parameters, key);
        let chunked = format!(
            "POST /sms/3.0/getUserBalance HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n\
             {:x}\r\n{form}\r\n0\r\n\r\n",
            form.len()
        );
        connection.write(chunked.as_bytes()).await.unwrap();
        assert_eq!(connection.read().await.unwrap().status, 200);
    };
    timeout(LONG, calls)
        .await
        .expect("small calls are answered");
}

#[tokio::test]
async fn many_large_bodies_that_come_slowly_all_get_through() {
    let gateway = Narrow::start("").await;
    let (head, body) = gateway.large();
    let (half, rest) = body.split_at(body.len() / 2);
    let mut callers = Vec::new();
    for _ in 0..24 {
        let mut connection = gateway.connect().await;
        connection.write(head.as_bytes()).await.unwrap();
        connection.write(half).await.unwrap();
        callers.push(connection);
    }
    let finish = |mut connection: Connection| async move {
        connection.write(rest).await.unwrap();
        connection.read().await.unwrap()
    };
    for answer in futures_util::future::join_all(callers.into_iter().map(finish)).await {
        assert_is_a_balance(&answer);
    }
}

#[tokio::test]
async fn a_body_of_which_nothing_comes_is_given_up_and_the_next_has_its_room() {
    let settings = "body_idle_timeout_ms = 500\nbody_timeout_ms = 3600000\n";
    let gateway = Narrow::start(settings).await;
    let silent = gateway.silent(2).await;
    let (head, body) = gateway.large();
    let mut next = gateway.connect().await;
    next.write(head.as_bytes()).await.unwrap();
    next.write(&body).await.unwrap();
    assert_is_a_balance(&next.read().await.unwrap());
    for mut connection in silent {
        assert_eq!(connection.read().await.unwrap().status, 408);
    }
}

#[tokio::test]
async fn a_body_that_waits_in_vain_for_room_is_told_so_while_it_is_sent() {
    let settings = "body_idle_timeout_ms = 3600000\nbody_timeout_ms = 1000\n";
    let gateway = Narrow::start(settings).await;
    let _silent = gateway.silent(2).await;
    // The two first of these come in when those are given up, and go no further.
    let mut waiting = Vec::new();
    for _ in 0..6 {
        let mut connection = gateway.connect().await;
        let asked = head(LONGEST, "");
        connection.write(asked.as_bytes()).await.unwrap();
        connection.write(&vec![b'a'; LARGE]).await.unwrap();
        waiting.push(connection);
    }
    let answers = waiting.iter_mut().map(Connection::read);
    let answers = futures_util::future::try_join_all(answers).await.unwrap();
    let told = answers.iter().filter(|answer| answer.status == 503);
    assert!(told.count() >= 4, "{answers:?}");
}

#[tokio::test]
async fn what_one_address_holds_and_wants_leaves_room_for_anothers() {
    let gateway = Narrow::start(FOR_EVER).await;
    let _silent = gateway.silent(20).await;
    let (head, body) = gateway.large();
    let socket = TcpSocket::new_v4().unwrap();
    let other = IpAddr::from(Ipv4Addr::new(127, 0, 0, 2));
    socket.bind(SocketAddr::from((other, 0))).unwrap();
    let stream = socket.connect(gateway.customer.http).await.unwrap();
    let mut connection = Connection::over(stream).unwrap();
    connection.write(head.as_bytes()).await.unwrap();
    connection.write(&body).await.unwrap();
    assert_is_a_balance(&connection.read().await.unwrap());
}

#[tokio::test]
async fn a_body_that_says_that_it_is_too_large_is_refused_before_it_comes() {
    let dev = Dev::start().await;
    for further in ["", "Expect: 100-continue\r\n"] {
        let mut connection = dev.connect().await;
        let asked = head(10 << 20, further);
        connection.write(asked.as_bytes()).await.unwrap();
        let answer = connection.read().await.unwrap();
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.json()["result"], "false", "{answer:?}");
    }
}

#[tokio::test]
async fn a_body_in_chunks_that_grows_too_large_is_refused_and_the_connection_goes_on() {
    let gateway = Narrow::start("").await;
    let mut connection = gateway.connect().await;
    let head = "POST /sms/3.0/getUserBalance HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
    connection.write(head.as_bytes()).await.unwrap();
    let mut chunk = format!("{LONGEST:x}\r\n").into_bytes();
    chunk.extend(vec![b'a'; LONGEST]);
    chunk.extend(b"\r\n1\r\na\r\n");
    connection.write(&chunk).await.unwrap();
    let answer = connection.read().await.unwrap();
    assert_eq!(answer.json()["result"], "false", "{answer:?}");
    connection.write(b"0\r\n\r\n").await.unwrap();
    assert_eq!(connection.get("/health").await.unwrap().status, 200);
}
