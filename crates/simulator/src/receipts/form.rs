//! How a receipt is written as `deliver_sm`: in the words of SMPP's Appendix B, in TLVs, or both.

use bytes::BytesMut;
use smpp::receipt::NetworkError;
use smpp::time::{Civil, format_receipt_date};
use smpp::{DeliverSm, EncodeError, ReceiptState, Tag, TlvBuffer};

use super::{Kind, Receipt};
use crate::chance::scatter;
use crate::scenario::{ErrorForm, ReceiptForm, Scenario, Wording};

// [smpp34 §5.2.12]
const RECEIPT: u8 = 0x04;
const NOTICE: u8 = 0x20;
const GSM_NETWORK: u8 = 3;

/// Appends a receipt as the scenario wants it.
pub(crate) fn write(
    receipt: &Receipt,
    scenario: &Scenario,
    now_ms: u64,
    sequence_number: u32,
    out: &mut BytesMut,
) -> Result<(), EncodeError> {
    let id_form = scenario.receipt_id_form.unwrap_or(scenario.id_form);
    let wording = scenario.wording;
    let (number, esm_class, (state, code)) = match receipt.kind {
        Kind::Final => (receipt.number, RECEIPT, receipt.outcome.told()),
        Kind::Intermediate => (receipt.number, NOTICE, (ReceiptState::Enroute, 0)),
        // Far from every number that is given out.
        Kind::Foreign => (scatter(receipt.number), RECEIPT, receipt.outcome.told()),
    };
    let message_id = id_form.write(number);
    let error = match wording.error {
        ErrorForm::ThreeDigits => format!("{code:03}"),
        ErrorForm::FourDigits => format!("{code:04}"),
        ErrorForm::Word => if code == 0 { "NONE" } else { "ABSENT_SUB" }.to_owned(),
    };
    let done_date = if wording.zero_done_date {
        *b"0000000000"
    } else {
        minute(now_ms)
    };
    let told = smpp::Receipt {
        message_id: message_id.as_bytes(),
        state,
        error: error.as_bytes(),
        network_error: Some(NetworkError {
            network: GSM_NETWORK,
            code,
        }),
        submit_date: &minute(receipt.submitted_at_ms),
        done_date: &done_date,
        ..smpp::Receipt::default()
    };
    let (in_words, in_tlvs) = match scenario.receipt_form {
        ReceiptForm::Both => (true, true),
        ReceiptForm::Text => (true, false),
        ReceiptForm::Tlv => (false, true),
    };
    let text = if in_words {
        words(&told, wording)
    } else {
        Vec::new()
    };
    let mut tlvs = TlvBuffer::new();
    if in_tlvs {
        told.write_tlvs(&mut tlvs)?;
    }
    if scenario.odd_parameters {
        odd_parameters(&mut tlvs)?;
    }
    let deliver = DeliverSm {
        source: receipt.parties.handset(),
        destination: receipt.parties.originator(),
        esm_class: if scenario.receipts_unflagged {
            0
        } else {
            esm_class
        },
        short_message: &text,
        tlvs: tlvs.tlvs(),
        ..DeliverSm::default()
    };
    deliver.encode(sequence_number, out)
}

/// Appends a parameter that no specification has, one of a wrong length, and one that is empty.
pub(crate) fn odd_parameters(tlvs: &mut TlvBuffer) -> Result<(), EncodeError> {
    tlvs.push(Tag(0x1501), b"made up")?;
    tlvs.push(Tag::USER_MESSAGE_REFERENCE, &[0; 5])?;
    tlvs.push(Tag(0x2002), b"")
}

/// Writes the text as the centre words it.
fn words(told: &smpp::Receipt<'_>, wording: Wording) -> Vec<u8> {
    let mut text = if wording.without_fields || wording.other_order {
        let (id, state) = (told.message_id.escape_ascii(), told.state.word());
        if wording.without_fields {
            format!("id:{id} stat:{state}").into_bytes()
        } else {
            let error = told.error.escape_ascii();
            let done = told.done_date.escape_ascii();
            format!("stat:{state} err:{error} done date:{done} id:{id}").into_bytes()
        }
    } else {
        told.write_text()
    };
    if wording.lower_case {
        text.make_ascii_lowercase();
    }
    text
}

/// Spells a moment in UTC as `YYMMDDhhmm`.
fn minute(unix_ms: u64) -> [u8; 10] {
    let seconds = i64::try_from(unix_ms / 1_000).unwrap_or(i64::MAX);
    format_receipt_date(&Civil::from_unix_seconds(seconds))
}

#[cfg(test)]
mod tests {
    use smpp::{Address, Header, Pdu, Tag, Tlv};

    use super::*;
    use crate::ids::IdForm;
    use crate::outcome::Outcome;
    use crate::receipts::Parties;

    fn written(scenario: &Scenario) -> (u8, String, Option<Vec<u8>>, Option<u8>) {
        let receipt = Receipt {
            number: 0xBEEF,
            copy: 0,
            kind: Kind::Final,
            outcome: Outcome::Undeliverable,
            submitted_at_ms: 951_782_399_000,
            origin: None,
            sent_before: false,
            parties: Parties::new(
                Address::international(b"380501230001"),
                Address::alphanumeric(b"SHOP"),
            ),
        };
        let mut out = BytesMut::new();
        write(&receipt, scenario, 951_782_460_000, 7, &mut out).unwrap();
        let (header, body) = smpp::frame(&mut out, 1000).unwrap().unwrap();
        assert_eq!(
            header,
            Header {
                sequence_number: 7,
                ..header
            }
        );
        let Pdu::DeliverSm(deliver) = Pdu::decode(&header, &body).unwrap() else {
            panic!("not a deliver_sm: {header:?}");
        };
        assert_eq!(deliver.source.address, b"380501230001");
        assert_eq!(deliver.destination.address, b"SHOP");
        let id = deliver.tlvs.get(Tag::RECEIPTED_MESSAGE_ID);
        (
            deliver.esm_class,
            String::from_utf8(deliver.short_message.to_vec()).unwrap(),
            id.map(|tlv| tlv.as_c_octets().to_vec()),
            deliver.tlvs.get(Tag::MESSAGE_STATE).and_then(Tlv::as_u8),
        )
    }

    const WORDS: &str = "id:48879 sub:001 dlvrd:000 submit date:0002282359 \
                         done date:0002290001 stat:UNDELIV err:001 text:";

    #[test]
    fn a_receipt_says_the_same_in_words_and_in_tlvs() {
        let scenario = |receipt_form| Scenario {
            receipt_form,
            ..Scenario::default()
        };
        let id = Some(b"48879".to_vec());
        let rows = [
            (ReceiptForm::Both, WORDS, id.clone(), Some(5)),
            (ReceiptForm::Text, WORDS, None, None),
            (ReceiptForm::Tlv, "", id, Some(5)),
        ];
        for (form, words, id, state) in rows {
            let expected = (0x04, words.to_owned(), id, state);
            assert_eq!(written(&scenario(form)), expected, "{form:?}");
        }
    }

    #[test]
    fn a_receipt_is_worded_as_the_centre_likes() {
        let error = ErrorForm::FourDigits;
        for (wording, expected) in [
            (
                Wording {
                    without_fields: true,
                    lower_case: true,
                    ..Wording::default()
                },
                "id:48879 stat:undeliv",
            ),
            (
                Wording {
                    other_order: true,
                    zero_done_date: true,
                    error,
                    ..Wording::default()
                },
                "stat:UNDELIV err:0001 done date:0000000000 id:48879",
            ),
            (
                Wording {
                    error: ErrorForm::Word,
                    ..Wording::default()
                },
                &WORDS.replace("err:001", "err:ABSENT_SUB"),
            ),
        ] {
            let scenario = Scenario {
                wording,
                odd_parameters: true,
                ..Scenario::default()
            };
            let (_, words, id, state) = written(&scenario);
            assert_eq!(words, expected);
            assert_eq!((id, state), (Some(b"48879".to_vec()), Some(5)));
        }
    }

    #[test]
    fn a_receipt_may_have_another_form_of_id_and_no_flag() {
        let scenario = Scenario {
            receipt_id_form: Some(IdForm::HexPadded),
            receipts_unflagged: true,
            ..Scenario::default()
        };
        let (esm_class, words, _, _) = written(&scenario);
        assert_eq!(esm_class, 0);
        assert!(words.starts_with("id:000000000000BEEF sub:"), "{words}");
    }
}
