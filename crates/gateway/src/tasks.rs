//! What runs while the gateway runs: each task has a name, a token that ends it and a place in the stop order.

mod active;
mod answers;
mod at_once;
mod callbacks;
mod campaigns;
mod conditions;
mod dispatch;
mod failover;
mod health;
mod housekeeping;
mod inbound;
mod mailings;
mod queries;
mod receipts;
mod records;
pub mod registry;
mod stop_answers;
mod supervisor;
mod ticks;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::Gateway;
use crate::callback::Caller;
use crate::connector::Connectors;

pub(crate) use conditions::HOLDS_MS;

pub(crate) use active::Actives;
pub(crate) use at_once::connectors;
use registry::Registry;

/// How long a task waits when the store cannot be asked.
const STORE_RETRY: Duration = Duration::from_millis(250);

/// Is a gateway with its tasks running.
pub struct Running {
    registry: Registry,
}

impl Running {
    /// Starts the tasks. Messages that an earlier process left on lease are recovered before anything is sent. Without a caller
    /// accounts' programs are told nothing: what they have to be told waits.
    ///
    /// Returns when every configured connector has been started (not: bound).
    pub async fn start(
        gateway: Gateway,
        connectors: Arc<dyn Connectors>,
        caller: Option<Arc<dyn Caller>>,
    ) -> Self {
        let mut registry = Registry::default();
        let handle = gateway.clone();
        // Before the connectors: what handsets ask for until those have stopped is answered.
        registry.spawn("stop answers", move |stop| stop_answers::run(handle, stop));
        let (ready, is_ready) = oneshot::channel();
        let actives = gateway.0.actives.clone();
        let (handle, running) = (gateway.clone(), actives.clone());
        registry.spawn("connectors", move |stop| {
            supervisor::run(handle, connectors, running, ready, stop)
        });
        // A supervisor that cannot start has logged why, and goes on trying.
        let _ = is_ready.await;
        let (handle, running) = (gateway.clone(), actives.clone());
        registry.spawn("health", move |stop| health::run(handle, running, stop));
        let handle = gateway.clone();
        registry.spawn("failover", move |stop| failover::run(handle, stop));
        let (handle, running) = (gateway.clone(), actives.clone());
        registry.spawn("conditions", move |stop| {
            conditions::run(handle, running, stop)
        });
        let handle = gateway.clone();
        registry.spawn("queries", move |stop| queries::run(handle, actives, stop));
        let handle = gateway.clone();
        registry.spawn("release", move |stop| housekeeping::release(handle, stop));
        let handle = gateway.clone();
        registry.spawn("sweep", move |stop| housekeeping::sweep(handle, stop));
        if let Some(caller) = caller {
            let handle = gateway.clone();
            registry.spawn("callbacks", move |stop| {
                callbacks::run(handle, caller, stop)
            });
        }
        let handle = gateway.clone();
        registry.spawn("campaigns", move |stop| campaigns::run(handle, stop));
        let handle = gateway.clone();
        registry.spawn("mailings", move |stop| mailings::run(handle, stop));
        registry.spawn("reload", move |stop| housekeeping::reload(gateway, stop));
        Self { registry }
    }

    /// Stops the tasks in reverse order: what is on the wire is waited for (see [`crate::Tempo::drain_ms`]), links are unbound,
    /// what came of it is recorded.
    pub async fn stop(self) {
        self.registry.stop().await;
    }
}
