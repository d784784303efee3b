//! A bind that receives: how much it may have unanswered, and how it is spared when it cannot follow.

use foldhash::HashSet;
use gateway::NoticeId;

use super::{Outcome, pause_ms};

#[derive(Debug, Default)]
pub(super) struct Receiver {
    pub(super) window: usize,
    pub(super) unanswered: HashSet<NoticeId>,
    /// When it was given something last, in turns of the outbox.
    pub(super) turn: u64,
    /// How often in a row it was too busy or silent; its window is one until it takes something.
    troubles: u32,
    pub(super) paused_until_ms: u64,
}

impl Receiver {
    pub(super) fn has_room(&self, now_ms: u64) -> bool {
        self.unanswered.len() < self.room_in_all() && self.paused_until_ms <= now_ms
    }

    /// How much it may have unanswered at present.
    pub(super) fn room_in_all(&self) -> usize {
        if self.troubles == 0 {
            self.window
        } else {
            self.window.min(1)
        }
    }

    /// Learns from an outcome how it fares. Many outcomes of one trouble count once.
    pub(super) fn hear(&mut self, outcome: Outcome, now_ms: u64) {
        match outcome {
            // What it takes during a pause was given before it.
            Outcome::Taken if self.paused_until_ms > now_ms => {}
            Outcome::Taken => self.troubles = 0,
            Outcome::Busy | Outcome::Silent => {
                if self.paused_until_ms <= now_ms {
                    self.troubles = self.troubles.saturating_add(1);
                    self.paused_until_ms = now_ms.saturating_add(pause_ms(self.troubles));
                }
            }
            // It answers, and what it says is about the notice; or it was not asked.
            Outcome::Later
            | Outcome::Refused
            | Outcome::Unclear
            | Outcome::NotSent
            | Outcome::Unsendable => {}
        }
    }
}
