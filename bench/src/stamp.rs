//! The stamp at the end of a text: when its request was made or due, so that the SMSC can tell how long it took to the wire.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Texts of one kind, whose latencies are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// Most of a scenario's texts.
    Ordinary,
    /// One-time passwords, in a lane that goes before everything else.
    Otp,
}

impl Kind {
    /// All of them, in order.
    pub(crate) const ALL: [Self; 2] = [Self::Ordinary, Self::Otp];

    const fn letter(self) -> u8 {
        match self {
            Self::Ordinary => b'm',
            Self::Otp => b'o',
        }
    }

    /// Names the latency from request to wire of such texts.
    pub(crate) const fn to_the_wire(self) -> &'static str {
        match self {
            Self::Ordinary => "to the wire",
            Self::Otp => "otp, to the wire",
        }
    }

    /// Its place in [`Kind::ALL`].
    pub(crate) const fn place(self) -> usize {
        self as usize
    }
}

/// A moment of the system's clock, which all processes of one machine share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) kind: Kind,
    /// Microseconds since the Unix epoch.
    pub(crate) micros: u64,
}

/// How many digits the microseconds have, from 2001 to 2286.
const DIGITS: usize = 16;

impl Stamp {
    /// Finds the stamp that a text ends with.
    pub(crate) fn read(text: &[u8]) -> Option<Self> {
        let at = text.len().checked_sub(DIGITS + 1)?;
        let (letter, digits) = text[at..].split_first()?;
        let kind = Kind::ALL.into_iter().find(|it| it.letter() == *letter)?;
        let mut micros = 0;
        for digit in digits {
            if !digit.is_ascii_digit() {
                return None;
            }
            micros = micros * 10 + u64::from(digit - b'0');
        }
        Some(Self { kind, micros })
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = char::from(self.kind.letter());
        write!(formatter, "{letter}{:0DIGITS$}", self.micros)
    }
}

/// Tells the microseconds since the Unix epoch.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
pub(crate) fn epoch_micros() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    u64::try_from(since.unwrap_or(Duration::ZERO).as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_read_as_it_was_written_at_the_end_of_any_text() {
        for kind in Kind::ALL {
            let stamp = Stamp {
                kind,
                micros: 1_763_807_064_123_456,
            };
            assert_eq!(Kind::ALL[kind.place()], kind);
            for text in ["", "Your code is 123456 "] {
                let text = format!("{text}{stamp}");
                assert_eq!(Stamp::read(text.as_bytes()), Some(stamp), "{text}");
            }
        }
    }

    #[test]
    fn a_text_that_ends_otherwise_has_no_stamp() {
        for text in [
            "",
            "Your code is 123456",
            "x1763807064123456",
            "m176380706412345",
            "m17638070641234 6",
        ] {
            assert_eq!(Stamp::read(text.as_bytes()), None, "{text}");
        }
    }
}
