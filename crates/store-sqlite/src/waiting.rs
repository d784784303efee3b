//! Changes of single messages that wait: cancelled, replaced, sent another way.

mod listing;
mod replacement;

use async_trait::async_trait;
use rusqlite::OptionalExtension;
use sms::state::Event;
use sms::{Form, Lane, MessageState, Msisdn, Reason, Timestamp};
use store::campaigns::Halt;
use store::waiting::{Change, Move, Replacement, Waiting, WaitingMessage};
use store::{AccountId, ConnectorId, Error, MessageId};

use crate::changes::Changes;
use crate::message::Message;
use crate::timing::Timing;
use crate::writing::Writing;
use crate::{SqliteStore, failed, halts};

#[async_trait]
impl Waiting for SqliteStore {
    async fn cancel_message(
        &self,
        account: AccountId,
        message: MessageId,
        now: Timestamp,
    ) -> Result<Change, Error> {
        self.writer
            .write(move |writing| cancel(writing, account, message, now))
            .await
    }

    async fn replace_message(
        &self,
        account: AccountId,
        message: MessageId,
        form: Form,
        replacement: Replacement,
        now: Timestamp,
    ) -> Result<Change, Error> {
        self.writer
            .write(
                move |writing| match Subject::load(writing, account, message)? {
                    Some(subject) => subject.replace(writing, form, &replacement, now),
                    None => Ok(Change::Unknown),
                },
            )
            .await
    }

    async fn waiting_to(
        &self,
        account: AccountId,
        originator: &str,
        recipient: Msisdn,
        limit: u32,
    ) -> Result<Vec<MessageId>, Error> {
        let originator = originator.to_owned();
        self.scans
            .view(move |view| listing::to(view, account, &originator, &recipient, limit))
            .await
    }

    async fn waiting_messages(
        &self,
        connector: ConnectorId,
        lane: Option<Lane>,
        until: Timestamp,
        after: Option<MessageId>,
        limit: u32,
    ) -> Result<Vec<WaitingMessage>, Error> {
        let after = after.unwrap_or(MessageId(i64::MIN));
        self.scans
            .view(move |view| listing::of_connector(view, connector, lane, until, after, limit))
            .await
    }

    async fn reroute(&self, moves: Vec<Move>, now: Timestamp) -> Result<u64, Error> {
        self.writer
            .write(move |writing| {
                let mut done = 0;
                for one in &moves {
                    done += u64::from(reroute(writing, one, now)?);
                }
                Ok(done)
            })
            .await
    }
}

/// A message of an account, and what of its submission decides how it may be changed.
struct Subject {
    message: Message,
    /// Whether its submission has, and will have, no other message and no control copy.
    is_alone: bool,
    /// Whether it is only tried out: then it never leaves, and nothing is held for it.
    is_test: bool,
    halt: Option<Halt>,
    timing: Timing,
}

impl Subject {
    /// Looks up a message; control copies are nobody's.
    fn load(
        writing: &Writing<'_>,
        account: AccountId,
        id: MessageId,
    ) -> Result<Option<Self>, Error> {
        let Some(message) = Message::load(writing, id)?.filter(|found| found.account == account)
        else {
            return Ok(None);
        };
        let submission = message.submission.0;
        writing
            .prepare_cached(&format!(
                "SELECT message_count = 1 AND planned <= 1 \
                   AND NOT EXISTS (SELECT 1 FROM expansion WHERE submission_id = submission.id) \
                   AND NOT EXISTS (SELECT 1 FROM submission copy WHERE copy.control_of = submission.id), \
                 test, halt, {} FROM submission WHERE id = ?1 AND control_of IS NULL",
                Timing::COLUMNS
            ))
            .and_then(|mut select| {
                let subject = |row: &rusqlite::Row<'_>| {
                    Ok(Self {
                        message,
                        is_alone: row.get(0)?,
                        is_test: row.get(1)?,
                        halt: halts::halt_from(row.get(2)?),
                        timing: Timing::from_row(row, 3)?,
                    })
                };
                select.query_row([submission], subject).optional()
            })
            .map_err(failed("cannot read a submission"))
    }

    /// Tells whether it waits, and nothing of it has left or may have.
    fn waits(&self, writing: &Writing<'_>) -> Result<bool, Error> {
        Ok(!self.is_test && waits(writing, &self.message)?)
    }
}

/// Tells whether a message waits, in whatever, and no upstream has or may have any of it.
fn waits(writing: &Writing<'_>, message: &Message) -> Result<bool, Error> {
    let is_open = matches!(message.state, MessageState::Held | MessageState::Queued);
    if !is_open || message.accepted != 0 || message.doubts != 0 {
        return Ok(false);
    }
    let leased = writing
        .prepare_cached("SELECT 1 FROM lease WHERE message_id = ?1")
        .and_then(|mut select| select.exists([message.id.0]))
        .map_err(failed("cannot look for a lease"))?;
    Ok(!leased)
}

fn cancel(
    writing: &Writing<'_>,
    account: AccountId,
    id: MessageId,
    now: Timestamp,
) -> Result<Change, Error> {
    let Some(mut subject) = Subject::load(writing, account, id)? else {
        return Ok(Change::Unknown);
    };
    if subject.message.state == MessageState::Cancelled {
        return Ok(Change::Done);
    }
    if !subject.waits(writing)? {
        return Ok(Change::TooLate);
    }
    let mut changes = Changes::default();
    let message = &mut subject.message;
    let cancelled = Event::Cancel(Reason::CancelledByAccount);
    message.end(writing, &mut changes, cancelled, now)?;
    message.dequeue(writing)?;
    message.save(writing, &mut changes)?;
    changes.close(writing)?;
    Ok(Change::Done)
}

/// Lets one message wait for another connector, if it still waits for the one named; tells whether it did.
fn reroute(writing: &Writing<'_>, moved: &Move, now: Timestamp) -> Result<bool, Error> {
    let exists = writing
        .prepare_cached("SELECT 1 FROM connector WHERE id = ?1")
        .and_then(|mut select| select.exists([moved.to.0]))
        .map_err(failed("cannot look for a connector"))?;
    if !exists {
        let missing = format!("there is no connector {}", moved.to);
        return Err(Error::conflict(missing));
    }
    let Some(mut message) = Message::load(writing, moved.message)? else {
        return Ok(false);
    };
    if message.state != MessageState::Queued
        || message.connector != Some(moved.from)
        || moved.from == moved.to
        || !waits(writing, &message)?
    {
        return Ok(false);
    }
    message.leave_turn(writing)?;
    message.connector = Some(moved.to);
    message.enqueue(writing)?;
    // What waits by age waits from now on, or it would be sent on and on.
    writing
        .prepare_cached("UPDATE message SET connector_id = ?2, changed_at = ?3 WHERE id = ?1")
        .and_then(|mut update| update.execute((message.id.0, moved.to.0, now.as_millis())))
        .map(|_| true)
        .map_err(failed("cannot send a message another way"))
}
