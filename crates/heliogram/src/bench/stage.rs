//! The processes of one measurement: a gateway on fresh data and a simulated operator.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use gateway::directory::{
    AccountSettings, ConnectorSettings, CredentialKind, RouteSettings, TariffRule, TariffSettings,
};
use gateway::{AccountId, Gateway};
use sms::Currency;
use tempfile::TempDir;

use super::Bench;
use super::audience;
use super::process::{Child, Usage};
use crate::data::{DataDirectory, Setup};

pub(super) const PUBLIC_KEY: &str = "bench-public";
pub(super) const PRIVATE_KEY: &str = "bench-private";

/// Signs in where there are no key pairs.
pub(super) const LOGIN: &str = "bench";
pub(super) const PASSWORD: &str = "bench-pw";
pub(super) const TOKEN: &str = "bench-token";

/// How long a gateway may take to start, and messages to move at all.
pub(super) const PATIENCE: Duration = Duration::from_mins(2);

/// Looking counts every message, on the same processors that are measured: not too often.
pub(super) const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Holds the processes; they end with it.
pub(super) struct Stage {
    gateway: Child,
    operator: Child,
    /// A handle on the same data, in this process: only to look.
    pub(super) view: Gateway,
    /// Who pays.
    pub(super) account: AccountId,
    directory: TempDir,
    pub(super) http: SocketAddr,
    pub(super) smpp: SocketAddr,
}

/// Says how the gateway is connected to the operator.
#[derive(Clone, Copy, Debug)]
pub(super) struct Way {
    pub(super) links: u32,
    /// Of one link.
    pub(super) window: u32,
}

/// Says what a gateway took.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Used {
    pub(super) usage: Usage,
    pub(super) disk_bytes: u64,
}

/// Says when things were done, counted from the start of the load.
pub(super) struct Times {
    pub(super) submitted: Duration,
    pub(super) done: Duration,
}

impl Stage {
    /// Starts the processes with one link between them; returns when the gateway answers.
    pub(super) async fn set(options: &Bench, scenario: &str) -> anyhow::Result<Self> {
        let way = Way {
            links: 1,
            window: options.window,
        };
        Self::with(options, scenario, way).await
    }

    /// Starts the processes; returns when the gateway answers.
    pub(super) async fn with(options: &Bench, scenario: &str, way: Way) -> anyhow::Result<Self> {
        let scenario = match scenario {
            "clean-now" => "{}",
            named => named,
        };
        let listen = [
            "simulator",
            "--listen",
            "127.0.0.1:0",
            "--counts",
            "--scenario",
            scenario,
        ];
        let mut operator = Child::start(&listen)?;
        let address: SocketAddr = operator.first_line().await?.parse()?;

        let mut builder = tempfile::Builder::new();
        builder.prefix("heliogram-bench-");
        let directory = match &options.data {
            Some(data) => builder.tempdir_in(data),
            None => builder.tempdir(),
        }
        .context("cannot make a directory for the data")?;
        let data = DataDirectory::create(&directory.path().join("data"))?;
        let view = data.gateway(Setup::default()).await?;
        let account = furnish(&view, address, way).await?;

        let [http, smpp] = free_addresses().await?;
        let config = directory.path().join("heliogram.toml");
        let text = format!(
            "[data]\ndirectory = \"{}\"\n[http]\nlisten = \"{http}\"\n[smpp]\nlisten = \"{smpp}\"\n[log]\nlevel = \"warn\"\n",
            data.path().display()
        );
        std::fs::write(&config, text)?;
        let config = config.to_str().context("the path is not text")?;
        let gateway = Child::start(&["serve", "--config", config])?;
        let stage = Self {
            gateway,
            operator,
            view,
            account,
            directory,
            http,
            smpp,
        };
        stage.is_answering().await?;
        Ok(stage)
    }

    async fn is_answering(&self) -> anyhow::Result<()> {
        let start = now();
        while tokio::net::TcpStream::connect(self.http).await.is_err() {
            ensure!(start.elapsed() < PATIENCE, "the gateway does not start");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// Waits until every message has ended; says when the last one left and when it ended.
    pub(super) async fn watch(&self, start: Instant, messages: u64) -> anyhow::Result<Times> {
        let mut submitted = None;
        loop {
            let tally = self.view.tally().await?;
            if submitted.is_none() && tally.waiting() == 0 && tally.total() >= messages {
                submitted = Some(start.elapsed());
            }
            if tally.is_final() && tally.total() >= messages {
                let done = start.elapsed();
                return Ok(Times {
                    submitted: submitted.unwrap_or(done),
                    done,
                });
            }
            ensure!(
                start.elapsed() < PATIENCE,
                "the messages do not end: {tally:?}"
            );
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Checks the books and ends the processes; says what the gateway used.
    pub(super) async fn strike(self) -> anyhow::Result<Used> {
        let usage = self.gateway.usage()?;
        let audit = self.view.audit().await?;
        ensure!(
            audit.violations.is_empty(),
            "the books do not balance: {:?}",
            audit.violations
        );
        let data = self.directory.path().join("data");
        let disk_bytes = std::fs::read_dir(data)?
            .filter_map(|entry| entry.ok()?.metadata().ok())
            .map(|file| file.len())
            .sum();
        self.gateway.end().await?;
        self.operator.end().await?;
        Ok(Used { usage, disk_bytes })
    }
}

async fn furnish(gateway: &Gateway, operator: SocketAddr, way: Way) -> anyhow::Result<AccountId> {
    let tariff = TariffSettings {
        currency: "UAH".into(),
        default: Some(audience::PRICE.into()),
        rules: vec![TariffRule {
            prefix: Some(audience::CHEAP_PREFIX.into()),
            price: audience::CHEAP_PRICE.into(),
            ..TariffRule::default()
        }],
    };
    gateway.put_tariff("default", &tariff).await?;
    let settings = AccountSettings {
        // What is measured is the gateway, not what one customer may ask of it.
        requests_per_second: Some(u32::MAX),
        ..AccountSettings::default()
    };
    let account = gateway.add_account(LOGIN, Currency::UAH, &settings).await?;
    for (kind, name, secret) in [
        (CredentialKind::KeyPair, PUBLIC_KEY, PRIVATE_KEY),
        (CredentialKind::Password, LOGIN, PASSWORD),
        (CredentialKind::Token, "", TOKEN),
    ] {
        gateway.put_credential(account, kind, name, secret).await?;
    }
    gateway
        .top_up(account, 1_000_000_000_000_000, "bench")
        .await?;
    let settings = ConnectorSettings {
        links: way.links,
        window: way.window,
        ..ConnectorSettings::to(operator.to_string(), "bench")
    };
    gateway
        .put_connector("operator", &settings, "bench")
        .await?;
    gateway
        .put_route("all", "operator", &RouteSettings::default())
        .await?;
    Ok(account)
}

/// Finds two ports that were free a moment ago.
async fn free_addresses() -> anyhow::Result<[SocketAddr; 2]> {
    let free = || tokio::net::TcpListener::bind("127.0.0.1:0");
    let listeners = [free().await?, free().await?];
    Ok([listeners[0].local_addr()?, listeners[1].local_addr()?])
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
pub(super) fn now() -> Instant {
    Instant::now()
}
