//! How a receipt is written as `deliver_sm`: in the words of SMPP's Appendix B, in TLVs, or both.

use std::io::Write;

use bytes::BytesMut;
use smpp::{DeliverSm, EncodeError, Tag, TlvBuffer};

use super::Receipt;
use crate::ids::IdForm;
use crate::scenario::{ReceiptForm, Scenario};

const RECEIPT: u8 = 0x04;
const GSM_NETWORK: u8 = 3;

/// Writes receipts; keeps its buffers between them.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    text: Vec<u8>,
    tlvs: TlvBuffer,
}

impl Writer {
    /// Appends a receipt as the scenario wants it.
    pub(crate) fn write(
        &mut self,
        receipt: &Receipt,
        scenario: &Scenario,
        now_ms: u64,
        sequence_number: u32,
        out: &mut BytesMut,
    ) -> Result<(), EncodeError> {
        let id = id_form(scenario).write(receipt.number);
        let (state, word, error) = receipt.outcome.told();
        let (in_words, in_tlvs) = match scenario.receipt_form {
            ReceiptForm::Both => (true, true),
            ReceiptForm::Text => (true, false),
            ReceiptForm::Tlv => (false, true),
        };
        self.text.clear();
        self.tlvs.clear();
        if in_words {
            let delivered = if word == "DELIVRD" { "001" } else { "000" };
            let submitted = Moment::of(receipt.submitted_at_ms);
            let done = Moment::of(now_ms);
            write!(
                self.text,
                "id:{id} sub:001 dlvrd:{delivered} submit date:{submitted} done date:{done} \
                 stat:{word} err:{error} text:"
            )
            .expect("a vector takes every octet");
        }
        if in_tlvs {
            let mut octets = id.into_bytes();
            octets.push(0);
            self.tlvs.push(Tag::RECEIPTED_MESSAGE_ID, &octets)?;
            self.tlvs.push_u8(Tag::MESSAGE_STATE, state);
            let code = error.parse::<u16>().unwrap_or_default().to_be_bytes();
            self.tlvs
                .push(Tag::NETWORK_ERROR_CODE, &[GSM_NETWORK, code[0], code[1]])?;
        }
        let esm_class = if scenario.receipts_unflagged {
            0
        } else {
            RECEIPT
        };
        let deliver = DeliverSm {
            source: receipt.parties.handset(),
            destination: receipt.parties.originator(),
            esm_class,
            short_message: &self.text,
            tlvs: self.tlvs.tlvs(),
            ..DeliverSm::default()
        };
        deliver.encode(sequence_number, out)
    }
}

fn id_form(scenario: &Scenario) -> IdForm {
    scenario.receipt_id_form.unwrap_or(scenario.id_form)
}

/// A moment in UTC as `YYMMDDhhmm`.
struct Moment {
    year: u64,
    month: u64,
    day: u64,
    hour: u64,
    minute: u64,
}

impl Moment {
    /// Reckons the civil date of milliseconds since the Unix epoch, in years that begin in March
    /// so that a leap day is a year's last.
    const fn of(unix_ms: u64) -> Self {
        let minutes = unix_ms / 60_000;
        let days = minutes / 1_440 + 719_468;
        let (era, day_of_era) = (days / 146_097, days % 146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * day_of_year + 2) / 153;
        let month = if march_month < 10 {
            march_month + 3
        } else {
            march_month - 9
        };
        Self {
            year: era * 400 + year_of_era + (month <= 2) as u64,
            month,
            day: day_of_year - (153 * march_month + 2) / 5 + 1,
            hour: minutes / 60 % 24,
            minute: minutes % 60,
        }
    }
}

impl std::fmt::Display for Moment {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "{:02}{:02}{:02}{:02}{:02}",
            self.year % 100,
            self.month,
            self.day,
            self.hour,
            self.minute
        )
    }
}

#[cfg(test)]
mod tests {
    use smpp::{Address, Header, Pdu, Tlv};

    use super::*;
    use crate::phones::Outcome;
    use crate::receipts::Parties;

    fn written(scenario: &Scenario) -> (u8, String, Option<Vec<u8>>, Option<u8>) {
        let receipt = Receipt {
            number: 0xBEEF,
            copy: 0,
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
        Writer::default()
            .write(&receipt, scenario, 951_782_460_000, 7, &mut out)
            .unwrap();
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

    #[test]
    fn dates_are_those_of_the_calendar() {
        let rows = [
            (0, "7001010000"),
            (951_782_400_000, "0002290000"),
            (1_709_164_799_999, "2402282359"),
            (1_735_689_600_000, "2501010000"),
            (4_107_542_400_000, "0003010000"),
        ];
        for (unix_ms, date) in rows {
            assert_eq!(Moment::of(unix_ms).to_string(), date);
        }
    }
}
