//! What `heliogram dev` prints for people is true, also of data that were changed since.

use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::time::timeout;

use crate::world::{LONG, program, run};

#[tokio::test]
async fn the_welcome_tells_what_holds_now() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let data = data.to_str().unwrap();
    let said = welcome(data).await;
    for part in [
        "1000.00 UAH, 0.13 UAH a segment, any originator",
        "private key dev-private",
        "system_id dev, password dev\n",
        "bearer token dev-token",
        "Try a message",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    for command in [
        "account top-up dev -100",
        "account credential dev --kind key-pair --public dev-public --secret other",
        "account credential dev --kind password --public dev --secret other",
        "account remove-credential dev --kind token --public dev-token",
        "account change dev --originator Shop",
        "tariff set default --default 0.13 --prefix 38050=0.2",
    ] {
        let mut words: Vec<_> = command.split(' ').collect();
        words.extend(["--data", data]);
        assert!(run(&words).await.status.success(), "{command}");
    }
    let said = welcome(data).await;
    for part in [
        "900.00 UAH, prices by tariff default, originators Shop",
        "private key (changed)",
        "password (changed)",
        "API key dev-key",
        "bearer token (changed)",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!said.contains("Try a message"), "{said}");
}

/// Starts development mode on a directory; gives what it prints for people.
async fn welcome(data: &str) -> String {
    let free = "127.0.0.1:0";
    let doors = ["--http", free, "--smpp", free, "--operator", free];
    let mut child = program(&[&["dev", "--data", data][..], &doors].concat())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut said = String::new();
    while !said.contains("misbehave") {
        let line = timeout(LONG, lines.next_line()).await.unwrap().unwrap();
        said += &line.expect("the welcome has its last line");
        said.push('\n');
    }
    child.kill().await.unwrap();
    said
}
