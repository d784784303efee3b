//! The simulated operator alone, with a scenario file, and the client through a gateway that binds to it.

use std::process::Output;

use crate::world::{Process, Serve, run};

/// Starts an operator with a scenario; gives its process and its address.
async fn operator(scenario: &str) -> (Process, String) {
    let arguments = [
        "simulator",
        "--listen",
        "127.0.0.1:0",
        "--scenario",
        scenario,
    ];
    let mut process = Process::start(&arguments);
    let address = process.line().await.trim().to_owned();
    (process, address)
}

async fn send(address: &str, login: [&str; 2], arguments: &[&str]) -> (Option<i32>, String) {
    let [system_id, password] = login;
    let who = [
        "--to",
        address,
        "--system-id",
        system_id,
        "--password",
        password,
    ];
    let send = [
        "smpp",
        "send",
        "--recipient",
        "380501234567",
        "--text",
        "Hello",
    ];
    let Output {
        status,
        stdout,
        stderr,
    } = run(&[&send[..], &who, arguments].concat()).await;
    let said = [stdout, stderr].map(|text| String::from_utf8(text).unwrap());
    (status.code(), said.concat())
}

#[tokio::test]
async fn a_scenario_file_misbehaves_by_its_steps_and_the_sums_tell_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("busy.toml");
    std::fs::write(
        &file,
        "receipt_delay_ms = { min = 1, max = 5 }\n[[steps]]\nafter_submits = 2\nthrottling = 1.0\n",
    )
    .unwrap();
    let (process, address) = operator(file.to_str().unwrap()).await;
    let login = ["anybody", "anything"];
    let (code, said) = send(&address, login, &["--count", "3", "--window", "1"]).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("ESME_RTHROTTLED: too fast"), "{said}");
    assert!(
        said.contains("3 submitted, 2 accepted, 1 refused"),
        "{said}"
    );
    let (code, table) = process.terminate().await;
    assert_eq!(code, Some(0));
    for (what, count) in [
        ("submits", "3"),
        ("throttled", "1"),
        ("texts on phones", "2"),
    ] {
        let row = table.lines().find(|line| line.contains(what)).unwrap();
        assert_eq!(row.split_whitespace().last(), Some(count), "{table}");
    }
}

#[tokio::test]
async fn a_case_is_known_by_its_name_and_another_is_told_what_there_is() {
    let (_process, address) = operator("f20-only-enquire-link").await;
    let impatient = ["--patience", "300ms", "--wait", "0"];
    let (code, said) = send(&address, ["a", "b"], &impatient).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("no answer within"), "{said}");
    let output = run(&["simulator", "--scenario", "no-such-case"]).await;
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("f20-silence") && said.contains("clean"),
        "{said}"
    );
}

#[tokio::test]
async fn a_text_goes_from_the_client_through_a_gateway_to_the_operator_and_its_receipt_back() {
    let (process, address) = operator("case-03-more-than-63-bits").await;
    let door = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = door.local_addr().unwrap().to_string();
    drop(door);
    let serve = Serve::with(&format!(
        "[smpp]\nlisten = \"{listen}\"\npdu_log_kib = 64\n"
    ));
    serve.furnish(address.parse().unwrap(), 10, "10").await;
    let login = ["shop-smpp", "sesame"];
    serve
        .done(&[
            "account",
            "credential",
            "shop",
            "--kind",
            "password",
            "--public",
            login[0],
            "--secret",
            login[1],
        ])
        .await;
    let (gateway, _) = serve.start().await;
    let (code, said) = send(&listen, login, &["--from", "Shop", "--count", "5"]).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("5 receipts, 0 missing"), "{said}");
    assert_eq!(gateway.terminate().await.0, Some(0));
    // The door's own log of what passed, without the text and the password.
    let log = std::fs::read_to_string(serve.data().join("pdu/door.log")).unwrap();
    for command in [
        "bind_transceiver 1",
        "submit_sm 2",
        "deliver_sm_resp 1 ESME_ROK",
    ] {
        assert!(log.contains(&format!(": {command} ")), "{command}: {log}");
    }
    assert!(
        !log.contains("48 65 6c 6c 6f") && !log.contains("73 65 73 61"),
        "{log}"
    );
    let (_, table) = process.terminate().await;
    let row = table
        .lines()
        .find(|line| line.starts_with("texts on phones"))
        .unwrap();
    assert_eq!(row.split_whitespace().last(), Some("5"), "{table}");
}
