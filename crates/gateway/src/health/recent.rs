//! What an upstream answered lately.

use std::collections::VecDeque;

use sms::Timestamp;

/// How many answers are looked at.
const MOST: usize = 100;

/// How long an answer counts.
const COUNTS_MS: i64 = 60_000;

/// With fewer answers nothing is concluded from them.
const LEAST: usize = 10;

/// Remembers of the latest answers whether the upstream dealt with the submit or put it off.
#[derive(Debug, Default)]
pub(super) struct Recent {
    answers: VecDeque<(Timestamp, bool)>,
    put_off: usize,
}

impl Recent {
    /// Adds answers of one moment. Of a batch those that put off come last, as if the upstream had just begun to.
    pub(super) fn add(&mut self, now: Timestamp, dealt: u32, put_off: u32) {
        let bounded = |count: u32| usize::try_from(count).unwrap_or(MOST).min(MOST);
        let dealt = std::iter::repeat_n(false, bounded(dealt));
        for is_put_off in dealt.chain(std::iter::repeat_n(true, bounded(put_off))) {
            if self.answers.len() == MOST {
                self.forget_oldest();
            }
            self.answers.push_back((now, is_put_off));
            self.put_off += usize::from(is_put_off);
        }
    }

    /// Tells whether the upstream puts off more than half of what it is given. Nothing at all is too little to say so.
    pub(super) fn refuses(&mut self, now: Timestamp) -> bool {
        let oldest = now.plus_millis(-COUNTS_MS);
        while self.answers.front().is_some_and(|(at, _)| *at < oldest) {
            self.forget_oldest();
        }
        self.answers.len() >= LEAST && self.put_off * 2 > self.answers.len()
    }

    fn forget_oldest(&mut self) {
        if let Some((_, is_put_off)) = self.answers.pop_front() {
            self.put_off -= usize::from(is_put_off);
        }
    }
}
