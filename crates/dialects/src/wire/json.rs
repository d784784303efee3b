//! JSON as strangers write it: objects as parameters, and quotes that a word processor has made pretty.

use std::fmt;

use serde::de::{
    Deserialize, DeserializeOwned, Deserializer, Error, MapAccess, SeqAccess, Visitor,
};

use super::php::{Array, Value};

/// Quotation marks that stand for `"` where a document was printed nicely [atompark-ru "Отправка сообщений группе"].
const TYPOGRAPHIC_QUOTES: &[char] = &['“', '”', '„', '″', '«', '»'];

/// Tells whether a content type is JSON.
pub(crate) fn is_json(content_type: &str) -> bool {
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    media_type.eq_ignore_ascii_case("application/json")
}

/// Reads an object as parameters, scalars as their texts; `None` for anything that is not an object.
pub(crate) fn parameters(json: &[u8]) -> Option<Array> {
    match serde_json::from_slice(json) {
        Ok(Scalars(Value::Array(array))) if json.trim_ascii().starts_with(b"{") => Some(array),
        Ok(_) | Err(_) => None,
    }
}

/// Reads an object or an array with its scalars as their texts, typographic quotes and all; `null` is an empty one, and `None`
/// stands for anything else.
pub(crate) fn lenient_array(json: &str) -> Option<Array> {
    match lenient(json) {
        Ok(Scalars(Value::Array(array))) => Some(array),
        Ok(Scalars(Value::Text(text))) if text.is_empty() && json.trim() == "null" => {
            Some(Array::default())
        }
        Ok(_) | Err(_) => None,
    }
}

/// Reads a value; where that fails, reads it again with typographic quotes made straight.
pub(crate) fn lenient<T: DeserializeOwned>(json: &str) -> serde_json::Result<T> {
    serde_json::from_str(json).or_else(|error| {
        if json.contains(TYPOGRAPHIC_QUOTES) {
            serde_json::from_str(&json.replace(TYPOGRAPHIC_QUOTES, "\""))
        } else {
            Err(error)
        }
    })
}

/// Holds a text, or a number or nothing as the text that it would be.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Scalar(pub(crate) String);

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor).map(Self)
    }
}

struct ScalarVisitor;

impl Visitor<'_> for ScalarVisitor {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a number")
    }

    fn visit_unit<E: Error>(self) -> Result<String, E> {
        Ok(String::new())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<String, E> {
        Ok(number.to_string())
    }
}

/// Reads any value with its scalars as texts.
struct Scalars(Value);

impl<'de> Deserialize<'de> for Scalars {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue).map(Self)
    }
}

struct AnyValue;

fn text(scalar: &(impl ToString + ?Sized)) -> Value {
    Value::Text(scalar.to_string().into_bytes())
}

impl<'de> Visitor<'de> for AnyValue {
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
        while let Some(Scalars(value)) = seq.next_element()? {
            array.push(value);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut array = Array::default();
        while let Some((key, Scalars(value))) = map.next_entry::<String, _>()? {
            array.insert(key.into_bytes(), value);
        }
        Ok(Value::Array(array))
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
            assert_eq!(parameters(json.as_bytes()), None, "{json:?}");
        }
        assert_eq!(parameters(&vec![b'['; 100_000]), None);
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
