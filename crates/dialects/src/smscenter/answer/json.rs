//! JSON, laid out as the provider's: each member on a line of its own, one blank behind the colon, nothing indented.

use std::fmt::Write;

use super::{Answered, Record, Shape, Value};
use crate::wire::charset::Charset;

/// Writes an answer. Characters that the character set lacks are escaped, so that nothing is lost.
pub(super) fn write(answered: &Answered, charset: Charset) -> String {
    let mut json = Json {
        text: String::new(),
        charset,
    };
    match &answered.shape {
        Shape::Done => json.text.push_str("{\n\"result\": \"OK\"\n}"),
        Shape::One(record) | Shape::Bare(record) => json.record(record),
        Shape::Only(record) => json.records(std::slice::from_ref(record)),
        Shape::Many(records) => json.records(records),
    }
    json.text
}

struct Json {
    text: String,
    charset: Charset,
}

impl Json {
    fn records(&mut self, records: &[Record]) {
        let mut sign = "[\n";
        for record in records {
            self.text.push_str(sign);
            self.record(record);
            sign = ",\n";
        }
        self.text
            .push_str(if records.is_empty() { "[]" } else { "\n]" });
    }

    fn record(&mut self, record: &Record) {
        let mut sign = "{\n";
        for field in &record.fields {
            self.text.push_str(sign);
            self.string(field.name);
            self.text.push_str(": ");
            self.value(&field.value);
            sign = ",\n";
        }
        self.text.push_str(if record.fields.is_empty() {
            "{}"
        } else {
            "\n}"
        });
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Number(number) => self.text.push_str(&number.to_string()),
            Value::Text(text) => self.string(text),
            Value::Null => self.text.push_str("null"),
            Value::Records(_, records) => self.records(records),
        }
    }

    fn string(&mut self, text: &str) {
        self.text.push('"');
        for character in text.chars() {
            match character {
                '"' => self.text.push_str("\\\""),
                '\\' => self.text.push_str("\\\\"),
                '\n' => self.text.push_str("\\n"),
                '\r' => self.text.push_str("\\r"),
                '\t' => self.text.push_str("\\t"),
                _ if character < ' ' || !self.charset.has(character) => self.escaped(character),
                _ => self.text.push(character),
            }
        }
        self.text.push('"');
    }

    fn escaped(&mut self, character: char) {
        for unit in character.encode_utf16(&mut [0; 2]) {
            write!(self.text, "\\u{unit:04x}").expect("writing to a string does not fail");
        }
    }
}
