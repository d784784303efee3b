//! Segments whose attempts are answered and for which an answer may still come.

use std::collections::VecDeque;

use foldhash::HashMap;
use gateway::MessageId;

/// How many are remembered; the oldest is forgotten.
const LATE_SEGMENTS: usize = 10_000;

#[derive(Debug, Default)]
pub(super) struct Late {
    segments: HashMap<u64, (MessageId, u16)>,
    order: VecDeque<u64>,
}

impl Late {
    pub(super) fn remember(&mut self, token: u64, message: MessageId, index: u16) {
        self.segments.insert(token, (message, index));
        self.order.push_back(token);
        if self.order.len() > LATE_SEGMENTS
            && let Some(oldest) = self.order.pop_front()
        {
            self.segments.remove(&oldest);
        }
    }

    pub(super) fn take(&mut self, token: u64) -> Option<(MessageId, u16)> {
        self.segments.remove(&token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_so_many_late_segments_are_remembered() {
        let mut late = Late::default();
        for token in 0..=LATE_SEGMENTS as u64 {
            late.remember(token, MessageId(1), 0);
        }
        assert_eq!(late.take(0), None);
        assert!(late.take(1).is_some());
    }
}
