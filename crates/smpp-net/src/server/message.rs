//! What the requests that submit have in common, as the terms of a submission.
//!
//! | field | what becomes of it |
//! | --- | --- |
//! | `service_type`, `dest_addr_subunit` and the like | nothing |
//! | `source_addr`, `destination_addr` | see [`address`] |
//! | `esm_class` | store and forward, named or by default, else `ESME_RINVESMCLASS`: the other modes promise a delivery within the answer |
//! | `protocol_id` | 0x40, a message that nobody sees, is refused with `ESME_RSUBMITFAIL`; nothing else has an effect |
//! | `priority_flag` | 0 and 1 are the transactional lane, 2 and 3 the otp lane; above is `ESME_RINVPRTFLG` |
//! | `schedule_delivery_time`, `validity_period`, `qos_time_to_live` | see [`times`] |
//! | `registered_delivery` | bits 0 and 1: 1 tells every end, 2 failures only, 3 successes only; bit 4 tells, besides, that the network has it |
//! | `replace_if_present_flag` | `ESME_RINVREPFLAG` unless 0 |
//! | `data_coding`, `short_message`, `message_payload`, `sar_*` | see [`coding`] and [`text`] |
//! | `sm_default_msg_id` | `ESME_RINVDFTMSGID` unless 0 |
//! | `user_message_reference` | the submission's reference, in decimal |
//!
//! Where the account wants that, the same text from the same originator to the same number is refused for a while as a duplicate,
//! with `ESME_RSUBMITFAIL`. Parts of a text are the same when their headers are.

pub(super) mod address;
pub(super) mod coding;
pub(super) mod label;
pub(super) mod text;
pub(super) mod times;

use gateway::{Account, Once, Submit, Tells, Terms, To};
use smpp::{Address, CommandStatus, DataSm, SubmitMulti, SubmitSm, Tag, Tlvs};
use sms::{Lane, Msisdn, Timestamp};

use coding::Convention;
use label::Label;

/// The parts of `esm_class` that are judged here [smpp34 §5.2.12].
const ESM_CLASS_MODE: u8 = 0x03;
const ESM_CLASS_TYPE: u8 = 0x3C;

/// A message that a handset acknowledges and does not show [3GPP TS 23.040 §9.2.3.9].
const SHORT_MESSAGE_TYPE_0: u8 = 0x40;

/// What a request that submits says of its message.
pub(super) struct Given<'a> {
    source: Address<'a>,
    esm_class: u8,
    protocol_id: u8,
    priority_flag: u8,
    schedule_delivery_time: &'a [u8],
    validity_period: &'a [u8],
    registered_delivery: u8,
    replace_if_present_flag: u8,
    data_coding: u8,
    sm_default_msg_id: u8,
    short_message: &'a [u8],
    tlvs: Tlvs<'a>,
    multi: bool,
}

impl<'a> From<&SubmitSm<'a>> for Given<'a> {
    fn from(pdu: &SubmitSm<'a>) -> Self {
        Self {
            source: pdu.source,
            esm_class: pdu.esm_class,
            protocol_id: pdu.protocol_id,
            priority_flag: pdu.priority_flag,
            schedule_delivery_time: pdu.schedule_delivery_time,
            validity_period: pdu.validity_period,
            registered_delivery: pdu.registered_delivery,
            replace_if_present_flag: pdu.replace_if_present_flag,
            data_coding: pdu.data_coding,
            sm_default_msg_id: pdu.sm_default_msg_id,
            short_message: pdu.short_message,
            tlvs: pdu.tlvs,
            multi: false,
        }
    }
}

impl<'a> From<&SubmitMulti<'a>> for Given<'a> {
    fn from(pdu: &SubmitMulti<'a>) -> Self {
        Self {
            source: pdu.source,
            esm_class: pdu.esm_class,
            protocol_id: pdu.protocol_id,
            priority_flag: pdu.priority_flag,
            schedule_delivery_time: pdu.schedule_delivery_time,
            validity_period: pdu.validity_period,
            registered_delivery: pdu.registered_delivery,
            replace_if_present_flag: pdu.replace_if_present_flag,
            data_coding: pdu.data_coding,
            sm_default_msg_id: pdu.sm_default_msg_id,
            short_message: pdu.short_message,
            tlvs: pdu.tlvs,
            multi: true,
        }
    }
}

impl<'a> From<&DataSm<'a>> for Given<'a> {
    fn from(pdu: &DataSm<'a>) -> Self {
        Self {
            source: pdu.source,
            esm_class: pdu.esm_class,
            protocol_id: 0,
            priority_flag: 0,
            schedule_delivery_time: &[],
            validity_period: &[],
            registered_delivery: pdu.registered_delivery,
            replace_if_present_flag: 0,
            data_coding: pdu.data_coding,
            sm_default_msg_id: 0,
            short_message: &[],
            tlvs: pdu.tlvs,
            multi: false,
        }
    }
}

impl Given<'_> {
    /// Makes a submission to these numbers of it; the error is the status to answer with.
    pub(super) fn submit(
        &self,
        account: &Account,
        latin1: bool,
        now: Timestamp,
        recipients: Vec<String>,
    ) -> Result<Submit, CommandStatus> {
        self.check_flags()?;
        let convention = convention(account, latin1);
        let times = self.times(now)?;
        let originator = address::originator(&self.source, account.settings.originator.as_deref())?;
        let given = text::Given {
            esm_class: self.esm_class,
            data_coding: self.data_coding,
            short_message: self.short_message,
            tlvs: self.tlvs,
        };
        let (text, form) = text::read(given, convention)?;
        let label = Label {
            multi: self.multi,
            data_coding: self.data_coding,
        };
        let terms = Terms {
            originator,
            text,
            form,
            start_at: times.start_at,
            lifetime_ms: times.lifetime_ms,
            source: Some(label.write()),
            reference: self.reference(),
            notices: tells(self.registered_delivery),
            ..Terms::default()
        };
        let window_ms = i64::from(account.settings.smpp.duplicates_within_s) * 1_000;
        let to = |number: String| To {
            once: (window_ms > 0).then(|| once(&terms, &number, window_ms)),
            ..To::number(number)
        };
        let recipients = recipients.into_iter().map(to).collect();
        Ok(Submit {
            account: account.id,
            terms,
            recipients,
            lane: self.lane()?,
            // The answer has one id for all, so a receipt could not say which of two to one number it is for.
            drop_repeats: self.multi,
        })
    }

    fn check_flags(&self) -> Result<(), CommandStatus> {
        let mode = matches!(self.esm_class & ESM_CLASS_MODE, 0 | 3);
        if !mode || self.esm_class & ESM_CLASS_TYPE != 0 {
            Err(CommandStatus::RINVESMCLASS)
        } else if self.replace_if_present_flag != 0 {
            Err(CommandStatus::RINVREPFLAG)
        } else if self.sm_default_msg_id != 0 {
            Err(CommandStatus::RINVDFTMSGID)
        } else if self.protocol_id == SHORT_MESSAGE_TYPE_0 {
            Err(CommandStatus::RSUBMITFAIL)
        } else {
            Ok(())
        }
    }

    fn lane(&self) -> Result<Lane, CommandStatus> {
        match self.priority_flag {
            0 | 1 => Ok(Lane::Transactional),
            2 | 3 => Ok(Lane::Otp),
            _ => Err(CommandStatus::RINVPRTFLG),
        }
    }

    fn times(&self, now: Timestamp) -> Result<times::Times, CommandStatus> {
        let times = times::read(self.schedule_delivery_time, self.validity_period, None, now)?;
        let Some(to_live) = self.tlvs.get(Tag::QOS_TIME_TO_LIVE) else {
            return Ok(times);
        };
        let seconds = to_live.value.try_into().map(u32::from_be_bytes);
        let seconds = seconds.map_err(|_| CommandStatus::RINVPARLEN)?;
        let lifetime_ms = Some(i64::from(seconds) * 1_000).filter(|lifetime| *lifetime > 0);
        Ok(times::Times {
            lifetime_ms: times.lifetime_ms.or(lifetime_ms),
            ..times
        })
    }

    fn reference(&self) -> Option<String> {
        let reference = self.tlvs.get(Tag::USER_MESSAGE_REFERENCE)?.as_u16()?;
        Some(reference.to_string())
    }
}

/// Says what the numbers in `data_coding` mean to an account, on a bind for which 0 may be Latin-1.
pub(super) fn convention(account: &Account, latin1: bool) -> Convention {
    Convention {
        numbers: account.settings.smpp.data_coding,
        latin1,
    }
}

/// Says what is to be told of a message [smpp34 §5.2.17]; 3 is of version 5.0, whose programs bind here too.
pub(super) fn tells(registered_delivery: u8) -> Tells {
    let ends = match registered_delivery & 0x03 {
        0 => Tells::default(),
        1 => Tells::DELIVERED.with(Tells::NOT_DELIVERED),
        2 => Tells::NOT_DELIVERED,
        _ => Tells::DELIVERED,
    };
    if registered_delivery & 0x10 == 0 {
        ends
    } else {
        ends.with(Tells::UNDER_WAY)
    }
}

/// Names what makes a message a duplicate of another.
fn once(terms: &Terms, number: &str, window_ms: i64) -> Once {
    let read = Msisdn::parse(number);
    let number = read.as_ref().map_or(number, |number| number.as_str());
    let form = terms.form.as_u8().to_string();
    let texts = [&*terms.originator, number, &form, &terms.text];
    Once::new("smpp", &texts, Some(window_ms))
}

#[cfg(test)]
mod tests {
    use gateway::{AccountId, AccountSettings};
    use proptest::prelude::*;
    use sms::Currency;
    use sms::text::measure_as;

    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_317_427_200); // 2011-10-01 00:00 UTC

    fn account() -> Account {
        Account {
            id: AccountId(1),
            name: "shop".into(),
            parent: None,
            currency: Currency::UAH,
            credit_limit_micros: 0,
            suspended: false,
            suspended_itself: false,
            settings: AccountSettings::default(),
        }
    }

    fn submit(pdu: &SubmitSm<'_>) -> Result<Submit, CommandStatus> {
        let to = vec!["380501234567".to_owned()];
        Given::from(pdu).submit(&account(), false, NOW, to)
    }

    #[test]
    fn programs_that_do_not_care_for_priority_are_transactional() {
        for (priority_flag, expected) in [
            (0, Ok(Lane::Transactional)),
            (1, Ok(Lane::Transactional)),
            (2, Ok(Lane::Otp)),
            (3, Ok(Lane::Otp)),
            (4, Err(CommandStatus::RINVPRTFLG)),
        ] {
            let pdu = SubmitSm {
                source: Address::alphanumeric(b"Shop"),
                priority_flag,
                short_message: b"hi",
                ..SubmitSm::default()
            };
            assert_eq!(submit(&pdu).map(|submit| submit.lane), expected);
        }
    }

    #[test]
    fn what_is_told_is_what_was_asked_for() {
        let (good, bad, way) = (Tells::DELIVERED, Tells::NOT_DELIVERED, Tells::UNDER_WAY);
        for (registered_delivery, expected) in [
            (0x00, Tells::default()),
            (0x01, good.with(bad)),
            (0x02, bad),
            (0x03, good),
            (0x04, Tells::default()),
            (0x10, way),
            (0x11, good.with(bad).with(way)),
            (0x1F, good.with(way)),
        ] {
            assert_eq!(
                tells(registered_delivery),
                expected,
                "{registered_delivery:#04X}"
            );
        }
    }

    fn octets(most: usize) -> impl Strategy<Value = Vec<u8>> {
        proptest::collection::vec(any::<u8>(), 0..most)
    }

    proptest! {
        #[test]
        fn whatever_is_read_of_any_octets_can_be_measured(
            text in octets(260),
            tlvs in octets(60),
            source in octets(21),
            flags in any::<[u8; 4]>(),
            often_headed: bool,
        ) {
            let [ton, data_coding, registered_delivery, esm_class] = flags;
            let pdu = SubmitSm {
                source: Address { ton, npi: 0, address: &source },
                esm_class: if often_headed { 0x40 } else { esm_class },
                registered_delivery,
                // Nearly all numbers are none.
                data_coding: data_coding % 0x20,
                short_message: &text,
                tlvs: Tlvs::new(&tlvs),
                ..SubmitSm::default()
            };
            if let Ok(submit) = submit(&pdu) {
                prop_assert!(measure_as(&submit.terms.text, submit.terms.form).is_ok());
            }
        }
    }
}
