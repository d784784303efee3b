//! What the writer knows by heart: what the next messages are checked against, and the messages that are on their way.
//!
//! Nothing here is true that is not in the file or about to be in the same transaction. It saves looks, and nothing depends on it: a
//! writer that has forgotten everything does the same.

use std::collections::{HashMap, HashSet};

use hashlink::LruCache;
use rusqlite::Row;
use store::{AccountId, ConnectorId, Error, MessageId};

use crate::failed;
use crate::message::Message;
use crate::stops::Stops;
use crate::writing::{Sql, Writing};

/// How many messages on their way are known, and how many ids of segments. Of others the row is read again.
const ON_THEIR_WAY: usize = 131_072;

/// How many accounts are known.
const ACCOUNTS: usize = 16_384;

/// Which message, and which segment of it, an upstream's id stands for.
type Segments = LruCache<(ConnectorId, Box<[u8]>), (MessageId, u16)>;

pub(crate) struct Known {
    standings: HashMap<AccountId, Standing>,
    stops: HashMap<AccountId, Stops>,
    connectors: HashSet<ConnectorId>,
    next_message: Option<Number>,
    next_notice: Option<Number>,
    messages: LruCache<MessageId, Message>,
    segments: Segments,
}

impl Default for Known {
    fn default() -> Self {
        Self {
            standings: HashMap::new(),
            stops: HashMap::new(),
            connectors: HashSet::new(),
            next_message: None,
            next_notice: None,
            messages: LruCache::new(ON_THEIR_WAY),
            segments: LruCache::new(ON_THEIR_WAY),
        }
    }
}

/// How an account stands.
#[derive(Clone, Copy)]
pub(crate) struct Standing {
    pub(crate) available: i64,
    pub(crate) held: i64,
    pub(crate) charged: i64,
    pub(crate) credit_limit: i64,
    /// Whether neither it nor one above it is suspended.
    pub(crate) may_send: bool,
    /// Whether the sums are to be written yet.
    changed: bool,
}

/// The next number to be given.
struct Number {
    next: i64,
    changed: bool,
}

static STANDING: Sql = Sql::new(
    "SELECT b.available, b.held, b.charged, a.credit_limit, NOT EXISTS (WITH RECURSIVE above (id, parent_id, suspended) AS ( \
       SELECT id, parent_id, suspended FROM account WHERE id = ?1 \
       UNION SELECT u.id, u.parent_id, u.suspended FROM account u JOIN above ON u.id = above.parent_id) \
       SELECT 1 FROM above WHERE suspended) \
     FROM book b JOIN account a ON a.id = b.account_id WHERE b.account_id = ?1",
);

static NEXT: Sql = Sql::new("SELECT next FROM sequence WHERE name = ?1");

static CONNECTOR: Sql = Sql::new("SELECT 1 FROM connector WHERE id = ?1");

/// Reads how an account stands; conflict when there is no such account.
pub(crate) fn standing(writing: &Writing<'_>, account: AccountId) -> Result<Standing, Error> {
    if let Some(standing) = writing.known().standings.get(&account) {
        return Ok(*standing);
    }
    let standing = writing
        .find(&STANDING, [account.0], Standing::from_row)
        .map_err(failed("cannot read the balance"))?
        .ok_or_else(|| Error::conflict(format!("there is no account {account}")))?;
    if writing.known().standings.len() >= ACCOUNTS {
        writing.flush()?;
        writing.known().standings.clear();
    }
    writing.known().standings.insert(account, standing);
    Ok(standing)
}

/// Adds to an account's sums, which are written before the transaction ends; conflict when there is no such account.
pub(crate) fn add_to_book(
    writing: &Writing<'_>,
    account: AccountId,
    available: i64,
    held: i64,
    charged: i64,
) -> Result<(), Error> {
    let mut standing = standing(writing, account)?;
    standing.available += available;
    standing.held += held;
    standing.charged += charged;
    standing.changed = true;
    writing.known().standings.insert(account, standing);
    Ok(())
}

/// What is numbered from `sequence`.
#[derive(Clone, Copy)]
pub(crate) enum Numbered {
    Message,
    Notice,
}

impl Numbered {
    const fn name(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Notice => "notice",
        }
    }
}

/// Takes that many numbers; answers the first.
pub(crate) fn reserve_numbers(
    writing: &Writing<'_>,
    of: Numbered,
    count: i64,
) -> Result<i64, Error> {
    let known = writing
        .known()
        .number(of)
        .as_ref()
        .map(|number| number.next);
    let first = match known {
        Some(first) => first,
        None => writing
            .find(&NEXT, [of.name()], |row| row.get(0))
            .map_err(failed("cannot give a number"))?
            .ok_or_else(|| Error::other(format!("no {} has a number", of.name()), None))?,
    };
    *writing.known().number(of) = Some(Number {
        next: first + count,
        changed: true,
    });
    Ok(first)
}

/// Tells whether there is such a connector.
pub(crate) fn has_connector(writing: &Writing<'_>, connector: ConnectorId) -> Result<bool, Error> {
    if writing.known().connectors.contains(&connector) {
        return Ok(true);
    }
    let exists = writing
        .find(&CONNECTOR, [connector.0], |_| Ok(()))
        .map_err(failed("cannot look for a connector"))?
        .is_some();
    if exists {
        writing.known().connectors.insert(connector);
    }
    Ok(exists)
}

/// Looks whether an account has a stop list, and stops of single originators.
pub(crate) fn stops(writing: &Writing<'_>, account: AccountId) -> Result<Stops, Error> {
    if let Some(stops) = writing.known().stops.get(&account) {
        return Ok(*stops);
    }
    let stops = Stops::of(writing, account)?;
    let mut known = writing.known();
    if known.stops.len() >= ACCOUNTS {
        known.stops.clear();
    }
    known.stops.insert(account, stops);
    Ok(stops)
}

impl Known {
    const fn number(&mut self, of: Numbered) -> &mut Option<Number> {
        match of {
            Numbered::Message => &mut self.next_message,
            Numbered::Notice => &mut self.next_notice,
        }
    }

    /// Notes a message that is on its way, as it is written.
    pub(crate) fn note(&mut self, message: Message) {
        self.messages.insert(message.id, message);
    }

    /// Gives a message out of hand; to be noted again when it is written.
    pub(crate) fn take(&mut self, message: MessageId) -> Option<Message> {
        self.messages.remove(&message)
    }

    /// Notes the upstream's id of a segment; where it is one that an earlier message had, the later one counts, as in the file.
    pub(crate) fn note_segment(
        &mut self,
        connector: ConnectorId,
        upstream_id: &[u8],
        message: MessageId,
        segment: u16,
    ) {
        let key = (connector, upstream_id.into());
        let other = self.segments.peek(&key).map(|(message, _)| *message);
        if other.is_none_or(|other| other <= message) {
            self.segments.insert(key, (message, segment));
        }
    }

    /// Says which segment has this id.
    pub(crate) fn segment(
        &mut self,
        connector: ConnectorId,
        upstream_id: &[u8],
    ) -> Option<(MessageId, u16)> {
        self.segments
            .peek(&(connector, upstream_id.into()))
            .copied()
    }

    /// Looks at a message without taking it.
    pub(crate) fn message(&self, message: MessageId) -> Option<&Message> {
        self.messages.peek(&message)
    }

    /// Notes that nothing is recorded under this id any more.
    pub(crate) fn forget_segment(&mut self, connector: ConnectorId, upstream_id: &[u8]) {
        self.segments.remove(&(connector, upstream_id.into()));
    }

    /// Takes what is known and not yet in the file.
    pub(crate) fn unwritten(&mut self) -> Unwritten {
        let changed = self
            .standings
            .iter_mut()
            .filter(|(_, standing)| standing.changed);
        let books = changed.map(|(account, standing)| {
            standing.changed = false;
            (*account, *standing)
        });
        let books = books.collect();
        let numbers = [Numbered::Message, Numbered::Notice].map(|of| {
            let number = self.number(of).as_mut().filter(|number| number.changed)?;
            number.changed = false;
            Some((of, number.next))
        });
        Unwritten { books, numbers }
    }
}

/// Sums that are known and not yet in the file.
pub(crate) struct Unwritten {
    books: Vec<(AccountId, Standing)>,
    numbers: [Option<(Numbered, i64)>; 2],
}

static WRITE_BOOK: Sql =
    Sql::new("UPDATE book SET available = ?2, held = ?3, charged = ?4 WHERE account_id = ?1");

static WRITE_NUMBER: Sql = Sql::new("UPDATE sequence SET next = ?2 WHERE name = ?1");

impl Unwritten {
    pub(crate) fn write(self, writing: &Writing<'_>) -> Result<(), Error> {
        for (account, standing) in self.books {
            let sums = (
                account.0,
                standing.available,
                standing.held,
                standing.charged,
            );
            writing
                .run(&WRITE_BOOK, sums)
                .map_err(failed("cannot change the book"))?;
        }
        for (of, next) in self.numbers.into_iter().flatten() {
            writing
                .run(&WRITE_NUMBER, (of.name(), next))
                .map_err(failed("cannot note which numbers were given"))?;
        }
        Ok(())
    }
}

impl Standing {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            available: row.get(0)?,
            held: row.get(1)?,
            charged: row.get(2)?,
            credit_limit: row.get(3)?,
            may_send: row.get(4)?,
            changed: false,
        })
    }
}
