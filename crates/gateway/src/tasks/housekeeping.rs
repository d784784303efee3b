//! Tasks that go by the clock: schedules and retries, lifetimes, changes of the configuration.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;

use super::inbound;
use super::ticks::Ticks;
use crate::Gateway;

/// How many messages one transaction handles, so that others get their turn between.
const AT_ONCE: u32 = 5_000;

/// How long upstream ids are kept that no receipt has asked for.
const UPSTREAM_IDS_KEPT_MS: i64 = 96 * 60 * 60 * 1000;

/// How long after what they tell of callbacks are kept, whether they were given up or still wait; and notices, which wait for a
/// program that may never bind.
const TOLD_KEPT_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// How often old callbacks, notices and upstream ids are looked for.
const FORGET_EVERY: Duration = Duration::from_hours(1);

/// Queues scheduled messages and retries when their time has come.
pub(crate) async fn release(gateway: Gateway, stop: CancellationToken) {
    let mut ticks = Ticks::every(gateway.0.tempo.release_ms);
    while ticks.next(&stop).await {
        loop {
            match gateway.store().release_due(gateway.now(), AT_ONCE).await {
                Ok(0) => break,
                Ok(released) => {
                    gateway.wake_dispatch();
                    if released < AT_ONCE || stop.is_cancelled() {
                        break;
                    }
                }
                Err(error) => {
                    tracing::error!(?error, "cannot release messages that are due");
                    break;
                }
            }
        }
    }
}

/// Ends messages whose lifetime is over, joins long ones from handsets, and forgets what nobody asks for any more.
pub(crate) async fn sweep(gateway: Gateway, stop: CancellationToken) {
    let mut ticks = Ticks::every(gateway.0.tempo.sweep_ms);
    let mut forget = interval(FORGET_EVERY);
    forget.set_missed_tick_behavior(MissedTickBehavior::Skip);
    while ticks.next(&stop).await {
        let now = gateway.now();
        let wait = gateway.0.tempo.receipt_wait_ms;
        if let Err(error) = gateway.store().sweep(now, wait, AT_ONCE).await {
            tracing::error!(?error, "cannot end messages whose lifetime is over");
        }
        inbound::join(&gateway).await;
        let once = || gateway.store().forget_once(now, AT_ONCE);
        forget_all("what may be accepted again", &stop, once).await;
        if timeout(Duration::ZERO, forget.tick()).await.is_ok() {
            let before = now.plus_millis(-UPSTREAM_IDS_KEPT_MS);
            if let Err(error) = gateway.store().forget_upstream_ids(before).await {
                tracing::error!(?error, "cannot forget old upstream ids");
            }
            let before = now.plus_millis(-TOLD_KEPT_MS);
            let callbacks = || gateway.store().forget_callbacks(before, AT_ONCE);
            forget_all("callbacks", &stop, callbacks).await;
            let notices = || gateway.store().forget_notices(before, AT_ONCE);
            forget_all("notices", &stop, notices).await;
        }
    }
}

/// Forgets all that is old, and not only what one transaction does: busy accounts may write more each second than that. `forget`
/// forgets some, and answers how many.
async fn forget_all<F>(what: &str, stop: &CancellationToken, forget: impl Fn() -> F)
where
    F: Future<Output = Result<u64, store::Error>>,
{
    while !stop.is_cancelled() {
        match forget().await {
            Ok(forgotten) if forgotten < u64::from(AT_ONCE) => break,
            Ok(_) => {}
            Err(error) => {
                tracing::error!(?error, what, "cannot forget what is old");
                break;
            }
        }
    }
}

/// Notices what other processes (admin commands) have configured.
pub(crate) async fn reload(gateway: Gateway, stop: CancellationToken) {
    let mut ticks = Ticks::every(gateway.0.tempo.reload_ms);
    while ticks.next(&stop).await {
        if let Err(error) = gateway.reload().await {
            tracing::error!(?error, "cannot read the configuration");
        }
    }
}
