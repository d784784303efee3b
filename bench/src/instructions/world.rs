//! A gateway on a file of its own, without tasks, and with a clock that stands still: what a count must not depend on.

use std::sync::Arc;

use anyhow::Context;
use gateway::clock::Clock;
use gateway::directory::{
    AccountSettings, ConnectorSettings, CredentialKind, RouteSettings, TariffSettings,
};
use gateway::secrets::Vault;
use gateway::{Exchange, Gateway, Limits, Parts, SenderRules, Tempo};
use sms::{Currency, Timestamp};
use store::{AccountId, ConnectorId};
use store_sqlite::{Options, SqliteStore};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

pub(super) const LOGIN: &str = "bench";
pub(super) const PASSWORD: &str = "a password of the benchmark";
pub(super) const PUBLIC_KEY: &str = "3f1c9a0b5d7e42868c1de6a7f0b92d54";
pub(super) const PRIVATE_KEY: &str = "b7e0d4c2198f4a3e9c65a1f07d3e8b21";

/// When everything happens.
pub(super) const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

/// What a segment costs.
pub(super) const PRICE_MICROS: i64 = 130_000;

/// How many calls are made at once where each is one message: as many as share a commit under load.
pub(super) const AT_ONCE: u32 = 32;

/// Holds everything that a work needs.
pub(super) struct World {
    runtime: Runtime,
    pub(super) store: Arc<SqliteStore>,
    pub(super) gateway: Gateway,
    pub(super) account: AccountId,
    pub(super) connector: ConnectorId,
    _directory: TempDir,
}

struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        NOW
    }
}

impl World {
    /// Makes a gateway with an account that has money for everything, a price and a way out.
    pub(super) fn new() -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let directory = tempfile::tempdir().context("cannot make a directory for the data")?;
        let path = directory.path().join("data.sqlite");
        let store = Arc::new(SqliteStore::open(&path, Options::default())?);
        let parts = Parts {
            store: Arc::clone(&store) as _,
            vault: Vault::new(&[7; 32]),
            clock: Arc::new(Still),
            limits: Limits::default(),
            tempo: Tempo::default(),
            exchange: Exchange::default(),
            sender_rules: SenderRules::default(),
        };
        let (gateway, account, connector) = runtime.block_on(async {
            let gateway = Gateway::open(parts).await?;
            let (account, connector) = furnish(&gateway).await?;
            anyhow::Ok((gateway, account, connector))
        })?;
        Ok(Self {
            runtime,
            store,
            gateway,
            account,
            connector,
            _directory: directory,
        })
    }

    /// Does one thing after another.
    pub(super) fn run<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// Does so many things, [`AT_ONCE`] of them at the same time.
    pub(super) async fn together<F>(times: u32, one: impl Fn(u32) -> F) -> anyhow::Result<()>
    where
        F: Future<Output = anyhow::Result<()>> + Send + 'static,
    {
        let mut next = 0..times;
        loop {
            let mut running: JoinSet<_> =
                next.by_ref().take(AT_ONCE as usize).map(&one).collect();
            if running.is_empty() {
                return Ok(());
            }
            while let Some(done) = running.join_next().await {
                done.context("one of them stopped")??;
            }
        }
    }
}

async fn furnish(gateway: &Gateway) -> anyhow::Result<(AccountId, ConnectorId)> {
    let tariff = TariffSettings {
        currency: "UAH".into(),
        default: Some("0.13".into()),
        rules: Vec::new(),
    };
    gateway.put_tariff("default", &tariff).await?;
    let settings = AccountSettings {
        requests_per_second: Some(u32::MAX),
        ..AccountSettings::default()
    };
    let account = gateway.add_account(LOGIN, Currency::UAH, &settings).await?;
    for (kind, name, secret) in [
        (CredentialKind::KeyPair, PUBLIC_KEY, PRIVATE_KEY),
        (CredentialKind::Password, LOGIN, PASSWORD),
    ] {
        gateway.put_credential(account, kind, name, secret).await?;
    }
    let plenty = 1_000_000_000_000_000;
    gateway.top_up(account, plenty, "bench").await?;
    let way = ConnectorSettings::to("127.0.0.1:9".to_owned(), "bench");
    gateway.put_connector("operator", &way, "bench").await?;
    let route = RouteSettings::default();
    gateway.put_route("all", "operator", &route).await?;
    Ok((account, ConnectorId(1)))
}
