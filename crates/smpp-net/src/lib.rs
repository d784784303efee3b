//! SMPP over TCP and TLS: the connector to an operator, and the door for customers.
//!
//! Both sides are users of one loop that drives an [`smpp::Session`] over a stream.

mod clock;
pub mod connector;
mod driver;
pub mod pdu_log;
pub mod server;
mod tls;

pub use connector::SmppConnectors;
pub use pdu_log::PduLogs;
pub use server::{Server, Settings};
pub use tls::Client as TlsClient;
