//! The faults that need more than a share to be told.

use serde::{Deserialize, Serialize};

use super::Between;

/// Answers submits with the statuses of a range, one after the other, and then takes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sweep {
    /// The first status, by its number.
    pub from: u32,
    /// The last one.
    pub to: u32,
    /// How many submits in a row each is the answer to; 0 as 1.
    pub each: u32,
}

impl Sweep {
    /// Tells the status of a submit, counted from 0; `None` once the range is over. 0 (no error) is the status of none: what
    /// would have it is taken.
    pub(crate) fn status(&self, submit: u64) -> Option<u32> {
        let step = u32::try_from(submit / u64::from(self.each.max(1))).ok()?;
        let status = self.from.checked_add(step)?;
        (status <= self.to && status != 0).then_some(status)
    }
}

/// Responses that come late.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Late {
    /// The share of accepted submits, from 0 to 1.
    pub share: f64,
    /// How late.
    pub by_ms: Between,
}

/// Something odd that a share of the submits is answered with.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OddAnswer {
    /// What.
    pub kind: Oddity,
    /// The share of submits, from 0 to 1.
    pub share: f64,
}

/// What an SMSC says that it should not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Oddity {
    /// Besides the response, one with a sequence number that nobody used.
    UnknownSequence,
    /// Besides the response, one with the sequence number 0.
    ZeroSequence,
    /// The response twice.
    Twice,
    /// Before the response, that of another command with the same sequence number.
    WrongCommand,
    /// Before the response, a `generic_nack` with the sequence number 0.
    NackOfNothing,
    /// Instead of the response, a `generic_nack` (`ESME_RINVCMDID`) with its sequence number; the message is not taken.
    Nack,
    /// The response without its body, and so without an id.
    WithoutBody,
}

/// PDUs that are torn off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tear {
    /// Each so many PDUs of the kind on one link, from 1.
    pub every: u32,
    /// How many octets of it are still sent; all of them when it has no more.
    pub octet: u32,
    /// Which PDUs.
    #[serde(default)]
    pub of: Torn,
    /// How the link ends then.
    #[serde(default)]
    pub ending: Ending,
}

/// Which PDUs are torn off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Torn {
    /// Responses to submits; what they answer was taken.
    #[default]
    Response,
    /// Receipts and messages from phones.
    Delivery,
    /// Responses to binds.
    Bind,
}

/// How a link ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// With RST, as a crashed peer's does; what is on its way may be lost with it.
    #[default]
    Reset,
    /// With FIN: all that was sent arrives.
    Close,
    /// With FIN, and goes on reading and says nothing until the other side closes too.
    HalfClose,
}

/// Which requests are answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answers {
    /// All.
    #[default]
    All,
    /// All but `enquire_link`.
    AllButEnquireLink,
    /// Only `enquire_link`; submits are not taken, and nothing is delivered.
    OnlyEnquireLink,
    /// None; nothing is delivered either.
    Nothing,
}

impl Answers {
    pub(crate) const fn enquiries(self) -> bool {
        matches!(self, Self::All | Self::OnlyEnquireLink)
    }

    pub(crate) const fn messages(self) -> bool {
        matches!(self, Self::All | Self::AllButEnquireLink)
    }
}

/// What happens to one part of each long text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartFault {
    /// Which part, from 1.
    pub part: u8,
    /// What happens to it.
    pub fate: PartFate,
}

/// What may happen to a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartFate {
    /// It is refused for good (`ESME_RSUBMITFAIL`).
    Refused,
    /// It is not answered, and not taken.
    Unanswered,
    /// It is taken and does not reach the phone.
    Undelivered,
    /// It is taken, and its receipt never comes.
    WithoutReceipt,
    /// It is the only one that has a receipt.
    OnlyReceipt,
}

/// How receipts are worded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "centres leave out and change each of these apart from the others"
)]
pub struct Wording {
    /// Keys and words in small letters.
    pub lower_case: bool,
    /// Nothing but the id and the state.
    pub without_fields: bool,
    /// `done date:0000000000`.
    pub zero_done_date: bool,
    /// The fields in another order: the state first, the id last.
    pub other_order: bool,
    /// How the error code is written.
    pub error: ErrorForm,
}

/// How the error code of a receipt is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorForm {
    /// Three digits, as the specification has it.
    #[default]
    ThreeDigits,
    /// Four digits.
    FourDigits,
    /// A word.
    Word,
}

/// Whether `query_sm` and `cancel_sm` are understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Queries {
    /// They are answered from what is known: messages of this process, when messages are recorded.
    #[default]
    Answered,
    /// They are answered `ESME_RINVCMDID`.
    Unsupported,
    /// No message is known to them.
    KnowNothing,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sweep_gives_each_status_so_often_and_ends() {
        let sweep = Sweep {
            from: 0,
            to: 2,
            each: 2,
        };
        let statuses: Vec<_> = (0..8).map(|submit| sweep.status(submit)).collect();
        let expected = [None, None, Some(1), Some(1), Some(2), Some(2), None, None];
        assert_eq!(statuses, expected);
    }
}
