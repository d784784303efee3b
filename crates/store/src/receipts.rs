//! Receipts: the reports of what became of segments, in whatever order and number they come.

use async_trait::async_trait;
use sms::{Msisdn, Outcome, Timestamp};

use crate::{ConnectorId, Error, MessageId};

/// Describes a receipt as it came.
#[derive(Clone, Debug)]
pub struct NewReceipt {
    /// Through which connector (its upstream gave the id).
    pub connector: ConnectorId,
    /// The ids under which the segment may have been recorded, the likeliest first; not empty.
    pub candidates: Vec<Vec<u8>>,
    /// The numbers that it names: when there are any, it belongs to no message to another number.
    pub numbers: [Option<Msisdn>; 2],
    /// What it reports; `None` for an intermediate notice, which changes nothing.
    pub outcome: Option<Outcome>,
    /// When it came.
    pub at: Timestamp,
}

/// Says what a receipt met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    /// A segment of this message.
    Message(MessageId),
    /// Nothing yet: kept until the answer to the submit is recorded.
    Unmatched,
    /// Segments of several messages under different candidates: kept, applied to none.
    Ambiguous,
}

/// Names a segment of which a receipt is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreported {
    /// Its message.
    pub message: MessageId,
    /// Its position in the message, from 0.
    pub segment: u16,
    /// The upstream's id for it, as the upstream wrote it.
    pub upstream_id: Vec<u8>,
    /// The form of that id by which receipts are matched.
    pub key: Vec<u8>,
    /// Who the message is from.
    pub originator: String,
    /// To whom it is.
    pub recipient: Msisdn,
    /// When the upstream took it.
    pub taken_at: Timestamp,
}

impl Unreported {
    /// Tells where it stands among others.
    pub fn place(&self) -> Place {
        Place {
            key: self.key.clone(),
            message: self.message,
            segment: self.segment,
        }
    }
}

/// Says where a segment stands among those of its connector.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The form of its id by which receipts are matched.
    pub key: Vec<u8>,
    /// Its message.
    pub message: MessageId,
    /// Its position in the message, from 0.
    pub segment: u16,
}

/// Answers a look for segments without a receipt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnreportedPage {
    /// Those found; there may be more even when it is empty.
    pub segments: Vec<Unreported>,
    /// After which place to go on; `None` when all have been looked at.
    pub next: Option<Place>,
}

/// Keeps receipts.
#[async_trait]
pub trait Receipts: Send + Sync {
    /// Records receipts and applies them to their messages; answers for each, in order, what it met.
    ///
    /// The first candidate is tried alone; then the others, which must all lead to one message. What leads to a message to another
    /// number than the receipt names is passed over: two messages may share an id in different notations. Idempotent: a repeated
    /// receipt changes nothing. A positive receipt corrects a negative one that came up to 24 hours before.
    ///
    /// What meets no segment, or several, is kept under every candidate, and applied in the transaction of the first answer that
    /// names one of them ([`crate::Queue::record_answers`]); only [`crate::Queue::forget_upstream_ids`] drops it.
    async fn record_receipts(&self, receipts: Vec<NewReceipt>) -> Result<Vec<Match>, Error>;

    /// Tells how the upstream wrote the id of the segment that a receipt with these candidates means, when it took that segment;
    /// `None` when there is none, or several. Nothing is known any more of a segment that has been reported delivered: to be asked
    /// before the receipt is recorded.
    async fn answered_as(
        &self,
        connector: ConnectorId,
        candidates: Vec<Vec<u8>>,
    ) -> Result<Option<Vec<u8>>, Error>;

    /// Lists segments that the upstream took before `before` and has not reported, of messages that have not ended: those after
    /// `after` in the order of their keys, at most `limit`. One to which the upstream gave no id is not among them. It looks at some
    /// thousands at most, whether they are such or not, so that it never takes long.
    async fn unreported(
        &self,
        connector: ConnectorId,
        before: Timestamp,
        after: Option<Place>,
        limit: u32,
    ) -> Result<UnreportedPage, Error>;

    /// Counts the receipts of a connector that met no segment and still may, stopping at `limit`. What repeats the report of a
    /// delivery is one of them: of a segment reported delivered nothing is kept by which to know it.
    async fn unmatched(&self, connector: ConnectorId, limit: u32) -> Result<u32, Error>;
}
