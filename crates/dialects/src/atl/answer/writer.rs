//! Writes answers in either syntax: XML laid out as the document prints it, JSON in one line.

use std::fmt::Write;

use bytes::Bytes;
use serde::Serialize;

use crate::atl::codes::Code;
use crate::atl::request::Syntax;
use crate::atl::states::Counter;
use crate::wire::xml::push_escaped;

/// Tells of one message; the members are in the order in which they are written.
#[derive(Serialize)]
pub(in crate::atl) struct Row {
    /// Digits only.
    pub(in crate::atl) msisdn: String,
    #[serde(rename = "message")]
    pub(in crate::atl) text: String,
    pub(in crate::atl) status: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::atl) date: Option<String>,
}

/// Writes one answer: its head when it begins, then at most one body of numbers or one list.
pub(in crate::atl) struct Writer {
    syntax: Syntax,
    text: String,
    /// Whether a list was begun, and whether a row of it was written: JSON divides rows by commas.
    list: Option<Rows>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Rows {
    None,
    Some,
}

impl Writer {
    /// Begins an answer with its head.
    pub(in crate::atl) fn begin(syntax: Syntax, code: Code) -> Self {
        let code = code.digits();
        let text = match syntax {
            Syntax::Xml => format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<response>\n  <head>\n    \
                 <responsecode>{code}</responsecode>\n  </head>\n"
            ),
            // A text, so that its zeros are kept.
            Syntax::Json => format!("{{\"response\":{{\"head\":{{\"responsecode\":\"{code}\"}}"),
        };
        Self {
            syntax,
            text,
            list: None,
        }
    }

    /// Writes a body of numbers.
    pub(in crate::atl) fn numbers(&mut self, numbers: &[Counter]) {
        match self.syntax {
            Syntax::Xml => {
                self.text.push_str("  <body>\n");
                for (name, number) in numbers {
                    self.push(format_args!("    <{name}>{number}</{name}>\n"));
                }
                self.text.push_str("  </body>\n");
            }
            Syntax::Json => {
                self.text.push_str(",\"body\":");
                let mut comma = '{';
                for (name, number) in numbers {
                    self.push(format_args!("{comma}\"{name}\":{number}"));
                    comma = ',';
                }
                self.text.push('}');
            }
        }
    }

    /// Begins a list. In JSON it is an array, however many rows there are.
    pub(in crate::atl) fn begin_list(&mut self) {
        if self.syntax == Syntax::Json {
            self.text.push_str(",\"body\":[");
        }
        self.list = Some(Rows::None);
    }

    /// Writes a row of a list.
    pub(in crate::atl) fn row(&mut self, row: &Row) {
        match self.syntax {
            Syntax::Xml => {
                self.push(format_args!(
                    "  <body>\n    <msisdn>{}</msisdn>\n    <message>",
                    row.msisdn
                ));
                push_escaped(&mut self.text, &row.text);
                self.push(format_args!(
                    "</message>\n    <status>{}</status>\n",
                    row.status
                ));
                if let Some(date) = &row.date {
                    self.push(format_args!("    <date>{date}</date>\n"));
                }
                self.text.push_str("  </body>\n");
            }
            Syntax::Json => {
                if self.list == Some(Rows::Some) {
                    self.text.push(',');
                }
                let row = serde_json::to_string(row).expect("texts and numbers are JSON");
                self.text.push_str(&row);
            }
        }
        self.list = Some(Rows::Some);
    }

    /// Ends the answer.
    pub(in crate::atl) fn end(&mut self) {
        match self.syntax {
            Syntax::Xml => self.text.push_str("</response>"),
            Syntax::Json => {
                let list = if self.list.is_some() { "]" } else { "" };
                self.push(format_args!("{list}}}}}"));
            }
        }
    }

    /// Returns how many octets have been written and not been taken.
    pub(in crate::atl) fn len(&self) -> usize {
        self.text.len()
    }

    /// Takes what has been written.
    pub(in crate::atl) fn take(&mut self) -> Bytes {
        std::mem::take(&mut self.text).into()
    }

    fn push(&mut self, text: std::fmt::Arguments<'_>) {
        self.text
            .write_fmt(text)
            .expect("writing to a string does not fail");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(date: Option<&str>) -> Row {
        Row {
            msisdn: "994519574083".into(),
            text: "salam, \"dünya\" & <b>".into(),
            status: 2,
            date: date.map(Into::into),
        }
    }

    fn written(syntax: Syntax, write: impl FnOnce(&mut Writer)) -> String {
        let mut writer = Writer::begin(syntax, Code::SUCCESS);
        write(&mut writer);
        writer.end();
        String::from_utf8(writer.take().to_vec()).unwrap()
    }

    #[test]
    fn a_list_is_an_array_of_json_however_many_rows_it_has() {
        for (rows, body) in [
            (0, String::new()),
            (1, ROW.to_owned()),
            (3, [ROW, ROW, ROW].join(",")),
        ] {
            let written = written(Syntax::Json, |writer| {
                writer.begin_list();
                (0..rows).for_each(|_| writer.row(&row(None)));
            });
            let head = r#"{"response":{"head":{"responsecode":"000"},"body":["#;
            assert_eq!(written, format!("{head}{body}]}}}}"));
        }
    }

    const ROW: &str = r#"{"msisdn":"994519574083","message":"salam, \"dünya\" & <b>","status":2}"#;

    #[test]
    fn a_row_of_xml_is_escaped_and_has_a_date_where_there_is_one() {
        let written = written(Syntax::Xml, |writer| {
            writer.begin_list();
            writer.row(&row(None));
            writer.row(&row(Some("2011-10-01 15:40:05")));
        });
        let row = "  <body>\n    <msisdn>994519574083</msisdn>\n    <message>salam, \
                   &quot;dünya&quot; &amp; &lt;b&gt;</message>\n    <status>2</status>\n";
        let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<response>\n  <head>\n    \
                    <responsecode>000</responsecode>\n  </head>\n";
        let date = "    <date>2011-10-01 15:40:05</date>\n";
        let rows = format!("{row}  </body>\n{row}{date}  </body>\n");
        assert_eq!(written, format!("{head}{rows}</response>"));
    }

    #[test]
    fn numbers_are_numbers_in_json() {
        let written = written(Syntax::Json, |writer| writer.numbers(&[("a", 1), ("b", 0)]));
        let expected = r#"{"response":{"head":{"responsecode":"000"},"body":{"a":1,"b":0}}}"#;
        assert_eq!(written, expected);
    }
}
