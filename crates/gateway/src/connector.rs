//! What the gateway asks of a way out, and what a way out tells the gateway.

use std::sync::Arc;

use sms::text::Segment;
use sms::{Msisdn, Outcome, Reason, Timestamp};
use store::{ConnectorId, MessageId};
use tokio::sync::mpsc;

use crate::directory::ConnectorSpec;

/// A way out: one upstream.
///
/// The implementer's duties:
///
/// 1. Every attempt given to `submit` is answered exactly once through [`Inbox::answers`], whatever happens to the link.
///    What was never written to the wire is answered with [`Failure::Retry`], what was written and not answered with
///    [`Failure::Unknown`]. A later proof that an unknown one was taken may follow, marked [`Answer::late`].
/// 2. `submit` and `acknowledge` never wait. A connector does not queue: the gateway gives it no more segments than its
///    `capacity`, of which it keeps count itself; only the last message may go beyond it, so that a long one gets its turn, and
///    what does not fit the connector's window waits there until it does.
/// 3. It never waits for receipts with an answer. Receipts go to [`Inbox::receipts`] and messages from handsets to
///    [`Inbox::inbound`], from any of its links, and are answered upstream only after `acknowledge`.
/// 4. It keeps its own window, throughput and reconnection. While no link can send, `is_up` is false.
/// 5. Whenever `is_up` changes it calls [`Inbox::changed`].
/// 6. `stop` unbinds in order, answers what is outstanding, and returns when the links are closed.
#[async_trait::async_trait]
pub trait Connector: Send + Sync {
    /// Tells how many segments may be outstanding at once over all links: at least 1, and constant.
    fn capacity(&self) -> u32;

    /// Tells whether a link can send now.
    fn is_up(&self) -> bool;

    /// Hands over attempts.
    fn submit(&self, attempts: Vec<Attempt>);

    /// Says that receipts and messages from handsets are durable (`taken`), or could not be stored and must be sent again by the upstream.
    fn acknowledge(&self, tickets: Vec<Ticket>, taken: bool);

    /// Closes the links in order and waits for it.
    async fn stop(&self);
}

/// Makes connectors from their specifications.
pub trait Connectors: Send + Sync + 'static {
    /// Starts a connector; the links come up in the background. An error tells what is wrong with the specification.
    fn start(&self, spec: &ConnectorSpec, inbox: Inbox) -> Result<Arc<dyn Connector>, String>;
}

/// Is one handover of a message: the segments that have not been taken yet.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Which message.
    pub message: MessageId,
    /// To whom.
    pub recipient: Msisdn,
    /// Who it is from.
    pub originator: Arc<str>,
    /// The segments to send, each with its position in the message.
    pub segments: Vec<(u16, Segment)>,
    /// When it must not be delivered any more.
    pub expires_at: Timestamp,
}

/// Answers one attempt.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Which message.
    pub message: MessageId,
    /// The segments that the upstream took, with its ids in the one form by which receipts are matched (empty when it gave
    /// none).
    pub accepted: Vec<(u16, Vec<u8>)>,
    /// Why the others were not; `None` when there are no others.
    pub failure: Option<Failure>,
    /// Whether this comes after the attempt was answered with [`Failure::Unknown`].
    pub late: bool,
}

/// Says why segments were not taken, and with it what to do: nobody needs to look into the upstream's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Not now: try again, but not before.
    Retry {
        /// Why.
        reason: Reason,
        /// How long to wait.
        after_ms: u32,
        /// Whether the upstream looked at the message: only then an attempt is used up.
        attempt_used: bool,
    },
    /// Never: the upstream refused it.
    Refused(Reason),
    /// Unknown: it may have left.
    Unknown(Reason),
}

/// Names what an upstream sent, and waits for an answer to, towards the connector that it came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// The link.
    pub link: u32,
    /// The link's session: a ticket of an earlier one is void.
    pub session: u64,
    /// The receipt, or the message from a handset, within the session.
    pub number: u32,
}

/// Is a receipt as it came.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// By which to acknowledge it.
    pub ticket: Ticket,
    /// The ids under which the segment may have been accepted, the likeliest first; in the form in which answers give them.
    pub candidates: Vec<Vec<u8>>,
    /// The numbers that it names: one of them is the recipient's, unless it names none.
    pub numbers: [Option<Msisdn>; 2],
    /// What it reports; `None` for an intermediate notice.
    pub outcome: Option<Outcome>,
}

/// Is a message from a handset as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inbound {
    /// By which to acknowledge it: as many as the segments that it came in.
    pub tickets: Vec<Ticket>,
    /// The handset's number, as the upstream gave it.
    pub from: String,
    /// The number that it was sent to, as the upstream gave it.
    pub to: String,
    /// Its text; what could not be read is U+FFFD, and octets that are no text are in hex.
    pub text: String,
}

/// Is where a connector puts what it has to tell.
#[derive(Clone)]
pub struct Inbox {
    /// Which connector this inbox belongs to.
    pub connector: ConnectorId,
    /// Answers; no more can wait here than attempts were handed over, which the capacity bounds.
    pub answers: mpsc::UnboundedSender<Answer>,
    /// Receipts; while it is full the connector holds them back, up to a bound beyond which the upstream is told to wait.
    pub receipts: mpsc::Sender<Receipt>,
    /// Messages from handsets; held back like receipts while it is full.
    pub inbound: mpsc::Sender<Inbound>,
    pub(crate) wake: Arc<tokio::sync::Notify>,
}

impl Inbox {
    /// Tells the gateway that `is_up` has changed.
    pub fn changed(&self) {
        self.wake.notify_one();
    }
}
