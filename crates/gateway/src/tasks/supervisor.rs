//! Keeps the running connectors equal to the configured ones.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use store::ConnectorId;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::active::ActiveConnector;
use super::registry::Registry;
use super::{dispatch, records};
use crate::Gateway;
use crate::connector::{Connectors, Inbox};
use crate::directory::ConnectorSpec;

/// How many messages from handsets wait for the store before a connector keeps further ones to itself.
const INBOUND_WAITING: usize = 256;

/// How many receipts wait for the store before a connector keeps further ones to itself.
const RECEIPTS_WAITING: usize = 4_096;

/// How soon a connector that could not be started is tried again.
const START_AGAIN: Duration = Duration::from_secs(1);

/// A running connector with its tasks.
struct Way {
    active: Arc<ActiveConnector>,
    dispatch: Registry,
    records: Registry,
}

pub(crate) async fn run(
    gateway: Gateway,
    connectors: Arc<dyn Connectors>,
    ready: oneshot::Sender<()>,
    stop: CancellationToken,
) {
    let mut ways = HashMap::new();
    let mut ready = Some(ready);
    while !stop.is_cancelled() {
        let all = adjust(&gateway, &*connectors, &mut ways).await;
        if let Some(ready) = ready.take() {
            // Whoever started us may have stopped waiting.
            let _ = ready.send(());
        }
        tokio::select! {
            () = gateway.0.reload.notified() => {}
            () = sleep(START_AGAIN), if !all => {}
            () = stop.cancelled() => {}
        }
    }
    // All together: each may have to wait for what is on its wire.
    let mut stopping = JoinSet::new();
    for (_, way) in ways {
        let gateway = gateway.clone();
        stopping.spawn(async move { way.stop(&gateway).await });
    }
    stopping.join_all().await;
}

/// Stops what is not configured any more or differently, starts what is new; tells whether everything runs.
async fn adjust(
    gateway: &Gateway,
    connectors: &dyn Connectors,
    ways: &mut HashMap<ConnectorId, Way>,
) -> bool {
    let directory = gateway.directory();
    let outdated: Vec<_> = ways
        .iter()
        .filter(|(id, way)| {
            directory
                .connector(**id)
                .is_none_or(|spec| spec.stored != way.active.spec.stored)
        })
        .map(|(id, _)| *id)
        .collect();
    for id in outdated {
        if let Some(way) = ways.remove(&id) {
            tracing::info!(connector = way.active.spec.name, "stopping the connector");
            way.stop(gateway).await;
        }
    }
    let mut all = true;
    for spec in &directory.connectors {
        if ways.contains_key(&spec.id) {
            continue;
        }
        match Way::start(gateway, connectors, spec).await {
            Ok(way) => {
                ways.insert(spec.id, way);
            }
            Err(error) => {
                tracing::error!(connector = spec.name, error, "cannot start the connector");
                all = false;
            }
        }
    }
    all
}

impl Way {
    async fn start(
        gateway: &Gateway,
        connectors: &dyn Connectors,
        spec: &ConnectorSpec,
    ) -> Result<Self, String> {
        let policy = spec.settings.in_doubt.into();
        let recovered = gateway
            .store()
            .recover(spec.id, policy, gateway.now())
            .await
            .map_err(|error| format!("cannot recover what was on its way: {error:?}"))?;
        if recovered.resent + recovered.held > 0 {
            tracing::warn!(
                connector = spec.name,
                resent = recovered.resent,
                held = recovered.held,
                "messages had been handed over without an answer: they may have left"
            );
        }
        let (answers, given) = mpsc::unbounded_channel();
        let (receipts, reported) = mpsc::channel(RECEIPTS_WAITING);
        let (inbound, received) = mpsc::channel(INBOUND_WAITING);
        let wake = Arc::new(Notify::new());
        let inbox = Inbox {
            connector: spec.id,
            answers: answers.clone(),
            receipts,
            inbound,
            wake: Arc::clone(&wake),
        };
        let connector = connectors.start(spec, inbox)?;
        let active = Arc::new(ActiveConnector::new(spec.clone(), connector, wake));

        let name = &spec.name;
        let mut records = Registry::default();
        let task = (gateway.clone(), Arc::clone(&active));
        records.spawn(format!("records of {name}"), |stop| {
            records::run(task.0, task.1, (given, reported, received), stop)
        });
        let mut dispatch = Registry::default();
        let task = (gateway.clone(), Arc::clone(&active));
        dispatch.spawn(format!("dispatch to {name}"), |stop| {
            dispatch::run(task.0, task.1, answers, stop)
        });
        Ok(Self {
            active,
            dispatch,
            records,
        })
    }

    /// Claims no more, waits for what is on the wire, closes the links, records the rest.
    async fn stop(self, gateway: &Gateway) {
        self.dispatch.stop().await;
        let drain = Duration::from_millis(gateway.0.tempo.drain_ms);
        let emptied = async {
            while !self.active.is_empty() {
                self.active.wake.notified().await;
            }
        };
        if self.active.connector.is_up() && timeout(drain, emptied).await.is_err() {
            let connector = &self.active.spec.name;
            tracing::warn!(connector, "not everything on the wire was answered in time");
        }
        self.active.connector.stop().await;
        self.records.stop().await;
    }
}
