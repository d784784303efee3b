//! Routes: the rules that pick a way out.

mod ways;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sms::{Country, Lane, Msisdn};
use store::AccountId;

use super::operators::Operators;
pub use ways::{Tiers, Ways, Weighted};

/// Is the rule that picks the way out of the messages it applies to.
#[derive(Clone, Debug)]
pub struct Route {
    /// Its name.
    pub name: String,
    /// Where it leads.
    pub tiers: Tiers,
    /// What it applies to.
    pub settings: RouteSettings,
}

/// Says what a route applies to, everything that it names must fit, and where it leads. Stored as JSON.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RouteSettings {
    /// Routes are tried from the lowest rank to the highest, equal ranks by name.
    pub rank: i32,
    /// Only recipients whose number begins with these digits.
    pub prefix: Option<String>,
    /// Only recipients of this country, ISO 3166 alpha-2.
    pub country: Option<String>,
    /// Only recipients of this mobile operator.
    pub operator: Option<String>,
    /// Only messages from this originator, letter for letter; with `*` at its end from all that begin so.
    pub originator: Option<String>,
    /// Only messages of the account with this number.
    pub account: Option<i64>,
    /// Only messages of this lane.
    #[serde(with = "lane_name")]
    pub lane: Option<Lane>,
    /// Only messages for which this kind of route was asked for, such as `direct`; they prefer it to routes of no kind.
    pub kind: Option<String>,
    /// The connectors that it leads to, in the order in which they are tried; one tier of all when there is nothing here.
    pub tiers: Vec<Vec<Weighted>>,
    /// How long a message may wait for a connector of one tier before it goes to the next; `None` for as long as it lives.
    pub max_wait_ms: Option<u32>,
}

/// Holds what routes look at in a message.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Features<'a> {
    /// Whose it is.
    pub(crate) account: AccountId,
    /// Who it is from.
    pub(crate) originator: &'a str,
    /// To whom it is.
    pub(crate) recipient: &'a Msisdn,
    /// How urgent it is.
    pub(crate) lane: Lane,
    /// Which kind of route was asked for.
    pub(crate) kind: Option<&'a str>,
}

/// Names one of the things that routes look at in a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// Whose the message is.
    Account,
    /// How the recipient's number begins.
    Prefix,
    /// The recipient's country.
    Country,
    /// The recipient's mobile operator.
    Operator,
    /// Who the message is from.
    Originator,
    /// How urgent it is.
    Lane,
    /// The kind of route that was asked for.
    Kind,
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
    /// Reads a route as it is stored.
    pub fn read(stored: store::configuration::Route) -> Result<Self, serde_json::Error> {
        let settings: RouteSettings = serde_json::from_str(&stored.settings)?;
        Ok(Self {
            name: stored.name,
            tiers: Tiers::read(&settings.tiers, &stored.connectors),
            settings,
        })
    }

    /// Finds the first thing in a message that the route is not for, whatever kind of route was asked for; `None` when it fits all.
    pub(crate) fn misfit(&self, message: &Features<'_>, operators: &Operators) -> Option<Feature> {
        let RouteSettings {
            rank: _,
            prefix,
            country,
            operator,
            originator,
            account,
            lane,
            kind: _,
            tiers: _,
            max_wait_ms: _,
        } = &self.settings;
        let number = message.recipient;
        if account.is_some_and(|account| account != message.account.0) {
            Some(Feature::Account)
        } else if lane.is_some_and(|lane| lane != message.lane) {
            Some(Feature::Lane)
        } else if is_some_and_not(prefix.as_deref(), |prefix| {
            number.as_str().starts_with(prefix)
        }) {
            Some(Feature::Prefix)
        } else if is_some_and_not(originator.as_deref(), |only| fits(only, message.originator)) {
            Some(Feature::Originator)
        } else if is_some_and_not(country.as_deref(), |country| {
            Country::of(number).is_some_and(|found| found.code() == country)
        }) {
            Some(Feature::Country)
        } else if is_some_and_not(operator.as_deref(), |name| {
            operators.of(number) == Some(name)
        }) {
            Some(Feature::Operator)
        } else {
            None
        }
    }
}

fn is_some_and_not(condition: Option<&str>, fits: impl Fn(&str) -> bool) -> bool {
    condition.is_some_and(|condition| !fits(condition))
}

/// Tells whether an originator is the one of a route, or begins like it where that ends with `*`.
fn fits(only: &str, originator: &str) -> bool {
    match only.strip_suffix('*') {
        Some(beginning) => originator.starts_with(beginning),
        None => originator == only,
    }
}

/// Picks the first route that applies and is of the kind asked for, else the first that applies and is of no kind; `None` when
/// none does. The routes must be in the order of their ranks.
pub(crate) fn choose<'a>(
    routes: &'a [Route],
    operators: &Operators,
    message: &Features<'_>,
) -> Option<&'a Route> {
    let of_kind = |kind: Option<&str>| {
        routes
            .iter()
            .filter(move |route| route.settings.kind.as_deref() == kind)
            .find(|route| route.misfit(message, operators).is_none())
    };
    message
        .kind
        .and_then(|kind| of_kind(Some(kind)))
        .or_else(|| of_kind(None))
}

/// Writes a lane as its name.
mod lane_name {
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};
    use sms::Lane;

    #[expect(
        clippy::ref_option,
        clippy::trivially_copy_pass_by_ref,
        reason = "serde asks for this signature"
    )]
    pub(super) fn serialize<S: Serializer>(lane: &Option<Lane>, to: S) -> Result<S::Ok, S::Error> {
        lane.map(Lane::name).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Lane>, D::Error> {
        let Some(name) = Option::<String>::deserialize(from)? else {
            return Ok(None);
        };
        Lane::named(&name)
            .map(Some)
            .ok_or_else(|| serde::de::Error::custom(format!("there is no lane {name}")))
    }
}

#[cfg(test)]
mod tests {
    use store::ConnectorId;

    use super::*;

    fn route(name: &str, connector: i64, settings: &str) -> Route {
        Route::read(store::configuration::Route {
            name: name.into(),
            connectors: vec![ConnectorId(connector)],
            settings: settings.into(),
        })
        .unwrap()
    }

    fn chosen(routes: &[Route], message: &Features<'_>) -> Option<String> {
        let mut operators = Operators::default();
        let prefixes = vec!["38067".into(), "38068".into()];
        operators.add("kyivstar", super::super::OperatorSettings { prefixes });
        choose(routes, &operators, message).map(|route| route.name.clone())
    }

    fn message<'a>(account: i64, originator: &'a str, recipient: &'a Msisdn) -> Features<'a> {
        Features {
            account: AccountId(account),
            originator,
            recipient,
            lane: Lane::Transactional,
            kind: None,
        }
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
            chosen(&routes, &message(account, originator, &recipient))
        };
        assert_eq!(
            chosen(1, "Info", "380971234567").as_deref(),
            Some("kyivstar")
        );
        assert_eq!(chosen(7, "Bank", "48501234567").as_deref(), Some("bank"));
        assert_eq!(chosen(1, "Bank", "48501234567"), None);
        assert_eq!(
            chosen(1, "Info", "380631234567").as_deref(),
            Some("ukraine")
        );
    }

    #[test]
    fn a_route_without_conditions_takes_everything() {
        let routes = [route("all", 5, "{}")];
        let recipient = Msisdn::parse("12025550123").unwrap();
        assert!(chosen(&routes, &message(1, "Info", &recipient)).is_some());
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
            let message = message(1, "Info", &recipient);
            chosen(&routes, &Features { kind, ..message })
        };
        assert_eq!(chosen(None).as_deref(), Some("all"));
        assert_eq!(chosen(Some("direct")).as_deref(), Some("direct"));
        assert_eq!(chosen(Some("not_direct")).as_deref(), Some("cheap"));
        assert_eq!(chosen(Some("ua_sim")).as_deref(), Some("all"));
    }

    #[test]
    fn lanes_operators_and_beginnings_of_originators_are_conditions_too() {
        let routes = [
            route("codes", 1, r#"{"rank":1,"lane":"otp"}"#),
            route("kyivstar", 2, r#"{"rank":2,"operator":"kyivstar"}"#),
            route("banks", 3, r#"{"rank":3,"originator":"Bank*"}"#),
        ];
        let number = |text| Msisdn::parse(text).unwrap();
        let (of_kyivstar, of_another) = (number("380671234567"), number("380501234567"));
        let chosen = |lane, originator, recipient| {
            let message = message(1, originator, recipient);
            chosen(&routes, &Features { lane, ..message })
        };
        assert_eq!(
            chosen(Lane::Otp, "Info", &of_kyivstar).as_deref(),
            Some("codes")
        );
        assert_eq!(
            chosen(Lane::Bulk, "Info", &of_kyivstar).as_deref(),
            Some("kyivstar")
        );
        assert_eq!(
            chosen(Lane::Bulk, "Bank24", &of_another).as_deref(),
            Some("banks")
        );
        assert_eq!(
            chosen(Lane::Bulk, "Bank", &of_another).as_deref(),
            Some("banks")
        );
        assert_eq!(chosen(Lane::Bulk, "MyBank", &of_another), None);
    }

    #[test]
    fn each_condition_that_does_not_fit_is_named() {
        let recipient = Msisdn::parse("380671234567").unwrap();
        let message = message(1, "Info", &recipient);
        for (settings, misfit) in [
            (r#"{"account":2}"#, Feature::Account),
            (r#"{"prefix":"48"}"#, Feature::Prefix),
            (r#"{"country":"PL"}"#, Feature::Country),
            (r#"{"operator":"lifecell"}"#, Feature::Operator),
            (r#"{"originator":"Shop"}"#, Feature::Originator),
            (r#"{"lane":"bulk"}"#, Feature::Lane),
        ] {
            let route = route("one", 1, settings);
            let operators = Operators::default();
            assert_eq!(
                route.misfit(&message, &operators),
                Some(misfit),
                "{settings}"
            );
        }
    }

    #[test]
    fn settings_read_back_as_they_were_written() {
        let written = RouteSettings {
            lane: Some(Lane::Otp),
            tiers: vec![vec![Weighted {
                connector: 3,
                weight: 2,
            }]],
            max_wait_ms: Some(60_000),
            ..RouteSettings::default()
        };
        let json = serde_json::to_string(&written).unwrap();
        let read: RouteSettings = serde_json::from_str(&json).unwrap();
        assert_eq!((read.lane, read.tiers), (written.lane, written.tiers));
        assert!(serde_json::from_str::<RouteSettings>(r#"{"lane":"slow"}"#).is_err());
    }
}
