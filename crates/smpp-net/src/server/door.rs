//! What all connections of the door share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gateway::Gateway;

use super::Settings;
use super::binds::Binds;
use super::receivers::Receivers;
use super::strangers::Strangers;
use crate::clock::Clock;

/// Is the door as its connections see it. Whatever is locked here is held for a few instructions and never across a wait, so that
/// no customer can make another one wait.
pub(super) struct Door {
    pub(super) gateway: Gateway,
    pub(super) settings: Settings,
    /// The one clock by which throughputs are reckoned.
    pub(super) clock: Clock,
    pub(super) strangers: Strangers,
    pub(super) binds: Binds,
    pub(super) receivers: Arc<Receivers>,
}

impl Door {
    pub(super) fn new(gateway: Gateway, settings: Settings, receivers: Arc<Receivers>) -> Self {
        Self {
            gateway,
            clock: Clock::start(),
            strangers: Strangers::new(settings.connections),
            settings,
            binds: Binds::default(),
            receivers,
        }
    }
}

/// Locks what is changed in one step each time: a panic in between leaves nothing half done.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
