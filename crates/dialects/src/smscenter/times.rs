//! Dates and times as this API writes them: of Moscow, which is three hours ahead of UTC all year, day first.

use std::borrow::Cow;

use jiff::Span;
use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};
use sms::{Refusal, Timestamp};

const MINUTE_MS: i64 = 60 * 1000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// The forms of a date with a time.
const FORMS: [&str; 4] = [
    "%d.%m.%y %H:%M",
    "%d.%m.%y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y %H:%M:%S",
];

/// How far Moscow is ahead of UTC.
const MOSCOW_MINUTES: i64 = 3 * 60;

/// Says how far ahead of UTC the times of a request are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Zone {
    minutes: i64,
}

impl Zone {
    /// Moscow's.
    pub(super) const MOSCOW: Self = Self {
        minutes: MOSCOW_MINUTES,
    };

    /// Reads `tz`: hours ahead of Moscow, perhaps below zero, perhaps with a fraction; empty for none.
    pub(super) fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() {
            return Some(Self::MOSCOW);
        }
        let sane = |octet: u8| octet.is_ascii_digit() || b"+-.".contains(&octet);
        let hours: f64 = text.parse().ok().filter(|_| text.bytes().all(sane))?;
        if hours.abs() > 24.0 {
            return None;
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a day has fewer minutes than that"
        )]
        let minutes = (hours * 60.0).round() as i64;
        Some(Self {
            minutes: MOSCOW_MINUTES + minutes,
        })
    }

    /// Returns how many minutes ahead of UTC it is.
    pub(super) const fn minutes(self) -> i64 {
        self.minutes
    }

    fn moment(self, civil: DateTime) -> Option<Timestamp> {
        let moment = civil.to_zoned(TimeZone::UTC).ok()?.timestamp();
        let moment = Timestamp::from_millis(moment.as_millisecond());
        Some(moment.plus_millis(-self.minutes * MINUTE_MS))
    }
}

/// Reads when to send: empty or `0` for now, `DDMMYYhhmm`, `DD.MM.YY hh:mm`, `h1-h2` for hours of the day in which it may go, `0`
/// with a Unix time, or `+` with minutes from now. `None` for now, and for what has passed. The zone counts for dates and hours.
///
/// Outside of the hours it goes when they begin. What waits longer for other reasons may still go after they have ended.
pub(super) fn start(text: &str, zone: Zone, now: Timestamp) -> Result<Option<Timestamp>, Refusal> {
    let text = match text.strip_prefix(' ') {
        // A plus that nobody has encoded is a blank.
        Some(rest) if !rest.is_empty() => Cow::Owned(format!("+{}", rest.trim())),
        _ => Cow::Borrowed(text.trim()),
    };
    if matches!(&*text, "" | "0") {
        return Ok(None);
    }
    let moment = read_start(&text, zone, now).ok_or(Refusal::InvalidTime)?;
    Ok(Some(moment).filter(|moment| *moment > now))
}

fn read_start(text: &str, zone: Zone, now: Timestamp) -> Option<Timestamp> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_digit());
    if let Some(minutes) = text.strip_prefix('+') {
        let minutes: u32 = minutes.parse().ok().filter(|_| digits(minutes))?;
        return Some(now.plus_millis(i64::from(minutes) * MINUTE_MS));
    }
    if digits(text) {
        return match text.len() {
            10 => zone.moment(day_first(text)?),
            _ => text
                .strip_prefix('0')?
                .parse()
                .ok()
                .map(Timestamp::from_seconds),
        };
    }
    if let Some((from, to)) = text.split_once('-') {
        return hours(from.trim(), to.trim(), zone, now);
    }
    let civil = FORMS.iter().find_map(|form| read_form(form, text))?;
    zone.moment(civil)
}

/// Reads a date with a time in one of the forms; a year of two digits is of this century.
fn read_form(form: &str, text: &str) -> Option<DateTime> {
    let civil = DateTime::strptime(form, text).ok()?;
    if form.contains("%y") {
        let year = 2000 + civil.year().rem_euclid(100);
        return civil.with().year(year).build().ok();
    }
    Some(civil)
}

/// Reads `DDMMYYhhmm`.
fn day_first(digits: &str) -> Option<DateTime> {
    let two = |at: usize| digits.get(at..at + 2)?.parse::<i8>().ok();
    let year = 2000 + i16::from(two(4)?);
    DateTime::new(year, two(2)?, two(0)?, two(6)?, two(8)?, 0, 0).ok()
}

/// Finds when the day is next between two hours; now where it is.
fn hours(from: &str, to: &str, zone: Zone, now: Timestamp) -> Option<Timestamp> {
    let hour = |text: &str| {
        text.parse::<i64>()
            .ok()
            .filter(|hour| (0..=24).contains(hour))
    };
    let (from, to) = (hour(from)? * HOUR_MS, hour(to)? * HOUR_MS);
    let local = now.plus_millis(zone.minutes * MINUTE_MS);
    let of_day = local.as_millis().rem_euclid(DAY_MS);
    let within = if from < to {
        (from..to).contains(&of_day)
    } else {
        // Over midnight; the same hour twice is the whole day.
        of_day >= from || of_day < to
    };
    let wait = if within {
        0
    } else {
        (from - of_day).rem_euclid(DAY_MS)
    };
    Some(now.plus_millis(wait))
}

/// Reads `DD.MM.YYYY`, the first moment of a day in Moscow; the day after it too with `after`.
pub(super) fn day(text: &str, after: bool) -> Result<Timestamp, Refusal> {
    let read = || {
        let date = Date::strptime("%d.%m.%Y", text.trim()).ok()?;
        let date = if after {
            date.checked_add(Span::new().days(1)).ok()?
        } else {
            date
        };
        Zone::MOSCOW.moment(date.at(0, 0, 0, 0))
    };
    read().ok_or(Refusal::InvalidTime)
}

/// Returns when the day began in Moscow that a moment is in.
pub(super) fn midnight(moment: Timestamp) -> Timestamp {
    let of_day = (moment.as_millis() + MOSCOW_MINUTES * MINUTE_MS).rem_euclid(DAY_MS);
    moment.plus_millis(-of_day)
}

/// Writes `DD.MM.YYYY hh:mm:ss`.
pub(super) fn written(moment: Timestamp) -> String {
    let nearest = if moment.as_millis() < 0 {
        jiff::Timestamp::MIN
    } else {
        jiff::Timestamp::MAX
    };
    let moment = jiff::Timestamp::from_millisecond(moment.as_millis()).unwrap_or(nearest);
    let moscow = Offset::constant(3);
    let civil = moscow.to_datetime(moment);
    format!(
        "{:02}.{:02}.{:04} {:02}:{:02}:{:02}",
        civil.day(),
        civil.month(),
        civil.year(),
        civil.hour(),
        civil.minute(),
        civil.second()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 18.10.2016 15:34:12 in Moscow.
    const NOW: Timestamp = Timestamp::from_seconds(1_476_794_052);

    fn check(text: &str, tz: &str, expected: Option<&str>) {
        let zone = Zone::read(tz).unwrap();
        let read = start(text, zone, NOW).unwrap();
        assert_eq!(read.map(written).as_deref(), expected, "{text:?} {tz:?}");
    }

    #[test]
    fn times_are_those_of_moscow() {
        assert_eq!(written(NOW), "18.10.2016 15:34:12");
        assert_eq!(
            written(day("18.10.2016", false).unwrap()),
            "18.10.2016 00:00:00"
        );
        assert_eq!(
            written(day("31.12.2016", true).unwrap()),
            "01.01.2017 00:00:00"
        );
        assert_eq!(written(midnight(NOW)), "18.10.2016 00:00:00");
        assert_eq!(midnight(midnight(NOW)), midnight(NOW));
        for text in ["", "2016-10-18", "31.02.2016", "31.12.9999"] {
            assert!(day(text, true).is_err(), "{text}");
        }
        written(Timestamp::from_millis(i64::MIN));
        written(Timestamp::from_millis(i64::MAX));
    }

    #[test]
    fn a_start_may_be_a_date_a_unix_time_or_minutes() {
        for (text, tz, expected) in [
            ("", "", None),
            ("0", "", None),
            ("1910161200", "", Some("19.10.2016 12:00:00")),
            ("0101171200", "", Some("01.01.2017 12:00:00")),
            ("19.10.16 12:00", "", Some("19.10.2016 12:00:00")),
            ("19.10.2016 12:00:30", "", Some("19.10.2016 12:00:30")),
            ("19.10.16 12:00", "2", Some("19.10.2016 10:00:00")),
            ("19.10.16 12:00", "-1.5", Some("19.10.2016 13:30:00")),
            ("17.10.16 12:00", "", None),
            ("31.12.99 12:00", "", Some("31.12.2099 12:00:00")),
            ("3112991200", "", Some("31.12.2099 12:00:00")),
            ("31.12.1999 12:00", "", None),
            ("01476794112", "7", Some("18.10.2016 15:35:12")),
            ("01476794052", "", None),
            ("+90", "3", Some("18.10.2016 17:04:12")),
            (" 90", "", Some("18.10.2016 17:04:12")),
            ("+0", "", None),
            (" ", "", None),
        ] {
            check(text, tz, expected);
        }
    }

    #[test]
    fn within_the_hours_it_goes_now_and_outside_when_they_begin() {
        for (text, tz, expected) in [
            ("0-24", "", None),
            ("9-21", "", None),
            ("15-16", "", None),
            ("12-12", "", None),
            ("16-20", "", Some("18.10.2016 16:00:00")),
            ("9-15", "", Some("19.10.2016 09:00:00")),
            ("22-6", "", Some("18.10.2016 22:00:00")),
            ("22-16", "", None),
            ("9-15", "-2", None),
            ("9-21", "7", Some("19.10.2016 02:00:00")),
        ] {
            check(text, tz, expected);
        }
    }

    #[test]
    fn what_is_none_of_these_is_no_time() {
        for text in [
            "now",
            "1",
            "32.10.16 12:00",
            "3210161200",
            "1910162500",
            "+",
            "+-5",
            "+99999999999",
            "25-26",
            "9-",
            "-5",
            "099999999999999999999",
            "2016-10-19 12:00:00",
        ] {
            assert_eq!(
                start(text, Zone::MOSCOW, NOW),
                Err(Refusal::InvalidTime),
                "{text}"
            );
        }
        for tz in ["x", "25", "-24.5", "nan", "inf", "1e1"] {
            assert_eq!(Zone::read(tz), None, "{tz}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in r"[0-9 .:+-]{0,20}", now: i64) {
            let _ = start(&text, Zone::MOSCOW, Timestamp::from_millis(now));
        }
    }
}
