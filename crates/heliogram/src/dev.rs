//! `heliogram dev`: everything in one process, on this machine alone, ready in a second.

pub(crate) mod account;
mod clock;
mod here;
mod length;
mod links;
mod phones;
mod welcome;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use axum::middleware;
use dialects::Dialects;
use gateway::{Account, Gateway, SenderRules};
use serde::Serialize;
use simulator::Simulator;
use tempfile::TempDir;

use crate::callback::{HttpCaller, Rules};
use crate::cli::Dev;
use crate::config::{Http, LogFormat, exchange_table};
use crate::data::{DataDirectory, Setup};
use crate::lifetime::Ending;
use crate::program::{Doors, Program};
use crate::{logs, output};

use clock::ForwardClock;
use links::OwnOperatorOnly;

/// What the rates of development mode say one hryvnia is worth: fixed, so that tests can count on them.
const RATES: [(&str, &str); 4] = [
    ("USD", "0.025"),
    ("EUR", "0.02"),
    ("GBP", "0.0175"),
    ("RUB", "2"),
];

/// What development mode opens its gateway with: sender names are approved as they are registered.
pub(crate) fn setup() -> Setup {
    Setup {
        exchange: exchange_table("UAH", RATES.into_iter()),
        sender_rules: SenderRules {
            approval_required: Vec::new(),
            approve_at_once: true,
        },
        ..Setup::default()
    }
}

/// Runs until SIGTERM, SIGINT, SIGHUP or SIGQUIT.
pub(crate) async fn run(options: Dev) -> anyhow::Result<()> {
    logs::start(&options.log, LogFormat::Text)?;
    let mut ending = Ending::catch()?;
    let world = World::start(&options).await?;
    let told = world.present(options.json).await;
    if told.is_ok() {
        ending.asked().await;
    }
    world.stop().await;
    told
}

/// What programs want to know of a gateway that is ready; its form is promised to them.
#[derive(Serialize)]
struct Ready<'a> {
    http: String,
    smpp: String,
    operator: String,
    account: &'static str,
    data: &'a Path,
}

/// A development gateway with its simulated operator.
pub(crate) struct World {
    program: Program,
    simulator: Simulator,
    directory: PathBuf,
    gateway: Gateway,
    /// Removes the data at the end, when nobody asked to keep it.
    temporary: Option<TempDir>,
}

impl World {
    /// Starts everything; returns when requests are answered and the link to the operator is on its way up.
    pub(crate) async fn start(options: &Dev) -> anyhow::Result<Self> {
        for address in [options.http, options.smpp, options.operator] {
            if !address.ip().is_loopback() {
                bail!(
                    "{address} is not a loopback address: dev has well-known passwords and stays on this machine \
                     (heliogram serve is for everything else)"
                );
            }
        }
        let (directory, temporary) = if let Some(kept) = &options.data {
            (kept.clone(), None)
        } else {
            let made = tempfile::Builder::new().prefix("heliogram-dev-").tempdir();
            let made = made.context("cannot make a temporary directory")?;
            (made.path().to_owned(), Some(made))
        };
        let data = DataDirectory::development(&directory)?;
        let lock = data.lock()?;
        let clock = ForwardClock::default();
        let gateway = data
            .gateway(Setup {
                clock: Arc::new(clock.clone()),
                ..setup()
            })
            .await?;
        let simulator = start_operator(options, &directory).await?;
        account::furnish(&gateway, simulator.address()).await?;
        let doors = Doors {
            dialects: Dialects::new(dialects()),
            caller: HttpCaller::new(Rules::development())?,
            http: Http {
                listen: options.http,
                ..Http::default()
            },
            smpp: Some((options.smpp.into(), smpp_net::Settings::default())),
            extra: phones::routes(simulator.inbox())
                .merge(clock::routes(clock))
                .layer(middleware::from_fn(here::only_from_here)),
        };
        let links = OwnOperatorOnly::at(simulator.address(), data.connectors());
        let program = Program::start(gateway.clone(), lock, Arc::new(links), doors).await?;
        Ok(Self {
            program,
            simulator,
            directory,
            gateway,
            temporary,
        })
    }

    pub(crate) fn http(&self) -> SocketAddr {
        self.program.http()
    }

    pub(crate) fn operator(&self) -> SocketAddr {
        self.simulator.address()
    }

    pub(crate) fn gateway(&self) -> &Gateway {
        &self.gateway
    }

    /// The account that customers of development mode use.
    pub(crate) fn account(&self) -> anyhow::Result<Account> {
        let accounts = self.gateway.accounts();
        let found = accounts
            .into_iter()
            .find(|known| known.name == account::NAME);
        found.context("development mode has its account")
    }

    /// Counts the messages that the phones show.
    pub(crate) fn on_phones(&self) -> u64 {
        self.simulator.inbox().messages(None).len() as u64
    }

    /// Prints what it offers: for programs as a line of JSON, for people as a text.
    async fn present(&self, json: bool) -> anyhow::Result<()> {
        if json {
            output::line(serde_json::to_string(&self.ready())?)
        } else {
            output::text(welcome::text(self).await?)
        }
    }

    pub(crate) async fn stop(self) {
        self.program.stop().await;
        self.simulator.stop().await;
        drop(self.gateway);
        drop(self.temporary);
    }

    fn smpp(&self) -> String {
        self.program
            .smpp()
            .map(|address| address.to_string())
            .unwrap_or_default()
    }

    fn ready(&self) -> Ready<'_> {
        Ready {
            http: format!("http://{}", self.http()),
            smpp: self.smpp(),
            operator: self.operator().to_string(),
            account: account::NAME,
            data: &self.directory,
        }
    }
}

async fn start_operator(options: &Dev, data: &Path) -> anyhow::Result<Simulator> {
    let config = simulator::Config {
        listen: options.operator,
        scenario: options.scenario.scenario.clone(),
        steps: options.scenario.steps.clone(),
        // What it owes must survive as long as the gateway's data does.
        journal: options.data.as_ref().map(|_| data.join("operator.journal")),
        // Room for the largest demonstration, whose every message is looked for on its phone.
        inbox_limit: 200_000,
        ..simulator::Config::default()
    };
    let listen = config.listen;
    Simulator::start(config)
        .await
        .with_context(|| format!("cannot start the simulated operator on {listen}"))
}

/// The providers' APIs as documented, but that statuses and balances may be asked for as often as one likes: tests wait by asking.
fn dialects() -> dialects::Settings {
    let mut settings = dialects::Settings::default();
    settings.smscenter.per_minute.statuses = 0;
    settings.smscenter.per_minute.balances = 0;
    settings
}
