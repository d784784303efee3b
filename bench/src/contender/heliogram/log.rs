//! What a gateway says in its log: where its doors are, how durable its store is, and what it complains about.

use std::net::SocketAddr;

use anyhow::{Context, bail};
use serde_json::Value;
use tokio::io::{BufReader, Lines};
use tokio::process::ChildStderr;

use crate::output;

/// Shows what the gateway complains about.
pub(super) async fn pass_on(mut log: Lines<BufReader<ChildStderr>>) {
    while let Ok(Some(line)) = log.next_line().await {
        if !line.contains("\"INFO\"") {
            output::note(line);
        }
    }
}

/// What the log says at the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Started {
    pub(super) http: SocketAddr,
    pub(super) smpp: SocketAddr,
    /// What the store says of how it keeps things.
    pub(super) store: Vec<String>,
}

impl Started {
    pub(super) async fn read(log: &mut Lines<BufReader<ChildStderr>>) -> anyhow::Result<Self> {
        let mut store = Vec::new();
        while let Some(line) = log.next_line().await? {
            let Ok(said) = serde_json::from_str::<Value>(&line) else {
                // A refusal to start is said in words.
                bail!("the gateway does not start: {line}");
            };
            if said["target"]
                .as_str()
                .is_some_and(|it| it.starts_with("store_sqlite"))
            {
                store.push(in_words(&said["fields"]));
            }
            if said["fields"]["message"] == "the gateway is running" {
                let address = |door: &str| -> anyhow::Result<SocketAddr> {
                    let text = said["fields"][door].as_str().context("a door is closed")?;
                    Ok(text.parse()?)
                };
                return Ok(Self {
                    http: address("http")?,
                    smpp: address("smpp")?,
                    store,
                });
            }
        }
        bail!("the gateway ended without a word")
    }
}

/// Writes a log line's message and fields in one line.
fn in_words(fields: &Value) -> String {
    let text = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    let mut words = text(&fields["message"]);
    for (name, value) in fields.as_object().into_iter().flatten() {
        if name != "message" {
            words = format!("{words}, {name} {}", text(value));
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_the_store_says_of_itself_is_told_with_its_fields() {
        let fields = json!({ "message": "opened", "synchronous": "FULL", "migrations": 5 });
        assert_eq!(in_words(&fields), "opened, migrations 5, synchronous FULL");
    }
}
