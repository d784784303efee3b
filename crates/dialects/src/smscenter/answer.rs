//! Answers in their four formats: text, numbers, XML and JSON, in the character set of the request.
//!
//! Text and numbers are lines with a layout of their own for many answers; XML and JSON name every value. Neither is indented, the
//! XML has no declaration (some programs only cut off the outermost tags), and no body is ever empty [smscenter].

mod json;
mod xml;

use crate::wire::charset::Charset;

use super::faults::Fault;
use super::ids::Id;
use crate::Answer;

/// Names a format as `fmt` does.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) enum Format {
    /// 0: lines for people.
    #[default]
    Text,
    /// 1: values with commas between them.
    Numbers,
    /// 2.
    Xml,
    /// 3.
    Json,
}

/// Says how the answer to a request is written.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Reply {
    pub(super) format: Format,
    pub(super) charset: Charset,
}

/// Holds a value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Value {
    /// A number, without quotes in JSON.
    Number(i64),
    /// A text, and everything that must not lose digits: money, phones.
    Text(String),
    /// Nothing: `null` in JSON, an empty text elsewhere.
    Null,
    /// A list inside of a record, for XML and JSON alone, with the name of one of its elements in XML.
    Records(&'static str, Vec<Record>),
}

/// Holds named values in their order.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Record {
    fields: Vec<Field>,
    text: Option<String>,
    numbers: Option<String>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Field {
    name: &'static str,
    value: Value,
    /// Whether other formats leave it out.
    json_only: bool,
}

/// Holds an answer in whichever format will be asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Answered {
    shape: Shape,
    /// What stands between the values of a line, in text and in numbers.
    between: Option<[&'static str; 2]>,
    /// The outermost element in XML.
    root: &'static str,
    /// The element of each record in a list.
    item: &'static str,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Shape {
    /// Something was done.
    Done,
    /// One record.
    One(Record),
    /// One record that is its only value in XML.
    Bare(Record),
    /// One record that is a list in JSON all the same.
    Only(Record),
    /// A list, which may be empty.
    Many(Vec<Record>),
}

impl Record {
    /// Begins a record without values.
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Adds a value.
    pub(super) fn with(self, name: &'static str, value: impl Into<Value>) -> Self {
        self.added(name, value.into(), false)
    }

    /// Adds a value that only JSON has.
    pub(super) fn json_only(self, name: &'static str, value: impl Into<Value>) -> Self {
        self.added(name, value.into(), true)
    }

    /// Says what stands for the record as text, where it is not `name = value, …`.
    pub(super) fn text(mut self, line: String) -> Self {
        self.text = Some(line);
        self
    }

    /// Says what stands for the record as numbers, where it is not its values.
    pub(super) fn numbers(mut self, line: String) -> Self {
        self.numbers = Some(line);
        self
    }

    fn added(mut self, name: &'static str, value: Value, json_only: bool) -> Self {
        self.fields.push(Field {
            name,
            value,
            json_only,
        });
        self
    }

    fn line(&self, format: Format, between: Option<&str>) -> String {
        let own = match format {
            Format::Text => &self.text,
            Format::Numbers | Format::Xml | Format::Json => &self.numbers,
        };
        if let Some(own) = own {
            return own.clone();
        }
        let named = format == Format::Text && between.is_none();
        let fields = self.fields.iter().filter(|field| !field.json_only);
        let values = fields.filter_map(|field| {
            let value = field.value.in_line()?;
            Some(if named {
                format!("{} = {value}", field.name)
            } else {
                value
            })
        });
        let default = if named { ", " } else { "," };
        values.collect::<Vec<_>>().join(between.unwrap_or(default))
    }
}

impl Value {
    /// Writes the value into a line, with its line ends as `\n`; `None` for a list, which no line has.
    fn in_line(&self) -> Option<String> {
        Some(match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => one_line(text),
            Self::Null => String::new(),
            Self::Records(..) => return None,
        })
    }
}

/// Writes line ends as a backslash and an `n`, so that a record stays on its line.
pub(super) fn one_line(text: &str) -> String {
    text.replace("\r\n", "\\n").replace(['\n', '\r'], "\\n")
}

impl Answered {
    /// Says that something was done: `OK`.
    pub(super) const fn done() -> Self {
        Self::of(Shape::Done)
    }

    /// Answers one record.
    pub(super) const fn one(record: Record) -> Self {
        Self::of(Shape::One(record))
    }

    /// Answers one record that is a list in JSON all the same.
    pub(super) const fn only(record: Record) -> Self {
        Self::of(Shape::Only(record))
    }

    /// Answers a list, each record on a line.
    pub(super) const fn many(records: Vec<Record>) -> Self {
        Self::of(Shape::Many(records))
    }

    const fn of(shape: Shape) -> Self {
        Self {
            shape,
            between: None,
            root: "result",
            item: "item",
        }
    }

    /// Lets the record's only value stand without an element around it.
    pub(super) fn bare(mut self) -> Self {
        if let Shape::One(record) = self.shape {
            self.shape = Shape::Bare(record);
        }
        self
    }

    /// Names the outermost element in XML, and that of each record of a list.
    pub(super) const fn called(mut self, root: &'static str, item: &'static str) -> Self {
        (self.root, self.item) = (root, item);
        self
    }

    /// Says what stands between the values of a line, in text and in numbers.
    pub(super) const fn between(mut self, text: &'static str, numbers: &'static str) -> Self {
        self.between = Some([text, numbers]);
        self
    }

    fn lines(&self, format: Format) -> String {
        let between = self.between.map(|[text, numbers]| match format {
            Format::Text => text,
            Format::Numbers | Format::Xml | Format::Json => numbers,
        });
        match &self.shape {
            Shape::Done => "OK".to_owned(),
            Shape::One(record) | Shape::Bare(record) | Shape::Only(record) => {
                record.line(format, between)
            }
            // A line of nothing: an empty body would be taken for a broken connection.
            Shape::Many(records) if records.is_empty() => "\n".to_owned(),
            Shape::Many(records) => {
                let lines = records.iter().map(|record| record.line(format, between));
                lines.collect::<Vec<_>>().join("\n")
            }
        }
    }
}

impl Reply {
    /// Writes an answer.
    pub(super) fn write(self, answered: &Answered) -> Answer {
        let text = match self.format {
            Format::Text | Format::Numbers => answered.lines(self.format),
            Format::Xml => xml::write(answered, self.charset),
            Format::Json => json::write(answered, self.charset),
        };
        self.encoded(&text)
    }

    /// Writes an error [smscenter "Mailing. Server response and error codes"]; one that concerns a message tells its id.
    pub(super) fn write_fault(self, fault: &Fault) -> Answer {
        let Fault { code, text, id } = fault;
        let mut record = Record::new()
            .with("error", (*text).to_owned())
            .with("error_code", i64::from(*code));
        let mut line = format!("ERROR = {code} ({text})");
        if let Some(id) = id {
            record = record.with("id", id.clone());
            line = format!("{line}, ID - {id}");
        }
        let id = id.as_ref().map_or_else(|| "0".to_owned(), Id::to_string);
        let record = record.text(line).numbers(format!("{id},-{code}"));
        self.write(&Answered::one(record))
    }

    fn encoded(self, text: &str) -> Answer {
        let [lines, xml, json] = match self.charset {
            Charset::Utf8 => [
                "text/plain; charset=utf-8",
                "text/xml; charset=utf-8",
                "application/json; charset=utf-8",
            ],
            Charset::Windows1251 => [
                "text/plain; charset=windows-1251",
                "text/xml; charset=windows-1251",
                "application/json; charset=windows-1251",
            ],
            Charset::Koi8R => [
                "text/plain; charset=koi8-r",
                "text/xml; charset=koi8-r",
                "application/json; charset=koi8-r",
            ],
        };
        let content_type = match self.format {
            Format::Text | Format::Numbers => lines,
            Format::Xml => xml,
            Format::Json => json,
        };
        Answer::whole(200, content_type, self.charset.encode(text))
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

#[cfg(test)]
mod tests;
