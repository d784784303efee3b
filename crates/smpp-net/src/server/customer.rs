//! One connection of a customer: who it is, what it asks, and the answers when they are there.

use std::net::SocketAddr;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt};
use gateway::{Accepted, Account, Error, Gateway, Message, MessageId, Secret};
use smpp::session::{BindRequest, Event, Request, SendError};
use smpp::time::{Absolute, Time};
use smpp::{CommandStatus, Header, Pdu, QuerySmResp, Session, SubmitSmResp};
use sms::Refusal;
use tokio_util::sync::CancellationToken;

use super::message::Incoming;
use super::parts::Parts;
use super::status::{message_state, refused};
use super::{Settings, message};
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
    parts: Parts,
    close_at_ms: Option<u64>,
    stopping: bool,
}

/// What a connection is told from outside.
pub(super) enum Told {
    SignedIn(Result<Arc<Account>, Error>),
    /// More requests than one when the text came in parts.
    Submitted(Vec<Header>, Result<Accepted, Error>),
    Queried(Header, Result<Message, Error>),
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
            parts: Parts::default(),
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
            Err(error @ Error::Unavailable(_)) => self.status(&error),
        };
        self.close_at_ms = Some(now_ms + REFUSED_MS);
        self.sent(session.refuse_bind(status));
    }

    fn request(&mut self, session: &mut Session, request: &Request, now_ms: u64) {
        let header = *request.header();
        let Some(account) = self.account.clone() else {
            self.sent(session.refuse(&header, CommandStatus::RINVBNDSTS));
            return;
        };
        let asked = match request.pdu() {
            // Nothing is wrong with it: the customer submits it again when the door is open again.
            _ if self.stopping => Err(CommandStatus::RSYSERR),
            Pdu::SubmitSm(submit) => message::read(&submit, account.id, self.gateway.now())
                .map(|incoming| self.incoming(session, header, incoming, now_ms)),
            Pdu::QuerySm(query) => message_id(query.message_id)
                .ok_or(CommandStatus::RINVMSGID)
                .map(|id| {
                    let gateway = self.gateway.clone();
                    let question =
                        async move { Told::Queried(header, look_up(&gateway, &account, id).await) };
                    self.asked.push(question.boxed());
                }),
            Pdu::CancelSm(_) => Err(CommandStatus::RCANCELFAIL),
            Pdu::ReplaceSm(_) => Err(CommandStatus::RREPLACEFAIL),
            Pdu::Bind(..)
            | Pdu::BindResp(..)
            | Pdu::Outbind(_)
            | Pdu::Unbind
            | Pdu::UnbindResp
            | Pdu::SubmitSmResp(_)
            | Pdu::SubmitMulti(_)
            | Pdu::SubmitMultiResp(_)
            | Pdu::DeliverSm(_)
            | Pdu::DeliverSmResp(_)
            | Pdu::DataSm(_)
            | Pdu::DataSmResp(_)
            | Pdu::QuerySmResp(_)
            | Pdu::CancelSmResp
            | Pdu::ReplaceSmResp
            | Pdu::EnquireLink
            | Pdu::EnquireLinkResp
            | Pdu::AlertNotification(_)
            | Pdu::GenericNack => Err(CommandStatus::RINVCMDID),
        };
        if let Err(status) = asked {
            self.sent(session.refuse(&header, status));
        }
    }

    fn incoming(&mut self, session: &mut Session, header: Header, incoming: Incoming, now_ms: u64) {
        let whole = match incoming {
            Incoming::Whole(submit) => Some((vec![header], Ok(submit))),
            Incoming::Part(part) => self.parts.add(header, part, now_ms),
        };
        match whole {
            None => {}
            Some((requests, Ok(submit))) => {
                let gateway = self.gateway.clone();
                let question =
                    async move { Told::Submitted(requests, gateway.submit(submit).await) };
                self.asked.push(question.boxed());
            }
            Some((requests, Err(status))) => self.refuse_all(session, &requests, status),
        }
    }

    fn submitted(
        &self,
        session: &mut Session,
        requests: &[Header],
        result: Result<Accepted, Error>,
    ) {
        match result {
            Ok(accepted) => {
                // A submit has one recipient, and so one message.
                let id = accepted.first_message.0.to_string();
                let response = Pdu::SubmitSmResp(SubmitSmResp {
                    message_id: id.as_bytes(),
                    ..SubmitSmResp::default()
                });
                for request in requests {
                    self.respond(session, request, &response);
                }
            }
            Err(error) => self.refuse_all(session, requests, self.status(&error)),
        }
    }

    fn queried(&self, session: &mut Session, request: &Header, result: Result<Message, Error>) {
        match result {
            Ok(message) => {
                let id = message.id.0.to_string();
                let final_date = message
                    .done_at
                    .and_then(|at| Absolute::from_unix_seconds(at.as_seconds(), 0))
                    .and_then(|at| Time::Absolute(at).format());
                let response = QuerySmResp {
                    message_id: id.as_bytes(),
                    final_date: final_date.as_ref().map_or(&[], |date| &date[..]),
                    message_state: message_state(message.state).message_state(),
                    error_code: 0,
                };
                self.respond(session, request, &Pdu::QuerySmResp(response));
            }
            Err(error) => self.refuse_all(session, &[*request], self.status(&error)),
        }
    }

    fn respond(&self, session: &mut Session, request: &Header, response: &Pdu<'_>) {
        let sequence_number = request.sequence_number;
        self.sent(session.respond(sequence_number, CommandStatus::ROK, response));
    }

    fn refuse_all(&self, session: &mut Session, requests: &[Header], status: CommandStatus) {
        for request in requests {
            self.sent(session.refuse(request, status));
        }
    }

    fn status(&self, error: &Error) -> CommandStatus {
        match error {
            Error::Refused(refusal) => {
                tracing::debug!(peer = %self.peer, %refusal, "a request is refused");
                refused(refusal)
            }
            Error::Unavailable(_) => {
                tracing::error!(peer = %self.peer, ?error, "cannot answer a customer");
                CommandStatus::RSYSERR
            }
        }
    }

    fn sent(&self, sent: Result<(), SendError>) {
        if let Err(error) = sent {
            tracing::debug!(peer = %self.peer, %error, "an answer came too late for its session");
        }
    }
}

/// Messages are named by their number in decimal, as by every other front end that names them.
fn message_id(message_id: &[u8]) -> Option<MessageId> {
    let id = std::str::from_utf8(message_id).ok()?.parse().ok()?;
    Some(MessageId(id))
}

async fn look_up(gateway: &Gateway, account: &Account, id: MessageId) -> Result<Message, Error> {
    let found = gateway.messages_by_id(account.id, vec![id]).await?;
    let sent = found.into_iter().next().ok_or(Refusal::UnknownMessage)?;
    Ok(sent.message)
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
            Told::Submitted(requests, result) => self.submitted(session, &requests, result),
            Told::Queried(request, result) => self.queried(session, &request, result),
            Told::Stop => {
                self.stopping = true;
                self.close_at_ms = Some(now_ms + STOP_MS);
                let requests = self.parts.give_up(None);
                self.refuse_all(session, &requests, CommandStatus::RSYSERR);
            }
        }
    }

    fn event(&mut self, session: &mut Session, event: Event, now_ms: u64) {
        match event {
            Event::BindRequest(request) => self.bind(session, &request),
            Event::Request(request) => self.request(session, &request, now_ms),
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
        let requests = self.parts.give_up(Some(now_ms));
        self.refuse_all(session, &requests, CommandStatus::RSUBMITFAIL);
        let due = self.close_at_ms.is_some_and(|at_ms| at_ms <= now_ms);
        if self.stopping && session.bound().is_some() && (due || self.asked.is_empty()) {
            self.close_at_ms = Some(now_ms + UNBIND_MS);
            self.sent(session.unbind(now_ms));
        } else if due || (self.stopping && self.account.is_none()) {
            session.close();
        }
    }

    fn due_ms(&self) -> Option<u64> {
        [self.close_at_ms, self.parts.due_ms()]
            .into_iter()
            .flatten()
            .min()
    }
}
