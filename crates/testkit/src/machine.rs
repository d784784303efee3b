//! How long the machine of a test has run: a promise in time is the gateway's, and a stalled machine does not break it.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use tokio::time::Instant;

/// How often it is looked whether the machine runs.
const EACH: Duration = Duration::from_millis(5);

/// How late a look may be on a machine that has other things to do as well; what is beyond is a stall.
const BUSY: Duration = Duration::from_millis(20);

/// Is a clock that stands still while the machine does. A thread of its own watches over it, which nothing that is tested can
/// hold up.
pub struct Machine {
    watched: Arc<Mutex<Watched>>,
    /// The thread ends when this is dropped.
    _end: Sender<()>,
}

struct Watched {
    began: Instant,
    looked: Instant,
    stood: Duration,
}

impl Machine {
    /// Watches from now on.
    pub fn watch() -> Self {
        let now = Instant::now();
        let watched = Arc::new(Mutex::new(Watched {
            began: now,
            looked: now,
            stood: Duration::ZERO,
        }));
        let (end, ended) = channel();
        let looking = Arc::clone(&watched);
        thread::spawn(move || {
            while ended.recv_timeout(EACH) == Err(RecvTimeoutError::Timeout) {
                lock(&looking).look(Instant::now());
            }
        });
        Self { watched, _end: end }
    }

    /// Tells how long the machine has run since it is watched.
    pub fn ran(&self) -> Duration {
        lock(&self.watched).ran(Instant::now())
    }
}

impl Watched {
    fn look(&mut self, now: Instant) {
        self.stood = self.stood(now);
        self.looked = now;
    }

    /// With the stall that may just have ended, of which nobody has looked yet.
    fn stood(&self, now: Instant) -> Duration {
        self.stood + now.duration_since(self.looked).saturating_sub(EACH + BUSY)
    }

    fn ran(&self, now: Instant) -> Duration {
        now.duration_since(self.began)
            .saturating_sub(self.stood(now))
    }
}

fn lock(watched: &Mutex<Watched>) -> MutexGuard<'_, Watched> {
    watched.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_more_than_busy_is_no_time_of_the_machine() {
        let began = Instant::now();
        let mut watched = Watched {
            began,
            looked: began,
            stood: Duration::ZERO,
        };
        let at = |ms| began + Duration::from_millis(ms);
        for (ms, ran_ms) in [(5, 5), (25, 25), (45, 45), (1_045, 70), (1_050, 75)] {
            let ran = Duration::from_millis(ran_ms);
            // Whoever asks before the look has the same answer as after it.
            assert_eq!(watched.ran(at(ms)), ran, "after {ms} ms");
            watched.look(at(ms));
            assert_eq!(watched.ran(at(ms)), ran, "after {ms} ms");
        }
        assert_eq!(watched.stood(at(1_050)), Duration::from_millis(975));
    }

    #[test]
    fn it_goes_on_and_never_back() {
        let machine = Machine::watch();
        let mut before = Duration::ZERO;
        while before < EACH * 10 {
            let ran = machine.ran();
            assert!(ran >= before, "{ran:?} after {before:?}");
            before = ran;
        }
    }
}
