//! Plans: what a mailing sends, to whom and how often, as front ends say it and as it is stored.

use serde::{Deserialize, Serialize};
use store::submissions::Parts;

/// Says how often a mailing is repeated, in its own time zone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Repeat {
    /// Not by itself.
    #[default]
    Never,
    /// Every hour.
    Hourly,
    /// Every day.
    Daily,
    /// Monday to Friday.
    Workdays,
    /// Saturday and Sunday.
    Weekends,
    /// Every week.
    Weekly,
    /// Every month, on its last day where it has fewer.
    Monthly,
    /// Every year, on 28 February where there is no 29th.
    Yearly,
}

/// Says what a mailing sends, to whom and how often. Stored as JSON.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Plan {
    /// Who it is from; checked again at each run.
    pub originator: String,
    /// The text.
    pub text: String,
    /// How it travels and shows: the code of [`sms::Form`].
    pub form: u8,
    /// The recipients' numbers, as given, each with a text of its own where it has one.
    pub recipients: Vec<(String, Option<String>)>,
    /// Contact lists whose contacts it is for as well, as they are at each run.
    pub lists: Vec<i64>,
    /// How long its messages may wait to leave, in milliseconds; the gateway's default when `None`.
    pub lifetime_ms: Option<i64>,
    /// Spread each run over some time, in parts of one size; at once when `None`.
    pub spread: Option<Spread>,
    /// How often.
    pub repeat: Repeat,
    /// How many times in all, from when it was made or changed; without end when `None`.
    pub times: Option<u32>,
    /// The time zone of its repetition: minutes east of UTC.
    pub zone_minutes: i32,
    /// What the front end wants to remember of it: the gateway does not look into it.
    pub remembered: serde_json::Value,
}

/// Spreads messages over some time, in parts of one size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spread {
    /// Over how long.
    pub over_ms: i64,
    /// How long after one part the next one starts.
    pub interval_ms: i64,
}

impl Spread {
    /// Cuts so many recipients into parts; `None` when all of them go at once.
    pub fn parts(self, recipients: usize) -> Option<Parts> {
        let Self {
            over_ms,
            interval_ms,
        } = self;
        if over_ms <= 0 || interval_ms <= 0 {
            return None;
        }
        // Rounded up, without the overflow of a sum.
        let parts = (over_ms - 1) / interval_ms + 1;
        let parts = usize::try_from(parts).unwrap_or(usize::MAX);
        let size = u32::try_from(recipients.div_ceil(parts)).unwrap_or(u32::MAX);
        (parts > 1).then_some(Parts {
            size: size.max(1),
            interval_ms,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recipients_are_spread_in_parts_of_one_size() {
        const HOUR: i64 = 60 * 60 * 1000;
        for (over_ms, interval_ms, recipients, size) in [
            (4 * HOUR, HOUR, 100, Some(25)),
            (4 * HOUR, HOUR, 101, Some(26)),
            (4 * HOUR - 1, HOUR, 100, Some(25)),
            (3 * HOUR, 2 * HOUR, 9, Some(5)),
            (4 * HOUR, HOUR, 2, Some(1)),
            (4 * HOUR, HOUR, 0, Some(1)),
            (HOUR, HOUR, 100, None),
            (HOUR, 2 * HOUR, 100, None),
            (0, HOUR, 100, None),
            (HOUR, 0, 100, None),
            (-1, -1, 100, None),
            (i64::MAX, 1, 100, Some(1)),
        ] {
            let spread = Spread {
                over_ms,
                interval_ms,
            };
            let expected = size.map(|size| Parts { size, interval_ms });
            assert_eq!(
                spread.parts(recipients),
                expected,
                "{recipients} over {over_ms} by {interval_ms}"
            );
        }
    }
}
