//! What `data_coding` says of a text, and the text behind its octets.
//!
//! | number | standard [smpp34 §5.2.19] | as SMS Center has it [smscenter-en "SMPP"] |
//! | --- | --- | --- |
//! | 0 | GSM 03.38, one septet in each octet; Latin-1 where the bind has `ISO` as its `system_type` | the same |
//! | 1 | ASCII; GSM when there are control characters in it | the same |
//! | 2 | octets | the same |
//! | 3 | Latin-1 | the same |
//! | 4 | octets | Latin-1 |
//! | 8 | UCS-2: UTF-16 big-endian, so that pictures pass | the same |
//! | 0x10 to 0x1B, 0xF0 to 0xF7 | GSM, octets or UCS-2, with a message class [3GPP TS 23.038 §4]; class 0 is a flash | the same |
//! | others | refused with `ESME_RSUBMITFAIL` | the same |

use gateway::directory::DataCoding;
use smpp::CommandStatus;
use sms::text;

/// What the numbers in `data_coding` mean on one bind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(in crate::server) struct Convention {
    /// The account's setting.
    pub(in crate::server) numbers: DataCoding,
    /// Whether 0 is Latin-1: the bind has `ISO` as its `system_type`.
    pub(in crate::server) latin1: bool,
}

/// How octets are a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    Gsm7,
    Ascii,
    Latin1,
    Ucs2,
    /// They are none.
    Octets,
}

impl Coding {
    /// Finds it; the error is the status to answer with.
    pub(super) fn of(data_coding: u8, convention: Convention) -> Result<Self, CommandStatus> {
        Ok(match data_coding {
            0x00 if convention.latin1 => Self::Latin1,
            0x04 if convention.numbers == DataCoding::Fourfold => Self::Latin1,
            0x00 | 0x10..=0x13 | 0xF0..=0xF3 => Self::Gsm7,
            0x01 => Self::Ascii,
            0x03 => Self::Latin1,
            0x08 | 0x18..=0x1B => Self::Ucs2,
            0x02 | 0x04 | 0x14..=0x17 | 0xF4..=0xF7 => Self::Octets,
            _ => return Err(CommandStatus::RSUBMITFAIL),
        })
    }

    /// Reads a whole text, to hex where it is octets; the error is the status to answer with.
    pub(super) fn read(self, octets: &[u8]) -> Result<String, CommandStatus> {
        let text = match self.seen_in(octets) {
            Self::Octets => return Ok(text::write_hex(octets)),
            Self::Gsm7 => text::decode_gsm7(octets),
            Self::Ascii => ascii(octets).ok_or(CommandStatus::RSUBMITFAIL)?,
            Self::Latin1 => octets.iter().copied().map(char::from).collect(),
            Self::Ucs2 if !octets.len().is_multiple_of(2) => return Err(CommandStatus::RINVMSGLEN),
            Self::Ucs2 => text::decode_ucs2(octets),
        };
        // The sign of octets that the alphabet does not have: better refused than sent as question marks.
        if text.contains('\u{FFFD}') {
            return Err(CommandStatus::RSUBMITFAIL);
        }
        Ok(text)
    }

    /// Corrects itself by the octets: there is a client library that calls GSM 03.38 IA5. Its letters give it away, which are
    /// control characters in ASCII.
    pub(super) fn seen_in(self, octets: &[u8]) -> Self {
        let is_control = |octet: &u8| *octet < 0x20 && !matches!(octet, b'\n' | b'\r');
        match self {
            Self::Ascii if octets.iter().any(is_control) => Self::Gsm7,
            other => other,
        }
    }
}

/// Tells whether a text of this number shows at once and is not kept.
pub(super) const fn is_flash(data_coding: u8) -> bool {
    matches!(data_coding, 0x10 | 0x14 | 0x18 | 0xF0 | 0xF4)
}

fn ascii(octets: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(octets).ok()?;
    text.is_ascii().then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const STANDARD: Convention = Convention {
        numbers: DataCoding::Standard,
        latin1: false,
    };

    fn read(
        data_coding: u8,
        convention: Convention,
        octets: &[u8],
    ) -> Result<String, CommandStatus> {
        Coding::of(data_coding, convention)?.read(octets)
    }

    #[test]
    fn texts_are_read_in_their_alphabet() {
        for (data_coding, octets, expected) in [
            (0, &b"Hi \x02\x1B\x65"[..], Ok("Hi $€")),
            (1, b"Hi $", Ok("Hi $")),
            (1, b"\xE9", Err(CommandStatus::RSUBMITFAIL)),
            (1, b"me\x00x.com", Ok("me@x.com")),
            (1, b"me@x.com\r\n", Ok("me@x.com\r\n")),
            (3, b"caf\xE9", Ok("café")),
            (8, b"\x04\x16\xD8\x3D\xDE\x42", Ok("Ж🙂")),
            (8, b"\x04\x16\x04", Err(CommandStatus::RINVMSGLEN)),
            (8, b"\xD8\x3D", Err(CommandStatus::RSUBMITFAIL)),
            (0, b"\x80", Err(CommandStatus::RSUBMITFAIL)),
            (2, b"\x01\xFF", Ok("01FF")),
            (4, b"\x01\xFF", Ok("01FF")),
            (5, b"\x01\x02", Err(CommandStatus::RSUBMITFAIL)),
            (0xF0, b"flash", Ok("flash")),
            (0x18, b"\x04\x1F", Ok("П")),
            (0x15, b"\x01\xFF", Ok("01FF")),
            (0xFF, b"hi", Err(CommandStatus::RSUBMITFAIL)),
        ] {
            let read = read(data_coding, STANDARD, octets);
            assert_eq!(
                read,
                expected.map(str::to_owned),
                "{data_coding}: {octets:?}"
            );
        }
    }

    #[test]
    fn conventions_change_what_their_numbers_mean_and_no_others() {
        let smscenter = Convention {
            numbers: DataCoding::Fourfold,
            latin1: false,
        };
        let iso = Convention {
            numbers: DataCoding::Standard,
            latin1: true,
        };
        for data_coding in 0..=u8::MAX {
            let of = |convention| Coding::of(data_coding, convention);
            match data_coding {
                0 => assert_eq!(
                    (of(smscenter), of(iso)),
                    (Ok(Coding::Gsm7), Ok(Coding::Latin1))
                ),
                4 => assert_eq!(
                    (of(smscenter), of(iso)),
                    (Ok(Coding::Latin1), Ok(Coding::Octets))
                ),
                _ => assert_eq!((of(smscenter), of(iso)), (of(STANDARD), of(STANDARD))),
            }
        }
        assert_eq!(read(4, smscenter, b"caf\xE9"), Ok("café".into()));
        assert_eq!(read(0, iso, b"@caf\xE9"), Ok("@café".into()));
    }
}
