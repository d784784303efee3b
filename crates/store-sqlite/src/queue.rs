//! Claims, what came of claimed messages, and recovery.

use async_trait::async_trait;
use sms::state::Event;
use sms::{Lane, Reason, Timestamp};
use store::queue::{Answer, Claim, Claimed, DoubtPolicy, Queue, Recovered, Rest, Swept};
use store::{ConnectorId, Error, MessageId};

use crate::changes::Changes;
use crate::claim::claim;
use crate::message::Message;
use crate::writing::Writing;
use crate::{SqliteStore, failed, kept_receipts, later, schedule, upstream_ids};

/// How far before a late answer, whose lease has ended, its receipt may have come.
const LATE_ANSWER_WINDOW_MS: i64 = 10 * 60_000;

/// How many kept receipts one transaction forgets.
const FORGET_AT_ONCE: u32 = 10_000;

#[async_trait]
impl Queue for SqliteStore {
    async fn claim(&self, asked: Claim) -> Result<Claimed, Error> {
        self.writer
            .write_knowing(move |writing| claim(writing, &asked))
            .await
    }

    async fn record_answers(&self, answers: Vec<Answer>) -> Result<(), Error> {
        self.writer
            .write_whole(move |writing| {
                let mut changes = Changes::default();
                let early = kept_receipts::any(writing)?;
                for answer in &answers {
                    record_answer(writing, &mut changes, answer, early)?;
                }
                changes.close(writing)
            })
            .await
    }

    async fn release_due(&self, now: Timestamp, limit: u32) -> Result<u32, Error> {
        self.writer
            .write_knowing(move |writing| schedule::release_due(writing, now, limit))
            .await
    }

    async fn sweep(
        &self,
        now: Timestamp,
        receipt_wait_ms: i64,
        limit: u32,
    ) -> Result<Swept, Error> {
        self.writer
            .write_knowing(move |writing| schedule::sweep(writing, now, receipt_wait_ms, limit))
            .await
    }

    async fn recover(
        &self,
        connector: ConnectorId,
        policy: DoubtPolicy,
        now: Timestamp,
    ) -> Result<Recovered, Error> {
        self.writer
            .write(move |writing| recover(writing, connector, policy, now))
            .await
    }

    async fn waiting(
        &self,
        connector: ConnectorId,
        limit: u32,
    ) -> Result<[u32; Lane::ALL.len()], Error> {
        self.readers
            .read(move |connection| {
                let mut counts = [0; Lane::ALL.len()];
                for (lane, count) in Lane::ALL.into_iter().zip(counts.iter_mut()) {
                    *count = connection
                        .prepare_cached(
                            "SELECT count(*) FROM (SELECT 1 FROM queue WHERE connector_id = ?1 AND lane = ?2 LIMIT ?3)",
                        )
                        .and_then(|mut select| {
                            select.query_row((connector.0, lane.as_u8(), limit), |row| row.get(0))
                        })
                        .map_err(failed("cannot count the queue"))?;
                }
                Ok(counts)
            })
            .await
    }

    async fn forget_upstream_ids(&self, before: Timestamp) -> Result<u64, Error> {
        let mut all = 0;
        let mut after = Some(upstream_ids::FIRST);
        while let Some(key) = after {
            let (old, next) = self
                .readers
                .read(move |connection| upstream_ids::old(connection, before, &key))
                .await?;
            if !old.is_empty() {
                all += self
                    .writer
                    .write(move |writing| upstream_ids::forget(writing, before, &old))
                    .await?;
            }
            after = next;
        }
        loop {
            let forgotten = self
                .writer
                .write(move |writing| kept_receipts::forget(writing, before, FORGET_AT_ONCE))
                .await?;
            all += u64::from(forgotten);
            if forgotten < FORGET_AT_ONCE {
                return Ok(all);
            }
        }
    }
}

/// Settles one answer; `any_early` says whether there is any receipt that came before its answer.
fn record_answer(
    writing: &Writing<'_>,
    changes: &mut Changes,
    answer: &Answer,
    any_early: bool,
) -> Result<(), Error> {
    let Some(mut message) = Message::load(writing, answer.message)? else {
        return Err(Error::other(
            format!("there is no message {}", answer.message),
            None,
        ));
    };
    let claimed_at = match answer.rest {
        // A lease, if there is one, belongs to another attempt.
        Rest::Late => None,
        Rest::Nothing
        | Rest::Retry { .. }
        | Rest::Refused(_)
        | Rest::Failed(_)
        | Rest::Unknown { .. } => message.end_lease(writing)?,
    };
    let sent_at = claimed_at.unwrap_or(answer.at.as_millis() - LATE_ANSWER_WINDOW_MS);
    let mut early = Vec::new();
    for segment in &answer.accepted {
        let bit = 1_u64.checked_shl(u32::from(segment.index)).unwrap_or(0);
        let first = message.accepted & bit == 0 && message.attempts == 0 && message.doubts == 0;
        message.accepted |= bit;
        if !segment.upstream_id.is_empty() {
            let (connector, id) = (answer.connector, message.id);
            later::remember(writing, connector, id, segment, first, answer.at)?;
            if any_early {
                let id = &segment.upstream_id;
                let outcome = kept_receipts::take_early(
                    writing,
                    answer.connector,
                    answer.message,
                    id,
                    sent_at,
                )?;
                early.extend(outcome.map(|outcome| (segment.index, outcome)));
            }
        }
    }
    if message.accepted == message.all() {
        let applied = message.apply(writing, changes, Event::Submitted, answer.at)?;
        if applied && claimed_at.is_none() {
            // It had been queued again, and may be on lease again: it need not leave any more.
            message.end_lease(writing)?;
            message.dequeue(writing)?;
        }
    } else if claimed_at.is_some() {
        apply_rest(writing, changes, &mut message, answer)?;
    }
    for (segment, outcome) in early {
        message.apply_receipt(writing, changes, segment, outcome, answer.at)?;
    }
    message.save_later(writing, changes)?;
    message.keep_in_mind(writing);
    Ok(())
}

/// Decides about a message of which not every segment was taken.
fn apply_rest(
    writing: &Writing<'_>,
    changes: &mut Changes,
    message: &mut Message,
    answer: &Answer,
) -> Result<(), Error> {
    let at = answer.at;
    match answer.rest {
        Rest::Late => {}
        // The connector promised an answer for every segment and gave none for some: they may have left.
        Rest::Nothing => {
            message.doubts += 1;
            message.apply(
                writing,
                changes,
                Event::AnswerLost(Reason::InternalError),
                at,
            )?;
        }
        Rest::Retry {
            reason,
            due_at,
            attempt_used,
        } => {
            message.attempts += u32::from(attempt_used);
            if message.apply(writing, changes, Event::Retry(reason), at)? {
                message.enqueue_at(writing, due_at, at)?;
            }
        }
        Rest::Refused(reason) => message.end(writing, changes, Event::Refused(reason), at)?,
        Rest::Failed(reason) => message.end(writing, changes, Event::Fail(reason), at)?,
        Rest::Unknown { reason, resend_at } => {
            message.doubts += 1;
            message.apply(writing, changes, Event::AnswerLost(reason), at)?;
            if let Some(resend_at) = resend_at
                && message.apply(writing, changes, Event::Resend, at)?
            {
                message.enqueue_at(writing, resend_at, at)?;
            }
        }
    }
    Ok(())
}

fn recover(
    writing: &Writing<'_>,
    connector: ConnectorId,
    policy: DoubtPolicy,
    now: Timestamp,
) -> Result<Recovered, Error> {
    let leased: Vec<i64> = writing
        .prepare_cached("DELETE FROM lease WHERE connector_id = ?1 RETURNING message_id")
        .and_then(|mut delete| delete.query_map([connector.0], |row| row.get(0))?.collect())
        .map_err(failed("cannot read the leases left behind"))?;
    let mut changes = Changes::default();
    let mut recovered = Recovered::default();
    for id in leased {
        let Some(mut message) = Message::load(writing, MessageId(id))? else {
            continue;
        };
        let lost = Event::AnswerLost(Reason::ProcessStopped);
        if !message.apply(writing, &mut changes, lost, now)? {
            // A receipt or a late answer has told meanwhile that it was taken.
            continue;
        }
        message.doubts += 1;
        let resend = match policy {
            DoubtPolicy::Resend { max_resends } => message.doubts <= max_resends,
            DoubtPolicy::Hold => false,
        };
        if resend && message.apply(writing, &mut changes, Event::Resend, now)? {
            message.enqueue(writing)?;
            recovered.resent += 1;
        } else {
            recovered.held += 1;
        }
        message.save(writing, &mut changes)?;
    }
    changes.close(writing)?;
    Ok(recovered)
}
