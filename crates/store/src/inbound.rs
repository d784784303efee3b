//! Messages from handsets (MO).

use async_trait::async_trait;
use sms::Timestamp;
use sms::text::{Concatenation, Encoding};

use crate::{AccountId, ConnectorId, Error, InboundId, PartId};

/// Describes a message from a handset as it came.
#[derive(Clone, Debug)]
pub struct NewInbound {
    /// Whose it is; `None` when nobody has the number that it was sent to: it is kept all the same.
    pub account: Option<AccountId>,
    /// Through which connector it came.
    pub connector: ConnectorId,
    /// The handset's number, digits only, or whatever stood there.
    pub from: String,
    /// The number that it was sent to, digits only.
    pub to: String,
    /// Its text.
    pub text: String,
    /// When it came.
    pub at: Timestamp,
    /// Whether the account is called back.
    pub tells: bool,
    /// Whether it is also for the account's programs that bind over SMPP.
    pub notifies: bool,
    /// What the handset asks for, of the account's list of stops.
    pub wish: Option<Wish>,
    /// The parts that it came in: they are read no more. It is not written again, and nothing of it done, when one of them has been
    /// received already.
    pub parts: Vec<PartId>,
}

/// Is what a handset asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// To be left alone. An entry that is there already stays as it is; a new one has the reason [`ASKED`].
    Stop(StopScope),
    /// Not to be left alone any more: takes off what such a stop put there; of all the account's, what stops of single originators
    /// put there too. What the account itself has stopped stays: an entry with another reason than [`ASKED`].
    Start(StopScope),
}

/// The reason of an entry of the stop list that a handset asked for.
pub const ASKED: &str = "asked by message";

/// For how long the parts of a text that has been received are known again when an upstream that did not hear our answer sends them
/// once more.
pub const KNOWN_AGAIN_MS: i64 = 10 * 60 * 1000;

/// Says what came of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heard {
    /// Whether it was written; not when its parts had gone already.
    pub written: bool,
    /// Whether what the handset asked for changed anything.
    pub changed: bool,
}

/// Says which messages to a handset are stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StopScope {
    /// All of the account's.
    Account,
    /// Those of the account from this originator.
    Originator(String),
}

/// Describes a part of a long message from a handset as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPart {
    /// Through which connector it came.
    pub connector: ConnectorId,
    /// The handset's number, digits only, or whatever stood there.
    pub from: String,
    /// The number that it was sent to, digits only.
    pub to: String,
    /// Which part of which message it is.
    pub concatenation: Concatenation,
    /// The alphabet of its octets.
    pub encoding: Encoding,
    /// Its octets, without the UDH; septets one in each.
    pub octets: Vec<u8>,
    /// When it came.
    pub at: Timestamp,
}

/// Describes a part of a long message as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its number.
    pub id: PartId,
    /// The part.
    pub part: NewPart,
}

/// Describes a message from a handset as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// Its number.
    pub id: InboundId,
    /// The handset's number.
    pub from: String,
    /// The number that it was sent to.
    pub to: String,
    /// Its text.
    pub text: String,
    /// When it came.
    pub at: Timestamp,
}

/// Keeps messages from handsets.
#[async_trait]
pub trait Inbound: Send + Sync {
    /// Writes messages, what the account has yet to be told of each, and what the handset asks for; answers what came of each, in
    /// their order. Idempotent only where a message came in parts: another that an upstream sends again because our answer was lost
    /// is heard twice.
    async fn receive(&self, messages: Vec<NewInbound>) -> Result<Vec<Heard>, Error>;

    /// Writes parts of long messages. A text is known by connector, both numbers, reference, total and encoding.
    ///
    /// Idempotent: a part with the same octets that is sent again is written once, while its text is not whole and for
    /// [`KNOWN_AGAIN_MS`] after it was received. With other octets where one stands already it is of another text with the same
    /// reference: none is waited for any more of the first, and both are read. How much is kept is bounded by what comes within
    /// the caller's patience and [`KNOWN_AGAIN_MS`].
    async fn receive_parts(&self, parts: Vec<NewPart>) -> Result<(), Error>;

    /// Reads the parts, in their order, of texts for which none is waited any more, whole ones and others, those first that have
    /// been so for longest; then of those whose last part came before `before`. At most `limit` texts, and no more than a few
    /// mebibytes unless one alone has more; what has been received already is not among them.
    async fn whole_or_overdue(
        &self,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<Vec<Part>>, Error>;

    /// Reads an account's messages by number: those after `after`, that came at `since` or later, sent to `to` when given, at
    /// most `limit`.
    async fn received(
        &self,
        account: AccountId,
        after: Option<InboundId>,
        since: Timestamp,
        to: Option<String>,
        limit: u32,
    ) -> Result<Vec<Received>, Error>;
}
