//! `heliogram exchange …`.

use anyhow::Context;
use clap::Subcommand;
use gateway::{Exchange, Gateway};
use sms::{Currency, Money};

use super::{changed, open, table, written};
use crate::cli::At;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List what one unit of the base currency is worth in others: as it counts now, and as it is configured.
    List {
        #[command(flatten)]
        at: At,
    },
    /// Set what one unit of the base currency is worth, within about a second; it goes before the configured rate, also after a
    /// restart. Only answers in other currencies change: an account is always charged in its own.
    Set {
        /// The other currency.
        #[arg(value_parser = written::currency)]
        currency: Currency,
        /// What one unit of the base is worth in it, such as 0.0241.
        rate: String,
        #[command(flatten)]
        at: At,
    },
    /// Remove a rate that was set so: the configured one counts again, if there is one.
    Remove {
        /// The other currency.
        #[arg(value_parser = written::currency)]
        currency: Currency,
        #[command(flatten)]
        at: At,
    },
}

/// Carries a command out.
pub(crate) async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::List { at } => list(&at).await,
        Command::Set { currency, rate, at } => {
            let gateway = open(&at).await?;
            let base = base(&gateway)?;
            let worth = Money::parse_decimal(&rate, currency)
                .with_context(|| format!("{rate:?} is not a rate such as 0.0241"))?;
            gateway.put_rate(currency, worth.micros()).await?;
            changed(format_args!(
                "1 {base} is worth {} {currency}",
                worth.decimal()
            ))
        }
        Command::Remove { currency, at } => {
            let removed = open(&at).await?.remove_rate(currency).await?;
            anyhow::ensure!(removed, "no rate of {currency} was set by command");
            changed(format_args!("the rate of {currency} is removed"))
        }
    }
}

async fn list(at: &At) -> anyhow::Result<()> {
    let (_, setup) = at.place()?;
    let gateway = open(at).await?;
    let base = base(&gateway)?;
    let rows: Vec<_> = gateway
        .exchange()
        .rates()
        .into_iter()
        .map(|(currency, micros)| {
            [
                currency.to_string(),
                Money::new(micros, currency).decimal().to_string(),
                configured(&setup.exchange, currency),
            ]
        })
        .collect();
    let worth = format!("WORTH OF 1 {base}");
    table::print(["CURRENCY", &worth, "CONFIGURED"], &rows)
}

/// The rate of the configuration file.
fn configured(table: &Exchange, currency: Currency) -> String {
    let rates = table.rates();
    let found = rates.iter().find(|(known, _)| *known == currency);
    found.map_or_else(
        || "none".to_owned(),
        |(_, micros)| Money::new(*micros, currency).decimal().to_string(),
    )
}

fn base(gateway: &Gateway) -> anyhow::Result<Currency> {
    gateway.exchange().base().context(
        "rates count from exchange.base of the configuration file: name a file that has it with --config",
    )
}
