//! Tasks that go by the clock: schedules and retries, lifetimes, changes of the configuration.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;

use super::inbound;
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
    let mut ticks = ticks(gateway.0.tempo.release_ms);
    while tick(&mut ticks, &stop).await {
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
    let mut ticks = ticks(gateway.0.tempo.sweep_ms);
    let mut forget = interval(FORGET_EVERY);
    forget.set_missed_tick_behavior(MissedTickBehavior::Skip);
    while tick(&mut ticks, &stop).await {
        let now = gateway.now();
        let wait = gateway.0.tempo.receipt_wait_ms;
        if let Err(error) = gateway.store().sweep(now, wait, AT_ONCE).await {
            tracing::error!(?error, "cannot end messages whose lifetime is over");
        }
        inbound::join(&gateway).await;
        forget_once(&gateway, &stop).await;
        if timeout(Duration::ZERO, forget.tick()).await.is_ok() {
            let before = now.plus_millis(-UPSTREAM_IDS_KEPT_MS);
            if let Err(error) = gateway.store().forget_upstream_ids(before).await {
                tracing::error!(?error, "cannot forget old upstream ids");
            }
            forget_callbacks(&gateway, &stop).await;
            forget_notices(&gateway, &stop).await;
        }
    }
}

/// Forgets what may be accepted again: all of it, since busy accounts name more each second than one transaction forgets.
async fn forget_once(gateway: &Gateway, stop: &CancellationToken) {
    let now = gateway.now();
    while !stop.is_cancelled() {
        match gateway.store().forget_once(now, AT_ONCE).await {
            Ok(forgotten) if forgotten < u64::from(AT_ONCE) => break,
            Ok(_) => {}
            Err(error) => {
                tracing::error!(?error, "cannot forget what may be accepted again");
                break;
            }
        }
    }
}

/// Forgets callbacks that tell of what happened long ago.
async fn forget_callbacks(gateway: &Gateway, stop: &CancellationToken) {
    let before = gateway.now().plus_millis(-TOLD_KEPT_MS);
    while !stop.is_cancelled() {
        match gateway.store().forget_callbacks(before, AT_ONCE).await {
            Ok(forgotten) if forgotten < u64::from(AT_ONCE) => break,
            Ok(_) => {}
            Err(error) => {
                tracing::error!(?error, "cannot forget old callbacks");
                break;
            }
        }
    }
}

/// Forgets notices that tell of what happened long ago.
async fn forget_notices(gateway: &Gateway, stop: &CancellationToken) {
    let before = gateway.now().plus_millis(-TOLD_KEPT_MS);
    while !stop.is_cancelled() {
        match gateway.store().forget_notices(before, AT_ONCE).await {
            Ok(forgotten) if forgotten < u64::from(AT_ONCE) => break,
            Ok(_) => {}
            Err(error) => {
                tracing::error!(?error, "cannot forget old notices");
                break;
            }
        }
    }
}

/// Notices what other processes (admin commands) have configured.
pub(crate) async fn reload(gateway: Gateway, stop: CancellationToken) {
    let mut ticks = ticks(gateway.0.tempo.reload_ms);
    while tick(&mut ticks, &stop).await {
        if let Err(error) = gateway.reload().await {
            tracing::error!(?error, "cannot read the configuration");
        }
    }
}

/// Makes a clock of the task's own pace.
pub(super) fn ticks(every_ms: u64) -> tokio::time::Interval {
    let mut ticks = interval(Duration::from_millis(every_ms.max(1)));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

/// Waits for the next tick; `false` at the stop.
pub(super) async fn tick(ticks: &mut tokio::time::Interval, stop: &CancellationToken) -> bool {
    tokio::select! {
        _ = ticks.tick() => true,
        () = stop.cancelled() => false,
    }
}
