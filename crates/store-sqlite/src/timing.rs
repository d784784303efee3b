//! When the messages of a submission are due and when their time is over: by the part that each belongs to.

use rusqlite::Row;
use sms::Timestamp;
use store::MessageId;
use store::submissions::Parts;

macro_rules! timing_columns {
    () => {
        "submission.first_message_id, coalesce(submission.start_at, submission.created_at), submission.expires_at, \
         submission.part_size, submission.part_interval"
    };
}
pub(crate) use timing_columns;

/// The times of one submission. Its message at position `i` belongs to part `i / size`, and everything that goes by the clock is
/// that many intervals later for it.
#[derive(Clone, Copy)]
pub(crate) struct Timing {
    /// The number of its first message.
    pub(crate) first: i64,
    /// When its first part starts: as scheduled, or when it was accepted.
    pub(crate) start_at: Timestamp,
    /// When its first part must not leave any more.
    pub(crate) expires_at: Timestamp,
    pub(crate) parts: Option<Parts>,
}

impl Timing {
    /// What [`Timing::from_row`] reads, of table `submission`.
    pub(crate) const COLUMNS: &str = timing_columns!();

    /// Reads [`Timing::COLUMNS`], the first of which stands at `index`.
    pub(crate) fn from_row(row: &Row<'_>, index: usize) -> rusqlite::Result<Self> {
        let parts = row.get::<_, Option<u32>>(index + 3)?.map(|size| {
            row.get::<_, i64>(index + 4)
                .map(|interval_ms| Parts { size, interval_ms })
        });
        Ok(Self {
            first: row.get(index)?,
            start_at: Timestamp::from_millis(row.get(index + 1)?),
            expires_at: Timestamp::from_millis(row.get(index + 2)?),
            parts: parts.transpose()?,
        })
    }

    /// When the message may leave.
    pub(crate) fn due_at(&self, message: MessageId) -> Timestamp {
        self.start_at.plus_millis(self.delay(message))
    }

    /// When the message must not leave any more.
    pub(crate) fn expires_at(&self, message: MessageId) -> Timestamp {
        self.expires_at.plus_millis(self.delay(message))
    }

    /// The number before which the messages' lifetimes ended at least `wait_ms` before `now`.
    pub(crate) fn over_before(&self, now: Timestamp, wait_ms: i64) -> i64 {
        let since = now.as_millis() - wait_ms - self.expires_at.as_millis();
        match self.parts {
            _ if since < 0 => self.first,
            Some(parts) if parts.interval_ms > 0 => {
                let over = since / parts.interval_ms + 1;
                self.first
                    .saturating_add(over.saturating_mul(i64::from(parts.size.max(1))))
            }
            Some(_) | None => i64::MAX,
        }
    }

    /// How much later than the first part the message's part goes, in milliseconds.
    fn delay(&self, message: MessageId) -> i64 {
        self.parts.map_or(0, |parts| {
            let part = (message.0 - self.first) / i64::from(parts.size.max(1));
            part.saturating_mul(parts.interval_ms)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timing(parts: Option<Parts>) -> Timing {
        Timing {
            first: 101,
            start_at: Timestamp::from_millis(1_000),
            expires_at: Timestamp::from_millis(9_000),
            parts,
        }
    }

    #[test]
    fn each_part_goes_an_interval_after_the_one_before() {
        let parts = timing(Some(Parts {
            size: 3,
            interval_ms: 500,
        }));
        let due = |id| parts.due_at(MessageId(id)).as_millis();
        assert_eq!(
            (due(101), due(103), due(104), due(107)),
            (1_000, 1_000, 1_500, 2_000)
        );
        let whole = timing(None);
        assert_eq!(whole.due_at(MessageId(1_000)).as_millis(), 1_000);
    }

    #[test]
    fn a_message_is_over_exactly_when_its_part_is() {
        for parts in [
            None,
            Some(Parts {
                size: 3,
                interval_ms: 500,
            }),
            Some(Parts {
                size: 1,
                interval_ms: 0,
            }),
        ] {
            let timing = timing(parts);
            for now in [0, 8_999, 9_000, 9_499, 9_500, 9_999, 10_000, 99_999] {
                let now = Timestamp::from_millis(now);
                for id in 101..120 {
                    let over = timing.expires_at(MessageId(id)) <= now;
                    assert_eq!(
                        id < timing.over_before(now, 0),
                        over,
                        "{parts:?} {id} {now:?}"
                    );
                }
            }
        }
    }
}
