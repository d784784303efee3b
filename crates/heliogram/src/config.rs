//! The configuration file of `heliogram serve`: one TOML file by sections, and what may be wrong with it.

mod check;
mod problem;
mod smpp;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Context;
use gateway::directory::Network;
use gateway::{Limits, SenderRules};
use serde::Deserialize;
use sms::{Country, Currency, Money};

pub(crate) use problem::Problem;
pub(crate) use smpp::Smpp;

use crate::callback;
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
    pub(crate) senders: Senders,
    #[serde(default)]
    pub(crate) atompark: dialects::atompark::Settings,
    #[serde(default)]
    pub(crate) atl: dialects::atl::Settings,
    #[serde(default)]
    pub(crate) smsclub: dialects::smsclub::Settings,
    #[serde(default)]
    pub(crate) smscenter: dialects::smscenter::Settings,
    #[serde(default)]
    pub(crate) callbacks: Callbacks,
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
    /// How much of all requests' bodies may be in memory at once, without those that are small; more has to wait. One address may have
    /// half of it.
    pub(crate) bodies_limit_bytes: usize,
    /// How many connections may be open at once, each with a small body: 16 KiB at most.
    pub(crate) connections: usize,
    /// How long a client may take to send its request's head, or stay idle between two.
    pub(crate) head_timeout_ms: u64,
    /// How long a client may take to send its request's body, once there is room for it; and how long it may wait for room.
    pub(crate) body_timeout_ms: u64,
    /// How long a client may send nothing of its request's body.
    pub(crate) body_idle_timeout_ms: u64,
    /// How long a client may take in nothing of its answer.
    pub(crate) answer_timeout_ms: u64,
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
            body_idle_timeout_ms: 10_000,
            answer_timeout_ms: 60_000,
        }
    }
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

/// Says where originators need an approval before messages leave, and who gives it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Senders {
    /// The countries where they do, ISO 3166 alpha-2.
    pub(crate) approval_required: Vec<String>,
    /// Whether every name is approved as it is registered; else `heliogram sender approve` and `deny` decide.
    pub(crate) approve_at_once: bool,
}

/// Says where accounts' programs may be called back: in the public network, and where the operator of the gateway allows besides.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Callbacks {
    /// Addresses and networks that are not of the public network.
    pub(crate) allow: Vec<String>,
    /// The ports at which they may listen.
    pub(crate) ports: Vec<u16>,
}

impl Default for Callbacks {
    fn default() -> Self {
        Self {
            allow: Vec::new(),
            ports: vec![80, 443],
        }
    }
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

    /// How the providers' APIs are spoken.
    pub(crate) fn dialects(&self) -> dialects::Settings {
        dialects::Settings {
            atompark: self.atompark,
            atl: self.atl.clone(),
            smsclub: self.smsclub.clone(),
            smscenter: self.smscenter,
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
        Setup {
            limits,
            exchange: self
                .exchange
                .as_ref()
                .map(Exchange::table)
                .unwrap_or_default(),
            sender_rules: self.senders.rules(),
            ..Setup::default()
        }
    }
}

impl Callbacks {
    /// What is called, and what is not.
    pub(crate) fn rules(&self) -> callback::Rules {
        let networks = self.allow.iter();
        let allow = networks.filter_map(|text| Network::parse(text)).collect();
        callback::Rules::new(allow, Some(self.ports.clone()))
    }
}

impl Exchange {
    fn table(&self) -> gateway::Exchange {
        let rates = self
            .rates
            .iter()
            .map(|(code, rate)| (code.as_str(), rate.as_str()));
        exchange_table(&self.base, rates)
    }
}

impl Senders {
    fn rules(&self) -> SenderRules {
        let countries = self.approval_required.iter();
        SenderRules {
            approval_required: countries
                .filter_map(|code| Country::parse(code).ok())
                .collect(),
            approve_at_once: self.approve_at_once,
        }
    }
}

/// Makes the table of what one unit of the base is worth; codes and rates that cannot be read are left out (a checked
/// configuration has none).
pub(crate) fn exchange_table<'a>(
    base: &str,
    rates: impl Iterator<Item = (&'a str, &'a str)>,
) -> gateway::Exchange {
    let Ok(base) = Currency::parse(base) else {
        return gateway::Exchange::default();
    };
    let read = |(code, rate): (&str, &str)| {
        let currency = Currency::parse(code).ok()?;
        let worth = Money::parse_decimal(rate, currency).ok()?;
        Some((currency, worth.micros()))
    };
    gateway::Exchange::new(base, rates.filter_map(read))
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
    fn rates_are_read_in_millionths() {
        let table = exchange_table("UAH", [("USD", "0.025"), ("EUR", "0.02")].into_iter());
        assert_eq!(table.base(), Some(Currency::UAH));
        let rates = [(Currency::EUR, 20_000), (Currency::USD, 25_000)];
        assert_eq!(table.rates(), rates);
    }

    #[test]
    fn nobodys_messages_wait_for_an_approval_unless_the_operator_wants_it() {
        let rules = |text: &str| {
            let text = format!("[data]\ndirectory = \"d\"\n{text}");
            Config::parse(&text).unwrap().setup().sender_rules
        };
        assert_eq!(rules(""), SenderRules::default());
        let wanted = rules("[senders]\napproval_required = [\"UA\"]\napprove_at_once = true\n");
        assert_eq!(
            wanted.approval_required,
            [Country::parse("UA").expect("Ukraine is known")]
        );
        assert!(wanted.approve_at_once);
    }

    #[test]
    fn what_callbacks_may_reach_is_checked() {
        let found = problems(
            "[data]\ndirectory = \"d\"\n[callbacks]\nallow = [\"10.0.0.0/8\", \"here\", \"10.0.0.0/33\"]\nports = []\n",
        );
        let lines: Vec<_> = found.iter().map(|problem| &problem[..2]).collect();
        assert_eq!(lines, ["4:", "4:", "5:"], "{found:?}");
        assert!(found[0].contains("here"), "{found:?}");
        let none = problems("[data]\ndirectory = \"d\"\n[callbacks]\nports = [0]\n");
        assert!(none[0].starts_with("4:"), "{none:?}");
    }

    #[test]
    fn a_country_that_is_none_is_told_with_the_line_of_its_list() {
        let found = problems(
            "[data]\ndirectory = \"d\"\n[senders]\napproval_required = [\"UA\", \"ua\", \"Moldova\"]\n",
        );
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found.iter().all(|problem| problem.starts_with("4:")));
        assert!(found[1].contains("Moldova"), "{found:?}");
    }
}
