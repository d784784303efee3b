//! Lists of phones: `[["380631692300","Sergey"],["380678521400"]]` and the other forms in which programs send them.

mod entry;

use gateway::To;

use super::faults::Failure;
use crate::apart;
use crate::wire::json;
use crate::wire::php::{Array, Value};
use entry::{Cell, Entries, Entry, MOST_ENTRIES};

/// A list of more octets as JSON is read on a thread of its own.
const OCTETS_AT_ONCE: usize = 64 * 1024;

/// A list of more entries in the notation of PHP is, too.
const ENTRIES_AT_ONCE: usize = 2_000;

/// Reads a list of phones, each alone, with its variables in an array, or with both in an object; as JSON, or in the
/// notation of PHP's arrays. What is not a number inside is kept, to be told as one.
pub(super) async fn read(value: &Value) -> Result<Vec<To>, Failure> {
    let is_short = match value {
        Value::Text(octets) => octets.len() <= OCTETS_AT_ONCE,
        Value::Array(array) => array.len() <= ENTRIES_AT_ONCE,
    };
    if is_short {
        return list(value);
    }
    let value = value.clone();
    apart::run(move || list(&value)).await
}

fn list(value: &Value) -> Result<Vec<To>, Failure> {
    match value {
        Value::Text(octets) => {
            let text = std::str::from_utf8(octets).map_err(|_| Failure::Malformed)?;
            let Entries(entries) = json::lenient(text).map_err(|_| Failure::Malformed)?;
            if entries.len() > MOST_ENTRIES {
                return Err(Failure::TooLarge);
            }
            Ok(entries.into_iter().map(To::from).collect())
        }
        Value::Array(array) => array.iter().map(|(_, entry)| folded(entry)).collect(),
    }
}

fn folded(value: &Value) -> Result<To, Failure> {
    let entry = match value {
        Value::Text(_) => Entry::alone(cell(Some(value))?),
        Value::Array(row) => Entry {
            phone: member(row, ["0", "phone"])?,
            variables: member(row, ["1", "variables"])?,
        },
    };
    Ok(entry.into())
}

fn member(row: &Array, keys: [&str; 2]) -> Result<Cell, Failure> {
    cell(keys.iter().find_map(|key| row.get(key.as_bytes())))
}

fn cell(value: Option<&Value>) -> Result<Cell, Failure> {
    match value {
        None => Ok(Cell::default()),
        Some(Value::Text(octets)) => {
            let text = String::from_utf8(octets.clone()).map_err(|_| Failure::Malformed)?;
            Ok(Cell::Text(text))
        }
        Some(Value::Array(_)) => Ok(Cell::Nested),
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
        let list = list(value).ok()?;
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
        check(r#"{"10":"3","2":"2"}"#, Some("2 3"));
        check("[[“38063”,”Сергей”],[“38067”]]", Some("38063=Сергей 38067"));
        check("[]", Some(""));
        check("[[],{}]", Some(" "));
        check(
            r#"[{"0":"380671000017","1":"obj"},{"1":"b","0":2}]"#,
            Some("380671000017=obj 2=b"),
        );
        check(r#"[["1","a",["more"]],["2",1.5]]"#, Some("1=a 2=1.5"));
    }

    #[test]
    fn what_is_no_list_is_malformed() {
        for json in ["", "Array", "380631692300", r#"[["1"]"#, "true", "1e5"] {
            check(json, None);
        }
        check(r#"{"phone":"1"}"#, None);
        assert_eq!(shown(&Value::Text(b"[\"\xFF\"]".to_vec())), None);
        assert_eq!(shown(&Value::Text(vec![b'['; 100_000])), None);
    }

    #[test]
    fn what_is_no_phone_in_a_list_is_kept_and_no_number() {
        for (json, expected) in [
            ("[true,null]", "true "),
            (r#"[[["1"]],"2"]"#, "Array 2"),
            (r#"[["1",["a"]],["2",{}]]"#, "Array Array"),
            (r#"[{"phone":{"number":1}}]"#, "Array"),
            (r#"[{"name":"a"}]"#, ""),
            (
                "[3.806316923e11,[380631692300.0]]",
                "3.806316923e11 3.806316923e11",
            ),
            ("[99999999999999999999]", "1e20"),
            (r#"{"0":true,"7":"1"}"#, "true 1"),
        ] {
            check(json, Some(expected));
        }
        for no_number in ["true", "Array", "3.806316923e11", "1e20", ""] {
            assert!(sms::Msisdn::parse(no_number).is_err(), "{no_number}");
        }
    }

    #[tokio::test]
    async fn a_long_list_is_read_as_a_short_one_is() {
        const MANY: usize = 10_000;
        let json = format!("[{}1]", "[2,3],".repeat(MANY - 1));
        let php = php::fold(form::pairs(&b"p[][0]=2&p[][]=2&".repeat(MANY / 2))).unwrap();
        for (value, last) in [
            (&Value::Text(json.into_bytes()), "1"),
            (php.get(b"p").unwrap(), "2"),
        ] {
            let phones = read(value).await.unwrap();
            assert_eq!(phones.len(), MANY);
            assert_eq!(phones[MANY - 1].number, last);
        }
        let more = format!("[{}1]", "1,".repeat(MOST_ENTRIES));
        let more = read(&Value::Text(more.into_bytes())).await;
        assert!(matches!(more, Err(Failure::TooLarge)));
        let broken = Value::Text(vec![b'['; OCTETS_AT_ONCE + 1]);
        assert!(matches!(read(&broken).await, Err(Failure::Malformed)));
    }

    #[test]
    fn the_notation_of_php_is_read() {
        let query = b"p[0][0]=1&p[0][1]=a&p[1][]=2&p[2]=3&p[x][phone]=4&p[x][variables]=b";
        let parameters = php::fold(form::pairs(query)).unwrap();
        let phones = parameters.get(b"p").unwrap();
        assert_eq!(shown(phones).as_deref(), Some("1=a 2 3 4=b"));
        let deep = php::fold(form::pairs(b"p[0][0][0]=1")).unwrap();
        assert_eq!(shown(deep.get(b"p").unwrap()).as_deref(), Some("Array"));
        let octets = php::fold(form::pairs(b"p[0][0]=%ff")).unwrap();
        assert_eq!(shown(octets.get(b"p").unwrap()), None);
    }
}
