//! How a message is told of: as a record for XML and JSON, and as the lines that the provider's own libraries take apart by position.

use std::fmt::{Display, Write};

use gateway::Sent;
use sms::{Country, Form, Msisdn, Timestamp};

use super::{Asked, Detail};
use crate::smscenter::answer::{Record, Value, one_line};
use crate::smscenter::states::Status;
use crate::smscenter::times;

/// Tells of a message. In a list each tells its id and phone, too.
pub(super) fn told(sent: &Sent, asked: &Asked, detail: Detail, several: bool) -> Record {
    let message = &sent.message;
    let status = Status::of(message.state, message.reason);
    let changed_at = message.done_at.or(message.submitted_at);
    let changed_at = changed_at.unwrap_or(sent.created_at);
    let mut told = Told::begin(status);
    told.named("last_date", times::written(changed_at), "check_time");
    told.unspoken("last_timestamp", changed_at.as_seconds());
    told.number(changed_at.as_seconds());
    if status.error != 0 {
        told.named("err", status.error, "err");
    }
    if detail == Detail::Short {
        if status.error != 0 {
            told.number(status.error);
        }
        if several {
            told.id(asked);
            told.text("phone", &message.recipient);
        }
        return told.ended();
    }
    let send_at = send_at(sent);
    told.number(status.error);
    told.named("send_date", times::written(send_at), "send_date");
    told.unspoken("send_timestamp", send_at.as_seconds());
    told.number(send_at.as_seconds());
    told.text("phone", &message.recipient);
    if detail == Detail::FullWithPlace {
        told.number(country(&message.recipient));
        // Operator and region nobody tells us.
        told.number("");
        told.number("");
    }
    told.text("cost", &message.price.decimal().to_string());
    told.text("sender_id", &sent.originator);
    told.text("status_name", status.name());
    // The last of the values that stand by position: it may have commas.
    told.text("message", &sent.text);
    if detail == Detail::FullWithPlace {
        told.named("country", country(&message.recipient), "country");
        told.named("operator", "", "operator");
        told.named("region", "", "region");
    }
    told.unspoken("type", kind(sent.form));
    if several {
        told.id(asked);
    }
    told.ended()
}

/// Tells that nobody knows a message.
pub(super) fn not_found(asked: &Asked, detail: Detail, several: bool) -> Record {
    let mut told = Told::begin(Status::NOT_FOUND);
    told.number(0);
    if detail != Detail::Short {
        told.named("status_name", Status::NOT_FOUND.name(), "status_name");
    }
    if several {
        told.id(asked);
        match detail {
            Detail::Short => told.text("phone", &asked.phone),
            Detail::Full | Detail::FullWithPlace => {
                told.named("phone", asked.phone.as_str(), "phone");
            }
        }
    }
    told.ended()
}

/// Is a record with its lines: the text names values, the numbers stand by position.
struct Told {
    record: Record,
    text: String,
    numbers: String,
}

impl Told {
    fn begin(status: Status) -> Self {
        let number = status.number;
        Self {
            record: Record::new().with("status", number),
            text: format!("Status = {number}"),
            numbers: number.to_string(),
        }
    }

    /// Adds a value to the record, and to the text by its name there.
    fn named(&mut self, name: &'static str, value: impl Into<Value> + Display, in_text: &str) {
        let line = one_line(&value.to_string());
        write!(self.text, ", {in_text} = {line}").expect("writing to a string does not fail");
        self.unspoken(name, value);
    }

    /// Adds a value to the record alone.
    fn unspoken(&mut self, name: &'static str, value: impl Into<Value>) {
        self.record = std::mem::take(&mut self.record).with(name, value);
    }

    /// Adds a value to the numbers alone.
    fn number(&mut self, value: impl Display) {
        write!(self.numbers, ",{value}").expect("writing to a string does not fail");
    }

    /// Adds a text to all of them.
    fn text(&mut self, name: &'static str, value: &str) {
        self.named(name, value, name);
        self.number(one_line(value));
    }

    /// Adds the id by which the message was asked for.
    fn id(&mut self, asked: &Asked) {
        write!(self.text, ", id = {}", asked.id).expect("writing to a string does not fail");
        self.unspoken("id", asked.id.clone());
        self.number(&asked.id);
    }

    fn ended(self) -> Record {
        self.record.text(self.text).numbers(self.numbers)
    }
}

/// Returns when a message is, or was, to be sent.
pub(in crate::smscenter) fn send_at(sent: &Sent) -> Timestamp {
    let scheduled = sent.start_at.filter(|start| *start > sent.created_at);
    scheduled.unwrap_or(sent.created_at)
}

/// Returns the code of a phone's country; empty when it has none.
pub(in crate::smscenter) fn country(recipient: &str) -> String {
    let number = Msisdn::parse(recipient).ok();
    let country = number.and_then(|number| Country::of(&number));
    country.map_or_else(String::new, |country| country.code().to_owned())
}

/// Returns the number of a kind of message: 0 a text, 1 one that flashes, 2 octets.
pub(in crate::smscenter) const fn kind(form: Form) -> i64 {
    match (form.alphabet.is_binary(), form.flash) {
        (true, _) => 2,
        (false, true) => 1,
        (false, false) => 0,
    }
}
