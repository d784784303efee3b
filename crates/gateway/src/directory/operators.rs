//! Mobile operators: whose network a number belongs to, by its beginning.

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sms::Msisdn;

/// The most digits that a number has, and so the beginning of one.
const LONGEST: usize = 15;

/// Says which numbers a mobile operator has. Stored as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OperatorSettings {
    /// The beginnings of its numbers, in digits without plus: 1 to 15 each.
    pub prefixes: Vec<String>,
}

impl OperatorSettings {
    /// Finds what is no beginning of a number.
    pub(crate) fn wrong_prefix(&self) -> Option<&str> {
        let is_wrong = |prefix: &&String| {
            !(1..=LONGEST).contains(&prefix.len())
                || !prefix.bytes().all(|octet| octet.is_ascii_digit())
        };
        self.prefixes.iter().find(is_wrong).map(String::as_str)
    }
}

/// Finds the mobile operator of a number: of all beginnings that fit, the longest decides.
#[derive(Clone, Debug, Default)]
pub(crate) struct Operators {
    by_prefix: HashMap<String, Arc<str>>,
}

impl Operators {
    /// Adds an operator's numbers; a beginning that another one has stays the other one's.
    pub(crate) fn add(&mut self, name: &str, settings: OperatorSettings) {
        let name: Arc<str> = name.into();
        for prefix in settings.prefixes {
            let taken = self.by_prefix.entry(prefix);
            taken.or_insert_with(|| Arc::clone(&name));
        }
    }

    /// Returns whose number this is; `None` when no operator has it.
    pub(crate) fn of(&self, number: &Msisdn) -> Option<&str> {
        if self.by_prefix.is_empty() {
            return None;
        }
        let digits = number.as_str();
        let longest_first = (1..=digits.len().min(LONGEST)).rev();
        longest_first
            .filter_map(|length| self.by_prefix.get(digits.get(..length)?))
            .map(|name| &**name)
            .next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(prefixes: &[&str]) -> OperatorSettings {
        OperatorSettings {
            prefixes: prefixes.iter().map(|prefix| (*prefix).into()).collect(),
        }
    }

    #[test]
    fn the_longest_beginning_decides_whose_number_it_is() {
        let mut operators = Operators::default();
        operators.add("kyivstar", settings(&["38067", "38068"]));
        operators.add("virtual", settings(&["3806712"]));
        let of = |number: &str| {
            operators
                .of(&Msisdn::parse(number).unwrap())
                .map(str::to_owned)
        };
        assert_eq!(of("380671334567").as_deref(), Some("kyivstar"));
        assert_eq!(of("380671234567").as_deref(), Some("virtual"));
        assert_eq!(of("380501234567"), None);
    }

    #[test]
    fn a_beginning_has_one_owner() {
        let mut operators = Operators::default();
        operators.add("first", settings(&["38067"]));
        operators.add("second", settings(&["38067"]));
        let number = Msisdn::parse("380671234567").unwrap();
        assert_eq!(operators.of(&number), Some("first"));
    }

    #[test]
    fn what_is_no_beginning_of_a_number_is_found() {
        for wrong in ["", "+38067", "38 067", "1234567890123456", "٣٨"] {
            assert_eq!(settings(&["38067", wrong]).wrong_prefix(), Some(wrong));
        }
        assert_eq!(settings(&["1", "123456789012345"]).wrong_prefix(), None);
    }
}
