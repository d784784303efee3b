//! Gives an account's programs what they have yet to be given: reads notices, hands them to binds that receive, and forgets those
//! that have been taken.
//!
//! A notice is in the store until a program has answered that it has it and that is durable; then never again. So each is given
//! at least once, whatever stops in between. Nothing is read while nobody is bound to receive.

mod outbox;
mod written;

use std::sync::Arc;

use foldhash::HashMap;
use gateway::directory::SmppSettings;
use gateway::{AccountId, Error, Gateway, NoticeId};
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::time::sleep_until;

use super::receivers::{Delivery, Receivers, Report};
use crate::clock::Clock;
use outbox::Outbox;
pub(super) use outbox::{BindId, Outcome};
pub(super) use written::Written;

/// How often notices are looked for without being told that there are some: another process may have written them.
const LOOK_MS: u64 = 1_000;

/// How soon after a look the next one may follow when the bell rings: it does so for every account's, and often.
const BREATH_MS: u64 = 100;

/// How often forgetting what was taken is tried when the store is away and no receiver is left; then they are given once more.
const TRIES: u32 = 3;

/// Runs for one account until its last receiver has left and what was taken is forgotten.
pub(super) async fn run(
    gateway: Gateway,
    account: AccountId,
    receivers: Arc<Receivers>,
    mut reports: UnboundedReceiver<Report>,
) {
    let mut bell = gateway.notice_bell();
    let mut deliverer = Deliverer::new(gateway, account);
    loop {
        while let Ok(report) = reports.try_recv() {
            deliverer.hear(report);
        }
        deliverer.give();
        deliverer.forget().await;
        deliverer.read().await;
        deliverer.give();
        if deliverer.is_over() && receivers.retire(account, &reports) {
            return;
        }
        let due = deliverer.clock.instant(deliverer.due_ms());
        tokio::select! {
            report = reports.recv() => match report {
                Some(report) => deliverer.hear(report),
                // The door is gone, and every bind with it.
                None => return,
            },
            // Rung once, it need not be heard again before the next look.
            changed = bell.changed(), if !deliverer.rung => match changed {
                Ok(()) => deliverer.rung = true,
                Err(_) => return,
            },
            () = sleep_until(due) => {}
        }
    }
}

struct Deliverer {
    gateway: Gateway,
    account: AccountId,
    clock: Clock,
    outbox: Outbox,
    hands: HashMap<BindId, mpsc::Sender<Delivery>>,
    /// The last notice read.
    after: Option<NoticeId>,
    read_at_ms: u64,
    /// Whether the bell has rung since.
    rung: bool,
    /// Whether there was more than there was room for.
    more: bool,
    /// How often in a row the store was away.
    failures: u32,
    /// When what was taken is tried to be forgotten again.
    forget_at_ms: u64,
}

impl Deliverer {
    fn new(gateway: Gateway, account: AccountId) -> Self {
        Self {
            gateway,
            account,
            clock: Clock::start(),
            outbox: Outbox::default(),
            hands: HashMap::default(),
            after: None,
            read_at_ms: 0,
            rung: false,
            more: true,
            failures: 0,
            forget_at_ms: 0,
        }
    }

    fn hear(&mut self, report: Report) {
        let now_ms = self.clock.now_ms();
        match report {
            Report::Joined(bind, window, hands) => {
                self.hands.insert(bind, hands);
                self.outbox.set_window(bind, window);
            }
            Report::Window(bind, window) => self.outbox.set_window(bind, window),
            Report::Left(bind) => {
                self.hands.remove(&bind);
                self.outbox.leave(bind, now_ms);
            }
            Report::CameOf(bind, notice, outcome) => {
                let given_up = self.outbox.came_of(bind, notice, outcome, now_ms);
                if let Some(notice) = given_up {
                    let (account, notice) = (self.account, notice.id);
                    tracing::warn!(%account, %notice, ?outcome, "a program does not take a notice: it is given up");
                }
            }
        }
    }

    /// Hands over what can be given now; never waits.
    fn give(&mut self) {
        let now_ms = self.clock.now_ms();
        let account = self.gateway.account(self.account);
        let settings = account.map_or_else(SmppSettings::default, |account| {
            account.settings.smpp.clone()
        });
        while let Some((bind, notice)) = self.outbox.next(now_ms) {
            let id = notice.id;
            let delivery = Delivery {
                notice: id,
                written: Written::new(notice, &settings),
            };
            let hands = self.hands.get(&bind);
            if hands.is_none_or(|hands| hands.try_send(delivery).is_err()) {
                // It is on its way out: its leave follows.
                self.outbox.set_window(bind, 0);
                self.outbox.came_of(bind, id, Outcome::NotSent, now_ms);
            }
        }
    }

    /// Has the store forget what was taken.
    async fn forget(&mut self) {
        if self.forget_at_ms > self.clock.now_ms() {
            return;
        }
        let done = self.outbox.take_done();
        if done.is_empty() {
            return;
        }
        let forgotten = self.gateway.notices_given(self.account, done.clone());
        match forgotten.await {
            Ok(()) => self.well(),
            Err(error) => {
                self.outbox.put_back(done);
                self.forget_at_ms = self.clock.now_ms() + LOOK_MS;
                self.unwell(&error);
            }
        }
    }

    async fn read(&mut self) {
        let room = self.outbox.room();
        if room == 0 || self.look_at_ms() > self.clock.now_ms() {
            return;
        }
        self.rung = false;
        let limit = u32::try_from(room).unwrap_or(u32::MAX);
        let read = self.gateway.notices(self.account, self.after, limit).await;
        self.read_at_ms = self.clock.now_ms();
        match read {
            Ok(notices) => {
                self.more = notices.len() >= room;
                for notice in notices {
                    self.after = Some(notice.id);
                    self.outbox.add(notice);
                }
                self.well();
            }
            Err(error) => {
                self.more = false;
                self.unwell(&error);
            }
        }
    }

    fn look_at_ms(&self) -> u64 {
        if self.more {
            0
        } else if self.rung {
            self.read_at_ms + BREATH_MS
        } else {
            self.read_at_ms + LOOK_MS
        }
    }

    fn well(&mut self) {
        self.failures = 0;
    }

    fn unwell(&mut self, error: &Error) {
        if self.failures == 0 {
            tracing::error!(account = %self.account, ?error, "cannot read or forget what an account's programs have yet to be given");
        }
        self.failures = self.failures.saturating_add(1);
    }

    /// Tells whether nothing is left to do: nobody receives, and what was taken is forgotten or cannot be.
    fn is_over(&self) -> bool {
        !self.outbox.has_receivers() && (self.outbox.is_done() || self.failures >= TRIES)
    }

    /// Says when something is due without being told.
    fn due_ms(&self) -> u64 {
        let now_ms = self.clock.now_ms();
        let read = (self.outbox.room() > 0).then(|| self.look_at_ms());
        let forget = (!self.outbox.is_done()).then_some(self.forget_at_ms);
        let due = [read, forget, self.outbox.due_ms(now_ms)];
        due.into_iter().flatten().min().unwrap_or(u64::MAX)
    }
}
