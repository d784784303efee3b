//! The account of development mode, with its well-known secrets, its prices and its way out.

use std::net::SocketAddr;

use gateway::directory::{
    AccountSettings, ConnectorSettings, CredentialKind, RouteSettings, TariffSettings,
};
use gateway::{Gateway, admin::AdminError};
use sms::Currency;
use sms::ledger::Book;

use crate::client::atompark_sum;

pub(crate) const NAME: &str = "dev";
pub(crate) const PUBLIC_KEY: &str = "dev-public";
pub(crate) const PRIVATE_KEY: &str = "dev-private";
pub(crate) const PASSWORD: &str = "dev";
pub(crate) const API_KEY: &str = "dev-key";
pub(crate) const TOKEN: &str = "dev-token";

/// Who messages are from where a request may leave that out.
const ORIGINATOR: &str = "Heliogram";

/// Messages that phones send to this number are the account's.
const NUMBER: &str = "380441234567";

const BALANCE_MICROS: i64 = 1_000_000_000;

/// The price of a segment, in hryvnias, and in micro-units.
const PRICE: &str = "0.13";
pub(crate) const PRICE_MICROS: i64 = 130_000;

const OPERATOR: &str = "operator";

/// Submits that may be on the wire at once: also the most that a crash can make arrive twice.
pub(crate) const WINDOW: u32 = 500;

/// Makes sure that account, prices, connector and route are there; changes nothing that was changed since.
pub(crate) async fn furnish(gateway: &Gateway, operator: SocketAddr) -> Result<(), AdminError> {
    let (tariffs, _, routes) = gateway.stored().await?;
    if !tariffs.iter().any(|tariff| tariff.name == "default") {
        let tariff = TariffSettings {
            currency: "UAH".into(),
            default: Some(PRICE.into()),
            rules: Vec::new(),
        };
        gateway.put_tariff("default", &tariff).await?;
    }
    let known = gateway
        .accounts()
        .into_iter()
        .find(|account| account.name == NAME);
    let account = if let Some(account) = known {
        account.id
    } else {
        let settings = AccountSettings {
            originator: Some(ORIGINATOR.into()),
            numbers: vec![NUMBER.into()],
            ..AccountSettings::default()
        };
        gateway.add_account(NAME, Currency::UAH, &settings).await?
    };
    // A start may have broken off at any line: each step is taken by what is there, the marker of a series last.
    if gateway.key_pair(PUBLIC_KEY).is_none() {
        for (kind, name, secret) in [
            (CredentialKind::Password, NAME, PASSWORD),
            (CredentialKind::ApiKey, "", API_KEY),
            (CredentialKind::Token, "", TOKEN),
            (CredentialKind::KeyPair, PUBLIC_KEY, PRIVATE_KEY),
        ] {
            gateway.put_credential(account, kind, name, secret).await?;
        }
    }
    if gateway.book(account).await? == Some(Book::default()) {
        gateway
            .top_up(account, BALANCE_MICROS, "development")
            .await?;
    }
    gateway
        .put_connector(OPERATOR, &connector(operator), "heliogram")
        .await?;
    if routes.is_empty() {
        gateway
            .put_route("all", OPERATOR, &RouteSettings::default())
            .await?;
    }
    Ok(())
}

fn connector(operator: SocketAddr) -> ConnectorSettings {
    ConnectorSettings {
        window: WINDOW,
        reconnect_ms: 50,
        reconnect_max_ms: 1_000,
        response_timeout_ms: 10_000,
        ..ConnectorSettings::to(operator.to_string(), "heliogram")
    }
}

/// A command that sends a message, its checksum computed.
pub(crate) fn example(http: SocketAddr) -> String {
    let parameters = [
        ("key", PUBLIC_KEY),
        ("sender", "Heliogram"),
        ("text", "Hello"),
        ("phone", "380501234567"),
    ];
    let sum = atompark_sum("sendSMS", &parameters, PRIVATE_KEY);
    let query: Vec<_> = parameters
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    format!(
        "    curl \"http://{http}/api/sms/3.0/sendSMS?{}&sum={sum}\"\n    curl \"http://{http}/dev/messages?to=380501234567&wait=10s\"",
        query.join("&")
    )
}
