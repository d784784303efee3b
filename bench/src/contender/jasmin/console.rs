//! Jasmin's console, jCli: lines over TCP, each answered up to the next prompt.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the console says before it can be told anything.
const GREETING: &str = "Session ref";

/// What an answer ends with: ready for a command, or for more of one.
const PROMPTS: [&str; 2] = ["jcli : ", "\n> "];

/// Tells the console these lines; one that ends a command must succeed.
pub(super) async fn tell(address: SocketAddr, lines: &str) -> anyhow::Result<()> {
    let mut stream = TcpStream::connect(address)
        .await
        .context("cannot reach Jasmin's console")?;
    read(&mut stream, |said| said.contains(GREETING)).await?;
    for line in lines.lines() {
        stream.write_all(format!("{line}\r\n").as_bytes()).await?;
        let said = read(&mut stream, |said| {
            PROMPTS.iter().any(|it| said.ends_with(it))
        })
        .await?;
        ensure!(
            is_good(line, &said),
            "Jasmin's console answers {line:?} with {said:?}"
        );
    }
    Ok(())
}

/// Reads until that is so.
async fn read(stream: &mut TcpStream, is_whole: impl Fn(&str) -> bool) -> anyhow::Result<String> {
    let mut octets = Vec::new();
    loop {
        let said = String::from_utf8_lossy(&octets).into_owned();
        if is_whole(&said) {
            return Ok(said);
        }
        let reading = tokio::time::timeout(PATIENCE, stream.read_buf(&mut octets)).await;
        let count =
            reading.with_context(|| format!("Jasmin's console says no more than {said:?}"))??;
        ensure!(
            count > 0,
            "Jasmin's console closed the connection after {said:?}"
        );
    }
}

/// Tells whether an answer is the one that was hoped for: what has effects says so.
fn is_good(line: &str, said: &str) -> bool {
    let has_effects = line == "ok" || line.starts_with("smppccm -1");
    !has_effects || said.contains("Successfully")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_effects_must_say_that_it_succeeded() {
        for (line, said, good) in [
            (
                "ok",
                "ok\r\nSuccessfully added User [bench]\r\njcli : ",
                true,
            ),
            ("ok", "ok\r\nYou must set User id (uid)\r\n> ", false),
            (
                "smppccm -1 operator",
                "Successfully started connector\r\njcli : ",
                true,
            ),
            (
                "smppccm -1 operator",
                "Failed starting connector\r\njcli : ",
                false,
            ),
            ("port 2775", "port 2775\r\n> ", true),
        ] {
            assert_eq!(is_good(line, said), good, "{line}: {said}");
        }
    }
}
