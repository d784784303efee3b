//! What a provider's documents describe, item by item, each with the tests that hold it: `crates/dialects/coverage/*.toml`.
//!
//! `cargo xtask tidy` holds the files against the tests that they name, `cargo xtask docs` makes the manual's tables from
//! them. A test is written in one of three ways:
//!
//! | written | meaning |
//! | --- | --- |
//! | `case` | the golden file `<method>/case.http`, in the section of a method only |
//! | `method/case` | the golden file of that folder |
//! | `crate::module::a_sentence` | a function under `#[test]`, in the module's file or in the file of its tests |

mod test;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use toml::Spanned;

pub(crate) use test::{GOLDEN, Test};

/// Where the coverage of each dialect stands: `<dialect>.toml` in this folder.
pub(crate) const FOLDER: &str = "crates/dialects/coverage/";

/// Holds one dialect's file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Coverage {
    /// Short ids of the documents, as citations use them, with their full names.
    pub(crate) sources: BTreeMap<String, String>,
    /// Parameters with their other spellings.
    #[serde(default)]
    pub(crate) spellings: BTreeMap<String, Vec<String>>,
    /// What holds for calls of any method.
    pub(crate) every: EveryCall,
    /// The methods in the documents' order.
    #[serde(rename = "method")]
    pub(crate) methods: Vec<Method>,
    /// Values that a member of an answer or a parameter can have.
    #[serde(default)]
    pub(crate) values: Vec<Values>,
}

/// What holds for calls of any method: its tests may call any.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EveryCall {
    /// Rules in prose.
    pub(crate) rules: Vec<Item>,
    pub(crate) parameters: Vec<Item>,
    pub(crate) answer: Vec<Item>,
    pub(crate) errors: Vec<Item>,
}

/// Describes a method.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Method {
    /// As the documents spell it; case does not count.
    pub(crate) name: Spanned<String>,
    /// Names beyond case under which programs call it, too.
    #[serde(default)]
    pub(crate) also: Vec<String>,
    /// The manual's heading above it, given where a new one begins.
    pub(crate) group: Option<String>,
    /// What it does, as a sentence without a subject.
    pub(crate) does: String,
    /// Sections of the documents, as `id "title"`; none for a method that only programs tell of.
    #[serde(default)]
    pub(crate) cites: Vec<String>,
    #[serde(default)]
    pub(crate) tests: Vec<String>,
    #[serde(default)]
    pub(crate) parameters: Vec<Item>,
    /// Members of the result and columns of its lists.
    #[serde(default)]
    pub(crate) answer: Vec<Item>,
    #[serde(default)]
    pub(crate) errors: Vec<Item>,
}

/// A thing that is tested, or that is absent for a reason.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Item {
    /// A name, a code or a value; a sentence for a rule.
    pub(crate) name: Spanned<String>,
    /// What it means.
    #[serde(default)]
    pub(crate) what: String,
    /// Of a parameter: whether it must be given.
    #[serde(default)]
    pub(crate) need: Need,
    /// Of a member: the JSON types that it has.
    #[serde(default = "text")]
    pub(crate) is: Vec<Kind>,
    #[serde(default)]
    pub(crate) tests: Vec<String>,
    /// Why this is not served.
    pub(crate) absent: Option<String>,
}

/// Says whether a parameter must be given, as we serve it; the documents' stars are not always meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Need {
    Required,
    #[default]
    Optional,
    /// One of those marked so.
    OneOf,
    /// Optional, and not in the documents: programs send it.
    Programs,
}

/// Names a type of JSON, with what is in an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    String,
    Number,
    Boolean,
    Null,
    Object,
    Strings,
    Numbers,
    Objects,
    Lists,
}

/// Lists the values that something can have.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Values {
    /// What these are, as a heading.
    pub(crate) of: Spanned<String>,
    /// The method whose calls show them; with none, a test may call any.
    pub(crate) method: Option<String>,
    /// The member or column whose values they are.
    pub(crate) member: Option<String>,
    /// The parameter whose values, or parts of the value, they are.
    pub(crate) parameter: Option<String>,
    #[serde(rename = "values")]
    pub(crate) items: Vec<Item>,
}

impl Coverage {
    /// Reads a file; the error says what is wrong and where.
    pub(crate) fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    /// Returns every spelling of a parameter, the documents' first.
    pub(crate) fn spellings_of<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let others = self.spellings.get(name).into_iter().flatten();
        std::iter::once(name).chain(others.map(String::as_str))
    }
}

impl Method {
    /// Tells whether a call of this name is a call of this method.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        std::iter::once(self.name.get_ref())
            .chain(&self.also)
            .any(|known| known.eq_ignore_ascii_case(name))
    }
}

impl Kind {
    /// Returns the type as the manual names it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Null => "null",
            Self::Object => "object",
            Self::Strings => "array of strings",
            Self::Numbers => "array of numbers",
            Self::Objects => "array of objects",
            Self::Lists => "array of arrays",
        }
    }

    /// Tells whether a value is of this type.
    pub(crate) fn is_of(self, value: &Value) -> bool {
        let all = |is: fn(&Value) -> bool| value.as_array().is_some_and(|all| all.iter().all(is));
        match self {
            Self::String => value.is_string(),
            Self::Number => value.is_number(),
            Self::Boolean => value.is_boolean(),
            Self::Null => value.is_null(),
            Self::Object => value.is_object(),
            Self::Strings => all(Value::is_string),
            Self::Numbers => all(Value::is_number),
            Self::Objects => all(Value::is_object),
            Self::Lists => all(Value::is_array),
        }
    }
}

fn text() -> Vec<Kind> {
    vec![Kind::String]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_key_is_told_with_its_line() {
        let text = "method = []\nvalus = []\n[sources]\n";
        let error = Coverage::parse(text).unwrap_err().to_string();
        assert!(
            error.contains("line 2") && error.contains("valus"),
            "{error}"
        );
    }

    #[test]
    fn a_method_is_called_in_any_case_and_by_its_other_names() {
        let text = "name = \"addPhone\"\nalso = [\"addPhones\"]\ndoes = \"adds\"\n";
        let method: Method = toml::from_str(text).unwrap();
        assert!(method.is_called("ADDPHONE") && method.is_called("addphones"));
        assert!(!method.is_called("addPhon"));
    }
}
