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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(settings: serde_json::Value) -> Result<Settings, serde_json::Error> {
        serde_json::from_value(settings)
    }

    #[test]
    fn what_is_not_set_is_as_the_documents_print_it() {
        let settings = read(json!({})).unwrap();
        assert_eq!(settings.json_style, JsonStyle::Document);
        assert_eq!(settings.profile, Profile::Document);
        assert_eq!(
            settings.registersender_result,
            RegisterSenderResult::Document
        );
        assert!(!settings.strict_sum && !settings.test_mode_counts);
        assert_eq!(settings.page_rows, None);
    }

    #[test]
    fn every_setting_can_be_set() {
        let settings = read(json!({
            "json_style": "compact",
            "profile": "live",
            "registersender_result": "both",
            "strict_sum": true,
            "test_mode_counts": true,
            "page_rows": 1000,
        }))
        .unwrap();
        assert_eq!(settings.json_style, JsonStyle::Compact);
        assert_eq!(settings.profile, Profile::Live);
        assert_eq!(settings.registersender_result, RegisterSenderResult::Both);
        assert!(settings.strict_sum && settings.test_mode_counts);
        assert_eq!(settings.page_rows.map(NonZeroU32::get), Some(1_000));
    }

    #[test]
    fn what_is_no_setting_is_refused() {
        for settings in [
            json!({"json_stlye": "compact"}),
            json!({"json_style": "pretty"}),
            json!({"profile": "2017"}),
            json!({"page_rows": 0}),
        ] {
            assert!(read(settings.clone()).is_err(), "{settings}");
        }
    }
}
