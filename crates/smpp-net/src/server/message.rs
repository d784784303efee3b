//! A customer's `submit_sm` as a submission.
//!
//! Alphabets [smpp34 §5.2.19]: 0 is GSM 03.38 with one septet in each octet, 1 is ASCII, 3 is Latin-1, 8 is UCS-2 (UTF-16
//! big-endian, so that pictures pass).

use gateway::{AccountId, Submit, To};
use smpp::time::Time;
use smpp::{CommandStatus, SubmitSm, Tag};
use sms::{Lane, Timestamp, text};

/// The parts of `esm_class` [smpp34 §5.2.12]; the fourth is the reply path, which has no use here.
const ESM_CLASS_MODE: u8 = 0x03;
const ESM_CLASS_TYPE: u8 = 0x3C;
const ESM_CLASS_UDH: u8 = 0x40;

/// Reads a submit; the error is the status to answer with.
pub(super) fn read(
    submit: &SubmitSm<'_>,
    account: AccountId,
    now: Timestamp,
) -> Result<Submit, CommandStatus> {
    check_flags(submit)?;
    let moment = |field: &[u8], status| match Time::parse(field) {
        Ok(time) => Ok(time.resolve(now.as_seconds()).map(Timestamp::from_seconds)),
        Err(_) => Err(status),
    };
    let start_at = moment(submit.schedule_delivery_time, CommandStatus::RINVSCHED)?;
    let expires_at = moment(submit.validity_period, CommandStatus::RINVEXPIRY)?;
    let from = start_at.map_or(now, |start_at| start_at.max(now));
    let lifetime_ms = expires_at.map(|expires_at| expires_at.saturating_since(from));
    if lifetime_ms == Some(0) {
        return Err(CommandStatus::RINVEXPIRY);
    }
    let number = ascii(submit.destination.address).ok_or(CommandStatus::RINVDSTADR)?;
    Ok(Submit {
        account,
        originator: ascii(submit.source.address).ok_or(CommandStatus::RINVSRCADR)?,
        text: decode(submit.data_coding, submit.text())?,
        recipients: vec![To {
            number,
            variables: None,
        }],
        lane: Lane::Transactional,
        start_at,
        lifetime_ms,
        test: false,
        source: None,
        drop_repeats: false,
    })
}

fn check_flags(submit: &SubmitSm<'_>) -> Result<(), CommandStatus> {
    let part = [Tag::SAR_MSG_REF_NUM, Tag::SAR_TOTAL_SEGMENTS]
        .into_iter()
        .any(|tag| submit.tlvs.get(tag).is_some());
    // Store and forward, named or by default: datagrams and transactions would promise a delivery within the answer.
    let mode = matches!(submit.esm_class & ESM_CLASS_MODE, 0 | 3);
    if !mode || submit.esm_class & ESM_CLASS_TYPE != 0 {
        Err(CommandStatus::RINVESMCLASS)
    } else if submit.esm_class & ESM_CLASS_UDH != 0 || part {
        Err(CommandStatus::RSUBMITFAIL)
    } else if submit.replace_if_present_flag != 0 {
        Err(CommandStatus::RINVREPFLAG)
    } else if submit.sm_default_msg_id != 0 {
        Err(CommandStatus::RINVDFTMSGID)
    } else {
        Ok(())
    }
}

fn ascii(octets: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(octets).ok()?;
    text.is_ascii().then(|| text.to_owned())
}

fn decode(data_coding: u8, octets: &[u8]) -> Result<String, CommandStatus> {
    let text = match data_coding {
        0x00 => text::decode_gsm7(octets),
        0x01 => ascii(octets).ok_or(CommandStatus::RSUBMITFAIL)?,
        0x03 => octets.iter().map(|octet| char::from(*octet)).collect(),
        0x08 if !octets.len().is_multiple_of(2) => return Err(CommandStatus::RINVMSGLEN),
        0x08 => text::decode_ucs2(octets),
        _ => return Err(CommandStatus::RSUBMITFAIL),
    };
    // The sign of octets that the alphabet does not have: better refused than sent as question marks.
    if text.contains('\u{FFFD}') {
        return Err(CommandStatus::RSUBMITFAIL);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use smpp::{Address, TlvBuffer};

    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_317_427_200); // 2011-10-01 00:00 UTC

    fn submit(data_coding: u8, short_message: &[u8]) -> SubmitSm<'_> {
        SubmitSm {
            source: Address::alphanumeric(b"Shop"),
            destination: Address::international(b"380501234567"),
            data_coding,
            short_message,
            ..SubmitSm::default()
        }
    }

    fn of(submit: &SubmitSm<'_>) -> Result<Submit, CommandStatus> {
        read(submit, AccountId(1), NOW)
    }

    #[test]
    fn texts_are_read_in_their_alphabet() {
        for (data_coding, octets, expected) in [
            (0, &b"Hi \x02\x1B\x65"[..], Ok("Hi $€")),
            (1, b"Hi $", Ok("Hi $")),
            (1, b"\xE9", Err(CommandStatus::RSUBMITFAIL)),
            (3, b"caf\xE9", Ok("café")),
            (8, b"\x04\x16\xD8\x3D\xDE\x42", Ok("Ж🙂")),
            (8, b"\x04\x16\x04", Err(CommandStatus::RINVMSGLEN)),
            (8, b"\xD8\x3D", Err(CommandStatus::RSUBMITFAIL)),
            (0, b"\x80", Err(CommandStatus::RSUBMITFAIL)),
            (4, b"\x01\x02", Err(CommandStatus::RSUBMITFAIL)),
        ] {
            let read = of(&submit(data_coding, octets)).map(|submit| submit.text);
            assert_eq!(read, expected.map(str::to_owned), "{octets:?}");
        }
    }

    #[test]
    fn a_long_text_may_come_as_payload_and_its_percent_signs_stay() {
        let mut tlvs = TlvBuffer::new();
        let text = "100 % of %1% ".repeat(30);
        tlvs.push(Tag::MESSAGE_PAYLOAD, text.as_bytes()).unwrap();
        let submit = SubmitSm {
            tlvs: tlvs.tlvs(),
            ..submit(1, b"")
        };
        let read = of(&submit).unwrap();
        assert_eq!(read.text, text);
        assert_eq!(read.recipients[0].variables, None);
    }

    #[test]
    fn times_bound_the_message() {
        let timed = |schedule: &'static str, validity: &'static str| {
            let submit = SubmitSm {
                schedule_delivery_time: schedule.as_bytes(),
                validity_period: validity.as_bytes(),
                ..submit(1, b"hi")
            };
            let read = of(&submit)?;
            let start = read.start_at.map(|at| at.saturating_since(NOW));
            Ok((start, read.lifetime_ms))
        };
        assert_eq!(timed("", ""), Ok((None, None)));
        assert_eq!(timed("", "000000010000000R"), Ok((None, Some(3_600_000))));
        assert_eq!(
            timed("111001010000000+", "111001030000000+"),
            Ok((Some(3_600_000), Some(7_200_000)))
        );
        for (schedule, validity, status) in [
            ("", "110930235959000+", CommandStatus::RINVEXPIRY),
            ("", "soon", CommandStatus::RINVEXPIRY),
            ("soon", "", CommandStatus::RINVSCHED),
        ] {
            assert_eq!(timed(schedule, validity), Err(status));
        }
    }

    #[test]
    fn what_cannot_be_done_is_refused_by_name() {
        let plain = submit(1, b"hi");
        let mut sar = TlvBuffer::new();
        sar.push_u16(Tag::SAR_MSG_REF_NUM, 7);
        let (mut part, mut receipt, mut joined) = (plain, plain, plain);
        (part.esm_class, receipt.esm_class, joined.tlvs) = (0x40, 0x04, sar.tlvs());
        let (mut replacing, mut predefined, mut foreign) = (plain, plain, plain);
        replacing.replace_if_present_flag = 1;
        predefined.sm_default_msg_id = 1;
        foreign.source = Address::alphanumeric(b"\xFF");
        for (submit, status) in [
            (part, CommandStatus::RSUBMITFAIL),
            (receipt, CommandStatus::RINVESMCLASS),
            (joined, CommandStatus::RSUBMITFAIL),
            (replacing, CommandStatus::RINVREPFLAG),
            (predefined, CommandStatus::RINVDFTMSGID),
            (foreign, CommandStatus::RINVSRCADR),
        ] {
            assert_eq!(of(&submit).err(), Some(status));
        }
    }
}
