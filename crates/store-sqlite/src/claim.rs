//! Claiming: from the queue to leases, fairly between accounts.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Known;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension};
use sms::state::Event;
use sms::{Form, Lane, MessageState, Msisdn, Reason};
use store::campaigns::Halt;
use store::queue::{Claim, Claimed, ClaimedMessage};
use store::{AccountId, Error, MessageId, SubmissionId};

use crate::changes::Changes;
use crate::expansion::names;
use crate::message::{Message, form_from, state_from};
use crate::stops::Stops;
use crate::timing::Timing;
use crate::{failed, halts};

/// How many accounts share one claim in a lane; the others have their turn with the next ones.
const ACCOUNTS_PER_CLAIM: usize = 64;

/// The next account, by number, of which something waits in a lane of a connector.
pub(crate) const NEXT_ACCOUNT: &str = "SELECT account_id FROM queue WHERE connector_id = ?1 AND lane = ?2 AND account_id > ?3 \
     ORDER BY account_id LIMIT 1";

const OLDEST: &str = "SELECT m.id, m.submission_id, m.recipient, m.variables, m.segments, m.accepted, m.attempts, m.doubts, \
     m.state, m.alternative, m.text, m.originator FROM queue q JOIN message m ON m.id = q.message_id \
     WHERE q.connector_id = ?1 AND q.lane = ?2 AND q.account_id = ?3 ORDER BY q.message_id LIMIT ?4";

const TAKE: &str = "DELETE FROM queue WHERE connector_id = ?1 AND lane = ?2 AND account_id = ?3 AND message_id <= ?4";

/// Turns queue entries into leases, lane by lane, until the segments asked for are found.
pub(crate) fn claim(connection: &Connection, claim: &Claim) -> Result<Claimed, Error> {
    // What the most urgent lane does not use of its own is nobody else's.
    let beyond = claim.max_otp_segments.saturating_sub(claim.max_segments);
    let mut run = Run {
        connection,
        claim,
        left: i64::from(claim.max_segments) + i64::from(beyond),
        messages: Vec::new(),
        submission: None,
        stops: HashMap::new(),
        kept_back: false,
        changes: Changes::default(),
    };
    let mut turns = claim.turns;
    for (lane, turn) in Lane::ALL.into_iter().zip(turns.iter_mut()) {
        run.lane(lane, turn)?;
        if lane == Lane::Otp {
            run.left -= i64::from(beyond);
        }
    }
    run.changes.close(connection)?;
    Ok(Claimed {
        messages: run.messages,
        turns,
        more: run.kept_back,
    })
}

struct Run<'a> {
    connection: &'a Connection,
    claim: &'a Claim,
    left: i64,
    messages: Vec<ClaimedMessage>,
    /// The submission read last: the messages of one stand together.
    submission: Option<(SubmissionId, Shared)>,
    /// The stop lists of the accounts seen.
    stops: HashMap<AccountId, Stops>,
    /// Whether messages stood in the way that must not leave.
    kept_back: bool,
    changes: Changes,
}

#[derive(Clone)]
struct Shared {
    originator: Arc<str>,
    alternative: Option<Arc<str>>,
    text: Arc<str>,
    form: Form,
    variable_names: Arc<[String]>,
    halt: Option<Halt>,
    passes_stops: bool,
    timing: Timing,
}

impl Run<'_> {
    /// Serves the accounts that wait in this lane, in turn after `turn`, each an equal share; then again with what the
    /// modest ones left over.
    fn lane(&mut self, lane: Lane, turn: &mut AccountId) -> Result<(), Error> {
        let mut waiting = self.accounts(lane, *turn)?;
        while self.left > 0 && !waiting.is_empty() {
            let sharers = i64::try_from(waiting.len()).unwrap_or(i64::MAX);
            let share = (self.left + sharers - 1) / sharers;
            let mut unserved = Vec::with_capacity(waiting.len());
            for account in waiting {
                if self.left <= 0 {
                    break;
                }
                *turn = account;
                if self.take(lane, account, share.min(self.left))? {
                    unserved.push(account);
                }
            }
            waiting = unserved;
        }
        Ok(())
    }

    /// Tells whether neither the account nor one above it is suspended; what it has in the queue waits until then, as long as its
    /// lifetime lasts.
    fn may_send(&self, account: AccountId) -> Result<bool, Error> {
        let mut select = self
            .connection
            .prepare_cached("SELECT suspended, parent_id FROM account WHERE id = ?1")
            .map_err(failed("cannot look whether an account may send"))?;
        let mut above = Some(account.0);
        while let Some(id) = above {
            let found = select
                .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()
                .map_err(failed("cannot look whether an account may send"))?;
            above = match found {
                Some((false, parent)) => parent,
                Some((true, _)) | None => return Ok(false),
            };
        }
        Ok(true)
    }

    /// Lists accounts with entries in this lane that may send, those after `turn` first. However many may not, they take nobody's
    /// place.
    fn accounts(&self, lane: Lane, turn: AccountId) -> Result<Vec<AccountId>, Error> {
        let mut next = self
            .connection
            .prepare_cached(NEXT_ACCOUNT)
            .map_err(failed("cannot look into the queue"))?;
        let mut accounts = Vec::new();
        let mut after = turn.0;
        let mut wrapped = false;
        while accounts.len() < ACCOUNTS_PER_CLAIM {
            let mut rows = next
                .query((self.claim.connector.0, lane.as_u8(), after))
                .map_err(failed("cannot look into the queue"))?;
            let row = rows.next().map_err(failed("cannot look into the queue"))?;
            let found: Option<i64> = row
                .map(|row| row.get(0))
                .transpose()
                .map_err(failed("cannot look into the queue"))?;
            match found {
                Some(account) if wrapped && account > turn.0 => break,
                Some(account) => {
                    after = account;
                    if self.may_send(AccountId(account))? {
                        accounts.push(AccountId(account));
                    }
                }
                None if wrapped || turn.0 <= 0 => break,
                None => {
                    wrapped = true;
                    after = 0;
                }
            }
        }
        Ok(accounts)
    }

    /// Leases the account's oldest messages up to `share` segments; tells whether more may wait.
    fn take(&mut self, lane: Lane, account: AccountId, share: i64) -> Result<bool, Error> {
        let key = (self.claim.connector.0, lane.as_u8(), account.0);
        let mut select = self
            .connection
            .prepare_cached(OLDEST)
            .map_err(failed("cannot read the queue"))?;
        let mut rows = select
            .query((key.0, key.1, key.2, share))
            .map_err(failed("cannot read the queue"))?;
        let mut seen = 0;
        let mut taken = 0;
        let mut last = None;
        while taken < share {
            let Some(row) = rows.next().map_err(failed("cannot read the queue"))? else {
                break;
            };
            let entry = Entry::from_row(row).map_err(failed("cannot read a queue entry"))?;
            seen += 1;
            last = Some(entry.id);
            taken += i64::from(entry.segments);
            self.lease(lane, account, entry)?;
        }
        drop(rows);
        if let Some(last) = last {
            // All entries up to the last one seen are leased or ended.
            self.connection
                .prepare_cached(TAKE)
                .and_then(|mut delete| delete.execute((key.0, key.1, key.2, last.0)))
                .map_err(failed("cannot take from the queue"))?;
        }
        self.left -= taken;
        Ok(seen > 0)
    }

    /// Leases one message, unless something forbids it: here it is checked last, whatever was checked before.
    fn lease(&mut self, lane: Lane, account: AccountId, entry: Entry) -> Result<(), Error> {
        if entry.state != MessageState::Queued {
            // Its state moved on while it waited here (a late answer, a cancellation): nothing to send.
            return Ok(());
        }
        let shared = self.shared(entry.submission)?;
        let expires_at = shared.timing.expires_at(entry.id);
        if let Some(halt) = shared.halt {
            return self.keep_back(entry.id, halts::event(halt));
        }
        if expires_at <= self.claim.now {
            return self.keep_back(entry.id, Event::LifetimeOver);
        }
        let Ok(recipient) = Msisdn::parse(&entry.recipient) else {
            return self.keep_back(entry.id, Event::Fail(Reason::InternalError));
        };
        let originator: Arc<str> = match (shared.alternative, entry.originator) {
            (Some(alternative), _) if entry.alternative => alternative,
            (_, Some(own)) => own.into(),
            (_, None) => shared.originator,
        };
        if !shared.passes_stops && self.is_stopped(account, &entry.recipient, &originator)? {
            return self.keep_back(entry.id, Event::Suppress(Reason::OptedOut));
        }
        let (text, variables) = match entry.text {
            Some(own) => (own.into(), None),
            None => (shared.text, entry.variables),
        };
        self.connection
            .prepare_cached(
                "INSERT OR REPLACE INTO lease (message_id, connector_id, claimed_at) VALUES (?1, ?2, ?3)",
            )
            .and_then(|mut insert| {
                insert.execute((
                    entry.id.0,
                    self.claim.connector.0,
                    self.claim.now.as_millis(),
                ))
            })
            .map_err(failed("cannot lease a message"))?;
        self.messages.push(ClaimedMessage {
            id: entry.id,
            account,
            lane,
            recipient,
            originator,
            text,
            form: shared.form,
            variable_names: shared.variable_names,
            variables,
            segments: entry.segments,
            accepted: entry.accepted,
            attempts: entry.attempts,
            doubts: entry.doubts,
            expires_at,
        });
        Ok(())
    }

    /// Ends a message instead of leasing it, or holds it while its submission is paused.
    fn keep_back(&mut self, id: MessageId, event: Event) -> Result<(), Error> {
        let now = self.claim.now;
        self.kept_back = true;
        if let Some(mut message) = Message::load(self.connection, id)? {
            match event {
                Event::Hold(_) => {
                    message.apply(self.connection, &mut self.changes, event, now)?;
                }
                _ => message.end(self.connection, &mut self.changes, event, now)?,
            }
            message.save(self.connection, &mut self.changes)?;
        }
        Ok(())
    }

    fn is_stopped(
        &mut self,
        account: AccountId,
        number: &str,
        originator: &str,
    ) -> Result<bool, Error> {
        let stops = match self.stops.entry(account) {
            Known::Occupied(known) => *known.get(),
            Known::Vacant(unknown) => *unknown.insert(Stops::of(self.connection, account)?),
        };
        stops.forbid(self.connection, number, originator)
    }

    fn shared(&mut self, id: SubmissionId) -> Result<Shared, Error> {
        if let Some((last, shared)) = &self.submission
            && *last == id
        {
            return Ok(shared.clone());
        }
        let shared = self
            .connection
            .prepare_cached(&format!(
                "SELECT originator, alternative, text, variable_names, halt, form, passes_stops, {} FROM submission WHERE id = ?1",
                Timing::COLUMNS
            ))
            .and_then(|mut select| {
                select.query_row([id.0], |row| {
                    Ok(Shared {
                        originator: row.get_ref(0)?.as_str()?.into(),
                        alternative: row.get_ref(1)?.as_str_or_null()?.map(Into::into),
                        text: row.get_ref(2)?.as_str()?.into(),
                        variable_names: names(row.get_ref(3)?.as_str_or_null()?).into(),
                        halt: halts::halt_from(row.get(4)?),
                        form: form_from(row.get(5)?),
                        passes_stops: row.get(6)?,
                        timing: Timing::from_row(row, 7)?,
                    })
                })
            })
            .map_err(failed("cannot read a submission"))?;
        self.submission = Some((id, shared.clone()));
        Ok(shared)
    }
}

struct Entry {
    id: MessageId,
    submission: SubmissionId,
    recipient: String,
    variables: Option<String>,
    segments: u16,
    accepted: u64,
    attempts: u32,
    doubts: u32,
    state: MessageState,
    alternative: bool,
    /// Its own, like the originator.
    text: Option<String>,
    originator: Option<String>,
}

impl Entry {
    fn from_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: MessageId(row.get(0)?),
            submission: SubmissionId(row.get(1)?),
            recipient: row.get(2)?,
            variables: row.get(3)?,
            segments: row.get(4)?,
            accepted: row.get::<_, i64>(5)?.cast_unsigned(),
            attempts: row.get(6)?,
            doubts: row.get(7)?,
            state: state_from(row.get(8)?),
            alternative: row.get(9)?,
            text: row.get(10)?,
            originator: row.get(11)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sent::tests::plan;

    #[test]
    fn the_queue_is_read_along_its_key_and_nothing_is_sorted() {
        let key = "USING PRIMARY KEY (connector_id=? AND lane=? AND account_id";
        assert_eq!(plan(NEXT_ACCOUNT), [format!("SEARCH queue {key}>?)")]);
        assert_eq!(
            plan(OLDEST),
            [
                &*format!("SEARCH q {key}=?)"),
                "SEARCH m USING INTEGER PRIMARY KEY (rowid=?)"
            ]
        );
        assert_eq!(
            plan(TAKE),
            [format!("SEARCH queue {key}=? AND message_id<?)")]
        );
    }
}
