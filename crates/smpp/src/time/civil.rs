//! Date and time of day without an offset, and their distance from 1970.

const DAY_SECONDS: i64 = 86_400;

/// A date and a time of day of nobody's clock in particular.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(
    missing_docs,
    reason = "the units are the names; month and day count from one"
)]
pub struct Civil {
    pub year: i32,
    pub month: u8,
    pub day: u8,
    pub hour: u8,
    pub minute: u8,
    pub second: u8,
}

impl Civil {
    /// Reads the moment as if it were in UTC, in Unix seconds.
    pub fn unix_seconds(&self) -> i64 {
        let of_day =
            i64::from(self.hour) * 3_600 + i64::from(self.minute) * 60 + i64::from(self.second);
        days_from_1970(self.year, self.month, self.day) * DAY_SECONDS + of_day
    }

    /// Spells Unix seconds in UTC. Years beyond 32 bits are cut to the last one there is.
    pub fn from_unix_seconds(seconds: i64) -> Self {
        let (year, month, day) = date_from_1970(seconds.div_euclid(DAY_SECONDS));
        let of_day = seconds.rem_euclid(DAY_SECONDS);
        Self {
            year,
            month,
            day,
            hour: small(of_day / 3_600),
            minute: small(of_day / 60 % 60),
            second: small(of_day % 60),
        }
    }

    /// Builds a moment of this century from its six two-digit parts; `None` when the calendar
    /// does not have it.
    pub(super) fn from_pairs(pairs: [u8; 6]) -> Option<Self> {
        let [year, month, day, hour, minute, second] = pairs;
        let year = 2000 + i32::from(year);
        let exists = (1..=12).contains(&month)
            && (1..=days_in_month(year, month)).contains(&day)
            && hour < 24
            && minute < 60
            && second < 60;
        exists.then_some(Self {
            year,
            month,
            day,
            hour,
            minute,
            second,
        })
    }

    /// Gives the six two-digit parts.
    pub(super) fn pairs(&self) -> [u8; 6] {
        let year = small(i64::from(self.year.rem_euclid(100)));
        [
            year,
            self.month,
            self.day,
            self.hour,
            self.minute,
            self.second,
        ]
    }

    /// Tells whether two digits can be a month.
    pub(super) fn is_month(digits: &[u8]) -> bool {
        matches!(digits, [b'0', b'1'..=b'9'] | [b'1', b'0'..=b'2'])
    }

    /// Goes on by whole months, at most to the last day of the one reached.
    pub(super) fn plus_months(&self, months: i32) -> Self {
        let month = i32::from(self.month) - 1 + months;
        let year = self.year.saturating_add(month.div_euclid(12));
        let month = small(i64::from(month.rem_euclid(12))) + 1;
        Self {
            year,
            month,
            day: self.day.min(days_in_month(year, month)),
            ..*self
        }
    }
}

fn days_in_month(year: i32, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 31,
    }
}

fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Counts days with years that begin in March, so that a leap day is the last of its year; a
/// cycle of 400 years has 146097 days, and 1970-01-01 is day 719468 of the count.
fn days_from_1970(year: i32, month: u8, day: u8) -> i64 {
    let year = i64::from(year) - i64::from(month <= 2);
    let (cycle, of_cycle) = (year.div_euclid(400), year.rem_euclid(400));
    let month = (i64::from(month) + 9) % 12;
    let of_year = (153 * month + 2) / 5 + i64::from(day) - 1;
    cycle * 146_097 + of_cycle * 365 + of_cycle / 4 - of_cycle / 100 + of_year - 719_468
}

/// The reverse of [`days_from_1970`].
fn date_from_1970(days: i64) -> (i32, u8, u8) {
    let days = days + 719_468;
    let (cycle, of_cycle) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_cycle - of_cycle / 1_460 + of_cycle / 36_524 - of_cycle / 146_096) / 365;
    let of_year = of_cycle - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = cycle * 400 + year + i64::from(month <= 2);
    (
        i32::try_from(year).unwrap_or(i32::MAX),
        small(month),
        small(day),
    )
}

fn small(value: i64) -> u8 {
    u8::try_from(value).expect("a part of a date or of a day is below 100")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_days_have_known_numbers() {
        let rows = [
            (0, (1970, 1, 1)),
            (-1, (1969, 12, 31)),
            (11_016, (2000, 2, 29)),
            (11_017, (2000, 3, 1)),
            (47_540, (2100, 2, 28)),
            (47_541, (2100, 3, 1)),
        ];
        for (days, date) in rows {
            assert_eq!(date_from_1970(days), date);
            assert_eq!(days_from_1970(date.0, date.1, date.2), days);
        }
    }

    #[test]
    fn every_day_of_four_centuries_comes_back() {
        for days in -40_000..110_000 {
            let (year, month, day) = date_from_1970(days);
            assert!(day <= days_in_month(year, month));
            assert_eq!(days_from_1970(year, month, day), days);
        }
    }

    #[test]
    fn a_month_on_from_the_31st_is_the_last_day_of_a_shorter_month() {
        let last = Civil {
            year: 2024,
            month: 1,
            day: 31,
            hour: 0,
            minute: 0,
            second: 0,
        };
        assert_eq!(
            last.plus_months(1),
            Civil {
                month: 2,
                day: 29,
                ..last
            }
        );
        assert_eq!(
            last.plus_months(13),
            Civil {
                year: 2025,
                month: 2,
                day: 28,
                ..last
            }
        );
        assert_eq!(last.plus_months(12), Civil { year: 2025, ..last });
    }
}
