//! Work that takes long, beside the threads that answer others.

use std::sync::Arc;

use tokio::sync::Semaphore;

/// A request of more octets is read on a thread of its own, so that it holds up nobody else's.
const READ_APART_FROM: usize = 64 * 1024;

/// How many such requests of a dialect are read at a time. What is read takes many times the memory of its octets, and who sends
/// it is known only afterwards.
const READ_AT_ONCE: usize = 2;

/// Lets long requests be read by turns.
#[derive(Debug)]
pub(crate) struct Turns(Arc<Semaphore>);

impl Default for Turns {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(READ_AT_ONCE)))
    }
}

impl Turns {
    /// Reads a request of so many octets: a short one at once, a long one when its turn has come.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        octets: usize,
        read: impl FnOnce() -> T + Send + 'static,
    ) -> T {
        if octets <= READ_APART_FROM {
            return read();
        }
        let turn = Arc::clone(&self.0).acquire_owned().await;
        let turn = turn.expect("the semaphore is never closed");
        run(move || {
            // The reading goes on when the client goes away, and so does the turn.
            let _turn = turn;
            read()
        })
        .await
    }
}

/// Runs it on a thread of its own.
pub(crate) async fn run<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn a_long_request_has_its_turn_until_it_is_read_though_nobody_waits_for_it() {
        let turns = Turns::default();
        let mut ends = Vec::new();
        for _ in 0..READ_AT_ONCE {
            let (begun, beginning) = oneshot::channel();
            let (end, ended) = mpsc::channel::<()>();
            let reading = turns.read(READ_APART_FROM + 1, move || {
                let _ = begun.send(());
                ended.recv()
            });
            tokio::select! {
                begun = beginning => begun.unwrap(),
                _ = reading => panic!("it is read to the end"),
            }
            ends.push(end);
        }
        assert_eq!(turns.0.available_permits(), 0);
        drop(ends);
        assert_eq!(turns.read(READ_APART_FROM + 1, || "read").await, "read");
    }

    #[tokio::test]
    async fn a_short_request_waits_for_no_long_one() {
        let turns = Turns::default();
        let all = u32::try_from(READ_AT_ONCE).unwrap();
        let _taken = turns.0.acquire_many(all).await.unwrap();
        assert_eq!(turns.read(READ_APART_FROM, || "read").await, "read");
    }
}
