//! The configuration file of `heliogram serve`: one TOML file by sections, and what may be wrong with it.

mod check;
mod problem;

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Context;
use gateway::{Limits, Tempo};
use serde::Deserialize;
use sms::{Currency, Money};

pub(crate) use problem::Problem;

use crate::data::Setup;

/// A file with every setting, for people to start from.
pub(crate) const EXAMPLE: &str = include_str!("config/example.toml");

/// Holds a checked configuration.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) data: Data,
    #[serde(default)]
    pub(crate) http: Http,
    pub(crate) smpp: Option<Smpp>,
    #[serde(default)]
    pub(crate) limits: LimitsSection,
    pub(crate) exchange: Option<Exchange>,
    #[serde(default)]
    pub(crate) log: Log,
}

/// Says where everything durable is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Data {
    pub(crate) directory: PathBuf,
}

/// Sets the HTTP door.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Http {
    pub(crate) listen: SocketAddr,
    /// The largest request body that is read.
    pub(crate) body_limit_bytes: usize,
    /// How much of all requests' bodies may be in memory at once; more has to wait.
    pub(crate) bodies_limit_bytes: usize,
    /// How many connections may be open at once.
    pub(crate) connections: usize,
    /// How long a client may take to send its request's head, or stay idle between two.
    pub(crate) head_timeout_ms: u64,
    /// How long a client may take to send its request's body.
    pub(crate) body_timeout_ms: u64,
}

impl Default for Http {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8775)),
            body_limit_bytes: 8 * 1024 * 1024,
            bodies_limit_bytes: 256 * 1024 * 1024,
            connections: 10_000,
            head_timeout_ms: 60_000,
            body_timeout_ms: 60_000,
        }
    }
}

/// Sets the door for customers who speak SMPP; without the section there is none.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Smpp {
    pub(crate) listen: SocketAddr,
}

/// Bounds what one request may ask for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct LimitsSection {
    pub(crate) recipients: usize,
    pub(crate) segments: u16,
    pub(crate) lifetime_hours: u32,
}

impl Default for LimitsSection {
    fn default() -> Self {
        let limits = Limits::default();
        Self {
            recipients: limits.recipients,
            segments: limits.segments,
            lifetime_hours: 24,
        }
    }
}

/// Sets what money is worth in other currencies, for answers only: nothing is ever charged in another currency.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Exchange {
    /// The currency that the rates count from.
    pub(crate) base: String,
    /// How much of each currency one unit of the base is worth.
    #[serde(default)]
    pub(crate) rates: BTreeMap<String, String>,
}

/// Sets what is logged, to standard error.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Log {
    /// A level, or directives such as `info,smpp_net=debug`.
    pub(crate) level: String,
    pub(crate) format: LogFormat,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            level: "info".into(),
            format: LogFormat::Text,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LogFormat {
    Text,
    Json,
}

impl Config {
    /// Reads and checks a file; an error lists every problem that could be found, each with its line.
    pub(crate) fn load(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        Self::parse(&text).map_err(|problems| {
            let list: Vec<_> = problems
                .iter()
                .map(|problem| format!("{}:{problem}", path.display()))
                .collect();
            anyhow::anyhow!("{}", list.join("\n"))
        })
    }

    /// Reads and checks a text.
    pub(crate) fn parse(text: &str) -> Result<Self, Vec<Problem>> {
        let config: Self =
            toml::from_str(text).map_err(|error| vec![Problem::of_syntax(text, &error)])?;
        let problems = check::problems(&config, text);
        if problems.is_empty() {
            Ok(config)
        } else {
            Err(problems)
        }
    }

    /// What the gateway's handle is opened with.
    pub(crate) fn setup(&self) -> Setup {
        let limits = Limits {
            recipients: self.limits.recipients,
            segments: self.limits.segments,
            lifetime_ms: i64::from(self.limits.lifetime_hours) * 3_600_000,
            ..Limits::default()
        };
        let exchange = self
            .exchange
            .as_ref()
            .map(Exchange::table)
            .unwrap_or_default();
        Setup {
            limits,
            tempo: Tempo::default(),
            exchange,
        }
    }
}

impl Exchange {
    /// Rates from every currency to every other.
    fn table(&self) -> HashMap<(Currency, Currency), i64> {
        let rates = self
            .rates
            .iter()
            .map(|(code, rate)| (code.as_str(), rate.as_str()));
        exchange_table(&self.base, rates)
    }
}

/// Makes rates from every currency to every other of what one unit of the base is worth; codes and rates that cannot be read are
/// left out (a checked configuration has none).
pub(crate) fn exchange_table<'a>(
    base: &'a str,
    rates: impl Iterator<Item = (&'a str, &'a str)>,
) -> HashMap<(Currency, Currency), i64> {
    let worth: Vec<(Currency, i64)> = std::iter::once((base, "1"))
        .chain(rates)
        .filter_map(|(code, rate)| {
            let currency = Currency::parse(code).ok()?;
            let micros = Money::parse_decimal(rate, currency).ok()?.micros();
            (micros > 0).then_some((currency, micros))
        })
        .collect();
    let mut table = HashMap::new();
    for &(from, from_worth) in &worth {
        for &(to, to_worth) in &worth {
            let rate = i128::from(to_worth) * 1_000_000 / i128::from(from_worth);
            table.extend(i64::try_from(rate).ok().map(|rate| ((from, to), rate)));
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<String> {
        Config::parse(text)
            .err()
            .unwrap()
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn a_data_directory_is_all_that_must_be_said() {
        let config = Config::parse("[data]\ndirectory = \"/srv/heliogram\"\n").unwrap();
        assert_eq!(config.http.listen.port(), 8775);
        assert!(config.smpp.is_none());
    }

    #[test]
    fn the_example_is_valid() {
        assert!(Config::parse(EXAMPLE).is_ok());
    }

    #[test]
    fn a_misspelt_key_is_told_with_its_line_and_the_right_one() {
        let found = problems(
            "[data]\ndirectory = \"d\"\n[http]\nlisten = \"127.0.0.1:1\"\nconections = 5\n",
        );
        assert!(found[0].starts_with("5:"), "{found:?}");
        assert!(found[0].contains("did you mean `connections`"), "{found:?}");
    }

    #[test]
    fn a_wrong_value_is_told_with_its_line_and_a_hint() {
        let found = problems("[data]\ndirectory = \"d\"\n[http]\nlisten = \"here\"\n");
        assert!(found[0].starts_with("4:"), "{found:?}");
        assert!(found[0].contains("address and port"), "{found:?}");
    }

    #[test]
    fn every_wrong_limit_and_rate_is_told_at_once() {
        let found = problems(
            "[data]\ndirectory = \"d\"\n[limits]\nsegments = 64\nlifetime_hours = 0\n\
             [exchange]\nbase = \"hryvnia\"\n[exchange.rates]\nUSD = \"-1\"\n",
        );
        let lines: Vec<_> = found.iter().map(|problem| &problem[..2]).collect();
        assert_eq!(lines, ["4:", "5:", "7:", "9:"], "{found:?}");
    }

    #[test]
    fn rates_cross_the_base() {
        let table = exchange_table("UAH", [("USD", "0.025"), ("EUR", "0.02")].into_iter());
        assert_eq!(table[&(Currency::UAH, Currency::USD)], 25_000);
        assert_eq!(table[&(Currency::USD, Currency::UAH)], 40_000_000);
        assert_eq!(table[&(Currency::USD, Currency::EUR)], 800_000);
    }
}
