//! A phone of a list: whatever stands there, it is one recipient.

use std::collections::BTreeMap;
use std::fmt;

use gateway::To;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// How many entries of a list are kept; that there were more shows in one more.
pub(super) const MOST_ENTRIES: usize = 500_000;

/// Stands for what is neither text nor number, as PHP says it: it is no number of a phone.
const NESTED: &str = "Array";

/// Is a list of phones in JSON, of which [`MOST_ENTRIES`] and one are kept.
pub(super) struct Entries(pub(super) Vec<Entry>);

/// Is a phone with its variables, either of them empty where it is absent.
#[derive(Default)]
pub(super) struct Entry {
    pub(super) phone: Cell,
    pub(super) variables: Cell,
}

/// Is a phone, or its variables.
pub(super) enum Cell {
    Text(String),
    /// A number that is not written with digits alone.
    Fraction(f64),
    /// An array or an object.
    Nested,
}

impl Entry {
    /// Makes one without variables.
    pub(super) fn alone(phone: Cell) -> Self {
        let variables = Cell::default();
        Self { phone, variables }
    }
}

impl From<Entry> for To {
    /// Makes a recipient; of what is no phone one whose number is none.
    fn from(entry: Entry) -> Self {
        let number = match entry.phone {
            Cell::Text(number) => number,
            // With an exponent, so that the digits of a rounded number are not taken for a phone's.
            Cell::Fraction(number) => format!("{number:e}"),
            Cell::Nested => NESTED.to_owned(),
        };
        let (number, variables) = match entry.variables {
            Cell::Text(variables) => (number, variables),
            Cell::Fraction(variables) => (number, variables.to_string()),
            Cell::Nested => (NESTED.to_owned(), String::new()),
        };
        Self {
            variables: Some(variables).filter(|variables| !variables.is_empty()),
            ..Self::number(number)
        }
    }
}

impl Default for Cell {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EntriesVisitor).map(Self)
    }
}

struct EntriesVisitor;

impl<'de> Visitor<'de> for EntriesVisitor {
    type Value = Vec<Entry>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of phones")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<Entry>, A::Error> {
        let mut entries = Vec::new();
        while entries.len() <= MOST_ENTRIES {
            match list.next_element()? {
                Some(entry) => entries.push(entry),
                None => return Ok(entries),
            }
        }
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(entries)
    }

    /// Reads entries with numbers for names, in the order of these: PHP writes a list so from which an entry was taken.
    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Vec<Entry>, A::Error> {
        let mut numbered = BTreeMap::<u32, Entry>::new();
        while numbered.len() <= MOST_ENTRIES {
            match object.next_entry()? {
                Some((number, entry)) => numbered.insert(number, entry),
                None => break,
            };
        }
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(numbered.into_values().collect())
    }
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EntryVisitor)
    }
}

struct EntryVisitor;

impl<'de> Visitor<'de> for EntryVisitor {
    type Value = Entry;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a phone")
    }

    fn visit_unit<E: Error>(self) -> Result<Entry, E> {
        CellVisitor.visit_unit().map(Entry::alone)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Entry, E> {
        CellVisitor.visit_bool(value).map(Entry::alone)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Entry, E> {
        CellVisitor.visit_u64(number).map(Entry::alone)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Entry, E> {
        CellVisitor.visit_i64(number).map(Entry::alone)
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Entry, E> {
        CellVisitor.visit_f64(number).map(Entry::alone)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Entry, E> {
        CellVisitor.visit_str(text).map(Entry::alone)
    }

    /// Reads the phone, then perhaps its variables.
    fn visit_seq<A: SeqAccess<'de>>(self, mut row: A) -> Result<Entry, A::Error> {
        let phone = row.next_element()?.unwrap_or_default();
        let variables = row.next_element()?.unwrap_or_default();
        while row.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Entry { phone, variables })
    }

    /// Reads both by their names; PHP writes a row from which an element was taken with numbers for names.
    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Entry, A::Error> {
        let mut entry = Entry::default();
        while let Some(name) = object.next_key::<String>()? {
            match name.as_str() {
                "0" | "phone" => entry.phone = object.next_value()?,
                "1" | "variables" => entry.variables = object.next_value()?,
                _ => drop(object.next_value::<IgnoredAny>()?),
            }
        }
        Ok(entry)
    }
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CellVisitor)
    }
}

struct CellVisitor;

impl<'de> Visitor<'de> for CellVisitor {
    type Value = Cell;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a number")
    }

    fn visit_unit<E: Error>(self) -> Result<Cell, E> {
        Ok(Cell::default())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Cell, E> {
        Ok(Cell::Text(value.to_string()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Cell, E> {
        Ok(Cell::Text(number.to_string()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Cell, E> {
        Ok(Cell::Text(number.to_string()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Cell, E> {
        Ok(Cell::Fraction(number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Cell, E> {
        Ok(Cell::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Cell, A::Error> {
        while array.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Cell::Nested)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Cell, A::Error> {
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Cell::Nested)
    }
}
