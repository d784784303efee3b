//! Reads a script: fields are laid over those that they change, and what is misspelt is told.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{Say, Script, Step, When};
use crate::scenario::Scenario;

/// The units of a length of time, with how many milliseconds each has; `ms` before those that end like it.
const UNITS: [(&str, u64); 4] = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)];

impl Script {
    /// Reads a script in TOML; the error tells what is wrong with it.
    pub fn from_toml(text: &str) -> Result<Self, String> {
        let fields = toml::from_str(text).map_err(|error| error.to_string())?;
        script(fields)
    }

    /// Reads a script in JSON; the error tells what is wrong with it.
    pub fn from_json(text: &str) -> Result<Self, String> {
        let fields = serde_json::from_str(text).map_err(|error| error.to_string())?;
        script(fields)
    }
}

fn script(mut fields: Map<String, Value>) -> Result<Script, String> {
    let base = match fields.remove("base") {
        None => Scenario::default(),
        Some(Value::String(name)) => Scenario::named(&name).ok_or_else(|| {
            let names = Scenario::NAMES.join(", ");
            format!("base: there is no scenario \"{name}\" (there are {names})")
        })?,
        Some(other) => return Err(format!("base: {other} is not the name of a scenario")),
    };
    let steps = fields.remove("steps").unwrap_or_default();
    let scenario = over(&base, fields)?;
    let steps = match steps {
        Value::Null => Vec::new(),
        Value::Array(steps) => (1..)
            .zip(steps)
            .map(|(number, value)| {
                step(&scenario, value).map_err(|error| format!("step {number}: {error}"))
            })
            .collect::<Result<_, _>>()?,
        other => return Err(format!("steps: {other} is not a list")),
    };
    Ok(Script { scenario, steps })
}

fn step(scenario: &Scenario, value: Value) -> Result<Step, String> {
    let Value::Object(mut fields) = value else {
        return Err(format!("{value} has no fields"));
    };
    let when = match (fields.remove("at"), fields.remove("after_submits")) {
        (Some(at), None) => When::At(length(&at).map_err(|error| format!("at: {error}"))?),
        (None, Some(count)) => When::AfterSubmits(read("after_submits", count)?),
        (None, None) => return Err("say when: at = \"5s\", or after_submits = 100".to_owned()),
        (Some(_), Some(_)) => return Err("at or after_submits, not both".to_owned()),
    };
    let mut time = |name: &str| -> Result<Option<u64>, String> {
        let given = fields.remove(name).map(|given| length(&given));
        given
            .transpose()
            .map_err(|error| format!("{name}: {error}"))
    };
    let (every_ms, for_ms) = (time("every")?, time("for")?);
    if every_ms.is_some() && matches!(when, When::AfterSubmits(_)) {
        return Err("only a step at a time can come again: at = \"5s\", every = \"5s\"".to_owned());
    }
    let reset_links = match fields.remove("reset_links") {
        Some(given) => read("reset_links", given)?,
        None => false,
    };
    let say: Vec<Say> = match fields.remove("say") {
        Some(given) => read("say", given)?,
        None => Vec::new(),
    };
    let changes = !fields.is_empty();
    if !changes && !reset_links && say.is_empty() {
        return Err("nothing happens in it".to_owned());
    }
    let scenario = over(scenario, fields)?;
    Ok(Step {
        when,
        every_ms,
        for_ms,
        scenario: changes.then(|| Box::new(scenario)),
        reset_links,
        say,
    })
}

/// Lays fields over a scenario.
fn over(scenario: &Scenario, fields: Map<String, Value>) -> Result<Scenario, String> {
    let value = serde_json::to_value(scenario).map_err(|error| error.to_string())?;
    let Value::Object(mut whole) = value else {
        return Err("a scenario has no fields".to_owned());
    };
    whole.extend(fields);
    let whole = serde_json::from_value::<Scenario>(Value::Object(whole));
    whole.map_err(|error| error.to_string())?.checked()
}

fn read<T: DeserializeOwned>(name: &str, given: Value) -> Result<T, String> {
    serde_json::from_value(given).map_err(|error| format!("{name}: {error}"))
}

/// Reads a length of time in milliseconds: a number of them, or a number with its unit.
fn length(given: &Value) -> Result<u64, String> {
    let read = match given {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => UNITS.iter().find_map(|(unit, ms)| {
            let number: u64 = text.strip_suffix(unit)?.trim().parse().ok()?;
            number.checked_mul(*ms)
        }),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    read.ok_or_else(|| {
        format!("{given} is no time: write milliseconds, or \"500ms\", \"5s\", \"1m\"")
    })
}
