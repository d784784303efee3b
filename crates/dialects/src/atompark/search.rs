//! Searches: `{"name":{"operation":"like","value":"test%"}}` and the other forms in which programs send conditions.

use gateway::search::{Condition, Operation};

use super::faults::Failure;
use super::request::Arguments;
use crate::wire::json;
use crate::wire::php::{Array, Value};

/// How many conditions one search may have; each is looked at for every row.
const MOST_CONDITIONS: usize = 100;

impl Arguments<'_> {
    /// Reads the conditions, all of which must hold; none when there are none. `fields` are the names of what may be searched,
    /// in any case.
    ///
    /// They come as JSON or in the notation of PHP's arrays; a value alone stands for equality. A field or an operation that
    /// does not exist is malformed.
    pub(super) fn conditions<F: Copy>(
        self,
        fields: &[(&str, F)],
    ) -> Result<Vec<(F, Condition)>, Failure> {
        let read;
        let conditions = match self.value("searchFields") {
            None => return Ok(Vec::new()),
            Some(Value::Array(array)) => array,
            Some(Value::Text(_)) => {
                let text = self.text("searchFields")?.unwrap_or_default();
                read = json::lenient_array(text).ok_or(Failure::Malformed)?;
                &read
            }
        };
        if conditions.len() > MOST_CONDITIONS {
            return Err(Failure::TooLarge);
        }
        let condition = |(name, condition): (&[u8], &Value)| {
            let mut fields = fields.iter();
            let &(_, field) = fields
                .find(|(known, _)| name.trim_ascii().eq_ignore_ascii_case(known.as_bytes()))
                .ok_or(Failure::Malformed)?;
            Ok((field, self::condition(condition)?))
        };
        conditions.iter().map(condition).collect()
    }
}

fn condition(condition: &Value) -> Result<Condition, Failure> {
    match condition {
        Value::Text(value) => Ok(Condition::new(Operation::Equal, text(value)?)),
        Value::Array(members) => {
            let operation = match member(members, b"operation")? {
                None => Operation::Equal,
                Some(name) => operation(name).ok_or(Failure::Malformed)?,
            };
            let value = member(members, b"value")?.ok_or(Failure::Malformed)?;
            Ok(Condition::new(operation, value))
        }
    }
}

/// Finds an operation by its name [atompark-en "The Address Book search"].
fn operation(name: &str) -> Option<Operation> {
    Some(match name.trim() {
        "=" => Operation::Equal,
        ">" => Operation::Greater,
        ">=" => Operation::GreaterOrEqual,
        "<" => Operation::Less,
        "<=" => Operation::LessOrEqual,
        name if name.eq_ignore_ascii_case("like") => Operation::Like,
        _ => return None,
    })
}

fn member<'a>(members: &'a Array, name: &[u8]) -> Result<Option<&'a str>, Failure> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::Text(octets)) => text(octets).map(Some),
        Some(Value::Array(_)) => Err(Failure::Malformed),
    }
}

fn text(octets: &[u8]) -> Result<&str, Failure> {
    std::str::from_utf8(octets).map_err(|_| Failure::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::atompark::Settings;
    use crate::atompark::request::Parameters;
    use crate::wire::{form, php};

    const FIELDS: &[(&str, u8)] = &[("name", 1), ("phones", 2), ("phone", 2)];

    /// Reads conditions out of a query, and tells for each its field and whether it holds for `Test 10`.
    fn read(query: &str) -> Option<Vec<(u8, bool)>> {
        let parameters = Parameters::of(php::fold(form::pairs(query.as_bytes())).unwrap());
        let conditions = Arguments::new(&parameters, &Settings::default())
            .conditions(FIELDS)
            .ok()?;
        let shown = |(field, condition): (u8, Condition)| (field, condition.holds("Test 10"));
        Some(conditions.into_iter().map(shown).collect())
    }

    #[test]
    fn conditions_come_as_json_or_as_arrays_of_php() {
        for query in [
            r#"searchFields={"name":{"operation":"like","value":"test%25"}}"#,
            r#"searchFields={ "Name" : { "operation" : "LIKE" , "value" : "test%25" } }"#,
            "searchFields={ “name” : { “operation” : “like” , “value” : “test%25” } }",
            "searchFields[name][operation]=like&searchFields[name][value]=test%25",
            r#"searchFields={"name":{"value":"TEST 10"}}"#,
            r#"searchFields={"name":"test 10"}"#,
            "searchFields[name]=test+10",
        ] {
            assert_eq!(read(query), Some(vec![(1, true)]), "{query}");
        }
    }

    #[test]
    fn every_operation_is_known() {
        for (operation, holds) in [
            ("like", false),
            ("=", false),
            (">", true),
            (">=", true),
            ("<", false),
            ("<=", false),
        ] {
            let query = format!(
                r#"searchFields={{"phone":{{"operation":"{operation}","value":"Test 1"}}}}"#
            );
            assert_eq!(read(&query), Some(vec![(2, holds)]), "{operation}");
        }
    }

    #[test]
    fn no_condition_holds_for_everything() {
        for query in [
            "",
            "searchFields=",
            "searchFields={}",
            "searchFields=[]",
            "searchFields=null",
        ] {
            assert_eq!(read(query), Some(vec![]), "{query}");
        }
    }

    #[test]
    fn what_is_no_condition_is_malformed() {
        for query in [
            "searchFields=Array",
            "searchFields=7",
            r#"searchFields={"name""#,
            r#"searchFields={"colour":{"operation":"=","value":"1"}}"#,
            r#"searchFields={"name":{"operation":"!=","value":"1"}}"#,
            r#"searchFields={"name":{"operation":"="}}"#,
            r#"searchFields={"name":{"operation":["="],"value":"1"}}"#,
            r#"searchFields=[{"name":"1"}]"#,
            "searchFields[name][value]=%ff",
        ] {
            assert_eq!(read(query), None, "{query}");
        }
    }
    #[test]
    fn more_conditions_than_a_search_may_have_are_too_large() {
        // Names are trimmed, so that there can be any number of them.
        let query = |count| (0..count).map(|n| format!("&searchFields[name{}]=a", " ".repeat(n)));
        let read = |count| read(&query(count).collect::<Vec<_>>().concat());
        assert_eq!(
            read(MOST_CONDITIONS).map(|all| all.len()),
            Some(MOST_CONDITIONS)
        );
        assert_eq!(read(MOST_CONDITIONS + 1), None);
    }
}
