//! `heliogram route …`.

use anyhow::Context;
use clap::Subcommand;
use gateway::directory::RouteSettings;
use sms::Country;

use super::{account_named, changed, open, table, written};
use crate::cli::At;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Set a route, replacing the one of that name. Everything that it names must fit.
    Set {
        /// Its name.
        #[arg(value_parser = written::name)]
        name: String,
        /// The connector it leads to.
        #[arg(long)]
        connector: String,
        /// Routes are tried from the lowest rank to the highest.
        #[arg(long, default_value_t = 0, allow_negative_numbers = true)]
        rank: i32,
        /// Only numbers that begin with these digits.
        #[arg(long)]
        prefix: Option<String>,
        /// Only numbers of this country, ISO 3166 alpha-2.
        #[arg(long, value_parser = written::country)]
        country: Option<Country>,
        /// Only messages from this originator.
        #[arg(long, value_parser = written::originator)]
        originator: Option<String>,
        /// Only messages of this account.
        #[arg(long)]
        account: Option<String>,
        /// Only messages for which this kind of route was asked for, such as `direct` or `national_ua`; they prefer it to routes
        /// without a kind, and take one of those where there is none of theirs.
        #[arg(long, value_parser = written::name)]
        kind: Option<String>,
        #[command(flatten)]
        at: At,
    },
    /// List routes in the order in which they are tried.
    List {
        #[command(flatten)]
        at: At,
    },
    /// Remove a route.
    Remove {
        /// The route.
        name: String,
        #[command(flatten)]
        at: At,
    },
}

/// Carries a command out.
pub(crate) async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Set {
            name,
            connector,
            rank,
            prefix,
            country,
            originator,
            account,
            kind,
            at,
        } => {
            if let Some(prefix) = &prefix {
                let digits = (1..=15).contains(&prefix.len())
                    && prefix.bytes().all(|octet| octet.is_ascii_digit());
                anyhow::ensure!(digits, "a prefix is 1 to 15 digits without plus");
            }
            let gateway = open(&at).await?;
            let account = account
                .map(|name| account_named(&gateway, &name).map(|account| account.id.0))
                .transpose()?;
            let settings = RouteSettings {
                rank,
                prefix,
                country: country.map(|country| country.code().to_owned()),
                originator,
                account,
                kind,
                ..RouteSettings::default()
            };
            gateway
                .put_route(&name, connector.as_str(), &settings)
                .await?;
            changed(format_args!(
                "route {name} of rank {rank} leads to {connector}"
            ))
        }
        Command::List { at } => list(&at).await,
        Command::Remove { name, at } => {
            let removed = open(&at).await?.remove_route(&name).await?;
            anyhow::ensure!(removed, "there is no route {name}");
            changed(format_args!("route {name} is removed"))
        }
    }
}

async fn list(at: &At) -> anyhow::Result<()> {
    let gateway = open(at).await?;
    let (_, connectors, routes) = gateway.stored().await?;
    let mut listed = Vec::new();
    for route in routes {
        let settings: RouteSettings = serde_json::from_str(&route.settings)
            .with_context(|| format!("route {} cannot be read", route.name))?;
        let connector = connectors
            .iter()
            .find(|connector| route.connectors.contains(&connector.id));
        let connector = connector
            .map(|connector| connector.name.clone())
            .unwrap_or_default();
        listed.push((settings.rank, route.name, connector, settings));
    }
    listed.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    let any = |condition: Option<String>| condition.unwrap_or_else(|| "any".into());
    let rows: Vec<_> = listed
        .into_iter()
        .map(|(rank, name, connector, settings)| {
            let account = settings.account.map(|id| id.to_string());
            [
                rank.to_string(),
                name,
                connector,
                any(settings.prefix),
                any(settings.country),
                any(settings.originator),
                any(account),
                settings.kind.unwrap_or_else(|| "none".into()),
            ]
        })
        .collect();
    table::print(
        [
            "RANK",
            "ROUTE",
            "CONNECTOR",
            "PREFIX",
            "COUNTRY",
            "ORIGINATOR",
            "ACCOUNT #",
            "KIND",
        ],
        &rows,
    )
}
