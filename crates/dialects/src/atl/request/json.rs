//! A request as JSON: `{"request":{"head":{…},"body":[{"msisdn":"…","message":"…"}]}}`, its values texts, numbers or booleans.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::{Asked, Head, NoRequest, Row};
use crate::wire::charset::without_mark;

#[derive(Deserialize)]
struct Document<'a> {
    #[serde(borrow)]
    request: Request<'a>,
}

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(default)]
    head: Head,
    /// One for each recipient; without an array when there is one.
    #[serde(default, borrow)]
    body: Option<&'a RawValue>,
}

/// Reads a request, and no more rows of it than these.
pub(super) fn read(octets: &[u8], most_rows: usize) -> Result<Asked, NoRequest> {
    let octets = without_mark(octets.trim_ascii_start());
    let document: Document<'_> = serde_json::from_slice(octets).map_err(|_| NoRequest)?;
    let Request { head, body } = document.request;
    let rows = body.map_or(Ok(Vec::new()), |body| {
        Rows(most_rows)
            .deserialize(&mut serde_json::Deserializer::from_str(body.get()))
            .map_err(|_| NoRequest)
    })?;
    Ok(Asked { head, rows })
}

/// Is a value as its text, a number digit for digit; `null` is the empty text.
struct Scalar<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Scalar<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        Ok(Self(match raw.as_bytes().first() {
            Some(b'"') => Cow::Owned(serde_json::from_str(raw).map_err(D::Error::custom)?),
            Some(b'{' | b'[') | None => return Err(D::Error::custom("not a scalar")),
            Some(_) if raw == "null" => Cow::Borrowed(""),
            Some(_) => Cow::Borrowed(raw),
        }))
    }
}

impl<'de> Deserialize<'de> for Head {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(HeadVisitor)
    }
}

impl<'de> Deserialize<'de> for Row {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RowVisitor)
    }
}

struct HeadVisitor;

impl<'de> Visitor<'de> for HeadVisitor {
    type Value = Head;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a head")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Head, A::Error> {
        let mut head = Head::default();
        while let Some(Scalar(name)) = map.next_key()? {
            let Scalar(value) = map.next_value()?;
            head.set(&name, value);
        }
        Ok(head)
    }
}

struct RowVisitor;

impl<'de> Visitor<'de> for RowVisitor {
    type Value = Row;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a recipient")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Row, A::Error> {
        let mut row = Row::default();
        while let Some(Scalar(name)) = map.next_key()? {
            let Scalar(value) = map.next_value()?;
            row.set(&name, value);
        }
        Ok(row)
    }
}

/// Reads at most so many rows, and passes over the others.
struct Rows(usize);

impl<'de> DeserializeSeed<'de> for Rows {
    type Value = Vec<Row>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<Row>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Rows {
    type Value = Vec<Row>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("recipients")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Vec<Row>, A::Error> {
        Ok(vec![RowVisitor.visit_map(map)?])
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<Vec<Row>, A::Error> {
        let mut read = Vec::new();
        while read.len() < self.0 {
            match rows.next_element()? {
                Some(row) => read.push(row),
                None => return Ok(read),
            }
        }
        while rows.next_element::<IgnoredAny>()?.is_some() {}
        Ok(read)
    }
}
