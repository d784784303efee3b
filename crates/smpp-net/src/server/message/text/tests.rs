//! Texts with what stands before them, and what becomes of both.

use smpp::TlvBuffer;

use super::*;

fn given(data_coding: u8, short_message: &[u8]) -> Given<'_> {
    Given {
        esm_class: 0,
        data_coding,
        short_message,
        tlvs: Tlvs::default(),
    }
}

fn headed(data_coding: u8, short_message: &[u8]) -> Given<'_> {
    Given {
        esm_class: ESM_CLASS_UDH,
        ..given(data_coding, short_message)
    }
}

fn sar(reference: u16, total: u8, index: u8) -> TlvBuffer {
    let mut tlvs = TlvBuffer::new();
    tlvs.push_u16(Tag::SAR_MSG_REF_NUM, reference);
    tlvs.push_u8(Tag::SAR_TOTAL_SEGMENTS, total);
    tlvs.push_u8(Tag::SAR_SEGMENT_SEQNUM, index);
    tlvs
}

fn of(given: Given<'_>) -> Result<(String, Alphabet, bool), CommandStatus> {
    let (text, form) = read(given, Convention::default())?;
    let shown = match form.alphabet {
        Alphabet::Gsm7WithHeader | Alphabet::Ucs2WithHeader => {
            let header = text::read_hex(&text).unwrap();
            let header = &header[..=usize::from(header[0])];
            format!(
                "{} {}",
                text::write_hex(header),
                text::readable(&text, form)
            )
        }
        _ => text,
    };
    Ok((shown, form.alphabet, form.flash))
}

#[test]
fn whole_texts_go_in_the_cheapest_alphabet_and_parts_in_their_own() {
    use Alphabet::{Binary, BinaryWithHeader, Cheapest, Gsm7WithHeader, Ucs2WithHeader};
    for (given, text, alphabet) in [
        (given(0, b"Hi"), "Hi", Cheapest),
        (given(8, b"\0H\0i"), "Hi", Cheapest),
        (given(4, b"\xC0\xDE"), "C0DE", Binary),
        (
            headed(0, b"\x05\0\x03\x07\x02\x01Hi"),
            "050003070201 Hi",
            Gsm7WithHeader,
        ),
        (
            headed(1, b"\x05\0\x03\x07\x02\x01Hi@"),
            "050003070201 Hi@",
            Gsm7WithHeader,
        ),
        (
            headed(3, b"\x05\0\x03\x07\x02\x01caf\xE9"),
            "050003070201 café",
            Gsm7WithHeader,
        ),
        (
            headed(3, b"\x05\0\x03\x07\x02\x01\xA9"),
            "050003070201 ©",
            Ucs2WithHeader,
        ),
        (
            headed(8, b"\x06\x08\x04\x01\x02\x03\x03\x04\x16"),
            "06080401020303 Ж",
            Ucs2WithHeader,
        ),
        (
            headed(4, b"\x05\0\x03\x07\x02\x01\xC0"),
            "050003070201C0",
            BinaryWithHeader,
        ),
        (
            headed(4, b"\x04\x04\x02\0\x01\xC0"),
            "0404020001C0",
            BinaryWithHeader,
        ),
        (
            headed(0, b"\x04\x04\x02\0\x01Hi"),
            "0404020001 Hi",
            Gsm7WithHeader,
        ),
        (headed(0, b"\x05\0\x03\x07\x01\x01Hi"), "Hi", Cheapest),
        (headed(0, b"\0Hi"), "Hi", Cheapest),
    ] {
        assert_eq!(
            of(given),
            Ok((text.to_owned(), alphabet, false)),
            "{given:?}"
        );
    }
}

#[test]
fn parameters_become_a_header_that_leaves_room_for_the_part() {
    for (reference, header) in [(7, "050003070201"), (0x1234, "050003340201")] {
        let tlvs = sar(reference, 2, 1);
        let part = Given {
            tlvs: tlvs.tlvs(),
            ..given(0, &[b'a'; 153])
        };
        let text = format!("{header} {}", "a".repeat(153));
        assert_eq!(of(part), Ok((text, Alphabet::Gsm7WithHeader, false)));
    }
    let tlvs = sar(7, 1, 1);
    let whole = Given {
        tlvs: tlvs.tlvs(),
        ..given(0, b"Hi")
    };
    assert_eq!(of(whole), Ok(("Hi".into(), Alphabet::Cheapest, false)));
}

#[test]
fn a_part_that_does_not_fit_one_segment_is_too_long() {
    let header = &b"\x05\0\x03\x07\x02\x01"[..];
    for (data_coding, octet, most) in [(0, b'a', 153), (8, 0, 134), (4, 0xFF, 134), (3, 0xE9, 153)]
    {
        for (octets, fits) in [(most, true), (most + 2, false)] {
            let part = [header, &vec![octet; octets]].concat();
            let read = of(headed(data_coding, &part));
            assert_eq!(read.is_ok(), fits, "{data_coding}: {octets}");
            assert_eq!(read.err(), (!fits).then_some(CommandStatus::RINVMSGLEN));
        }
    }
    // What GSM lacks takes two octets each.
    let part = |octets| [header, &vec![0xA9; octets]].concat();
    assert!(of(headed(3, &part(67))).is_ok());
    assert_eq!(
        of(headed(3, &part(68))).err(),
        Some(CommandStatus::RINVMSGLEN)
    );
}

#[test]
fn a_long_text_may_come_as_payload_but_not_beside_another() {
    let mut tlvs = TlvBuffer::new();
    let text = "100 % of %1% ".repeat(30);
    tlvs.push(Tag::MESSAGE_PAYLOAD, text.as_bytes()).unwrap();
    let payload = |short_message| Given {
        tlvs: tlvs.tlvs(),
        ..given(1, short_message)
    };
    assert_eq!(
        of(payload(b"")),
        Ok((text.clone(), Alphabet::Cheapest, false))
    );
    assert_eq!(
        of(payload(b"hi")).err(),
        Some(CommandStatus::ROPTPARNOTALLWD)
    );
}

#[test]
fn what_stands_before_a_text_and_makes_no_sense_is_refused_by_name() {
    let mut alone = TlvBuffer::new();
    alone.push_u16(Tag::SAR_MSG_REF_NUM, 7);
    let mut long = TlvBuffer::new();
    long.push(Tag::SAR_MSG_REF_NUM, b"\0\0\x07").unwrap();
    let (past, nought) = (sar(7, 2, 3), sar(7, 2, 0));
    let [alone, long, past, nought] = [&alone, &long, &past, &nought].map(|tlvs| Given {
        tlvs: tlvs.tlvs(),
        ..given(0, b"hi")
    });
    for (given, status) in [
        (headed(0, b""), CommandStatus::RINVMSGLEN),
        (headed(0, b"\x05\0\x03"), CommandStatus::RINVMSGLEN),
        (
            headed(0, b"\x05\0\x03\x07\x02\x03hi"),
            CommandStatus::RSUBMITFAIL,
        ),
        (
            headed(0, b"\x05\0\x09\x07\x02\x03hi"),
            CommandStatus::RSUBMITFAIL,
        ),
        (
            headed(0, b"\x05\0\x03\x07\x02\x01h\x80"),
            CommandStatus::RSUBMITFAIL,
        ),
        (
            headed(1, b"\x05\0\x03\x07\x02\x01h\x80"),
            CommandStatus::RSUBMITFAIL,
        ),
        (
            headed(8, b"\x05\0\x03\x07\x02\x01\0"),
            CommandStatus::RINVMSGLEN,
        ),
        (alone, CommandStatus::RMISSINGOPTPARAM),
        (long, CommandStatus::RINVPARLEN),
        (past, CommandStatus::RINVOPTPARAMVAL),
        (nought, CommandStatus::RINVOPTPARAMVAL),
    ] {
        assert_eq!(of(given).err(), Some(status), "{given:?}");
    }
}

#[test]
fn flashes_and_octets_keep_their_form() {
    use Alphabet::{Binary, BinaryWithHeader, Cheapest, Gsm7WithHeader};
    let ported = &b"\x04\x04\x02\x00\x01\xC0\xDE"[..];
    let part = &b"\x05\0\x03\x07\x02\x01Hi"[..];
    let hex = "0404020001C0DE";
    for (data_coding, esm_class, octets, alphabet, flash, text) in [
        (0x10, 0, &b"hi"[..], Cheapest, true, "hi"),
        (0x11, 0, b"hi", Cheapest, false, "hi"),
        (0xF0, 0, b"hi", Cheapest, true, "hi"),
        (0xF0, 0x40, part, Gsm7WithHeader, true, "050003070201 Hi"),
        (0x04, 0, ported, Binary, false, hex),
        (0xF4, 0, ported, Binary, true, hex),
        (0xF5, 0x40, ported, BinaryWithHeader, false, hex),
    ] {
        let given = Given {
            esm_class,
            ..given(data_coding, octets)
        };
        assert_eq!(
            of(given),
            Ok((text.to_owned(), alphabet, flash)),
            "{data_coding:#04X}"
        );
    }
}
