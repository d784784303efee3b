//! A customer's program that binds and submits at a steady pace, whatever the answers take.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use bytes::BytesMut;
use smpp::session::{Config, Event};
use smpp::{Address, Bind, BindMode, CommandStatus, DeliverSmResp, Pdu, Session, SubmitSm, Tag};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::{sleep_until, timeout};

use super::load::phone;
use super::stage::{PASSWORD, now};

/// How many submits of one program may be unanswered.
const WINDOW: usize = 100;

/// How long a program waits for the last receipt.
const PATIENCE: Duration = Duration::from_mins(2);

/// Says what a program does.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) address: SocketAddr,
    pub(super) system_id: String,
    /// The number of its first phone; each message goes to the next one.
    pub(super) first_phone: u32,
    pub(super) per_second: u32,
    pub(super) messages: u32,
    /// How many receipts have come to all programs together, which go to any bind of their account; and how many are to come.
    pub(super) reported: Arc<AtomicU32>,
    pub(super) to_report: u32,
}

/// Says what a program saw.
#[derive(Default)]
pub(super) struct Seen {
    /// How long each answer took, from when its submit was due.
    pub(super) latencies: Vec<Duration>,
    /// How many receipts came for each message: for those that were accepted here, and those that were not but were told here.
    pub(super) receipts: HashMap<Vec<u8>, u32>,
}

/// A bound program.
pub(super) struct Esme {
    plan: Plan,
    stream: TcpStream,
    session: Session,
    start: Instant,
    seen: Seen,
}

impl Esme {
    /// Connects and binds.
    pub(super) async fn bind(plan: Plan, start: Instant) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(plan.address).await?;
        stream.set_nodelay(true)?;
        let config = Config {
            window: WINDOW,
            ..Config::client()
        };
        let mut esme = Self {
            session: Session::client(config, 0),
            stream,
            start,
            seen: Seen::default(),
            plan,
        };
        let bind = Bind {
            system_id: esme.plan.system_id.as_bytes(),
            password: PASSWORD.as_bytes(),
            interface_version: 0x34,
            ..Bind::default()
        };
        esme.session.bind(0, BindMode::Transceiver, &bind)?;
        timeout(PATIENCE, async {
            while esme.session.bound().is_none() {
                esme.write().await?;
                esme.stream.readable().await?;
                esme.read()?;
            }
            anyhow::Ok(())
        })
        .await
        .context("the gateway lets nobody bind")??;
        Ok(esme)
    }

    /// Submits at its pace from `start` on, and reads until every message of all programs has its receipt.
    pub(super) async fn run(mut self, start: Instant) -> anyhow::Result<Seen> {
        self.start = start;
        let mut submitted = 0;
        let mut idle_since = now();
        loop {
            while submitted < self.plan.messages && self.due(start, submitted) <= now() {
                if self.session.free_window() == 0 {
                    break;
                }
                self.submit(submitted)?;
                submitted += 1;
            }
            self.write().await?;
            let all = self.plan.messages as usize;
            let reported = self.plan.reported.load(Ordering::Relaxed);
            if reported >= self.plan.to_report && self.seen.latencies.len() == all {
                return Ok(self.seen);
            }
            let next = if submitted < self.plan.messages && self.session.free_window() > 0 {
                self.due(start, submitted)
            } else {
                now() + Duration::from_secs(1)
            };
            tokio::select! {
                readable = self.stream.readable() => {
                    readable?;
                    self.read()?;
                    idle_since = now();
                }
                () = sleep_until(next.into()) => {}
            }
            if idle_since.elapsed() > PATIENCE {
                // What did not come is told by the counts.
                return Ok(self.seen);
            }
        }
    }

    /// Submits at its pace and reads nothing, not even answers, until it is dropped.
    pub(super) async fn never_read(mut self, start: Instant) -> anyhow::Result<()> {
        let mut octets = BytesMut::new();
        for message in 0..self.plan.messages {
            sleep_until(self.due(start, message).into()).await;
            let (to, text) = self.message(message);
            // A program like this keeps to no window either.
            Pdu::SubmitSm(submit(&to, &text)).encode(
                CommandStatus::ROK,
                message + 10,
                &mut octets,
            )?;
            self.stream.write_all(&octets.split()).await?;
        }
        std::future::pending().await
    }

    fn due(&self, start: Instant, message: u32) -> Instant {
        start + Duration::from_secs(1) * message / self.plan.per_second
    }

    fn message(&self, message: u32) -> (String, String) {
        let to = phone(self.plan.first_phone + message);
        (to, format!("Your code is {message:06}"))
    }

    fn submit(&mut self, message: u32) -> anyhow::Result<()> {
        let (to, text) = self.message(message);
        Ok(self
            .session
            .submit(0, u64::from(message), &submit(&to, &text))?)
    }

    async fn write(&mut self) -> anyhow::Result<()> {
        while let Some(octets) = self.session.poll_transmit() {
            self.stream.write_all(&octets).await?;
        }
        Ok(())
    }

    /// Takes note of what has come, without waiting.
    fn read(&mut self) -> anyhow::Result<()> {
        let mut octets = [0; 16 * 1024];
        let length = match self.stream.try_read(&mut octets) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            read => read?,
        };
        ensure!(length > 0, "the gateway has closed the connection");
        self.session.handle_bytes(0, &octets[..length]);
        while let Some(event) = self.session.poll_event() {
            match event {
                Event::Answered(answer) => {
                    let due = self.due(self.start, u32::try_from(answer.token)?);
                    ensure!(
                        answer.status() == CommandStatus::ROK,
                        "a submit is refused: {}",
                        answer.status()
                    );
                    self.seen.latencies.push(due.elapsed());
                    self.seen
                        .receipts
                        .entry(answer.message_id().to_vec())
                        .or_default();
                }
                Event::Request(request) => {
                    if let Pdu::DeliverSm(deliver) = request.pdu() {
                        let id = deliver.tlvs.get(Tag::RECEIPTED_MESSAGE_ID);
                        let id = id.context("what came is no receipt")?.value;
                        let id = id.strip_suffix(b"\0").unwrap_or(id).to_vec();
                        *self.seen.receipts.entry(id).or_default() += 1;
                        self.plan.reported.fetch_add(1, Ordering::Relaxed);
                    }
                    let answer = Pdu::DeliverSmResp(DeliverSmResp::default());
                    self.session.respond(
                        request.header().sequence_number,
                        CommandStatus::ROK,
                        &answer,
                    )?;
                }
                Event::Bound(_) => {}
                other => bail!("the session went another way: {other:?}"),
            }
        }
        Ok(())
    }
}

fn submit<'a>(to: &'a str, text: &'a str) -> SubmitSm<'a> {
    SubmitSm {
        source: Address::alphanumeric(b"Heliogram"),
        destination: Address::international(to.as_bytes()),
        registered_delivery: 1,
        data_coding: 1,
        short_message: text.as_bytes(),
        ..SubmitSm::default()
    }
}
