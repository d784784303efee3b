//! One connection of a customer: who it is, what it asks, and the answers when they are there.

use std::net::SocketAddr;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt};
use gateway::{Account, Error, Gateway, Secret};
use smpp::session::{BindRequest, Event, Request, SendError};
use smpp::{CommandStatus, Header, Session};
use tokio_util::sync::CancellationToken;

use super::Settings;
use super::requests::{Answer, ask};
use super::status::status;
use crate::driver::Party;

/// How long a connection stays after a refused bind: who guesses passwords waits for each.
const REFUSED_MS: u64 = 1_000;

/// How long a closing door waits for submissions that are being stored.
const STOP_MS: u64 = 3_000;

/// How long a customer may take to agree to the end.
const UNBIND_MS: u64 = 2_000;

pub(super) struct Customer<'a> {
    gateway: Gateway,
    settings: &'a Settings,
    peer: SocketAddr,
    stop: CancellationToken,
    account: Option<Arc<Account>>,
    /// What the gateway was asked and has not answered.
    asked: FuturesUnordered<BoxFuture<'static, Told>>,
    close_at_ms: Option<u64>,
    stopping: bool,
}

/// What a connection is told from outside.
pub(super) enum Told {
    SignedIn(Result<Arc<Account>, Error>),
    Answered(Header, Answer),
    Stop,
}

impl<'a> Customer<'a> {
    pub(super) fn new(
        gateway: Gateway,
        settings: &'a Settings,
        peer: SocketAddr,
        stop: CancellationToken,
    ) -> Self {
        Self {
            gateway,
            settings,
            peer,
            stop,
            account: None,
            asked: FuturesUnordered::new(),
            close_at_ms: None,
            stopping: false,
        }
    }

    /// Waits for what is still being stored: the customer is gone, but its submissions shall not stay half done.
    pub(super) async fn finish(mut self) {
        while self.asked.next().await.is_some() {}
    }

    fn bind(&self, session: &mut Session, request: &BindRequest) {
        let bind = request.bind();
        let login = std::str::from_utf8(bind.system_id).map(str::to_owned);
        let password = std::str::from_utf8(bind.password).map(Secret::new);
        // One attempt for each connection, or the wait after a refusal would be none.
        let (Ok(login), Ok(password), None) = (login, password, self.close_at_ms) else {
            self.sent(session.refuse_bind(CommandStatus::RBINDFAIL));
            return;
        };
        let (gateway, peer) = (self.gateway.clone(), self.peer.ip());
        let question = async move {
            let account = gateway.sign_in(&login, password.reveal()).await;
            Told::SignedIn(account.and_then(|account| {
                account.admits(Some(peer))?;
                Ok(account)
            }))
        };
        self.asked.push(question.boxed());
    }

    fn signed_in(
        &mut self,
        session: &mut Session,
        result: Result<Arc<Account>, Error>,
        now_ms: u64,
    ) {
        let status = match result {
            Ok(account) => {
                tracing::info!(peer = %self.peer, account = %account.id, "a customer is bound");
                self.account = Some(account);
                self.sent(session.accept_bind(now_ms, self.settings.system_id.as_bytes()));
                return;
            }
            // One answer for all: whether a login exists or is suspended is nobody's business who cannot sign in.
            Err(Error::Refused(refusal)) => {
                tracing::warn!(peer = %self.peer, %refusal, "a bind is refused");
                CommandStatus::RBINDFAIL
            }
            Err(error @ Error::Unavailable(_)) => status(&error, CommandStatus::RBINDFAIL),
        };
        self.close_at_ms = Some(now_ms + REFUSED_MS);
        self.sent(session.refuse_bind(status));
    }

    fn request(&mut self, session: &mut Session, request: &Request) {
        let header = *request.header();
        let Some(account) = &self.account else {
            self.sent(session.refuse(&header, CommandStatus::RINVBNDSTS));
            return;
        };
        if self.stopping {
            // Nothing is wrong with it: the customer submits it again when the door is open again.
            self.sent(session.refuse(&header, CommandStatus::RSYSERR));
            return;
        }
        match ask(&self.gateway, account, false, request) {
            Ok(answer) => {
                let told = answer.map(move |answer| Told::Answered(header, answer));
                self.asked.push(told.boxed());
            }
            Err(status) => self.sent(session.refuse(&header, status)),
        }
    }

    fn sent(&self, sent: Result<(), SendError>) {
        if let Err(error) = sent {
            tracing::debug!(peer = %self.peer, %error, "an answer came too late for its session");
        }
    }
}

impl Party for Customer<'_> {
    type Command = Told;

    async fn next(&mut self) -> Told {
        tokio::select! {
            Some(told) = self.asked.next() => told,
            () = self.stop.cancelled(), if !self.stopping => Told::Stop,
            else => std::future::pending().await,
        }
    }

    fn another(&mut self) -> Option<Told> {
        self.asked.next().now_or_never().flatten()
    }

    fn command(&mut self, session: &mut Session, told: Told, now_ms: u64) {
        match told {
            Told::SignedIn(result) => self.signed_in(session, result, now_ms),
            Told::Answered(request, answer) => self.sent(answer.send(session, &request)),
            Told::Stop => {
                self.stopping = true;
                self.close_at_ms = Some(now_ms + STOP_MS);
            }
        }
    }

    fn event(&mut self, session: &mut Session, event: Event, _: u64) {
        match event {
            Event::BindRequest(request) => self.bind(session, &request),
            Event::Request(request) => self.request(session, &request),
            Event::Closed { reason, .. } => {
                tracing::info!(peer = %self.peer, %reason, "a customer's connection is closed");
            }
            // This side asks nothing but `enquire_link`, which the session does by itself.
            Event::Bound(_)
            | Event::Answered(_)
            | Event::TimedOut { .. }
            | Event::AnsweredLate(_)
            | Event::Unmatched(_)
            | Event::Unbound => {}
        }
    }

    fn advance(&mut self, session: &mut Session, now_ms: u64) {
        let due = self.close_at_ms.is_some_and(|at_ms| at_ms <= now_ms);
        if self.stopping && session.bound().is_some() && (due || self.asked.is_empty()) {
            self.close_at_ms = Some(now_ms + UNBIND_MS);
            self.sent(session.unbind(now_ms));
        } else if due || (self.stopping && self.account.is_none()) {
            session.close();
        }
    }

    fn due_ms(&self) -> Option<u64> {
        self.close_at_ms
    }
}
