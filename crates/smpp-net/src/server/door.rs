//! What all connections of the door share.

use std::sync::Arc;

use gateway::Gateway;
use tokio::sync::Semaphore;

use super::Settings;
use super::binds::{Binds, Strangers};
use super::receivers::Receivers;
use crate::clock::Clock;

/// Is the door as its connections see it. Whatever is locked here is held for a few instructions and never across a wait, so that
/// no customer can make another one wait.
pub(super) struct Door {
    pub(super) gateway: Gateway,
    pub(super) settings: Settings,
    /// The one clock by which throughputs are reckoned.
    pub(super) clock: Clock,
    /// Room for connections.
    pub(super) room: Arc<Semaphore>,
    pub(super) strangers: Strangers,
    pub(super) binds: Binds,
    pub(super) receivers: Arc<Receivers>,
}

impl Door {
    pub(super) fn new(gateway: Gateway, settings: Settings, receivers: Arc<Receivers>) -> Self {
        Self {
            gateway,
            room: Arc::new(Semaphore::new(settings.connections)),
            settings,
            clock: Clock::start(),
            strangers: Strangers::default(),
            binds: Binds::default(),
            receivers,
        }
    }
}
