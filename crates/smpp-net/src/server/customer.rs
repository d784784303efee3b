//! One connection of a customer: who it is, what it asks and what it is given, and the answers when they are there.

mod bound;

use std::net::SocketAddr;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::stream::{FuturesUnordered, StreamExt};
use gateway::Account;
use smpp::session::{BindRequest, Event, Request, SendError};
use smpp::{CommandStatus, Header, Session};
use tokio_util::sync::CancellationToken;

use super::door::Door;
use super::receivers::{Delivery, token};
use super::requests::{Answer, Asked, ask};
use super::signing_in::{Credentials, Refused};
use super::strangers::Visitor;
use crate::driver::Party;
use bound::{Bound, Heard};

/// How long a connection stays after a refused bind: who guesses passwords waits for each.
const REFUSED_MS: u64 = 1_000;

/// How long a closing door waits for submissions that are being stored, and for what was given to be answered.
const STOP_MS: u64 = 3_000;

/// How long a customer may take to agree to the end.
const UNBIND_MS: u64 = 2_000;

pub(super) struct Customer {
    door: Arc<Door>,
    peer: SocketAddr,
    /// Cancelled when it has to go.
    stop: CancellationToken,
    /// Its room; it is counted among the connections that are not bound, as long as it is not.
    visitor: Visitor,
    bound: Option<Bound>,
    /// What the gateway was asked and has not answered.
    asked: FuturesUnordered<Asked>,
    close_at_ms: Option<u64>,
    /// Whether it shall end in order.
    leaving: bool,
}

/// What a connection is told from outside.
pub(super) enum Told {
    SignedIn(Credentials, Result<Arc<Account>, Refused>),
    Answered(Header, Answer),
    Heard(Heard),
    Stop,
}

impl Customer {
    pub(super) fn new(door: Arc<Door>, peer: SocketAddr, visitor: Visitor) -> Self {
        Self {
            door,
            peer,
            stop: visitor.leave(),
            visitor,
            bound: None,
            asked: FuturesUnordered::new(),
            close_at_ms: None,
            leaving: false,
        }
    }

    /// Waits for what is still being stored: the customer is gone, but its submissions shall not stay half done.
    pub(super) async fn finish(mut self) {
        self.bound = None;
        self.visitor.is_known();
        while self.asked.next().await.is_some() {}
    }

    fn bind(&mut self, session: &mut Session, request: &BindRequest) {
        // One attempt for each connection, or the wait after a refusal would be none.
        if self.close_at_ms.is_some() {
            self.sent(session.refuse_bind(CommandStatus::RBINDFAIL));
            return;
        }
        // Another has its room already: it is about to be closed.
        if !self.visitor.stays() {
            return;
        }
        let credentials = Credentials::of(request);
        let (door, peer) = (Arc::clone(&self.door), self.peer.ip());
        let question = async move {
            let account = credentials.sign_in(&door.gateway, peer).await;
            Told::SignedIn(credentials, account)
        };
        self.asked.push(question.boxed());
    }

    fn signed_in(
        &mut self,
        session: &mut Session,
        credentials: &Credentials,
        result: Result<Arc<Account>, Refused>,
        now_ms: u64,
    ) {
        let login = credentials.login();
        let entered = result.and_then(|account| {
            let bound = Bound::enter(&self.door, account, credentials.latin1(), now_ms);
            bound.ok_or(Refused::TooManyBinds)
        });
        match entered {
            Ok(mut bound) => {
                self.sent(session.accept_bind(now_ms, self.door.settings.system_id.as_bytes()));
                // The program may have gone meanwhile.
                let Some(mode) = session.bound() else {
                    return;
                };
                bound.begin(&self.door, session, mode);
                let account = bound.account().id;
                tracing::info!(peer = %self.peer, login, %account, ?mode, "a customer is bound");
                self.bound = Some(bound);
                self.visitor.is_known();
            }
            Err(refused) => {
                refused.tell(self.peer, &login);
                self.visitor.waits();
                self.close_at_ms = Some(now_ms + REFUSED_MS);
                self.sent(session.refuse_bind(refused.status()));
            }
        }
    }

    fn request(&mut self, session: &mut Session, request: &Request, now_ms: u64) {
        let header = *request.header();
        self.look(session, now_ms);
        let admitted = match &self.bound {
            // Nothing is wrong with it: the customer submits it again when the door is open again.
            _ if self.leaving => Err(CommandStatus::RSYSERR),
            None => Err(CommandStatus::RINVBNDSTS),
            Some(bound) if !bound.admits(&self.door, request) => Err(CommandStatus::RTHROTTLED),
            Some(bound) => ask(&self.door.gateway, bound.account(), bound.latin1(), request),
        };
        match admitted {
            Ok(asked) => self.asked.push(asked),
            Err(status) => self.sent(session.refuse(&header, status)),
        }
    }

    /// Follows what has been changed of the account; one that may not be used any more is unbound.
    fn look(&mut self, session: &mut Session, now_ms: u64) {
        let Some(bound) = self.bound.as_mut().filter(|_| !self.leaving) else {
            return;
        };
        let looked = bound.look(&self.door, session, self.peer.ip(), now_ms);
        if let Err(refusal) = looked {
            let account = bound.account().id;
            tracing::warn!(peer = %self.peer, %account, %refusal, "a customer is unbound");
            self.leave(now_ms);
        }
    }

    /// When to look for changes of the account; who is on its way out is not concerned.
    fn look_at_ms(&self) -> Option<u64> {
        let bound = self.bound.as_ref().filter(|_| !self.leaving);
        bound.map(Bound::due_ms)
    }

    fn leave(&mut self, now_ms: u64) {
        self.leaving = true;
        self.close_at_ms = Some(now_ms + STOP_MS);
        if let Some(bound) = &mut self.bound {
            bound.receives_no_more();
        }
    }

    fn heard(&self, session: &mut Session, heard: Heard, now_ms: u64) {
        match heard {
            Heard::Delivery(Delivery { notice, written }) => {
                let token = token(notice);
                let given = session.deliver(now_ms, token, &written.pdu());
                if let (Err(error), Some(bound)) = (given, &self.bound) {
                    bound.not_sent(token, error);
                }
            }
            Heard::Doubt => {
                // It may be on its way out already, and then nobody doubts that.
                let _ = session.enquire(now_ms);
            }
        }
    }

    fn sent(&self, sent: Result<(), SendError>) {
        if let Err(error) = sent {
            tracing::debug!(peer = %self.peer, %error, "an answer came too late for its session");
        }
    }
}

impl Party for Customer {
    type Command = Told;

    async fn next(&mut self) -> Told {
        let Self {
            asked, bound, stop, ..
        } = self;
        tokio::select! {
            Some(told) = asked.next() => told,
            heard = bound::next(bound.as_mut()) => Told::Heard(heard),
            () = stop.cancelled(), if !self.leaving => Told::Stop,
        }
    }

    fn another(&mut self) -> Option<Told> {
        let answered = self.asked.next().now_or_never().flatten();
        let delivery = || self.bound.as_mut()?.another().map(Told::Heard);
        answered.or_else(delivery)
    }

    fn command(&mut self, session: &mut Session, told: Told, now_ms: u64) {
        match told {
            Told::SignedIn(credentials, result) => {
                self.signed_in(session, &credentials, result, now_ms);
            }
            Told::Answered(request, answer) => self.sent(answer.send(session, &request)),
            Told::Heard(heard) => self.heard(session, heard, now_ms),
            Told::Stop => self.leave(now_ms),
        }
    }

    fn event(&mut self, session: &mut Session, event: Event, now_ms: u64) {
        let bound = self.bound.as_mut();
        match event {
            Event::BindRequest(request) => self.bind(session, &request),
            Event::Request(request) => self.request(session, &request, now_ms),
            Event::Answered(answer) | Event::AnsweredLate(answer) => {
                if let Some(bound) = bound {
                    bound.answered(&answer);
                }
            }
            Event::TimedOut { token } => {
                if let Some(bound) = bound {
                    bound.unanswered(token);
                }
            }
            Event::Unbound => {
                if let Some(bound) = bound {
                    bound.receives_no_more();
                }
            }
            Event::Closed { reason, .. } => {
                // What it has not answered is given to others from here on.
                self.bound = None;
                tracing::info!(peer = %self.peer, %reason, "a customer's connection is closed");
            }
            Event::Bound(_) | Event::Unmatched(_) => {}
        }
    }

    fn advance(&mut self, session: &mut Session, now_ms: u64) {
        if self.look_at_ms().is_some_and(|at_ms| at_ms <= now_ms) {
            self.look(session, now_ms);
        }
        let due = self.close_at_ms.is_some_and(|at_ms| at_ms <= now_ms);
        let is_done = self.asked.is_empty() && session.outstanding() == 0;
        if self.leaving && session.bound().is_some() && (due || is_done) {
            self.close_at_ms = Some(now_ms + UNBIND_MS);
            self.sent(session.unbind(now_ms));
        } else if due || (self.leaving && self.bound.is_none()) {
            session.close();
        }
    }

    fn due_ms(&self) -> Option<u64> {
        let due = [self.close_at_ms, self.look_at_ms()];
        due.into_iter().flatten().min()
    }
}
