//! When a task begins: `scheduled`, a local time or `NOW` [atl "Submit requests for broadcasting"].

use sms::Timestamp;

use super::codes::Code;
use super::settings::{PastSchedule, Settings};
use crate::wire::local_time;

const MINUTE_MS: i64 = 60_000;

/// Reads when a task begins; `None` for at once.
///
/// The document's examples have a time only; nearly every program sends `NOW`, in any case. A time that has passed by no more
/// than the grace is at once, too.
pub(super) fn start(
    scheduled: &str,
    now: Timestamp,
    settings: &Settings,
) -> Result<Option<Timestamp>, Code> {
    if scheduled.is_empty() {
        return Err(Code::NO_SCHEDULE);
    }
    if scheduled.eq_ignore_ascii_case("now") {
        return Ok(None);
    }
    let start = local_time::parse(scheduled, &settings.time_zone).ok_or(Code::INVALID_SCHEDULE)?;
    let grace_ms = i64::from(settings.past_schedule_grace_minutes) * MINUTE_MS;
    if start > now {
        Ok(Some(start))
    } else if start.plus_millis(grace_ms) >= now || settings.past_schedule == PastSchedule::SendNow
    {
        Ok(None)
    } else {
        Err(Code::OLD_SCHEDULE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str) -> Timestamp {
        local_time::parse(text, &jiff::tz::TimeZone::UTC).unwrap()
    }

    /// Reads at noon of Baku.
    fn read(scheduled: &str, settings: &Settings) -> Result<Option<Timestamp>, Code> {
        start(scheduled, moment("2026-03-01 08:00:00"), settings)
    }

    #[test]
    fn now_is_now_in_any_case() {
        for now in ["NOW", "now", "Now"] {
            assert_eq!(read(now, &Settings::default()), Ok(None));
        }
    }

    #[test]
    fn a_time_to_come_is_read_in_baku() {
        let settings = Settings::default();
        let start = Ok(Some(moment("2026-03-01 08:00:01")));
        assert_eq!(read("2026-03-01 12:00:01", &settings), start);
        assert_eq!(read("2026-03-01 12:00:00", &settings), Ok(None));
    }

    #[test]
    fn a_time_that_has_passed_is_now_within_the_grace_and_refused_beyond() {
        let mut settings = Settings::default();
        assert_eq!(read("2026-03-01 11:59:00", &settings), Ok(None));
        assert_eq!(read("2026-03-01 00:00:00", &settings), Ok(None));
        let old = "2026-02-28 23:59:59";
        assert_eq!(read(old, &settings), Err(Code::OLD_SCHEDULE));
        settings.past_schedule_grace_minutes = 0;
        let late = read("2026-03-01 11:59:59", &settings);
        assert_eq!(late, Err(Code::OLD_SCHEDULE));
        settings.past_schedule = PastSchedule::SendNow;
        assert_eq!(read(old, &settings), Ok(None));
    }

    #[test]
    fn what_is_no_time_is_told() {
        let settings = Settings::default();
        assert_eq!(read("", &settings), Err(Code::NO_SCHEDULE));
        for scheduled in ["tomorrow", "2026-13-01 00:00:00", "01.03.2026", "NOW!", "0"] {
            let read = read(scheduled, &settings);
            assert_eq!(read, Err(Code::INVALID_SCHEDULE), "{scheduled}");
        }
    }
}
