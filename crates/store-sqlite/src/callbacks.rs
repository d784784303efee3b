//! What accounts have yet to be told: written in the transaction of what it tells, read in turn, gone when it has been told.

use std::collections::HashSet;

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row};
use sms::Timestamp;
use store::callbacks::{Callback, CallbackCount, Callbacks, Event};
use store::{AccountId, CallbackId, Error, InboundId, MessageId};

use crate::{SqliteStore, failed, inbound, sent};

/// How many callbacks one transaction lets be tried again.
const AT_ONCE: u32 = 10_000;

/// Is what a callback tells, as it is written.
#[derive(Clone, Copy)]
pub(crate) enum Subject {
    /// A message that came to its end, or whose end was corrected.
    Message(MessageId),
    /// A message from a handset.
    Inbound(InboundId),
}

/// Writes that the account has to be told; to be called in the transaction of what it is told of.
pub(crate) fn owe(
    connection: &Connection,
    account: AccountId,
    subject: Subject,
    at: Timestamp,
) -> Result<(), Error> {
    let (message, received) = match subject {
        Subject::Message(message) => (Some(message.0), None),
        Subject::Inbound(received) => (None, Some(received.0)),
    };
    connection
        .prepare_cached(
            "INSERT INTO callback (account_id, message_id, inbound_id, at, due_at) VALUES (?1, ?2, ?3, ?4, ?4)",
        )
        .and_then(|mut insert| insert.execute((account.0, message, received, at.as_millis())))
        .map(|_| ())
        .map_err(failed("cannot write a callback"))
}

#[async_trait]
impl Callbacks for SqliteStore {
    async fn callbacks_due(
        &self,
        now: Timestamp,
        after: AccountId,
        except: Vec<AccountId>,
        each: u32,
        limit: u32,
    ) -> Result<Vec<Callback>, Error> {
        let except: HashSet<_> = except.into_iter().collect();
        self.readers
            .view(move |view| due(view, now, after, &except, each, limit))
            .await
    }

    async fn callbacks_told(&self, callbacks: Vec<CallbackId>) -> Result<(), Error> {
        self.writer
            .write_knowing(move |writing| {
                let mut delete = writing
                    .prepare_cached("DELETE FROM callback WHERE id = ?1")
                    .map_err(failed("cannot remove a callback"))?;
                for callback in callbacks {
                    delete
                        .execute([callback.0])
                        .map_err(failed("cannot remove a callback"))?;
                }
                Ok(())
            })
            .await
    }

    async fn callback_failed(
        &self,
        callback: CallbackId,
        due_at: Option<Timestamp>,
    ) -> Result<(), Error> {
        self.writer
            .write_knowing(move |writing| {
                writing
                    .prepare_cached(
                        "UPDATE callback SET attempts = attempts + 1, due_at = ?2 WHERE id = ?1",
                    )
                    .and_then(|mut update| {
                        update.execute((callback.0, due_at.map(Timestamp::as_millis)))
                    })
                    .map(|_| ())
                    .map_err(failed("cannot note a callback that failed"))
            })
            .await
    }

    async fn retry_callbacks(&self, account: AccountId, now: Timestamp) -> Result<u64, Error> {
        let mut all = 0;
        for such in [RETRY_GIVEN_UP, RETRY_LATER] {
            loop {
                let retried = self
                    .writer
                    .write(move |writing| retry(writing, such, account, now))
                    .await?;
                all += retried;
                if retried < u64::from(AT_ONCE) {
                    break;
                }
            }
        }
        Ok(all)
    }

    async fn callback_count(&self, account: AccountId) -> Result<CallbackCount, Error> {
        self.readers
            .view(move |view| {
                Ok(CallbackCount {
                    waiting: count(view, WAITING, account)?,
                    given_up: count(view, GIVEN_UP, account)?,
                })
            })
            .await
    }

    async fn forget_callbacks(&self, before: Timestamp, limit: u32) -> Result<u64, Error> {
        self.writer
            .write_knowing(move |writing| {
                writing
                    .prepare_cached(FORGET)
                    .and_then(|mut delete| delete.execute((before.as_millis(), limit)))
                    .map(rows)
                    .map_err(failed("cannot forget old callbacks"))
            })
            .await
    }
}

/// The first account after one that has a callback to be tried, now or later.
const NEXT_ACCOUNT: &str = "SELECT account_id FROM callback WHERE due_at IS NOT NULL AND account_id > ?1 \
     ORDER BY account_id LIMIT 1";

/// The callbacks of an account that are due, those first that have been due for longest.
const DUE: &str = "SELECT id, message_id, inbound_id, attempts, at FROM callback \
     WHERE account_id = ?1 AND due_at <= ?2 ORDER BY due_at, id LIMIT ?3";

const WAITING: &str = "SELECT count(*) FROM callback WHERE account_id = ?1 AND due_at IS NOT NULL";

const GIVEN_UP: &str = "SELECT count(*) FROM callback WHERE account_id = ?1 AND due_at IS NULL";

const RETRY_GIVEN_UP: &str = "UPDATE callback SET due_at = ?2, attempts = 0 WHERE id IN \
     (SELECT id FROM callback WHERE account_id = ?1 AND due_at IS NULL ORDER BY id LIMIT ?3)";

const RETRY_LATER: &str = "UPDATE callback SET due_at = ?2, attempts = 0 WHERE id IN \
     (SELECT id FROM callback WHERE account_id = ?1 AND due_at > ?2 ORDER BY due_at LIMIT ?3)";

const FORGET: &str = "DELETE FROM callback WHERE id IN \
     (SELECT id FROM callback WHERE at < ?1 ORDER BY at LIMIT ?2)";

/// Looks at each account that has callbacks once, those after `after` first.
fn due(
    view: &Connection,
    now: Timestamp,
    after: AccountId,
    except: &HashSet<AccountId>,
    each: u32,
    limit: u32,
) -> Result<Vec<Callback>, Error> {
    let mut found = Vec::new();
    let mut reached = after.0;
    let mut around = false;
    loop {
        let left = limit.saturating_sub(u32::try_from(found.len()).unwrap_or(u32::MAX));
        if left == 0 {
            return Ok(found);
        }
        let next: Option<i64> = view
            .prepare_cached(NEXT_ACCOUNT)
            .and_then(|mut select| select.query_row([reached], |row| row.get(0)).optional())
            .map_err(failed("cannot look for callbacks"))?;
        match next {
            Some(account) if around && account > after.0 => return Ok(found),
            Some(account) => {
                reached = account;
                if !except.contains(&AccountId(account)) {
                    read(view, AccountId(account), now, each.min(left), &mut found)?;
                }
            }
            None if around => return Ok(found),
            None => {
                around = true;
                reached = i64::MIN;
            }
        }
    }
}

/// A callback's row.
struct Stored {
    id: CallbackId,
    message: Option<MessageId>,
    received: Option<InboundId>,
    attempts: u32,
    at: Timestamp,
}

impl Stored {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: CallbackId(row.get(0)?),
            message: row.get::<_, Option<i64>>(1)?.map(MessageId),
            received: row.get::<_, Option<i64>>(2)?.map(InboundId),
            attempts: row.get(3)?,
            at: Timestamp::from_millis(row.get(4)?),
        })
    }

    /// What it tells, as that is now; nothing is ever removed that a callback tells of.
    fn event(&self, view: &Connection, account: AccountId) -> Result<Option<Event>, Error> {
        Ok(match (self.message, self.received) {
            (Some(message), _) => {
                sent::find(view, account, message)?.map(|sent| Event::Ended(Box::new(sent)))
            }
            (None, Some(id)) => inbound::find(view, id)?.map(Event::Received),
            (None, None) => None,
        })
    }
}

/// Reads the callbacks of one account.
fn read(
    view: &Connection,
    account: AccountId,
    now: Timestamp,
    limit: u32,
    found: &mut Vec<Callback>,
) -> Result<(), Error> {
    let rows: Vec<Stored> = view
        .prepare_cached(DUE)
        .and_then(|mut select| {
            select
                .query_map((account.0, now.as_millis(), limit), Stored::from_row)?
                .collect()
        })
        .map_err(failed("cannot read callbacks"))?;
    for row in rows {
        if let Some(event) = row.event(view, account)? {
            found.push(Callback {
                id: row.id,
                account,
                event,
                attempts: row.attempts,
                at: row.at,
            });
        }
    }
    Ok(())
}

fn retry(
    connection: &Connection,
    such: &str,
    account: AccountId,
    now: Timestamp,
) -> Result<u64, Error> {
    connection
        .prepare_cached(such)
        .and_then(|mut update| update.execute((account.0, now.as_millis(), AT_ONCE)))
        .map(rows)
        .map_err(failed("cannot let callbacks be tried again"))
}

fn count(view: &Connection, sql: &str, account: AccountId) -> Result<u64, Error> {
    view.prepare_cached(sql)
        .and_then(|mut select| select.query_row([account.0], |row| row.get::<_, i64>(0)))
        .map(i64::cast_unsigned)
        .map_err(failed("cannot count callbacks"))
}

fn rows(changed: usize) -> u64 {
    u64::try_from(changed).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sent::tests::plan;

    #[test]
    fn callbacks_are_found_without_a_look_at_those_of_others_or_a_sort() {
        for (sql, index) in [
            (NEXT_ACCOUNT, "INDEX callback_due (account_id>?)"),
            (DUE, "INDEX callback_due (account_id=? AND due_at<?)"),
            (WAITING, "INDEX callback_due (account_id=?"),
            (GIVEN_UP, "INDEX callback_given_up (account_id=?)"),
            (RETRY_GIVEN_UP, "INDEX callback_given_up (account_id=?)"),
            (
                RETRY_LATER,
                "INDEX callback_due (account_id=? AND due_at>?)",
            ),
            (FORGET, "INDEX callback_at (at<?)"),
        ] {
            let plan = plan(sql).join("; ");
            assert!(plan.contains(index), "{sql}: {plan}");
            assert!(!plan.contains("TEMP B-TREE"), "{sql}: {plan}");
        }
    }
}
