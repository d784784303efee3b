//! What a configuration that can be read must keep to.

use std::net::SocketAddr;
use std::ops::RangeInclusive;

use gateway::directory::Network;
use sms::{Country, Currency, Money};
use toml::de::{DeTable, DeValue};

use super::{Callbacks, Config, Exchange, Problem, Senders};
use crate::logs;

/// A number of the file: its place, its value, its bounds, and a hint.
type Bound<'a> = (&'a [&'a str], u64, RangeInclusive<u64>, &'a str);

/// An hour: who waits longer has been forgotten.
const LONGEST_TIMEOUT_MS: u64 = 3_600_000;

/// Lists what is wrong, from the top of the file to its end.
pub(super) fn problems(config: &Config, text: &str) -> Vec<Problem> {
    let mut found = Findings::of(text);
    for (path, value, bounds, hint) in bounds(config) {
        let (least, most) = bounds.clone().into_inner();
        let what = format!("{} must be from {least} to {most}", path.join("."));
        found.expect(bounds.contains(&value), path, &what, hint);
    }
    found.expect(
        !config.data.directory.as_os_str().is_empty(),
        &["data", "directory"],
        "data.directory is empty",
        "name a directory, such as \"/var/lib/heliogram\"",
    );
    if let Some(smpp) = &config.smpp {
        found.expect(
            !collide(config.http.listen, smpp.listen),
            &["smpp", "listen"],
            "smpp.listen is where HTTP listens",
            "give each door its own port; 2775 is usual for SMPP",
        );
    }
    if let Err(why) = logs::directives(&config.log.level) {
        let hint =
            "write a level, such as \"info\", or levels for parts, such as \"info,smpp_net=debug\"";
        found.expect(false, &["log", "level"], &format!("log.level: {why}"), hint);
    }
    if let Some(exchange) = &config.exchange {
        check_exchange(exchange, &mut found);
    }
    check_senders(&config.senders, &mut found);
    check_callbacks(&config.callbacks, &mut found);
    found.problems.sort_by_key(Problem::line);
    found.problems
}

fn bounds(config: &Config) -> [Bound<'static>; 10] {
    let (http, limits) = (&config.http, &config.limits);
    [
        (
            &["http", "body_limit_bytes"],
            http.body_limit_bytes as u64,
            1_024..=1 << 30,
            "8388608 is 8 MiB, enough for a group of some 100000 recipients",
        ),
        (
            &["http", "bodies_limit_bytes"],
            http.bodies_limit_bytes as u64,
            (http.body_limit_bytes as u64).saturating_mul(2)..=1 << 36,
            "it holds two bodies at least, as one address may have half of it; 268435456 is 256 MiB",
        ),
        (
            &["http", "connections"],
            http.connections as u64,
            1..=1_000_000,
            "leave it out for 10000",
        ),
        (
            &["http", "head_timeout_ms"],
            http.head_timeout_ms,
            1..=LONGEST_TIMEOUT_MS,
            "60000 is a minute",
        ),
        (
            &["http", "body_timeout_ms"],
            http.body_timeout_ms,
            1..=LONGEST_TIMEOUT_MS,
            "60000 is a minute",
        ),
        (
            &["http", "body_idle_timeout_ms"],
            http.body_idle_timeout_ms,
            1..=LONGEST_TIMEOUT_MS,
            "10000 is ten seconds",
        ),
        (
            &["http", "answer_timeout_ms"],
            http.answer_timeout_ms,
            1..=LONGEST_TIMEOUT_MS,
            "60000 is a minute",
        ),
        (
            &["limits", "recipients"],
            limits.recipients as u64,
            1..=1_000_000,
            "leave it out for 100000",
        ),
        (
            &["limits", "segments"],
            limits.segments.into(),
            1..=63,
            "10 is what most operators deliver in order",
        ),
        (
            &["limits", "lifetime_hours"],
            limits.lifetime_hours.into(),
            1..=24 * 30,
            "operators give up after a few days; 24 is usual",
        ),
    ]
}

/// Tells whether two doors cannot both be opened. Port 0 takes a free one.
fn collide(one: SocketAddr, other: SocketAddr) -> bool {
    let whole = one.ip().is_unspecified() || other.ip().is_unspecified();
    one.port() == other.port() && one.port() != 0 && (whole || one.ip() == other.ip())
}

fn check_exchange(Exchange { base, rates }: &Exchange, found: &mut Findings<'_>) {
    found.expect(
        Currency::parse(base).is_ok(),
        &["exchange", "base"],
        "exchange.base is not a currency code",
        "write three capital letters, such as \"UAH\"",
    );
    for (code, rate) in rates {
        let path = ["exchange", "rates", code];
        let valid = Currency::parse(code)
            .is_ok_and(|code| Money::parse_decimal(rate, code).is_ok_and(|rate| rate.micros() > 0));
        found.expect(
            valid,
            &path,
            &format!("exchange.rates.{code} is not a rate above zero of a currency"),
            "write a decimal in quotes with at most six places, such as USD = \"0.0241\"",
        );
        found.expect(
            code != base,
            &path,
            &format!("exchange.rates.{code} is the base itself"),
            "leave it out: it is worth one of itself",
        );
    }
}

fn check_senders(senders: &Senders, found: &mut Findings<'_>) {
    for code in &senders.approval_required {
        found.expect(
            Country::parse(code).is_ok(),
            &["senders", "approval_required"],
            &format!("senders.approval_required: {code:?} is not a country's code"),
            "write two capital letters of ISO 3166, such as \"UA\"",
        );
    }
}

fn check_callbacks(callbacks: &Callbacks, found: &mut Findings<'_>) {
    for text in &callbacks.allow {
        found.expect(
            Network::parse(text).is_some(),
            &["callbacks", "allow"],
            &format!("callbacks.allow: {text:?} is neither an address nor a network"),
            "write an address or a network, such as \"10.1.2.3\" or \"10.0.0.0/8\"",
        );
    }
    found.expect(
        !callbacks.ports.is_empty() && !callbacks.ports.contains(&0),
        &["callbacks", "ports"],
        "callbacks.ports must list ports from 1 to 65535",
        "leave it out for 80 and 443",
    );
}

/// Gathers problems, each with its place in the text.
struct Findings<'a> {
    text: &'a str,
    table: Option<DeTable<'a>>,
    problems: Vec<Problem>,
}

impl<'a> Findings<'a> {
    fn of(text: &'a str) -> Self {
        let table = DeTable::parse(text).ok();
        Self {
            text,
            table: table.map(toml::Spanned::into_inner),
            problems: Vec::new(),
        }
    }

    fn expect(&mut self, holds: bool, path: &[&str], what: &str, hint: &str) {
        if !holds {
            let offset = self.table.as_ref().map_or(0, |table| offset(table, path));
            self.problems
                .push(Problem::at(self.text, offset, what, hint));
        }
    }
}

/// Where a value begins; 0 when it is not in the file, and what is wrong is its default's clash with something that is.
fn offset(mut table: &DeTable<'_>, path: &[&str]) -> usize {
    let mut offset = 0;
    for name in path {
        let Some((_, value)) = table.iter().find(|(key, _)| key.get_ref() == name) else {
            return offset;
        };
        offset = value.span().start;
        match value.get_ref() {
            DeValue::Table(inner) => table = inner,
            _ => return offset,
        }
    }
    offset
}
