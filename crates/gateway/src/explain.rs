//! Which way a message would take now, and why: for people who wonder.

use std::collections::BTreeMap;

use sms::{Country, Lane, Msisdn};
use store::{AccountId, ConnectorId};

use crate::Gateway;
use crate::admin::{AdminError, Noted};
use crate::directory::{Feature, Features, Operators, Route, RouteSettings, choose};

/// Describes a message to be routed.
#[derive(Clone, Debug)]
pub struct Question {
    /// Whose it is.
    pub account: AccountId,
    /// Who it is from.
    pub originator: String,
    /// To whom it is.
    pub recipient: Msisdn,
    /// How urgent it is.
    pub lane: Lane,
    /// Which kind of route is asked for.
    pub kind: Option<String>,
}

/// Tells which way a message would take.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// The recipient's country, if it is known.
    pub country: Option<Country>,
    /// The recipient's mobile operator, if one is set that has the number.
    pub operator: Option<String>,
    /// All routes, in the order in which they are considered for it: those of the kind asked for, then those of no kind, then those
    /// that are not considered.
    pub rules: Vec<Rule>,
    /// The ways of the route that applies, tier by tier; empty when none does.
    pub tiers: Vec<Vec<WayNow>>,
    /// What it would take; `None` when no route applies, and the message is not accepted.
    pub takes: Option<Taken>,
}

/// Is one route, and what it says of the message.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub settings: RouteSettings,
    /// What it says.
    pub verdict: Verdict,
}

/// Says what a route says of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It decides: the first of which everything fits.
    Applies,
    /// Everything fits, but another one comes before it.
    ComesAfter,
    /// This does not fit, and perhaps more.
    Misfit(Feature),
}

/// Is one connector of a tier, as it is now.
#[derive(Clone, Debug)]
pub struct WayNow {
    /// Which connector.
    pub connector: ConnectorId,
    /// Its name; its number, when it cannot be read.
    pub name: String,
    /// Its share of the tier's messages.
    pub weight: u32,
    /// How it was when the running gateway noted it last; `None` when none has.
    pub noted: Option<Noted>,
}

impl WayNow {
    /// Tells whether messages that can go another way do, as far as that is known.
    pub fn is_passed_over(&self) -> bool {
        let noted = self.noted.as_ref();
        noted.is_some_and(|noted| noted.is_current && noted.condition.passed_over)
    }
}

/// Says which connector a message would take, and why that one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The connector's name.
    pub connector: String,
    /// Why.
    pub why: Why,
}

/// Says why a connector is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It is the only one of the first tier that is not passed over, or the one that the recipient has by weight.
    Its,
    /// Every connector of the tiers before its own is passed over.
    TiersBefore,
    /// Every connector of the route is passed over: the message waits for one of the first tier.
    All,
}

impl Gateway {
    /// Tells which way a message would take now. How the connectors are is what the running gateway has noted of them.
    pub async fn explain(&self, question: &Question) -> Result<Explanation, AdminError> {
        let directory = self.directory();
        let conditions = self.conditions().await?;
        let message = Features {
            account: question.account,
            originator: &question.originator,
            recipient: &question.recipient,
            lane: question.lane,
            kind: question.kind.as_deref(),
        };
        let (routes, operators) = (&directory.routes, &directory.operators);
        let chosen = choose(routes, operators, &message);
        let names: BTreeMap<_, _> = directory
            .connectors
            .iter()
            .map(|spec| (spec.id, spec.name.clone()))
            .collect();
        let name = |id: ConnectorId| names.get(&id).cloned().unwrap_or_else(|| id.to_string());
        let tiers: Vec<Vec<WayNow>> = chosen
            .map(|route| {
                let now = |tier: &[crate::directory::Weighted]| {
                    let ways = tier.iter().map(|way| WayNow {
                        connector: way.id(),
                        name: name(way.id()),
                        weight: way.weight,
                        noted: conditions.get(&way.id()).cloned(),
                    });
                    ways.collect()
                };
                route.tiers.iter().map(now).collect()
            })
            .unwrap_or_default();
        let takes = chosen.and_then(|route| {
            let is_passed_over = |id: ConnectorId| {
                let mut ways = tiers.iter().flatten();
                ways.any(|way| way.connector == id && way.is_passed_over())
            };
            let taken = route.tiers.pick(&question.recipient, is_passed_over)?;
            let why = match route.tiers.tier_of(taken) {
                _ if is_passed_over(taken) => Why::All,
                Some(0) | None => Why::Its,
                Some(_) => Why::TiersBefore,
            };
            let connector = name(taken);
            Some(Taken { connector, why })
        });
        Ok(Explanation {
            country: Country::of(&question.recipient),
            operator: operators.of(&question.recipient).map(ToOwned::to_owned),
            rules: rules(routes, operators, &message, chosen),
            tiers,
            takes,
        })
    }
}

/// Lists the routes in the order in which they are considered, each with what it says.
fn rules(
    routes: &[Route],
    operators: &Operators,
    message: &Features<'_>,
    chosen: Option<&Route>,
) -> Vec<Rule> {
    let place = |route: &&Route| match route.settings.kind.as_deref() {
        Some(kind) if Some(kind) == message.kind => 0,
        None => 1,
        Some(_) => 2,
    };
    let verdict = |route: &Route| match route.misfit(message, operators) {
        _ if place(&route) == 2 => Verdict::Misfit(Feature::Kind),
        Some(feature) => Verdict::Misfit(feature),
        None if chosen.is_some_and(|chosen| chosen.name == route.name) => Verdict::Applies,
        None => Verdict::ComesAfter,
    };
    let mut considered: Vec<_> = routes.iter().collect();
    // Stable: within each they stay in the order of their ranks.
    considered.sort_by_key(place);
    considered
        .into_iter()
        .map(|route| Rule {
            name: route.name.clone(),
            settings: route.settings.clone(),
            verdict: verdict(route),
        })
        .collect()
}
