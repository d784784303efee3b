//! How a network behaves or misbehaves: flags that a file, a command line or a test sets.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::ids::IdForm;

mod faults;

pub use faults::{
    Answers, Ending, ErrorForm, Late, OddAnswer, Oddity, PartFate, PartFault, Queries, Sweep, Tear,
    Torn, Wording,
};

/// The behaviour of the network; by default it is calm, quick and without faults.
///
/// Shares lie between 0 (never) and 1 (always) and are drawn independently of each other. What a
/// recipient's own number asks for ([`crate::phones`]) goes before all of them.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the faults are independent switches, and a file names each"
)]
pub struct Scenario {
    /// How long after the submit its receipt is sent.
    pub receipt_delay_ms: Between,
    /// How long a `submit_sm_resp` is held back.
    pub response_delay_ms: Between,
    /// Share of submits that are never answered.
    pub loss: f64,
    /// Whether a submit that is never answered was taken all the same: it reaches its phone and
    /// has a receipt.
    pub lost_are_taken: bool,
    /// Share of accepted messages whose receipt never comes.
    pub receipt_loss: f64,
    /// Share of accepted messages that the network fails to deliver.
    pub undelivered: f64,
    /// Share of submits answered with `ESME_RTHROTTLED`.
    pub throttling: f64,
    /// Submits that one `system_id` may make each second; more are answered `ESME_RTHROTTLED`.
    pub throughput_per_second: Option<u32>,
    /// Share of submits answered with a status of choice.
    pub status: Option<StatusFault>,
    /// How message ids are written in responses.
    pub id_form: IdForm,
    /// How message ids are written in receipts; `None` as in responses.
    pub receipt_id_form: Option<IdForm>,
    /// Where a receipt tells its outcome.
    pub receipt_form: ReceiptForm,
    /// Leaves `esm_class` 0 in receipts, as some centres do.
    pub receipts_unflagged: bool,
    /// Share of receipts sent twice.
    pub duplicate_receipts: f64,
    /// Share of accepted messages whose receipt is sent before the `submit_sm_resp`.
    pub receipt_first: f64,
    /// Sends a receipt over another bind of the same `system_id` than the submit's, if there is one.
    pub receipts_on_other_bind: bool,
    /// Resets a link at each so many submits; what it had accepted by then stays unanswered.
    pub reset_every: Option<u32>,
    /// Refuses every bind and ends the links that are open.
    pub refuse_binds: bool,
    /// The status that binds are refused with, whoever asks; the links that are open stay.
    pub bind_status: Option<u32>,
    /// The most submits whose responses one link may wait for; more are answered `ESME_RMSGQFUL`.
    pub window: Option<u32>,
    /// Answers submits with one status after the other.
    pub statuses: Option<Sweep>,
    /// A share of the accepted submits is answered late, on top of `response_delay_ms`.
    pub late: Option<Late>,
    /// What is said besides responses, or instead of them.
    pub odd_answers: Vec<OddAnswer>,
    /// Tears PDUs off in the middle, and the link with them.
    pub tear: Option<Tear>,
    /// Which requests are answered at all, once a link is bound.
    pub answers: Answers,
    /// What happens to one part of each long text.
    pub part: Option<PartFault>,
    /// How receipts are worded.
    pub wording: Wording,
    /// Share of accepted messages that have a notice on their way (`ENROUTE`) before the receipt, whether they asked for it or not.
    pub intermediate: f64,
    /// Share of accepted messages with which a receipt comes for a message that nobody submitted.
    pub foreign_receipts: f64,
    /// Sends receipts in blocks of so many, the last of each block first; what is submitted quickly makes a block.
    pub receipts_reversed_in: Option<u32>,
    /// Puts parameters of a vendor, and known ones of a wrong length, into each `deliver_sm`.
    pub odd_parameters: bool,
    /// Whether `query_sm` and `cancel_sm` are understood.
    pub queries: Queries,
    /// The most octets that are written at once: a PDU then comes in pieces.
    pub write_octets: Option<u32>,
}

impl Scenario {
    /// The names of the built-in scenarios, for help texts.
    pub const NAMES: &'static [&'static str] = &["clean", "real", "flaky", "outage"];

    /// Finds a built-in scenario: `clean` has quick receipts and no faults, `real` takes seconds
    /// and fails now and then, `flaky` has a little of every fault, `outage` lets nobody in.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "clean" => Some(Self {
                receipt_delay_ms: Between { min: 100, max: 300 },
                ..Self::default()
            }),
            "real" => Some(Self {
                receipt_delay_ms: Between {
                    min: 800,
                    max: 6_000,
                },
                response_delay_ms: Between { min: 10, max: 60 },
                undelivered: 0.03,
                ..Self::default()
            }),
            "flaky" => Some(Self {
                receipt_delay_ms: Between {
                    min: 50,
                    max: 3_000,
                },
                response_delay_ms: Between { min: 0, max: 200 },
                loss: 0.005,
                lost_are_taken: true,
                receipt_loss: 0.005,
                undelivered: 0.02,
                throttling: 0.02,
                status: Some(StatusFault {
                    code: 0x08,
                    share: 0.01,
                }),
                duplicate_receipts: 0.02,
                receipt_first: 0.02,
                receipts_on_other_bind: true,
                // Well above common windows: nothing gets through a link that is reset before it
                // has answered a window.
                reset_every: Some(2_000),
                ..Self::default()
            }),
            "outage" => Some(Self {
                refuse_binds: true,
                ..Self::default()
            }),
            _ => None,
        }
    }

    /// Gives it back if every share lies between 0 and 1.
    pub(crate) fn checked(self) -> Result<Self, String> {
        let odd = self.odd_answers.iter();
        let shares = [
            ("loss", self.loss),
            ("receipt_loss", self.receipt_loss),
            ("undelivered", self.undelivered),
            ("throttling", self.throttling),
            ("duplicate_receipts", self.duplicate_receipts),
            ("receipt_first", self.receipt_first),
            ("intermediate", self.intermediate),
            ("foreign_receipts", self.foreign_receipts),
            ("status", self.status.map_or(0.0, |it| it.share)),
            ("late", self.late.map_or(0.0, |it| it.share)),
        ];
        let odd = odd.map(|it| ("odd_answers", it.share));
        for (name, share) in shares.into_iter().chain(odd) {
            if !(0.0..=1.0).contains(&share) {
                return Err(format!("{name}: {share} is no share: they go from 0 to 1"));
            }
        }
        Ok(self)
    }
}

impl FromStr for Scenario {
    type Err = String;

    /// Reads a built-in name, or a JSON object of the fields that differ from the calm ones.
    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(scenario) = Self::named(text) {
            return Ok(scenario);
        }
        let read = serde_json::from_str::<Self>(text).map_err(|error| {
            let names = Self::NAMES.join(", ");
            format!("\"{text}\" is neither a scenario ({names}) nor one in JSON: {error}")
        })?;
        read.checked()
    }
}

/// A length of time drawn anew each time, both ends included, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Between {
    /// The shortest.
    pub min: u64,
    /// The longest.
    pub max: u64,
}

impl Between {
    /// Takes always the same time.
    pub const fn exactly(ms: u64) -> Self {
        Self { min: ms, max: ms }
    }
}

/// A `command_status` that a share of submits is answered with.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusFault {
    /// The status, by its number.
    pub code: u32,
    /// The share of submits, from 0 to 1.
    pub share: f64,
}

/// Where a receipt tells the message and its outcome [smpp34 §5.3.2.12, §5.3.2.35, Appendix B].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptForm {
    /// In words (`id:… stat:…`) and in TLVs.
    #[default]
    Both,
    /// In words only.
    Text,
    /// In TLVs only; the short message is empty.
    Tlv,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_a_scenario() {
        for name in Scenario::NAMES {
            assert!(Scenario::named(name).is_some(), "{name}");
        }
        assert_eq!(Scenario::named("storm"), None);
    }

    #[test]
    fn a_scenario_in_json_changes_only_what_it_names() {
        let scenario: Scenario =
            r#"{"loss": 0.1, "id_form": "hex_upper", "receipt_delay_ms": {"min": 1, "max": 2}}"#
                .parse()
                .unwrap();
        let expected = Scenario {
            loss: 0.1,
            id_form: IdForm::HexUpper,
            receipt_delay_ms: Between { min: 1, max: 2 },
            ..Scenario::default()
        };
        assert_eq!(scenario, expected);
    }

    #[test]
    fn a_misspelt_flag_is_told() {
        let error = r#"{"los": 1}"#.parse::<Scenario>().unwrap_err();
        assert!(error.contains("los") && error.contains("clean"), "{error}");
    }

    #[test]
    fn built_in_scenarios_survive_a_file() {
        for name in Scenario::NAMES {
            let scenario = Scenario::named(name).unwrap();
            let text = serde_json::to_string(&scenario).unwrap();
            assert_eq!(text.parse::<Scenario>().unwrap(), scenario);
        }
    }
}
