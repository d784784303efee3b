//! One link: octets in, octets out, and in between the world is asked under its lock once for
//! all that was read.

mod conversation;
mod oddities;
mod questions;
mod window;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt, Interest};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::scenario::Ending;
use crate::server::Shared;
use conversation::{Conversation, Flow};

/// Room for octets that is made at once, and how little of it is left before more is made.
const READ_LENGTH: usize = 64 * 1024;
const READ_LEAST: usize = 8 * 1024;

/// How long a link that is half closed is kept.
const HALF_CLOSED: Duration = Duration::from_mins(5);

/// How long the last answers may take to leave before the link is closed anyway.
const CLOSING: Duration = Duration::from_secs(1);

/// A connection and what is said over it.
pub(crate) struct Link {
    stream: TcpStream,
    shared: Arc<Shared>,
    wake: Arc<Notify>,
    read: BytesMut,
    conversation: Conversation,
}

impl Link {
    pub(crate) fn new(number: u64, stream: TcpStream, shared: Arc<Shared>) -> Self {
        let wake = Arc::new(Notify::new());
        let epoch = {
            let mut world = shared.world();
            world.open_link(number, Arc::clone(&wake));
            world.epoch
        };
        Self {
            stream,
            shared,
            wake: Arc::clone(&wake),
            read: BytesMut::new(),
            conversation: Conversation::new(number, epoch, wake),
        }
    }

    /// Serves the link until either side ends it.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        if let Err(error) = self.stream.set_nodelay(true) {
            tracing::debug!(%error, "small answers may be held back");
        }
        let ending = tokio::select! {
            () = stop.cancelled() => Ok(Flow::Close),
            ending = self.serve() => ending,
        };
        match ending {
            Ok(Flow::Reset) => self.reset(),
            Ok(Flow::Tear(ending)) => self.tear(ending, &stop).await,
            Ok(Flow::Close | Flow::Continue) => {
                self.write_last().await;
            }
            Err(error) => tracing::debug!(%error, "link lost"),
        }
        self.conversation.end(&mut self.shared.world());
        self.shared.changed.notify_waiters();
    }

    async fn write_last(&mut self) {
        let last = tokio::time::timeout(CLOSING, self.write_out());
        if let Ok(Err(error)) = last.await {
            tracing::debug!(%error, "the last answers were not taken");
        }
    }

    /// Ends with RST, as a crashed peer does, and drops what was not written.
    fn reset(&self) {
        if let Err(error) = self.stream.set_zero_linger() {
            tracing::debug!(%error, "the link ends in order instead of being reset");
        }
    }

    /// Ends in the middle of a PDU.
    async fn tear(&mut self, ending: Ending, stop: &CancellationToken) {
        self.write_last().await;
        match ending {
            Ending::Reset => self.reset(),
            Ending::Close => {}
            Ending::HalfClose => {
                let listening = async {
                    self.stream.shutdown().await?;
                    // What comes is not heard any more; the other side may close when it likes.
                    let mut octets = [0; 4096];
                    while self.stream.read(&mut octets).await? > 0 {}
                    io::Result::Ok(())
                };
                tokio::select! {
                    () = stop.cancelled() => {}
                    ended = tokio::time::timeout(HALF_CLOSED, listening) => {
                        tracing::debug!(?ended, "the half-closed link is over");
                    }
                }
            }
        }
    }

    async fn serve(&mut self) -> io::Result<Flow> {
        loop {
            if !self.read_some()? {
                return Ok(Flow::Close);
            }
            let (flow, wait) = self.talk()?;
            self.shared.changed.notify_waiters();
            match flow {
                Flow::Continue => {}
                Flow::Close | Flow::Reset | Flow::Tear(_) => return Ok(flow),
            }
            self.write_some()?;
            self.pause(wait).await?;
        }
    }

    /// Reads what is there; `false` at the end of the stream.
    fn read_some(&mut self) -> io::Result<bool> {
        if !self.conversation.has_room() {
            return Ok(true);
        }
        if self.read.capacity() - self.read.len() < READ_LEAST {
            self.read.reserve(READ_LENGTH);
        }
        match self.stream.try_read_buf(&mut self.read) {
            Ok(length) => Ok(length > 0),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// Answers what was read and takes what is due, all under one lock, and has it in
    /// the journal before any of it can leave. Tells how long there is nothing to do.
    fn talk(&mut self) -> io::Result<(Flow, Option<Duration>)> {
        let now_ms = self.shared.clock.now_ms();
        let mut world = self.shared.world();
        world.direct(now_ms);
        let flow = self
            .conversation
            .advance(&mut self.read, &mut world, now_ms);
        world.direct(now_ms);
        world.flush().inspect_err(|error| {
            tracing::error!(%error, "the journal cannot be written: nothing is acknowledged");
        })?;
        let due_ms = self.conversation.next_due_ms(&world);
        let wait = due_ms.map(|due_ms| Duration::from_millis(due_ms.saturating_sub(now_ms).max(1)));
        Ok((flow, wait))
    }

    /// Writes as much as the peer takes now.
    fn write_some(&mut self) -> io::Result<()> {
        let piece = self.conversation.piece;
        let out = &mut self.conversation.out;
        while !out.is_empty() {
            match self.stream.try_write(&out[..out.len().min(piece)]) {
                Ok(length) => {
                    out.advance(length);
                    // A piece goes on its own way.
                    if piece < usize::MAX {
                        break;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn write_out(&mut self) -> io::Result<()> {
        loop {
            self.write_some()?;
            if self.conversation.out.is_empty() {
                return Ok(());
            }
            tokio::task::yield_now().await;
            self.stream.writable().await?;
        }
    }

    /// Waits for octets, for room to write what is left, for a call, or for the time.
    async fn pause(&self, wait: Option<Duration>) -> io::Result<()> {
        let reads = self.conversation.has_room().then_some(Interest::READABLE);
        let writes = (!self.conversation.out.is_empty()).then_some(Interest::WRITABLE);
        let interest = match (reads, writes) {
            (Some(read), Some(write)) => Some(read | write),
            (either, None) | (None, either) => either,
        };
        let stream = async {
            match interest {
                Some(interest) => self.stream.ready(interest).await.map(drop),
                None => std::future::pending().await,
            }
        };
        let time = async {
            match wait {
                Some(wait) => tokio::time::sleep(wait).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            octets = stream => octets,
            () = self.wake.notified() => Ok(()),
            () = time => Ok(()),
        }
    }
}
