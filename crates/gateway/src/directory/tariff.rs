//! A tariff as it is configured: decimal prices, which become exact integers when it is built.

use serde::{Deserialize, Serialize};
use sms::tariff::{Matcher, Rule};
use sms::{Country, Currency, Money, Tariff};

/// Sets prices for one segment, in decimal notation of the currency. Stored as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TariffSettings {
    /// The currency of all prices, which must be that of the accounts that use it.
    pub currency: String,
    /// The price of numbers that no rule fits; absent when those shall be refused.
    #[serde(default)]
    pub default: Option<String>,
    /// The exceptions: the longest prefix wins, then the country.
    #[serde(default)]
    pub rules: Vec<TariffRule>,
}

/// Sets the price of some numbers: of exactly one of prefix, country, or operator with prefixes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TariffRule {
    /// Numbers that begin with these digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// Numbers of this country, ISO 3166 alpha-2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// The name of an operator, with its prefixes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
    /// The operator's prefixes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prefixes: Vec<String>,
    /// The price of one segment.
    pub price: String,
}

impl TariffSettings {
    pub(crate) fn parse(json: &str) -> Result<Self, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    /// Builds the tariff; an error names the rule that is wrong.
    pub fn build(&self) -> Result<Tariff, String> {
        let currency = Currency::parse(&self.currency)
            .map_err(|error| format!("currency {:?}: {error}", self.currency))?;
        let price = |text: &str| {
            Money::parse_decimal(text, currency)
                .map(Money::micros)
                .map_err(|error| format!("price {text:?}: {error}"))
        };
        let default = self.default.as_deref().map(price).transpose()?;
        let rules = self
            .rules
            .iter()
            .map(|rule| {
                Ok(Rule {
                    matcher: rule.matcher()?,
                    price_micros: price(&rule.price)?,
                })
            })
            .collect::<Result<Vec<_>, String>>()?;
        Tariff::build(currency, rules, default).map_err(|error| error.to_string())
    }
}

impl TariffRule {
    fn matcher(&self) -> Result<Matcher, String> {
        match (&self.prefix, &self.country, &self.operator) {
            (Some(prefix), None, None) => Ok(Matcher::Prefix(prefix.clone())),
            (None, Some(country), None) => Country::parse(country)
                .map(Matcher::Country)
                .map_err(|error| format!("country {country:?}: {error}")),
            (None, None, Some(name)) => Ok(Matcher::Operator {
                name: name.clone(),
                prefixes: self.prefixes.clone(),
            }),
            _ => Err("a rule names exactly one of prefix, country and operator".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use sms::Msisdn;

    use super::*;

    #[test]
    fn prices_by_prefix_then_country_then_default() {
        let settings = TariffSettings::parse(
            r#"{"currency":"UAH","default":"1.00","rules":[
                {"prefix":"38097","price":"0.12"},
                {"country":"UA","price":"0.13"},
                {"operator":"lifecell","prefixes":["38063","38073"],"price":"0.1398"}]}"#,
        )
        .unwrap();
        let tariff = settings.build().unwrap();
        let price = |number| {
            tariff
                .price_per_segment(&Msisdn::parse(number).unwrap())
                .map(|priced| priced.micros)
        };
        assert_eq!(price("380971234567"), Some(120_000));
        assert_eq!(price("380631234567"), Some(139_800));
        assert_eq!(price("380501234567"), Some(130_000));
        assert_eq!(price("48501234567"), Some(1_000_000));
    }

    #[test]
    fn says_what_is_wrong_with_a_rule() {
        let settings =
            TariffSettings::parse(r#"{"currency":"UAH","rules":[{"price":"1"}]}"#).unwrap();
        assert!(settings.build().unwrap_err().contains("exactly one"));
    }
}
