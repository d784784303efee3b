//! What came, in words: statuses with what to do about them, receipts, messages.

use smpp::receipt::is_receipt;
use smpp::session::CloseReason;
use smpp::{CommandStatus, DataSm, DeliverSm, Receipt, Tag};
use sms::text::{Concatenation, decode_gsm7, decode_ucs2, write_hex};
use std::fmt::Write as _;

/// Tells a status by its name, and what to do about it.
pub(super) fn status(status: CommandStatus) -> String {
    match advice(status) {
        Some(advice) => format!("{status}: {advice}"),
        None => status.to_string(),
    }
}

fn advice(status: CommandStatus) -> Option<&'static str> {
    Some(match status {
        CommandStatus::RINVPASWD => "the password or the system_id is wrong",
        CommandStatus::RINVSYSID => "the system_id is not known there",
        CommandStatus::RBINDFAIL => {
            "the login may not bind: its address is not allowed, it is suspended, or it was tried too often"
        }
        CommandStatus::RALYBND => {
            "the login has as many binds as it may have: end one, or wait until the SMSC misses it"
        }
        CommandStatus::RSYSERR => "the SMSC has a fault of its own: try again later",
        CommandStatus::RTHROTTLED => "too fast: try a lower --rate",
        CommandStatus::RMSGQFUL => "its queue is full: try again later, or with a smaller --window",
        CommandStatus::RINVSRCADR => "the originator (--from) may not be used, or is malformed",
        CommandStatus::RINVDSTADR => {
            "the recipient is not a number, is on the stop list, or has no price or route"
        }
        CommandStatus::RINVMSGID => "it knows no message by this id",
        CommandStatus::RINVMSGLEN => "the text is too long, or a length in the PDU is wrong",
        CommandStatus::RSUBMITFAIL => {
            "the submit failed: no money, a repetition, or a text that cannot be sent"
        }
        CommandStatus::RCANCELFAIL => "it cannot be called back any more",
        CommandStatus::RREPLACEFAIL => "it cannot be replaced any more",
        CommandStatus::RQUERYFAIL => "its state cannot be told",
        CommandStatus::RINVCMDID => "the SMSC does not know this command",
        CommandStatus::RINVBNDSTS => "the bind does not allow this: look at --mode",
        CommandStatus::RINVSYSTYP => "the system_type is wrong: look at --system-type",
        _ => return None,
    })
}

/// What to look at when a peer does not answer as an SMSC does.
const WRONG_PROTOCOL: &str = "is it SMPP that is spoken there, and with TLS or without?";

/// Tells why a session ended, and what to do about it.
pub(super) fn ending(reason: CloseReason) -> String {
    match reason {
        CloseReason::BindRefused(refused) => format!("the bind was refused: {}", status(refused)),
        CloseReason::ConnectionLost => format!("{reason}: {WRONG_PROTOCOL}"),
        CloseReason::SessionInitTimeout => {
            format!("the bind was not answered in time: {WRONG_PROTOCOL}")
        }
        CloseReason::Closed
        | CloseReason::Unbound
        | CloseReason::UnboundByPeer
        | CloseReason::LinkDead
        | CloseReason::Inactive
        | CloseReason::UnbindTimeout
        | CloseReason::OutOfStep(_) => reason.to_string(),
    }
}

/// What an SMSC delivered.
pub(super) struct Delivered {
    /// The message that a receipt is of, and whether it is the last word on it; `None` for a message from a phone.
    pub(super) receipt: Option<(String, bool)>,
    /// The line for people.
    pub(super) line: String,
}

/// Reads what came as `deliver_sm`.
pub(super) fn delivered(deliver: &DeliverSm<'_>) -> Delivered {
    if is_receipt(deliver) {
        return receipt(&Receipt::read(deliver));
    }
    let (from, to) = (deliver.source.address, deliver.destination.address);
    message(
        from,
        to,
        deliver.esm_class,
        deliver.data_coding,
        deliver.text(),
    )
}

/// Reads what came as `data_sm`.
pub(super) fn delivered_data(data: &DataSm<'_>) -> Delivered {
    // [smpp34 §5.2.12]
    let flagged = matches!(data.esm_class & 0x3C, 0x04 | 0x08 | 0x10 | 0x20);
    if flagged || data.tlvs.get(Tag::RECEIPTED_MESSAGE_ID).is_some() {
        return receipt(&Receipt::read_data(data));
    }
    let payload = data.tlvs.get(Tag::MESSAGE_PAYLOAD);
    let text = payload.map_or(&[][..], |tlv| tlv.value);
    let (from, to) = (data.source.address, data.destination.address);
    message(from, to, data.esm_class, data.data_coding, text)
}

fn receipt(receipt: &Receipt<'_>) -> Delivered {
    let id = seen(receipt.message_id);
    let mut line = format!("receipt   {id}  {}", receipt.state.word());
    let error = receipt.error_code();
    if !error.iter().all(|octet| *octet == b'0') {
        let _ = write!(line, "  error {}", seen(&error));
    }
    Delivered {
        receipt: Some((id, receipt.state.is_final())),
        line,
    }
}

fn message(from: &[u8], to: &[u8], esm_class: u8, data_coding: u8, octets: &[u8]) -> Delivered {
    let header = match octets.first() {
        Some(length) if esm_class & 0x40 != 0 => usize::from(*length) + 1,
        Some(_) | None => 0,
    };
    let (header, text) = octets.split_at_checked(header).unwrap_or((&[], octets));
    let part = Concatenation::from_udh(header)
        .map(|part| format!(" (part {} of {})", part.index, part.total))
        .unwrap_or_default();
    // [smpp34 §5.2.19]
    let text = match data_coding {
        0x00 | 0x10 => decode_gsm7(text),
        0x01 | 0x03 => text.iter().map(|octet| char::from(*octet)).collect(),
        0x08 | 0x18 => decode_ucs2(text),
        _ => write_hex(text),
    };
    let harmless = text.replace(
        |character: char| character.is_control() && character != '\n',
        "\u{fffd}",
    );
    Delivered {
        receipt: None,
        line: format!("message   {} → {}{part}  {harmless}", seen(from), seen(to)),
    }
}

/// Octets as a terminal may show them.
pub(super) fn seen(octets: &[u8]) -> String {
    octets.escape_ascii().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_password_is_told_in_words() {
        let told = ending(CloseReason::BindRefused(CommandStatus::RINVPASWD));
        assert_eq!(
            told,
            "the bind was refused: ESME_RINVPASWD: the password or the system_id is wrong"
        );
        assert_eq!(status(CommandStatus(0x432)), "0x432");
    }

    #[test]
    fn a_receipt_has_its_id_its_state_and_its_error() {
        let told = delivered(&DeliverSm {
            esm_class: 4,
            short_message: b"id:4711 stat:UNDELIV err:027",
            ..DeliverSm::default()
        });
        assert_eq!(told.line, "receipt   4711  UNDELIV  error 027");
        assert_eq!(told.receipt, Some(("4711".to_owned(), true)));
    }

    #[test]
    fn a_message_is_read_in_its_alphabet_and_cannot_command_the_terminal() {
        let told = |esm_class, data_coding, short_message| {
            let deliver = DeliverSm {
                source: smpp::Address::international(b"380501234567"),
                destination: smpp::Address::of_text("4747"),
                esm_class,
                data_coding,
                short_message,
                ..DeliverSm::default()
            };
            let told = delivered(&deliver);
            assert!(told.receipt.is_none());
            told.line
        };
        assert_eq!(
            told(0, 0, b"Hi \x00"),
            "message   380501234567 → 4747  Hi @"
        );
        assert_eq!(told(0, 8, b"\x04\x1f"), "message   380501234567 → 4747  П");
        assert_eq!(
            told(0x40, 3, b"\x05\0\x03\x07\x02\x01\x1b[2J"),
            "message   380501234567 → 4747 (part 1 of 2)  \u{fffd}[2J"
        );
        assert_eq!(
            told(0, 4, b"\x01\xff"),
            "message   380501234567 → 4747  01FF"
        );
    }
}
