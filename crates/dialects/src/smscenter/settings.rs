//! In what the dialect may differ from its documents, and its limits: the section `smscenter` of the configuration.

use serde::Deserialize;
use sms::Country;
use sms::country::UnknownCountry;

use crate::wire::charset::Charset;

/// Sets in what the dialect differs from its documents, and how much it lets programs do.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The character set of requests that name none, and of their answers.
    pub default_charset: DefaultCharset,
    /// Whether values that happen to be UTF-8 are read as such where a request names no character set.
    pub detect_utf8: bool,
    /// Whether a number of eleven digits without a plus that begins with 8 is read as one that begins with 7.
    pub correct_eights: bool,
    /// The country that a sender name is registered for where none asks for approvals: here names have no country.
    pub sender_country: SenderCountry,
    /// How many requests of one account under way at a time are too many; 0 for no limit.
    pub concurrent_requests: u32,
    /// For how many seconds the same message, or new mailing, is not accepted again; 0 for no limit.
    pub identical_seconds: u32,
    /// After how many bad requests within a minute an address is blocked; 0 for never. Where a proxy hides the programs'
    /// addresses it would block all of them at once.
    pub bad_requests_per_minute: u32,
    /// For how many seconds an address is blocked.
    pub blocked_seconds: u32,
    /// How often an account may ask for the same within a minute.
    pub per_minute: PerMinute,
}

/// Names a character set.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Deserialize)]
pub enum DefaultCharset {
    /// As documented.
    #[default]
    #[serde(rename = "windows-1251")]
    Windows1251,
    /// UTF-8.
    #[serde(rename = "utf-8")]
    Utf8,
    /// KOI8-R.
    #[serde(rename = "koi8-r")]
    Koi8R,
}

impl DefaultCharset {
    pub(super) const fn charset(self) -> Charset {
        match self {
            Self::Windows1251 => Charset::Windows1251,
            Self::Utf8 => Charset::Utf8,
            Self::Koi8R => Charset::Koi8R,
        }
    }
}

/// Names a country by its ISO 3166-1 alpha-2 code.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct SenderCountry(Country);

impl SenderCountry {
    pub(super) const fn country(self) -> Country {
        self.0
    }
}

impl Default for SenderCountry {
    fn default() -> Self {
        Self(Country::parse("RU").expect("Russia has telephone numbers"))
    }
}

impl TryFrom<String> for SenderCountry {
    type Error = UnknownCountry;

    fn try_from(code: String) -> Result<Self, UnknownCountry> {
        Country::parse(&code).map(Self)
    }
}

/// Sets how often an account may ask for the same within a minute; 0 for as often as it likes.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PerMinute {
    /// For the same price, with `send.php`.
    pub costs: u32,
    /// For the same action with mailings.
    pub jobs: u32,
    /// For the status of the same messages.
    pub statuses: u32,
    /// For its balance.
    pub balances: u32,
    /// For the same of contacts, groups and the black list.
    pub phones: u32,
    /// For the same of templates.
    pub templates: u32,
    /// For the same list of sender names.
    pub senders: u32,
    /// For new sender names, whichever.
    pub new_senders: u32,
    /// For new clients under it, or changes of the same one.
    pub users: u32,
    /// For the same history, answers or statistics.
    pub histories: u32,
    /// For the operator of the same numbers.
    pub operators: u32,
    /// For operators of any numbers.
    pub operators_of_any: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            default_charset: DefaultCharset::default(),
            detect_utf8: false,
            correct_eights: true,
            sender_country: SenderCountry::default(),
            concurrent_requests: 15,
            identical_seconds: 60,
            bad_requests_per_minute: 100,
            blocked_seconds: 300,
            per_minute: PerMinute::default(),
        }
    }
}

impl Default for PerMinute {
    fn default() -> Self {
        Self {
            costs: 5,
            jobs: 1,
            statuses: 5,
            balances: 10,
            phones: 3,
            templates: 3,
            senders: 3,
            new_senders: 5,
            users: 3,
            histories: 3,
            operators: 3,
            operators_of_any: 100,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_not_set_is_as_documented() {
        let settings: Settings = serde_json::from_value(json!({})).unwrap();
        assert_eq!(settings.default_charset, DefaultCharset::Windows1251);
        assert!(!settings.detect_utf8 && settings.correct_eights);
        assert_eq!(settings.concurrent_requests, 15);
        assert_eq!(settings.identical_seconds, 60);
        assert_eq!(settings.per_minute.jobs, 1);
        assert_eq!(settings.per_minute.balances, 10);
    }

    #[test]
    fn a_limit_can_be_set_alone_and_what_is_no_setting_is_refused() {
        let read = serde_json::from_value::<Settings>;
        let settings = read(json!({
            "default_charset": "utf-8",
            "sender_country": "KZ",
            "per_minute": {"jobs": 0},
        }))
        .unwrap();
        assert_eq!(settings.default_charset, DefaultCharset::Utf8);
        assert_eq!(settings.sender_country.country().code(), "KZ");
        assert_eq!(
            (settings.per_minute.jobs, settings.per_minute.costs),
            (0, 5)
        );
        for settings in [
            json!({"default_charset": "cp1251"}),
            json!({"per_minute": {"mails": 1}}),
            json!({"detect_utf_8": true}),
            json!({"sender_country": "XX"}),
        ] {
            assert!(read(settings.clone()).is_err(), "{settings}");
        }
    }
}
