//! What answers and receipts come to for a message's row and for the ids of its segments: written once, when their transaction ends,
//! or before it is read. Who is answered and reported in one transaction is written once, and an id that no receipt can come for any
//! more never is.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use sms::Timestamp;
use store::queue::AcceptedSegment;
use store::{ConnectorId, Error, MessageId};

use crate::failed;
use crate::message::Row;
use crate::writing::{Sql, Writing};

/// How many messages wait to be written at the most.
const MOST: usize = 16_384;

static REMEMBER: Sql = Sql::new(
    "INSERT OR REPLACE INTO upstream_segment (connector_id, upstream_id, message_id, segment, at, verbatim) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
);

static FORGET: Sql = Sql::new(
    "DELETE FROM upstream_segment WHERE connector_id = ?1 AND upstream_id = ?2 AND message_id = ?3 AND segment = ?4",
);

/// Rows that are decided and not written. Beside [`Writing::known`], which knows what is in the file or in here.
#[derive(Default)]
pub(crate) struct Later {
    /// In the order of their table.
    messages: BTreeMap<MessageId, Row>,
    segments: BTreeMap<(MessageId, u16), Segment>,
    /// How often anything changed in here since the writer began.
    changes: u64,
}

/// An upstream's id of a segment.
struct Segment {
    connector: ConnectorId,
    upstream_id: Vec<u8>,
    verbatim: Option<Vec<u8>>,
    at: Timestamp,
}

impl Later {
    /// Tells whether there is nothing to write.
    pub(crate) fn is_empty(&self) -> bool {
        self.messages.is_empty() && self.segments.is_empty()
    }

    pub(crate) const fn changes(&self) -> u64 {
        self.changes
    }

    /// Takes out all there is to write.
    pub(crate) fn take(&mut self) -> Self {
        let changes = self.changes;
        std::mem::replace(
            self,
            Self {
                changes,
                ..Self::default()
            },
        )
    }

    /// Notes how a message's row is to be, in place of how it was to be before.
    fn save(&mut self, message: MessageId, row: Row) {
        self.changes += 1;
        match self.messages.entry(message) {
            Entry::Occupied(mut earlier) => {
                let row = row.in_place_of(earlier.get());
                earlier.insert(row);
            }
            Entry::Vacant(place) => drop(place.insert(row)),
        }
    }

    fn remember(&mut self, message: MessageId, index: u16, segment: Segment) {
        self.changes += 1;
        self.segments.insert((message, index), segment);
    }

    /// Drops the id of a segment that is not written yet; tells whether it was that.
    fn forget(
        &mut self,
        message: MessageId,
        index: u16,
        connector: ConnectorId,
        upstream_id: &[u8],
    ) -> bool {
        let segment = self.segments.get(&(message, index));
        let is_this = segment.is_some_and(|segment| {
            segment.connector == connector && segment.upstream_id == upstream_id
        });
        if is_this {
            self.changes += 1;
            self.segments.remove(&(message, index));
        }
        is_this
    }

    /// Writes all of it.
    pub(crate) fn write(self, writing: &Writing<'_>) -> Result<(), Error> {
        for (message, row) in self.messages {
            row.write(writing, message)?;
        }
        for ((message, index), segment) in self.segments {
            segment.write(writing, message, index)?;
        }
        Ok(())
    }
}

impl Segment {
    fn write(&self, writing: &Writing<'_>, message: MessageId, index: u16) -> Result<(), Error> {
        let row = (
            self.connector.0,
            &self.upstream_id,
            message.0,
            index,
            self.at.as_millis(),
            &self.verbatim,
        );
        writing
            .run(&REMEMBER, row)
            .map(drop)
            .map_err(failed("cannot keep an upstream id"))
    }
}

/// Writes a message's row when the transaction ends.
pub(crate) fn save(writing: &Writing<'_>, message: MessageId, row: Row) -> Result<(), Error> {
    if writing.later().messages.len() >= MOST {
        writing.flush()?;
    }
    writing.later().save(message, row);
    Ok(())
}

/// Keeps the upstream's id of a segment, by which its receipt will be matched; `first` says that the segment cannot have had one
/// before.
pub(crate) fn remember(
    writing: &Writing<'_>,
    connector: ConnectorId,
    message: MessageId,
    accepted: &AcceptedSegment,
    first: bool,
    at: Timestamp,
) -> Result<(), Error> {
    let segment = Segment {
        connector,
        upstream_id: accepted.upstream_id.clone(),
        verbatim: accepted.verbatim.clone(),
        at,
    };
    if first {
        writing.later().remember(message, accepted.index, segment);
    } else {
        // It may have the same id again, in the file or in here: what is dropped from in here must not be in the file.
        writing.flush_later()?;
        segment.write(writing, message, accepted.index)?;
    }
    writing
        .known()
        .note_segment(connector, &accepted.upstream_id, message, accepted.index);
    Ok(())
}

/// Forgets the upstream's id of a segment.
pub(crate) fn forget(
    writing: &Writing<'_>,
    connector: ConnectorId,
    message: MessageId,
    index: u16,
    upstream_id: &[u8],
) -> Result<(), Error> {
    let is_unwritten = writing
        .later()
        .forget(message, index, connector, upstream_id);
    if !is_unwritten {
        writing
            .run(&FORGET, (connector.0, upstream_id, message.0, index))
            .map_err(failed("cannot forget an upstream id"))?;
    }
    writing.known().forget_segment(connector, upstream_id);
    Ok(())
}
