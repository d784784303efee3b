//! A gateway that runs.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context, ensure};
use async_trait::async_trait;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::task::AbortHandle;

use super::PASSWORD;
use super::log::{Started, pass_on};
use super::place::{Place, login};
use crate::contender::{Login, Requests, Running, SmppDoor};
use crate::load::now;
use crate::load::requests::atompark::Single;

/// How long it may take to start and to stop, with ten million messages too.
const PATIENCE: Duration = Duration::from_mins(3);

/// A gateway that runs, and its data afterwards.
pub(super) struct Serving {
    place: Place,
    process: Child,
    id: u32,
    started: Started,
    /// From its start until its doors were open.
    took: Duration,
    log: AbortHandle,
}

impl Serving {
    /// Starts the gateway; returns when its doors are open.
    pub(super) async fn start(place: Place, sections: &str) -> anyhow::Result<Self> {
        let config = place.directory.join("heliogram.toml");
        let text = format!(
            "[data]\ndirectory = \"{}\"\n[http]\nlisten = \"127.0.0.1:0\"\n[smpp]\nlisten = \"127.0.0.1:0\"\n\
             [log]\nlevel = \"warn,heliogram=info,store_sqlite=info\"\nformat = \"json\"\n{sections}",
            place.data.display()
        );
        std::fs::write(&config, text)
            .with_context(|| format!("cannot write {}", config.display()))?;
        let begun = now();
        let mut process = Command::new(&place.program)
            .args(["serve", "--config"])
            .arg(&config)
            .env_remove("RUST_LOG")
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {}", place.program.display()))?;
        let log = process.stderr.take().context("the gateway has no log")?;
        let mut log = BufReader::new(log).lines();
        let started = tokio::time::timeout(PATIENCE, Started::read(&mut log));
        let started = started.await.context("the gateway does not start")??;
        let id = process.id().context("the gateway has ended")?;
        Ok(Self {
            place,
            process,
            id,
            started,
            took: begun.elapsed(),
            log: tokio::task::spawn_local(pass_on(log)).abort_handle(),
        })
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.log.abort();
    }
}

#[async_trait(?Send)]
impl Running for Serving {
    fn http(&self) -> SocketAddr {
        self.started.http
    }

    fn single(&self) -> Rc<dyn Requests> {
        Rc::new(Single::default())
    }

    fn smpp(&self) -> Option<SmppDoor> {
        let login = |account| Login {
            system_id: login(account),
            password: PASSWORD.to_owned(),
        };
        Some(SmppDoor {
            address: self.started.smpp,
            logins: (0..self.place.accounts).map(login).collect(),
        })
    }

    fn processes(&self) -> Vec<u32> {
        vec![self.id]
    }

    fn started_in(&self) -> Option<Duration> {
        Some(self.took)
    }

    fn data(&self) -> &Path {
        &self.place.data
    }

    fn durability(&self) -> String {
        if self.started.store.is_empty() {
            "the store does not say how durable it is".to_owned()
        } else {
            self.started.store.join("; ")
        }
    }

    async fn stop(&mut self) -> anyhow::Result<()> {
        let told = Command::new("kill")
            .arg(self.id.to_string())
            .status()
            .await?;
        ensure!(told.success(), "cannot end process {}", self.id);
        let ended = tokio::time::timeout(PATIENCE, self.process.wait()).await;
        let status = ended.context("the gateway does not stop")??;
        ensure!(status.success(), "the gateway ended with {status}");
        Ok(())
    }

    async fn check(&self, messages: u64, under_way: u64) -> anyhow::Result<()> {
        self.place.audit(messages, under_way).await
    }
}
