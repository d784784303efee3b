//! The operator's process from the side of who started it.

use std::net::SocketAddr;
use std::process::Stdio;

use anyhow::{Context, ensure};
use serde::de::DeserializeOwned;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::Mutex;

use super::{Counts, Question};
use crate::latency::Quantiles;

/// An operator in a process of its own, which ends with the value.
pub(crate) struct Smsc {
    address: SocketAddr,
    process: Child,
    talk: Mutex<Talk>,
}

/// The two directions, of which one question at a time makes use.
struct Talk {
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Smsc {
    /// Starts one that behaves as a scenario of the simulator says.
    pub(crate) async fn start(scenario: &str) -> anyhow::Result<Self> {
        let program = std::env::current_exe().context("cannot find this program's own file")?;
        let mut process = Command::new(program)
            .args(["smsc", "--scenario", scenario])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("cannot start the operator")?;
        let ends = process.stdin.take().zip(process.stdout.take());
        let (questions, answers) = ends.context("the operator has no pipes")?;
        let mut talk = Talk {
            questions,
            answers: BufReader::new(answers),
        };
        let address = talk.line().await?;
        Ok(Self {
            address: address
                .parse()
                .with_context(|| format!("{address:?} is no address"))?,
            process,
            talk: Mutex::new(talk),
        })
    }

    /// Where it listens.
    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Asks what has come so far.
    pub(crate) async fn counts(&self) -> anyhow::Result<Counts> {
        self.ask(Question::Counts).await
    }

    /// Asks how long stamped texts took since the last time this was asked, by their kind.
    pub(crate) async fn latencies(&self) -> anyhow::Result<Vec<Quantiles>> {
        self.ask(Question::Latencies).await
    }

    /// The id of its process.
    pub(crate) fn id(&self) -> anyhow::Result<u32> {
        self.process.id().context("the operator has ended")
    }

    /// Ends it in order.
    pub(crate) async fn end(mut self) -> anyhow::Result<()> {
        drop(self.talk);
        let status = self.process.wait().await?;
        ensure!(status.success(), "the operator ended with {status}");
        Ok(())
    }

    async fn ask<T: DeserializeOwned>(&self, question: Question) -> anyhow::Result<T> {
        let mut talk = self.talk.lock().await;
        let asked = format!("{}\n", question.word());
        talk.questions.write_all(asked.as_bytes()).await?;
        let line = talk.line().await?;
        serde_json::from_str(&line).with_context(|| format!("the operator answered {line:?}"))
    }
}

impl Talk {
    async fn line(&mut self) -> anyhow::Result<String> {
        let mut line = String::new();
        let octets = self.answers.read_line(&mut line).await?;
        ensure!(octets > 0, "the operator's process has ended");
        Ok(line.trim_end().to_owned())
    }
}
