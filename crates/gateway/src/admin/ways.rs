//! The ways out: connectors, the routes to them, and whose numbers are whose.

use std::collections::BTreeMap;

use sms::Timestamp;
use store::ConnectorId;
use store::configuration::{Operator, Route};

use super::{AdminError, json};
use crate::Gateway;
use crate::connector::Condition;
use crate::directory::{
    ConnectorSettings, ConnectorSpec, OperatorSettings, RouteSettings, Ways, Weighted,
};
use crate::tasks::HOLDS_MS;

/// Is how a connector was when the running gateway noted it last.
#[derive(Clone, Debug, PartialEq)]
pub struct Noted {
    /// How it was.
    pub condition: Condition,
    /// When.
    pub at: Timestamp,
    /// Whether that is not long ago. A gateway notes every change within a second, and every ten seconds that there was none: an
    /// older note comes from one that does not run any more.
    pub is_current: bool,
}

impl Gateway {
    /// Adds or replaces a connector; a running gateway connects at once.
    pub async fn put_connector(
        &self,
        name: &str,
        settings: &ConnectorSettings,
        password: &str,
    ) -> Result<ConnectorId, AdminError> {
        let submitting = settings.links.saturating_add(settings.transmitters);
        for (what, value) in [
            ("links that submit", submitting),
            ("window", settings.window),
        ] {
            if value == 0 {
                return Err(AdminError::Invalid(format!("{what} must be at least 1")));
            }
        }
        let sealed = self.0.vault.seal(&ConnectorSpec::purpose(name), password);
        let id = self
            .store()
            .put_connector(name, &json(settings), &sealed)
            .await?;
        self.changed().await?;
        Ok(id)
    }

    /// Removes a connector; tells whether it was there.
    pub async fn remove_connector(&self, name: &str) -> Result<bool, AdminError> {
        let removed = self.store().remove_connector(name).await?;
        self.changed().await?;
        Ok(removed)
    }

    /// Lists connectors by number.
    pub fn connectors(&self) -> Vec<ConnectorSpec> {
        self.directory().connectors.clone()
    }

    /// Reads how each connector was when the running gateway noted it last.
    pub async fn conditions(&self) -> Result<BTreeMap<ConnectorId, Noted>, AdminError> {
        let stored = self.store().conditions().await?;
        let oldest = self.now().plus_millis(-2 * HOLDS_MS);
        let read = stored.into_iter().filter_map(|stored| {
            // What another version has written cannot always be read; it writes again in a minute.
            let condition = serde_json::from_str(&stored.condition).ok()?;
            let noted = Noted {
                condition,
                at: stored.at,
                is_current: stored.at >= oldest,
            };
            Some((stored.connector, noted))
        });
        Ok(read.collect())
    }

    /// Adds or replaces a route to connectors; a connector's name alone is one tier of that one. What the settings say of tiers is
    /// not looked at.
    pub async fn put_route(
        &self,
        name: &str,
        ways: impl Into<Ways>,
        settings: &RouteSettings,
    ) -> Result<(), AdminError> {
        let Ways(named) = ways.into();
        let tiers = self.tiers(&named)?;
        let mut connectors: Vec<_> = tiers.iter().flatten().map(|way| way.id()).collect();
        connectors.sort_unstable();
        connectors.dedup();
        if connectors.is_empty() {
            return Err(AdminError::Invalid("a route leads to a connector".into()));
        }
        let settings = RouteSettings {
            tiers,
            ..settings.clone()
        };
        let route = Route {
            name: name.to_owned(),
            connectors,
            settings: json(&settings),
        };
        self.store().put_route(route).await?;
        self.changed().await
    }

    /// Finds the connectors of tiers by their names.
    fn tiers(&self, named: &[Vec<(String, u32)>]) -> Result<Vec<Vec<Weighted>>, AdminError> {
        let directory = self.directory();
        let mut tiers = Vec::with_capacity(named.len());
        for tier in named {
            let mut ways: Vec<Weighted> = Vec::with_capacity(tier.len());
            for (name, weight) in tier {
                let invalid = |why: String| Err(AdminError::Invalid(why));
                let found = directory.connectors.iter().find(|spec| spec.name == *name);
                let Some(spec) = found else {
                    return invalid(format!("there is no connector {name}"));
                };
                if *weight == 0 {
                    return invalid(format!("the weight of {name} must be at least 1"));
                }
                if ways.iter().any(|way| way.id() == spec.id) {
                    return invalid(format!("connector {name} is twice in one tier"));
                }
                ways.push(Weighted {
                    connector: spec.id.0,
                    weight: *weight,
                });
            }
            if ways.is_empty() {
                return Err(AdminError::Invalid("a tier names a connector".into()));
            }
            tiers.push(ways);
        }
        Ok(tiers)
    }

    /// Removes a route; tells whether it was there.
    pub async fn remove_route(&self, name: &str) -> Result<bool, AdminError> {
        let removed = self.store().remove_route(name).await?;
        self.changed().await?;
        Ok(removed)
    }

    /// Adds or replaces a mobile operator, by the beginnings of its numbers.
    pub async fn put_operator(
        &self,
        name: &str,
        settings: &OperatorSettings,
    ) -> Result<(), AdminError> {
        if let Some(wrong) = settings.wrong_prefix() {
            return Err(AdminError::Invalid(format!(
                "{wrong:?} is no beginning of a number: 1 to 15 digits without plus"
            )));
        }
        for (other, has) in self.operators().await? {
            let both = settings
                .prefixes
                .iter()
                .find(|prefix| other != name && has.prefixes.contains(prefix));
            if let Some(prefix) = both {
                return Err(AdminError::Invalid(format!(
                    "numbers that begin with {prefix} are {other}'s"
                )));
            }
        }
        self.store()
            .put_operator(Operator {
                name: name.to_owned(),
                settings: json(settings),
            })
            .await?;
        self.changed().await
    }

    /// Lists the mobile operators by name.
    pub async fn operators(&self) -> Result<BTreeMap<String, OperatorSettings>, AdminError> {
        let stored = self.store().directory().await?.operators;
        let read = |operator: Operator| {
            let settings = serde_json::from_str(&operator.settings);
            settings.map(|settings| (operator.name, settings))
        };
        // What cannot be read has been reported when the directory was.
        Ok(stored
            .into_iter()
            .filter_map(|one| read(one).ok())
            .collect())
    }

    /// Removes a mobile operator; tells whether it was there. Refuses while a route asks for it.
    pub async fn remove_operator(&self, name: &str) -> Result<bool, AdminError> {
        let directory = self.directory();
        let asks =
            |route: &&crate::directory::Route| route.settings.operator.as_deref() == Some(name);
        if let Some(route) = directory.routes.iter().find(asks) {
            let route = &route.name;
            return Err(AdminError::Invalid(format!(
                "route {route} is for numbers of operator {name}"
            )));
        }
        let removed = self.store().remove_operator(name).await?;
        self.changed().await?;
        Ok(removed)
    }
}
