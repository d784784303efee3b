//! What the methods that send and those that ask for a price have in common: sender, text, when, how long, by which route.

use gateway::{Account, RouteKinds, Terms};
use sms::Country;

use super::faults::Failure;
use super::request::Arguments;
use crate::wire::json;
use crate::wire::php::{Array, Value};

/// More hours than any gateway lets a message wait.
const MOST_HOURS: u32 = 100_000;

const HOUR_MS: i64 = 60 * 60 * 1000;

/// The provider's number of Ukraine.
const UKRAINE: &[u8] = b"211";

/// The kinds of route into Ukraine, as `sendOption` names them [atompark-ru "Выбор маршрута отправки"].
const INTO_UKRAINE: [&str; 3] = ["national_ua", "international_ua", "ua_sim"];

/// The kinds of route into Russia, with their numbers in `type` [atompark-ru "Создать рассылку"].
const INTO_RUSSIA: [(&str, &str); 3] = [("2", "direct"), ("3", "not_direct"), ("4", "direct_fix")];

impl Arguments<'_> {
    /// Reads the terms of a sending. An absent sender or text is left to the gateway to refuse.
    pub(super) fn terms(self, account: &Account) -> Result<Terms, Failure> {
        Ok(Terms {
            originator: self.text("sender")?.unwrap_or_default().to_owned(),
            alternative: self.text("asender")?.map(str::to_owned),
            text: self.text("text")?.unwrap_or_default().to_owned(),
            start_at: self.time("datetime", account)?,
            lifetime_ms: self.lifetime_ms()?,
            test: self.is_test()?,
            source: self.text("userapp")?.map(str::to_owned),
            route_kinds: self.route_kinds()?,
            ..Terms::default()
        })
    }

    /// Reads the terms of which a price is asked for: what does not change a price is not looked at.
    pub(super) fn terms_of_price(self) -> Result<Terms, Failure> {
        Ok(Terms {
            originator: self.text("sender")?.unwrap_or_default().to_owned(),
            alternative: self.text("asender")?.map(str::to_owned),
            text: self.text("text")?.unwrap_or_default().to_owned(),
            route_kinds: self.route_kinds()?,
            ..Terms::default()
        })
    }

    /// Reads the hours for which a message may wait; 0 is the maximum, and the gateway has one of its own.
    fn lifetime_ms(self) -> Result<Option<i64>, Failure> {
        let hours = self.count("sms_lifetime")?.min(MOST_HOURS);
        Ok((hours > 0).then(|| i64::from(hours) * HOUR_MS))
    }

    /// Reads which kinds of route are asked for. What the documents do not name is passed over; where `type` and `sendOption` say
    /// different things the latter counts.
    fn route_kinds(self) -> Result<RouteKinds, Failure> {
        let mut kinds = RouteKinds::default();
        let number = self.text("type")?.map(str::trim);
        if let Some((_, kind)) = INTO_RUSSIA.iter().find(|(known, _)| Some(*known) == number) {
            kinds = kinds.with(country("RU"), kind);
        }
        let Some(option) = self.send_option() else {
            return Ok(kinds);
        };
        if let Some(Value::Array(countries)) = option.get(b"sendTypeCountry") {
            let asked = text(countries, UKRAINE);
            if let Some(kind) = INTO_UKRAINE.iter().find(|kind| Some(**kind) == asked) {
                kinds = kinds.with(country("UA"), kind);
            }
        }
        if text(&option, b"rule") == Some("route") {
            let asked = text(&option, b"type");
            if let Some((_, kind)) = INTO_RUSSIA.iter().find(|(_, kind)| Some(*kind) == asked) {
                kinds = kinds.with(country("RU"), kind);
            }
        }
        Ok(kinds)
    }

    /// Reads `sendOption`; `None` when it is absent or cannot be read.
    fn send_option(self) -> Option<Array> {
        match self.value("sendOption")? {
            Value::Array(array) => Some(Array::clone(array)),
            Value::Text(octets) => json::lenient_array(std::str::from_utf8(octets).ok()?),
        }
    }
}

fn text<'a>(array: &'a Array, name: &[u8]) -> Option<&'a str> {
    match array.get(name)? {
        Value::Text(octets) => std::str::from_utf8(octets).ok(),
        Value::Array(_) => None,
    }
}

fn country(code: &str) -> Country {
    Country::parse(code).expect("it is in the table of countries")
}

#[cfg(test)]
mod tests {
    use gateway::{AccountId, AccountSettings};
    use sms::Currency;

    use super::*;
    use crate::atompark::Settings;
    use crate::atompark::request::Parameters;
    use crate::wire::{form, php};

    fn terms(query: &str) -> Result<Terms, Failure> {
        let account = Account {
            id: AccountId(7),
            name: "shop".into(),
            parent: None,
            currency: Currency::UAH,
            credit_limit_micros: 0,
            suspended: false,
            suspended_itself: false,
            settings: AccountSettings::default(),
        };
        let parameters = Parameters::of(php::fold(form::pairs(query.as_bytes())).unwrap());
        Arguments::new(&parameters, &Settings::default()).terms(&account)
    }

    #[test]
    fn terms_are_read_from_their_parameters() {
        let read = terms("sender=Info&asender=Shop&text=hi&userapp=MyShop&test=1").unwrap();
        assert_eq!(
            (read.originator.as_str(), read.text.as_str()),
            ("Info", "hi")
        );
        assert_eq!(read.alternative.as_deref(), Some("Shop"));
        assert_eq!(read.source.as_deref(), Some("MyShop"));
        assert!(read.test);
        let read = terms("sender=&asender=&text=&userapp=&test=").unwrap();
        assert_eq!((read.originator.as_str(), read.text.as_str()), ("", ""));
        assert_eq!(
            (read.alternative, read.source, read.test),
            (None, None, false)
        );
    }

    #[test]
    fn a_lifetime_is_in_hours_and_zero_is_the_most() {
        for (lifetime, expected) in [
            ("", None),
            ("0", None),
            ("6", Some(6)),
            ("99999999999999999999", Some(i64::from(MOST_HOURS))),
        ] {
            let read = terms(&format!("sms_lifetime={lifetime}")).unwrap();
            assert_eq!(
                read.lifetime_ms,
                expected.map(|hours| hours * HOUR_MS),
                "{lifetime}"
            );
        }
        assert!(matches!(terms("sms_lifetime=day"), Err(Failure::Malformed)));
    }

    /// Reads which kinds of route are asked for in Ukraine and in Russia.
    fn kinds(query: &str) -> (Option<String>, Option<String>) {
        let kinds = terms(query).unwrap().route_kinds;
        let of = |code| kinds.of(Some(country(code))).map(str::to_owned);
        (of("UA"), of("RU"))
    }

    #[test]
    fn kinds_of_route_are_asked_for_by_number_or_by_word() {
        for (query, ukraine, russia) in [
            ("", None, None),
            ("type=2", None, Some("direct")),
            ("type=3", None, Some("not_direct")),
            ("type=4", None, Some("direct_fix")),
            ("type=1", None, None),
            (
                r#"sendOption={"sendTypeCountry":{"211":"national_ua"}}"#,
                Some("national_ua"),
                None,
            ),
            (
                r#"sendOption={"sendTypeCountry":{"211":"ua_sim"}}&type=4"#,
                Some("ua_sim"),
                Some("direct_fix"),
            ),
            (
                r#"sendOption={"rule":"route","type":"not_direct"}&type=2"#,
                None,
                Some("not_direct"),
            ),
            (
                r#"sendOption={"sendTypeCountry":{"211":"international_ua"},"rule":"route","type":"direct"}"#,
                Some("international_ua"),
                Some("direct"),
            ),
            (
                "sendOption={\n\"sendTypeCountry\" : {\n\"211\" : \"national_ua\"\n}\n}",
                Some("national_ua"),
                None,
            ),
            (
                "sendOption={\n\"rule\" : \"route\",\n\"type\" : \"direct\"\n}",
                None,
                Some("direct"),
            ),
            (
                "sendOption={“rule”:“route”,”type”:”direct”}",
                None,
                Some("direct"),
            ),
            (
                "sendOption[rule]=route&sendOption[type]=direct_fix",
                None,
                Some("direct_fix"),
            ),
            (
                "sendOption[sendTypeCountry][211]=ua_sim",
                Some("ua_sim"),
                None,
            ),
        ] {
            let expected = (ukraine.map(str::to_owned), russia.map(str::to_owned));
            assert_eq!(kinds(query), expected, "{query}");
        }
    }

    #[test]
    fn what_the_documents_do_not_name_is_passed_over() {
        for option in [
            "{",
            "direct",
            "[]",
            "null",
            "7",
            "%FF",
            r#"{"type":"direct"}"#,
            r#"{"rule":"route","type":"fast"}"#,
            r#"{"rule":"route","type":["direct"]}"#,
            r#"{"sendTypeCountry":{"211":"direct"}}"#,
            r#"{"sendTypeCountry":{"643":"national_ua"}}"#,
            r#"{"sendTypeCountry":"national_ua"}"#,
        ] {
            assert_eq!(
                kinds(&format!("sendOption={option}")),
                (None, None),
                "{option}"
            );
        }
    }
}
