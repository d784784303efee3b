//! The layout of JSON: as the documents print it, or without any space.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{Formatter, PrettyFormatter};

/// Says how answers are laid out. Parsers do not care, but one public program compares whole answers with the documents
/// and cuts values out of them at fixed positions.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum JsonStyle {
    /// As printed: three spaces for each level, every element of an array on a line of its own, no space after a colon,
    /// and one space after the last brace [atompark-en "Successful method call response example"].
    #[default]
    Document,
    /// In one line and without a space.
    Compact,
}

/// Writes a value in a style.
pub(super) fn write(value: &impl Serialize, style: JsonStyle) -> Vec<u8> {
    let mut octets = Vec::with_capacity(256);
    let written = match style {
        JsonStyle::Document => {
            let printed = Printed(PrettyFormatter::with_indent(b"   "));
            let written = value.serialize(&mut Serializer::with_formatter(&mut octets, printed));
            octets.push(b' ');
            written
        }
        JsonStyle::Compact => value.serialize(&mut Serializer::new(&mut octets)),
    };
    written.expect("an answer is plain data with text keys, and memory takes it");
    octets
}

/// Lays JSON out as serde's own formatter does, but for the space after the colon.
struct Printed(PrettyFormatter<'static>);

impl Formatter for Printed {
    fn begin_object_value<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b":")
    }

    fn begin_array<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: Write + ?Sized>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: Write + ?Sized>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn end_object_value<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_documents_layout_is_kept_to_the_last_space() {
        let value = json!({"result": {"count": 2, "data": [["1", "Иван/\"x\"\n"], []]}});
        let expected = "{\n   \"result\":{\n      \"count\":2,\n      \"data\":[\n         [\n            \
                        \"1\",\n            \"Иван/\\\"x\\\"\\n\"\n         ],\n         []\n      ]\n   }\n} ";
        assert_eq!(
            String::from_utf8(write(&value, JsonStyle::Document)).unwrap(),
            expected
        );
    }

    #[test]
    fn the_compact_style_has_no_space() {
        let written = write(&json!({"a": [1, "b c"]}), JsonStyle::Compact);
        assert_eq!(written, br#"{"a":[1,"b c"]}"#);
    }
}
