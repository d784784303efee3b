//! What a session tells its user.

use std::fmt;

use bytes::Bytes;

use crate::command::BindMode;
use crate::frame::{FrameError, Header};
use crate::pdu::{Bind, EncodeError, Pdu};
use crate::status::CommandStatus;

/// Something that happened in a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The SMSC accepted the bind (ESME's side only).
    Bound(Bound),
    /// An ESME asks to bind (SMSC's side only): `accept_bind` or `refuse_bind` is due.
    BindRequest(BindRequest),
    /// The peer sent a request that the user must answer; `outbind` and `alert_notification` come
    /// here too and have no answer.
    Request(Request),
    /// A request of this side was answered in time.
    Answered(Answer),
    /// A request of this side was not answered in time; its outcome is unknown.
    TimedOut {
        /// The user's name for the request.
        token: u64,
    },
    /// A request that had timed out was answered after all.
    AnsweredLate(Answer),
    /// A response came that belongs to no request; the session goes on.
    Unmatched(Header),
    /// The peer asks to end the session; it closes when the peer's requests are answered.
    Unbound,
    /// The session is over; the last event.
    Closed {
        /// Why.
        reason: CloseReason,
        /// The tokens of the requests whose outcome stays unknown, in the order of sending.
        outstanding: Vec<u64>,
    },
}

/// What the SMSC said when it accepted the bind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// How the session is bound.
    pub mode: BindMode,
    /// The SMSC's name.
    pub system_id: Bytes,
    /// The version that the SMSC speaks, if it said so.
    pub interface_version: Option<u8>,
}

/// An ESME's bind, waiting for a decision.
#[derive(Clone, PartialEq, Eq)]
pub struct BindRequest {
    /// How the ESME wants to be bound.
    pub mode: BindMode,
    pub(super) header: Header,
    pub(super) body: Bytes,
}

impl BindRequest {
    /// Reads the fields; an octet sequence that was never a bind gives empty ones.
    pub fn bind(&self) -> Bind<'_> {
        match Pdu::decode(&self.header, &self.body) {
            Ok(Pdu::Bind(_, bind)) => bind,
            _ => Bind::default(),
        }
    }
}

impl fmt::Debug for BindRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        (self.mode, self.bind()).fmt(formatter)
    }
}

/// A request of the peer that was read without a fault.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    header: Header,
    body: Bytes,
}

impl Request {
    /// Takes a request that was read once without a fault.
    pub(super) const fn new(header: Header, body: Bytes) -> Self {
        Self { header, body }
    }

    /// Gives its header; [`super::Session::refuse`] takes it.
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// Gives what the answer must repeat.
    pub const fn sequence_number(&self) -> u32 {
        self.header.sequence_number
    }
    /// Reads the body again, borrowing from it.
    pub fn pdu(&self) -> Pdu<'_> {
        Pdu::decode(&self.header, &self.body).expect("the session read it before it told the user")
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        (self.header, Pdu::decode(&self.header, &self.body)).fmt(formatter)
    }
}

/// The response to a request of this side.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// The user's name for the request.
    pub token: u64,
    /// The header of the response, or of a `generic_nack`.
    pub header: Header,
    /// The body of the response, a slice of what was received.
    pub body: Bytes,
}

impl Answer {
    /// Says how the request ended.
    pub const fn status(&self) -> CommandStatus {
        self.header.command_status
    }

    /// Finds the peer's name for the message; empty where it gave none.
    pub fn message_id(&self) -> &[u8] {
        self.pdu().map_or(&[], |pdu| pdu.response_message_id())
    }

    /// Reads the body; `None` when its octets make no sense, which changes nothing in the status.
    pub fn pdu(&self) -> Option<Pdu<'_>> {
        Pdu::decode(&self.header, &self.body).ok()
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        (self.token, self.header, self.pdu()).fmt(formatter)
    }
}

/// Why a session is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CloseReason {
    /// The user closed it.
    #[error("closed by this side")]
    Closed,
    /// This side unbound and the peer agreed.
    #[error("unbound by this side")]
    Unbound,
    /// The peer unbound.
    #[error("unbound by the peer")]
    UnboundByPeer,
    /// The connection ended without an unbind.
    #[error("the connection was lost")]
    ConnectionLost,
    /// The bind was refused.
    #[error("the bind was refused: {0}")]
    BindRefused(CommandStatus),
    /// The bind was not completed in time.
    #[error("the bind was not completed in time")]
    SessionInitTimeout,
    /// The peer gave no sign of life.
    #[error("the peer did not answer enquire_link in time")]
    LinkDead,
    /// Nothing was exchanged for too long.
    #[error("nothing was exchanged for too long")]
    Inactive,
    /// The peer did not answer unbind.
    #[error("the peer did not answer unbind in time")]
    UnbindTimeout,
    /// The stream cannot be cut into PDUs any more.
    #[error("the stream is out of step: {0}")]
    OutOfStep(FrameError),
}

/// Why a command was not carried out; nothing was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// As many requests wait for answers as the window allows.
    #[error("the window is full")]
    WindowFull,
    /// The state or the mode of the bind does not allow this.
    #[error("the bind state does not allow it")]
    NotAllowed,
    /// A response was given where a request belongs, or the reverse.
    #[error("the PDU has the wrong direction")]
    WrongDirection,
    /// The PDU cannot be written.
    #[error(transparent)]
    Encode(#[from] EncodeError),
}
