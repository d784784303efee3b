//! `heliogram serve`: the gateway by its configuration file.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use dialects::Dialects;

use crate::callback::HttpCaller;
use crate::config::Config;
use crate::data::DataDirectory;
use crate::lifetime::Ending;
use crate::logs;
use crate::program::{Doors, Program};

/// Runs until SIGTERM, SIGINT, SIGHUP or SIGQUIT, then stops in order: doors, links, store.
pub(crate) async fn run(file: &Path) -> anyhow::Result<()> {
    let config = Config::load(file)?;
    logs::start(&config.log.level, config.log.format)?;
    let mut ending = Ending::catch()?;
    let data = DataDirectory::service(&config.data.directory)?;
    let lock = data.lock()?;
    let gateway = data.gateway(config.setup()).await?;
    let accounts = gateway.accounts().len();
    let smpp = config.smpp.as_ref().map(|smpp| {
        let listen = smpp.listen().map_err(anyhow::Error::msg)?;
        anyhow::Ok((listen, smpp.settings(data.pdu_logs())))
    });
    let doors = Doors {
        dialects: Dialects::new(config.dialects()),
        caller: HttpCaller::new(config.callbacks.rules())?,
        http: config.http,
        smpp: smpp.transpose()?,
        extra: Router::new(),
    };
    let program = Program::start(gateway, lock, Arc::new(data.connectors()), doors).await?;
    tracing::info!(
        http = %program.http(),
        smpp = program.smpp().map(tracing::field::display),
        smpp_tls = program.smpp_tls().map(tracing::field::display),
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
