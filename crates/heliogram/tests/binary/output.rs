//! Output that nobody can read: told where it can be, and never with a panic.

use std::fs::File;
use std::io::PipeWriter;
use std::process::Stdio;

use tokio::time::timeout;

use crate::world::{LONG, program};

/// Runs the program with this standard output; gives its exit code and what it said on standard error.
async fn printing_to(output: impl Into<Stdio>, arguments: &[&str]) -> (Option<i32>, String) {
    let child = program(arguments)
        .stdout(output)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let ended = timeout(LONG, child.wait_with_output());
    let ended = ended.await.unwrap().unwrap();
    (
        ended.status.code(),
        String::from_utf8(ended.stderr).unwrap(),
    )
}

fn full() -> File {
    File::options().write(true).open("/dev/full").unwrap()
}

/// A pipe that nobody reads.
fn deserted() -> PipeWriter {
    std::io::pipe().unwrap().1
}

#[tokio::test]
async fn a_full_disk_is_told() {
    let (code, said) = printing_to(full(), &["config", "example"]).await;
    assert_eq!(code, Some(1));
    let told = "heliogram: cannot write to standard output: ";
    assert!(said.starts_with(told), "{said}");
}

#[tokio::test]
async fn an_error_that_cannot_be_told_is_still_one() {
    let child = program(&["serve", "--config", "/nowhere"])
        .stderr(full())
        .status();
    assert_eq!(timeout(LONG, child).await.unwrap().unwrap().code(), Some(1));
}

#[tokio::test]
async fn a_reader_that_has_gone_is_no_reason_to_complain() {
    let ended = printing_to(deserted(), &["config", "example"]).await;
    assert_eq!(ended, (Some(1), String::new()));
}

#[tokio::test]
async fn development_mode_that_nobody_can_hear_ends_in_order() {
    let free = "127.0.0.1:0";
    let doors = ["dev", "--http", free, "--smpp", free, "--operator", free];
    let ended = printing_to(deserted(), &doors).await;
    assert_eq!(ended, (Some(1), String::new()));
}
