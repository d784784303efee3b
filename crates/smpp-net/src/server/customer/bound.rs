//! What a bound customer is held to, and by which way it is given what its account has yet to be given.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

use gateway::Account;
use gateway::directory::SmppSettings;
use smpp::session::{Answer, Config, Request, SendError};
use smpp::{BindMode, Session};
use sms::Refusal;
use tokio::sync::watch;

use crate::server::Settings;
use crate::server::binds::Bind;
use crate::server::door::Door;
use crate::server::receivers::{Delivery, Receiver, WINDOW};
use crate::server::requests::messages;

/// How often it is looked whether the account has changed when the customer asks nothing.
const LOOK_MS: u64 = 1_000;

pub(super) struct Bound {
    account: Arc<Account>,
    latin1: bool,
    bind: Bind,
    doubts: watch::Receiver<()>,
    /// Its place among the receivers; `None` for a transmitter.
    receiver: Option<Receiver>,
    look_at_ms: u64,
}

/// What a bound customer's connection hears of.
pub(in crate::server) enum Heard {
    /// There is something to give.
    Delivery(Delivery),
    /// It is doubted that the customer is alive.
    Doubt,
}

impl Bound {
    /// Counts it among the account's binds; `None` when the account has as many as it may have.
    pub(super) fn enter(
        door: &Door,
        account: Arc<Account>,
        latin1: bool,
        now_ms: u64,
    ) -> Option<Self> {
        let limit = account.settings.smpp.binds;
        let limit = limit.map_or(door.settings.binds, |limit| limit as usize);
        let bind = door.binds.enter(account.id, limit)?;
        Some(Self {
            account,
            latin1,
            doubts: bind.doubts(),
            bind,
            receiver: None,
            look_at_ms: now_ms + LOOK_MS,
        })
    }

    /// Sets the session's bounds, and joins the receivers if it is bound to receive.
    pub(super) fn begin(&mut self, door: &Door, session: &mut Session, mode: BindMode) {
        let window = window(&door.settings, &self.account.settings.smpp);
        set_window(session, window);
        if mode.receives() {
            // What it waits for may be long in coming; whether it is alive it is asked anyway.
            session.adjust(Config {
                inactivity_ms: None,
                ..session.config().clone()
            });
            let joined = door.receivers.join(self.account.id, self.bind.id, window);
            self.receiver = Some(joined);
        }
    }

    pub(super) fn account(&self) -> &Arc<Account> {
        &self.account
    }

    /// Tells whether texts that name no alphabet are in Latin-1.
    pub(super) const fn latin1(&self) -> bool {
        self.latin1
    }

    /// Says when to look for changes of the account next.
    pub(super) fn due_ms(&self) -> u64 {
        self.look_at_ms
    }

    /// Takes on what has been changed of the account; refuses one that may not be used any more, or not from there.
    pub(super) fn look(
        &mut self,
        door: &Door,
        session: &mut Session,
        peer: IpAddr,
        now_ms: u64,
    ) -> Result<(), Refusal> {
        self.look_at_ms = now_ms + LOOK_MS;
        let present = door.gateway.account(self.account.id);
        let present = present.ok_or(Refusal::UnknownCredential)?;
        if Arc::ptr_eq(&present, &self.account) {
            return Ok(());
        }
        self.account = present;
        self.account.admits(Some(peer))?;
        let window = window(&door.settings, &self.account.settings.smpp);
        set_window(session, window);
        if let Some(receiver) = &mut self.receiver
            && session.bound().is_some()
        {
            receiver.set_window(window);
        }
        Ok(())
    }

    /// Lets a request through within the account's throughput.
    pub(super) fn admits(&self, door: &Door, request: &Request) -> bool {
        let own = self.account.settings.smpp.throughput_per_second;
        let per_second = NonZeroU32::new(own.unwrap_or(door.settings.throughput_per_second));
        match (per_second, messages(request)) {
            (None, _) | (_, 0) => true,
            (Some(per_second), messages) => {
                let now_ms = door.clock.now_ms();
                self.bind.admits(now_ms, per_second, messages)
            }
        }
    }

    /// Takes a further thing that there is to give.
    pub(super) fn another(&mut self) -> Option<Heard> {
        let delivery = self.receiver.as_mut()?.another()?;
        Some(Heard::Delivery(delivery))
    }

    /// Says that nothing more shall come.
    pub(super) fn receives_no_more(&mut self) {
        if let Some(receiver) = &mut self.receiver {
            receiver.set_window(0);
        }
    }

    pub(super) fn answered(&self, answer: &Answer) {
        if let Some(receiver) = &self.receiver {
            receiver.answered(answer);
        }
    }

    pub(super) fn unanswered(&self, token: u64) {
        if let Some(receiver) = &self.receiver {
            receiver.unanswered(token);
        }
    }

    pub(super) fn not_sent(&self, token: u64, error: SendError) {
        if let Some(receiver) = &self.receiver {
            receiver.not_sent(token, error);
        }
    }
}

/// Waits for what a bound customer's connection hears of; for ever when it is not bound.
pub(super) async fn next(bound: Option<&mut Bound>) -> Heard {
    let Some(bound) = bound else {
        return std::future::pending().await;
    };
    let Bound {
        receiver, doubts, ..
    } = bound;
    let delivery = async {
        match receiver {
            Some(receiver) => receiver.next().await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        delivery = delivery => Heard::Delivery(delivery),
        Ok(()) = doubts.changed() => Heard::Doubt,
        else => std::future::pending().await,
    }
}

fn set_window(session: &mut Session, window: usize) {
    session.adjust(Config {
        window,
        peer_window: window,
        ..session.config().clone()
    });
}

/// How many requests may be unanswered, either side's.
fn window(door: &Settings, account: &SmppSettings) -> usize {
    let window = account.window.map_or(door.window, |window| window as usize);
    window.clamp(1, WINDOW)
}
