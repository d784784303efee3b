//! Routes: the rules that pick a way out.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sms::{Country, Msisdn};
use store::{AccountId, ConnectorId};

/// Is the rule that picks one connector for the messages it applies to.
#[derive(Clone, Debug)]
pub struct Route {
    /// Its name.
    pub name: String,
    /// Where it leads.
    pub connector: ConnectorId,
    /// What it applies to.
    pub settings: RouteSettings,
}

/// Says what a route applies to: everything that it names must fit. Stored as JSON.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RouteSettings {
    /// Routes are tried from the lowest rank to the highest, equal ranks by name.
    pub rank: i32,
    /// Only recipients whose number begins with these digits.
    pub prefix: Option<String>,
    /// Only recipients of this country, ISO 3166 alpha-2.
    pub country: Option<String>,
    /// Only messages from this originator, letter for letter.
    pub originator: Option<String>,
    /// Only messages of the account with this number.
    pub account: Option<i64>,
    /// Only messages for which this kind of route was asked for, such as `direct`; they prefer it to routes of no kind.
    pub kind: Option<String>,
}

/// Says which kind of route a submission asks for in which country. What no route is configured for goes as if nobody had asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RouteKinds(BTreeMap<String, String>);

impl RouteKinds {
    /// Asks for a kind of route in a country.
    #[must_use]
    pub fn with(mut self, country: Country, kind: &str) -> Self {
        self.0.insert(country.code().to_owned(), kind.to_owned());
        self
    }

    /// Tells whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns what is asked for in a country.
    pub fn of(&self, country: Option<Country>) -> Option<&str> {
        self.0.get(country?.code()).map(String::as_str)
    }
}

impl Route {
    pub(crate) fn read(stored: store::configuration::Route) -> Result<Self, serde_json::Error> {
        Ok(Self {
            name: stored.name,
            connector: stored.connectors.first().copied().unwrap_or(ConnectorId(0)),
            settings: serde_json::from_str(&stored.settings)?,
        })
    }

    fn applies(&self, account: AccountId, originator: &str, recipient: &Msisdn) -> bool {
        let RouteSettings {
            rank: _,
            prefix,
            country,
            originator: only,
            account: whose,
            kind: _,
        } = &self.settings;
        prefix
            .as_ref()
            .is_none_or(|prefix| recipient.as_str().starts_with(prefix.as_str()))
            && only.as_ref().is_none_or(|only| only == originator)
            && whose.is_none_or(|whose| whose == account.0)
            && country.as_ref().is_none_or(|country| {
                Country::of(recipient).is_some_and(|found| found.code() == country)
            })
    }
}

/// Picks the first route that applies and is of the kind asked for, else the first that applies and is of no kind; `None` when
/// none does. The routes must be in the order of their ranks.
pub fn choose<'a>(
    routes: &'a [Route],
    account: AccountId,
    originator: &str,
    recipient: &Msisdn,
    kind: Option<&str>,
) -> Option<&'a Route> {
    let of_kind = |kind: Option<&str>| {
        routes
            .iter()
            .filter(move |route| route.settings.kind.as_deref() == kind)
            .find(|route| route.applies(account, originator, recipient))
    };
    kind.and_then(|kind| of_kind(Some(kind)))
        .or_else(|| of_kind(None))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(name: &str, connector: i64, settings: &str) -> Route {
        Route::read(store::configuration::Route {
            name: name.into(),
            connectors: vec![ConnectorId(connector)],
            settings: settings.into(),
        })
        .unwrap()
    }

    #[test]
    fn picks_the_first_route_of_which_everything_fits() {
        let routes = [
            route("kyivstar", 1, r#"{"rank":1,"prefix":"38097"}"#),
            route("bank", 2, r#"{"rank":2,"originator":"Bank","account":7}"#),
            route("ukraine", 3, r#"{"rank":3,"country":"UA"}"#),
        ];
        let chosen = |account, originator, recipient| {
            let recipient = Msisdn::parse(recipient).unwrap();
            choose(&routes, AccountId(account), originator, &recipient, None)
                .map(|route| route.connector.0)
        };
        assert_eq!(chosen(1, "Info", "380971234567"), Some(1));
        assert_eq!(chosen(7, "Bank", "48501234567"), Some(2));
        assert_eq!(chosen(1, "Bank", "48501234567"), None);
        assert_eq!(chosen(1, "Info", "380631234567"), Some(3));
    }

    #[test]
    fn a_route_without_conditions_takes_everything() {
        let routes = [route("all", 5, "{}")];
        let recipient = Msisdn::parse("12025550123").unwrap();
        assert!(choose(&routes, AccountId(1), "Info", &recipient, None).is_some());
    }

    #[test]
    fn a_kind_that_is_asked_for_is_preferred_and_never_taken_unasked() {
        let routes = [
            route("direct", 1, r#"{"rank":1,"kind":"direct"}"#),
            route("all", 2, r#"{"rank":2}"#),
            route("cheap", 3, r#"{"rank":3,"kind":"not_direct"}"#),
        ];
        let recipient = Msisdn::parse("79161234567").unwrap();
        let chosen = |kind| {
            choose(&routes, AccountId(1), "Info", &recipient, kind).map(|route| route.connector.0)
        };
        assert_eq!(chosen(None), Some(2));
        assert_eq!(chosen(Some("direct")), Some(1));
        assert_eq!(chosen(Some("not_direct")), Some(3));
        assert_eq!(chosen(Some("ua_sim")), Some(2));
    }
}
