//! XML, laid out as the provider's: no declaration, each element on a line of its own, nothing indented.

use std::fmt::Write;

use super::{Answered, Record, Shape, Value};
use crate::wire::charset::Charset;

/// Writes an answer. Characters that the character set lacks are written as references, so that nothing is lost.
pub(super) fn write(answered: &Answered, charset: Charset) -> String {
    let mut xml = Xml {
        text: String::new(),
        charset,
    };
    let (root, item) = (answered.root, answered.item);
    match &answered.shape {
        Shape::Done => xml.text.push_str("<result>OK</result>"),
        Shape::One(record) | Shape::Only(record) => xml.record(root, record),
        Shape::Bare(record) => xml.fields(record),
        Shape::Many(records) => xml.records(root, item, records),
    }
    xml.text
}

struct Xml {
    text: String,
    charset: Charset,
}

impl Xml {
    fn records(&mut self, name: &str, item: &str, records: &[Record]) {
        self.open(name);
        for record in records {
            self.text.push('\n');
            self.record(item, record);
        }
        if !records.is_empty() {
            self.text.push('\n');
        }
        self.close(name);
    }

    fn record(&mut self, name: &str, record: &Record) {
        self.open(name);
        self.text.push('\n');
        self.fields(record);
        self.text.push('\n');
        self.close(name);
    }

    fn fields(&mut self, record: &Record) {
        let fields = record.fields.iter().filter(|field| !field.json_only);
        for (at, field) in fields.enumerate() {
            if at > 0 {
                self.text.push('\n');
            }
            if let Value::Records(item, records) = &field.value {
                self.records(field.name, item, records);
                continue;
            }
            self.open(field.name);
            match &field.value {
                Value::Number(number) => self.text.push_str(&number.to_string()),
                Value::Text(text) => self.content(text),
                Value::Null | Value::Records(..) => {}
            }
            self.close(field.name);
        }
    }

    fn open(&mut self, name: &str) {
        write!(self.text, "<{name}>").expect("writing to a string does not fail");
    }

    fn close(&mut self, name: &str) {
        write!(self.text, "</{name}>").expect("writing to a string does not fail");
    }

    fn content(&mut self, text: &str) {
        for character in text.chars() {
            match character {
                '&' => self.text.push_str("&amp;"),
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                // A reader would make a line end of it.
                '\r' => self.text.push_str("&#13;"),
                '\n' | '\t' => self.text.push(character),
                // No XML may have these, not even as references.
                '\0'..' ' | '\u{fffe}' | '\u{ffff}' => self.text.push('?'),
                _ if self.charset.has(character) => self.text.push(character),
                _ => write!(self.text, "&#{};", character as u32)
                    .expect("writing to a string does not fail"),
            }
        }
    }
}
