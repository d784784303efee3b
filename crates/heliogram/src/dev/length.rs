//! Lengths of time as people write them: a number and a unit.

use std::time::Duration;

/// A unit, and how many milliseconds it has; the unit of bare numbers is empty.
type Unit = (&'static str, u64);

/// The units of what somebody waits for.
pub(super) const SHORT: [Unit; 4] = [("", 1_000), ("ms", 1), ("s", 1_000), ("m", 60_000)];

/// The units of what nobody waits for.
pub(super) const LONG: [Unit; 6] = [
    ("", 1_000),
    ("ms", 1),
    ("s", 1_000),
    ("m", 60_000),
    ("h", 3_600_000),
    ("d", 86_400_000),
];

/// Reads `10s`, `500ms`, `1m`, or a bare number of seconds.
pub(super) fn read(text: &str, units: &[Unit]) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: u64 = digits
        .parse()
        .map_err(|_| format!("{text:?} is not a length of time such as 10s or 500ms"))?;
    let given = &text[digits.len()..];
    let unit = units.iter().find(|(unit, _)| *unit == given);
    let (_, millis) = unit.ok_or_else(|| {
        let known: Vec<_> = units.iter().skip(1).map(|(unit, _)| *unit).collect();
        format!("{given:?} is not a unit: write one of {}", known.join(", "))
    })?;
    Ok(Duration::from_millis(number.saturating_mul(*millis)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_lengths_of_time() {
        let read = |text| read(text, &SHORT);
        assert_eq!(read("10s"), Ok(Duration::from_secs(10)));
        assert_eq!(read("3"), Ok(Duration::from_secs(3)));
        assert_eq!(read("250ms"), Ok(Duration::from_millis(250)));
        assert!(read("soon").is_err());
        assert!(read("-1s").is_err());
        let error = read("1h").unwrap_err();
        assert_eq!(error, "\"h\" is not a unit: write one of ms, s, m");
    }

    #[test]
    fn reads_hours_and_days_where_nobody_waits() {
        assert_eq!(read("2h", &LONG), Ok(Duration::from_hours(2)));
        assert_eq!(read("1d", &LONG), Ok(Duration::from_hours(24)));
    }
}
