//! The times that stand in PDUs: absolute ones with an offset from UTC, relative ones, and the
//! short civil ones of receipts [smpp34 §7.1.1].

mod civil;

pub use civil::Civil;

/// A `schedule_delivery_time`, `validity_period` or `final_date`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Time {
    /// Empty: the SMSC's own choice.
    Unset,
    /// A point in time.
    Absolute(Absolute),
    /// A distance from the moment of submitting.
    Relative(Relative),
}

/// A point in time, `YYMMDDhhmmsstnnp` with p one of `+` and `-`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Absolute {
    /// Date and time of day at that offset; the years are 2000 to 2099.
    pub civil: Civil,
    /// Tenths of a second, 0 to 9.
    pub tenths: u8,
    /// Offset from UTC in quarters of an hour, -48 to 48, positive in the east.
    pub offset_quarters: i8,
}

/// A distance in time, `YYMMDDhhmmss000R`; each part is 0 to 99.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "the units are the names")]
pub struct Relative {
    pub years: u8,
    pub months: u8,
    pub days: u8,
    pub hours: u8,
    pub minutes: u8,
    pub seconds: u8,
}

/// The octets are no SMPP time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an SMPP time")]
pub struct NotATime;

impl Time {
    /// Reads a time field. Twelve digits alone are taken as UTC: several ESMEs leave the rest out.
    pub fn parse(octets: &[u8]) -> Result<Self, NotATime> {
        match octets.len() {
            0 => Ok(Self::Unset),
            12 => {
                let civil = Civil::from_pairs(pairs(octets)?).ok_or(NotATime)?;
                Ok(Self::Absolute(Absolute {
                    civil,
                    tenths: 0,
                    offset_quarters: 0,
                }))
            }
            16 => parse_whole(octets),
            _ => Err(NotATime),
        }
    }

    /// Writes the field; `None` stands for the empty one.
    pub fn format(&self) -> Option<[u8; 16]> {
        match self {
            Self::Unset => None,
            Self::Absolute(absolute) => Some(absolute.format()),
            Self::Relative(relative) => Some(relative.format()),
        }
    }

    /// Says which moment is meant, in Unix seconds, by one who submits at `now_seconds`; `None`
    /// when the field leaves it open.
    pub fn resolve(&self, now_seconds: i64) -> Option<i64> {
        match self {
            Self::Unset => None,
            Self::Absolute(absolute) => Some(absolute.unix_seconds()),
            Self::Relative(relative) => Some(relative.after(now_seconds)),
        }
    }
}

impl Absolute {
    /// Names a moment at an offset from UTC; `None` outside the years 2000 to 2099 or beyond an
    /// offset of twelve hours.
    pub fn from_unix_seconds(seconds: i64, offset_quarters: i8) -> Option<Self> {
        if !(-48..=48).contains(&offset_quarters) {
            return None;
        }
        let local = seconds.checked_add(i64::from(offset_quarters) * QUARTER_SECONDS)?;
        let civil = Civil::from_unix_seconds(local);
        (2000..=2099).contains(&civil.year).then_some(Self {
            civil,
            tenths: 0,
            offset_quarters,
        })
    }

    /// Says which moment it is, in Unix seconds.
    pub fn unix_seconds(&self) -> i64 {
        self.civil.unix_seconds() - i64::from(self.offset_quarters) * QUARTER_SECONDS
    }

    /// Writes the sixteen characters.
    pub fn format(&self) -> [u8; 16] {
        let offset = self.offset_quarters.unsigned_abs();
        let sign = if self.offset_quarters < 0 { b'-' } else { b'+' };
        compose(self.civil.pairs(), self.tenths, offset, sign)
    }
}

impl Relative {
    /// Spells a distance in seconds; `None` from 32 days on, where months would be needed and
    /// their length is not told.
    pub fn from_seconds(seconds: u32) -> Option<Self> {
        let part = |value: u32| u8::try_from(value).ok();
        let days = part(seconds / 86_400).filter(|days| *days < 32)?;
        Some(Self {
            days,
            hours: part(seconds / 3_600 % 24)?,
            minutes: part(seconds / 60 % 60)?,
            seconds: part(seconds % 60)?,
            ..Self::default()
        })
    }

    /// Says which moment it leads to, in Unix seconds: years and months by the calendar (in UTC,
    /// at most to the month's last day), the rest by its length.
    pub fn after(&self, now_seconds: i64) -> i64 {
        let months = i32::from(self.years) * 12 + i32::from(self.months);
        let start = if months == 0 {
            now_seconds
        } else {
            Civil::from_unix_seconds(now_seconds)
                .plus_months(months)
                .unix_seconds()
        };
        let hours = i64::from(self.days) * 24 + i64::from(self.hours);
        let seconds = (hours * 60 + i64::from(self.minutes)) * 60 + i64::from(self.seconds);
        start.saturating_add(seconds)
    }

    /// Writes the sixteen characters.
    pub fn format(&self) -> [u8; 16] {
        let Self {
            years,
            months,
            days,
            hours,
            minutes,
            seconds,
        } = *self;
        compose([years, months, days, hours, minutes, seconds], 0, 0, b'R')
    }
}

/// Reads the date of a receipt, `YYMMDDhhmm` with or without seconds; the four-digit year that
/// some SMSCs write is understood. The offset from UTC is the SMSC's secret.
pub fn parse_receipt_date(octets: &[u8]) -> Option<Civil> {
    let short = match octets.len() {
        12 | 14 if octets.starts_with(b"20") && Civil::is_month(&octets[4..6]) => &octets[2..],
        _ => octets,
    };
    match short.len() {
        10 => Civil::from_pairs(pairs(&[short, b"00"].concat()).ok()?),
        12 => Civil::from_pairs(pairs(short).ok()?),
        _ => None,
    }
}

/// Writes the date of a receipt to the minute, as the specification's appendix has it.
pub fn format_receipt_date(civil: &Civil) -> [u8; 10] {
    let whole = compose(civil.pairs(), 0, 0, b'+');
    *whole.first_chunk().expect("sixteen octets begin with ten")
}

const QUARTER_SECONDS: i64 = 15 * 60;

fn parse_whole(octets: &[u8]) -> Result<Time, NotATime> {
    let parts = pairs(&octets[..12])?;
    let tenths = digit(octets[12])?;
    let offset = digit(octets[13])? * 10 + digit(octets[14])?;
    let offset_quarters = match octets[15] {
        b'R' => {
            let [years, months, days, hours, minutes, seconds] = parts;
            let relative = Relative {
                years,
                months,
                days,
                hours,
                minutes,
                seconds,
            };
            return Ok(Time::Relative(relative));
        }
        b'+' => i8::try_from(offset),
        b'-' => i8::try_from(offset).map(|quarters| -quarters),
        _ => return Err(NotATime),
    };
    let offset_quarters = offset_quarters.map_err(|_| NotATime)?;
    if offset > 48 {
        return Err(NotATime);
    }
    let civil = Civil::from_pairs(parts).ok_or(NotATime)?;
    Ok(Time::Absolute(Absolute {
        civil,
        tenths,
        offset_quarters,
    }))
}

fn pairs(digits: &[u8]) -> Result<[u8; 6], NotATime> {
    let mut parts = [0; 6];
    for (part, pair) in parts.iter_mut().zip(digits.chunks(2)) {
        let [tens, ones] = pair else {
            return Err(NotATime);
        };
        *part = digit(*tens)? * 10 + digit(*ones)?;
    }
    Ok(parts)
}

fn digit(octet: u8) -> Result<u8, NotATime> {
    if octet.is_ascii_digit() {
        Ok(octet - b'0')
    } else {
        Err(NotATime)
    }
}

/// Values above 99 cannot come from here and are cut to two digits.
fn compose(parts: [u8; 6], tenths: u8, offset: u8, sign: u8) -> [u8; 16] {
    let mut octets = [b'0'; 16];
    for (pair, part) in octets.chunks_exact_mut(2).zip(parts) {
        pair[0] = b'0' + part / 10 % 10;
        pair[1] = b'0' + part % 10;
    }
    octets[12] = b'0' + tenths % 10;
    octets[13] = b'0' + offset / 10 % 10;
    octets[14] = b'0' + offset % 10;
    octets[15] = sign;
    octets
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOON: i64 = 1_317_470_400; // 2011-10-01 12:00:00 UTC

    #[test]
    fn each_form_is_read_for_what_it_means() {
        let rows: [(&[u8], Option<i64>); 8] = [
            (b"", None),
            (b"111001120000", Some(NOON)),
            (b"111001120000000+", Some(NOON)),
            (b"111001160000016+", Some(NOON)),
            (b"111001070000020-", Some(NOON)),
            (b"000000000500000R", Some(NOON + 300)),
            (b"000002120000000R", Some(NOON + 60 * 3_600)),
            (b"000100000000000R", Some(NOON + 31 * 86_400)),
        ];
        for (octets, expected) in rows {
            let time = Time::parse(octets).unwrap();
            assert_eq!(time.resolve(NOON), expected, "{}", octets.escape_ascii());
        }
    }

    #[test]
    fn tenths_and_offsets_are_kept() {
        let Ok(Time::Absolute(time)) = Time::parse(b"991231235959948-") else {
            panic!()
        };
        assert_eq!(
            (time.civil.year, time.tenths, time.offset_quarters),
            (2099, 9, -48)
        );
        assert_eq!(&time.format(), b"991231235959948-");
    }

    #[test]
    fn nonsense_is_refused() {
        let rows: [&[u8]; 8] = [
            b"1",
            b"111001120000000*",
            b"111001120000049+",
            b"111301120000000+",
            b"110229120000000+",
            b"111001240000000+",
            b"11100112000000A+",
            b"1110011200000000+",
        ];
        for octets in rows {
            assert_eq!(
                Time::parse(octets),
                Err(NotATime),
                "{}",
                octets.escape_ascii()
            );
        }
    }

    #[test]
    fn receipt_dates_come_with_and_without_seconds_and_century() {
        let rows: [(&[u8], Option<i64>); 8] = [
            (b"1110011200", Some(NOON)),
            (b"111001120000", Some(NOON)),
            (b"201110011200", Some(NOON)),
            (b"20111001120000", Some(NOON)),
            (b"0000000000", None),
            (b"2011-10-01", None),
            (b"", None),
            (b"n/a", None),
        ];
        for (octets, expected) in rows {
            let date = parse_receipt_date(octets);
            assert_eq!(date.map(|civil| civil.unix_seconds()), expected);
        }
        assert_eq!(
            &format_receipt_date(&Civil::from_unix_seconds(NOON)),
            b"1110011200"
        );
    }

    proptest! {
        #[test]
        fn every_moment_of_the_century_comes_back(
            seconds in 946_771_200_i64..4_102_358_400,
            offset in -48_i8..=48,
        ) {
            let time = Time::Absolute(Absolute::from_unix_seconds(seconds, offset).unwrap());
            prop_assert_eq!(Time::parse(&time.format().unwrap()), Ok(time));
            prop_assert_eq!(time.resolve(0), Some(seconds));
        }

        #[test]
        fn every_distance_up_to_a_month_comes_back(seconds in 0_u32..32 * 86_400) {
            let time = Time::Relative(Relative::from_seconds(seconds).unwrap());
            prop_assert_eq!(Time::parse(&time.format().unwrap()), Ok(time));
            prop_assert_eq!(time.resolve(NOON), Some(NOON + i64::from(seconds)));
        }

        #[test]
        fn any_octets_are_read_or_refused(octets in proptest::collection::vec(any::<u8>(), 0..18)) {
            if let Ok(time) = Time::parse(&octets) {
                let _ = time.resolve(NOON);
            }
            let _ = parse_receipt_date(&octets);
        }
    }
}
