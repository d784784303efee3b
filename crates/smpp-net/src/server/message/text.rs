//! The text of a request, with what stands before it.
//!
//! A text comes whole or in parts. A whole one, in `short_message` or `message_payload`, is ours: it travels in the cheapest
//! alphabet and we cut it. A part that the customer cut is passed on as a message of its own, with the customer's header, so that
//! the handset joins what the customer took apart: a program with a window of one waits for the answer to a part before it sends
//! the next, and parts come over several binds and in any order, so there is nothing here that could wait for them.
//!
//! | what stands before the text | what becomes of it |
//! | --- | --- |
//! | nothing, or a concatenation of one part | the text is whole |
//! | a UDH with a concatenation, 8 or 16 bits | the header is kept, the text behind it is one segment |
//! | the `sar_*` parameters | the same, with a UDH of the lower octet of the reference: parts of 153 septets leave no room for more |
//! | a UDH with anything else, ports perhaps | the same as with a concatenation |
//!
//! What does not fit one segment beside its header is refused with `ESME_RINVMSGLEN`.

use smpp::{CommandStatus, Tag, Tlv, Tlvs};
use sms::text::{self, Concatenation, Encoding};
use sms::{Alphabet, Form};

use super::coding::{Coding, Convention, is_flash};

/// Says in `esm_class` that a UDH leads the text [smpp34 §5.2.12].
const ESM_CLASS_UDH: u8 = 0x40;

/// The elements of a UDH that join parts [3GPP TS 23.040 §9.2.3.24].
const CONCATENATIONS: [u8; 2] = [0x00, 0x08];

/// What a request says of its text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Given<'a> {
    pub(super) esm_class: u8,
    pub(super) data_coding: u8,
    pub(super) short_message: &'a [u8],
    pub(super) tlvs: Tlvs<'a>,
}

/// Reads the text and how it travels; the error is the status to answer with.
pub(super) fn read(
    given: Given<'_>,
    convention: Convention,
) -> Result<(String, Form), CommandStatus> {
    let coding = Coding::of(given.data_coding, convention)?;
    let octets = octets(given)?;
    let (header, octets) = take_apart(given, octets)?;
    let (text, alphabet) = match header {
        Some(header) => behind(&header, coding, octets)?,
        None => (coding.read(octets)?, alone(coding)),
    };
    let form = Form {
        alphabet,
        transliteration: None,
        flash: is_flash(given.data_coding),
    };
    Ok((text, form))
}

/// Reads the new text of a message that was of this `data_coding`.
pub(in crate::server) fn read_again(
    data_coding: u8,
    convention: Convention,
    octets: &[u8],
) -> Result<(String, Form), CommandStatus> {
    let given = Given {
        esm_class: 0,
        data_coding,
        short_message: octets,
        tlvs: Tlvs::default(),
    };
    read(given, convention)
}

/// A text that is whole travels in the cheapest alphabet, whatever the customer chose.
const fn alone(coding: Coding) -> Alphabet {
    match coding {
        Coding::Gsm7 | Coding::Ascii | Coding::Latin1 | Coding::Ucs2 => Alphabet::Cheapest,
        Coding::Octets => Alphabet::Binary,
    }
}

/// Finds the text where the customer put it; one in each place is one too many [smpp34 §5.3.2.32].
fn octets(given: Given<'_>) -> Result<&[u8], CommandStatus> {
    let payload = given.tlvs.get(Tag::MESSAGE_PAYLOAD);
    match (
        given.short_message,
        payload.map_or(&[][..], |tlv| tlv.value),
    ) {
        (short, []) => Ok(short),
        ([], payload) => Ok(payload),
        (_, _) => Err(CommandStatus::ROPTPARNOTALLWD),
    }
}

/// Parts the header that is to be kept from the text.
fn take_apart<'a>(
    given: Given<'_>,
    octets: &'a [u8],
) -> Result<(Option<Vec<u8>>, &'a [u8]), CommandStatus> {
    if given.esm_class & ESM_CLASS_UDH == 0 {
        let part = by_parameters(given.tlvs)?.filter(|part| part.total > 1);
        return Ok((part.map(header_of), octets));
    }
    let length = octets.first().map_or(0, |length| usize::from(*length) + 1);
    let (header, octets) = octets
        .split_at_checked(length)
        .filter(|(header, _)| !header.is_empty())
        .ok_or(CommandStatus::RINVMSGLEN)?;
    let elements = elements(header).ok_or(CommandStatus::RSUBMITFAIL)?;
    let joins = elements
        .iter()
        .any(|element| CONCATENATIONS.contains(element));
    match Concatenation::from_udh(header) {
        // A handset would wait for ever for a part that no text has.
        None if joins => Err(CommandStatus::RSUBMITFAIL),
        Some(part) if part.total == 1 && elements.len() == 1 => Ok((None, octets)),
        None if elements.is_empty() => Ok((None, octets)),
        Some(_) | None => Ok((Some(header.to_vec()), octets)),
    }
}

/// Names the elements of a UDH; `None` when they do not fill it.
fn elements(header: &[u8]) -> Option<Vec<u8>> {
    let mut rest = header.get(1..)?;
    let mut elements = vec![];
    while let [element, length, data @ ..] = rest {
        elements.push(*element);
        rest = data.get(usize::from(*length)..)?;
    }
    rest.is_empty().then_some(elements)
}

/// Reads the `sar_*` parameters [smpp34 §5.3.2.22 to §5.3.2.24].
fn by_parameters(tlvs: Tlvs<'_>) -> Result<Option<Concatenation>, CommandStatus> {
    let Some(reference) = tlvs.get(Tag::SAR_MSG_REF_NUM) else {
        return Ok(None);
    };
    let octet = |tag| tlvs.get(tag).and_then(Tlv::as_u8);
    let part = Concatenation {
        reference: reference.as_u16().ok_or(CommandStatus::RINVPARLEN)?,
        total: octet(Tag::SAR_TOTAL_SEGMENTS).ok_or(CommandStatus::RMISSINGOPTPARAM)?,
        index: octet(Tag::SAR_SEGMENT_SEQNUM).ok_or(CommandStatus::RMISSINGOPTPARAM)?,
    };
    if !(1..=part.total).contains(&part.index) {
        return Err(CommandStatus::RINVOPTPARAMVAL);
    }
    Ok(Some(part))
}

fn header_of(part: Concatenation) -> Vec<u8> {
    let [_, reference] = part.reference.to_be_bytes();
    vec![5, 0, 3, reference, part.total, part.index]
}

/// Writes a text with its header, in the alphabet that it is in; of those that handsets do not have, in one that has it and in
/// which it fits.
fn behind(
    header: &[u8],
    coding: Coding,
    octets: &[u8],
) -> Result<(String, Alphabet), CommandStatus> {
    let fits = |octets: &[u8], alphabet| {
        let text = text::write_hex(&[header, octets].concat());
        let form = Form {
            alphabet,
            ..Form::default()
        };
        let measured = text::measure_as(&text, form);
        measured.map_or(Err(CommandStatus::RINVMSGLEN), |_| Ok((text, alphabet)))
    };
    match coding.seen_in(octets) {
        Coding::Octets => fits(octets, Alphabet::BinaryWithHeader),
        Coding::Ucs2 => fits(octets, Alphabet::Ucs2WithHeader),
        Coding::Gsm7 if !octets.is_ascii() => Err(CommandStatus::RSUBMITFAIL),
        Coding::Gsm7 => fits(octets, Alphabet::Gsm7WithHeader),
        other @ (Coding::Ascii | Coding::Latin1) => {
            let text = other.read(octets)?;
            let wide = text::encode(&text, Encoding::Ucs2).unwrap_or_default();
            match text::encode(&text, Encoding::Gsm7) {
                Some(septets) => fits(&septets, Alphabet::Gsm7WithHeader)
                    .or_else(|_| fits(&wide, Alphabet::Ucs2WithHeader)),
                None => fits(&wide, Alphabet::Ucs2WithHeader),
            }
        }
    }
}

#[cfg(test)]
mod tests;
