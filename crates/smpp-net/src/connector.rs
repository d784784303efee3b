//! The connector to an operator's SMSC: links that bind, submit and take receipts.
//!
//! A link is a transceiver, a transmitter or a receiver; each lives and reconnects by itself, and tries the operator's addresses
//! in turn. While no receiver is there the operator keeps its receipts. An attempt goes to the free link with the least in its
//! hands, all its segments to the same one and consecutively.
//!
//! All links share one throughput. When the operator throttles, the link that hears it pauses, and the connector becomes as slow
//! as the operator is found to be.
//!
//! Receipts and messages from handsets are answered only when the gateway has stored them. While it cannot, a link goes on
//! reading, because responses to submits and `enquire_link` come the same way: what bounds those in memory is how many may be
//! unanswered.

mod backoff;
mod bound;
mod congestion;
mod failure;
mod hands;
mod inbound;
mod link;
mod outcome;
mod pace;
mod plan;
mod slot;
mod slowdown;
mod submit;
mod throughput;
mod tickets;
mod trust;

use std::sync::Arc;

use gateway::connector::{Attempt, Condition, Connector, Connectors, Inbox, Ticket, Unreported};
use gateway::directory::ConnectorSpec;
use gateway::registry::Registry;
use tokio::sync::Mutex;

use plan::Plan;
use slot::{Command, Slot};

use crate::pdu_log::PduLogs;

/// Makes connectors to operators.
#[derive(Clone, Debug, Default)]
pub struct SmppConnectors {
    logs: PduLogs,
}

impl SmppConnectors {
    /// Makes connectors whose links keep a log of their PDUs there, where their settings ask for one.
    pub const fn logging(logs: PduLogs) -> Self {
        Self { logs }
    }
}

impl Connectors for SmppConnectors {
    fn start(&self, spec: &ConnectorSpec, inbox: Inbox) -> Result<Arc<dyn Connector>, String> {
        Ok(Arc::new(SmppConnector::start(
            spec,
            inbox,
            self.logs.clone(),
        )?))
    }
}

/// Is a running connector.
struct SmppConnector {
    plan: Arc<Plan>,
    slots: Vec<Arc<Slot>>,
    links: Mutex<Registry>,
}

impl SmppConnector {
    fn start(spec: &ConnectorSpec, inbox: Inbox, logs: PduLogs) -> Result<Self, String> {
        let plan = Arc::new(Plan::new(spec, inbox, logs)?);
        let mut slots = vec![];
        let mut links = Registry::default();
        for (number, mode) in (0..).zip(plan::modes(&spec.settings)) {
            let (slot, commands) = Slot::new(number, mode);
            let slot = Arc::new(slot);
            let task = link::run(Arc::clone(&plan), Arc::clone(&slot), commands);
            // All links are stopped at once, by the plan's own token.
            links.spawn(format!("link {number} of {}", spec.name), |_| task);
            slots.push(slot);
        }
        Ok(Self {
            plan,
            slots,
            links: Mutex::new(links),
        })
    }

    /// Picks the link for an attempt: of those that are bound and not pausing, or else bound, the one with the least in its
    /// hands.
    fn choose(&self) -> Option<usize> {
        let bound = self
            .slots
            .iter()
            .enumerate()
            .filter(|(_, slot)| slot.can_submit());
        let (place, _) = bound.min_by_key(|(_, slot)| (slot.is_pausing(), slot.load()))?;
        Some(place)
    }
}

#[async_trait::async_trait]
impl Connector for SmppConnector {
    fn capacity(&self) -> u32 {
        self.plan.capacity()
    }

    fn is_up(&self) -> bool {
        self.slots.iter().any(|slot| slot.can_submit())
    }

    fn submit(&self, attempts: Vec<Attempt>) {
        let mut parcels: Vec<Vec<Attempt>> = vec![vec![]; self.slots.len()];
        for attempt in attempts {
            match self.choose() {
                Some(place) => {
                    self.slots[place].take(attempt.segments.len());
                    parcels[place].push(attempt);
                }
                None => self.plan.return_unwritten(&attempt),
            }
        }
        for (slot, attempts) in self.slots.iter().zip(parcels) {
            if !attempts.is_empty()
                && let Err(Command::Submit(attempts)) = slot.send(Command::Submit(attempts))
            {
                for attempt in &attempts {
                    self.plan.return_unwritten(attempt);
                }
            }
        }
    }

    fn acknowledge(&self, tickets: Vec<Ticket>, taken: bool) {
        for slot in &self.slots {
            let tickets: Vec<_> = tickets
                .iter()
                .filter(|ticket| ticket.link == slot.number)
                .copied()
                .collect();
            if !tickets.is_empty() {
                // A link that is gone has no session to which the tickets could belong.
                let _ = slot.send(Command::Acknowledge { tickets, taken });
            }
        }
    }

    fn adjust(&self, spec: &ConnectorSpec) -> bool {
        let adjusted = self.plan.adjust(spec);
        if adjusted {
            for slot in &self.slots {
                // A link that has ended needs no settings.
                let _ = slot.send(Command::Adjust);
            }
        }
        adjusted
    }

    fn condition(&self) -> Condition {
        Condition {
            links: self.slots.iter().map(|slot| slot.condition()).collect(),
            slowed_to_per_second: self.plan.slowed_to_per_second(),
            id_form: self.plan.id_form(),
            cannot_be_asked: self.plan.cannot_be_asked(),
            ..Condition::default()
        }
    }

    fn learn(&self, answered: &[u8], reported: &[u8]) {
        self.plan.learn(answered, reported);
    }

    fn query(&self, segments: Vec<Unreported>) {
        // Without a link, or with one that ends meanwhile, nobody is asked: the gateway asks again.
        if let Some(place) = self.choose().filter(|_| !self.plan.cannot_be_asked()) {
            let _ = self.slots[place].send(Command::Query(segments));
        }
    }

    async fn stop(&self) {
        self.plan.stop.cancel();
        std::mem::take(&mut *self.links.lock().await).stop().await;
    }
}

impl Drop for SmppConnector {
    fn drop(&mut self) {
        self.plan.stop.cancel();
    }
}
