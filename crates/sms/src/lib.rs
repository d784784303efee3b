//! The words and rules of SMS: numbers, senders, texts and segments, money, states, tariffs.
//!
//! Everything here is a value or a function of values: no input or output, no clock, no
//! randomness.

pub mod campaign;
pub mod country;
pub mod form;
mod inline;
pub mod lane;
pub mod ledger;
pub mod money;
pub mod msisdn;
pub mod originator;
mod prefix;
pub mod quote;
pub mod refusal;
pub mod sender;
pub mod state;
pub mod stop_words;
pub mod tariff;
pub mod template;
pub mod text;
pub mod time;
mod transliteration;

pub use campaign::{CampaignState, Tally};
pub use country::Country;
pub use form::{Alphabet, Form, Transliteration};
pub use lane::Lane;
pub use ledger::{Book, EntryKind, LedgerError};
pub use money::{Currency, Money};
pub use msisdn::{InvalidMsisdn, Msisdn, Recipient};
pub use originator::{InvalidOriginator, Originator, OriginatorKind};
pub use quote::Quote;
pub use refusal::Refusal;
pub use sender::SenderStatus;
pub use state::{Change, Event, MessageState, Outcome, Reason, Settlement, step};
pub use tariff::{Matcher, Priced, Rule, Tariff};
pub use template::{Template, Variables};
pub use text::{Encoding, Measure, Segment, measure, measure_as, split, split_as};
pub use time::Timestamp;
pub use transliteration::transliterate;
