//! The one loop that drives a session over a stream, for either side.
//!
//! It reads in big pieces, tells the session's user what came of each, and writes everything that has gathered at once.
//! One task, one timer: nothing is spawned or armed for a message.

use std::collections::VecDeque;
use std::io;
use std::pin::pin;
use std::time::Duration;

use bytes::{Buf, Bytes};
use futures_util::FutureExt;
use smpp::Session;
use smpp::session::Event;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::{sleep_until, timeout};

use crate::clock::Clock;
use crate::pdu_log::Tap;

/// How much one read may bring.
const READ_OCTETS: usize = 64 * 1024;

/// How much may wait to be written before the loop stops reading. More than any window holds: two sides that wait for each
/// other to read would wait for ever.
const UNWRITTEN_OCTETS: usize = 1024 * 1024;

/// How long the last octets of a closed session may take.
const FAREWELL: Duration = Duration::from_secs(1);

/// The user of a session: decides what is sent and what becomes of what was received.
///
/// The implementer's duties:
///
/// 1. `next` may be dropped at any await without losing a command.
/// 2. Nothing here waits or computes for long: the link is silent meanwhile.
/// 3. `due_ms` is later than now after `advance`, or `None`.
pub(crate) trait Party {
    /// What comes from outside the session.
    type Command;

    /// Waits for the next command.
    fn next(&mut self) -> impl Future<Output = Self::Command> + Send;

    /// Takes a further command if one is there.
    fn another(&mut self) -> Option<Self::Command>;

    /// Carries out a command.
    fn command(&mut self, session: &mut Session, command: Self::Command, now_ms: u64);

    /// Takes note of an event; after [`Event::Closed`] nothing follows.
    fn event(&mut self, session: &mut Session, event: Event, now_ms: u64);

    /// Does what has become possible or due, after any number of events and commands.
    fn advance(&mut self, session: &mut Session, now_ms: u64);

    /// Says when `advance` is due without an event.
    fn due_ms(&self) -> Option<u64>;
}

/// Drives a session until it is closed and its last octets are written; `tap` hears all that passes.
pub(crate) async fn drive<S, P>(
    stream: S,
    session: &mut Session,
    party: &mut P,
    clock: Clock,
    mut tap: Option<Tap>,
) where
    S: AsyncRead + AsyncWrite + Send,
    P: Party,
{
    let (mut reader, mut writer) = tokio::io::split(stream);
    let mut incoming = vec![0; READ_OCTETS].into_boxed_slice();
    let mut unwritten = Unwritten::default();
    let mut armed_ms = u64::MAX;
    let mut timer = pin!(sleep_until(clock.instant(armed_ms)));
    loop {
        turn(session, party, clock.now_ms());
        let piece = session.poll_transmit();
        if let (Some(tap), Some(piece)) = (&mut tap, &piece) {
            tap.sent(piece);
        }
        unwritten.extend(piece);
        if session.is_closed() {
            // What cannot be said in time is not worth an error: the session is over either way.
            let _ = timeout(FAREWELL, unwritten.write_all(&mut writer)).await;
            return;
        }
        // Most streams take it at once: then this is not a reason to look at all the others again.
        let written = unwritten.write(&mut writer).now_or_never();
        if let Some(Err(_)) = written {
            session.handle_disconnect();
            continue;
        }
        let due_ms = [session.poll_timeout(), party.due_ms()]
            .into_iter()
            .flatten()
            .min();
        if let Some(due_ms) = due_ms.filter(|due_ms| *due_ms < armed_ms) {
            armed_ms = due_ms;
            timer.as_mut().reset(clock.instant(armed_ms));
        }
        tokio::select! {
            read = reader.read(&mut incoming), if unwritten.octets < UNWRITTEN_OCTETS => match read {
                Ok(octets @ 1..) => {
                    if let Some(tap) = &mut tap {
                        tap.received(&incoming[..octets]);
                    }
                    session.handle_bytes(clock.now_ms(), &incoming[..octets]);
                }
                Ok(0) | Err(_) => session.handle_disconnect(),
            },
            written = unwritten.write(&mut writer), if unwritten.is_waiting() => {
                if written.is_err() {
                    session.handle_disconnect();
                }
            }
            command = party.next() => {
                let now_ms = clock.now_ms();
                party.command(session, command, now_ms);
                while let Some(command) = party.another() {
                    party.command(session, command, now_ms);
                }
            }
            () = &mut timer, if armed_ms != u64::MAX => {
                // Armed again by what is due next: a deadline that moved away meanwhile costs one early waking.
                armed_ms = u64::MAX;
                session.handle_timeout(clock.now_ms());
            }
        }
    }
}

/// Lets the party see every event and do what follows from them.
fn turn<P: Party>(session: &mut Session, party: &mut P, now_ms: u64) {
    loop {
        while let Some(event) = session.poll_event() {
            party.event(session, event, now_ms);
        }
        if session.is_closed() {
            return;
        }
        party.advance(session, now_ms);
        match session.poll_event() {
            Some(event) => party.event(session, event, now_ms),
            None => return,
        }
    }
}

/// What the session has handed out and the stream has not taken yet.
#[derive(Default)]
struct Unwritten {
    pieces: VecDeque<Bytes>,
    octets: usize,
    /// Whether the stream may still hold back what it took, as TLS does.
    unflushed: bool,
}

impl Unwritten {
    fn extend(&mut self, piece: Option<Bytes>) {
        if let Some(piece) = piece {
            self.octets += piece.len();
            self.pieces.push_back(piece);
        }
    }

    fn is_waiting(&self) -> bool {
        self.unflushed || !self.pieces.is_empty()
    }

    /// Writes what the stream takes at once. May be dropped while it waits: what was taken is noted before it waits again.
    async fn write<W: AsyncWrite + Unpin>(&mut self, writer: &mut W) -> io::Result<()> {
        if !self.is_waiting() {
            return Ok(());
        }
        if let Some(piece) = self.pieces.front_mut() {
            let taken = writer.write(piece).await?;
            if taken == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            piece.advance(taken);
            self.octets -= taken;
            self.unflushed = true;
            if piece.is_empty() {
                self.pieces.pop_front();
            }
        }
        if self.pieces.is_empty() {
            writer.flush().await?;
            self.unflushed = false;
        }
        Ok(())
    }

    async fn write_all<W: AsyncWrite + Unpin>(&mut self, writer: &mut W) -> io::Result<()> {
        while self.is_waiting() {
            self.write(writer).await?;
        }
        writer.shutdown().await
    }
}
