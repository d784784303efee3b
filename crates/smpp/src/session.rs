//! One SMPP session as a value: bytes, time and commands go in; bytes, events and a deadline
//! come out. The same value serves an ESME and an SMSC.
//!
//! A driver owns the socket and the clock. It calls [`Session::handle_bytes`] with what arrived,
//! [`Session::handle_timeout`] when [`Session::poll_timeout`] has passed, and after either (and
//! after every command) writes all of [`Session::poll_transmit`] and takes all of
//! [`Session::poll_event`]. It writes before it reads on: that bounds the answers waiting here by
//! one read. Time is milliseconds of any monotonic clock.
//!
//! Every token given to [`Session::submit`], [`Session::deliver`] or [`Session::request`] comes
//! back exactly once: in [`Event::Answered`], in [`Event::TimedOut`] or in [`Event::Closed`]. Only
//! after a timeout may an [`Event::AnsweredLate`] follow.
//!
//! ```
//! use smpp::session::{Config, Event};
//! use smpp::{Bind, BindMode, Session, SubmitSm};
//!
//! let (mut esme, mut smsc) =
//!     (Session::client(Config::client(), 0), Session::server(Config::server(), 0));
//! esme.bind(0, BindMode::Transceiver, &Bind { system_id: b"shop", ..Bind::default() })?;
//! smsc.handle_bytes(0, &esme.poll_transmit().unwrap_or_default());
//! assert!(matches!(smsc.poll_event(), Some(Event::BindRequest(_))));
//! smsc.accept_bind(0, b"centre")?;
//! esme.handle_bytes(0, &smsc.poll_transmit().unwrap_or_default());
//! assert!(matches!(esme.poll_event(), Some(Event::Bound(_))));
//! esme.submit(0, 4711, &SubmitSm { short_message: b"hello", ..SubmitSm::default() })?;
//! # Ok::<(), smpp::session::SendError>(())
//! ```

mod answers;
mod commands;
mod config;
mod event;
mod inbound;
mod outstanding;
mod permissions;
mod timers;

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};

pub use config::Config;
pub use event::{Answer, BindRequest, Bound, CloseReason, Event, Request, SendError};
pub use permissions::Role;

use crate::command::BindMode;
use crate::frame::frame;
use outstanding::Outstanding;

/// One side of a session, from the connection's first octet to its last.
#[derive(Debug)]
pub struct Session {
    config: Config,
    role: Role,
    state: State,
    inbound: BytesMut,
    outbound: BytesMut,
    events: VecDeque<Event>,
    outstanding: Outstanding,
    /// Requests of the peer that the user has not answered yet.
    unanswered: usize,
    started_ms: u64,
    last_inbound_ms: u64,
    last_activity_ms: u64,
    /// When the peer must have shown life, once it was asked to.
    enquiry_deadline_ms: Option<u64>,
}

/// Where a session stands; [smpp34 §2.2] has fewer states because it does not name the waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Connected, not bound.
    Open,
    /// A bind was sent, or received and not answered yet.
    Binding {
        mode: BindMode,
        sequence_number: u32,
    },
    /// Bound.
    Bound { mode: BindMode },
    /// This side sent unbind; answers still come.
    Unbinding {
        mode: BindMode,
        sequence_number: u32,
        deadline_ms: u64,
    },
    /// The peer sent unbind; it is answered once the peer's requests are.
    PeerUnbinding {
        sequence_number: u32,
        deadline_ms: u64,
    },
    /// Over: nothing more is taken in, what is left to transmit may still be written.
    Closed,
}

impl Session {
    /// Starts the ESME's side on a fresh connection.
    pub fn client(config: Config, now_ms: u64) -> Self {
        Self::new(Role::Esme, config, now_ms)
    }

    /// Starts the SMSC's side on a fresh connection.
    pub fn server(config: Config, now_ms: u64) -> Self {
        Self::new(Role::Smsc, config, now_ms)
    }

    fn new(role: Role, config: Config, now_ms: u64) -> Self {
        Self {
            role,
            state: State::Open,
            inbound: BytesMut::new(),
            outbound: BytesMut::new(),
            events: VecDeque::new(),
            outstanding: Outstanding::new(&config),
            unanswered: 0,
            started_ms: now_ms,
            last_inbound_ms: now_ms,
            last_activity_ms: now_ms,
            enquiry_deadline_ms: None,
            config,
        }
    }

    /// Takes in octets of the peer, cut anywhere.
    pub fn handle_bytes(&mut self, now_ms: u64, octets: &[u8]) {
        if self.state == State::Closed {
            return;
        }
        self.inbound.extend_from_slice(octets);
        while self.state != State::Closed {
            match frame(&mut self.inbound, self.config.maximum_pdu_length) {
                Ok(Some((header, body))) => self.handle_pdu(now_ms, header, body),
                Ok(None) => return,
                Err(error) => self.lose_step(error),
            }
        }
        self.inbound.clear();
    }

    /// Takes note that the connection is gone.
    pub fn handle_disconnect(&mut self) {
        self.finish(CloseReason::ConnectionLost);
    }

    /// Hands out everything to write, as one piece.
    pub fn poll_transmit(&mut self) -> Option<Bytes> {
        (!self.outbound.is_empty()).then(|| self.outbound.split().freeze())
    }

    /// Hands out the oldest event not taken yet. [`Event::Closed`] is the last one.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Says which side this is.
    pub const fn role(&self) -> Role {
        self.role
    }

    /// Says how the session is bound; `None` when it cannot carry new requests.
    pub const fn bound(&self) -> Option<BindMode> {
        match self.state {
            State::Bound { mode } => Some(mode),
            State::Open
            | State::Binding { .. }
            | State::Unbinding { .. }
            | State::PeerUnbinding { .. }
            | State::Closed => None,
        }
    }

    /// Tells whether the session is over.
    pub const fn is_closed(&self) -> bool {
        matches!(self.state, State::Closed)
    }

    /// Counts the requests of this side that wait for an answer.
    pub fn outstanding(&self) -> usize {
        self.outstanding.len()
    }

    /// Counts the requests that this side may still send before an answer comes.
    pub fn free_window(&self) -> usize {
        self.config.window.saturating_sub(self.outstanding.len())
    }

    /// Tells the bounds and timers that hold now.
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// Goes on with other bounds and timers. What is outstanding keeps its deadline; a window that became smaller than that lets
    /// nothing be sent until enough is answered. `late_answers` and `first_sequence_number` stay those of the beginning.
    pub fn adjust(&mut self, config: Config) {
        self.config = config;
    }

    /// Counts the peer's requests that the user has not answered.
    pub const fn unanswered(&self) -> usize {
        self.unanswered
    }

    /// Ends the session once; every token still waiting is reported.
    fn finish(&mut self, reason: CloseReason) {
        if self.state == State::Closed {
            return;
        }
        self.state = State::Closed;
        self.enquiry_deadline_ms = None;
        let outstanding = self.outstanding.drain();
        self.events.push_back(Event::Closed {
            reason,
            outstanding,
        });
    }
}
