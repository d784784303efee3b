//! Runs mailings when they are due, one after another.

use std::time::Duration;

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::{Error, Gateway};

/// How many mailings are read at once, at the most.
const AT_ONCE: u32 = 16;

pub(crate) async fn run(gateway: Gateway, stop: CancellationToken) {
    let pause = Duration::from_millis(gateway.0.tempo.expand_ms.max(1));
    while !stop.is_cancelled() {
        match round(&gateway, &stop).await {
            // There may be more.
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::error!(
                error = &error as &dyn std::error::Error,
                "cannot look for mailings that are due"
            ),
        }
        tokio::select! {
            () = sleep(pause) => {}
            () = stop.cancelled() => {}
        }
    }
}

/// Runs some of those that are due; tells whether all of them could be run, and there were any.
async fn round(gateway: &Gateway, stop: &CancellationToken) -> Result<bool, Error> {
    let due = gateway.store().mailings_due(gateway.now(), AT_ONCE).await?;
    let mut further = !due.is_empty();
    for mailing in due {
        if stop.is_cancelled() {
            return Ok(false);
        }
        let id = mailing.id;
        if let Err(error) = gateway.run_mailing(mailing).await {
            further = false;
            // One mailing must not keep the others waiting.
            tracing::error!(
                mailing = %id, error = &error as &dyn std::error::Error,
                "cannot run a mailing"
            );
        }
    }
    Ok(further)
}
