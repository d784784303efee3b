//! JSON as strangers write it: objects as parameters, and quotes that a word processor has made pretty.

use std::fmt;
use std::sync::Arc;

use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess,
    Visitor,
};
use serde_json::value::RawValue;
use thiserror::Error;

use super::php::{Array, Value};
use super::room::{Room, TooMany};

/// How many octets a value may have that is read where others wait: options and conditions are short.
const LONGEST_BY_HAND: usize = 64 * 1024;

/// Quotation marks that stand for `"` where a document was printed nicely [atompark-ru "Отправка сообщений группе"].
const TYPOGRAPHIC_QUOTES: &[char] = &['“', '”', '„', '″', '«', '»'];

/// Tells whether a content type is JSON.
pub(crate) fn is_json(content_type: &str) -> bool {
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    media_type.eq_ignore_ascii_case("application/json")
}

/// Says why octets are not parameters.
#[derive(Debug, Error)]
pub(crate) enum Unreadable {
    /// They are not an object.
    #[error("the body is not an object of JSON")]
    Malformed,
    /// They are too many.
    #[error(transparent)]
    TooMany(#[from] TooMany),
}

/// Reads an object as parameters, scalars as their texts.
pub(crate) fn parameters(json: &[u8]) -> Result<Array, Unreadable> {
    if !json.trim_ascii().starts_with(b"{") {
        return Err(Unreadable::Malformed);
    }
    match any(&mut serde_json::Deserializer::from_slice(json))? {
        Value::Array(object) => Ok(Arc::unwrap_or_clone(object)),
        Value::Text(_) => Err(Unreadable::Malformed),
    }
}

/// Finds a member of an object: a scalar as its text, of an array or an object only that it is one. Nothing else is kept.
pub(crate) fn member(json: &[u8], name: &str) -> Result<Option<Value>, Unreadable> {
    let mut json = serde_json::Deserializer::from_slice(json);
    let raw = json
        .deserialize_map(Member(name))
        .and_then(|raw| json.end().map(|()| raw))
        .map_err(|_| Unreadable::Malformed)?;
    raw.map(|raw| {
        if raw.get().starts_with(['[', '{']) {
            Ok(Value::array())
        } else {
            any(&mut serde_json::Deserializer::from_str(raw.get()))
        }
    })
    .transpose()
}

/// Reads an object or an array with its scalars as their texts, typographic quotes and all; `null` is an empty one, and `None`
/// stands for anything else, and for what is longer than anybody would write by hand.
pub(crate) fn lenient_array(json: &str) -> Option<Array> {
    if json.len() > LONGEST_BY_HAND {
        return None;
    }
    if json.trim() == "null" {
        return Some(Array::default());
    }
    let read = |json: &str| any(&mut serde_json::Deserializer::from_str(json)).ok();
    match read(json).or_else(|| read(&straight(json)?))? {
        Value::Array(array) => Some(Arc::unwrap_or_clone(array)),
        Value::Text(_) => None,
    }
}

/// Reads a value; where that fails, reads it again with typographic quotes made straight.
pub(crate) fn lenient<T: DeserializeOwned>(json: &str) -> serde_json::Result<T> {
    serde_json::from_str(json).or_else(|error| match straight(json) {
        Some(json) => serde_json::from_str(&json),
        None => Err(error),
    })
}

/// Makes typographic quotes straight; `None` where there is none.
fn straight(json: &str) -> Option<String> {
    json.contains(TYPOGRAPHIC_QUOTES)
        .then(|| json.replace(TYPOGRAPHIC_QUOTES, "\""))
}

/// Reads all of a document as one value with its scalars as texts.
fn any<'de, R: serde_json::de::Read<'de>>(
    json: &mut serde_json::Deserializer<R>,
) -> Result<Value, Unreadable> {
    let mut room = Room::new();
    let value = AnyValue(&mut room)
        .deserialize(&mut *json)
        .and_then(|value| json.end().map(|()| value));
    match value {
        Ok(value) => Ok(value),
        Err(_) if room.is_exceeded() => Err(TooMany.into()),
        Err(_) => Err(Unreadable::Malformed),
    }
}

/// Reads any value with its scalars as texts, as long as there is room.
struct AnyValue<'a>(&'a mut Room);

impl<'de> DeserializeSeed<'de> for AnyValue<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

fn text(scalar: &(impl ToString + ?Sized)) -> Value {
    Value::Text(scalar.to_string().into_bytes())
}

impl<'de> Visitor<'de> for AnyValue<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(text(""))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(text(&value))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        Ok(text(&number))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        Ok(text(&number))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Value, E> {
        Ok(text(&number))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(text(&value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut array = Array::default();
        while let Some(value) = seq.next_element_seed(AnyValue(self.0))? {
            self.0.take(1).map_err(A::Error::custom)?;
            array.push(value);
        }
        Ok(Value::Array(Arc::new(array)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut array = Array::default();
        while let Some(key) = map.next_key::<String>()? {
            self.0.take(1).map_err(A::Error::custom)?;
            array.insert(key.into_bytes(), map.next_value_seed(AnyValue(self.0))?);
        }
        Ok(Value::Array(Arc::new(array)))
    }
}

/// Finds the last member of this name, and passes over the others.
struct Member<'a>(&'a str);

impl<'de> Visitor<'de> for Member<'_> {
    type Value = Option<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(is_it) = map.next_key_seed(Named(self.0))? {
            if is_it {
                found = Some(map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

/// Tells whether a name is this one.
struct Named<'a>(&'a str);

impl<'de> DeserializeSeed<'de> for Named<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Named<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<bool, E> {
        Ok(name == self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_parameters_with_scalars_as_texts() {
        let json = r#"{"id": 754, "test": true, "text": "Привіт", "from": null, "p": [["1", 2]]}"#;
        let array = parameters(json.as_bytes()).unwrap();
        let names: Vec<_> = array.iter().map(|(name, _)| name).collect();
        assert_eq!(names, [&b"id"[..], b"test", b"text", b"from", b"p"]);
        assert_eq!(array.get(b"id"), Some(&text(&754)));
        assert_eq!(array.get(b"test"), Some(&text(&true)));
        assert_eq!(array.get(b"text"), Some(&text("Привіт")));
        assert_eq!(array.get(b"from"), Some(&text("")));
        assert!(matches!(array.get(b"p"), Some(Value::Array(list)) if list.is_list()));
    }

    #[test]
    fn what_is_no_object_gives_no_parameters() {
        for json in [
            "",
            "[]",
            "[1]",
            "1",
            "\"a\"",
            "{",
            "{\"a\":1} x",
            "\u{feff}{}",
        ] {
            let (read, found) = (parameters(json.as_bytes()), member(json.as_bytes(), "a"));
            assert!(matches!(read, Err(Unreadable::Malformed)), "{json:?}");
            assert!(matches!(found, Err(Unreadable::Malformed)), "{json:?}");
        }
        assert!(parameters(&vec![b'['; 100_000]).is_err());
        let deep = [b"{\"a\":".repeat(100_000), b"1".to_vec()].concat();
        assert!(parameters(&deep).is_err() && member(&deep, "a").is_err());
    }

    #[test]
    fn a_member_is_found_as_it_would_be_among_the_parameters() {
        for (json, expected) in [
            (r#"{"a":"1"}"#, Some(text("1"))),
            (r#"{"b":["a"],"a":7,"c":{"a":8}}"#, Some(text(&7))),
            (r#"{"a":"1","\u0061":"2"}"#, Some(text("2"))),
            (r#"{"a":"1","a":["2"]}"#, Some(Value::array())),
            (r#"{"a":{"key":"2"}}"#, Some(Value::array())),
            (r#"{"a":null}"#, Some(text(""))),
            (r#" {"b":"1"} "#, None),
            ("{}", None),
        ] {
            let found = member(json.as_bytes(), "a").unwrap();
            assert_eq!(found, expected, "{json}");
            let parameters = parameters(json.as_bytes()).unwrap();
            let same = match (parameters.get(b"a"), &found) {
                (Some(Value::Array(_)), Some(Value::Array(_))) => true,
                (read, found) => read == found.as_ref(),
            };
            assert!(same, "{json}");
        }
    }

    #[test]
    fn what_nobody_would_write_by_hand_is_not_read() {
        let list = |octets| format!("[{}1]", " ".repeat(octets - 3));
        assert!(lenient_array(&list(LONGEST_BY_HAND)).is_some());
        assert_eq!(lenient_array(&list(LONGEST_BY_HAND + 1)), None);
    }

    #[test]
    fn typographic_quotes_are_straightened_only_where_they_break_the_value() {
        let read = |json| lenient::<Vec<String>>(json).ok();
        assert_eq!(read("[“a”,″b″,«c»]").unwrap(), ["a", "b", "c"]);
        assert_eq!(read(r#"["«a»"]"#).unwrap(), ["«a»"]);
        assert_eq!(read("[a]"), None);
    }

    #[test]
    fn the_content_type_may_have_parameters() {
        assert!(is_json("application/json"));
        assert!(is_json("Application/JSON; charset=utf-8"));
        assert!(!is_json("application/x-www-form-urlencoded"));
    }
}
