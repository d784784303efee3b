//! What a provider's documents describe, item by item, each with the tests that hold it: `crates/dialects/coverage/*.toml`.
//!
//! `cargo xtask tidy` holds the files against the tests that they name, `cargo xtask docs` makes the manual's tables from
//! them. A test is written in one of three ways:
//!
//! | written | meaning |
//! | --- | --- |
//! | `case` | the golden file `<folder>/case.http` of the method, in the section of a method only |
//! | `folder/case` | the golden file of that folder |
//! | `crate::module::a_sentence` | a function under `#[test]`, in the module's file or in the file of its tests; the crate as Rust spells it |
//!
//! # The form of a file
//!
//! ```toml
//! [calls]
//! by = "path"
//! codes = ["error_code"]
//!
//! [sources]
//! shop = "The shop's API"
//!
//! [every]
//! rules = [{ name = "GET and POST", what = "are equal", tests = ["send/document"] }]
//! parameters = [{ name = "login", need = "required", what = "who asks", tests = ["send/document"] }]
//! answer = []
//! errors = [{ name = "2", what = "wrong password", shows = ["ERROR = 2 ("], tests = ["send/wrong_password", "send/wrong_password_json"] }]
//!
//! [[method]]
//! group = "Mailings"
//! name = "/sys/jobs.php add"
//! does = "Plans a mailing."
//! cites = ['shop "Mailings"']
//! tests = ["document", "dialects::shop::jobs::a_sentence"]
//! parameters = [{ name = "add", tests = ["document"] }, { name = "mms", absent = "there is no way out for it" }]
//! answer = [{ name = "id", is = ["number"], what = "its number", shows = ["OK, ID - "], tests = ["json", "document"] }]
//!
//! [[values]]
//! of = "States of a message"
//! member = "status"
//! values = [{ name = "1", what = "delivered", shows = ["Status = 1,"], tests = ["status/delivered"] }]
//! ```
//!
//! `every` is what holds for calls of any method, and its tests may call any. `group` stands where a new heading begins. Values
//! have a `member` of answers or a `parameter`, perhaps of one `method`. An item has tests, or in `absent` the reason why it is
//! not served. A parameter's other spellings stand in `[spellings]`, as `phones = ["phone"]`.
//!
//! # How a call is told
//!
//! | `calls.by` | the name of a method | its golden files stand in |
//! | --- | --- | --- |
//! | `"name"`, the default | the last word of the path, in any case | the folder of that name |
//! | `"path"` | a path, and then what else the call must send: `add` for a parameter that is not empty, `operation=submit` for one with this value; `also` lists other names of the same form | `folder`; else the last word of the path without `.php` and those parameters or values, with `_` between: `jobs_add` |
//!
//! A path ends with or without a slash. By path `/shop` is also a call of a method `/shop`, whatever more it sends.
//!
//! # What tidy holds
//!
//! | item | each golden file that it names |
//! | --- | --- |
//! | any | is there, and one of its requests calls the method in whose section it is named |
//! | parameter | sends it: in a query, a form, parts, a JSON body or XML, by path in any depth; by name one of them not empty |
//! | member of an answer | shows it as a member of JSON of one of the types in `is`, as an XML element, or has a text of `shows` |
//! | error | shows it as a member of `calls.codes` (`code` by default), has a text of `shows`, or by path has that HTTP status |
//! | value | shows it in the member, sends it in the parameter, or has a text of `shows` |
//!
//! By path, each golden file is named somewhere or stands in a method's folder. By name, what golden files send and show is listed,
//! and the dialect's own tables in `method.rs` and `parameter.rs` have the same names.

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
    #[serde(default)]
    pub(crate) calls: Calls,
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

/// Says how calls are told from one another.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Calls {
    pub(crate) by: By,
    /// Members of answers that hold the code of an error.
    pub(crate) codes: Vec<String>,
}

impl Default for Calls {
    fn default() -> Self {
        Self {
            by: By::Name,
            codes: vec!["code".to_owned()],
        }
    }
}

/// Says what the name of a method is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum By {
    /// The last word of the path.
    Name,
    /// A path and parameters.
    Path,
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
    /// As the documents spell it; see [`By`].
    pub(crate) name: Spanned<String>,
    /// Other names under which programs call it, too.
    #[serde(default)]
    pub(crate) also: Vec<String>,
    /// Where its golden files stand, when not where the name tells.
    pub(crate) folder: Option<String>,
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
    /// Texts of which an answer that is neither JSON nor XML has one.
    #[serde(default)]
    pub(crate) shows: Vec<String>,
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
    /// Lists every name, the documents' first.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.name.get_ref())
            .chain(&self.also)
            .map(String::as_str)
    }

    /// Returns the folder of its golden files.
    pub(crate) fn folder(&self, by: By) -> String {
        let name = self.name.get_ref();
        match (&self.folder, by) {
            (Some(folder), _) => folder.clone(),
            (None, By::Name) => name.clone(),
            (None, By::Path) => {
                let mut words = name.split(' ');
                let path = words.next().unwrap_or_default().trim_end_matches('/');
                let last = path.rsplit('/').next().unwrap_or_default();
                let last = last.strip_suffix(".php").unwrap_or(last);
                let sent = words.map(|word| word.rsplit('=').next().unwrap_or_default());
                std::iter::once(last)
                    .chain(sent)
                    .collect::<Vec<_>>()
                    .join("_")
            }
        }
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
    fn a_method_has_a_folder() {
        for (name, by, folder) in [
            ("name = \"sendSMS\"", By::Name, "sendSMS"),
            ("name = \"/sms/send/\"", By::Path, "send"),
            ("name = \"/sys/jobs.php add\"", By::Path, "jobs_add"),
            ("name = \"/api operation=submit\"", By::Path, "api_submit"),
            (
                "name = \"/api operation=submit\"\nfolder = \"submit\"",
                By::Path,
                "submit",
            ),
        ] {
            let method: Method = toml::from_str(&format!("{name}\ndoes = \"\"\n")).unwrap();
            assert_eq!(method.folder(by), folder);
        }
    }
}
