//! `get_price`: what a segment costs, rule by rule of the account's tariff.

use sms::Money;
use sms::tariff::Matcher;

use crate::smscenter::answer::{Answered, Record, Value};
use crate::smscenter::call::Call;
use crate::smscenter::faults::Failure;

/// The name of the zone of all other numbers.
const OTHERS: &str = "*";

/// Kinds of messages that there is no way out for, and so no price.
const NO_PRICE: [&str; 3] = ["mms", "hlr", "call"];

/// Lists prices: those of rules, by number, and last that of all other numbers. In text and numbers each stands on a line.
pub(super) fn prices(call: &Call<'_>) -> Result<Answered, Failure> {
    let tariff = call.gateway.tariff(call.account.id);
    let tariff = tariff.ok_or(Failure::NothingFound)?;
    let price = |micros| Money::new(micros, tariff.currency()).decimal().to_string();
    let rules = tariff.rules().iter();
    let rules = rules.map(|rule| (name(&rule.matcher), price(rule.price_micros)));
    let others = tariff
        .default_micros()
        .map(|micros| (OTHERS.to_owned(), price(micros)));
    let zones: Vec<_> = (1_u32..).zip(rules.chain(others)).collect();
    if zones.is_empty() {
        return Err(Failure::NothingFound);
    }
    let lines = |line: fn(&(u32, (String, String))) -> String| {
        let lines: Vec<_> = zones.iter().map(line).collect();
        lines.join("\n")
    };
    let text = lines(|(zone, (name, price))| {
        format!("zone = {zone}, name = {name}, api = {price}, mass = {price}")
    });
    let numbers = lines(|(zone, (name, price))| format!("{zone},{name},{price},{price}"));
    let records = zones.into_iter().map(|(zone, (name, price))| {
        let record = Record::new()
            .with("zone", zone)
            .with("name", name)
            .with("api", price.clone())
            .with("mass", price);
        let absent = |record: Record, name| record.with(name, Value::Null);
        NO_PRICE.into_iter().fold(record, absent)
    });
    let zones = Value::Records("zone", records.collect());
    let record = Record::new().with("zones", zones);
    Ok(Answered::one(record.text(text).numbers(numbers)))
}

fn name(matcher: &Matcher) -> String {
    match matcher {
        Matcher::Country(country) => country.code().to_owned(),
        Matcher::Prefix(prefix) => prefix.clone(),
        Matcher::Operator { name, .. } => name.clone(),
    }
}
