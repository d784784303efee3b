//! One segment of a message as `submit_sm`.

use gateway::connector::Attempt;
use smpp::time::{Absolute, Time};
use smpp::{Address, SubmitSm};
use sms::text::{Encoding, Segment};

/// A UDH leads the text [smpp34 §5.2.12].
const ESM_CLASS_UDH: u8 = 0x40;

/// Asks for a receipt of every outcome [smpp34 §5.2.17]: on each segment, because operators differ in which one's they send.
const EVERY_RECEIPT: u8 = 1;

/// Until when a message is worth delivering, as the PDU has it: absolute and in UTC. Empty for a moment outside this
/// century, which leaves it to the operator.
pub(super) fn validity_period(attempt: &Attempt) -> Option<[u8; 16]> {
    let absolute = Absolute::from_unix_seconds(attempt.expires_at.as_seconds(), 0)?;
    Time::Absolute(absolute).format()
}

/// Builds the PDU; `joined` is room for a header and a text, kept from one segment to the next.
pub(super) fn submit_sm<'a>(
    attempt: &'a Attempt,
    segment: &'a Segment,
    validity_period: Option<&'a [u8; 16]>,
    joined: &'a mut Vec<u8>,
) -> SubmitSm<'a> {
    let (esm_class, short_message) = match &segment.udh {
        None => (0, &segment.octets[..]),
        Some(header) => {
            joined.clear();
            joined.extend_from_slice(header);
            joined.extend_from_slice(&segment.octets);
            (ESM_CLASS_UDH, &joined[..])
        }
    };
    SubmitSm {
        source: Address::of_text(&attempt.originator),
        destination: Address::international(attempt.recipient.as_bytes()),
        esm_class,
        validity_period: validity_period.map_or(&[], |period| &period[..]),
        registered_delivery: EVERY_RECEIPT,
        data_coding: data_coding(segment),
        short_message,
        ..SubmitSm::default()
    }
}

/// Names the encoding [smpp34 §5.2.19]; for a flash the one of message class 0 [3GPP TS 23.038 §4].
const fn data_coding(segment: &Segment) -> u8 {
    match (segment.encoding, segment.flash) {
        (Encoding::Gsm7, false) => 0x00,
        (Encoding::Ucs2, false) => 0x08,
        (Encoding::Binary, false) => 0x04,
        (Encoding::Gsm7, true) => 0x10,
        (Encoding::Ucs2, true) => 0x18,
        (Encoding::Binary, true) => 0x14,
    }
}

#[cfg(test)]
mod tests {
    use gateway::MessageId;
    use sms::{Msisdn, Timestamp};

    use super::*;

    fn attempt(text: &str) -> Attempt {
        Attempt {
            lane: sms::Lane::Bulk,
            message: MessageId(1),
            recipient: Msisdn::parse("380501234567").unwrap(),
            originator: "Shop".into(),
            segments: (0..).zip(sms::text::split(text, 7)).collect(),
            expires_at: Timestamp::from_seconds(1_317_427_200),
        }
    }

    #[test]
    fn a_text_of_one_segment_goes_without_a_header() {
        let (attempt, mut joined) = (attempt("hello"), vec![]);
        let submit = submit_sm(&attempt, &attempt.segments[0].1, None, &mut joined);
        assert_eq!((submit.esm_class, submit.data_coding), (0, 0));
        assert_eq!(submit.short_message, b"hello");
        assert_eq!(submit.registered_delivery, 1);
        assert_eq!(submit.validity_period, b"");
    }

    #[test]
    fn segments_of_a_long_text_carry_their_header() {
        let attempt = attempt(&"ж".repeat(71));
        let mut joined = vec![];
        for (index, segment) in &attempt.segments {
            let submit = submit_sm(&attempt, segment, None, &mut joined);
            let number = u8::try_from(index + 1).unwrap();
            assert_eq!((submit.esm_class, submit.data_coding), (0x40, 8));
            assert_eq!(submit.short_message[..6], [5, 0, 3, 7, 2, number]);
            assert!(submit.short_message.len() <= 140);
        }
    }

    #[test]
    fn case_14_every_segment_asks_for_its_receipt() {
        let attempt = attempt(&"long ".repeat(150));
        let mut joined = vec![];
        assert_eq!(attempt.segments.len(), 5);
        for (_, segment) in &attempt.segments {
            let submit = submit_sm(&attempt, segment, None, &mut joined);
            assert_eq!(submit.registered_delivery, 1);
        }
    }

    #[test]
    fn each_form_has_its_data_coding() {
        use sms::Alphabet::{Binary, BinaryWithHeader, Cheapest, Ucs2};
        for (alphabet, flash, text, expected) in [
            (Cheapest, false, "hello", (0, 0x00)),
            (Cheapest, true, "hello", (0, 0x10)),
            (Cheapest, true, "Привет", (0, 0x18)),
            (Ucs2, false, "hello", (0, 0x08)),
            (Ucs2, true, "hello", (0, 0x18)),
            (Binary, false, "00ff", (0, 0x04)),
            (Binary, true, "00ff", (0, 0x14)),
            (BinaryWithHeader, false, "0100ff", (0x40, 0x04)),
        ] {
            let form = sms::Form {
                alphabet,
                flash,
                ..sms::Form::default()
            };
            let (mut attempt, mut joined) = (attempt(""), vec![]);
            attempt.segments = (0..).zip(sms::text::split_as(text, form, 7)).collect();
            let submit = submit_sm(&attempt, &attempt.segments[0].1, None, &mut joined);
            assert_eq!((submit.esm_class, submit.data_coding), expected, "{text}");
            if alphabet.is_binary() {
                assert_eq!(
                    sms::text::write_hex(submit.short_message),
                    text.to_uppercase()
                );
            }
        }
    }

    #[test]
    fn the_end_of_the_lifetime_is_told_in_utc() {
        let attempt = attempt("hello");
        assert_eq!(
            validity_period(&attempt).as_ref(),
            Some(b"111001000000000+")
        );
    }
}
