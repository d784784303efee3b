//! Which connectors are well: what is learned of each, and who is passed over at present.

mod judgement;
mod recent;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use sms::Timestamp;
use store::ConnectorId;

pub(crate) use judgement::Patience;
use judgement::{Judgement, Turn};

/// Holds the connectors that messages do not take if they can go another way.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct PassedOver(Vec<ConnectorId>);

impl PassedOver {
    pub(crate) fn has(&self, connector: ConnectorId) -> bool {
        // Mostly nobody is in here, and never many.
        self.0.contains(&connector)
    }
}

/// Watches over the connectors. What it finds is read without a lock by everyone who routes a message.
pub(crate) struct Wards {
    judgements: Mutex<HashMap<ConnectorId, Judgement>>,
    passed_over: ArcSwap<PassedOver>,
    /// Rung when a connector is passed over from now on, or not any more.
    changed: tokio::sync::watch::Sender<()>,
}

impl Default for Wards {
    fn default() -> Self {
        Self {
            judgements: Mutex::default(),
            passed_over: ArcSwap::default(),
            changed: tokio::sync::watch::Sender::new(()),
        }
    }
}

impl Wards {
    /// Returns who is passed over now.
    pub(crate) fn passed_over(&self) -> Arc<PassedOver> {
        self.passed_over.load_full()
    }

    /// Is rung when that changes.
    pub(crate) fn subscribe(&self) -> tokio::sync::watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Notes what an upstream answered: how many submits it took or refused for good, and how many it put off.
    pub(crate) fn answered(
        &self,
        connector: ConnectorId,
        now: Timestamp,
        dealt: u32,
        put_off: u32,
    ) {
        let mut judgements = self.judgements();
        let judgement = judgements.entry(connector).or_default();
        judgement.answered(now, dealt, put_off);
    }

    /// Notes whether a connector is up, and decides about it.
    pub(crate) fn observe(
        &self,
        connector: ConnectorId,
        name: &str,
        is_up: bool,
        patience: Patience,
        now: Timestamp,
    ) {
        let mut judgements = self.judgements();
        let judgement = judgements.entry(connector).or_default();
        let Some(turn) = judgement.observe(now, is_up, patience) else {
            return;
        };
        match turn {
            Turn::Away => tracing::warn!(
                connector = name,
                is_up,
                "the connector is passed over: messages go another way where their route has one"
            ),
            Turn::Back => tracing::warn!(connector = name, "messages take the connector again"),
        }
        self.publish(&judgements);
    }

    /// Forgets the connectors that are not configured any more.
    pub(crate) fn keep(&self, is_configured: impl Fn(ConnectorId) -> bool) {
        let mut judgements = self.judgements();
        let before = judgements.len();
        judgements.retain(|connector, _| is_configured(*connector));
        if judgements.len() < before {
            self.publish(&judgements);
        }
    }

    fn publish(&self, judgements: &HashMap<ConnectorId, Judgement>) {
        let passed_over = judgements
            .iter()
            .filter(|(_, judgement)| judgement.is_passed_over())
            .map(|(connector, _)| *connector)
            .collect();
        self.passed_over.store(Arc::new(PassedOver(passed_over)));
        self.changed.send_replace(());
    }

    fn judgements(&self) -> std::sync::MutexGuard<'_, HashMap<ConnectorId, Judgement>> {
        // Each judgement is changed in one step: a panic elsewhere cannot leave it half done.
        self.judgements
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
