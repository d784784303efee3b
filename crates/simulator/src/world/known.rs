//! What is known of the messages that were taken, for those who ask by their ids.

use std::collections::{HashMap, HashSet, VecDeque};

use super::World;
use crate::outcome::Outcome;

/// Messages that are remembered at once; the oldest is forgotten first.
const LIMIT: usize = 100_000;

/// A message that was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) number: u64,
    pub(crate) outcome: Outcome,
    /// When it reaches that.
    pub(crate) due_ms: u64,
}

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    UnderWay,
    Ended { outcome: Outcome, since_ms: u64 },
}

/// Messages by the ids that they were answered with.
#[derive(Debug, Default)]
pub(crate) struct KnownMessages {
    by_id: HashMap<String, Known>,
    order: VecDeque<String>,
    cancelled: HashSet<u64>,
}

impl KnownMessages {
    pub(crate) fn note(&mut self, id: String, known: Known) {
        if self.order.len() >= LIMIT
            && let Some(oldest) = self.order.pop_front()
            && let Some(known) = self.by_id.remove(&oldest)
        {
            self.cancelled.remove(&known.number);
        }
        self.order.push_back(id.clone());
        self.by_id.insert(id, known);
    }

    /// Tells where a message stands at a moment; `None` when it is not known.
    pub(crate) fn state(&self, id: &[u8], now_ms: u64) -> Option<State> {
        let known = self.find(id)?;
        Some(if self.cancelled.contains(&known.number) {
            State::Ended {
                outcome: Outcome::Deleted,
                since_ms: known.due_ms.min(now_ms),
            }
        } else if known.due_ms <= now_ms {
            State::Ended {
                outcome: known.outcome,
                since_ms: known.due_ms,
            }
        } else {
            State::UnderWay
        })
    }

    /// Cancels a message that has not reached its end; `false` when it has, or is not known.
    pub(crate) fn cancel(&mut self, id: &[u8], now_ms: u64) -> bool {
        let under_way = self.find(id).filter(|known| known.due_ms > now_ms);
        under_way.is_some_and(|known| self.cancelled.insert(known.number))
    }

    /// Tells whether a message was cancelled.
    pub(crate) fn is_cancelled(&self, number: u64) -> bool {
        self.cancelled.contains(&number)
    }

    fn find(&self, id: &[u8]) -> Option<Known> {
        let id = std::str::from_utf8(id).ok()?;
        self.by_id.get(id).copied()
    }
}

impl World {
    /// Counts a question for a message's state.
    pub(crate) const fn count_query(&mut self) {
        self.counters.queries += 1;
    }

    /// Takes a message back that has not reached its end; `false` when it has, or is not known.
    pub(crate) fn cancel(&mut self, id: &[u8], now_ms: u64) -> bool {
        let cancelled = self.known.cancel(id, now_ms);
        if cancelled {
            self.counters.cancelled += 1;
            self.shelf.take_back(&String::from_utf8_lossy(id));
        }
        cancelled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_under_way_until_its_end_and_can_be_cancelled_until_then() {
        let mut messages = KnownMessages::default();
        for number in [1, 2] {
            let known = Known {
                number,
                outcome: Outcome::Expired,
                due_ms: 100,
            };
            messages.note(number.to_string(), known);
        }
        assert_eq!(messages.state(b"3", 0), None);
        let ended = |outcome, since_ms| Some(State::Ended { outcome, since_ms });
        assert_eq!(messages.state(b"1", 99), Some(State::UnderWay));
        assert_eq!(messages.state(b"1", 100), ended(Outcome::Expired, 100));
        assert!(messages.cancel(b"2", 50));
        assert!(!messages.cancel(b"2", 60), "it is cancelled already");
        assert!(!messages.cancel(b"1", 100), "it is over");
        assert_eq!(messages.state(b"2", 60), ended(Outcome::Deleted, 60));
        assert!(messages.is_cancelled(2) && !messages.is_cancelled(1));
    }
}
