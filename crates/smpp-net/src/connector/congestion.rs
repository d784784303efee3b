//! When a link must pause because the operator cannot follow.

const FIRST_PAUSE_MS: u64 = 1_000;
const LONGEST_PAUSE_MS: u64 = 30_000;

/// How long a link pauses for a single segment that was too much.
const SHORT_PAUSE_MS: u64 = 100;

/// How many answers are looked at to tell the queue of one recipient from that of the link.
const ANSWERS: u32 = 20;

/// Remembers what the last answers said about the operator's load.
#[derive(Debug)]
pub(super) struct Congestion {
    paused_from_ms: u64,
    paused_until_ms: u64,
    /// Whether that pause is for a single segment.
    is_short: bool,
    next_pause_ms: u64,
    /// One bit for each of the last answers, set when it said that a queue is full.
    full: u32,
}

impl Congestion {
    pub(super) fn new() -> Self {
        Self {
            paused_from_ms: 0,
            paused_until_ms: 0,
            is_short: false,
            next_pause_ms: FIRST_PAUSE_MS,
            full: 0,
        }
    }

    /// Says until when nothing may be sent; `None` when the link is free.
    pub(super) fn paused_until_ms(&self, now_ms: u64) -> Option<u64> {
        (self.paused_until_ms > now_ms).then_some(self.paused_until_ms)
    }

    /// Takes note of an answer that says nothing about load.
    pub(super) fn flowing(&mut self) {
        self.remember(false);
        self.next_pause_ms = FIRST_PAUSE_MS;
    }

    /// Takes note of throttling, which answers a segment that left at `left_ms`, and says how long the link pauses: shortly for a
    /// single segment; where it is the rate that is too much, twice as long each time until something is taken again.
    pub(super) fn throttled(&mut self, now_ms: u64, left_ms: u64, is_the_rate: bool) -> u64 {
        // What left before the pause is answered within it or behind it: those answers make it neither longer nor another.
        let is_new = self.paused_until_ms == 0 || left_ms > self.paused_from_ms;
        if is_the_rate && (is_new || self.is_short) {
            self.pause(now_ms, self.next_pause_ms);
            self.is_short = false;
            self.next_pause_ms = (self.next_pause_ms * 2).min(LONGEST_PAUSE_MS);
        } else if is_new {
            self.pause(now_ms, SHORT_PAUSE_MS);
            self.is_short = true;
        }
        self.paused_until_ms.saturating_sub(now_ms)
    }

    fn pause(&mut self, now_ms: u64, length_ms: u64) {
        self.paused_from_ms = now_ms;
        self.paused_until_ms = now_ms + length_ms;
    }

    /// Takes note of a full queue. When most answers say so it is the link's, which pauses for so long; otherwise it is the
    /// recipient's: `None`.
    pub(super) fn queue_full(&mut self, now_ms: u64, left_ms: u64) -> Option<u64> {
        self.remember(true);
        let most = self.full.count_ones() * 2 > ANSWERS;
        most.then(|| self.throttled(now_ms, left_ms, true))
    }

    fn remember(&mut self, full: bool) {
        self.full = (self.full << 1 | u32::from(full)) & ((1 << ANSWERS) - 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_until_something_is_taken() {
        let mut congestion = Congestion::new();
        let mut now_ms = 1;
        for expected in [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000] {
            assert_eq!(congestion.throttled(now_ms, now_ms, true), expected);
            assert_eq!(congestion.paused_until_ms(now_ms), Some(now_ms + expected));
            now_ms += expected;
            assert_eq!(congestion.paused_until_ms(now_ms), None);
        }
        congestion.flowing();
        assert_eq!(congestion.throttled(now_ms, now_ms, true), 1_000);
    }

    #[test]
    fn a_single_segment_pauses_the_link_shortly_until_it_is_the_rate() {
        let mut congestion = Congestion::new();
        assert_eq!(congestion.throttled(100, 50, false), 100);
        assert_eq!(congestion.throttled(150, 60, false), 50);
        assert_eq!(congestion.throttled(160, 70, true), 1_000);
        assert_eq!(congestion.throttled(170, 80, true), 990);
    }

    #[test]
    fn answers_to_what_left_before_the_pause_do_not_lengthen_it() {
        let mut congestion = Congestion::new();
        congestion.throttled(100, 50, true);
        assert_eq!(congestion.throttled(500, 60, true), 600);
        assert_eq!(congestion.paused_until_ms(1_099), Some(1_100));
        assert_eq!(congestion.paused_until_ms(1_100), None);
        assert_eq!(congestion.throttled(1_200, 70, true), 0);
        assert_eq!(congestion.paused_until_ms(1_200), None);
    }

    #[test]
    fn a_full_queue_is_the_recipients_until_most_answers_say_so() {
        let mut congestion = Congestion::new();
        for _ in 0..10 {
            assert_eq!(congestion.queue_full(1, 1), None);
        }
        assert_eq!(congestion.queue_full(1, 1), Some(1_000));
        for _ in 0..20 {
            congestion.flowing();
        }
        assert_eq!(congestion.queue_full(5_000, 5_000), None);
    }
}
