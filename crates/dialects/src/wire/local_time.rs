//! Dates and times without a zone, read and written in the zone of an account.

use std::fmt::Write;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use sms::Timestamp;

/// Finds a zone by its IANA name; UTC when there is none of this name.
pub(crate) fn zone(name: &str) -> TimeZone {
    match name {
        "UTC" => TimeZone::UTC,
        name => TimeZone::get(name).unwrap_or(TimeZone::UTC),
    }
}

/// Reads `2012-05-01 00:20:00`; the seconds may be absent, and a `T` may stand between date and time.
///
/// A time that the clocks skipped is read as if they had not changed yet, of one that came twice the first counts.
pub(crate) fn parse(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    const FORMS: [&str; 4] = [
        "%Y-%m-%d %H:%M:%S",
        "%Y-%m-%d %H:%M",
        "%Y-%m-%dT%H:%M:%S",
        "%Y-%m-%dT%H:%M",
    ];
    let text = text.trim();
    // The forms would take a year with a sign, and a sixtieth second for the one before it.
    if !text.starts_with(|first: char| first.is_ascii_digit()) || text.ends_with(":60") {
        return None;
    }
    let civil = FORMS
        .iter()
        .find_map(|form| DateTime::strptime(form, text).ok())?;
    let moment = civil.to_zoned(zone.clone()).ok()?.timestamp();
    Some(Timestamp::from_millis(moment.as_millisecond()))
}

/// Writes `2012-05-01 00:20:00`; a moment outside the years 1 to 9999 as the nearest one inside.
pub(crate) fn format(moment: Timestamp, zone: &TimeZone) -> String {
    let nearest = if moment.as_millis() < 0 {
        jiff::Timestamp::MIN
    } else {
        jiff::Timestamp::MAX
    };
    let moment = jiff::Timestamp::from_millisecond(moment.as_millis()).unwrap_or(nearest);
    let civil = zone.to_datetime(moment);
    let mut text = String::with_capacity(19);
    write!(
        text,
        "{:04}-{:02}-{:02} {:02}:{:02}:{:02}",
        civil.year(),
        civil.month(),
        civil.day(),
        civil.hour(),
        civil.minute(),
        civil.second()
    )
    .expect("writing to a string does not fail");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_and_written_in_the_zone() {
        let seconds = 1_335_831_600; // 2012-05-01 00:20:00 UTC
        for (name, written) in [
            ("UTC", "2012-05-01 00:20:00"),
            ("Europe/Kyiv", "2012-05-01 03:20:00"),
            ("America/New_York", "2012-04-30 20:20:00"),
            ("Nowhere/Land", "2012-05-01 00:20:00"),
        ] {
            let zone = zone(name);
            assert_eq!(
                parse(written, &zone),
                Some(Timestamp::from_seconds(seconds)),
                "{name}"
            );
            assert_eq!(
                format(Timestamp::from_seconds(seconds), &zone),
                written,
                "{name}"
            );
        }
    }

    #[test]
    fn other_forms_are_read_too_and_nonsense_is_not() {
        let midnight = parse("2012-05-01 00:20:00", &TimeZone::UTC);
        for text in [
            "2012-05-01 00:20",
            "2012-05-01T00:20:00",
            " 2012-05-01 00:20:00 ",
        ] {
            assert_eq!(parse(text, &TimeZone::UTC), midnight, "{text:?}");
        }
        for text in [
            "",
            "0",
            "0000-00-00 00:00:00",
            "2012-13-01 00:00:00",
            "01.05.2012",
            "now",
            "-0001-01-01 00:00:00",
            "+2012-05-01 00:20:00",
            "2012-05-01 23:59:60",
            "2012-05-01 23:60",
        ] {
            assert_eq!(parse(text, &TimeZone::UTC), None, "{text:?}");
        }
    }

    #[test]
    fn a_time_that_the_clocks_skip_or_repeat_is_read() {
        let kyiv = zone("Europe/Kyiv");
        assert!(parse("2024-03-31 03:30:00", &kyiv).is_some());
        let first = parse("2024-10-27 03:30:00", &kyiv).unwrap();
        assert_eq!(
            format(first.plus_millis(3_600_000), &kyiv),
            "2024-10-27 03:30:00"
        );
    }

    #[test]
    fn every_moment_can_be_written() {
        for millis in [i64::MIN, i64::MAX, 0] {
            format(Timestamp::from_millis(millis), &zone("Pacific/Auckland"));
        }
    }
}
