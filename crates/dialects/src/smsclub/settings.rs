//! What an operator may set of this dialect: the section `smsclub` of the configuration.

use serde::Deserialize;

/// Holds the settings; the defaults are what programs written for the provider expect.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// How many requests an account may make in a second through all three APIs together; an account's own
    /// `requests_per_second` goes before it.
    pub requests_per_second: u32,
    /// What stands before a national number of ten digits that begins with 0, to make it an international one. Empty: such a
    /// number is taken as it is, and most likely has no price.
    pub default_country_prefix: String,
    /// The country, as ISO 3166 alpha-2, for which sender names are registered: requests name none.
    pub sender_country: String,
    /// What ends the lines of the HTTP gateway's answers.
    pub line_end: LineEnd,
}

/// Says what ends a line of the HTTP gateway's answers.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineEnd {
    /// `<br/>`, by which most clients tell an answer from an error.
    #[default]
    Break,
    /// A line feed, which one client expects.
    LineFeed,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            requests_per_second: 9,
            default_country_prefix: "38".into(),
            sender_country: "UA".into(),
            line_end: LineEnd::Break,
        }
    }
}

impl LineEnd {
    /// Returns the characters.
    pub(super) const fn characters(self) -> &'static str {
        match self {
            Self::Break => "<br/>",
            Self::LineFeed => "\n",
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_not_set_is_as_programs_expect() {
        let read: Settings = serde_json::from_value(json!({"line_end": "line_feed"})).unwrap();
        let expected = Settings {
            line_end: LineEnd::LineFeed,
            ..Settings::default()
        };
        assert_eq!(read, expected);
    }

    #[test]
    fn what_is_no_setting_is_refused() {
        for settings in [json!({"line_ends": "break"}), json!({"line_end": "crlf"})] {
            assert!(serde_json::from_value::<Settings>(settings).is_err());
        }
    }
}
