//! `heliogram smpp query`, `cancel` and `replace`: one question about a message that was submitted.

use std::fmt::Write as _;
use std::process::ExitCode;

use anyhow::{Context, bail};
use smpp::session::{Answer, Event};
use smpp::time::{Civil, Time};
use smpp::{Address, CancelSm, Pdu, QuerySm, ReceiptState, ReplaceSm};

use super::link::{Link, over};
use super::words::{Delivered, status};
use super::{Long, Mode, To, Whose, text};
use crate::output;

/// Prints the state of a message.
pub(super) async fn query(id: &str, whose: &Whose, to: &To) -> anyhow::Result<ExitCode> {
    let question = QuerySm {
        message_id: id.as_bytes(),
        source: Address::of_text(&whose.from),
    };
    let answer = ask(&Pdu::QuerySm(question), to).await?;
    if !answer.status().is_ok() {
        return refused(id, &answer);
    }
    let Some(Pdu::QuerySmResp(told)) = answer.pdu() else {
        bail!("the answer to the question makes no sense");
    };
    let state = ReceiptState::from_message_state(told.message_state);
    let word = state.map_or_else(|| told.message_state.to_string(), |it| it.word().to_owned());
    let mut line = format!("{id}  {word}");
    if let Ok(Time::Absolute(date)) = Time::parse(told.final_date) {
        let date = Civil::from_unix_seconds(date.unix_seconds());
        let _ = write!(
            line,
            "  since {:04}-{:02}-{:02} {:02}:{:02}:{:02} UTC",
            date.year, date.month, date.day, date.hour, date.minute, date.second
        );
    }
    if told.error_code != 0 {
        let _ = write!(line, "  error {}", told.error_code);
    }
    output::line(line)?;
    Ok(ExitCode::SUCCESS)
}

/// Calls a message back.
pub(super) async fn cancel(id: &str, whose: &Whose, to: &To) -> anyhow::Result<ExitCode> {
    let question = CancelSm {
        message_id: id.as_bytes(),
        source: Address::of_text(&whose.from),
        destination: Address::of_text(&whose.recipient),
        ..CancelSm::default()
    };
    done(id, "cancelled", &ask(&Pdu::CancelSm(question), to).await?)
}

/// Gives a message another text.
pub(super) async fn replace(
    id: &str,
    text: &str,
    whose: &Whose,
    to: &To,
) -> anyhow::Result<ExitCode> {
    // The alphabet is that of the message to be replaced: the SMSC has to know it.
    let pieces = text::pieces(text, Long::Udh, false, 0).unwrap_or_default();
    let [piece] = &pieces[..] else {
        bail!("a text that replaces another has one segment at most");
    };
    let question = ReplaceSm {
        message_id: id.as_bytes(),
        source: Address::of_text(&whose.from),
        registered_delivery: 1,
        short_message: &piece.short_message,
        ..ReplaceSm::default()
    };
    done(id, "replaced", &ask(&Pdu::ReplaceSm(question), to).await?)
}

fn done(id: &str, what: &str, answer: &Answer) -> anyhow::Result<ExitCode> {
    if answer.status().is_ok() {
        output::line(format_args!("{id}  {what}"))?;
        return Ok(ExitCode::SUCCESS);
    }
    refused(id, answer)
}

fn refused(id: &str, answer: &Answer) -> anyhow::Result<ExitCode> {
    output::line(format_args!("{id}  refused: {}", status(answer.status())))?;
    Ok(ExitCode::FAILURE)
}

/// Binds, asks, and unbinds. As a transmitter, because receipts are for the program that waits for them: one that is given here
/// is not given again.
async fn ask(question: &Pdu<'_>, to: &To) -> anyhow::Result<Answer> {
    let mut link = Link::open(to, Mode::Transmitter, 1).await?;
    let now_ms = link.now_ms();
    let asked = link.session.request(now_ms, 0, question);
    asked.context("this cannot be asked")?;
    loop {
        match link.next(None).await? {
            Some(Event::Answered(answer)) => {
                link.close().await?;
                return Ok(answer);
            }
            Some(Event::TimedOut { .. }) => {
                bail!("{}: no answer within {:?}", to.address, to.patience);
            }
            Some(Event::Closed { reason, .. }) => return Err(over(to, reason)),
            Some(Event::Request(request)) => {
                if let Some(Delivered { line, .. }) = link.take(&request)? {
                    output::line(line)?;
                }
            }
            Some(
                Event::Bound(_)
                | Event::BindRequest(_)
                | Event::AnsweredLate(_)
                | Event::Unmatched(_)
                | Event::Unbound,
            )
            | None => {}
        }
    }
}
