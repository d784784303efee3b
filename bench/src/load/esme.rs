//! A customer's program that binds over SMPP, submits, and takes the receipts it is given.

use std::cell::RefCell;
use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use bytes::BytesMut;
use smpp::session::{Config, Event};
use smpp::{
    Address, Bind, BindMode, CommandStatus, DeliverSm, DeliverSmResp, Pdu, Session, SubmitSm, Tag,
};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::{sleep_until, timeout};

use super::{Pace, now, phone};
use crate::contender::Login;
use crate::latency::Latencies;
use crate::stamp::{Kind, Stamp, epoch_micros};

/// How long a program waits while nothing comes.
const PATIENCE: Duration = Duration::from_mins(1);

/// How much is read at once.
const READ_OCTETS: usize = 64 * 1024;

/// Says what a program does.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) address: SocketAddr,
    pub(crate) login: Login,
    /// The number of its first message; those of other programs are others.
    pub(crate) first: u32,
    pub(crate) messages: u32,
    /// How many submits may be unanswered.
    pub(crate) window: usize,
    pub(crate) pace: Pace,
    /// Each message of so many is a one-time password; `None` for none.
    pub(crate) otp_each: Option<u32>,
}

impl Plan {
    fn kind(&self, message: u32) -> Kind {
        match self.otp_each {
            Some(each) if message.is_multiple_of(each) => Kind::Otp,
            Some(_) | None => Kind::Ordinary,
        }
    }
}

/// What all programs of a load see together: a receipt goes to any bind of its account.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    /// How many receipts are to come in all.
    to_report: u64,
    seen: RefCell<Seen>,
    /// Wakes those who wait for others' receipts.
    over: Notify,
}

/// What programs saw.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) answered: u64,
    /// How long each answer took, from when its submit was due or made.
    pub(crate) latencies: Latencies,
    /// How many receipts came for each message, by a hash of its id.
    receipts: HashMap<u64, u8>,
    reported: u64,
    /// When the last answer and the last receipt came.
    pub(crate) last_answer: Option<Instant>,
    pub(crate) last_receipt: Option<Instant>,
}

impl Shared {
    /// Begins with nothing seen of so many messages.
    pub(crate) fn of(messages: u64) -> Rc<Self> {
        Rc::new(Self {
            to_report: messages,
            ..Self::default()
        })
    }

    /// Gives what was seen.
    pub(crate) fn seen(&self) -> Seen {
        self.seen.take()
    }

    fn is_over(&self) -> bool {
        self.seen.borrow().reported >= self.to_report
    }
}

impl Seen {
    /// Counts messages without a receipt, and receipts that came again.
    pub(crate) fn lost_and_doubled(&self, messages: u64) -> (u64, u64) {
        let told = self.receipts.values().filter(|times| **times > 0).count() as u64;
        let again = self
            .receipts
            .values()
            .map(|times| u64::from(times.saturating_sub(1)));
        (messages.saturating_sub(told), again.sum())
    }

    fn answer(&mut self, id: &[u8], took: Duration) {
        self.answered += 1;
        self.latencies.take(took);
        self.receipts.entry(fingerprint(id)).or_default();
        self.last_answer = Some(now());
    }

    fn report(&mut self, id: &[u8]) {
        let times = self.receipts.entry(fingerprint(id)).or_default();
        *times = times.saturating_add(1);
        self.reported += 1;
        self.last_receipt = Some(now());
    }
}

fn fingerprint(id: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}

/// A bound program.
pub(crate) struct Esme {
    plan: Plan,
    shared: Rc<Shared>,
    stream: TcpStream,
    session: Session,
    read: Box<[u8]>,
    /// From when its messages are due.
    start: Instant,
    start_micros: u64,
    submitted: u32,
    answered: u32,
}

impl Esme {
    /// Connects and binds.
    pub(crate) async fn bind(plan: Plan, shared: &Rc<Shared>) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(plan.address).await?;
        stream.set_nodelay(true)?;
        let config = Config {
            window: plan.window,
            ..Config::client()
        };
        let mut esme = Self {
            session: Session::client(config, 0),
            stream,
            shared: Rc::clone(shared),
            read: vec![0; READ_OCTETS].into_boxed_slice(),
            start: now(),
            start_micros: epoch_micros(),
            submitted: 0,
            answered: 0,
            plan,
        };
        let bind = Bind {
            system_id: esme.plan.login.system_id.as_bytes(),
            password: esme.plan.login.password.as_bytes(),
            interface_version: 0x34,
            ..Bind::default()
        };
        esme.session.bind(0, BindMode::Transceiver, &bind)?;
        timeout(PATIENCE, async {
            while esme.session.bound().is_none() {
                esme.write().await?;
                esme.stream.readable().await?;
                esme.take_in()?;
            }
            anyhow::Ok(())
        })
        .await
        .context("the gateway lets nobody bind")??;
        Ok(esme)
    }

    /// Submits from `start` on, and reads until every message of all programs has its receipt.
    pub(crate) async fn run(mut self, start: Instant) -> anyhow::Result<()> {
        self.begin(start);
        let mut moved = now();
        loop {
            let next = self.submit_what_is_due()?;
            self.write().await?;
            if self.answered == self.plan.messages && self.shared.is_over() {
                self.shared.over.notify_waiters();
                return Ok(());
            }
            if moved.elapsed() > PATIENCE {
                // What did not come is told by the counts.
                return Ok(());
            }
            let over = self.shared.over.notified();
            tokio::select! {
                readable = self.stream.readable() => {
                    readable?;
                    self.take_in()?;
                    moved = now();
                }
                () = sleep_until(next.unwrap_or(moved + PATIENCE).into()) => {}
                () = over => {}
            }
        }
    }

    /// Submits at its pace and reads nothing, not even answers, until it is dropped.
    pub(crate) async fn never_read(mut self, start: Instant) -> anyhow::Result<()> {
        self.begin(start);
        let mut octets = BytesMut::new();
        for message in 0..self.plan.messages {
            if let Some(due) = self.plan.pace.due(start, message) {
                sleep_until(due.into()).await;
            }
            let (to, text) = self.message(message, epoch_micros());
            // A program like this keeps to no window either.
            let submit = Pdu::SubmitSm(submit(&to, &text, Kind::Ordinary));
            submit.encode(CommandStatus::ROK, message + 10, &mut octets)?;
            self.stream.write_all(&octets.split()).await?;
        }
        std::future::pending().await
    }

    fn begin(&mut self, start: Instant) {
        self.start_micros = epoch_micros() + micros(start.saturating_duration_since(now()));
        self.start = start;
    }

    /// Submits what is due, as far as the window lets it; says when the next is.
    fn submit_what_is_due(&mut self) -> anyhow::Result<Option<Instant>> {
        while self.submitted < self.plan.messages && self.session.free_window() > 0 {
            let now = now();
            let due = match self.plan.pace.due(self.start, self.submitted) {
                None => now,
                Some(due) if due > now => return Ok(Some(due)),
                Some(due) => due,
            };
            // Answers give the token back: so their latencies need no table.
            let since_start = micros(due.saturating_duration_since(self.start));
            let (to, text) = self.message(self.submitted, self.start_micros + since_start);
            let kind = self.plan.kind(self.submitted);
            self.session
                .submit(0, since_start, &submit(&to, &text, kind))?;
            self.submitted += 1;
        }
        Ok(None)
    }

    fn message(&self, message: u32, micros: u64) -> (String, String) {
        let stamp = Stamp {
            kind: self.plan.kind(message),
            micros,
        };
        let number = self.plan.first + message;
        (phone(number), format!("Your code is {number:06} {stamp}"))
    }

    async fn write(&mut self) -> anyhow::Result<()> {
        while let Some(octets) = self.session.poll_transmit() {
            self.stream.write_all(&octets).await?;
        }
        Ok(())
    }

    /// Takes note of what has come, without waiting.
    fn take_in(&mut self) -> anyhow::Result<()> {
        let length = match self.stream.try_read(&mut self.read) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            read => read?,
        };
        ensure!(length > 0, "the gateway has closed the connection");
        self.session.handle_bytes(0, &self.read[..length]);
        let mut seen = self.shared.seen.borrow_mut();
        while let Some(event) = self.session.poll_event() {
            match event {
                Event::Answered(answer) => {
                    let status = answer.status();
                    ensure!(
                        status == CommandStatus::ROK,
                        "a submit is refused: {status}"
                    );
                    let since = self.start + Duration::from_micros(answer.token);
                    seen.answer(answer.message_id(), since.elapsed());
                    self.answered += 1;
                }
                Event::Request(request) => {
                    if let Pdu::DeliverSm(deliver) = request.pdu() {
                        seen.report(receipted(&deliver)?);
                    }
                    let answer = Pdu::DeliverSmResp(DeliverSmResp::default());
                    let sequence_number = request.header().sequence_number;
                    self.session
                        .respond(sequence_number, CommandStatus::ROK, &answer)?;
                }
                Event::Bound(_) => {}
                other => bail!("the session went another way: {other:?}"),
            }
        }
        Ok(())
    }
}

/// Finds whose receipt this is.
fn receipted<'a>(deliver: &DeliverSm<'a>) -> anyhow::Result<&'a [u8]> {
    let id = deliver.tlvs.get(Tag::RECEIPTED_MESSAGE_ID);
    let id = id.context("what came is no receipt")?.value;
    Ok(id.strip_suffix(b"\0").unwrap_or(id))
}

fn submit<'a>(to: &'a str, text: &'a str, kind: Kind) -> SubmitSm<'a> {
    SubmitSm {
        source: Address::alphanumeric(b"Heliogram"),
        destination: Address::international(to.as_bytes()),
        registered_delivery: 1,
        priority_flag: match kind {
            Kind::Ordinary => 0,
            Kind::Otp => 2,
        },
        data_coding: 1,
        short_message: text.as_bytes(),
        ..SubmitSm::default()
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn receipts_that_did_not_come_and_those_that_came_twice_are_counted() {
        let mut seen = Seen::default();
        for id in [b"1", b"2", b"3"] {
            seen.answer(id, Duration::ZERO);
        }
        seen.report(b"1");
        seen.report(b"1");
        // A receipt may come before its answer.
        seen.report(b"4");
        seen.answer(b"4", Duration::ZERO);
        assert_eq!(seen.lost_and_doubled(4), (2, 1));
        assert_eq!((seen.answered, seen.reported), (4, 3));
    }
}
