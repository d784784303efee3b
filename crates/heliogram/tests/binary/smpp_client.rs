//! `heliogram smpp`, the client for people, against a development gateway and the simulated operator.

use std::process::Output;

use simulator::{Answers, Between, Scenario};

use crate::world::{Dev, Process, eventually, operator, run};

const TO: &str = "380501234567";

/// Runs a command of the client on an address.
async fn client(address: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = run(&[&["smpp"], arguments, &["--to", address]].concat()).await;
    let said = [stdout, stderr].map(|text| String::from_utf8(text).unwrap());
    (status.code(), said.concat())
}

fn smpp(dev: &Dev) -> &str {
    dev.line["smpp"].as_str().unwrap()
}

/// The ids of the submits that were accepted.
fn accepted(said: &str) -> Vec<&str> {
    let lines = said.lines();
    lines
        .filter_map(|line| line.strip_prefix("accepted  "))
        .collect()
}

#[tokio::test]
async fn a_text_is_sent_and_its_receipt_waited_for() {
    let dev = Dev::start().await;
    let send = [
        "send",
        "--from",
        "Shop",
        "--recipient",
        TO,
        "--text",
        "Hello",
    ];
    let (code, said) = client(smpp(&dev), &send).await;
    assert_eq!(code, Some(0), "{said}");
    let ids = accepted(&said);
    assert_eq!(ids.len(), 1, "{said}");
    assert!(
        said.contains(&format!("receipt   {}  DELIVRD", ids[0])),
        "{said}"
    );
    let shown = dev.messages(&format!("to={TO}")).await;
    assert_eq!(
        (&shown[0]["text"], &shown[0]["from"]),
        (&"Hello".into(), &"Shop".into())
    );
}

#[tokio::test]
async fn a_long_text_arrives_whole_whatever_way_it_goes() {
    let dev = Dev::start().await;
    let text = "Дві гривні 20 копійок, будь ласка. ".repeat(5);
    for (number, long) in ["udh", "udh16", "sar", "payload"].into_iter().enumerate() {
        let to = format!("38050123400{number}9");
        let send = [
            "send",
            "--from",
            "Shop",
            "--recipient",
            &to,
            "--text",
            &text,
            "--long",
            long,
        ];
        let (code, said) = client(smpp(&dev), &send).await;
        assert_eq!(code, Some(0), "{long}: {said}");
        let submits = if long == "payload" { 1 } else { 3 };
        assert_eq!(accepted(&said).len(), submits, "{long}: {said}");
        let shown = dev.messages(&format!("to={to}&wait=10s")).await;
        assert_eq!(shown[0]["text"], text.as_str(), "{long}");
    }
}

#[tokio::test]
async fn many_are_sent_at_their_rate_and_every_receipt_comes() {
    let dev = Dev::start().await;
    let send = [
        "send",
        "--from",
        "Shop",
        "--recipient",
        TO,
        "--text",
        "Hello",
        "--count",
        "20",
        "--rate",
        "50",
        "--flash",
    ];
    let (code, said) = client(smpp(&dev), &send).await;
    assert_eq!(code, Some(0), "{said}");
    let told = "20 submitted, 20 accepted, 0 refused, 0 without an answer; 20 receipts, 0 missing";
    assert!(said.contains(told), "{said}");
    let shown = dev.messages(&format!("to={TO}")).await;
    assert_eq!(shown.len(), 20);
    assert!(
        shown.iter().all(|message| message["flash"] == true),
        "{shown:?}"
    );
}

#[tokio::test]
async fn a_refusal_is_told_in_words_and_by_the_exit_code() {
    let dev = Dev::start().await;
    let send = [
        "send",
        "--from",
        "Shop",
        "--recipient",
        "12",
        "--text",
        "Hello",
    ];
    let (code, said) = client(smpp(&dev), &send).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("ESME_RINVDSTADR: the recipient is not a number"),
        "{said}"
    );
}

#[tokio::test]
async fn a_receipt_that_does_not_come_is_told_by_the_exit_code() {
    let silent = operator(Scenario {
        receipt_loss: 1.0,
        ..Scenario::default()
    })
    .await;
    let address = silent.address().to_string();
    let send = ["send", "--recipient", TO, "--text", "Hello"];
    let (code, said) = client(&address, &[&send[..], &["--wait", "200ms"]].concat()).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("0 receipts, 1 missing"), "{said}");
    let unasked = [&send[..], &["--receipt", "none"]].concat();
    assert_eq!(client(&address, &unasked).await.0, Some(0));
}

#[tokio::test]
async fn an_operator_that_never_answers_is_not_waited_for_longer_than_said() {
    let silent = operator(Scenario {
        answers: Answers::OnlyEnquireLink,
        ..Scenario::default()
    })
    .await;
    let address = silent.address().to_string();
    let send = [
        "send",
        "--recipient",
        TO,
        "--text",
        "Hello",
        "--patience",
        "300ms",
        "--wait",
        "0",
    ];
    let (code, said) = client(&address, &send).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("unknown   no answer within 300ms"), "{said}");
}

#[tokio::test]
async fn a_wrong_password_and_a_closed_port_are_told_with_what_to_do() {
    let dev = Dev::start().await;
    let query = ["query", "4711", "--password", "wrong"];
    let (code, said) = client(smpp(&dev), &query).await;
    assert_eq!(code, Some(1));
    assert!(
        said.contains("the password or the system_id is wrong"),
        "{said}"
    );
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = free.local_addr().unwrap().to_string();
    drop(free);
    let (code, said) = client(&closed, &["query", "4711"]).await;
    assert_eq!(code, Some(1));
    assert!(said.contains("is --to right?"), "{said}");
    // What is spoken there is HTTP.
    let query = ["query", "4711", "--patience", "500ms"];
    let (code, said) = client(&dev.http.to_string(), &query).await;
    assert_eq!(code, Some(1));
    assert!(said.contains("is it SMPP that is spoken there"), "{said}");
}

#[tokio::test]
async fn a_message_is_asked_for_and_called_back() {
    let slow = operator(Scenario {
        receipt_delay_ms: Between::exactly(60_000),
        ..Scenario::default()
    })
    .await;
    let address = slow.address().to_string();
    let send = ["send", "--recipient", TO, "--text", "Hello", "--wait", "0"];
    let (code, said) = client(&address, &send).await;
    assert_eq!(code, Some(0), "{said}");
    let id = accepted(&said)[0];
    let (code, said) = client(&address, &["query", id]).await;
    assert_eq!(
        (code, said.as_str()),
        (Some(0), &*format!("{id}  ENROUTE\n"))
    );
    let (code, said) = client(&address, &["cancel", id]).await;
    assert_eq!(
        (code, said.as_str()),
        (Some(0), &*format!("{id}  cancelled\n"))
    );
    let (code, said) = client(&address, &["cancel", id]).await;
    assert_eq!(code, Some(1));
    assert!(said.contains("it cannot be called back any more"), "{said}");
    let (_, said) = client(&address, &["query", id]).await;
    assert!(said.contains("DELETED"), "{said}");
    let (code, said) = client(&address, &["replace", id, "--text", "Bye"]).await;
    assert_eq!(code, Some(1));
    assert!(said.contains("ESME_RREPLACEFAIL"), "{said}");
}

#[tokio::test]
async fn who_does_not_wait_for_receipts_leaves_them_to_the_program_that_does() {
    let dev = Dev::start().await;
    let send = [
        "send",
        "--recipient",
        TO,
        "--text",
        "Hello",
        "--from",
        "Shop",
    ];
    let (code, said) = client(smpp(&dev), &[&send[..], &["--wait", "0"]].concat()).await;
    assert_eq!(code, Some(0), "{said}");
    let id = accepted(&said)[0];
    // The receipt waits by the time that the message is known to be delivered.
    eventually("a message that is delivered", async || {
        let (code, said) = client(smpp(&dev), &["query", id]).await;
        assert_eq!(code, Some(0), "{said}");
        assert!(!said.contains("receipt"), "{said}");
        said.contains("DELIVRD").then_some(())
    })
    .await;
    for not_waiting in [
        &["query", id][..],
        &[&send[..], &["--receipt", "none"]].concat(),
    ] {
        let (code, said) = client(smpp(&dev), not_waiting).await;
        assert_eq!(code, Some(0), "{said}");
        assert!(!said.contains("receipt  "), "{said}");
    }
    let mut bound = Process::start(&["smpp", "bind", "--mode", "receiver", "--to", smpp(&dev)]);
    assert!(bound.line().await.starts_with("bound to "));
    assert_eq!(bound.line().await, format!("receipt   {id}  DELIVRD\n"));
    assert_eq!(bound.signal("INT").await.0, Some(0));
}

#[tokio::test]
async fn whoever_is_bound_reads_receipts_and_messages_until_the_end() {
    let dev = Dev::start().await;
    let mut bound = Process::start(&["smpp", "bind", "--mode", "receiver", "--to", smpp(&dev)]);
    assert!(bound.line().await.starts_with("bound to "));
    let say = "from=380501234567&to=380441234567&text=Hello%20from%20a%20phone";
    let form = "application/x-www-form-urlencoded";
    eventually("a phone that can speak", async || {
        let mut connection = dev.connect().await;
        let told = connection.ask("POST", "/dev/messages", form, say.as_bytes());
        (told.await.unwrap().status == 202).then_some(())
    })
    .await;
    let line = bound.line().await;
    assert_eq!(
        line,
        "message   380501234567 → 380441234567  Hello from a phone\n"
    );
    assert_eq!(bound.signal("INT").await.0, Some(0));
}

#[tokio::test]
async fn pdus_are_printed_with_their_octets_and_without_the_password() {
    let dev = Dev::start().await;
    let send = [
        "send",
        "--from",
        "Shop",
        "--recipient",
        TO,
        "--text",
        "Hello",
        "--pdus",
    ];
    let (code, said) = client(smpp(&dev), &send).await;
    assert_eq!(code, Some(0), "{said}");
    for expected in [
        "> bind_transceiver 1 Bind(",
        // dev, and three asterisks.
        "64 65 76 00 2a 2a 2a 00",
        "< bind_transceiver_resp 1 ESME_ROK",
        "> submit_sm 2 SubmitSm(",
        "05 48 65 6c 6c 6f",
        "< deliver_sm 1 DeliverSm(",
        "stat:DELIVRD",
        "> unbind 3",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    assert!(!said.contains("64 65 76 00 64 65 76"), "{said}");
}
