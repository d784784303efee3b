//! Carries campaigns on behind their acceptance: contacts become messages, messages follow halts and decisions, removed lists
//! go. Each in small steps, in turn between the campaigns, so that neither a large one nor the rest of the gateway waits long.

use std::time::Duration;

use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use crate::{Error, Gateway};

/// How many campaigns one round looks at.
const ROUND: u32 = 64;

/// How many messages follow a halt or a decision in one transaction.
const AT_ONCE: u32 = 2_000;

/// How old a copy of a list must be to be taken for abandoned.
const ABANDONED_MS: i64 = 60 * 60 * 1000;

pub(crate) async fn run(gateway: Gateway, stop: CancellationToken) {
    let pause = Duration::from_millis(gateway.0.tempo.expand_ms.max(1));
    let mut rung = gateway.0.campaigns.subscribe();
    let mut looked: Option<Instant> = None;
    while !stop.is_cancelled() {
        rung.mark_unchanged();
        // Those that wait for money are not priced again with every step of the others.
        let all = looked.is_none_or(|looked| looked.elapsed() >= pause);
        if all {
            looked = Some(Instant::now());
        }
        let moved = match round(&gateway, all, &stop).await {
            Ok(moved) => moved,
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "cannot carry campaigns on"
                );
                false
            }
        };
        if moved {
            continue;
        }
        tokio::select! {
            _ = rung.changed() => {}
            () = sleep(pause) => {}
            () = stop.cancelled() => {}
        }
    }
}

/// Takes one step with everything that has one to take, with campaigns that wait for money only in a round through `all`; tells
/// whether anything had one.
async fn round(gateway: &Gateway, all: bool, stop: &CancellationToken) -> Result<bool, Error> {
    let now = gateway.now();
    let mut moved = false;
    let followed = gateway.store().follow_halts(now, AT_ONCE).await?
        + gateway.store().follow_decisions(now, AT_ONCE).await?;
    if followed > 0 {
        moved = true;
        gateway.wake_dispatch();
    }
    let mut after = None;
    loop {
        let expansions = gateway.store().expansions(after, ROUND).await?;
        let Some(last) = expansions.last() else { break };
        after = Some(last.submission);
        for expansion in &expansions {
            if expansion.waits_for_money && !all {
                continue;
            }
            if stop.is_cancelled() {
                return Ok(moved);
            }
            match gateway.expand(expansion).await {
                Ok(further) => moved |= further,
                // One campaign must not keep the others waiting.
                Err(error) => tracing::error!(
                    submission = %expansion.submission, error = &error as &dyn std::error::Error,
                    "cannot expand a campaign"
                ),
            }
        }
    }
    let before = now.plus_millis(-ABANDONED_MS);
    moved |= gateway
        .store()
        .forget_removed_lists(before, AT_ONCE)
        .await?;
    Ok(moved)
}
