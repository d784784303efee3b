//! In what the dialect may differ from its document, and what the document leaves open: the section `atl` of the configuration.

use std::num::NonZeroU32;

use jiff::tz::TimeZone;
use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// Sets what an operator may want otherwise.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Whether the API of LSIM is spoken, too, at `/smxml/api`.
    pub lsim: bool,
    /// The IANA time zone of `scheduled`, and of dates in answers; `Asia/Baku` unless set. One that does not exist is refused.
    #[serde(deserialize_with = "zone")]
    pub time_zone: TimeZone,
    /// What becomes of a task whose time has passed.
    pub past_schedule: PastSchedule,
    /// How many minutes `scheduled` may have passed for the task to be sent at once all the same; 720 unless set. There are
    /// programs that always send the present time, by a clock that is slow or in another zone.
    pub past_schedule_grace_minutes: u32,
    /// How many recipients one task may have; 100,000 unless set. The gateway's own limit holds besides.
    pub max_rows: NonZeroU32,
}

/// Says what becomes of a task whose time passed longer ago than the grace.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PastSchedule {
    /// It is refused with code 113.
    #[default]
    Reject,
    /// It is sent at once.
    SendNow,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            lsim: true,
            time_zone: TimeZone::get("Asia/Baku").unwrap_or(TimeZone::fixed(jiff::tz::offset(4))),
            past_schedule: PastSchedule::default(),
            past_schedule_grace_minutes: 12 * 60,
            max_rows: NonZeroU32::new(100_000).expect("it is not zero"),
        }
    }
}

fn zone<'de, D: Deserializer<'de>>(deserializer: D) -> Result<TimeZone, D::Error> {
    let name = String::deserialize(deserializer)?;
    TimeZone::get(&name).map_err(|_| D::Error::custom(format!("there is no time zone {name:?}")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(settings: serde_json::Value) -> Result<Settings, serde_json::Error> {
        serde_json::from_value(settings)
    }

    #[test]
    fn what_is_not_set_is_as_it_is_in_baku() {
        let settings = read(json!({})).unwrap();
        assert_eq!(settings.time_zone.iana_name(), Some("Asia/Baku"));
        assert_eq!(settings.past_schedule, PastSchedule::Reject);
        assert_eq!(settings.past_schedule_grace_minutes, 720);
        assert_eq!(settings.max_rows.get(), 100_000);
        assert!(settings.lsim);
    }

    #[test]
    fn every_setting_can_be_set() {
        let settings = read(json!({
            "lsim": false,
            "time_zone": "Europe/Kyiv",
            "past_schedule": "send_now",
            "past_schedule_grace_minutes": 0,
            "max_rows": 10,
        }))
        .unwrap();
        assert_eq!(settings.time_zone.iana_name(), Some("Europe/Kyiv"));
        assert_eq!(settings.past_schedule, PastSchedule::SendNow);
        assert_eq!(settings.past_schedule_grace_minutes, 0);
        assert_eq!(settings.max_rows.get(), 10);
        assert!(!settings.lsim);
    }

    #[test]
    fn what_is_no_setting_is_refused() {
        for settings in [
            json!({"time_zone": "Asia/Bakuu"}),
            json!({"past_schedule": "sendnow"}),
            json!({"past_schedule_grace_minutes": -1}),
            json!({"max_rows": 0}),
            json!({"zone": "UTC"}),
        ] {
            assert!(read(settings.clone()).is_err(), "{settings}");
        }
    }
}
