//! How far the messages of a run have come, and whether that is far enough.

use super::Until;
use crate::smsc::Counts;

/// How far the messages have come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Progress {
    pub(super) counts: Counts,
    /// Receipts that the customer could have seen, where the operator's count does not say that.
    pub(super) seen: Option<u64>,
}

impl Progress {
    pub(super) fn submitted(&self) -> u64 {
        self.counts.distinct()
    }

    pub(super) fn reported(&self) -> u64 {
        self.seen.unwrap_or(self.counts.receipts_answered)
    }

    /// Tells whether so many messages have come so far. A long text has a receipt for each of its segments.
    pub(super) fn has_come(&self, until: Until, messages: u64) -> bool {
        let counts = &self.counts;
        let reported = || {
            let all = counts.receipts_answered >= counts.segments;
            self.seen.map_or(all, |seen| seen >= messages)
        };
        match until {
            Until::Reported => self.submitted() >= messages && reported(),
            Until::Submitted => self.submitted() >= messages,
            Until::Accepted => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_over_when_all_have_come_and_all_that_came_is_reported() {
        let of = |messages, segments, receipts_answered, seen| Progress {
            counts: Counts {
                messages,
                segments,
                receipts_answered,
                duplicates: 1,
                ..Counts::default()
            },
            seen,
        };
        let is_over = |progress: Progress| progress.has_come(Until::Reported, 10);
        assert!(!is_over(of(10, 20, 20, None)), "one came twice");
        assert!(!is_over(of(11, 22, 21, None)), "a receipt is on its way");
        assert!(is_over(of(11, 22, 22, None)));
        assert!(
            !is_over(of(11, 22, 22, Some(9))),
            "the customer has not seen one"
        );
        assert!(is_over(of(11, 22, 22, Some(10))));
        assert!(of(11, 22, 0, None).has_come(Until::Submitted, 10));
    }
}
