//! Writes JSON value by value, so that an answer need never be in memory as a whole.

use bytes::Bytes;
use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use crate::atompark::style::{JsonStyle, Layout};

/// Why writing cannot fail.
const PLAIN: &str = "an answer is plain data with text keys, and memory takes it";

/// Holds the octets that were written and not taken yet, and what is open.
#[derive(Debug)]
pub(in crate::atompark) struct Writer {
    layout: Layout,
    octets: Vec<u8>,
    open: Vec<Open>,
}

/// Is an array or object that has not ended.
#[derive(Clone, Copy, Debug)]
struct Open {
    kind: Kind,
    /// Whether it has no value yet.
    empty: bool,
}

/// Names what can be open.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Array,
    Object,
}

impl Writer {
    /// Begins with nothing written.
    pub(in crate::atompark) fn new(style: JsonStyle) -> Self {
        Self {
            layout: Layout::new(style),
            octets: Vec::with_capacity(256),
            open: Vec::new(),
        }
    }

    /// Begins an object.
    pub(in crate::atompark) fn begin_object(&mut self) {
        self.begin(Kind::Object);
    }

    /// Begins an array.
    pub(in crate::atompark) fn begin_array(&mut self) {
        self.begin(Kind::Array);
    }

    /// Begins a member of the object that is open: its name, after which its value must be written.
    pub(in crate::atompark) fn name(&mut self, name: &str) {
        let first = self.is_first();
        let (mut layout, octets) = (&mut self.layout, &mut self.octets);
        layout.begin_object_key(octets, first).expect(PLAIN);
        name.serialize(&mut Serializer::new(&mut *octets))
            .expect(PLAIN);
        layout.begin_object_value(octets).expect(PLAIN);
    }

    /// Writes a value: an element of the array that is open, or what the name just written stands for.
    pub(in crate::atompark) fn value(&mut self, value: &(impl Serialize + ?Sized)) {
        self.before_value();
        let mut serializer = Serializer::with_formatter(&mut self.octets, &mut self.layout);
        value.serialize(&mut serializer).expect(PLAIN);
        self.after_value();
    }

    /// Ends the array or object that was begun last and has not ended.
    pub(in crate::atompark) fn end(&mut self) {
        let ended = self.open.pop().expect("only what was begun is ended");
        let (mut layout, octets) = (&mut self.layout, &mut self.octets);
        match ended.kind {
            Kind::Array => layout.end_array(octets),
            Kind::Object => layout.end_object(octets),
        }
        .expect(PLAIN);
        self.after_value();
    }

    /// Writes what follows the last value.
    pub(in crate::atompark) fn finish(&mut self) {
        self.layout.end(&mut self.octets).expect(PLAIN);
    }

    /// Returns how many octets wait to be taken.
    pub(in crate::atompark) fn len(&self) -> usize {
        self.octets.len()
    }

    /// Takes the octets that were written since the last time.
    pub(in crate::atompark) fn take(&mut self) -> Bytes {
        std::mem::take(&mut self.octets).into()
    }

    fn begin(&mut self, kind: Kind) {
        self.before_value();
        let (mut layout, octets) = (&mut self.layout, &mut self.octets);
        match kind {
            Kind::Array => layout.begin_array(octets),
            Kind::Object => layout.begin_object(octets),
        }
        .expect(PLAIN);
        self.open.push(Open { kind, empty: true });
    }

    fn before_value(&mut self) {
        if self
            .open
            .last()
            .is_some_and(|open| open.kind == Kind::Array)
        {
            let first = self.is_first();
            let mut layout = &mut self.layout;
            layout
                .begin_array_value(&mut self.octets, first)
                .expect(PLAIN);
        }
    }

    fn after_value(&mut self) {
        let (mut layout, octets) = (&mut self.layout, &mut self.octets);
        match self.open.last().map(|open| open.kind) {
            Some(Kind::Array) => layout.end_array_value(octets).expect(PLAIN),
            Some(Kind::Object) => layout.end_object_value(octets).expect(PLAIN),
            None => {}
        }
    }

    /// Tells whether nothing was written into what is open; from now on something has been.
    fn is_first(&mut self) -> bool {
        self.open
            .last_mut()
            .is_some_and(|open| std::mem::replace(&mut open.empty, false))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// Writes a value member by member.
    fn step_by_step(writer: &mut Writer, value: &Value) {
        match value {
            Value::Array(elements) => {
                writer.begin_array();
                for element in elements {
                    step_by_step(writer, element);
                }
                writer.end();
            }
            Value::Object(members) => {
                writer.begin_object();
                for (name, member) in members {
                    writer.name(name);
                    step_by_step(writer, member);
                }
                writer.end();
            }
            scalar => writer.value(scalar),
        }
    }

    fn written(style: JsonStyle, write: impl FnOnce(&mut Writer)) -> String {
        let mut writer = Writer::new(style);
        write(&mut writer);
        writer.finish();
        String::from_utf8(writer.take().into()).unwrap()
    }

    #[test]
    fn the_documents_layout_is_kept_to_the_last_space() {
        let value = json!({"result": {"count": 2, "data": [["1", "Иван/\"x\"\n"], []]}});
        let expected = "{\n   \"result\":{\n      \"count\":2,\n      \"data\":[\n         [\n            \
                        \"1\",\n            \"Иван/\\\"x\\\"\\n\"\n         ],\n         []\n      ]\n   }\n} ";
        assert_eq!(
            written(JsonStyle::Document, |writer| writer.value(&value)),
            expected
        );
    }

    #[test]
    fn the_compact_style_has_no_space() {
        let value = json!({"a": [1, "b c"], "d": {}});
        assert_eq!(
            written(JsonStyle::Compact, |writer| writer.value(&value)),
            r#"{"a":[1,"b c"],"d":{}}"#
        );
    }

    #[test]
    fn a_value_written_step_by_step_is_the_value_written_at_once() {
        for value in [
            json!(null),
            json!([]),
            json!({}),
            json!([[], {}, [[1]], {"a": {}}, {"b": []}]),
            json!({"result": {"count": 0, "data": [], "fields": ["a \"b\""], "more": [{"x": 1, "y": [2]}, 3]}}),
        ] {
            for style in [JsonStyle::Document, JsonStyle::Compact] {
                let stepped = written(style, |writer| step_by_step(writer, &value));
                let at_once = written(style, |writer| writer.value(&value));
                assert_eq!(stepped, at_once);
            }
        }
    }
}
