//! A stretch of a list: as many of its contacts, in the order of their numbers, as one transaction may touch.

use rusqlite::{Connection, OptionalExtension};
use store::{AccountId, Error, ListId};

use super::lists::Known;
use crate::{failed, kept};

/// The contacts of a list numbered from after `after` up to `until`.
pub(super) struct Stretch {
    list: ListId,
    after: i64,
    until: i64,
}

impl Stretch {
    /// Measures the next `limit` contacts after one of them, or what is left; one at least, so that steps lead to an end.
    pub(super) fn after(
        connection: &Connection,
        list: ListId,
        after: i64,
        limit: u32,
    ) -> Result<Self, Error> {
        let until: Option<i64> = connection
            .prepare_cached(
                "SELECT id FROM contact WHERE list_id = ?1 AND id > ?2 ORDER BY id LIMIT 1 OFFSET ?3",
            )
            .and_then(|mut select| {
                select.query_row((list.0, after, limit.saturating_sub(1)), |row| row.get(0)).optional()
            })
            .map_err(failed("cannot measure a contact list"))?;
        Ok(Self {
            list,
            after,
            until: until.unwrap_or(i64::MAX),
        })
    }

    /// The last contact of it; `None` when the list has none behind it.
    pub(super) fn reached(&self) -> Option<i64> {
        (self.until < i64::MAX).then_some(self.until)
    }

    /// Counts those of its contacts that are on the account's stop list; counts nothing in a list that has none of them.
    pub(super) fn stopped(
        &self,
        connection: &Connection,
        account: AccountId,
        known: &Known,
    ) -> Result<i64, Error> {
        if !known.has_stopped {
            return Ok(0);
        }
        connection
            .prepare_cached(
                "SELECT count(*) FROM contact c WHERE c.list_id = ?1 AND c.id > ?2 AND c.id <= ?3 \
                 AND EXISTS (SELECT 1 FROM stop s WHERE s.account_id = ?4 AND s.number = c.number)",
            )
            .and_then(|mut select| {
                select.query_row((self.list.0, self.after, self.until, account.0), |row| {
                    row.get(0)
                })
            })
            .map_err(failed("cannot count stopped contacts"))
    }

    /// The contacts of a list that have so many numbers, beginning with `first`.
    pub(super) fn of(list: ListId, first: i64, contacts: i64) -> Self {
        Self {
            list,
            after: first - 1,
            until: first + contacts - 1,
        }
    }

    /// Writes its contacts into another list too, numbered from `first`; answers how many. A number that stands there already is
    /// left out: it was copied under another contact, before it was removed and added again, or moved, in this list.
    pub(super) fn copy(
        &self,
        connection: &Connection,
        into: ListId,
        first: i64,
    ) -> Result<i64, Error> {
        let copied = connection
            .prepare_cached(
                "INSERT INTO contact (list_id, id, number, given, variables) \
                 SELECT ?4, ?5 - 1 + row_number() OVER (ORDER BY id), number, given, variables \
                 FROM contact c WHERE list_id = ?1 AND id > ?2 AND id <= ?3 \
                 AND NOT EXISTS (SELECT 1 FROM contact there WHERE there.list_id = ?4 AND there.number = c.number) ORDER BY id",
            )
            .and_then(|mut insert| {
                insert.execute((self.list.0, self.after, self.until, into.0, first))
            })
            .map_err(failed("cannot copy contacts"))?;
        Ok(i64::try_from(copied).expect("a count of rows fits i64"))
    }

    /// Keeps its contacts for the campaigns that have yet to reach them.
    pub(super) fn keep(&self, connection: &Connection) -> Result<(), Error> {
        kept::keep(connection, self.list, self.after, self.until)
    }

    /// Deletes its contacts; answers how many. The list's counters are the caller's to keep.
    pub(super) fn delete(&self, connection: &Connection) -> Result<u32, Error> {
        let deleted = connection
            .prepare_cached("DELETE FROM contact WHERE list_id = ?1 AND id > ?2 AND id <= ?3")
            .and_then(|mut delete| delete.execute((self.list.0, self.after, self.until)))
            .map_err(failed("cannot delete contacts"))?;
        Ok(u32::try_from(deleted).expect("a stretch has at most so many contacts as its limit"))
    }
}
