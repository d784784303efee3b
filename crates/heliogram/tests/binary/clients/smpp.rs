//! SMPP stacks of third parties: as a customer's program that binds to the gateway, and as an operator that it binds to.

use std::net::SocketAddr;
use std::process::Stdio;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

use super::npm::Npm;
use super::pypi::PyPi;
use super::script;
use crate::world::{LONG, Serve};

/// A client that reads one PDU at a time and refuses what it does not know.
const SMPPLIB: PyPi = PyPi {
    name: "smpplib",
    file: "smpplib-2.2.4-py3-none-any.whl",
    version: "2.2.4",
    sha512: "d2262da9fc7e538393860f4753696d66c5acc4c4ad1915c1ade264095f6f1d0f432868dbc3cf5e04f81fb4d6c89ee1a3aa40659b73a6370ccf4125efdf359ef3",
};

/// A client and a server.
const SMPP: Npm = Npm {
    name: "smpp",
    version: "0.5.1",
    sha512: "7a43c264956e19c377b6fb497b29305b3e23cf3fa367bf7570753ba798a1adc3b1be6cb04f1388e287663adab2c4198f78816f1dbde00a076b8c0d7506e4734b",
    host: None,
};

#[tokio::test]
async fn a_program_that_uses_smpplib_gets_answers_receipts_and_messages_from_handsets() {
    SMPPLIB.runs("customer.py").await;
}

#[tokio::test]
async fn a_program_that_uses_node_smpp_makes_every_request_of_a_customer() {
    SMPP.runs("customer.js").await;
}

/// An operator made with the library, and the lines that it prints.
struct Operator {
    _process: Child,
    lines: Lines<BufReader<ChildStdout>>,
    address: SocketAddr,
}

impl Operator {
    async fn start() -> Self {
        let mut process = Command::new("node")
            .arg(script(SMPP.name, "operator.js"))
            .env("NODE_PATH", SMPP.installed().await)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut operator = Self {
            lines: BufReader::new(process.stdout.take().unwrap()).lines(),
            _process: process,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
        };
        let port = operator.line().await["port"].as_u64().unwrap();
        operator.address.set_port(u16::try_from(port).unwrap());
        operator
    }

    /// Reads the next thing that happened.
    async fn line(&mut self) -> Value {
        let line = timeout(LONG, self.lines.next_line()).await;
        let line = line.expect("something happens in time").unwrap();
        serde_json::from_str(&line.expect("the operator runs")).unwrap()
    }
}

#[tokio::test]
async fn an_operator_that_uses_node_smpp_is_bound_to_and_its_receipts_find_their_messages() {
    const MESSAGES: usize = 40;
    let mut operator = Operator::start().await;
    let serve = Serve::new();
    let mut customer = serve.furnish(operator.address, 10, "100").await;
    serve
        .done(&["account", "change", "shop", "--number", "380441234567"])
        .await;
    let (gateway, http) = serve.start().await;
    customer.http = http;
    assert_eq!(
        operator.line().await,
        json!({"bind": "transceiver", "right": true})
    );
    assert_eq!(operator.line().await, json!({"said": 0}));
    let phones: Vec<_> = (0..MESSAGES)
        .map(|n| format!("[\"3805012500{n:02}\"]"))
        .collect();
    let phones = format!("[{}]", phones.join(","));
    let sent = customer
        .call(
            "sendsmsgroup",
            &[
                ("sender", "Shop"),
                ("text", "Hello"),
                ("phones", &phones),
                ("datetime", ""),
                ("sms_lifetime", "0"),
            ],
        )
        .await;
    let campaign = sent["id"].as_i64().unwrap();
    // Each is submitted once and its receipt is taken; those reported twice are taken twice.
    let (mut submitted, mut reported) = (0, 0);
    while submitted < MESSAGES || reported < MESSAGES + MESSAGES / 4 {
        let line = operator.line().await;
        if line.get("submitted").is_some() {
            assert_eq!(line["text"], "Hello");
            submitted += 1;
        } else {
            assert_eq!(line["status"], 0, "{line}");
            reported += 1;
        }
    }
    let all = customer.phones(campaign).await;
    assert_eq!(all.len(), MESSAGES);
    assert!(all.iter().all(|(_, word)| word == "DELIVERED"), "{all:?}");
    assert_eq!(gateway.terminate().await.0, Some(0));
    let audit = serve.done(&["ledger", "audit"]).await;
    assert!(!audit.is_empty());
}
