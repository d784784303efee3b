//! Messages from handsets, and the callbacks that tell of them.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row};
use sms::{Msisdn, Timestamp};
use store::inbound::{ASKED, Heard, Inbound, NewInbound, NewPart, Part, Received, StopScope, Wish};
use store::stop_list::Stopped;
use store::{AccountId, Error, InboundId};

use crate::writing::Writing;
use crate::{SqliteStore, callbacks, failed, notices, originator_stops, parts, stop_list};

#[async_trait]
impl Inbound for SqliteStore {
    async fn receive(&self, messages: Vec<NewInbound>) -> Result<Vec<Heard>, Error> {
        self.writer
            .write(move |writing| {
                messages
                    .iter()
                    .map(|message| keep(writing, message))
                    .collect()
            })
            .await
    }

    async fn receive_parts(&self, parts: Vec<NewPart>) -> Result<(), Error> {
        self.writer
            .write(move |writing| parts::receive(writing, &parts))
            .await
    }

    async fn whole_or_overdue(
        &self,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<Vec<Part>>, Error> {
        self.readers
            .view(move |view| parts::whole_or_overdue(view, before, limit))
            .await
    }

    async fn received(
        &self,
        account: AccountId,
        after: Option<InboundId>,
        since: Timestamp,
        to: Option<String>,
        limit: u32,
    ) -> Result<Vec<Received>, Error> {
        self.readers
            .view(move |view| {
                let after = match after {
                    Some(after) => after,
                    None => before(view, account, since)?,
                };
                view.prepare_cached(RECEIVED)
                    .and_then(|mut select| {
                        let since = since.as_millis();
                        let key = (account.0, after.0, since, to, limit);
                        select.query_map(key, read)?.collect()
                    })
                    .map_err(failed("cannot read messages from handsets"))
            })
            .await
    }
}

const RECEIVED: &str = "SELECT id, sender, recipient, text, at FROM inbound \
     WHERE account_id = ?1 AND id > ?2 AND at >= ?3 AND (?4 IS NULL OR recipient = ?4) ORDER BY id LIMIT ?5";

/// The least number of those that came since a moment: they are mostly, but not strictly, numbered in the order of their times.
const FIRST: &str = "SELECT min(id) FROM inbound WHERE account_id = ?1 AND at >= ?2";

/// Writes one message and what comes of it, unless its parts have been used already.
fn keep(writing: &Writing<'_>, message: &NewInbound) -> Result<Heard, Error> {
    if !parts::use_up(writing, &message.parts, message.at)? {
        return Ok(Heard {
            written: false,
            changed: false,
        });
    }
    writing
        .prepare_cached(
            "INSERT INTO inbound (account_id, connector_id, sender, recipient, text, at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )
        .and_then(|mut insert| {
            insert.execute((
                message.account.map(|account| account.0),
                message.connector.0,
                &message.from,
                &message.to,
                &message.text,
                message.at.as_millis(),
            ))
        })
        .map_err(failed("cannot keep a message from a handset"))?;
    let id = InboundId(writing.last_insert_rowid());
    if let Some(account) = message.account {
        if message.tells {
            callbacks::owe(
                writing,
                account,
                callbacks::Subject::Inbound(id),
                message.at,
            )?;
        }
        if message.notifies {
            notices::owe(writing, account, notices::Subject::Received(id), message.at)?;
        }
    }
    Ok(Heard {
        written: true,
        changed: grant(writing, message)?,
    })
}

/// Does what the handset asks for; tells whether that changed anything. What is nobody's, or comes from no telephone number, asks
/// for nothing.
fn grant(connection: &Connection, message: &NewInbound) -> Result<bool, Error> {
    let (Some(account), Some(wish), Ok(number)) =
        (message.account, &message.wish, Msisdn::parse(&message.from))
    else {
        return Ok(false);
    };
    match wish {
        Wish::Stop(StopScope::Account) => {
            let stopped = stop_list::stop(connection, account, &number, None, ASKED, message.at)?;
            Ok(matches!(stopped, Stopped::Added(_)))
        }
        Wish::Stop(StopScope::Originator(originator)) => {
            let digits = number.as_str();
            originator_stops::add(connection, account, digits, originator, message.at)
        }
        Wish::Start(StopScope::Account) => {
            let removed = stop_list::remove_asked(connection, account, number.as_str())?;
            Ok(originator_stops::remove_all(connection, account, number.as_str())? || removed)
        }
        Wish::Start(StopScope::Originator(originator)) => {
            originator_stops::remove(connection, account, number.as_str(), originator)
        }
    }
}

/// Finds the number after which the messages since a moment begin, so that older ones need not be looked at.
fn before(view: &Connection, account: AccountId, since: Timestamp) -> Result<InboundId, Error> {
    let first: Option<i64> = view
        .prepare_cached(FIRST)
        .and_then(|mut select| select.query_row((account.0, since.as_millis()), |row| row.get(0)))
        .map_err(failed("cannot look for messages from handsets"))?;
    Ok(InboundId(first.map_or(i64::MAX, |first| first - 1)))
}

/// Reads one message.
pub(crate) fn find(view: &Connection, id: InboundId) -> Result<Option<Received>, Error> {
    view.prepare_cached("SELECT id, sender, recipient, text, at FROM inbound WHERE id = ?1")
        .and_then(|mut select| select.query_row([id.0], read).optional())
        .map_err(failed("cannot read a message from a handset"))
}

fn read(row: &Row<'_>) -> rusqlite::Result<Received> {
    Ok(Received {
        id: InboundId(row.get(0)?),
        from: row.get(1)?,
        to: row.get(2)?,
        text: row.get(3)?,
        at: Timestamp::from_millis(row.get(4)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sent::tests::plan;

    #[test]
    fn messages_from_handsets_are_found_through_an_index_and_nothing_is_sorted() {
        let received = "SEARCH inbound USING INDEX inbound_account (account_id=? AND id>?)";
        assert_eq!(plan(RECEIVED), [received]);
        let first =
            "SEARCH inbound USING COVERING INDEX inbound_account_at (account_id=? AND at>?)";
        assert_eq!(plan(FIRST), [first]);
    }
}
