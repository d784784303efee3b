//! Answers: a result, whole or piece by piece, and the three members of an error.

mod pieces;
mod table;
mod writer;

use async_trait::async_trait;
use bytes::Bytes;
use gateway::Account;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::value::RawValue;
use sms::{Money, Timestamp};

pub(super) use pieces::Pieces;
pub(super) use table::Cells;
pub(super) use writer::Writer;

use super::faults::Fault;
use super::style::JsonStyle;
use crate::Content;
use crate::long_answers::{self, InPieces, PIECE_BYTES};
use crate::wire::local_time;

/// What stands for a time that has not come.
const NEVER: &str = "0000-00-00 00:00:00";

/// How many decimals an amount has at the most.
const PLACES: u32 = 4;

/// Holds the result of a call, ready to be written.
pub(super) struct Reply {
    pieces: Box<dyn Pieces>,
    /// Whether it is the member `result`, as with all methods but one.
    wrapped: bool,
}

impl Reply {
    /// Makes a reply of a short result, its members in the order of their declaration.
    pub(super) fn of(result: impl Serialize + Send + Sync + 'static) -> Self {
        Self::in_pieces(pieces::Whole(result))
    }

    /// Makes a reply that has no `result` around it.
    pub(super) fn bare(reply: impl Serialize + Send + Sync + 'static) -> Self {
        Self {
            wrapped: false,
            ..Self::of(reply)
        }
    }

    /// Makes a reply of a result that is written piece by piece.
    pub(super) fn in_pieces(result: impl Pieces + 'static) -> Self {
        Self {
            pieces: Box::new(result),
            wrapped: true,
        }
    }

    /// Says `{"successful":true}`.
    pub(super) fn successful() -> Self {
        #[derive(Serialize)]
        struct Successful {
            successful: bool,
        }
        Self::of(Successful { successful: true })
    }
}

/// Writes a result: as a whole when it is short, else as a stream that makes each piece when it is asked for. A stream holds
/// what `open` gives until it ends; where that gives nothing the answer is refused. An error is one before the first piece.
pub(super) async fn success<O: Send + 'static>(
    reply: Reply,
    style: JsonStyle,
    open: impl FnOnce() -> Option<O>,
) -> Result<Content, gateway::Error> {
    in_pieces_of(PIECE_BYTES, reply, style, open).await
}

async fn in_pieces_of<O: Send + 'static>(
    least: usize,
    reply: Reply,
    style: JsonStyle,
    open: impl FnOnce() -> Option<O>,
) -> Result<Content, gateway::Error> {
    long_answers::content(Writing::begin(reply, style, least), open).await
}

/// Writes an error: three texts, the code among them [atompark-en "Error response example"].
pub(super) fn failure(fault: Fault, style: JsonStyle) -> Content {
    #[derive(Serialize)]
    struct Triple {
        error: &'static str,
        code: String,
        result: &'static str,
    }
    let mut writer = Writer::new(style);
    writer.value(&Triple {
        error: fault.text,
        code: fault.code.to_string(),
        result: "false",
    });
    writer.finish();
    Content::Whole(writer.take())
}

/// Is a reply of which a part has been written.
struct Writing {
    reply: Reply,
    writer: Writer,
    /// How many octets make a piece.
    least: usize,
    ended: bool,
}

impl Writing {
    fn begin(reply: Reply, style: JsonStyle, least: usize) -> Self {
        let mut writer = Writer::new(style);
        if reply.wrapped {
            writer.begin_object();
            writer.name("result");
        }
        Self {
            reply,
            writer,
            least,
            ended: false,
        }
    }
}

#[async_trait]
impl InPieces for Writing {
    async fn piece(&mut self) -> Result<Bytes, gateway::Error> {
        while !self.ended && self.writer.len() < self.least {
            if !self.reply.pieces.write(&mut self.writer).await? {
                if self.reply.wrapped {
                    self.writer.end();
                }
                self.writer.finish();
                self.ended = true;
            }
        }
        Ok(self.writer.take())
    }

    fn has_ended(&self) -> bool {
        self.ended
    }
}

/// Writes an amount as a number in its shortest form with four decimals at most, and at least so many.
pub(super) fn number(money: Money, least_places: usize) -> Box<RawValue> {
    let mut text = money.decimal_rounded(PLACES);
    let point = text.len() - PLACES as usize - 1;
    let shortest = text
        .trim_end_matches('0')
        .len()
        .max(point + 1 + least_places);
    text.truncate(if shortest == point + 1 {
        point
    } else {
        shortest
    });
    RawValue::from_string(text).expect("a decimal number is JSON")
}

/// Writes a currency.
pub(super) fn currency(money: Money) -> String {
    money.currency().code().to_owned()
}

/// Writes times in the zone of an account.
#[derive(Clone, Debug)]
pub(super) struct Dates(TimeZone);

impl Dates {
    /// Takes the zone of the account.
    pub(super) fn of(account: &Account) -> Self {
        Self(local_time::zone(&account.settings.time_zone))
    }

    /// Writes a time; one that has not come as a date of zeros.
    pub(super) fn write(&self, moment: Option<Timestamp>) -> String {
        moment.map_or_else(
            || NEVER.to_owned(),
            |moment| local_time::format(moment, &self.0),
        )
    }
}

#[cfg(test)]
mod tests;
