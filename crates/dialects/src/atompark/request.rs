//! What the parameters of a call mean, once its sum is verified.

use gateway::Account;
use sms::{Refusal, Timestamp};

use super::faults::Failure;
use super::{Settings, parameter};
use crate::wire::local_time;
use crate::wire::php::{Array, Value};

/// Holds the parameters that may mean something, each under its name whatever its spelling, in the order of their arrival.
#[derive(Debug)]
pub(super) struct Parameters(Vec<(&'static str, Value)>);

impl Parameters {
    /// Takes them out of all that was sent.
    pub(super) fn of(sent: Array) -> Self {
        let named = |(sent, value): (Vec<u8>, Value)| Some((parameter::name(&sent)?, value));
        Self(sent.into_entries().filter_map(named).collect())
    }
}

/// Gives parameters their meaning: an empty one was not given.
#[derive(Clone, Copy)]
pub(super) struct Arguments<'a> {
    parameters: &'a Parameters,
    /// The dialect's settings, of which some say what a parameter means.
    pub(super) settings: &'a Settings,
}

impl<'a> Arguments<'a> {
    /// Takes the parameters of a call.
    pub(super) const fn new(parameters: &'a Parameters, settings: &'a Settings) -> Self {
        Self {
            parameters,
            settings,
        }
    }

    /// Tells whether a parameter is given.
    pub(super) fn has(self, name: &str) -> bool {
        self.value(name).is_some()
    }

    /// Returns a parameter that is a text.
    pub(super) fn text(self, name: &str) -> Result<Option<&'a str>, Failure> {
        match self.value(name) {
            None => Ok(None),
            Some(value) => decoded(value).map(Some),
        }
    }

    /// Returns a parameter that is a text, be it empty; `None` when it was not sent at all. For the few that an empty text clears.
    pub(super) fn given(self, name: &str) -> Result<Option<&'a str>, Failure> {
        self.sent(name).map(decoded).next().transpose()
    }

    /// Returns a parameter, unless it is empty.
    pub(super) fn value(self, name: &str) -> Option<&'a Value> {
        let is_full = |value: &&Value| !matches!(value, Value::Text(text) if text.is_empty());
        self.sent(name).find(is_full)
    }

    /// Reads a local time of the account; `None` when there is none, or a zero that stands for none.
    pub(super) fn time(self, name: &str, account: &Account) -> Result<Option<Timestamp>, Failure> {
        match self.text(name)? {
            None | Some("0" | "0000-00-00 00:00:00") => Ok(None),
            Some(text) => {
                let zone = local_time::zone(&account.settings.time_zone);
                let moment = local_time::parse(text, &zone).ok_or(Refusal::InvalidTime)?;
                Ok(Some(moment))
            }
        }
    }

    /// Reads a whole number that is not below zero; one too large is the largest, and 0 when there is none.
    pub(super) fn count(self, name: &str) -> Result<u32, Failure> {
        let Some(text) = self.text(name)?.map(str::trim) else {
            return Ok(0);
        };
        let digits = !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_digit());
        if !digits {
            return Err(Failure::Malformed);
        }
        Ok(text.parse().unwrap_or(u32::MAX))
    }

    /// Tells whether nothing shall be sent. A word that we do not know is refused: the caller wants to know, too.
    pub(super) fn is_test(self) -> Result<bool, Failure> {
        let names: &[&str] = if self.settings.test_mode_counts {
            &["test", "testMode"]
        } else {
            &["test"]
        };
        let mut test = false;
        for name in names {
            test |= match self.text(name)?.map(str::to_ascii_lowercase).as_deref() {
                None | Some("0" | "false" | "no") => false,
                Some("1" | "true" | "yes") => true,
                Some(_) => return Err(Failure::Malformed),
            };
        }
        Ok(test)
    }

    /// Returns every value that was sent for a parameter.
    fn sent(self, name: &str) -> impl Iterator<Item = &'a Value> {
        let all = self.parameters.0.iter();
        all.filter(move |(sent, _)| *sent == name)
            .map(|(_, value)| value)
    }
}

fn decoded(value: &Value) -> Result<&str, Failure> {
    match value {
        Value::Text(octets) => std::str::from_utf8(octets).map_err(|_| Failure::Malformed),
        Value::Array(_) => Err(Failure::Malformed),
    }
}

#[cfg(test)]
mod tests;
