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

/// The kinds of route into Ukraine, as `sendOption` names them [atompark-ru "sendOption"].
const INTO_UKRAINE: [&str; 3] = ["national_ua", "international_ua", "ua_sim"];

/// The kinds of route into Russia, with their numbers in `type` [atompark-ru "type"].
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
            Value::Array(array) => Some(array.clone()),
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
