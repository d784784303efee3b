//! A scenario with what happens in it, as a file or a command line tells it.
//!
//! A file (TOML or JSON) has the fields of a [`Scenario`] that differ from the calm ones, or from a built-in one named by `base`,
//! and a list of `steps`:
//!
//! ```toml
//! base = "clean"
//! response_delay_ms = { min = 10, max = 20 }
//!
//! [[steps]]
//! at = "5s"
//! for = "10s"
//! throttling = 1.0
//! ```
//!
//! A step is due `at` a time since the start, or `after_submits`. It may `reset_links`, let phones `say` something, and change the
//! behaviour: `for` a time, or for good. What it does not name is as at the beginning of the file.

mod built_in;
mod reading;

use std::path::Path;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::scenario::Scenario;

use built_in::CASES;

/// A scenario with its steps.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Script {
    /// How the network behaves at first.
    pub scenario: Scenario,
    /// What happens then.
    pub steps: Vec<Step>,
}

/// Something that happens once, or again and again.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// When it happens.
    pub when: When,
    /// How long after that it happens again, in milliseconds; `None` for once. Only of those that happen at a time.
    pub every_ms: Option<u64>,
    /// How long the behaviour lasts, in milliseconds; `None` for good.
    pub for_ms: Option<u64>,
    /// The behaviour; `None` when it does not change.
    pub scenario: Option<Box<Scenario>>,
    /// Whether every open link is reset.
    pub reset_links: bool,
    /// What phones say.
    pub say: Vec<Say>,
}

/// When a step happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// So many milliseconds after the start.
    At(u64),
    /// When so many submits have come; the next one meets the new behaviour.
    AfterSubmits(u64),
}

/// Something that a phone says; kept until somebody has bound.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Say {
    /// The phone's number.
    pub from: String,
    /// To which number.
    pub to: String,
    /// What.
    pub text: String,
    /// In which order the parts of a long text go.
    #[serde(default)]
    pub order: SayOrder,
    /// How often all of it goes; 0 as 1.
    #[serde(default)]
    pub copies: u8,
}

/// In which order the parts of a long text go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SayOrder {
    /// The first one first.
    #[default]
    Forward,
    /// The last one first.
    Backward,
}

impl From<Scenario> for Script {
    fn from(scenario: Scenario) -> Self {
        Self {
            scenario,
            steps: Vec::new(),
        }
    }
}

impl FromStr for Script {
    type Err = String;

    /// Reads a built-in name, an object in JSON, or the file of that name (`.json`, or else TOML).
    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(scenario) = Scenario::named(text) {
            return Ok(scenario.into());
        }
        if let Some((_, case)) = CASES.iter().find(|(name, _)| *name == text) {
            return Self::from_toml(case);
        }
        if text.trim_start().starts_with('{') {
            return Self::from_json(text);
        }
        let named = |error: std::io::Error| {
            let names = Scenario::NAMES.join(", ");
            let cases = CASES.map(|(name, _)| name).join(", ");
            format!(
                "\"{text}\" is neither a scenario ({names}), nor a case ({cases}), nor a JSON object, nor a file: {error}"
            )
        };
        let file = std::fs::read_to_string(text).map_err(named)?;
        let extension = Path::new(text).extension();
        let read = if extension.is_some_and(|it| it.eq_ignore_ascii_case("json")) {
            Self::from_json(&file)
        } else {
            Self::from_toml(&file)
        };
        read.map_err(|error| format!("{text}: {error}"))
    }
}

#[cfg(test)]
mod tests;
