//! What a simulator is started with.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use crate::scenario::Scenario;
use crate::script::Step;

/// Settings of one simulator; the default is a calm network on a free loopback port that lets
/// everybody in and keeps nothing when it ends.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen; port 0 takes a free one, told by [`crate::Simulator::address`].
    pub listen: SocketAddr,
    /// How the network behaves at first.
    pub scenario: Scenario,
    /// What happens besides, in time or after so many submits.
    pub steps: Vec<Step>,
    /// File that keeps what was accepted and which receipts are still owed; `None` keeps nothing.
    pub journal: Option<PathBuf>,
    /// Where chance begins; the same seed and the same order of submits give the same faults.
    pub seed: u64,
    /// Whether messages are kept or only counted.
    pub recording: Recording,
    /// The most messages that the inbox keeps; the oldest go first.
    pub inbox_limit: usize,
    /// Hears of each text that is taken; `None` for nobody.
    pub observer: Option<Observer>,
    /// Who may bind; `None` lets everybody in.
    pub credentials: Option<Credentials>,
    /// The most receipts that one link may leave unanswered.
    pub receipt_window: usize,
    /// How long to wait before a receipt is sent again that was refused for the moment.
    pub receipt_retry_ms: u64,
    /// How long a receipt may stay unanswered before it is sent again.
    pub receipt_answer_ms: u64,
    /// How long the receipt of a slow phone takes.
    pub slow_receipt_ms: u64,
    /// The number of the first message, from which its id is made; `None` takes one from the
    /// clock, so that a simulator started anew does not repeat ids.
    pub first_number: Option<u64>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            scenario: Scenario::default(),
            steps: Vec::new(),
            journal: None,
            seed: 0,
            recording: Recording::Full,
            inbox_limit: 100_000,
            observer: None,
            credentials: None,
            receipt_window: 100,
            receipt_retry_ms: 1_000,
            receipt_answer_ms: 60_000,
            slow_receipt_ms: 30_000,
            first_number: None,
        }
    }
}

/// How much of each message is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Recording {
    /// Each message with its text and its PDUs.
    Full,
    /// Only that it came and how often: for measurements.
    Counts,
}

/// Somebody who is told the octets of each segment's text as it is taken, without its header. It is told while the network stands
/// still, so it must be quick.
#[derive(Clone)]
pub struct Observer(Arc<Observe>);

type Observe = dyn Fn(&[u8]) + Send + Sync;

impl Observer {
    /// Makes one of a function.
    pub fn new(observe: impl Fn(&[u8]) + Send + Sync + 'static) -> Self {
        Self(Arc::new(observe))
    }

    pub(crate) fn observe(&self, text: &[u8]) {
        (self.0)(text);
    }
}

impl std::fmt::Debug for Observer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Observer")
    }
}

/// The one `system_id` and password that may bind.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Who.
    pub system_id: String,
    /// Never shown by `Debug`.
    pub password: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Credentials")
            .field("system_id", &self.system_id)
            .finish_non_exhaustive()
    }
}
