//! The queue between acceptance and the wire: claims, what came of them, retries, expiry and recovery.
//!
//! A message that waits has a queue entry for its connector; a claim turns the entry into a lease, durably, before
//! anything can leave. The lease ends with an answer, or with [`Queue::recover`] after the process has died; until then
//! the message may have left.

use std::sync::Arc;

use async_trait::async_trait;
use sms::{Form, Lane, Msisdn, Reason, Timestamp};

use crate::{AccountId, ConnectorId, Error, MessageId};

/// Asks for work.
#[derive(Clone, Debug)]
pub struct Claim {
    /// For which connector.
    pub connector: ConnectorId,
    /// How many segments in all; the last message may go beyond it, so that a long one is not starved.
    pub max_segments: u32,
    /// How many segments of the most urgent lane, which so may go beyond `max_segments`; never less than that.
    pub max_otp_segments: u32,
    /// In each lane, the account that was served last: the next one in order comes first now.
    pub turns: [AccountId; Lane::ALL.len()],
    /// Now: messages whose lifetime is over are not claimed but ended.
    pub now: Timestamp,
}

/// Answers a claim.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// The messages, most urgent lane first.
    pub messages: Vec<ClaimedMessage>,
    /// The turns to give with the next claim.
    pub turns: [AccountId; Lane::ALL.len()],
    /// Whether there may be more to claim at once although fewer segments were found than asked for: messages stood in the way
    /// that must not leave.
    pub more: bool,
}

/// Describes a message on lease: all that the wire needs.
#[derive(Clone, Debug)]
pub struct ClaimedMessage {
    /// Its number.
    pub id: MessageId,
    /// Whose it is.
    pub account: AccountId,
    /// How urgent it is.
    pub lane: Lane,
    /// To whom.
    pub recipient: Msisdn,
    /// Who it is from; shared by the messages of one submission, unless it is the message's own.
    pub originator: Arc<str>,
    /// The text or template; shared likewise, unless it is the message's own.
    pub text: Arc<str>,
    /// How it travels and shows.
    pub form: Form,
    /// The names of its values by position; shared likewise.
    pub variable_names: Arc<[String]>,
    /// The values for its placeholders; `None` with a text of its own.
    pub variables: Option<String>,
    /// How many segments it was priced at.
    pub segments: u16,
    /// Bit `i` is set when segment `i` was taken by the upstream in an earlier attempt.
    pub accepted: u64,
    /// How many attempts the upstream looked at and refused for a while.
    pub attempts: u32,
    /// How many times it has been in doubt.
    pub doubts: u32,
    /// When it must not leave any more.
    pub expires_at: Timestamp,
}

/// Reports what came of one claimed message.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Which message.
    pub message: MessageId,
    /// Through which connector.
    pub connector: ConnectorId,
    /// The segments that the upstream took in this attempt, with the ids it gave (empty when it gave none).
    pub accepted: Vec<AcceptedSegment>,
    /// What becomes of the others.
    pub rest: Rest,
    /// When.
    pub at: Timestamp,
}

/// Names one segment that the upstream took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcceptedSegment {
    /// Its position in the message, from 0.
    pub index: u16,
    /// The upstream's id for it, in the one form by which receipts are matched; empty when it gave none.
    pub upstream_id: Vec<u8>,
    /// The id as the upstream wrote it, where that is another form.
    pub verbatim: Option<Vec<u8>>,
}

impl AcceptedSegment {
    /// Names a segment whose id the upstream wrote in the form by which receipts are matched.
    pub fn new(index: u16, upstream_id: impl Into<Vec<u8>>) -> Self {
        Self {
            index,
            upstream_id: upstream_id.into(),
            verbatim: None,
        }
    }
}

/// Says what becomes of the segments that were not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// There are none.
    Nothing,
    /// They were not sent, or refused for a while: try again.
    Retry {
        /// Why.
        reason: Reason,
        /// Not before; in the past for at once.
        due_at: Timestamp,
        /// Whether an attempt is used up.
        attempt_used: bool,
    },
    /// The upstream refused them for good.
    Refused(Reason),
    /// We cannot send them.
    Failed(Reason),
    /// They may have left: no answer came. The message is in doubt.
    Unknown {
        /// Why.
        reason: Reason,
        /// When to send again; `None` to hold it in doubt until a receipt or the end of its lifetime decides.
        resend_at: Option<Timestamp>,
    },
    /// Nothing new: this proves only that the segments it names were taken in an attempt answered before. A lease, if
    /// there is one, belongs to another attempt and stays unless every segment is taken now.
    Late,
}

/// Says what to do with messages in doubt after a restart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DoubtPolicy {
    /// Send again at once, at most this many times for one message; then hold.
    Resend {
        /// The limit for one message over its life.
        max_resends: u32,
    },
    /// Wait for a receipt or the end of the lifetime.
    Hold,
}

/// Counts what a recovery found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Messages that had been on lease and are queued again.
    pub resent: u64,
    /// Messages that had been on lease and stay in doubt.
    pub held: u64,
}

/// Counts what a sweep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Messages ended because their lifetime was over before they left.
    pub expired: u64,
    /// Messages ended because no receipt came.
    pub without_receipt: u64,
}

/// Keeps the queue.
#[async_trait]
pub trait Queue: Send + Sync {
    /// Leases waiting messages of one connector: lanes in order of urgency, within a lane the accounts in turn, within an
    /// account the oldest first. When it returns, the leases are durable. Those of a suspended account, and of the
    /// accounts under it, wait. Messages to numbers on the account's stop list end as suppressed, those of a halted submission
    /// follow the halt: neither leaves.
    async fn claim(&self, claim: Claim) -> Result<Claimed, Error>;

    /// Settles answers: states, upstream ids, charges and releases, the end of each lease, retries. A receipt that came
    /// before its answer is applied in the same transaction. Idempotent: an answer for a message that is no longer on
    /// lease changes nothing but for the ids of segments taken, which prove that it left.
    async fn record_answers(&self, answers: Vec<Answer>) -> Result<(), Error>;

    /// Queues messages whose time has come (scheduled, or waiting for a retry), at most `limit`; answers how many.
    async fn release_due(&self, now: Timestamp, limit: u32) -> Result<u32, Error>;

    /// Ends messages whose lifetime is over: those that have not left at `expires_at`, those without a receipt
    /// `receipt_wait_ms` after it. Ends no more than about `limit` messages.
    async fn sweep(&self, now: Timestamp, receipt_wait_ms: i64, limit: u32)
    -> Result<Swept, Error>;

    /// Ends the leases that an earlier process of this node left for this connector: the messages are in doubt, and
    /// follow the policy. To be called before the first claim.
    async fn recover(
        &self,
        connector: ConnectorId,
        policy: DoubtPolicy,
        now: Timestamp,
    ) -> Result<Recovered, Error>;

    /// Counts the messages that wait for this connector, by lane, stopping at `limit` in each.
    async fn waiting(
        &self,
        connector: ConnectorId,
        limit: u32,
    ) -> Result<[u32; Lane::ALL.len()], Error>;

    /// Forgets upstream ids and unmatched receipts that were recorded before `before`; answers how many. Step by step: what was
    /// forgotten before an error stays so.
    async fn forget_upstream_ids(&self, before: Timestamp) -> Result<u64, Error>;
}
