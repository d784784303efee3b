//! A PDU as people may see it: its octets with the secrets replaced, and its fields by their names.
//!
//! What is shown is written anew from the fields that were understood, so that an octet which belongs to none of them, whatever it
//! is, is not shown.

use std::fmt::Write;

use bytes::{Bytes, BytesMut};
use smpp::{Header, Limits, Pdu, Receipt, Tag, TlvBuffer, Tlvs};
use sms::text::Concatenation;

/// What stands in place of an octet that is not shown.
const STAR: u8 = b'*';

/// The octets in a line of hexadecimal digits.
const LINE: usize = 16;

/// The longest `message_id` that is shown where a text may stand instead [smpp34 §5.3.2.12].
const LONGEST_ID: usize = 65;

/// Optional parameters that hold a number or a flag. Others may hold a text, those of vendors too.
const NUMBERS: [Tag; 23] = [
    Tag::DEST_ADDR_SUBUNIT,
    Tag::SOURCE_ADDR_SUBUNIT,
    Tag::QOS_TIME_TO_LIVE,
    Tag::PAYLOAD_TYPE,
    Tag::MS_MSG_WAIT_FACILITIES,
    Tag::PRIVACY_INDICATOR,
    Tag::USER_MESSAGE_REFERENCE,
    Tag::USER_RESPONSE_CODE,
    Tag::SOURCE_PORT,
    Tag::DESTINATION_PORT,
    Tag::SAR_MSG_REF_NUM,
    Tag::LANGUAGE_INDICATOR,
    Tag::SAR_TOTAL_SEGMENTS,
    Tag::SAR_SEGMENT_SEQNUM,
    Tag::SC_INTERFACE_VERSION,
    Tag::DPF_RESULT,
    Tag::SET_DPF,
    Tag::MS_AVAILABILITY_STATUS,
    Tag::NETWORK_ERROR_CODE,
    Tag::DELIVERY_FAILURE_REASON,
    Tag::MORE_MESSAGES_TO_SEND,
    Tag::MESSAGE_STATE,
    Tag::MS_VALIDITY,
];

/// How long fields may be that are shown as they are: where a string has lost its end, another field runs into it. Ids and logins
/// are longer in the field than the specification has them.
const FIELDS: Limits = Limits {
    system_id: 64,
    message_id: LONGEST_ID,
    password: usize::MAX,
    short_message: usize::MAX,
    ..Limits::SPECIFICATION
};

/// The longest value of a parameter that holds a number.
const LONGEST_NUMBER: usize = 4;

/// Says what is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hidden {
    /// Passwords: for whoever knows the texts already.
    Passwords,
    /// Texts too, and whatever may hold one.
    TextsAndPasswords,
}

/// Is a PDU as people may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// One line: the command, its status, its number, and its fields.
    pub names: String,
    /// Header and body.
    pub octets: Bytes,
}

/// Shows a PDU; a body that cannot be understood is left out, and the line says so.
pub fn show(header: &Header, body: &[u8], hidden: Hidden) -> Shown {
    let mut names = format!("{} {}", header.command_id, header.sequence_number);
    if header.command_id.is_response() {
        let _ = write!(names, " {}", header.command_status);
    }
    let mut octets = BytesMut::new();
    match Pdu::decode(header, body) {
        // A response may come without a body, and is not to be shown with one.
        Ok(_) if body.is_empty() => header.encode(&mut octets),
        Ok(pdu) if hidden == Hidden::TextsAndPasswords && FIELDS.check(&pdu).is_err() => {
            header.encode(&mut octets);
            let _ = write!(names, " ({} octets with a field too long)", body.len());
        }
        Ok(pdu) => {
            let whole = smpp::frame::HEADER_LENGTH + body.len();
            if written(header, &masked(pdu, hidden), &mut octets) {
                let _ = write!(names, " {}", Fields(&pdu));
                if octets.len() != whole {
                    let _ = write!(names, " (of {whole} octets, {} understood)", octets.len());
                }
            } else {
                header.encode(&mut octets);
                let _ = write!(names, " ({} octets that cannot be shown)", body.len());
            }
        }
        Err(error) => {
            header.encode(&mut octets);
            let _ = write!(
                names,
                " ({} octets that make no sense: {})",
                body.len(),
                error.status
            );
        }
    }
    Shown {
        names,
        octets: octets.freeze(),
    }
}

/// Writes octets as `text2pcap` reads them: lines of an offset and sixteen octets, with an end of line behind each.
pub fn hexadecimal(octets: &[u8]) -> String {
    let mut text = String::with_capacity(octets.len() * 4);
    for (line, octets) in octets.chunks(LINE).enumerate() {
        let _ = write!(text, "{:06x}", line * LINE);
        for octet in octets {
            let _ = write!(text, " {octet:02x}");
        }
        text.push('\n');
    }
    text
}

/// A PDU whose secrets are replaced, with what the replacements are kept in.
struct Masked<'a> {
    pdu: Pdu<'a>,
    password: Vec<u8>,
    text: Option<Vec<u8>>,
    tlvs: Option<TlvBuffer>,
}

fn masked(pdu: Pdu<'_>, hidden: Hidden) -> Masked<'_> {
    let texts = hidden == Hidden::TextsAndPasswords;
    let text = |text: &[u8], esm_class| texts.then(|| masked_text(text, esm_class));
    let tlvs = |tlvs: Tlvs<'_>| texts.then(|| masked_tlvs(tlvs));
    let (password, text, tlvs) = match &pdu {
        Pdu::Bind(_, it) => (it.password, None, None),
        Pdu::Outbind(it) => (it.password, None, None),
        Pdu::SubmitSm(it) => (&[][..], text(it.short_message, it.esm_class), tlvs(it.tlvs)),
        Pdu::SubmitMulti(it) => (&[][..], text(it.short_message, it.esm_class), tlvs(it.tlvs)),
        Pdu::DeliverSm(it) => (&[][..], text(it.short_message, it.esm_class), tlvs(it.tlvs)),
        Pdu::ReplaceSm(it) => (&[][..], text(it.short_message, 0), None),
        Pdu::DataSm(it) => (&[][..], None, tlvs(it.tlvs)),
        Pdu::BindResp(_, it) => (&[][..], None, tlvs(it.tlvs)),
        Pdu::SubmitSmResp(it) => (&[][..], None, tlvs(it.tlvs)),
        Pdu::SubmitMultiResp(it) => (&[][..], None, tlvs(it.tlvs)),
        Pdu::DeliverSmResp(it) => (&[][..], None, tlvs(it.tlvs)),
        Pdu::DataSmResp(it) => (&[][..], None, tlvs(it.tlvs)),
        Pdu::AlertNotification(it) => (&[][..], None, tlvs(it.tlvs)),
        Pdu::QuerySm(_)
        | Pdu::QuerySmResp(_)
        | Pdu::CancelSm(_)
        | Pdu::CancelSmResp
        | Pdu::ReplaceSmResp
        | Pdu::Unbind
        | Pdu::UnbindResp
        | Pdu::EnquireLink
        | Pdu::EnquireLinkResp
        | Pdu::GenericNack => (&[][..], None, None),
    };
    Masked {
        pdu,
        password: vec![STAR; password.len()],
        text,
        tlvs,
    }
}

/// Writes the PDU with its replacements; `false`, and nothing is written, when it cannot stand in a PDU.
fn written(header: &Header, masked: &Masked<'_>, out: &mut BytesMut) -> bool {
    let mut pdu = masked.pdu;
    let password = &masked.password;
    match &mut pdu {
        Pdu::Bind(_, it) => it.password = password,
        Pdu::Outbind(it) => it.password = password,
        Pdu::SubmitSm(it) => replace(masked, Some(&mut it.short_message), Some(&mut it.tlvs)),
        Pdu::SubmitMulti(it) => replace(masked, Some(&mut it.short_message), Some(&mut it.tlvs)),
        Pdu::DeliverSm(it) => replace(masked, Some(&mut it.short_message), Some(&mut it.tlvs)),
        Pdu::ReplaceSm(it) => replace(masked, Some(&mut it.short_message), None),
        Pdu::DataSm(it) => replace(masked, None, Some(&mut it.tlvs)),
        Pdu::BindResp(_, it) => replace(masked, None, Some(&mut it.tlvs)),
        Pdu::SubmitSmResp(it) => replace(masked, None, Some(&mut it.tlvs)),
        Pdu::SubmitMultiResp(it) => replace(masked, None, Some(&mut it.tlvs)),
        Pdu::DeliverSmResp(it) => replace(masked, None, Some(&mut it.tlvs)),
        Pdu::DataSmResp(it) => replace(masked, None, Some(&mut it.tlvs)),
        Pdu::AlertNotification(it) => replace(masked, None, Some(&mut it.tlvs)),
        Pdu::QuerySm(_)
        | Pdu::QuerySmResp(_)
        | Pdu::CancelSm(_)
        | Pdu::CancelSmResp
        | Pdu::ReplaceSmResp
        | Pdu::Unbind
        | Pdu::UnbindResp
        | Pdu::EnquireLink
        | Pdu::EnquireLinkResp
        | Pdu::GenericNack => {}
    }
    pdu.encode(header.command_status, header.sequence_number, out)
        .is_ok()
}

fn replace<'a>(masked: &'a Masked<'_>, text: Option<&mut &'a [u8]>, tlvs: Option<&mut Tlvs<'a>>) {
    if let (Some(place), Some(masked)) = (text, &masked.text) {
        *place = masked;
    }
    if let (Some(place), Some(masked)) = (tlvs, &masked.tlvs) {
        *place = masked.tlvs();
    }
}

/// Replaces a text, but not a header that does nothing but number the parts of a long one.
fn masked_text(text: &[u8], esm_class: u8) -> Vec<u8> {
    let kept = if esm_class & 0x40 == 0 {
        0
    } else {
        match text {
            [5, 0x00, 3, ..] => 6,
            [6, 0x08, 4, ..] => 7,
            _ => 0,
        }
    };
    let kept = text
        .get(..kept)
        .filter(|header| Concatenation::from_udh(header).is_some());
    let mut masked = vec![STAR; text.len()];
    if let Some(header) = kept {
        masked[..header.len()].copy_from_slice(header);
    }
    masked
}

fn masked_tlvs(tlvs: Tlvs<'_>) -> TlvBuffer {
    let mut masked = TlvBuffer::new();
    for tlv in tlvs {
        let plain = (NUMBERS.contains(&tlv.tag) && tlv.value.len() <= LONGEST_NUMBER)
            || (tlv.tag == Tag::RECEIPTED_MESSAGE_ID && is_id(tlv.as_c_octets()));
        let value = if plain {
            tlv.value.to_vec()
        } else {
            vec![STAR; tlv.value.len()]
        };
        masked
            .push(tlv.tag, &value)
            .expect("a value that came in a TLV fits one");
    }
    masked
}

/// Tells an id from words that stand in its place.
fn is_id(octets: &[u8]) -> bool {
    octets.len() <= LONGEST_ID
        && octets.iter().any(u8::is_ascii_digit)
        && octets
            .iter()
            .all(|octet| octet.is_ascii_alphanumeric() || b"-_.:".contains(octet))
}

/// The fields of a PDU by their names; `Debug` of PDUs shows neither texts nor passwords. Of a receipt's text it has what is known
/// to be no text.
struct Fields<'a>(&'a Pdu<'a>);

impl std::fmt::Display for Fields<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{:?}", self.0)?;
        let receipt = match self.0 {
            Pdu::DeliverSm(deliver) if smpp::receipt::is_receipt(deliver) => Receipt::read(deliver),
            _ => return Ok(()),
        };
        write!(formatter, " receipt")?;
        if is_id(receipt.message_id) {
            write!(formatter, " id:{}", receipt.message_id.escape_ascii())?;
        }
        write!(formatter, " stat:{}", receipt.state.word())?;
        let error = receipt.error_code();
        if error.len() <= LONGEST_NUMBER && error.iter().all(u8::is_ascii_digit) {
            write!(formatter, " err:{}", error.escape_ascii())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
