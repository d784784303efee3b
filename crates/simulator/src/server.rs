//! The listening side: accepts links and lets each run on its own.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::Clock;
use crate::link::Link;
use crate::world::World;

/// What every task of one simulator holds.
pub(crate) struct Shared {
    world: Mutex<World>,
    /// Tells those who wait that something happened.
    pub(crate) changed: Notify,
    pub(crate) clock: Clock,
    next_link: AtomicU64,
}

impl Shared {
    pub(crate) fn new(world: World, clock: Clock) -> Self {
        Self {
            world: Mutex::new(world),
            changed: Notify::new(),
            clock,
            next_link: AtomicU64::new(1),
        }
    }

    /// Locks the world; never across an await.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        // A test that panicked while it looked does not take the network down with it.
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Shared").finish_non_exhaustive()
    }
}

/// How long to leave the listener alone when it has no descriptor for another link.
const AFTER_FAILURE: Duration = Duration::from_millis(50);

/// Accepts links until stopped.
pub(crate) async fn accept(
    listener: TcpListener,
    shared: Arc<Shared>,
    tasks: TaskTracker,
    stop: CancellationToken,
) {
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let number = shared.next_link.fetch_add(1, Ordering::Relaxed);
                tracing::debug!(link = number, %peer, "link opened");
                let link = Link::new(number, stream, Arc::clone(&shared));
                tasks.spawn(link.run(stop.clone()));
            }
            // Out of descriptors, or the peer is gone already: others may still come.
            Err(error) => {
                tracing::warn!(%error, "a link could not be accepted");
                tokio::time::sleep(AFTER_FAILURE).await;
            }
        }
    }
}

/// How long the script is left alone when nothing of it has a time.
const LONG: Duration = Duration::from_hours(1);

/// Lets the steps of the script happen though nobody says anything, until stopped.
pub(crate) async fn direct(shared: Arc<Shared>, stop: CancellationToken) {
    loop {
        // Asked for before looking, so that a step which begins meanwhile is not missed.
        let mut changed = std::pin::pin!(shared.changed.notified());
        changed.as_mut().enable();
        let now_ms = shared.clock.now_ms();
        let next_ms = {
            let mut world = shared.world();
            world.direct(now_ms);
            world.next_step_ms()
        };
        let wait = next_ms.map_or(LONG, |next_ms| {
            Duration::from_millis(next_ms.saturating_sub(now_ms).max(1))
        });
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(wait) => {}
            () = changed => {}
        }
    }
}
