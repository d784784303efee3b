//! The bounds and timers of a session.

use crate::frame::DEFAULT_MAXIMUM_LENGTH;
use crate::limits::Limits;

/// What a session may hold and how long it waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The largest `command_length` taken, in octets; a longer one ends the session.
    pub maximum_pdu_length: usize,
    /// The limits on the fields of the peer's requests.
    pub limits: Limits,
    /// How many requests of this side may wait for their answers.
    pub window: usize,
    /// How many requests of the peer may wait for the user's answers; one more is answered
    /// `RTHROTTLED`, which every peer is known to repeat later.
    pub peer_window: usize,
    /// How many timed-out requests are remembered for a late answer; the oldest is forgotten.
    pub late_answers: usize,
    /// The first `sequence_number` of this side, 1 to 0x7FFFFFFF.
    pub first_sequence_number: u32,
    /// How long the peer may take from the connection to the end of the bind.
    pub session_init_ms: u64,
    /// How long this side waits for an answer to a request.
    pub response_ms: u64,
    /// How long the peer may be silent before it is asked for a sign of life; `None` never asks.
    pub enquire_link_ms: Option<u64>,
    /// How long the peer may take for that sign; any PDU is one.
    pub enquire_link_response_ms: u64,
    /// How long a session may do nothing but answer `enquire_link`; `None` for ever.
    pub inactivity_ms: Option<u64>,
}

impl Config {
    /// The defaults of the ESME's side. The specification has the timers but no numbers
    /// [smpp34 §7.2]; operators allow windows from 1 to 100.
    pub const fn client() -> Self {
        Self {
            maximum_pdu_length: DEFAULT_MAXIMUM_LENGTH,
            limits: Limits::NONE,
            window: 10,
            peer_window: 100,
            late_answers: 10_000,
            first_sequence_number: 1,
            session_init_ms: 30_000,
            response_ms: 30_000,
            enquire_link_ms: Some(30_000),
            enquire_link_response_ms: 10_000,
            inactivity_ms: None,
        }
    }

    /// The defaults of the SMSC's side: strangers get five seconds to bind.
    pub const fn server() -> Self {
        Self {
            session_init_ms: 5_000,
            inactivity_ms: Some(300_000),
            ..Self::client()
        }
    }
}
