//! Where a message waits: in its connector's queue, until it is due, for its sender name.

use sms::Timestamp;
use store::Error;

use super::Message;
use crate::failed;
use crate::writing::Writing;

impl Message {
    /// Puts the message into its connector's queue again.
    pub(crate) fn enqueue(&self, writing: &Writing<'_>) -> Result<(), Error> {
        let Some(connector) = self.connector else {
            return Err(Error::other(
                format!("message {} waits without a connector", self.id),
                None,
            ));
        };
        writing
            .prepare_cached(
                "INSERT OR IGNORE INTO queue (connector_id, lane, account_id, message_id) \
                 SELECT ?1, lane, ?2, ?3 FROM submission WHERE id = ?4",
            )
            .and_then(|mut insert| {
                insert.execute((connector.0, self.account.0, self.id.0, self.submission.0))
            })
            .map(|_| ())
            .map_err(failed("cannot queue a message"))
    }

    /// Takes a message that has ended out of whatever it waits in, so that its connector is free of it.
    pub(crate) fn dequeue(&self, writing: &Writing<'_>) -> Result<(), Error> {
        self.leave_turn(writing)?;
        writing
            .prepare_cached("DELETE FROM awaits_sender WHERE message_id = ?1")
            .and_then(|mut delete| delete.execute([self.id.0]))
            .map(|_| ())
            .map_err(failed("cannot take an ended message from its sender name"))
    }

    /// Takes a message out of the queue and of what is due; what it waits for besides stays known.
    pub(crate) fn leave_turn(&self, writing: &Writing<'_>) -> Result<(), Error> {
        let connector = self.connector.map(|connector| connector.0);
        writing
            .prepare_cached(
                "DELETE FROM queue WHERE connector_id = ?1 AND account_id = ?2 AND message_id = ?3 \
                 AND lane = (SELECT lane FROM submission WHERE id = ?4)",
            )
            .and_then(|mut delete| {
                delete.execute((connector, self.account.0, self.id.0, self.submission.0))
            })
            .and_then(|_| {
                writing
                    .prepare_cached("DELETE FROM deferred WHERE message_id = ?1")?
                    .execute([self.id.0])
            })
            .map(|_| ())
            .map_err(failed("cannot take a message out of the queue"))
    }

    /// Queues the message at once, or for `due_at` when that is still to come.
    pub(crate) fn enqueue_at(
        &self,
        writing: &Writing<'_>,
        due_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), Error> {
        if due_at <= now {
            return self.enqueue(writing);
        }
        writing
            .prepare_cached("INSERT OR REPLACE INTO deferred (message_id, due_at) VALUES (?1, ?2)")
            .and_then(|mut insert| insert.execute((self.id.0, due_at.as_millis())))
            .map(|_| ())
            .map_err(failed("cannot defer a message"))
    }
}
