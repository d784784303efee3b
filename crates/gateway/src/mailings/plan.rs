//! Plans: what a mailing sends, to whom and how often, as front ends say it and as it is stored.

use serde::{Deserialize, Serialize};

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

/// Spreads a run over some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spread {
    /// Over how long.
    pub over_ms: i64,
    /// How long after one part the next one starts.
    pub interval_ms: i64,
}
