//! When the program is asked to end.

use std::task::Poll;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Waits for a signal that ends programs: from a service manager, a keyboard, or a terminal that is closed.
pub(crate) struct Ending {
    signals: Vec<Signal>,
}

impl Ending {
    /// Takes the signals over from their defaults; from now on they end the program in order.
    pub(crate) fn catch() -> std::io::Result<Self> {
        let mut kinds = vec![
            SignalKind::terminate(),
            SignalKind::interrupt(),
            SignalKind::quit(),
        ];
        if !hangup_is_ignored() {
            kinds.push(SignalKind::hangup());
        }
        let signals = kinds.into_iter().map(signal).collect::<Result<_, _>>()?;
        Ok(Self { signals })
    }

    /// Returns when one of them has come.
    pub(crate) async fn asked(&mut self) {
        std::future::poll_fn(|context| {
            let mut signals = self.signals.iter_mut();
            if signals.any(|signal| signal.poll_recv(context).is_ready()) {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
    }
}

/// Tells whether the program was started to outlive its terminal, as by `nohup`, from the mask of ignored signals [proc(5)].
fn hangup_is_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    // SIGHUP is signal 1, the lowest bit.
    mask.is_some_and(|mask| mask & 1 == 1)
}
