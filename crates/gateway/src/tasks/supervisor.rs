//! Keeps the running connectors equal to the configured ones.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use store::ConnectorId;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::active::{ActiveConnector, Actives};
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
    /// As it was stored when it was started or adjusted.
    stored: store::configuration::Connector,
    dispatch: Registry,
    records: Registry,
}

pub(crate) async fn run(
    gateway: Gateway,
    connectors: Arc<dyn Connectors>,
    actives: Actives,
    ready: oneshot::Sender<()>,
    stop: CancellationToken,
) {
    let mut ways = HashMap::new();
    let mut ready = Some(ready);
    while !stop.is_cancelled() {
        let all = adjust(&gateway, &*connectors, &actives, &mut ways).await;
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
    for (id, way) in ways {
        actives.remove(id);
        let gateway = gateway.clone();
        stopping.spawn(async move { way.stop(&gateway).await });
    }
    stopping.join_all().await;
}

/// Adjusts what is configured differently, or stops it when that cannot be done, like what is not configured any more; starts what is
/// new. Tells whether everything runs.
async fn adjust(
    gateway: &Gateway,
    connectors: &dyn Connectors,
    actives: &Actives,
    ways: &mut HashMap<ConnectorId, Way>,
) -> bool {
    let directory = gateway.directory();
    let outdated: Vec<_> = ways
        .iter_mut()
        .filter_map(|(id, way)| {
            let follows = directory
                .connector(*id)
                .is_some_and(|spec| way.follow(spec));
            (!follows).then_some(*id)
        })
        .collect();
    for id in outdated {
        if let Some(way) = ways.remove(&id) {
            tracing::info!(connector = way.active.name, "stopping the connector");
            actives.remove(id);
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
                actives.add(&way.active);
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
        let (leased, at_once) = mpsc::unbounded_channel();
        let active = ActiveConnector::new(spec, connector, wake, leased, answers);
        let active = Arc::new(active);

        let name = &spec.name;
        let mut records = Registry::default();
        let task = (gateway.clone(), Arc::clone(&active));
        records.spawn(format!("records of {name}"), |stop| {
            records::run(task.0, task.1, (given, reported, received), stop)
        });
        let mut dispatch = Registry::default();
        let task = (gateway.clone(), Arc::clone(&active));
        dispatch.spawn(format!("dispatch to {name}"), |stop| {
            dispatch::run(task.0, task.1, at_once, stop)
        });
        Ok(Self {
            active,
            stored: spec.stored.clone(),
            dispatch,
            records,
        })
    }

    /// Takes on changed settings; tells whether it runs by them now.
    fn follow(&mut self, spec: &ConnectorSpec) -> bool {
        if spec.stored == self.stored {
            return true;
        }
        if !self.active.connector.adjust(spec) {
            return false;
        }
        tracing::info!(connector = spec.name, "the connector is adjusted");
        self.active.adjusted(&spec.settings);
        self.stored = spec.stored.clone();
        true
    }

    /// Claims no more, waits for what is on the wire, closes the links, records the rest. Nobody may find it any more who accepts.
    async fn stop(self, gateway: &Gateway) {
        self.dispatch.stop().await;
        let drain = Duration::from_millis(gateway.0.tempo.drain_ms);
        let emptied = async {
            while !self.active.is_empty() {
                self.active.wake.notified().await;
            }
        };
        if self.active.connector.is_up() && timeout(drain, emptied).await.is_err() {
            let connector = &self.active.name;
            tracing::warn!(connector, "not everything on the wire was answered in time");
        }
        self.active.connector.stop().await;
        // What is being accepted at this moment may be leased. It comes back from there, and into the queue as long as the records
        // listen; after that it would stay on lease, and the next start would take it for sent.
        let come_back = async {
            while self.active.keeps_room() {
                self.active.wake.notified().await;
            }
        };
        if timeout(drain, come_back).await.is_err() {
            let connector = &self.active.name;
            tracing::warn!(
                connector,
                "what was being accepted has not come back in time"
            );
        }
        self.records.stop().await;
    }
}
