//! One bound session of the client.

use std::fmt::Write as _;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use bytes::{Buf, BytesMut};
use gateway::directory::Tls;
use smpp::session::{CloseReason, Config, Event, Request};
use smpp::{Bind, BindMode, CommandStatus, DataSmResp, DeliverSmResp, Header, Pdu, Session};
use smpp_net::TlsClient;
use smpp_net::pdu_log::{Hidden, hexadecimal, show};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until, timeout};

use super::words::{Delivered, delivered, delivered_data, ending};
use super::{Mode, To};
use crate::admin::secret;
use crate::output;

/// How long a goodbye may take.
const FAREWELL: Duration = Duration::from_secs(2);

/// Octets that one read may bring.
const READ_OCTETS: usize = 64 * 1024;

/// The version that this side speaks [smpp34 §5.2.4].
const INTERFACE_VERSION: u8 = 0x34;

trait Stream: AsyncRead + AsyncWrite + std::marker::Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + std::marker::Send + Unpin> Stream for S {}

/// A session that is bound.
pub(super) struct Link {
    reader: ReadHalf<Box<dyn Stream>>,
    writer: WriteHalf<Box<dyn Stream>>,
    pub(super) session: Session,
    began: Instant,
    read: BytesMut,
    unwritten: BytesMut,
    /// What is printed of each direction, while it is no whole PDU yet; `None` when nothing is to be printed.
    printed: Option<[BytesMut; 2]>,
}

impl Link {
    /// Connects and binds; the error says what to do.
    pub(super) async fn open(to: &To, mode: Mode, window: u32) -> anyhow::Result<Self> {
        let stream = timeout(to.patience, connect(to))
            .await
            .map_err(|_| anyhow!("no connection to {} within {:?}", to.address, to.patience))??;
        let (reader, writer) = tokio::io::split(stream);
        let patience_ms = u64::try_from(to.patience.as_millis()).unwrap_or(u64::MAX);
        let config = Config {
            window: usize::try_from(window).unwrap_or(usize::MAX),
            session_init_ms: patience_ms,
            response_ms: patience_ms,
            ..Config::client()
        };
        let mut link = Self {
            reader,
            writer,
            session: Session::client(config, 0),
            began: Instant::now(),
            read: BytesMut::with_capacity(READ_OCTETS),
            unwritten: BytesMut::new(),
            printed: to.pdus.then(Default::default),
        };
        let password = secret(&to.password)?;
        let bind = Bind {
            system_id: to.system_id.as_bytes(),
            password: password.as_bytes(),
            system_type: to.system_type.as_bytes(),
            interface_version: INTERFACE_VERSION,
            ..Bind::default()
        };
        let mode = match mode {
            Mode::Transmitter => BindMode::Transmitter,
            Mode::Receiver => BindMode::Receiver,
            Mode::Transceiver => BindMode::Transceiver,
        };
        link.session.bind(0, mode, &bind).context("cannot bind")?;
        match link.next(None).await? {
            Some(Event::Bound(_)) => Ok(link),
            Some(Event::Closed { reason, .. }) => Err(over(to, reason)),
            other => bail!("the SMSC said something else instead of answering the bind: {other:?}"),
        }
    }

    /// Milliseconds on the session's clock.
    pub(super) fn now_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Waits for what happens next; `None` when the moment has come before. May be dropped while it waits.
    pub(super) async fn next(&mut self, until: Option<Instant>) -> anyhow::Result<Option<Event>> {
        loop {
            if let Some(piece) = self.session.poll_transmit() {
                self.print(false, &piece)?;
                self.unwritten.extend_from_slice(&piece);
            }
            // Events wait for what they follow from to be written: an answer is not told before it is on its way.
            if self.unwritten.is_empty()
                && let Some(event) = self.session.poll_event()
            {
                return Ok(Some(event));
            }
            let due = self.session.poll_timeout();
            let due = due.map(|ms| self.began + Duration::from_millis(ms));
            let until_due = async {
                match due {
                    Some(due) => sleep_until(due).await,
                    None => std::future::pending().await,
                }
            };
            let until_asked = async {
                match until {
                    Some(until) => sleep_until(until).await,
                    None => std::future::pending().await,
                }
            };
            let heard = tokio::select! {
                written = self.writer.write(&self.unwritten), if !self.unwritten.is_empty() => match written {
                    Ok(octets @ 1..) => {
                        self.unwritten.advance(octets);
                        if self.unwritten.is_empty() {
                            self.writer.flush().await.is_ok()
                        } else {
                            true
                        }
                    }
                    Ok(0) | Err(_) => false,
                },
                read = self.reader.read_buf(&mut self.read) => match read {
                    Ok(1..) => {
                        let octets = self.read.split();
                        self.print(true, &octets)?;
                        let now_ms = self.now_ms();
                        self.session.handle_bytes(now_ms, &octets);
                        true
                    }
                    Ok(0) | Err(_) => false,
                },
                () = until_due => {
                    let now_ms = self.now_ms();
                    self.session.handle_timeout(now_ms);
                    true
                }
                () = until_asked => return Ok(None),
            };
            if !heard {
                self.unwritten.clear();
                self.session.handle_disconnect();
            }
        }
    }

    /// Answers a request of the other side, and says what it was: a receipt, a message, or nothing of interest.
    pub(super) fn take(&mut self, request: &Request) -> anyhow::Result<Option<Delivered>> {
        let number = request.sequence_number();
        let ok = CommandStatus::ROK;
        match request.pdu() {
            Pdu::DeliverSm(deliver) => {
                let answer = Pdu::DeliverSmResp(DeliverSmResp::default());
                self.session.respond(number, ok, &answer)?;
                Ok(Some(delivered(&deliver)))
            }
            Pdu::DataSm(data) => {
                let answer = Pdu::DataSmResp(DataSmResp::default());
                self.session.respond(number, ok, &answer)?;
                Ok(Some(delivered_data(&data)))
            }
            Pdu::Outbind(_) | Pdu::AlertNotification(_) => Ok(None),
            _ => {
                self.session
                    .refuse(request.header(), CommandStatus::RINVCMDID)?;
                Ok(None)
            }
        }
    }

    /// Says goodbye, and does not wait long for it.
    pub(super) async fn close(mut self) -> anyhow::Result<()> {
        let now_ms = self.now_ms();
        if self.session.unbind(now_ms).is_err() {
            return Ok(());
        }
        let until = Instant::now() + FAREWELL;
        loop {
            match self.next(Some(until)).await? {
                None | Some(Event::Closed { .. }) => return Ok(()),
                Some(Event::Request(request)) => {
                    if let Some(Delivered { line, .. }) = self.take(&request)? {
                        output::line(line)?;
                    }
                }
                Some(
                    Event::Bound(_)
                    | Event::BindRequest(_)
                    | Event::Answered(_)
                    | Event::TimedOut { .. }
                    | Event::AnsweredLate(_)
                    | Event::Unmatched(_)
                    | Event::Unbound,
                ) => {}
            }
        }
    }

    /// Prints each PDU that is whole.
    fn print(&mut self, received: bool, octets: &[u8]) -> anyhow::Result<()> {
        let Some(directions) = &mut self.printed else {
            return Ok(());
        };
        let buffer = &mut directions[usize::from(received)];
        buffer.extend_from_slice(octets);
        while let Ok(Some((header, body))) =
            smpp::frame(buffer, smpp::frame::DEFAULT_MAXIMUM_LENGTH)
        {
            output::text(shown(received, &header, &body))?;
        }
        Ok(())
    }
}

fn shown(received: bool, header: &Header, body: &[u8]) -> String {
    let shown = show(header, body, Hidden::Passwords);
    let arrow = if received { '<' } else { '>' };
    let mut text = format!("{arrow} {}\n", shown.names);
    for line in hexadecimal(&shown.octets).lines() {
        let _ = writeln!(text, "    {line}");
    }
    text
}

/// Says how a session ended that was to go on.
pub(super) fn over(to: &To, reason: CloseReason) -> anyhow::Error {
    anyhow!("{}: {}", to.address, ending(reason))
}

async fn connect(to: &To) -> anyhow::Result<Box<dyn Stream>> {
    let stream = TcpStream::connect(&to.address).await.with_context(|| {
        format!(
            "cannot connect to {}: is it running (heliogram dev), and is --to right?",
            to.address
        )
    })?;
    stream.set_nodelay(true)?;
    if !to.tls {
        return Ok(Box::new(stream));
    }
    let authorities = to.tls_authorities.as_deref();
    let tls = Tls {
        server_name: to.tls_server_name.clone(),
        authorities_file: authorities
            .map(|file| {
                file.to_str()
                    .context("the path is not text")
                    .map(str::to_owned)
            })
            .transpose()?,
    };
    let host = to
        .address
        .rsplit_once(':')
        .map_or(&*to.address, |(host, _)| host);
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let client = TlsClient::new(&tls, host).map_err(anyhow::Error::msg)?;
    let stream = client.connect(stream).await.with_context(|| {
        format!(
            "no TLS with {}: is TLS spoken there, and do --tls-server-name and --tls-authorities fit its certificate?",
            to.address
        )
    })?;
    Ok(Box::new(stream))
}
