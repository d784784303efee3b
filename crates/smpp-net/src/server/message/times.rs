//! When a message goes, and until when it is worth sending [smpp34 §7.1.1].
//!
//! A schedule in the past is at once. A validity counts from the schedule; one that is over before it begins is refused with
//! `ESME_RINVEXPIRY`, and one that is longer than the gateway's longest is cut to that.

use smpp::CommandStatus;
use smpp::time::Time;
use sms::Timestamp;

/// How long a message may be scheduled ahead: later is a mistake.
const LONGEST_AHEAD_MS: i64 = 366 * 24 * 60 * 60 * 1000;

/// When a message goes and how long it may.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::server) struct Times {
    /// Not before.
    pub(in crate::server) start_at: Option<Timestamp>,
    /// How long after that, or after now.
    pub(in crate::server) lifetime_ms: Option<i64>,
}

/// Reads `schedule_delivery_time` and `validity_period`; the error is the status to answer with. `standing` is when the message
/// goes that has a schedule already.
pub(in crate::server) fn read(
    schedule: &[u8],
    validity: &[u8],
    standing: Option<Timestamp>,
    now: Timestamp,
) -> Result<Times, CommandStatus> {
    let moment = |field: &[u8], status| match Time::parse(field) {
        Ok(time) => Ok(time.resolve(now.as_seconds()).map(Timestamp::from_seconds)),
        Err(_) => Err(status),
    };
    let start_at = moment(schedule, CommandStatus::RINVSCHED)?;
    let expires_at = moment(validity, CommandStatus::RINVEXPIRY)?;
    let from = start_at.or(standing).map_or(now, |start| start.max(now));
    if from.saturating_since(now) > LONGEST_AHEAD_MS {
        return Err(CommandStatus::RINVSCHED);
    }
    let lifetime_ms = expires_at.map(|expires_at| expires_at.saturating_since(from));
    if lifetime_ms == Some(0) {
        return Err(CommandStatus::RINVEXPIRY);
    }
    Ok(Times {
        start_at,
        lifetime_ms,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_317_427_200); // 2011-10-01 00:00 UTC
    const HOUR: i64 = 3_600_000;

    #[test]
    fn times_bound_the_message() {
        let in_hours = |hours: i64| NOW.plus_millis(hours * HOUR);
        for (schedule, validity, expected) in [
            ("", "", Ok((None, None))),
            ("", "000000010000000R", Ok((None, Some(HOUR)))),
            ("", "111001010000000+", Ok((None, Some(HOUR)))),
            ("", "111001020000004+", Ok((None, Some(HOUR)))),
            ("000000020000000R", "", Ok((Some(in_hours(2)), None))),
            (
                "111001010000000+",
                "111001030000000+",
                Ok((Some(in_hours(1)), Some(2 * HOUR))),
            ),
            (
                "000000010000000R",
                "000000030000000R",
                Ok((Some(in_hours(1)), Some(2 * HOUR))),
            ),
            // The past is at once, and a long validity is the gateway's to cut.
            (
                "110930230000000+",
                "000000010000000R",
                Ok((Some(in_hours(-1)), Some(HOUR))),
            ),
            ("", "000100000000000R", Ok((None, Some(31 * 24 * HOUR)))),
            (
                "000000030000000R",
                "000000020000000R",
                Err(CommandStatus::RINVEXPIRY),
            ),
            ("", "110930235959000+", Err(CommandStatus::RINVEXPIRY)),
            ("", "000000000000000R", Err(CommandStatus::RINVEXPIRY)),
            ("", "soon", Err(CommandStatus::RINVEXPIRY)),
            ("soon", "", Err(CommandStatus::RINVSCHED)),
            ("020000000000000R", "", Err(CommandStatus::RINVSCHED)),
        ] {
            let times = read(schedule.as_bytes(), validity.as_bytes(), None, NOW);
            let times = times.map(|times| (times.start_at, times.lifetime_ms));
            assert_eq!(times, expected, "{schedule} {validity}");
        }
    }

    #[test]
    fn a_validity_counts_from_the_schedule_that_stands() {
        let standing = Some(NOW.plus_millis(HOUR));
        let lifetime = |schedule: &[u8], validity: &[u8]| {
            let times = read(schedule, validity, standing, NOW)?;
            Ok(times.lifetime_ms)
        };
        assert_eq!(lifetime(b"", b"111001030000000+"), Ok(Some(2 * HOUR)));
        assert_eq!(
            lifetime(b"", b"111001010000000+"),
            Err(CommandStatus::RINVEXPIRY)
        );
        assert_eq!(
            lifetime(b"111001020000000+", b"111001030000000+"),
            Ok(Some(HOUR))
        );
    }
}
