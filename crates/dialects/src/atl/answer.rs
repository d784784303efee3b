//! Answers: a head with a code and, when that is 000, a body, or a body for each message.

mod writer;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderValue, header};

pub(super) use writer::{Row, Writer};

use super::codes::Code;
use super::list::List;
use super::request::Syntax;
use super::states::Counter;
use crate::long_answers::{self, InPieces, PIECE_BYTES};
use crate::{Answer, Content};

/// Holds what a request that succeeded is answered with.
pub(super) enum Answered {
    /// One body of numbers.
    Numbers(Vec<Counter>),
    /// A body for each message.
    List(Box<List>),
}

impl Answered {
    /// Makes a body of one number that is not below zero.
    pub(super) fn number(name: &'static str, number: i64) -> Self {
        Self::Numbers(vec![(name, u64::try_from(number).unwrap_or(0))])
    }
}

/// Writes an answer without a body. Its status is 200 whatever the code is: programs look no further at another one.
pub(super) fn failure(syntax: Syntax, code: Code) -> Answer {
    let mut writer = Writer::begin(syntax, code);
    writer.end();
    whole(syntax, Content::Whole(writer.take()))
}

/// Answers a request that is no POST; nothing of it was read.
pub(super) fn wrong_method() -> Answer {
    let allow = (header::ALLOW, HeaderValue::from_static("POST"));
    Answer {
        status: 405,
        headers: vec![allow],
        ..failure(Syntax::Xml, Code::BAD_REQUEST)
    }
}

/// Writes an answer with a body. A long list is a stream that reads each page when it is asked for, and holds what `open` gives
/// until it ends; where that gives nothing the request is refused. An error is one before the first piece.
pub(super) async fn success<O: Send + 'static>(
    syntax: Syntax,
    answered: Answered,
    open: impl FnOnce() -> Option<O>,
) -> Result<Answer, gateway::Error> {
    let mut writer = Writer::begin(syntax, Code::SUCCESS);
    let content = match answered {
        Answered::Numbers(numbers) => {
            writer.numbers(&numbers);
            writer.end();
            Content::Whole(writer.take())
        }
        Answered::List(list) => {
            writer.begin_list();
            long_answers::content(Listing::of(*list, writer), open).await?
        }
    };
    Ok(whole(syntax, content))
}

fn whole(syntax: Syntax, body: Content) -> Answer {
    Answer {
        status: 200,
        content_type: match syntax {
            Syntax::Xml => "application/xml; charset=UTF-8",
            Syntax::Json => "application/json; charset=UTF-8",
        },
        headers: Vec::new(),
        body,
    }
}

/// Is a list of which a part has been written.
struct Listing {
    list: List,
    writer: Writer,
    ended: bool,
}

impl Listing {
    fn of(list: List, writer: Writer) -> Self {
        Self {
            list,
            writer,
            ended: false,
        }
    }
}

#[async_trait]
impl InPieces for Listing {
    async fn piece(&mut self) -> Result<Bytes, gateway::Error> {
        while !self.ended && self.writer.len() < PIECE_BYTES {
            if let Some(rows) = self.list.page().await? {
                for row in &rows {
                    self.writer.row(row);
                }
            } else {
                self.writer.end();
                self.ended = true;
            }
        }
        Ok(self.writer.take())
    }

    fn has_ended(&self) -> bool {
        self.ended
    }
}
