//! Lists of phones: `[["380631692300","Sergey"],["380678521400"]]` and the other forms in which programs send them.

use std::collections::BTreeMap;

use gateway::To;
use serde::Deserialize;

use super::faults::Failure;
use crate::wire::json::{self, Scalar};
use crate::wire::php::{Array, Value};

/// Reads a list of phones, each alone, with its variables in an array, or with both in an object; as JSON, or in the
/// notation of PHP's arrays. What is not a number inside is kept, to be told as one.
pub(super) fn read(value: &Value) -> Result<Vec<To>, Failure> {
    match value {
        Value::Text(octets) => {
            let text = std::str::from_utf8(octets).map_err(|_| Failure::Malformed)?;
            let entries = entries(text).map_err(|_| Failure::Malformed)?;
            Ok(entries.into_iter().map(Entry::recipient).collect())
        }
        Value::Array(array) => array.iter().map(|(_, entry)| folded(entry)).collect(),
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Entry {
    Alone(Scalar),
    /// The phone, then perhaps its variables.
    Row(Vec<Scalar>),
    Object {
        #[serde(default)]
        phone: Scalar,
        #[serde(default)]
        variables: Scalar,
    },
}

impl Entry {
    fn recipient(self) -> To {
        match self {
            Self::Alone(phone) => recipient(phone.0, String::new()),
            Self::Row(row) => {
                let mut row = row.into_iter().map(|scalar| scalar.0);
                recipient(
                    row.next().unwrap_or_default(),
                    row.next().unwrap_or_default(),
                )
            }
            Self::Object { phone, variables } => recipient(phone.0, variables.0),
        }
    }
}

fn entries(text: &str) -> serde_json::Result<Vec<Entry>> {
    if text.trim_start().starts_with('{') {
        // PHP writes a list from which an entry was taken as an object with numbers for names.
        let numbered: BTreeMap<u32, Entry> = json::lenient(text)?;
        return Ok(numbered.into_values().collect());
    }
    json::lenient(text)
}

fn folded(entry: &Value) -> Result<To, Failure> {
    match entry {
        Value::Text(phone) => Ok(recipient(decoded(phone)?, String::new())),
        Value::Array(row) => Ok(recipient(
            member(row, ["0", "phone"])?,
            member(row, ["1", "variables"])?,
        )),
    }
}

fn member(row: &Array, keys: [&str; 2]) -> Result<String, Failure> {
    match keys.iter().find_map(|key| row.get(key.as_bytes())) {
        Some(Value::Text(octets)) => decoded(octets),
        Some(Value::Array(_)) => Err(Failure::Malformed),
        None => Ok(String::new()),
    }
}

fn decoded(octets: &[u8]) -> Result<String, Failure> {
    String::from_utf8(octets.to_vec()).map_err(|_| Failure::Malformed)
}

fn recipient(number: String, variables: String) -> To {
    To {
        number,
        variables: Some(variables).filter(|variables| !variables.is_empty()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{form, php};

    /// Shows a list as `number=variables`, or as `number` alone.
    fn shown(value: &Value) -> Option<String> {
        let one = |to: To| match to.variables {
            Some(variables) => format!("{}={variables}", to.number),
            None => to.number,
        };
        let list = read(value).ok()?;
        Some(list.into_iter().map(one).collect::<Vec<_>>().join(" "))
    }

    fn check(json: &str, expected: Option<&str>) {
        let value = Value::Text(json.as_bytes().to_vec());
        assert_eq!(shown(&value).as_deref(), expected, "{json}");
    }

    #[test]
    fn every_form_of_the_list_is_read() {
        check(
            r#"[["38063","Sergey"],["38067"]]"#,
            Some("38063=Sergey 38067"),
        );
        check(
            r#"[[380631692300,7],["1",""],["2",null]]"#,
            Some("380631692300=7 1 2"),
        );
        check(
            r#"["380631692300", 380678521400]"#,
            Some("380631692300 380678521400"),
        );
        check(
            r#"[{"phone":"1","variables":"a;b","id":[3]}]"#,
            Some("1=a;b"),
        );
        check(r#" {"0":["1","a"],"2":["2"]}"#, Some("1=a 2"));
        check("[[“38063”,”Сергей”],[“38067”]]", Some("38063=Сергей 38067"));
        check("[]", Some(""));
        check("[[],{}]", Some(" "));
    }

    #[test]
    fn what_is_no_list_is_malformed() {
        for json in [
            "",
            "Array",
            "380631692300",
            r#"[["1"]"#,
            r#"[[["1"]]]"#,
            "[true]",
        ] {
            check(json, None);
        }
        check(r#"{"phone":"1"}"#, None);
        assert_eq!(shown(&Value::Text(b"[\"\xFF\"]".to_vec())), None);
        assert_eq!(shown(&Value::Text(vec![b'['; 100_000])), None);
    }

    #[test]
    fn the_notation_of_php_is_read() {
        let query = b"p[0][0]=1&p[0][1]=a&p[1][]=2&p[2]=3&p[x][phone]=4&p[x][variables]=b";
        let parameters = php::fold(form::pairs(query));
        let phones = parameters.get(b"p").unwrap();
        assert_eq!(shown(phones).as_deref(), Some("1=a 2 3 4=b"));
        let deep = php::fold(form::pairs(b"p[0][0][0]=1"));
        assert_eq!(shown(deep.get(b"p").unwrap()), None);
    }
}
