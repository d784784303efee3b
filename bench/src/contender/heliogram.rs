//! Heliogram itself, as a black box: set up by its own commands and configuration file.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use async_trait::async_trait;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, Command};
use tokio::task::AbortHandle;

use super::{Contender, Ground, Login, Requests, Running, SmppDoor};
use crate::load::now;
use crate::load::requests::atompark::Single;
use crate::output;

/// The keys of the first account, which sends over HTTP.
pub(crate) const PUBLIC_KEY: &str = "bench-public";
pub(crate) const PRIVATE_KEY: &str = "bench-private";

/// The same account's credentials where there are no key pairs.
pub(crate) const LOGIN: &str = "bench0";
pub(crate) const PASSWORD: &str = "bench-pw";
pub(crate) const TOKEN: &str = "bench-token";

/// The token of an account by its place.
pub(crate) fn token(account: u32) -> String {
    match account {
        0 => TOKEN.to_owned(),
        account => format!("{TOKEN}-{account}"),
    }
}

/// The prices of a segment, in hryvnias: for numbers that begin so, and for all others.
pub(crate) const CHEAP_PREFIX: &str = "38063";
pub(crate) const CHEAP_PRICE: &str = "0.11";
pub(crate) const PRICE: &str = "0.13";

/// More than any run spends.
const MONEY: &str = "1000000000";

/// How long it may take to start and to stop, with ten million messages too.
const PATIENCE: Duration = Duration::from_mins(3);

/// A build of Heliogram.
#[derive(Clone, Debug)]
pub(crate) struct Heliogram {
    /// Its program.
    pub(crate) program: PathBuf,
    /// What its configuration file has besides.
    pub(crate) sections: String,
    /// Data that it is started on instead of fresh ones.
    pub(crate) found: Option<Found>,
    /// How many connectors share the links to the operator.
    pub(crate) connectors: u32,
}

/// Data of a gateway that have been made before.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// Where they are.
    pub(crate) data: PathBuf,
    /// How many messages are in them, all of which have ended.
    pub(crate) messages: u64,
    /// Whether whoever made them audits them after all runs: with ten million messages that takes a minute.
    pub(crate) is_audited_later: bool,
}

impl Heliogram {
    /// A build as it is without further settings.
    pub(crate) fn new(program: &Path) -> Self {
        Self {
            program: program.to_owned(),
            sections: String::new(),
            found: None,
            connectors: 1,
        }
    }
}

#[async_trait(?Send)]
impl Contender for Heliogram {
    fn name(&self) -> String {
        "heliogram".to_owned()
    }

    fn version(&self) -> anyhow::Result<String> {
        let output = std::process::Command::new(&self.program)
            .arg("--version")
            .output()?;
        let said = String::from_utf8(output.stdout)?;
        Ok(said.trim().trim_start_matches("heliogram ").to_owned())
    }

    /// Data that is there already, in `data` of the ground's directory, keeps its accounts and is only told where the operator is.
    async fn start(&self, ground: &Ground) -> anyhow::Result<Box<dyn Running>> {
        let place = Place {
            program: self.program.clone(),
            data: ground.directory.join("data"),
            directory: ground.directory.clone(),
            accounts: ground.accounts,
            messages: self.found.as_ref().map_or(0, |found| found.messages),
            is_audited_later: self
                .found
                .as_ref()
                .is_some_and(|found| found.is_audited_later),
        };
        if let Some(found) = &self.found
            && !place.data.exists()
        {
            std::os::unix::fs::symlink(&found.data, &place.data)
                .with_context(|| format!("cannot lend {}", found.data.display()))?;
        }
        if !place.data.exists() {
            place.furnish(ground).await?;
        }
        place.connect(ground, self.connectors).await?;
        Ok(Box::new(place.serve(&self.sections).await?))
    }
}

/// The data of a gateway, whether one runs on it or not.
#[derive(Clone, Debug)]
struct Place {
    program: PathBuf,
    directory: PathBuf,
    data: PathBuf,
    accounts: u32,
    /// How many were in it when it was found.
    messages: u64,
    is_audited_later: bool,
}

impl Place {
    /// Sets prices and accounts.
    async fn furnish(&self, ground: &Ground) -> anyhow::Result<()> {
        let cheap = format!("{CHEAP_PREFIX}={CHEAP_PRICE}");
        self.admin(&[
            "tariff",
            "set",
            "default",
            "--default",
            PRICE,
            "--prefix",
            &cheap,
        ])
        .await?;
        for account in 0..ground.accounts {
            let name = login(account);
            let binds = ground.binds.to_string();
            // What is measured is the gateway, not what one customer may ask of it.
            let unlimited = u32::MAX.to_string();
            self.admin(&[
                "account",
                "add",
                &name,
                "--requests-per-second",
                &unlimited,
                "--smpp-binds",
                &binds,
            ])
            .await?;
            self.admin(&["account", "top-up", &name, MONEY]).await?;
            self.credential(&name, "password", &name, PASSWORD).await?;
        }
        self.credential(LOGIN, "key-pair", PUBLIC_KEY, PRIVATE_KEY)
            .await?;
        self.credential(LOGIN, "token", "", TOKEN).await
    }

    async fn credential(
        &self,
        account: &str,
        kind: &str,
        public: &str,
        secret: &str,
    ) -> anyhow::Result<()> {
        let named = ["--kind", kind, "--public", public, "--secret", secret];
        self.admin(&[&["account", "credential", account][..], &named].concat())
            .await
    }

    /// Leads everything to the operator.
    async fn connect(&self, ground: &Ground, connectors: u32) -> anyhow::Result<()> {
        let (address, links, window) = (
            ground.smsc.to_string(),
            (ground.links / connectors).max(1).to_string(),
            ground.window.to_string(),
        );
        let way = [
            "--address",
            &address,
            "--links",
            &links,
            "--window",
            &window,
        ];
        let who = ["--system-id", "bench", "--password", "bench"];
        let names: Vec<_> = (1..=connectors)
            .map(|number| format!("operator{number}"))
            .collect();
        for name in &names {
            self.admin(&[&["connector", "set", name][..], &way, &who].concat())
                .await?;
        }
        self.admin(&["route", "set", "all", "--to", &names.join(",")])
            .await
    }

    /// Runs one of the program's commands on the data.
    async fn admin(&self, arguments: &[&str]) -> anyhow::Result<()> {
        self.said(arguments).await.map(drop)
    }

    /// Runs one of the program's commands on the data, and gives what it says.
    async fn said(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let Output {
            status,
            stdout,
            stderr,
        } = Command::new(&self.program)
            .args(arguments)
            .arg("--data")
            .arg(&self.data)
            .env_remove("RUST_LOG")
            .stdin(Stdio::null())
            .output()
            .await
            .with_context(|| format!("cannot start {}", self.program.display()))?;
        let said = String::from_utf8(stdout)?;
        let complaint = String::from_utf8_lossy(&stderr);
        ensure!(
            status.success(),
            "heliogram {}: {said}{complaint}",
            arguments.join(" ")
        );
        Ok(said)
    }

    /// Audits the books, which counts the messages and those that have not ended.
    async fn audit(&self, messages: u64, under_way: u64) -> anyhow::Result<()> {
        let said = self.said(&["ledger", "audit"]).await?;
        if self.is_audited_later {
            return Ok(());
        }
        let messages = self.messages + messages;
        let expected = format!(" {messages} messages, {under_way} of them under way");
        ensure!(said.contains(&expected), "not{expected}: {said}");
        Ok(())
    }

    /// Starts the gateway; returns when its doors are open.
    async fn serve(self, sections: &str) -> anyhow::Result<Serving> {
        let config = self.directory.join("heliogram.toml");
        let text = format!(
            "[data]\ndirectory = \"{}\"\n[http]\nlisten = \"127.0.0.1:0\"\n[smpp]\nlisten = \"127.0.0.1:0\"\n\
             [log]\nlevel = \"warn,heliogram=info,store_sqlite=info\"\nformat = \"json\"\n{sections}",
            self.data.display()
        );
        std::fs::write(&config, text)
            .with_context(|| format!("cannot write {}", config.display()))?;
        let begun = now();
        let mut process = Command::new(&self.program)
            .args(["serve", "--config"])
            .arg(&config)
            .env_remove("RUST_LOG")
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {}", self.program.display()))?;
        let log = process.stderr.take().context("the gateway has no log")?;
        let mut log = BufReader::new(log).lines();
        let started = tokio::time::timeout(PATIENCE, Started::read(&mut log));
        let started = started.await.context("the gateway does not start")??;
        let id = process.id().context("the gateway has ended")?;
        Ok(Serving {
            place: self,
            process,
            id,
            started,
            took: begun.elapsed(),
            log: tokio::task::spawn_local(pass_on(log)).abort_handle(),
        })
    }
}

/// The login of an account by its place.
fn login(account: u32) -> String {
    format!("bench{account}")
}

/// Shows what the gateway complains about.
async fn pass_on(mut log: Lines<BufReader<ChildStderr>>) {
    while let Ok(Some(line)) = log.next_line().await {
        if !line.contains("\"INFO\"") {
            output::note(line);
        }
    }
}

/// What the log says at the start.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Started {
    http: SocketAddr,
    smpp: SocketAddr,
    /// What the store says of how it keeps things.
    store: Vec<String>,
}

impl Started {
    async fn read(log: &mut Lines<BufReader<ChildStderr>>) -> anyhow::Result<Self> {
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

/// A gateway that runs, and its data afterwards.
struct Serving {
    place: Place,
    process: Child,
    id: u32,
    started: Started,
    /// From its start until its doors were open.
    took: Duration,
    log: AbortHandle,
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
