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

/// The file in the directory.
const FILE: &str = "data.sqlite";

/// Holds everything that a work needs. There is one account and one connector.
pub(crate) struct World {
    runtime: Runtime,
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) gateway: Gateway,
    pub(super) account: AccountId,
    pub(super) connector: ConnectorId,
    #[cfg_attr(not(test), expect(dead_code, reason = "it holds the file"))]
    directory: TempDir,
}

struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        NOW
    }
}

impl World {
    /// Makes a gateway with an account that has money for everything, a price and a way out.
    pub(crate) fn new() -> anyhow::Result<Self> {
        let directory = tempfile::tempdir().context("cannot make a directory for the data")?;
        let mut world = Self::open(directory)?;
        world.account = world.run(furnish(&world.gateway))?;
        Ok(world)
    }

    fn open(directory: TempDir) -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let store = SqliteStore::open(&directory.path().join(FILE), Options::default())?;
        let store = Arc::new(store);
        let parts = Parts {
            store: Arc::clone(&store) as _,
            vault: Vault::new(&[7; 32]),
            clock: Arc::new(Still),
            limits: Limits::default(),
            tempo: Tempo::default(),
            exchange: Exchange::default(),
            sender_rules: SenderRules::default(),
        };
        let gateway = runtime.block_on(Gateway::open(parts))?;
        Ok(Self {
            runtime,
            store,
            gateway,
            account: AccountId(1),
            connector: ConnectorId(1),
            directory,
        })
    }

    /// Closes the file, has something done to it, and opens it again.
    #[cfg(test)]
    pub(crate) fn reopened_after(
        self,
        work: impl FnOnce(&std::path::Path) -> anyhow::Result<()>,
    ) -> anyhow::Result<Self> {
        let Self {
            store,
            gateway,
            account,
            directory,
            ..
        } = self;
        drop((gateway, store));
        work(&directory.path().join(FILE))?;
        let world = Self::open(directory)?;
        Ok(Self { account, ..world })
    }

    /// Does one thing after another.
    pub(crate) fn run<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// Does so many things, [`AT_ONCE`] of them at the same time.
    pub(super) async fn together<F>(times: u32, one: impl Fn(u32) -> F) -> anyhow::Result<()>
    where
        F: Future<Output = anyhow::Result<()>> + Send + 'static,
    {
        let mut next = 0..times;
        loop {
            let mut running: JoinSet<_> = next.by_ref().take(AT_ONCE as usize).map(&one).collect();
            if running.is_empty() {
                return Ok(());
            }
            while let Some(done) = running.join_next().await {
                done.context("one of them stopped")??;
            }
        }
    }
}

async fn furnish(gateway: &Gateway) -> anyhow::Result<AccountId> {
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
    Ok(account)
}
