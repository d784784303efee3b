//! Sender names, and the messages that wait for the decision on one.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Params, Row};
use sms::state::Event;
use sms::{Country, Reason, SenderStatus, Timestamp};
use store::campaigns::Halt;
use store::sender_names::{NewSenderName, Registered, SenderName, SenderNames};
use store::{AccountId, Error, MessageId, SenderId, SubmissionId};

use crate::changes::Changes;
use crate::message::Message;
use crate::timing::Timing;
use crate::writing::Writing;
use crate::{SqliteStore, failed, halts};

#[async_trait]
impl SenderNames for SqliteStore {
    async fn register_sender(
        &self,
        name: NewSenderName,
        at: Timestamp,
    ) -> Result<Registered, Error> {
        self.writer
            .write(move |writing| register(writing, &name, at))
            .await
    }

    async fn sender(
        &self,
        account: AccountId,
        sender: SenderId,
    ) -> Result<Option<SenderName>, Error> {
        self.readers
            .read(move |connection| {
                let such = "id = ?1 AND account_id = ?2";
                let found = select(connection, such, (sender.0, account.0))?;
                Ok(found.into_iter().next())
            })
            .await
    }

    async fn senders_named(
        &self,
        account: AccountId,
        name: &str,
    ) -> Result<Vec<SenderName>, Error> {
        let name = name.to_owned();
        self.readers
            .read(move |connection| {
                let such = "account_id = ?1 AND name = ?2 ORDER BY id";
                select(connection, such, (account.0, &name))
            })
            .await
    }

    async fn senders(
        &self,
        account: Option<AccountId>,
        after: SenderId,
        limit: u32,
    ) -> Result<Vec<SenderName>, Error> {
        self.readers
            .read(move |connection| match account {
                Some(account) => {
                    let such = "account_id = ?1 AND id > ?2 ORDER BY id LIMIT ?3";
                    select(connection, such, (account.0, after.0, limit))
                }
                None => select(connection, "id > ?1 ORDER BY id LIMIT ?2", (after.0, limit)),
            })
            .await
    }

    async fn describe_sender(
        &self,
        account: AccountId,
        sender: SenderId,
        description: &str,
    ) -> Result<bool, Error> {
        let description = description.to_owned();
        let update = "UPDATE sender_name SET description = ?3 WHERE id = ?2 AND account_id = ?1";
        self.writer
            .write(move |writing| {
                writing
                    .prepare_cached(update)
                    .and_then(|mut update| update.execute((account.0, sender.0, &description)))
                    .map(|rows| rows == 1)
                    .map_err(failed("cannot describe a sender name"))
            })
            .await
    }

    async fn remove_sender(&self, account: AccountId, sender: SenderId) -> Result<bool, Error> {
        let delete = "DELETE FROM sender_name WHERE id = ?2 AND account_id = ?1";
        self.writer
            .write(move |writing| {
                writing
                    .prepare_cached(delete)
                    .and_then(|mut delete| delete.execute((account.0, sender.0)))
                    .map(|rows| rows == 1)
                    .map_err(failed("cannot remove a sender name"))
            })
            .await
    }

    async fn decide_sender(
        &self,
        sender: SenderId,
        status: SenderStatus,
        note: &str,
    ) -> Result<bool, Error> {
        let note = note.to_owned();
        self.writer
            .write(move |writing| {
                writing
                    .prepare_cached("UPDATE sender_name SET status = ?2, note = ?3 WHERE id = ?1")
                    .and_then(|mut update| update.execute((sender.0, status.as_u8(), &note)))
                    .map(|rows| rows == 1)
                    .map_err(failed("cannot decide on a sender name"))
            })
            .await
    }

    async fn follow_decisions(&self, now: Timestamp, limit: u32) -> Result<u32, Error> {
        self.writer
            .write_knowing(move |writing| follow_decisions(writing, now, limit))
            .await
    }
}

fn register(
    writing: &Writing<'_>,
    new: &NewSenderName,
    at: Timestamp,
) -> Result<Registered, Error> {
    let known: Option<i64> = writing
        .prepare_cached(
            "SELECT id FROM sender_name WHERE account_id = ?1 AND name = ?2 AND country = ?3",
        )
        .and_then(|mut select| {
            let key = (new.account.0, &new.name, new.country.code());
            select.query_row(key, |row| row.get(0)).optional()
        })
        .map_err(failed("cannot look up a sender name"))?;
    if let Some(id) = known {
        return Ok(Registered::Already(SenderId(id)));
    }
    writing
        .prepare_cached(
            "INSERT INTO sender_name (account_id, name, country, status, description, note, registered_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, '', ?6)",
        )
        .and_then(|mut insert| {
            insert.insert((
                new.account.0,
                &new.name,
                new.country.code(),
                new.status.as_u8(),
                &new.description,
                at.as_millis(),
            ))
        })
        .map(|id| Registered::Added(SenderId(id)))
        .map_err(failed("cannot register a sender name"))
}

/// Reads the names that the condition picks.
fn select(
    connection: &Connection,
    such: &str,
    parameters: impl Params,
) -> Result<Vec<SenderName>, Error> {
    connection
        .prepare_cached(&format!(
            "SELECT id, account_id, name, country, status, description, note, registered_at FROM sender_name WHERE {such}"
        ))
        .and_then(|mut select| select.query_map(parameters, sender_name)?.collect())
        .map_err(failed("cannot read sender names"))
}

fn sender_name(row: &Row<'_>) -> rusqlite::Result<SenderName> {
    let country = Country::parse(row.get_ref(3)?.as_str()?).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(3, rusqlite::types::Type::Text, error.into())
    })?;
    Ok(SenderName {
        id: SenderId(row.get(0)?),
        account: AccountId(row.get(1)?),
        name: row.get(2)?,
        country,
        status: status_from(row.get(4)?),
        description: row.get(5)?,
        note: row.get(6)?,
        registered_at: Timestamp::from_millis(row.get(7)?),
    })
}

/// Reads a status code; one that this program does not know approves nothing.
fn status_from(code: u8) -> SenderStatus {
    SenderStatus::from_u8(code).unwrap_or(SenderStatus::Pending)
}

/// Goes through the names that messages wait for, and lets those follow that are decided on.
fn follow_decisions(writing: &Writing<'_>, now: Timestamp, limit: u32) -> Result<u32, Error> {
    let mut changes = Changes::default();
    let mut followed = 0;
    let mut after = 0;
    while followed < limit {
        let Some((sender, status)) = next_awaited(writing, after)? else {
            break;
        };
        after = sender;
        if status == SenderStatus::Pending {
            continue;
        }
        let held_back: Vec<i64> = writing
            .prepare_cached(
                "SELECT message_id FROM awaits_sender WHERE sender_id = ?1 ORDER BY message_id LIMIT ?2",
            )
            .and_then(|mut select| {
                select.query_map((sender, limit - followed), |row| row.get(0))?.collect()
            })
            .map_err(failed("cannot read what waits for a sender name"))?;
        for id in held_back {
            let decision = (sender, status);
            follow(writing, &mut changes, MessageId(id), decision, now)?;
            followed += 1;
        }
    }
    changes.close(writing)?;
    Ok(followed)
}

/// The next sender name, by number, that messages wait for, and its status.
fn next_awaited(writing: &Writing<'_>, after: i64) -> Result<Option<(i64, SenderStatus)>, Error> {
    writing
        .prepare_cached(
            "SELECT id, status FROM sender_name WHERE id = \
             (SELECT sender_id FROM awaits_sender WHERE sender_id > ?1 ORDER BY sender_id LIMIT 1)",
        )
        .and_then(|mut select| {
            select
                .query_row([after], |row| Ok((row.get(0)?, status_from(row.get(1)?))))
                .optional()
        })
        .map_err(failed("cannot look for awaited sender names"))
}

fn follow(
    writing: &Writing<'_>,
    changes: &mut Changes,
    id: MessageId,
    (sender, status): (i64, SenderStatus),
    now: Timestamp,
) -> Result<(), Error> {
    writing
        .prepare_cached("DELETE FROM awaits_sender WHERE message_id = ?1")
        .and_then(|mut delete| delete.execute([id.0]))
        .map_err(failed("cannot end the wait for a sender name"))?;
    let Some(mut message) = Message::load(writing, id)? else {
        return Ok(());
    };
    let (halt, timing) = submission(writing, message.submission)?;
    let approved = match status {
        SenderStatus::Approved => true,
        SenderStatus::Denied => turn_to_alternative(writing, sender, id)?,
        SenderStatus::Pending => false,
    };
    match halt {
        Some(halt) if halt != Halt::Paused || approved => {
            halts::obey(writing, changes, &mut message, halt, now)?;
        }
        _ if !approved => {
            let denied = Event::Fail(Reason::OriginatorNotApproved);
            message.end(writing, changes, denied, now)?;
            message.dequeue(writing)?;
        }
        _ => halts::let_go(writing, changes, &mut message, &timing, now)?,
    }
    message.save(writing, changes)
}

/// Makes a message whose originator was denied be from its submission's alternative one, where that is registered for the same
/// country: approved, or to be decided on, which it then waits for. Tells whether it could.
fn turn_to_alternative(
    writing: &Writing<'_>,
    denied: i64,
    message: MessageId,
) -> Result<bool, Error> {
    let alternative: Option<(i64, u8)> = writing
        .prepare_cached(
            "SELECT a.id, a.status FROM message m JOIN submission s ON s.id = m.submission_id \
             JOIN sender_name d ON d.id = ?1 \
             JOIN sender_name a ON a.account_id = s.account_id AND a.name = s.alternative AND a.country = d.country \
             WHERE m.id = ?2 AND m.alternative = 0",
        )
        .and_then(|mut select| {
            select
                .query_row((denied, message.0), |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()
        })
        .map_err(failed("cannot look for an alternative sender name"))?;
    let Some((alternative, status)) = alternative else {
        return Ok(false);
    };
    let status = status_from(status);
    if status == SenderStatus::Denied {
        return Ok(false);
    }
    writing
        .prepare_cached("UPDATE message SET alternative = 1 WHERE id = ?1")
        .and_then(|mut update| update.execute([message.0]))
        .map_err(failed("cannot change who a message is from"))?;
    if status == SenderStatus::Pending {
        writing
            .prepare_cached("INSERT INTO awaits_sender (sender_id, message_id) VALUES (?1, ?2)")
            .and_then(|mut insert| insert.execute((alternative, message.0)))
            .map_err(failed("cannot let a message wait for a sender name"))?;
    }
    Ok(true)
}

fn submission(writing: &Writing<'_>, id: SubmissionId) -> Result<(Option<Halt>, Timing), Error> {
    writing
        .prepare_cached(&format!(
            "SELECT halt, {} FROM submission WHERE id = ?1",
            Timing::COLUMNS
        ))
        .and_then(|mut select| {
            select.query_row([id.0], |row| {
                Ok((halts::halt_from(row.get(0)?), Timing::from_row(row, 1)?))
            })
        })
        .map_err(failed("cannot read a submission"))
}
