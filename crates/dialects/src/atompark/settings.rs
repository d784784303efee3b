//! In what the dialect may differ from its documents: the section `atompark` of the configuration.

use std::num::NonZeroU32;

use serde::Deserialize;

use super::JsonStyle;

/// Sets in what the dialect differs from its documents; by default in nothing.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// How answers are laid out.
    pub json_style: JsonStyle,
    /// Which members answers have.
    pub profile: Profile,
    /// What is around the result of `registerSender`.
    pub registersender_result: RegisterSenderResult,
    /// Whether only the documents' checksum is accepted, and none of the known mistakes in computing it.
    pub strict_sum: bool,
    /// Whether `testMode` and `test_mode`, which two client libraries send, count as `test`.
    pub test_mode_counts: bool,
    /// How many rows one answer lists at the most; all of them when `None`.
    pub page_rows: Option<NonZeroU32>,
}

/// Says which members answers have.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// Those of the documents and no other: there are programs that take a result of one member for the member.
    #[default]
    Document,
    /// Those that the provider was seen to answer in 2017 besides: the currency of a sending and of a price, the number of
    /// phones of a price, sender and text of a campaign, the exceptions of each address book.
    Live,
}

/// Says what is around the result of `registerSender`, which both documents print without a `result`.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegisterSenderResult {
    /// Nothing, as printed.
    #[default]
    Document,
    /// The member `result`, as with every other method.
    Wrapped,
    /// Both: the members, and a `result` that repeats them.
    Both,
}
