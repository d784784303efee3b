//! A notice as a `deliver_sm`: receipts with text and parameters, messages from handsets in the alphabet that has their letters.

use gateway::directory::{ReceiptParameters, SmppSettings};
use gateway::{Notice, NoticeEvent, Received, Sent};
use smpp::receipt::{NetworkError, excerpt};
use smpp::time::{Civil, format_receipt_date};
use smpp::{Address, DeliverSm, Receipt, ReceiptState, Tag, TlvBuffer};
use sms::Timestamp;
use sms::text::{Encoding, encode};

use crate::server::status::{message_state, network_error};

/// The kinds of a receipt in `esm_class` [smpp34 §5.2.12].
const FINAL: u8 = 0x04;
const INTERMEDIATE: u8 = 0x20;

/// The alphabets of a message from a handset [smpp34 §5.2.19].
const GSM7: u8 = 0x00;
const UCS2: u8 = 0x08;

/// How long a text may be to stand in `short_message` [smpp34 §5.2.22].
const SHORT_MESSAGE_OCTETS: usize = 254;

/// The octets of the longest address [smpp34 §5.2.8].
const ADDRESS_OCTETS: usize = 20;

/// The number of GSM among the networks of `network_error_code` [smpp34 §5.3.2.31].
const GSM: u8 = 3;

/// SMS Center's parameters of a receipt [smscenter §13].
const COST: Tag = Tag(0x2000);
const FLAG: Tag = Tag(0x2001);
const PARTS: Tag = Tag(0x2002);

/// Is a `deliver_sm` with everything that it borrows.
#[derive(Debug)]
pub(in crate::server) struct Written {
    source: String,
    destination: String,
    esm_class: u8,
    data_coding: u8,
    short_message: Vec<u8>,
    tlvs: TlvBuffer,
}

impl Written {
    /// Writes a notice as the account wants it.
    pub(super) fn new(notice: &Notice, settings: &SmppSettings) -> Self {
        match &notice.event {
            NoticeEvent::UnderWay(sent) => receipt(
                sent,
                INTERMEDIATE,
                ReceiptState::Enroute,
                notice.at,
                settings,
            ),
            NoticeEvent::Ended(sent) => {
                let state = message_state(sent.message.state);
                let at = sent.message.done_at.unwrap_or(notice.at);
                receipt(sent, FINAL, state, at, settings)
            }
            NoticeEvent::Received(received) => from_handset(received),
        }
    }

    /// Lends it to a session.
    pub(in crate::server) fn pdu(&self) -> DeliverSm<'_> {
        DeliverSm {
            source: address(&self.source),
            destination: address(&self.destination),
            esm_class: self.esm_class,
            data_coding: self.data_coding,
            short_message: &self.short_message,
            tlvs: self.tlvs.tlvs(),
            ..DeliverSm::default()
        }
    }
}

/// Addresses what stands there; what is longer than an address may be is cut, and ends before what an address cannot have.
fn address(text: &str) -> Address<'_> {
    let end = text.find('\0').unwrap_or(text.len());
    Address::of_text(&text[..text.floor_char_boundary(end.min(ADDRESS_OCTETS))])
}

fn receipt(
    sent: &Sent,
    esm_class: u8,
    state: ReceiptState,
    at: Timestamp,
    settings: &SmppSettings,
) -> Written {
    let message = &sent.message;
    // What the submit was answered with: for the recipients of a submit_multi the same, and the number tells which.
    let id = sent.first_message.0.to_string();
    let network_error = (esm_class == FINAL)
        .then(|| network_error(message.reason))
        .flatten()
        .map(|code| NetworkError {
            network: GSM,
            code: code.into(),
        });
    let error = network_error.map_or_else(String::new, |error| format!("{:03}", error.code));
    let [submitted_at, done_at] = [sent.created_at, at]
        .map(|at| format_receipt_date(&Civil::from_unix_seconds(at.as_seconds())));
    let text = excerpt(&sent.text);
    let receipt = Receipt {
        message_id: id.as_bytes(),
        state,
        error: error.as_bytes(),
        network_error,
        submitted: Some(1),
        delivered: Some(u32::from(state == ReceiptState::Delivered)),
        submit_date: &submitted_at,
        done_date: &done_at,
        text: &text,
    };
    let mut tlvs = TlvBuffer::new();
    let written = receipt.write_tlvs(&mut tlvs);
    written.expect("a number in decimal fits a parameter");
    match settings.receipt_parameters {
        ReceiptParameters::Standard => {}
        ReceiptParameters::Priced => write_priced(sent, &mut tlvs),
    }
    Written {
        source: message.recipient.clone(),
        destination: sent.originator.clone(),
        esm_class,
        data_coding: GSM7,
        short_message: receipt.write_text(),
        tlvs,
    }
}

/// Adds what SMS Center's receipts tell besides. Which network a number is in is not known here, so 0x2003 is left out.
fn write_priced(sent: &Sent, tlvs: &mut TlvBuffer) {
    let hundredths = sent.message.price.micros().max(0) / 100;
    let cost = format!("{}.{:04}\0", hundredths / 10_000, hundredths % 10_000);
    let written = tlvs.push(COST, cost.as_bytes());
    written.expect("a price in decimal fits a parameter");
    let flag = if sent.form.alphabet.is_binary() {
        2
    } else {
        u16::from(sent.form.flash)
    };
    tlvs.push_u16(FLAG, flag);
    tlvs.push_u16(PARTS, sent.message.segments);
}

fn from_handset(received: &Received) -> Written {
    let (data_coding, octets) = match encode(&received.text, Encoding::Gsm7) {
        Some(octets) => (GSM7, octets),
        None => (
            UCS2,
            encode(&received.text, Encoding::Ucs2).expect("UCS-2 has every character"),
        ),
    };
    let mut tlvs = TlvBuffer::new();
    let mut short_message = octets;
    if short_message.len() > SHORT_MESSAGE_OCTETS {
        // Longer than any handset writes: rather the beginning than nothing.
        short_message.truncate(usize::from(u16::MAX - 1));
        let written = tlvs.push(Tag::MESSAGE_PAYLOAD, &short_message);
        written.expect("it was cut to what a parameter can hold");
        short_message.clear();
    }
    Written {
        source: received.from.clone(),
        destination: received.to.clone(),
        esm_class: 0,
        data_coding,
        short_message,
        tlvs,
    }
}

#[cfg(test)]
mod tests;
