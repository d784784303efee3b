//! A request as its caller wrote it: a head of fields, and a body for each recipient [atl "Submit requests for broadcasting"].
//!
//! The same tree comes as XML, or, for LSIM, as JSON. Only what is no such tree is told here; what the fields say is looked at
//! where it is needed.

mod json;
mod xml;

use std::borrow::Cow;

use super::product::Product;
use crate::wire::charset::without_mark;

/// How many characters a control id may have.
const LONGEST_CONTROL_ID: usize = 49;

/// Says in what a request is written; its answer is written in the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Syntax {
    Xml,
    Json,
}

/// Is a request. It has a password in it, and texts, and is not to be shown.
pub(super) struct Asked {
    pub(super) head: Head,
    /// The recipients in their order; no more are kept than were asked for.
    pub(super) rows: Vec<Row>,
}

/// Holds the fields of the head without the blanks around them; the first of each, and an empty text where there is none.
#[derive(Default)]
pub(super) struct Head {
    pub(super) operation: String,
    pub(super) login: String,
    pub(super) password: String,
    pub(super) title: String,
    /// With its blanks, unless there is nothing else.
    pub(super) bulk_message: String,
    pub(super) scheduled: String,
    pub(super) is_bulk: String,
    pub(super) control_id: String,
    pub(super) unicode: String,
    pub(super) task_id: String,
}

/// Names a recipient.
#[derive(Default, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub(super) struct Row {
    /// The number as given; empty where there is none, or more than one.
    pub(super) msisdn: String,
    /// A text of its own, with its blanks unless there is nothing else.
    pub(super) message: String,
    /// Whether a number was given.
    numbered: bool,
}

/// Says that octets are no request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct NoRequest;

impl Syntax {
    /// Looks at the first octet of a body that is not blank; where there is none, `is_json` says what the caller expects.
    pub(super) fn of(product: Product, octets: &[u8], is_json: bool) -> Self {
        let octets = without_mark(octets.trim_ascii_start());
        let is_json = match octets.trim_ascii_start().first() {
            Some(first) => *first == b'{',
            None => is_json,
        };
        match product {
            Product::Lsim if is_json => Self::Json,
            Product::Lsim | Product::Atl => Self::Xml,
        }
    }
}

impl Asked {
    /// Reads a request, and no more rows of it than these.
    pub(super) fn read(octets: &[u8], syntax: Syntax, most_rows: usize) -> Result<Self, NoRequest> {
        let asked = match syntax {
            Syntax::Xml => xml::read(octets, most_rows)?,
            Syntax::Json => json::read(octets, most_rows)?,
        };
        if asked.head.control_id.chars().count() > LONGEST_CONTROL_ID {
            return Err(NoRequest);
        }
        Ok(asked)
    }
}

impl Head {
    /// Takes a field, if it is one.
    fn set(&mut self, name: &str, value: Cow<'_, str>) {
        let field = match name {
            "operation" => &mut self.operation,
            "login" => &mut self.login,
            "password" => &mut self.password,
            "title" => &mut self.title,
            "bulkmessage" => return set_text(&mut self.bulk_message, value),
            "scheduled" => &mut self.scheduled,
            "isbulk" => &mut self.is_bulk,
            // The second is what the table of codes calls it [atl "Response Codes"].
            "controlid" | "control_id" => &mut self.control_id,
            "unicode" => &mut self.unicode,
            "taskid" => &mut self.task_id,
            _ => return,
        };
        set(field, &value);
    }
}

impl Row {
    /// Takes a field, if it is one. Two numbers in one body are nobody's: one of them would get nothing, and nobody would know.
    fn set(&mut self, name: &str, value: Cow<'_, str>) {
        match name {
            "msisdn" if self.numbered => self.msisdn.clear(),
            "msisdn" => {
                set(&mut self.msisdn, &value);
                self.numbered = true;
            }
            "message" => set_text(&mut self.message, value),
            _ => {}
        }
    }

    /// Tells whether there is a number, of which at least one character is a digit.
    pub(super) fn has_number(&self) -> bool {
        self.msisdn.bytes().any(|octet| octet.is_ascii_digit())
    }
}

fn set(field: &mut String, value: &str) {
    if field.is_empty() {
        value.trim().clone_into(field);
    }
}

fn set_text(field: &mut String, value: Cow<'_, str>) {
    if field.is_empty() && !value.trim().is_empty() {
        *field = value.into_owned();
    }
}

#[cfg(test)]
mod tests;
