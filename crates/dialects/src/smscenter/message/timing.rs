//! When a message goes, and for how long it may wait.

use gateway::mailings::Spread;
use sms::{Refusal, Timestamp};

use crate::smscenter::call::Call;
use crate::smscenter::faults::Failure;
use crate::smscenter::times::{self, Zone};

const MINUTE_MS: i64 = 60 * 1000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

/// How far ahead a start may be.
const FARTHEST_MS: i64 = 366 * 24 * HOUR_MS;

/// Over how long portions are spread where only the time between them is said, and the most that may be said.
const PERIOD_MS: i64 = 24 * HOUR_MS;
const LONGEST_PERIOD_HOURS: f64 = 720.0;

/// The time between portions where only the period is said, and the most that may be said.
const FREQUENCY_MINUTES: u32 = 60;
const MOST_FREQUENCY_MINUTES: u32 = 24 * 60;

/// Holds when a message goes, and for how long it may wait.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Timing {
    /// The zone of its times.
    pub(crate) zone: Zone,
    /// When it starts; now when `None`.
    pub(crate) start_at: Option<Timestamp>,
    pub(crate) lifetime_ms: Option<i64>,
    pub(crate) spread: Option<Spread>,
}

impl Timing {
    /// Reads `time`, `tz`, `valid`, `period` and `freq`.
    pub(crate) fn read(call: &Call<'_>) -> Result<Self, Failure> {
        let zone = zone(call)?;
        let time = call.text("time")?.unwrap_or_default();
        let now = call.gateway.now();
        let start_at = times::start(&time, zone, now)?;
        if start_at.is_some_and(|start| start.saturating_since(now) > FARTHEST_MS) {
            return Err(Refusal::InvalidTime.into());
        }
        Ok(Self {
            zone,
            start_at,
            lifetime_ms: lifetime(call)?,
            spread: spread(call)?,
        })
    }
}

/// Reads `tz`.
pub(super) fn zone(call: &Call<'_>) -> Result<Zone, Failure> {
    let tz = call.text("tz")?.unwrap_or_default();
    Zone::read(&tz).ok_or(Failure::Parameters)
}

/// Reads `valid`: hours from 1 to 24, or hours and minutes from 00:01 to 24:00; `None` for the gateway's own lifetime.
fn lifetime(call: &Call<'_>) -> Result<Option<i64>, Failure> {
    let Some(text) = call.text("valid")? else {
        return Ok(None);
    };
    let minutes = match text.trim().split_once(':') {
        Some((hours, minutes)) => two_digits(hours)
            .zip(two_digits(minutes).filter(|minutes| *minutes < 60))
            .map(|(hours, minutes)| hours * 60 + minutes),
        None => two_digits(text.trim()).map(|hours| hours * 60),
    };
    match minutes {
        Some(0) if !text.contains(':') => Ok(None),
        Some(minutes @ 1..=1440) => Ok(Some(minutes * MINUTE_MS)),
        _ => Err(Failure::Parameters),
    }
}

fn two_digits(text: &str) -> Option<i64> {
    let digits = (1..=2).contains(&text.len()) && text.bytes().all(|octet| octet.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

/// Reads `period`, in hours, and `freq`, in minutes: over how long the sending is spread, and how long after a portion the next one
/// goes. `None` when neither is said.
fn spread(call: &Call<'_>) -> Result<Option<Spread>, Failure> {
    let period = call.number::<f64>("period")?.filter(|hours| *hours != 0.0);
    let minutes = call.within("freq", 0, MOST_FREQUENCY_MINUTES)?;
    let minutes = minutes.filter(|minutes| *minutes > 0);
    if period.is_none() && minutes.is_none() {
        return Ok(None);
    }
    let over_ms = match period {
        None => PERIOD_MS,
        Some(hours) if (0.1..=LONGEST_PERIOD_HOURS).contains(&hours) => {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "a month has fewer milliseconds than that"
            )]
            let minutes = (hours * 60.0).round() as i64;
            minutes * MINUTE_MS
        }
        Some(_) => return Err(Failure::Parameters),
    };
    let minutes = minutes.unwrap_or(FREQUENCY_MINUTES);
    Ok(Some(Spread {
        over_ms,
        interval_ms: i64::from(minutes) * MINUTE_MS,
    }))
}
