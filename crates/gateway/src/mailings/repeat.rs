//! When a mailing that is repeated is due again.
//!
//! Repetitions are counted from the first run, not from the one before: a mailing of the 31st is due on the last day of shorter
//! months and on the 31st of the others, and a run that was late does not move those that follow.

use jiff::civil::{DateTime, Weekday};
use jiff::tz::Offset;
use jiff::{Span, Timestamp as Instant};
use sms::Timestamp;

use super::Repeat;

const HOUR_MS: i64 = 60 * 60 * 1000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// Returns the time zone that is so many minutes east of UTC; `None` when there is none so far away.
pub(super) fn zone(minutes: i32) -> Option<Offset> {
    Offset::from_seconds(minutes.checked_mul(60)?).ok()
}

/// Returns the first time after `now` and after the first run at which a mailing is due again; `None` for one that is not
/// repeated, and where there is no such time.
pub(super) fn next(
    repeat: Repeat,
    first: Timestamp,
    zone_minutes: i32,
    now: Timestamp,
) -> Option<Timestamp> {
    let zone = zone(zone_minutes)?;
    match repeat {
        Repeat::Never => None,
        Repeat::Hourly => after(first, HOUR_MS, now),
        Repeat::Daily => after(first, DAY_MS, now),
        Repeat::Weekly => after(first, 7 * DAY_MS, now),
        Repeat::Workdays => day(first, zone, now, |weekday| !is_weekend(weekday)),
        Repeat::Weekends => day(first, zone, now, is_weekend),
        Repeat::Monthly => month(first, zone, now, 1),
        Repeat::Yearly => month(first, zone, now, 12),
    }
}

/// The first moment after `now` that is a whole number of periods, and one at least, after the first.
fn after(first: Timestamp, period_ms: i64, now: Timestamp) -> Option<Timestamp> {
    let since = now.as_millis().checked_sub(first.as_millis())?;
    let periods = since.div_euclid(period_ms).max(0) + 1;
    let millis = periods
        .checked_mul(period_ms)?
        .checked_add(first.as_millis())?;
    Some(Timestamp::from_millis(millis))
}

/// The first day's turn after `now` on which it is due.
fn day(
    first: Timestamp,
    zone: Offset,
    now: Timestamp,
    is_due: impl Fn(Weekday) -> bool,
) -> Option<Timestamp> {
    let next = after(first, DAY_MS, now)?;
    (0..7)
        .map(|days| next.plus_millis(days * DAY_MS))
        .find(|moment| local(*moment, zone).is_some_and(|local| is_due(local.weekday())))
}

fn is_weekend(weekday: Weekday) -> bool {
    matches!(weekday, Weekday::Saturday | Weekday::Sunday)
}

/// The first moment after `now` that is a multiple of so many months after the first.
fn month(first: Timestamp, zone: Offset, now: Timestamp, step: i64) -> Option<Timestamp> {
    let begin = local(first, zone)?;
    let present = local(now, zone)?;
    let months = |local: DateTime| i64::from(local.year()) * 12 + i64::from(local.month());
    // In the month of `now` it may be still to come or over: one of these is after it.
    let before = (months(present) - months(begin)).div_euclid(step).max(1);
    (before..=before + 1).find_map(|times| {
        let later = Span::new().try_months(times * step).ok()?;
        let moment = zone.to_timestamp(begin.checked_add(later).ok()?).ok()?;
        let moment = Timestamp::from_millis(moment.as_millisecond());
        (moment > now).then_some(moment)
    })
}

fn local(moment: Timestamp, zone: Offset) -> Option<DateTime> {
    let instant = Instant::from_millisecond(moment.as_millis()).ok()?;
    Some(zone.to_datetime(instant))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KYIV: i32 = 120;

    fn moment(text: &str, zone_minutes: i32) -> Timestamp {
        let local: DateTime = text.parse().unwrap();
        let instant = zone(zone_minutes).unwrap().to_timestamp(local).unwrap();
        Timestamp::from_millis(instant.as_millisecond())
    }

    /// Asserts when a mailing is due in the time zone, one run after another, each made in time.
    #[track_caller]
    fn runs(repeat: Repeat, first: &str, due: &[&str]) {
        let begin = moment(first, KYIV);
        let mut now = begin;
        for expected in due {
            let next = next(repeat, begin, KYIV, now).unwrap();
            assert_eq!(local(next, zone(KYIV).unwrap()), expected.parse().ok());
            now = next;
        }
    }

    #[test]
    fn hours_days_and_weeks_follow_each_other() {
        let first = "2024-02-28T23:30:00";
        runs(
            Repeat::Hourly,
            first,
            &["2024-02-29T00:30:00", "2024-02-29T01:30:00"],
        );
        runs(
            Repeat::Daily,
            first,
            &["2024-02-29T23:30:00", "2024-03-01T23:30:00"],
        );
        runs(
            Repeat::Weekly,
            first,
            &["2024-03-06T23:30:00", "2024-03-13T23:30:00"],
        );
    }

    #[test]
    fn workdays_and_weekends_are_those_of_the_time_zone() {
        // A Thursday; in UTC these are the evenings before.
        let first = "2024-02-29T00:30:00";
        runs(
            Repeat::Workdays,
            first,
            &[
                "2024-03-01T00:30:00",
                "2024-03-04T00:30:00",
                "2024-03-05T00:30:00",
            ],
        );
        runs(
            Repeat::Weekends,
            first,
            &[
                "2024-03-02T00:30:00",
                "2024-03-03T00:30:00",
                "2024-03-09T00:30:00",
            ],
        );
    }

    #[test]
    fn months_that_are_too_short_end_with_their_last_day() {
        runs(
            Repeat::Monthly,
            "2023-12-31T09:00:00",
            &[
                "2024-01-31T09:00:00",
                "2024-02-29T09:00:00",
                "2024-03-31T09:00:00",
                "2024-04-30T09:00:00",
                "2024-05-31T09:00:00",
            ],
        );
        runs(
            Repeat::Monthly,
            "2023-01-30T09:00:00",
            &["2023-02-28T09:00:00", "2023-03-30T09:00:00"],
        );
        runs(
            Repeat::Monthly,
            "2023-11-15T23:59:59",
            &["2023-12-15T23:59:59", "2024-01-15T23:59:59"],
        );
    }

    #[test]
    fn a_leap_day_comes_again_in_leap_years() {
        runs(
            Repeat::Yearly,
            "2024-02-29T09:00:00",
            &[
                "2025-02-28T09:00:00",
                "2026-02-28T09:00:00",
                "2027-02-28T09:00:00",
                "2028-02-29T09:00:00",
            ],
        );
    }

    #[test]
    fn what_was_missed_is_passed_over() {
        for (repeat, now, expected) in [
            (Repeat::Hourly, "2024-01-31T17:20:00", "2024-01-31T18:00:00"),
            (Repeat::Daily, "2024-03-05T08:59:59", "2024-03-05T09:00:00"),
            (Repeat::Daily, "2024-03-05T09:00:00", "2024-03-06T09:00:00"),
            (
                Repeat::Workdays,
                "2024-03-01T10:00:00",
                "2024-03-04T09:00:00",
            ),
            (
                Repeat::Weekends,
                "2024-03-03T10:00:00",
                "2024-03-09T09:00:00",
            ),
            (Repeat::Weekly, "2024-03-03T10:00:00", "2024-03-06T09:00:00"),
            (
                Repeat::Monthly,
                "2024-02-29T08:00:00",
                "2024-02-29T09:00:00",
            ),
            (
                Repeat::Monthly,
                "2024-02-29T09:00:00",
                "2024-03-31T09:00:00",
            ),
            (
                Repeat::Monthly,
                "2030-06-30T09:00:00",
                "2030-07-31T09:00:00",
            ),
            (Repeat::Yearly, "2024-02-01T09:00:00", "2025-01-31T09:00:00"),
            (Repeat::Yearly, "2029-01-31T08:00:00", "2029-01-31T09:00:00"),
            (Repeat::Yearly, "2029-01-31T09:00:00", "2030-01-31T09:00:00"),
        ] {
            let first = moment("2024-01-31T09:00:00", KYIV);
            let next = next(repeat, first, KYIV, moment(now, KYIV));
            assert_eq!(next, Some(moment(expected, KYIV)), "{repeat:?} after {now}");
        }
    }

    #[test]
    fn the_first_run_is_no_repetition() {
        // Its clock was behind when it ran, or it ran early for another reason.
        let (first, before) = ("2024-01-31T09:00:00", "2024-01-30T00:00:00");
        for (repeat, expected) in [
            (Repeat::Hourly, "2024-01-31T10:00:00"),
            (Repeat::Weekly, "2024-02-07T09:00:00"),
            (Repeat::Monthly, "2024-02-29T09:00:00"),
            (Repeat::Yearly, "2025-01-31T09:00:00"),
        ] {
            let next = next(repeat, moment(first, 0), 0, moment(before, 0));
            assert_eq!(next, Some(moment(expected, 0)), "{repeat:?}");
        }
    }

    #[test]
    fn there_is_no_next_time_where_there_is_no_time() {
        let (first, end) = (Timestamp::from_millis(0), Timestamp::from_millis(i64::MAX));
        for repeat in [
            Repeat::Hourly,
            Repeat::Daily,
            Repeat::Workdays,
            Repeat::Weekends,
            Repeat::Weekly,
            Repeat::Monthly,
            Repeat::Yearly,
        ] {
            assert_eq!(next(repeat, first, 0, end), None, "{repeat:?}");
            assert_eq!(next(repeat, first, 100_000, first), None, "{repeat:?}");
            assert_eq!(next(repeat, end, 0, first), None, "{repeat:?}");
        }
        assert_eq!(next(Repeat::Never, first, 0, first), None);
        assert!(zone(i32::MAX).is_none() && zone(i32::MIN).is_none());
    }
}
