//! Accepting submissions, and looking at them.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row};
use sms::{MessageState, Tally, Timestamp};
use store::submissions::{Acceptance, Message, NewMessage, NewSubmission, Submission, Submissions};
use store::{AccountId, Error, MessageId, SubmissionId};

use crate::message::{reason_from, state_from};
use crate::{SqliteStore, books, failed};

#[async_trait]
impl Submissions for SqliteStore {
    async fn accept(&self, submission: NewSubmission) -> Result<Acceptance, Error> {
        self.writer
            .write(move |connection| accept(connection, &submission))
            .await
    }

    async fn submission(
        &self,
        account: AccountId,
        id: SubmissionId,
    ) -> Result<Option<Submission>, Error> {
        self.readers
            .read(move |connection| {
                // One transaction, so that the count belongs to the row.
                let view = connection
                    .unchecked_transaction()
                    .map_err(failed("cannot read"))?;
                find(&view, account, id)
            })
            .await
    }

    async fn messages(
        &self,
        account: AccountId,
        id: SubmissionId,
        changed_after: Option<Timestamp>,
        after: Option<MessageId>,
        limit: u32,
    ) -> Result<Vec<Message>, Error> {
        self.readers
            .read(move |connection| {
                let view = connection.unchecked_transaction().map_err(failed("cannot read"))?;
                let Some((first, count)) = range(&view, account, id)? else { return Ok(Vec::new()) };
                let from = after.map_or(first, |after| first.max(after.0 + 1));
                let since = changed_after.map_or(i64::MIN, Timestamp::as_millis);
                view.prepare_cached(
                    "SELECT id, recipient, given, variables, state, reason, segments, price, submitted_at, done_at, \
                     changed_at FROM message WHERE id >= ?1 AND id < ?2 AND changed_at > ?3 ORDER BY id LIMIT ?4",
                )
                .and_then(|mut select| {
                    select.query_map((from, first + count, since, limit), message)?.collect()
                })
                .map_err(failed("cannot read messages"))
            })
            .await
    }

    async fn tally(&self) -> Result<Tally, Error> {
        self.readers
            .read(|connection| tally(connection, i64::MIN, i64::MAX))
            .await
    }
}

fn accept(connection: &Connection, new: &NewSubmission) -> Result<Acceptance, Error> {
    let price = new
        .messages
        .iter()
        .try_fold(0_i64, |sum, message| sum.checked_add(message.price_micros))
        .ok_or_else(|| Error::other("the price of a submission overflows", None))?;
    if !new.test {
        let available = available(connection, new.account)?;
        if price > available {
            return Ok(Acceptance::Insufficient {
                available_micros: available,
            });
        }
    }
    check_connectors(connection, &new.messages)?;
    let first: i64 = connection
        .prepare_cached("SELECT coalesce(max(id), 0) + 1 FROM message")
        .and_then(|mut select| select.query_row([], |row| row.get(0)))
        .map_err(failed("cannot number the messages"))?;
    let id = insert_submission(connection, new, price, first)?;
    insert_messages(connection, new, id, first)?;
    if !new.test {
        books::hold(connection, new.account, id, price, new.created_at)?;
    }
    Ok(Acceptance::Accepted(id))
}

/// Refuses ways out that are not there (any more): what is queued for one of them would wait for ever.
fn check_connectors(connection: &Connection, messages: &[NewMessage]) -> Result<(), Error> {
    let mut known = None;
    for connector in messages.iter().filter_map(|message| message.connector) {
        if known == Some(connector) {
            continue;
        }
        let exists = connection
            .prepare_cached("SELECT 1 FROM connector WHERE id = ?1")
            .and_then(|mut select| select.exists([connector.0]))
            .map_err(failed("cannot look for a connector"))?;
        if !exists {
            return Err(Error::conflict(format!(
                "there is no connector {connector}"
            )));
        }
        known = Some(connector);
    }
    Ok(())
}

fn available(connection: &Connection, account: AccountId) -> Result<i64, Error> {
    let found: Option<(i64, i64)> = connection
        .prepare_cached(
            "SELECT book.available, account.credit_limit FROM book JOIN account ON account.id = book.account_id \
             WHERE account_id = ?1",
        )
        .and_then(|mut select| {
            select.query_row([account.0], |row| Ok((row.get(0)?, row.get(1)?))).optional()
        })
        .map_err(failed("cannot read the balance"))?;
    let (available, credit_limit) =
        found.ok_or_else(|| Error::conflict(format!("there is no account {account}")))?;
    // A limit near the end of the range means that there is none: the sum must not wrap.
    Ok(available.saturating_add(credit_limit))
}

fn insert_submission(
    connection: &Connection,
    new: &NewSubmission,
    price_micros: i64,
    first_message: i64,
) -> Result<SubmissionId, Error> {
    let count = i64::try_from(new.messages.len()).expect("a vector's length fits i64");
    // A submission whose messages are all final already, or never will be, has nothing to sweep.
    let open = |message: &NewMessage| !message.state.is_final();
    let sweep_at = (!new.test && new.messages.iter().any(open)).then_some(new.expires_at);
    connection
        .prepare_cached(
            "INSERT INTO submission (account_id, originator, text, lane, source, test, price, first_message_id, \
             message_count, created_at, start_at, expires_at, sweep_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        )
        .and_then(|mut insert| {
            insert.insert((
                new.account.0,
                &new.originator,
                &new.text,
                new.lane.as_u8(),
                &new.source,
                new.test,
                price_micros,
                first_message,
                count,
                new.created_at.as_millis(),
                new.start_at.map(Timestamp::as_millis),
                new.expires_at.as_millis(),
                sweep_at.map(Timestamp::as_millis),
            ))
        })
        .map(SubmissionId)
        .map_err(failed("cannot write the submission"))
}

fn insert_messages(
    connection: &Connection,
    new: &NewSubmission,
    submission: SubmissionId,
    first_message: i64,
) -> Result<(), Error> {
    let prepare = |sql| {
        connection
            .prepare_cached(sql)
            .map_err(failed("cannot prepare a message"))
    };
    let mut insert = prepare(
        "INSERT INTO message (id, submission_id, account_id, recipient, given, variables, segments, price, \
         connector_id, state, reason, done_at, changed_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )?;
    let mut enqueue = prepare(
        "INSERT INTO queue (connector_id, lane, account_id, message_id) VALUES (?1, ?2, ?3, ?4)",
    )?;
    let mut defer = prepare("INSERT INTO deferred (message_id, due_at) VALUES (?1, ?2)")?;
    let at = new.created_at.as_millis();
    for (message, id) in new.messages.iter().zip(first_message..) {
        let recipient = match (&message.recipient, &message.given) {
            (Some(msisdn), _) => msisdn.as_str(),
            (None, given) => given.as_deref().unwrap_or(""),
        };
        let given = message.recipient.and(message.given.as_deref());
        let connector = message.connector.map(|connector| connector.0);
        insert
            .execute((
                id,
                submission.0,
                new.account.0,
                recipient,
                given,
                &message.variables,
                message.segments,
                message.price_micros,
                connector,
                message.state.as_u8(),
                message.reason.as_u8(),
                message.state.is_final().then_some(at),
                at,
            ))
            .map_err(failed("cannot write a message"))?;
        match (message.state, connector, new.start_at) {
            (MessageState::Queued, Some(connector), _) => enqueue
                .execute((connector, new.lane.as_u8(), new.account.0, id))
                .map(|_| ()),
            (MessageState::Queued, None, _) => {
                return Err(Error::other("a queued message needs a connector", None));
            }
            (MessageState::Held, _, Some(start_at)) if !new.test => {
                defer.execute((id, start_at.as_millis())).map(|_| ())
            }
            _ => Ok(()),
        }
        .map_err(failed("cannot queue a message"))?;
    }
    Ok(())
}

/// The first message's number and how many there are, if the submission is the account's.
fn range(
    connection: &Connection,
    account: AccountId,
    id: SubmissionId,
) -> Result<Option<(i64, i64)>, Error> {
    connection
        .prepare_cached(
            "SELECT first_message_id, message_count FROM submission WHERE id = ?1 AND account_id = ?2",
        )
        .and_then(|mut select| {
            select.query_row((id.0, account.0), |row| Ok((row.get(0)?, row.get(1)?))).optional()
        })
        .map_err(failed("cannot read a submission"))
}

fn find(
    connection: &Connection,
    account: AccountId,
    id: SubmissionId,
) -> Result<Option<Submission>, Error> {
    let Some((first, count)) = range(connection, account, id)? else {
        return Ok(None);
    };
    let tally = tally(connection, first, first + count)?;
    connection
        .prepare_cached(
            "SELECT id, account_id, originator, text, test, price, created_at, start_at FROM submission WHERE id = ?1",
        )
        .and_then(|mut select| select.query_row([id.0], |row| submission(row, tally)).optional())
        .map_err(failed("cannot read a submission"))
}

/// Counts the messages numbered from `first` to before `end`.
fn tally(connection: &Connection, first: i64, end: i64) -> Result<Tally, Error> {
    let mut tally = Tally::default();
    connection
        .prepare_cached(
            "SELECT state, reason, count(*), submitted_at IS NOT NULL FROM message WHERE id >= ?1 AND id < ?2 \
             GROUP BY state, reason, submitted_at IS NOT NULL",
        )
        .and_then(|mut select| {
            let mut rows = select.query((first, end))?;
            while let Some(row) = rows.next()? {
                let count = row.get::<_, i64>(2)?.unsigned_abs();
                let (state, reason) = (state_from(row.get(0)?), reason_from(row.get(1)?));
                if row.get(3)? {
                    tally.add_taken(state, reason, count);
                } else {
                    tally.add(state, reason, count);
                }
            }
            Ok(())
        })
        .map_err(failed("cannot count messages"))?;
    Ok(tally)
}

fn submission(row: &Row<'_>, tally: Tally) -> rusqlite::Result<Submission> {
    Ok(Submission {
        id: SubmissionId(row.get(0)?),
        account: AccountId(row.get(1)?),
        originator: row.get(2)?,
        text: row.get(3)?,
        test: row.get(4)?,
        price_micros: row.get(5)?,
        created_at: Timestamp::from_millis(row.get(6)?),
        start_at: row.get::<_, Option<i64>>(7)?.map(Timestamp::from_millis),
        tally,
    })
}

fn message(row: &Row<'_>) -> rusqlite::Result<Message> {
    Ok(Message {
        id: MessageId(row.get(0)?),
        recipient: row.get(1)?,
        given: row.get(2)?,
        variables: row.get(3)?,
        state: state_from(row.get(4)?),
        reason: reason_from(row.get(5)?),
        segments: row.get(6)?,
        price_micros: row.get(7)?,
        submitted_at: row.get::<_, Option<i64>>(8)?.map(Timestamp::from_millis),
        done_at: row.get::<_, Option<i64>>(9)?.map(Timestamp::from_millis),
        changed_at: Timestamp::from_millis(row.get(10)?),
    })
}
