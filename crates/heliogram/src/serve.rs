//! `heliogram serve`: the gateway by its configuration file; and the simulated operator alone.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use axum::Router;
use dialects::Dialects;
use simulator::{Recording, Simulator};

use crate::callback::HttpCaller;
use crate::cli;
use crate::config::{Config, LogFormat};
use crate::data::DataDirectory;
use crate::lifetime::Ending;
use crate::program::{Doors, Program};
use crate::{logs, output};

/// Runs until SIGTERM, SIGINT, SIGHUP or SIGQUIT, then stops in order: doors, links, store.
pub(crate) async fn run(file: &Path) -> anyhow::Result<()> {
    let config = Config::load(file)?;
    logs::start(&config.log.level, config.log.format)?;
    let mut ending = Ending::catch()?;
    let data = DataDirectory::service(&config.data.directory)?;
    let lock = data.lock()?;
    let gateway = data.gateway(config.setup()).await?;
    let accounts = gateway.accounts().len();
    let doors = Doors {
        dialects: Dialects::new(config.dialects()),
        caller: HttpCaller::new(config.callbacks.rules())?,
        http: config.http,
        smpp: config.smpp.map(|smpp| smpp.listen),
        extra: Router::new(),
    };
    let program = Program::start(gateway, lock, Arc::new(data.connectors()), doors).await?;
    tracing::info!(
        http = %program.http(),
        smpp = program.smpp().map(tracing::field::display),
        data = %data.path().display(),
        accounts,
        "the gateway is running"
    );
    ending.asked().await;
    tracing::info!("stopping: finishing requests and what is on the wire");
    program.stop().await;
    tracing::info!("stopped");
    Ok(())
}

/// Runs the simulated operator until SIGTERM, SIGINT, SIGHUP or SIGQUIT; says its address on the first line of standard output.
pub(crate) async fn simulator(options: cli::Simulator) -> anyhow::Result<()> {
    logs::start("warn", LogFormat::Text)?;
    let mut ending = Ending::catch()?;
    let config = simulator::Config {
        listen: options.listen,
        scenario: options.scenario,
        journal: options.journal,
        recording: if options.counts {
            Recording::Counts
        } else {
            Recording::Full
        },
        ..simulator::Config::default()
    };
    let listen = config.listen;
    let simulator = Simulator::start(config)
        .await
        .with_context(|| format!("cannot listen on {listen}"))?;
    let told = output::line(simulator.address());
    if told.is_ok() {
        ending.asked().await;
    }
    let counters = simulator.inbox().counters();
    simulator.stop().await;
    told?;
    output::line(format_args!("{counters:?}"))
}
