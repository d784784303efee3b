//! Counting how often something happens in a sliding time: limits that providers have on requests.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

use sms::Timestamp;

/// How many keys are remembered; the oldest are forgotten beyond that, which lets through rather than refuses.
const KEYS: usize = 100_000;

/// Counts events of many keys in a sliding window.
pub(crate) struct Frequency<K> {
    window_ms: i64,
    seen: Mutex<HashMap<K, VecDeque<Timestamp>>>,
}

impl<K: Eq + Hash> Frequency<K> {
    /// Begins with nothing seen; events are forgotten after `window_ms`.
    pub(crate) fn new(window_ms: i64) -> Self {
        Self {
            window_ms,
            seen: Mutex::new(HashMap::new()),
        }
    }

    /// Lets an event happen unless `most` events of its key have happened within the window; only one that is let through is
    /// counted. Otherwise answers in how many milliseconds the next one may.
    pub(crate) fn allow(&self, key: K, most: usize, now: Timestamp) -> Result<(), i64> {
        let since = now.plus_millis(-self.window_ms);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= KEYS && !seen.contains_key(&key) {
            seen.retain(|_, times| times.back().is_some_and(|last| *last > since));
            if seen.len() >= KEYS {
                seen.clear();
            }
        }
        let times = seen.entry(key).or_default();
        while times.front().is_some_and(|first| *first <= since) {
            times.pop_front();
        }
        match times.front() {
            Some(first) if times.len() >= most => {
                Err(first.as_millis() + self.window_ms - now.as_millis())
            }
            None if most == 0 => Err(self.window_ms),
            _ => {
                times.push_back(now);
                Ok(())
            }
        }
    }

    /// Forgets the latest event of a key: it was let through, and nothing came of it.
    pub(crate) fn take_back(&self, key: &K) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(times) = seen.get_mut(key) {
            times.pop_back();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    #[test]
    fn no_window_has_more_than_the_limit() {
        let frequency = Frequency::new(1_000);
        for millis in [0, 100, 200] {
            assert_eq!(frequency.allow("a", 3, at(millis)), Ok(()));
        }
        assert_eq!(frequency.allow("a", 3, at(900)), Err(100));
        assert_eq!(frequency.allow("b", 3, at(900)), Ok(()));
        assert_eq!(frequency.allow("a", 3, at(1_000)), Ok(()));
        assert_eq!(frequency.allow("a", 3, at(1_099)), Err(1));
        frequency.take_back(&"a");
        frequency.take_back(&"c");
        assert_eq!(frequency.allow("a", 3, at(1_099)), Ok(()));
    }
}
