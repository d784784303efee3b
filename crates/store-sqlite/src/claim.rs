//! Claiming: from the queue to leases, fairly between accounts.

use std::sync::Arc;

use sms::state::Event;
use sms::{Form, Lane, MessageState, Reason};
use store::campaigns::Halt;
use store::queue::{Claim, Claimed, ClaimedMessage};
use store::{AccountId, Error, SubmissionId};

use crate::changes::Changes;
use crate::expansion::names;
use crate::message::{Lease, Message, columns, form_from};
use crate::timing::{Timing, timing_columns};
use crate::writing::{Sql, Writing};
use crate::{failed, halts, known, leases};

/// How many accounts share one claim in a lane; the others have their turn with the next ones.
const ACCOUNTS_PER_CLAIM: usize = 64;

/// The next account, by number, of which something waits in a lane of a connector.
pub(crate) static NEXT_ACCOUNT: Sql = Sql::new(
    "SELECT account_id FROM queue WHERE connector_id = ?1 AND lane = ?2 AND account_id > ?3 \
     ORDER BY account_id LIMIT 1",
);

/// What [`Entry::from_row`] reads.
static OLDEST: Sql = Sql::new(concat!(
    "SELECT ",
    columns!(),
    ", m.variables, m.alternative, m.text, m.originator FROM queue q JOIN message m ON m.id = q.message_id \
     WHERE q.connector_id = ?1 AND q.lane = ?2 AND q.account_id = ?3 ORDER BY q.message_id LIMIT ?4"
));

static TAKE: Sql = Sql::new(
    "DELETE FROM queue WHERE connector_id = ?1 AND lane = ?2 AND account_id = ?3 AND message_id <= ?4",
);

static SHARED: Sql = Sql::new(concat!(
    "SELECT originator, alternative, text, variable_names, halt, form, passes_stops, \
     EXISTS (SELECT 1 FROM submission_tally t WHERE t.submission_id = submission.id), ",
    timing_columns!(),
    " FROM submission WHERE id = ?1"
));

/// Turns queue entries into leases, lane by lane, until the segments asked for are found.
pub(crate) fn claim(writing: &Writing<'_>, claim: &Claim) -> Result<Claimed, Error> {
    // What the most urgent lane does not use of its own is nobody else's.
    let beyond = claim.max_otp_segments.saturating_sub(claim.max_segments);
    let mut run = Run {
        writing,
        claim,
        left: i64::from(claim.max_segments) + i64::from(beyond),
        messages: Vec::new(),
        submission: None,
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
    run.changes.close(writing)?;
    Ok(Claimed {
        messages: run.messages,
        turns,
        more: run.kept_back,
    })
}

struct Run<'a, 'c> {
    writing: &'a Writing<'c>,
    claim: &'a Claim,
    left: i64,
    messages: Vec<ClaimedMessage>,
    /// The submission read last: the messages of one stand together.
    submission: Option<(SubmissionId, Shared)>,
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
    /// Whether its tally is kept.
    is_tallied: bool,
    timing: Timing,
}

impl Run<'_, '_> {
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

    /// Lists accounts with entries in this lane that may send, those after `turn` first. However many may not, they take nobody's
    /// place.
    fn accounts(&self, lane: Lane, turn: AccountId) -> Result<Vec<AccountId>, Error> {
        let mut accounts = Vec::new();
        let mut after = turn.0;
        let mut wrapped = false;
        while accounts.len() < ACCOUNTS_PER_CLAIM {
            let key = (self.claim.connector.0, lane.as_u8(), after);
            let found: Option<i64> = self
                .writing
                .find(&NEXT_ACCOUNT, key, |row| row.get(0))
                .map_err(failed("cannot look into the queue"))?;
            match found {
                Some(account) if wrapped && account > turn.0 => break,
                Some(account) => {
                    after = account;
                    let account = AccountId(account);
                    // What it has in the queue waits while it may not, as long as its lifetime lasts.
                    if known::standing(self.writing, account)?.may_send {
                        accounts.push(account);
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
        let oldest = self
            .writing
            .using(&OLDEST, |select| {
                let mut rows = select.query((key.0, key.1, key.2, share))?;
                let (mut entries, mut taken) = (Vec::new(), 0);
                while taken < share
                    && let Some(row) = rows.next()?
                {
                    let entry = Entry::from_row(row)?;
                    taken += i64::from(entry.message.segments);
                    entries.push(entry);
                }
                Ok(entries)
            })
            .map_err(failed("cannot read the queue"))?;
        let (last, mut taken) = (oldest.last().map(|entry| entry.message.id), 0);
        for entry in oldest {
            taken += i64::from(entry.message.segments);
            self.lease(lane, account, entry)?;
        }
        if let Some(last) = last {
            // All entries up to the last one seen are leased or ended.
            self.writing
                .run(&TAKE, (key.0, key.1, key.2, last.0))
                .map_err(failed("cannot take from the queue"))?;
        }
        self.left -= taken;
        Ok(last.is_some())
    }

    /// Leases one message, unless something forbids it: here it is checked last, whatever was checked before.
    fn lease(&mut self, lane: Lane, account: AccountId, entry: Entry) -> Result<(), Error> {
        let mut message = entry.message;
        if message.state != MessageState::Queued {
            // Its state moved on while it waited here (a late answer, a cancellation): nothing to send.
            return Ok(());
        }
        let shared = self.shared(message.submission)?;
        let expires_at = shared.timing.expires_at(message.id);
        if let Some(halt) = shared.halt {
            return self.keep_back(message, halts::event(halt));
        }
        if expires_at <= self.claim.now {
            return self.keep_back(message, Event::LifetimeOver);
        }
        let Some(recipient) = message.recipient else {
            return self.keep_back(message, Event::Fail(Reason::InternalError));
        };
        let originator: Arc<str> = match (shared.alternative, entry.originator) {
            (Some(alternative), _) if entry.alternative => alternative,
            (_, Some(own)) => own.into(),
            (_, None) => shared.originator,
        };
        if !shared.passes_stops
            && known::stops(self.writing, account)?.forbid(
                self.writing,
                recipient.as_str(),
                &originator,
            )?
        {
            return self.keep_back(message, Event::Suppress(Reason::OptedOut));
        }
        let (text, variables) = match entry.text {
            Some(own) => (own.into(), None),
            None => (shared.text, entry.variables),
        };
        let now = self.claim.now.as_millis();
        leases::lease(self.writing, message.id, self.claim.connector, now)?;
        self.messages.push(ClaimedMessage {
            id: message.id,
            account,
            lane,
            recipient,
            originator,
            text,
            form: shared.form,
            variable_names: shared.variable_names,
            variables,
            segments: message.segments,
            accepted: message.accepted,
            attempts: message.attempts,
            doubts: message.doubts,
            expires_at,
        });
        message.lease = Lease::Since(now);
        message.is_tallied = Some(shared.is_tallied);
        self.writing.known().note(message);
        Ok(())
    }

    /// Ends a message instead of leasing it, or holds it while its submission is paused.
    fn keep_back(&mut self, mut message: Message, event: Event) -> Result<(), Error> {
        let now = self.claim.now;
        self.kept_back = true;
        match event {
            Event::Hold(_) => {
                message.apply(self.writing, &mut self.changes, event, now)?;
            }
            _ => message.end(self.writing, &mut self.changes, event, now)?,
        }
        // An earlier attempt may have been noted.
        self.writing.known().take(message.id);
        message.save(self.writing, &mut self.changes)
    }

    fn shared(&mut self, id: SubmissionId) -> Result<Shared, Error> {
        if let Some((last, shared)) = &self.submission
            && *last == id
        {
            return Ok(shared.clone());
        }
        let shared = self
            .writing
            .find(&SHARED, [id.0], |row| {
                Ok(Shared {
                    originator: row.get_ref(0)?.as_str()?.into(),
                    alternative: row.get_ref(1)?.as_str_or_null()?.map(Into::into),
                    text: row.get_ref(2)?.as_str()?.into(),
                    variable_names: names(row.get_ref(3)?.as_str_or_null()?).into(),
                    halt: halts::halt_from(row.get(4)?),
                    form: form_from(row.get(5)?),
                    passes_stops: row.get(6)?,
                    is_tallied: row.get(7)?,
                    timing: Timing::from_row(row, 8)?,
                })
            })
            .map_err(failed("cannot read a submission"))?
            .ok_or_else(|| Error::other(format!("there is no submission {id}"), None))?;
        self.submission = Some((id, shared.clone()));
        Ok(shared)
    }
}

/// A message that waits in the queue.
struct Entry {
    message: Message,
    variables: Option<String>,
    alternative: bool,
    /// Its own, like the originator.
    text: Option<String>,
    originator: Option<String>,
}

impl Entry {
    fn from_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            message: Message::from_row(row)?,
            variables: row.get(18)?,
            alternative: row.get(19)?,
            text: row.get(20)?,
            originator: row.get(21)?,
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
        assert_eq!(
            plan(NEXT_ACCOUNT.text()),
            [format!("SEARCH queue {key}>?)")]
        );
        assert_eq!(
            plan(OLDEST.text()),
            [
                &*format!("SEARCH q {key}=?)"),
                "SEARCH m USING INTEGER PRIMARY KEY (rowid=?)"
            ]
        );
        assert_eq!(
            plan(TAKE.text()),
            [format!("SEARCH queue {key}=? AND message_id<?)")]
        );
    }
}
