//! `heliogram smpp send`: submits, and waits for the receipts.

use std::collections::HashSet;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};
use smpp::session::{Answer, Event};
use smpp::{Address, SubmitSm};
use tokio::time::Instant;

use super::link::{Link, over};
use super::text::{Piece, pieces};
use super::words::{Delivered, seen, status};
use super::{Mode, Receipt, Send};
use crate::lifetime::Ending;
use crate::output;

/// What has become of the submits so far.
#[derive(Default)]
struct Tally {
    submitted: u32,
    accepted: u32,
    refused: u32,
    unanswered: u32,
    receipts: u32,
    /// Messages that have no final receipt yet.
    awaited: HashSet<String>,
    /// Receipts that came before their answers.
    early: HashSet<String>,
}

/// Submits and waits; the exit code is 1 when something was refused or not answered, or a receipt did not come.
pub(super) async fn run(send: &Send) -> anyhow::Result<ExitCode> {
    let mut ending = Ending::catch()?;
    let text = text(&send.text)?;
    let mut link = Link::open(&send.to, mode(send), send.window).await?;
    let mut tally = Tally::default();
    let outcome = tokio::select! {
        () = ending.asked() => Ok(()),
        outcome = submit_and_wait(send, &text, &mut link, &mut tally) => outcome,
    };
    let told = tally.tell(send);
    outcome?;
    link.close().await?;
    told
}

/// Chooses how to bind: who does not wait for receipts takes none from the program that does.
fn mode(send: &Send) -> Mode {
    if send.receipt == Receipt::None || send.wait.is_zero() {
        Mode::Transmitter
    } else {
        Mode::Transceiver
    }
}

async fn submit_and_wait(
    send: &Send,
    text: &str,
    link: &mut Link,
    tally: &mut Tally,
) -> anyhow::Result<()> {
    let began = Instant::now();
    let reference = reference();
    for number in 0..send.count {
        let reference = reference.wrapping_add(u16::try_from(number % 0x1_0000).unwrap_or(0));
        let pieces = pieces(text, send.long, send.flash, reference)
            .context("the text is longer than any text can be")?;
        if send.rate > 0 {
            let due = began + Duration::from_secs(1) * number / send.rate;
            hear_until(send, link, tally, |_, _| false, Some(due)).await?;
        }
        for piece in &pieces {
            hear_until(
                send,
                link,
                tally,
                |link, _| link.session.free_window() > 0,
                None,
            )
            .await?;
            submit(send, piece, link)?;
            tally.submitted += 1;
        }
    }
    let all_answered = |_: &Link, tally: &Tally| tally.answered() == tally.submitted;
    hear_until(send, link, tally, all_answered, None).await?;
    if send.wait.is_zero() {
        return Ok(());
    }
    let until = Instant::now() + send.wait;
    let enough = |_: &Link, tally: &Tally| match send.receipt {
        Receipt::None => true,
        // Good news never come: all the time has to pass.
        Receipt::Failure => tally.accepted == 0,
        Receipt::Final | Receipt::Intermediate => tally.awaited.is_empty(),
    };
    hear_until(send, link, tally, enough, Some(until)).await
}

fn submit(send: &Send, piece: &Piece, link: &mut Link) -> anyhow::Result<()> {
    // [smpp34 §5.2.17]
    let registered_delivery = match send.receipt {
        Receipt::None => 0x00,
        Receipt::Final => 0x01,
        Receipt::Failure => 0x02,
        Receipt::Intermediate => 0x11,
    };
    let source = match send.from.as_str() {
        "" => Address::default(),
        name => Address::of_text(name),
    };
    let submit = SubmitSm {
        source,
        destination: Address::international(send.recipient.trim_start_matches('+').as_bytes()),
        esm_class: piece.esm_class,
        registered_delivery,
        data_coding: piece.data_coding,
        short_message: &piece.short_message,
        tlvs: piece.tlvs.tlvs(),
        ..SubmitSm::default()
    };
    let now_ms = link.now_ms();
    link.session
        .submit(now_ms, 0, &submit)
        .context("this cannot be submitted")
}

/// Takes note of what comes until there is enough, or the moment has come.
async fn hear_until(
    send: &Send,
    link: &mut Link,
    tally: &mut Tally,
    enough: impl Fn(&Link, &Tally) -> bool,
    until: Option<Instant>,
) -> anyhow::Result<()> {
    while !enough(link, tally) {
        let Some(event) = link.next(until).await? else {
            return Ok(());
        };
        match event {
            Event::Answered(answer) | Event::AnsweredLate(answer) => tally.answer(&answer)?,
            Event::TimedOut { .. } => {
                tally.unanswered += 1;
                let patience = send.to.patience;
                output::line(format_args!("unknown   no answer within {patience:?}"))?;
            }
            Event::Request(request) => {
                if let Some(told) = link.take(&request)? {
                    tally.delivered(&told)?;
                }
            }
            Event::Closed {
                reason,
                outstanding,
            } => {
                let lost = u32::try_from(outstanding.len()).unwrap_or(u32::MAX);
                tally.unanswered = tally.unanswered.saturating_add(lost);
                return Err(over(&send.to, reason));
            }
            Event::Bound(_) | Event::BindRequest(_) | Event::Unmatched(_) | Event::Unbound => {}
        }
    }
    Ok(())
}

impl Tally {
    fn answered(&self) -> u32 {
        self.accepted + self.refused + self.unanswered
    }

    fn answer(&mut self, answer: &Answer) -> anyhow::Result<()> {
        if !answer.status().is_ok() {
            self.refused += 1;
            return output::line(format_args!("refused   {}", status(answer.status())));
        }
        self.accepted += 1;
        let id = seen(answer.message_id());
        output::line(format_args!("accepted  {id}"))?;
        if !self.early.remove(&id) {
            self.awaited.insert(id);
        }
        Ok(())
    }

    fn delivered(&mut self, told: &Delivered) -> anyhow::Result<()> {
        if let Some((id, true)) = &told.receipt {
            self.receipts += 1;
            if !self.awaited.remove(id) {
                self.early.insert(id.clone());
            }
        }
        output::line(&told.line)
    }

    /// Prints the sums, and says whether all went well.
    fn tell(&self, send: &Send) -> anyhow::Result<ExitCode> {
        let awaits =
            !send.wait.is_zero() && matches!(send.receipt, Receipt::Final | Receipt::Intermediate);
        let missing = if awaits { self.awaited.len() } else { 0 };
        output::line(format_args!(
            "{} submitted, {} accepted, {} refused, {} without an answer; {} receipts, {missing} missing",
            self.submitted, self.accepted, self.refused, self.unanswered, self.receipts
        ))?;
        let all_accepted = self.accepted == self.submitted && self.submitted > 0;
        Ok(if all_accepted && missing == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}

/// A reference for the parts of a long text that another run does not repeat soon.
fn reference() -> u16 {
    let mut octets = [0; 2];
    // Without randomness texts of two runs could be mixed up, at worst.
    let _ = getrandom::fill(&mut octets);
    u16::from_be_bytes(octets)
}

fn text(given: &str) -> anyhow::Result<String> {
    let text = if given == "-" {
        std::io::read_to_string(std::io::stdin()).context("cannot read the text")?
    } else {
        given.to_owned()
    };
    if text.is_empty() {
        bail!("the text is empty");
    }
    Ok(text)
}
