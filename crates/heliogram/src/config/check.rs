//! What a configuration that can be read must keep to.

use std::net::SocketAddr;
use std::ops::RangeInclusive;

use gateway::directory::Network;
use sms::{Country, Currency, Money};
use toml::de::{DeTable, DeValue};

use super::{Callbacks, Config, Exchange, Problem, Senders, Smpp};
use crate::logs;

/// A number of the file: its place, its value, its bounds, and a hint.
type Bound<'a> = (&'a [&'a str], u64, RangeInclusive<u64>, &'a str);

/// An hour: who waits longer has been forgotten.
const LONGEST_TIMEOUT_MS: u64 = 3_600_000;

/// Lists what is wrong, from the top of the file to its end.
pub(super) fn problems(config: &Config, text: &str) -> Vec<Problem> {
    let mut found = Findings::of(text);
    let of_smpp = config.smpp.as_ref().map(bounds_of_smpp);
    let of_all = bounds(config).into_iter();
    for (path, value, bounds, hint) in of_all.chain(of_smpp.into_iter().flatten()) {
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
        check_smpp(smpp, config.http.listen, &mut found);
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

fn bounds_of_smpp(smpp: &Smpp) -> [Bound<'static>; 10] {
    const CONNECTIONS: RangeInclusive<u64> = 1..=100_000;
    const TIMEOUT: RangeInclusive<u64> = 1..=LONGEST_TIMEOUT_MS;
    let binds = "leave it out for 50; heliogram account gives an account a number of its own";
    [
        (
            &["smpp", "connections"],
            smpp.connections as u64,
            CONNECTIONS,
            "leave it out for 1000",
        ),
        (
            &["smpp", "unbound_connections_per_address"],
            smpp.unbound_connections_per_address as u64,
            CONNECTIONS,
            "leave it out for 250",
        ),
        (&["smpp", "binds"], smpp.binds as u64, CONNECTIONS, binds),
        (
            &["smpp", "window"],
            smpp.window as u64,
            1..=1_000,
            "leave it out for 100",
        ),
        (
            &["smpp", "throughput_per_second"],
            smpp.throughput_per_second.into(),
            0..=1_000_000,
            "0 is no limit",
        ),
        (
            &["smpp", "bind_timeout_ms"],
            smpp.bind_timeout_ms,
            TIMEOUT,
            "5000 is five seconds",
        ),
        (
            &["smpp", "response_timeout_ms"],
            smpp.response_timeout_ms,
            TIMEOUT,
            "30000 is half a minute",
        ),
        (
            &["smpp", "enquire_link_ms"],
            smpp.enquire_link_ms,
            TIMEOUT,
            "30000 is half a minute",
        ),
        (
            &["smpp", "enquire_link_timeout_ms"],
            smpp.enquire_link_timeout_ms,
            TIMEOUT,
            "10000 is ten seconds",
        ),
        (
            &["smpp", "inactivity_ms"],
            smpp.inactivity_ms,
            1..=24 * LONGEST_TIMEOUT_MS,
            "300000 is five minutes",
        ),
    ]
}

fn check_smpp(smpp: &Smpp, http: SocketAddr, found: &mut Findings<'_>) {
    found.expect(
        smpp.listen.is_some() || smpp.tls_listen.is_some(),
        &["smpp"],
        "smpp has neither listen nor tls_listen",
        "add listen = \"127.0.0.1:2775\"",
    );
    for (name, address) in [("listen", smpp.listen), ("tls_listen", smpp.tls_listen)] {
        found.expect(
            address.is_none_or(|address| !collide(http, address)),
            &["smpp", name],
            &format!("smpp.{name} is where HTTP listens"),
            "give each door its own port; 2775 is usual for SMPP",
        );
    }
    if let (Some(plain), Some(tls)) = (smpp.listen, smpp.tls_listen) {
        found.expect(
            !collide(plain, tls),
            &["smpp", "tls_listen"],
            "smpp.tls_listen is where SMPP listens without TLS",
            "give each its own port; 3550 is usual for SMPP inside TLS",
        );
    }
    if smpp.tls_listen.is_some() {
        for (name, file) in [
            ("certificate_file", &smpp.certificate_file),
            ("key_file", &smpp.key_file),
        ] {
            found.expect(
                file.is_some(),
                &["smpp", "tls_listen"],
                &format!("smpp.tls_listen needs smpp.{name}"),
                &format!("add {name} = \"/etc/heliogram/smpp.pem\""),
            );
        }
    }
    if let Some(Err(why)) = smpp.certificate() {
        let hint = "name a file of certificates and the file of its private key, both in PEM";
        found.expect(false, &["smpp", "certificate_file"], &why, hint);
    }
    // What a bind's answer has room for [smpp34 §4.1.2], and every program can read.
    let name = &smpp.system_id;
    found.expect(
        name.len() <= 15 && name.bytes().all(|octet| octet.is_ascii_graphic()),
        &["smpp", "system_id"],
        "smpp.system_id must be at most 15 letters, digits and signs of ASCII",
        "leave it out for \"heliogram\"",
    );
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
