//! Tells accounts' programs what they have to be told: a few at once, none of them in the way of another, again after a while when
//! they do not listen.

mod health;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use sms::Timestamp;
use store::callbacks::{Callback, Event as Stored};
use store::{AccountId, CallbackId};
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::STORE_RETRY;
use crate::callback::{Call, Caller, Event, NotTold};
use crate::directory::{CredentialKind, Proof};
use crate::{Account, Gateway, Limits, Secret, Sent};

use health::Health;

/// How much is told at the same time.
const AT_ONCE: usize = 64;

/// How much of it one account's program is told at the most.
const EACH_AT_ONCE: u32 = 8;

/// After its first, an account begins one more only while there is room for so many times as much as it has: many programs that are
/// slow leave room for one that is not.
const ROOM_FOR_OTHERS: usize = 4;

/// How many callbacks are read at once: of [`AT_ONCE`] that are due as many can begin as there is room for, whatever is being told.
const READ: u32 = 64;

/// How many times it is read before something has to end: programs that fail are told one thing at a time, and leave room.
const LOOKS: u32 = 8;

/// How long what happens is gathered before it is told, so that a busy gateway does not look after each receipt.
const GATHER: Duration = Duration::from_millis(10);

/// How long after each attempt in vain the next one follows; after the last of them, some 22 hours after the first attempt, a
/// callback is given up.
const PAUSES_MINUTES: [i64; 7] = [1, 5, 15, 60, 3 * 60, 6 * 60, 12 * 60];

/// How often a stop tries to record what came of attempts before it leaves them to the next start.
const LAST_TRIES: u32 = 4;

pub(crate) async fn run(gateway: Gateway, caller: Arc<dyn Caller>, stop: CancellationToken) {
    let look_again = Duration::from_millis(gateway.0.tempo.callbacks_ms.max(1));
    let mut rung = gateway.0.callbacks.subscribe();
    let mut calls = Calls {
        gateway,
        caller,
        running: JoinSet::new(),
        attempts: HashMap::new(),
        ended: Vec::new(),
        after: AccountId(0),
        health: Health::default(),
    };
    while !stop.is_cancelled() {
        rung.mark_unchanged();
        calls.collect();
        if !calls.record().await {
            let _ = timeout(STORE_RETRY, stop.cancelled()).await;
            continue;
        }
        if let Err(error) = calls.begin().await {
            tracing::error!(?error, "cannot read callbacks");
        }
        if !calls.ended.is_empty() {
            continue;
        }
        tokio::select! {
            Some(ended) = calls.running.join_next_with_id() => calls.end(ended),
            _ = rung.changed() => sleep(GATHER).await,
            () = sleep(look_again) => {}
            () = stop.cancelled() => {}
        }
    }
    calls.finish().await;
}

/// What is being told, and what has yet to be recorded of it.
struct Calls {
    gateway: Gateway,
    caller: Arc<dyn Caller>,
    running: JoinSet<Result<(), NotTold>>,
    /// Of each that runs, what it is.
    attempts: HashMap<Id, Attempt>,
    /// What came of attempts, until it is recorded.
    ended: Vec<(Attempt, Outcome)>,
    /// The last account that was looked at.
    after: AccountId,
    health: Health,
}

/// One try to tell one thing.
#[derive(Clone, Copy)]
struct Attempt {
    callback: CallbackId,
    account: AccountId,
    /// How many there were before.
    before: u32,
}

/// What the store is to know of an attempt.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Told,
    Failed(Option<Timestamp>),
}

impl Calls {
    /// Begins to tell what is due, as far as there is room.
    async fn begin(&mut self) -> Result<(), store::Error> {
        for _ in 0..LOOKS {
            if self.attempts.len() >= AT_ONCE {
                break;
            }
            let now = self.gateway.now();
            let (closed, each) = (self.closed(now), EACH_AT_ONCE);
            let store = self.gateway.store();
            let due = store.callbacks_due(now, self.after, closed, each, READ);
            let due = due.await?;
            let all = due.len() < READ as usize;
            for callback in due {
                if self.attempts.len() >= AT_ONCE {
                    break;
                }
                self.after = callback.account;
                if self.has_room(callback.account, now) && !self.is_under_way(callback.id) {
                    self.tell(callback, now);
                }
            }
            if all {
                break;
            }
        }
        Ok(())
    }

    /// The accounts that can be told nothing more now.
    fn closed(&self, now: Timestamp) -> Vec<AccountId> {
        let told = self.attempts.values().map(|attempt| attempt.account);
        let known: HashSet<_> = told.chain(self.health.failing()).collect();
        let closed = known.into_iter();
        closed
            .filter(|account| !self.has_room(*account, now))
            .collect()
    }

    /// Tells whether the account's program can be told something more.
    fn has_room(&self, account: AccountId, now: Timestamp) -> bool {
        let told = self.attempts.values();
        let told = told.filter(|attempt| attempt.account == account).count();
        if self.health.is_failing(account) {
            told == 0 && !self.health.rests(account, now)
        } else {
            let free = AT_ONCE.saturating_sub(self.attempts.len());
            told == 0 || told < (free / ROOM_FOR_OTHERS).min(EACH_AT_ONCE as usize)
        }
    }

    fn is_under_way(&self, callback: CallbackId) -> bool {
        let ended = self.ended.iter().map(|(attempt, _)| attempt);
        let mut under_way = self.attempts.values().chain(ended);
        under_way.any(|attempt| attempt.callback == callback)
    }

    fn tell(&mut self, callback: Callback, now: Timestamp) {
        let attempt = Attempt {
            callback: callback.id,
            account: callback.account,
            before: callback.attempts,
        };
        let Some(account) = self.gateway.account(callback.account) else {
            // Its settings cannot be read, which has been reported: another version may.
            let failed = Outcome::Failed(next_try(attempt.before, now));
            self.ended.push((attempt, failed));
            return;
        };
        let Some(url) = account.settings.callback_url.clone() else {
            // Nobody wants to be told any more.
            self.ended.push((attempt, Outcome::Told));
            return;
        };
        let call = Call {
            id: callback.id,
            url,
            secret: self.secret(account.id),
            event: event(callback.event, &account, self.gateway.limits()),
            at: callback.at,
            account,
        };
        let caller = Arc::clone(&self.caller);
        let task = self.running.spawn(async move { caller.tell(&call).await });
        self.attempts.insert(task.id(), attempt);
    }

    /// What the account signs with, if it has set that.
    fn secret(&self, account: AccountId) -> Option<Secret> {
        let directory = self.gateway.directory();
        let name = (CredentialKind::CallbackSecret, account.to_string());
        let credential = directory.credentials.get(&name)?;
        match &credential.proof {
            Proof::Clear(secret) if credential.account == account => Some(secret.clone()),
            Proof::Clear(_) | Proof::Hashed(_) => None,
        }
    }

    /// Takes in what has ended meanwhile: without a wait, so that it has its turn whatever else there is to record.
    fn collect(&mut self) {
        while let Some(ended) = self.running.try_join_next_with_id() {
            self.end(ended);
        }
    }

    /// Decides what becomes of a callback that was tried.
    fn end(&mut self, ended: Result<(Id, Result<(), NotTold>), JoinError>) {
        let (id, told) = ended.unwrap_or_else(|error| {
            let defect = NotTold::Later("a defect stopped the attempt".into());
            (error.id(), Err(defect))
        });
        if let Some(attempt) = self.attempts.remove(&id) {
            let outcome = self.judge(attempt, told);
            self.ended.push((attempt, outcome));
        }
    }

    fn judge(&mut self, attempt: Attempt, told: Result<(), NotTold>) -> Outcome {
        let now = self.gateway.now();
        let (why, next) = match told {
            Ok(()) => {
                if self.health.note_success(attempt.account) {
                    tracing::info!(
                        account = self.name(attempt.account),
                        "the account's program can be told again"
                    );
                }
                return Outcome::Told;
            }
            Err(NotTold::Later(why)) => (why, next_try(attempt.before, now)),
            Err(NotTold::Never(why)) => (why, None),
        };
        if self.health.note_failure(attempt.account, now) {
            tracing::warn!(
                account = self.name(attempt.account),
                why,
                "the account's program cannot be told"
            );
        }
        Outcome::Failed(next)
    }

    fn name(&self, account: AccountId) -> String {
        self.gateway
            .account(account)
            .map_or_else(|| account.to_string(), |account| account.name.clone())
    }

    /// Records what came of attempts; tells whether the store has taken it. Until then nothing of it is tried again.
    async fn record(&mut self) -> bool {
        match self.try_to_record().await {
            Ok(()) => true,
            Err(error) => {
                tracing::error!(?error, "cannot record what was told yet");
                false
            }
        }
    }

    async fn try_to_record(&mut self) -> Result<(), store::Error> {
        let told = |(_, outcome): &(_, Outcome)| *outcome == Outcome::Told;
        let gone: Vec<_> = self.ended.iter().filter(|ended| told(ended)).collect();
        if !gone.is_empty() {
            let gone = gone.iter().map(|(attempt, _)| attempt.callback).collect();
            self.gateway.store().callbacks_told(gone).await?;
            self.ended.retain(|ended| !told(ended));
        }
        while let Some((attempt, outcome)) = self.ended.last().copied() {
            if let Outcome::Failed(due_at) = outcome {
                let failed = self.gateway.store();
                failed.callback_failed(attempt.callback, due_at).await?;
            }
            self.ended.pop();
        }
        Ok(())
    }

    /// Waits for what is under way, but not for ever: what was cut off is told again after the next start.
    async fn finish(mut self) {
        let drain = Duration::from_millis(self.gateway.0.tempo.drain_ms);
        let emptied = async {
            while let Some(ended) = self.running.join_next_with_id().await {
                self.end(ended);
            }
        };
        if timeout(drain, emptied).await.is_err() {
            tracing::warn!("not every program that was being told answered in time");
        }
        for _ in 0..LAST_TRIES {
            if self.record().await {
                return;
            }
            sleep(STORE_RETRY).await;
        }
        let lost = self.ended.len();
        tracing::error!(lost, "stopping without recording what was told");
    }
}

fn event(stored: Stored, account: &Account, limits: &Limits) -> Event {
    match stored {
        Stored::Ended(sent) => Event::Ended(Box::new(Sent::read(*sent, account.currency, limits))),
        Stored::Received(received) => Event::Received(received),
    }
}

/// When a callback is tried again that has just been tried in vain, after so many attempts before; `None` when it is given up.
fn next_try(before: u32, now: Timestamp) -> Option<Timestamp> {
    let pause = PAUSES_MINUTES.get(before as usize)?;
    Some(now.plus_millis(pause * 60_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_callback_is_tried_less_and_less_often_for_a_day_and_then_given_up() {
        let begin = Timestamp::from_millis(0);
        let (mut now, mut attempts) = (begin, 0);
        while let Some(next) = next_try(attempts, now) {
            assert!(next > now);
            (now, attempts) = (next, attempts + 1);
        }
        let hours = now.as_millis() / 3_600_000;
        assert_eq!((attempts, hours), (7, 22));
    }
}
