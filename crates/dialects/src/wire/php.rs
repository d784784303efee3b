//! Parameters the way PHP folds them: `phones[0][1]=x` is an array of arrays, and of a repeated name the last one counts.

use std::collections::HashMap;
use std::sync::Arc;

use super::form::Pair;
use super::room::{Room, TooMany};

/// How many brackets a name may have; deeper ones are left out, as PHP does with its own limit of 64.
const DEEPEST: usize = 16;

/// From how many entries on an array keeps an index of its keys.
const INDEXED_FROM: usize = 16;

/// Holds a parameter's value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Value {
    /// Octets as sent, in no charset yet.
    Text(Vec<u8>),
    /// An array; an object of JSON is one, too. It is shared, so that a long one can be read on another thread.
    Array(Arc<Array>),
}

/// Holds entries in the order of their arrival, each key once; numbers are keys in decimal digits.
#[derive(Clone, Default, Debug)]
pub(crate) struct Array {
    entries: Vec<(Vec<u8>, Value)>,
    /// Where each key stands; empty while there are few.
    positions: HashMap<Vec<u8>, usize>,
    /// The key of an entry that is given without one.
    next: u64,
}

/// Folds pairs of names and values; the names may have brackets.
pub(crate) fn fold(pairs: impl IntoIterator<Item = Pair>) -> Result<Array, TooMany> {
    fold_into(Room::new(), pairs)
}

fn fold_into(mut room: Room, pairs: impl IntoIterator<Item = Pair>) -> Result<Array, TooMany> {
    let mut folded = Array::default();
    for (name, value) in pairs {
        let made = match brackets(&name) {
            None => {
                folded.insert(name, Value::Text(value));
                1
            }
            Some(keys) if keys.len() > DEEPEST => 1,
            Some(keys) => folded.insert_deep(&keys, value).max(1),
        };
        room.take(made)?;
    }
    Ok(folded)
}

/// Finds what folding these pairs would put under a name that has no brackets; of an array only that it is one.
pub(crate) fn last(pairs: impl IntoIterator<Item = Pair>, name: &[u8]) -> Option<Value> {
    let meant = |(sent, value): Pair| match brackets(&sent) {
        None => (sent == name).then_some(Value::Text(value)),
        Some(keys) => (keys[0] == name && keys.len() <= DEEPEST).then(Value::array),
    };
    let begins_so = |(sent, _): &Pair| sent.starts_with(name);
    let pairs = pairs.into_iter().filter(begins_so);
    pairs.filter_map(meant).last()
}

impl Value {
    /// Makes an empty array.
    pub(crate) fn array() -> Self {
        Self::Array(Arc::default())
    }
}

impl Array {
    /// Returns the entries in the order of their arrival.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&[u8], &Value)> {
        self.entries
            .iter()
            .map(|(key, value)| (key.as_slice(), value))
    }

    /// Returns how many entries there are.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns the value under a key.
    pub(crate) fn get(&self, key: &[u8]) -> Option<&Value> {
        self.position(key).map(|position| &self.entries[position].1)
    }

    /// Tells whether the keys are 0, 1, 2 and so on, in this order.
    pub(crate) fn is_list(&self) -> bool {
        (0..)
            .zip(&self.entries)
            .all(|(index, (key, _))| as_index(key) == Some(index))
    }

    /// Puts a value under a key; one that is there already is replaced where it stands.
    pub(crate) fn insert(&mut self, key: Vec<u8>, value: Value) {
        match self.position(&key) {
            Some(position) => self.entries[position].1 = value,
            None => drop(self.append(key, value)),
        }
    }

    /// Puts a value under the next number.
    pub(crate) fn push(&mut self, value: Value) {
        let key = self.next.to_string().into_bytes();
        self.insert(key, value);
    }

    /// Gives the entries away, in the order of their arrival.
    pub(crate) fn into_entries(self) -> impl Iterator<Item = (Vec<u8>, Value)> {
        self.entries.into_iter()
    }

    /// Takes over another array's entries, which win where both have one.
    pub(crate) fn merge(&mut self, other: Self) {
        if self.entries.is_empty() {
            *self = other;
            return;
        }
        for (key, value) in other.entries {
            self.insert(key, value);
        }
    }

    /// Puts a value under keys, one inside the other; tells how many entries that made.
    fn insert_deep(&mut self, keys: &[&[u8]], value: Vec<u8>) -> usize {
        let Some((&key, deeper)) = keys.split_first() else {
            return 0;
        };
        let before = self.entries.len();
        let next = self.next.to_string().into_bytes();
        let position = self.place(if key.is_empty() { next } else { key.to_vec() });
        let made = usize::from(position == before);
        let slot = &mut self.entries[position].1;
        if deeper.is_empty() {
            *slot = Value::Text(value);
            return made;
        }
        if let Value::Text(_) = slot {
            *slot = Value::array();
        }
        match slot {
            Value::Array(array) => made + Arc::make_mut(array).insert_deep(deeper, value),
            Value::Text(_) => made,
        }
    }

    /// Finds or makes the place of a key.
    fn place(&mut self, key: Vec<u8>) -> usize {
        self.position(&key)
            .unwrap_or_else(|| self.append(key, Value::Text(Vec::new())))
    }

    fn append(&mut self, key: Vec<u8>, value: Value) -> usize {
        if let Some(index) = as_index(&key) {
            self.next = self.next.max(index.saturating_add(1));
        }
        let position = self.entries.len();
        if position >= INDEXED_FROM {
            if position == INDEXED_FROM {
                let keys = self.entries.iter().map(|(key, _)| key.clone());
                self.positions = keys.zip(0..).collect();
            }
            self.positions.insert(key.clone(), position);
        }
        self.entries.push((key, value));
        position
    }

    fn position(&self, key: &[u8]) -> Option<usize> {
        if self.entries.len() <= INDEXED_FROM {
            self.entries.iter().position(|(known, _)| known == key)
        } else {
            self.positions.get(key).copied()
        }
    }
}

impl PartialEq for Array {
    fn eq(&self, other: &Self) -> bool {
        self.entries == other.entries
    }
}

impl Eq for Array {}

/// Splits `phones[0][]` into `phones`, `0` and an empty key; `None` for a name without brackets.
///
/// What follows the last bracket is dropped, as PHP does.
fn brackets(name: &[u8]) -> Option<Vec<&[u8]>> {
    let open = name.iter().position(|&octet| octet == b'[')?;
    let mut rest = &name[open..];
    let mut keys = vec![&name[..open]];
    while let Some(inside) = rest.strip_prefix(b"[") {
        let Some(close) = inside.iter().position(|&octet| octet == b']') else {
            break;
        };
        keys.push(&inside[..close]);
        rest = &inside[close + 1..];
        if keys.len() > DEEPEST {
            break;
        }
    }
    (open > 0 && keys.len() > 1).then_some(keys)
}

/// Reads a key that is a number in its shortest form; `007` is a name.
fn as_index(key: &[u8]) -> Option<u64> {
    let shortest = key == b"0"
        || key
            .first()
            .is_some_and(|first| (b'1'..=b'9').contains(first));
    let digits = shortest && key.len() < 20 && key.iter().all(u8::is_ascii_digit);
    digits
        .then(|| std::str::from_utf8(key).ok()?.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::form;

    fn folded(query: &str) -> Array {
        fold(form::pairs(query.as_bytes())).unwrap()
    }

    /// Writes an array as `{key:value …}`.
    fn shown(array: &Array) -> String {
        let entry = |(key, value): (&[u8], &Value)| {
            let value = match value {
                Value::Text(text) => String::from_utf8_lossy(text).into_owned(),
                Value::Array(array) => shown(array),
            };
            format!("{}:{value}", String::from_utf8_lossy(key))
        };
        format!(
            "{{{}}}",
            array.iter().map(entry).collect::<Vec<_>>().join(" ")
        )
    }

    #[test]
    fn names_with_brackets_become_arrays() {
        for (query, expected) in [
            ("a=1&b=2", "{a:1 b:2}"),
            ("a=1&b=2&a=3", "{a:3 b:2}"),
            ("p[0][0]=x&p[0][1]=y&p[1][0]=z", "{p:{0:{0:x 1:y} 1:{0:z}}}"),
            ("p[]=x&p[]=y&p[7]=z&p[]=w", "{p:{0:x 1:y 7:z 8:w}}"),
            ("p[][]=x&p[][]=y", "{p:{0:{0:x} 1:{0:y}}}"),
            (
                "f[name][value]=x&f[name][operation]=%3D",
                "{f:{name:{value:x operation:=}}}",
            ),
            ("p%5B0%5D=x", "{p:{0:x}}"),
            ("p=1&p[0]=x", "{p:{0:x}}"),
            ("p[0]=x&p=1", "{p:1}"),
            ("p[0]garbage=x", "{p:{0:x}}"),
            ("p[0=x", "{p[0:x}"),
            ("[0]=x", "{[0]:x}"),
        ] {
            assert_eq!(shown(&folded(query)), expected, "{query}");
        }
    }

    #[test]
    fn the_body_wins_over_the_query_and_keeps_the_place() {
        let mut query = folded("key=1&p[]=x&p[]=y&z=1");
        query.merge(folded("p[]=w&key=2&new=3"));
        assert_eq!(shown(&query), "{key:2 p:{0:w} z:1 new:3}");
    }

    #[test]
    fn a_list_has_the_keys_of_a_list() {
        let is_list = |query: &str| match folded(query).get(b"p") {
            Some(Value::Array(array)) => array.is_list(),
            Some(Value::Text(_)) | None => false,
        };
        assert!(is_list("p[]=x&p[]=y"));
        assert!(is_list("p[0]=x&p[1]=y"));
        assert!(!is_list("p[1]=x&p[0]=y"));
        assert!(!is_list("p[a]=x"));
        assert!(!is_list("p[00]=x"));
    }

    #[test]
    fn names_nested_too_deep_are_left_out() {
        let name = format!("p{}", "[0]".repeat(100_000));
        assert_eq!(shown(&folded(&format!("{name}=x&a=1"))), "{a:1}");
    }

    #[test]
    fn many_entries_are_found_by_their_keys() {
        let query: Vec<String> = (0..1000)
            .map(|n| format!("p[{n}][0]={n}&q{n}={n}"))
            .collect();
        let array = folded(&query.join("&"));
        assert_eq!(array.get(b"q999"), Some(&Value::Text(b"999".to_vec())));
        assert_eq!(array.get(b"q1000"), None);
        let Some(Value::Array(list)) = array.get(b"p") else {
            panic!("p is an array")
        };
        assert!(list.is_list());
        assert_eq!(list.iter().count(), 1000);
    }

    #[test]
    fn as_many_values_as_there_is_room_for_are_folded_and_no_more() {
        for (pair, pairs_in_a_hundred, what) in [
            ("&p=", 100, "repeated ones count"),
            ("&p[]=", 99, "the array is one more"),
            ("&p[][][][]=", 24, "every array counts"),
            ("&p[0][0][0]=", 97, "but once"),
        ] {
            let folded = |pairs| {
                let query = pair.repeat(pairs);
                fold_into(Room::of(100), form::pairs(query.as_bytes()))
            };
            assert!(folded(pairs_in_a_hundred).is_ok(), "{what}");
            assert!(folded(pairs_in_a_hundred + 1).is_err(), "{what}");
        }
        let names: String = (0..101)
            .map(|n| format!("&p{n}"))
            .collect::<Vec<_>>()
            .concat();
        assert!(fold_into(Room::of(101), form::pairs(names.as_bytes())).is_ok());
        assert!(fold_into(Room::of(100), form::pairs(names.as_bytes())).is_err());
    }

    proptest::proptest! {
        #[test]
        fn the_last_of_a_name_is_what_folding_puts_there(query in r"([ab0\[\]=&]|&a=0|&a\[|\[\]|(\[\]){15}){0,20}") {
            let pairs = || form::pairs(query.as_bytes());
            let shallow = |value: &Value| match value {
                Value::Text(text) => Value::Text(text.clone()),
                Value::Array(_) => Value::array(),
            };
            let expected = folded(&query).get(b"a").map(shallow);
            proptest::prop_assert_eq!(last(pairs(), b"a"), expected.clone());
            let beginning = form::pairs_beginning(query.as_bytes(), b"a");
            proptest::prop_assert_eq!(last(beginning, b"a"), expected);
        }

        #[test]
        fn any_names_are_folded(query in r"([ab01\[\]=&]|\[\]|\[0\]){0,40}") {
            let array = folded(&query);
            let mut twice = array.clone();
            twice.merge(array.clone());
            proptest::prop_assert_eq!(twice, array);
        }
    }
}
