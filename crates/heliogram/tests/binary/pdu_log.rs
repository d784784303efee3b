//! The log of a connector's PDUs: asked for, bounded, and without a text or a password.

use simulator::Scenario;

use crate::world::{Customer, Serve, eventually, operator};

const TEXT: &str = "Your code is 471147";

async fn connector(serve: &Serve, address: &str, kib: &str) {
    serve
        .done(&[
            "connector",
            "set",
            "operator",
            "--address",
            address,
            "--system-id",
            "heliogram",
            "--password",
            "open-sesame",
            "--pdu-log-kib",
            kib,
        ])
        .await;
}

fn holds(log: &str, secret: &str) -> bool {
    let digits: Vec<_> = secret
        .bytes()
        .take(8)
        .map(|octet| format!("{octet:02x}"))
        .collect();
    log.contains(secret) || log.contains(&digits.join(" "))
}

#[tokio::test]
async fn a_connector_keeps_a_log_when_asked_to_and_it_holds_no_secret() {
    let operator = operator(Scenario::default()).await;
    let address = operator.address().to_string();
    let serve = Serve::new();
    let furnished = serve.furnish(operator.address(), 10, "10").await;
    let (success, said) = serve.admin(&["connector", "log", "operator"]).await;
    assert!(!success && said.contains("--pdu-log-kib"), "{said}");
    let (success, said) = serve.admin(&["connector", "log", "nobody"]).await;
    assert!(!success && said.contains("no connector nobody"), "{said}");

    connector(&serve, &address, "64").await;
    let (gateway, http) = serve.start().await;
    let customer = Customer { http, ..furnished };
    let sms = [
        ("sender", "Shop"),
        ("text", TEXT),
        ("phone", "380501234567"),
    ];
    customer.call("sendSMS", &sms).await;
    // The gateway runs on meanwhile.
    let log = eventually("the receipt in the log", async || {
        let (_, log) = serve.admin(&["connector", "log", "operator"]).await;
        log.contains("deliver_sm_resp").then_some(log)
    })
    .await;
    for expected in [
        "# operator-0: bind_transceiver 1 ",
        "# operator-0: submit_sm 2 ",
        "# operator-0: submit_sm_resp 2 ESME_ROK ",
        "stat:DELIVRD",
        "\nO 20",
        "\nI 20",
        "\n000000 00 00 00 ",
    ] {
        assert!(log.contains(expected), "{expected}: {log}");
    }
    assert!(!holds(&log, TEXT), "{log}");
    assert!(!holds(&log, "open-sesame"), "{log}");
    assert_eq!(gateway.terminate().await.0, Some(0));
    let log = serve
        .done(&["connector", "log", "operator", "--link", "0"])
        .await;
    assert!(log.contains("# operator-0: ends at 20"), "{log}");
    let (success, said) = serve
        .admin(&["connector", "log", "operator", "--link", "7"])
        .await;
    assert!(
        !success && said.contains("link 7 of connector operator"),
        "{said}"
    );
}

#[tokio::test]
async fn nothing_is_kept_unless_it_is_asked_for() {
    let operator = operator(Scenario::default()).await;
    let serve = Serve::new();
    let furnished = serve.furnish(operator.address(), 10, "10").await;
    let (gateway, http) = serve.start().await;
    let customer = Customer { http, ..furnished };
    let sms = [
        ("sender", "Shop"),
        ("text", TEXT),
        ("phone", "380501234567"),
    ];
    customer.call("sendSMS", &sms).await;
    eventually("the message", async || {
        (operator.inbox().counters().messages == 1).then_some(())
    })
    .await;
    assert_eq!(gateway.terminate().await.0, Some(0));
    assert!(!serve.data().join("pdu").exists());
}
