//! The words and rules of SMS: numbers, senders, texts and segments, money, states, tariffs.
//!
//! Everything here is a value or a function of values: no input or output, no clock, no
//! randomness.

mod inline;
pub mod lane;
pub mod money;
pub mod msisdn;
pub mod originator;
pub mod refusal;
pub mod state;
pub mod text;
pub mod time;

pub use lane::Lane;
pub use money::{Currency, Money};
pub use msisdn::{InvalidMsisdn, Msisdn, Recipient};
pub use originator::{InvalidOriginator, Originator, OriginatorKind};
pub use refusal::Refusal;
pub use state::{Change, Event, MessageState, Outcome, Reason, Settlement};
pub use text::{Encoding, Measure, Segment, measure, split};
pub use time::Timestamp;
