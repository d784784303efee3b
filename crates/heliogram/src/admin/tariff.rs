//! `heliogram tariff …`.

use anyhow::Context;
use clap::Subcommand;
use gateway::directory::{TariffRule, TariffSettings};

use super::{changed, open, open_or_make, table, written};
use crate::cli::At;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Set a tariff, replacing the one of that name.
    Set {
        /// Its name; accounts use `default` unless told otherwise.
        #[arg(value_parser = written::name)]
        name: String,
        /// The currency of its prices.
        #[arg(long, default_value = "UAH")]
        currency: String,
        /// The price of a segment where no rule fits; without it such numbers are refused.
        #[arg(long)]
        default: Option<String>,
        /// PREFIX=PRICE for numbers that begin so; again for more.
        #[arg(long, value_parser = pair)]
        prefix: Vec<(String, String)>,
        /// COUNTRY=PRICE, ISO 3166 alpha-2; again for more.
        #[arg(long, value_parser = pair)]
        country: Vec<(String, String)>,
        /// NAME:PREFIX,PREFIX=PRICE for an operator's numbers; again for more.
        #[arg(long, value_parser = pair)]
        operator: Vec<(String, String)>,
        #[command(flatten)]
        at: At,
    },
    /// List tariffs with their rules.
    List {
        #[command(flatten)]
        at: At,
    },
    /// Remove a tariff that no account uses.
    Remove {
        /// The tariff.
        name: String,
        #[command(flatten)]
        at: At,
    },
}

fn pair(text: &str) -> Result<(String, String), String> {
    text.split_once('=')
        .map(|(key, price)| (key.to_owned(), price.to_owned()))
        .ok_or_else(|| "write it as KEY=PRICE".to_owned())
}

/// Carries a command out.
pub(crate) async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Set {
            name,
            currency,
            default,
            prefix,
            country,
            operator,
            at,
        } => {
            let prefixes = prefix.into_iter().map(|(prefix, price)| TariffRule {
                prefix: Some(prefix),
                price,
                ..TariffRule::default()
            });
            let countries = country.into_iter().map(|(country, price)| TariffRule {
                country: Some(country.to_ascii_uppercase()),
                price,
                ..TariffRule::default()
            });
            let mut rules: Vec<_> = prefixes.chain(countries).collect();
            for (operator, price) in operator {
                let (operator, prefixes) = operator
                    .split_once(':')
                    .context("write an operator as NAME:PREFIX,PREFIX=PRICE")?;
                rules.push(TariffRule {
                    operator: Some(operator.to_owned()),
                    prefixes: prefixes.split(',').map(str::to_owned).collect(),
                    price,
                    ..TariffRule::default()
                });
            }
            anyhow::ensure!(
                default.is_some() || !rules.is_empty(),
                "a tariff needs a price: --default, --prefix, --country or --operator"
            );
            let settings = TariffSettings {
                currency,
                default,
                rules,
            };
            open_or_make(&at)
                .await?
                .put_tariff(&name, &settings)
                .await?;
            changed(format_args!("tariff {name} has {}", summary(&settings)))
        }
        Command::List { at } => list(&at).await,
        Command::Remove { name, at } => {
            let removed = open(&at).await?.remove_tariff(&name).await?;
            anyhow::ensure!(removed, "there is no tariff {name}");
            changed(format_args!("tariff {name} is removed"))
        }
    }
}

fn summary(settings: &TariffSettings) -> String {
    let others = match &settings.default {
        Some(price) => format!("{price} {} a segment", settings.currency),
        None => "no price, so they are refused".to_owned(),
    };
    match settings.rules.len() {
        0 => format!("for all numbers {others}"),
        1 => format!("1 rule, and for all other numbers {others}"),
        number => format!("{number} rules, and for all other numbers {others}"),
    }
}

async fn list(at: &At) -> anyhow::Result<()> {
    let (tariffs, _, _) = open(at).await?.stored().await?;
    let mut rows = Vec::new();
    for tariff in tariffs {
        let settings: TariffSettings = serde_json::from_str(&tariff.settings)
            .with_context(|| format!("tariff {} cannot be read", tariff.name))?;
        let mut row = |numbers: String, price: String| {
            rows.push([
                tariff.name.clone(),
                numbers,
                format!("{price} {}", settings.currency),
            ]);
        };
        for rule in settings.rules {
            let numbers = match (rule.prefix, rule.country, rule.operator) {
                (Some(prefix), _, _) => prefix,
                (_, Some(country), _) => country,
                (_, _, operator) => {
                    format!(
                        "{} ({})",
                        operator.unwrap_or_default(),
                        rule.prefixes.join(", ")
                    )
                }
            };
            row(numbers, rule.price);
        }
        if let Some(price) = settings.default {
            row("all others".into(), price);
        }
    }
    table::print(["TARIFF", "NUMBERS", "PRICE OF A SEGMENT"], &rows)
}
