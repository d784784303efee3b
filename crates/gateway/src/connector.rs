//! What the gateway asks of a way out, and what a way out tells the gateway.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sms::text::{Concatenation, Encoding, Segment};
use sms::{Lane, Msisdn, Outcome, Reason, Timestamp};
pub use store::queue::AcceptedSegment;
pub use store::receipts::Unreported;
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
///    `capacity`, of which it keeps count itself, and of the most urgent lane so many again, whatever of others is in hand; only the
///    last message may go beyond that, so that a long one gets its turn, and what does not fit the connector's window waits there
///    until it does.
/// 3. It never waits for receipts with an answer. Receipts go to [`Inbox::receipts`] and messages from handsets to
///    [`Inbox::inbound`], from any of its links, and are answered upstream only after `acknowledge`.
/// 4. It keeps its own window, throughput and reconnection. While no link can send, `is_up` is false.
/// 5. Whenever `is_up` changes it calls [`Inbox::changed`].
/// 6. `stop` unbinds in order, answers what is outstanding, and returns when the links are closed.
/// 7. Of the segments that wait for its window and throughput, those of a more urgent lane leave first.
#[async_trait::async_trait]
pub trait Connector: Send + Sync {
    /// Tells how many segments may be outstanding at once over all links: at least 1, and constant but for `adjust`.
    fn capacity(&self) -> u32;

    /// Tells whether a link can send now.
    fn is_up(&self) -> bool;

    /// Hands over attempts.
    fn submit(&self, attempts: Vec<Attempt>);

    /// Says that receipts and messages from handsets are durable (`taken`), or could not be stored and must be sent again by the upstream.
    fn acknowledge(&self, tickets: Vec<Ticket>, taken: bool);

    /// Takes on changed settings without closing a link; `false` when that cannot be done: then it must be stopped, and another
    /// started with them.
    fn adjust(&self, spec: &ConnectorSpec) -> bool;

    /// Tells how it is: for people, and for who decides whether messages go another way.
    fn condition(&self) -> Condition;

    /// Compares the id of a receipt with the id of its segment, each as the upstream wrote it, to learn how it writes them.
    fn learn(&self, answered: &[u8], reported: &[u8]);

    /// Asks the upstream what became of segments that it took and has not reported, if it can be asked. What it answers comes as a
    /// receipt, without a ticket to acknowledge; an upstream that does not know is not heard of.
    fn query(&self, segments: Vec<Unreported>);

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
    /// How urgent it is.
    pub lane: Lane,
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
    /// The segments that the upstream took.
    pub accepted: Vec<AcceptedSegment>,
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
    /// By which to acknowledge it; `None` for what the upstream does not wait for.
    pub ticket: Option<Ticket>,
    /// The id as the upstream wrote it.
    pub id: Vec<u8>,
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
    /// What it says.
    pub content: Content,
}

/// Is what a message from a handset says, or a part of that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// All of it; what could not be read is U+FFFD, and octets that are no text are in hex.
    Whole(String),
    /// A part of a long one, which the gateway joins.
    Part {
        /// Which part of which text.
        concatenation: Concatenation,
        /// The alphabet of the octets.
        encoding: Encoding,
        /// The octets without a UDH; septets one in each.
        octets: Vec<u8>,
    },
}

/// Tells how a connector is. Stored as JSON, for commands of other processes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Condition {
    /// Its links.
    pub links: Vec<LinkCondition>,
    /// How many segments leave in a second at present, when throttling has made it less than agreed.
    pub slowed_to_per_second: Option<u32>,
    /// How the ids in receipts differ from those in answers, as far as that is known.
    pub id_form: Option<String>,
    /// Whether the upstream has said that it cannot be asked what became of a message.
    pub cannot_be_asked: bool,
    /// How many receipts that met no segment are kept, up to a bound.
    pub unmatched_receipts: u32,
    /// Whether messages that could go another way do.
    pub passed_over: bool,
}

/// Tells how a link is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LinkCondition {
    /// Its number within the connector.
    pub number: u32,
    /// `transceiver`, `transmitter` or `receiver`.
    pub mode: String,
    /// The address that it is connected to, or tries.
    pub address: String,
    /// `bound`, `pausing` or `down`.
    pub state: String,
    /// Why it went down last, in words.
    pub last_setback: Option<String>,
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
