//! SMPP 3.4 as values: PDUs and the session, without a socket and without a clock.
//!
//! Bytes become PDUs in two steps: [`frame`](frame()) cuts the stream at `command_length`, and
//! [`Pdu::decode`] reads one body, borrowing from it. What a peer may get away with is decided
//! after that, by [`Limits`]. [`session::Session`] keeps the rules of a bind: states, sequence
//! numbers, windows and timers. [`receipt`] and [`message_id`] follow a message to its outcome.

mod codes;
mod wire;

pub mod command;
pub mod frame;
pub mod limits;
pub mod message_id;

pub mod pdu;
pub mod receipt;
pub mod session;

pub mod status;
pub mod time;

pub mod tlv;

pub use command::{BindMode, CommandId};
pub use frame::{FrameError, Header, frame};
pub use limits::Limits;
pub use pdu::{
    Address, AlertNotification, Bind, BindResp, CancelSm, DataSm, DataSmResp, DecodeError,
    DeliverSm, DeliverSmResp, Destination, DestinationBuffer, Destinations, EncodeError, Outbind,
    Pdu, QuerySm, QuerySmResp, ReplaceSm, SubmitMulti, SubmitMultiResp, SubmitSm, SubmitSmResp,
    Unsuccessful, UnsuccessfulBuffer, UnsuccessfulList,
};
pub use receipt::{Receipt, ReceiptState};
pub use session::Session;
pub use status::CommandStatus;
pub use tlv::{Tag, Tlv, TlvBuffer, Tlvs};
