//! The data of a gateway: made, set up and audited by the program's own commands.

use std::path::PathBuf;
use std::process::{Output, Stdio};

use anyhow::{Context, ensure};
use tokio::process::Command;

use super::{
    CHEAP_PREFIX, CHEAP_PRICE, LOGIN, MONEY, PASSWORD, PRICE, PRIVATE_KEY, PUBLIC_KEY, TOKEN,
};
use crate::contender::Ground;

/// The data of a gateway, whether one runs on it or not.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) program: PathBuf,
    pub(super) directory: PathBuf,
    pub(super) data: PathBuf,
    pub(super) accounts: u32,
    /// How many were in it when it was found.
    pub(super) messages: u64,
    pub(super) is_audited_later: bool,
}

impl Place {
    /// Sets prices and accounts.
    pub(super) async fn furnish(&self, ground: &Ground) -> anyhow::Result<()> {
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
    pub(super) async fn connect(&self, ground: &Ground, connectors: u32) -> anyhow::Result<()> {
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
    pub(super) async fn audit(&self, messages: u64, under_way: u64) -> anyhow::Result<()> {
        if self.is_audited_later {
            return Ok(());
        }
        let said = self.said(&["ledger", "audit"]).await?;
        let messages = self.messages + messages;
        let expected = format!(" {messages} messages, {under_way} of them under way");
        ensure!(said.contains(&expected), "not{expected}: {said}");
        Ok(())
    }
}

/// The login of an account by its place.
pub(super) fn login(account: u32) -> String {
    format!("bench{account}")
}
