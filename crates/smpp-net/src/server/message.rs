//! A customer's `submit_sm` as a submission.
//!
//! Alphabets [smpp34 §5.2.19]: 0 is GSM 03.38 with one septet in each octet, 1 is ASCII, 3 is Latin-1, 8 is UCS-2 (UTF-16
//! big-endian, so that pictures pass), 4 is none: octets.

use gateway::{AccountId, Submit, Terms, To};
use smpp::time::Time;
use smpp::{CommandStatus, SubmitSm, Tag, Tlv};
use sms::text::Concatenation;
use sms::{Alphabet, Form, Lane, Timestamp, text};

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
    let mut read = Submit {
        account,
        terms: Terms {
            originator: ascii(submit.source.address).ok_or(CommandStatus::RINVSRCADR)?,
            start_at,
            lifetime_ms,
            form: form(submit.data_coding),
            ..Terms::default()
        },
        recipients: vec![To::number(number)],
        lane: Lane::Transactional,
        drop_repeats: false,
    };
    let (joining, octets) = take_apart(submit)?;
    match joining {
        Joining::Part(concatenation) if concatenation.total > 1 => Err(CommandStatus::RSUBMITFAIL),
        Joining::OwnHeader => {
            read.terms.form.alphabet = Alphabet::BinaryWithHeader;
            read.terms.text = text::write_hex(submit.text());
            Ok(read)
        }
        Joining::Part(_) | Joining::Nothing => {
            read.terms.text = decode(submit.data_coding, octets)?;
            Ok(read)
        }
    }
}

/// Says how a text of this coding is sent on: as octets, or in the cheapest alphabet, whatever the customer chose; and as a flash
/// when it has message class 0.
fn form(data_coding: u8) -> Form {
    Form {
        alphabet: if is_binary(data_coding) {
            Alphabet::Binary
        } else {
            Alphabet::Cheapest
        },
        transliteration: None,
        flash: matches!(data_coding, 0x10 | 0x14 | 0x18 | 0xF0 | 0xF4),
    }
}

const fn is_binary(data_coding: u8) -> bool {
    matches!(data_coding, 0x04 | 0x14..=0x17 | 0xF4..=0xF7)
}

/// Decodes a whole text, to hex where it is octets; the error is the status to answer with. The message classes of
/// [gsm0338 §4], 0x10 and 0xF0 and what follows them, have an alphabet too.
pub(super) fn decode(data_coding: u8, octets: &[u8]) -> Result<String, CommandStatus> {
    if is_binary(data_coding) {
        return Ok(text::write_hex(octets));
    }
    let coding = match data_coding {
        0x10..=0x13 | 0xF0..=0xF3 => 0x00,
        0x18..=0x1B => 0x08,
        // There is a client library that calls GSM 03.38 IA5: its letters give it away, control characters in ASCII.
        0x01 if octets.iter().any(|octet| is_control(*octet)) => 0x00,
        other => other,
    };
    let text = match coding {
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

fn is_control(octet: u8) -> bool {
    octet < 0x20 && !matches!(octet, b'\n' | b'\r')
}

fn check_flags(submit: &SubmitSm<'_>) -> Result<(), CommandStatus> {
    // Store and forward, named or by default: datagrams and transactions would promise a delivery within the answer.
    let mode = matches!(submit.esm_class & ESM_CLASS_MODE, 0 | 3);
    if !mode || submit.esm_class & ESM_CLASS_TYPE != 0 {
        Err(CommandStatus::RINVESMCLASS)
    } else if submit.replace_if_present_flag != 0 {
        Err(CommandStatus::RINVREPFLAG)
    } else if submit.sm_default_msg_id != 0 {
        Err(CommandStatus::RINVDFTMSGID)
    } else {
        Ok(())
    }
}

/// What stands before a text.
enum Joining {
    Nothing,
    /// What joins it with others.
    Part(Concatenation),
    /// A header for the handset's program that octets are for.
    OwnHeader,
}

/// The octets of a UDH that does nothing but join texts, with a reference of 8 or 16 bits.
const JOINING_ONLY: std::ops::RangeInclusive<usize> = 6..=7;

/// Tells the text from what joins it with others: a UDH, or the `sar_*` parameters [smpp34 §5.3.2.22 to §5.3.2.24].
fn take_apart<'a>(submit: &SubmitSm<'a>) -> Result<(Joining, &'a [u8]), CommandStatus> {
    let text = submit.text();
    if submit.esm_class & ESM_CLASS_UDH != 0 {
        let length = text.first().map_or(0, |length| usize::from(*length) + 1);
        let (header, text) = text
            .split_at_checked(length)
            .ok_or(CommandStatus::RINVMSGLEN)?;
        // What else a header does is for handsets' programs, and is passed on with octets of one segment only.
        let joining = match Concatenation::from_udh(header) {
            Some(_) if is_binary(submit.data_coding) && !JOINING_ONLY.contains(&header.len()) => {
                return Err(CommandStatus::RSUBMITFAIL);
            }
            Some(concatenation) => Joining::Part(concatenation),
            None if is_binary(submit.data_coding) => Joining::OwnHeader,
            None => return Err(CommandStatus::RSUBMITFAIL),
        };
        return Ok((joining, text));
    }
    let Some(reference) = submit.tlvs.get(Tag::SAR_MSG_REF_NUM) else {
        return Ok((Joining::Nothing, text));
    };
    let octet = |tag| submit.tlvs.get(tag).and_then(Tlv::as_u8);
    let concatenation = Concatenation {
        reference: reference.as_u16().ok_or(CommandStatus::RINVPARLEN)?,
        total: octet(Tag::SAR_TOTAL_SEGMENTS).ok_or(CommandStatus::RMISSINGOPTPARAM)?,
        index: octet(Tag::SAR_SEGMENT_SEQNUM).ok_or(CommandStatus::RMISSINGOPTPARAM)?,
    };
    if !(1..=concatenation.total).contains(&concatenation.index) {
        return Err(CommandStatus::RINVOPTPARAMVAL);
    }
    Ok((Joining::Part(concatenation), text))
}

fn ascii(octets: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(octets).ok()?;
    text.is_ascii().then(|| text.to_owned())
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
            (4, b"\x01\xFF", Ok("01FF")),
            (5, b"\x01\x02", Err(CommandStatus::RSUBMITFAIL)),
        ] {
            let read = of(&submit(data_coding, octets)).map(|submit| submit.terms.text);
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
        assert_eq!(read.terms.text, text);
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
            let start = read.terms.start_at.map(|at| at.saturating_since(NOW));
            Ok((start, read.terms.lifetime_ms))
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
    fn parts_are_told_by_their_header_or_their_parameters() {
        let mut headed = submit(0, b"\x05\0\x03\x07\x02\x01Hi ");
        headed.esm_class = 0x40;
        let mut tlvs = TlvBuffer::new();
        tlvs.push_u16(Tag::SAR_MSG_REF_NUM, 7);
        tlvs.push_u8(Tag::SAR_TOTAL_SEGMENTS, 2);
        tlvs.push_u8(Tag::SAR_SEGMENT_SEQNUM, 1);
        let mut told = submit(0, b"Hi ");
        told.tlvs = tlvs.tlvs();
        for submit in [headed, told] {
            assert_eq!(of(&submit).err(), Some(CommandStatus::RSUBMITFAIL));
        }
    }

    #[test]
    fn what_cannot_be_done_is_refused_by_name() {
        let plain = submit(1, b"hi");
        let mut sar = TlvBuffer::new();
        sar.push_u16(Tag::SAR_MSG_REF_NUM, 7);
        let (mut ported, mut cut, mut receipt, mut joined) = (plain, plain, plain, plain);
        (ported.esm_class, ported.short_message) = (0x40, b"\x04\x04\x02\x00\x01hi");
        (cut.esm_class, cut.short_message) = (0x40, b"\x05\0\x03");
        (receipt.esm_class, joined.tlvs) = (0x04, sar.tlvs());
        let (mut replacing, mut predefined, mut foreign) = (plain, plain, plain);
        replacing.replace_if_present_flag = 1;
        predefined.sm_default_msg_id = 1;
        foreign.source = Address::alphanumeric(b"\xFF");
        for (submit, status) in [
            (ported, CommandStatus::RSUBMITFAIL),
            (cut, CommandStatus::RINVMSGLEN),
            (receipt, CommandStatus::RINVESMCLASS),
            (joined, CommandStatus::RMISSINGOPTPARAM),
            (replacing, CommandStatus::RINVREPFLAG),
            (predefined, CommandStatus::RINVDFTMSGID),
            (foreign, CommandStatus::RINVSRCADR),
        ] {
            assert_eq!(of(&submit).err(), Some(status));
        }
    }

    #[test]
    fn reads_gsm_that_is_called_ascii_and_texts_with_a_class() {
        assert_eq!(decode(0x01, b"me\x00x.com").unwrap(), "me@x.com");
        assert_eq!(decode(0x01, b"me@x.com\r\n").unwrap(), "me@x.com\r\n");
        assert_eq!(decode(0xF0, b"flash").unwrap(), "flash");
        assert_eq!(decode(0x18, &[0x04, 0x1F]).unwrap(), "П");
    }

    #[test]
    fn flashes_and_octets_keep_their_form() {
        use Alphabet::{Binary, BinaryWithHeader, Cheapest};
        let ported = &b"\x04\x04\x02\x00\x01\xC0\xDE"[..];
        let hex = "0404020001C0DE";
        for (data_coding, esm_class, octets, alphabet, flash, text) in [
            (0x10, 0, &b"hi"[..], Cheapest, true, "hi"),
            (0x11, 0, b"hi", Cheapest, false, "hi"),
            (0xF0, 0, b"hi", Cheapest, true, "hi"),
            (0x04, 0, ported, Binary, false, hex),
            (0xF4, 0, ported, Binary, true, hex),
            (0xF5, 0x40, ported, BinaryWithHeader, false, hex),
        ] {
            let submit = SubmitSm {
                esm_class,
                ..submit(data_coding, octets)
            };
            let terms = of(&submit).unwrap().terms;
            let read = (terms.form.alphabet, terms.form.flash, &*terms.text);
            assert_eq!(read, (alphabet, flash, text), "{data_coding:#04X}");
        }
        // Long octets to a port: the port would be lost.
        let long = b"\x0B\x05\x04\x23\xF4\0\0\0\x03\x07\x02\x01hi";
        let mut ported = submit(0x04, long);
        ported.esm_class = 0x40;
        assert_eq!(of(&ported).err(), Some(CommandStatus::RSUBMITFAIL));
    }
}
