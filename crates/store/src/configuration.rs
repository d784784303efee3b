//! What the operator configures while the gateway runs: tariffs, connectors, routes; and the revision by which every
//! node notices a change, whoever made it.

use async_trait::async_trait;
use sms::{Currency, Timestamp};

use crate::accounts::{Account, Credential};
use crate::{ConnectorId, Error};

/// Describes a price table; the rules are the gateway's JSON, which the store does not look into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tariff {
    /// Its name, unique.
    pub name: String,
    /// Its rules, a JSON object.
    pub settings: String,
}

/// Says what one unit of the exchange table's base is worth in a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// The currency.
    pub currency: Currency,
    /// The base that it was set for.
    pub base: Currency,
    /// The worth in micro-units of the currency; above 0.
    pub worth_micros: i64,
}

/// Describes a way out.
#[derive(Clone, PartialEq, Eq)]
pub struct Connector {
    /// Its number, by which queue entries and receipts refer to it.
    pub id: ConnectorId,
    /// Its name, unique.
    pub name: String,
    /// Address, bind mode, window and so on: the gateway's JSON object.
    pub settings: String,
    /// Its password, sealed by the gateway; empty when it has none.
    pub secret: Vec<u8>,
}

/// Describes the rule that picks a connector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Its name, unique.
    pub name: String,
    /// The connectors it leads to, of all its tiers, in no order; at least one, none twice.
    pub connectors: Vec<ConnectorId>,
    /// What it applies to, its rank and its tiers: the gateway's JSON object.
    pub settings: String,
}

/// Describes a mobile operator, as far as routes ask for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    /// Its name, unique.
    pub name: String,
    /// The beginnings of its numbers: the gateway's JSON object.
    pub settings: String,
}

/// Describes how a connector was when it was looked at last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Which connector.
    pub connector: ConnectorId,
    /// How it was: the gateway's JSON object.
    pub condition: String,
    /// When.
    pub at: Timestamp,
}

/// Everything configured, as of one moment.
#[derive(Clone, Default)]
pub struct Directory {
    /// Grows with every change of anything in here.
    pub revision: i64,
    /// All accounts, by number.
    pub accounts: Vec<Account>,
    /// All credentials.
    pub credentials: Vec<Credential>,
    /// The exchange table, as far as it was set by command, by currency.
    pub rates: Vec<Rate>,
    /// All tariffs, by name.
    pub tariffs: Vec<Tariff>,
    /// All connectors, by number.
    pub connectors: Vec<Connector>,
    /// All routes, by name.
    pub routes: Vec<Route>,
    /// All operators, by name.
    pub operators: Vec<Operator>,
}

/// Keeps what is configured. Every change here and in [`crate::Accounts`] increases the revision in its transaction.
#[async_trait]
pub trait Configuration: Send + Sync {
    /// Tells the present revision; cheap enough to ask several times a second.
    async fn revision(&self) -> Result<i64, Error>;

    /// Reads everything configured in one consistent view.
    async fn directory(&self) -> Result<Directory, Error>;

    /// Adds or replaces the rate of a currency.
    async fn put_rate(&self, rate: Rate) -> Result<(), Error>;

    /// Removes the rate of a currency; tells whether it was there.
    async fn remove_rate(&self, currency: Currency) -> Result<bool, Error>;

    /// Adds or replaces a tariff by name.
    async fn put_tariff(&self, tariff: Tariff) -> Result<(), Error>;

    /// Removes a tariff; tells whether it was there.
    async fn remove_tariff(&self, name: &str) -> Result<bool, Error>;

    /// Adds a connector or replaces the settings and secret of the one with that name; answers its number.
    async fn put_connector(
        &self,
        name: &str,
        settings: &str,
        secret: &[u8],
    ) -> Result<ConnectorId, Error>;

    /// Removes a connector; tells whether it was there. Conflict while a route leads to it, messages wait for it or are on their way through it, or receipts are awaited from it.
    async fn remove_connector(&self, name: &str) -> Result<bool, Error>;

    /// Adds or replaces a route by name. Conflict when one of its connectors does not exist or is there twice.
    async fn put_route(&self, route: Route) -> Result<(), Error>;

    /// Removes a route; tells whether it was there.
    async fn remove_route(&self, name: &str) -> Result<bool, Error>;

    /// Adds or replaces an operator by name.
    async fn put_operator(&self, operator: Operator) -> Result<(), Error>;

    /// Removes an operator; tells whether it was there.
    async fn remove_operator(&self, name: &str) -> Result<bool, Error>;

    /// Notes how a connector is; leaves the revision alone. Nothing when the connector does not exist.
    async fn put_condition(&self, condition: Condition) -> Result<(), Error>;

    /// Reads how each connector was when that was noted last, by number.
    async fn conditions(&self) -> Result<Vec<Condition>, Error>;
}
