//! One session of a link, from its bind request to its end.

mod inbound;
mod queries;
mod receipts;
mod submits;

use std::collections::VecDeque;
use std::sync::Arc;

use gateway::connector::{Inbound, Receipt};
use gateway::directory::ConnectorSettings;
use smpp::Session;
use smpp::session::{CloseReason, Event, SendError};
use tokio::sync::mpsc::UnboundedReceiver;

use super::congestion::Congestion;
use super::hands::{Done, Hands};
use super::link::give_back;
use super::plan::{Plan, session_config};
use super::slot::{Command, Slot, State};
use super::tickets::Tickets;
use super::trust::Trust;
use crate::driver::Party;
use queries::Queries;

/// How long a stopping link waits for answers, to its submits and to what the operator sent.
const STOP_MS: u64 = 3_000;

/// How long the operator may take to agree to the end.
const UNBIND_MS: u64 = 2_000;

/// How long a session must have been bound to count as useful without any answer.
const USEFUL_MS: u64 = 30_000;

pub(super) struct Bound<'a> {
    plan: &'a Plan,
    slot: &'a Slot,
    settings: Arc<ConnectorSettings>,
    commands: &'a mut UnboundedReceiver<Command>,
    session: u64,
    hands: Hands,
    queries: Queries,
    congestion: Congestion,
    trust: &'a mut Trust,
    /// Nothing is written before, by the pace or by a pause.
    write_again_ms: Option<u64>,
    tickets: Tickets,
    /// Receipts that the gateway has no room for yet.
    held: VecDeque<Receipt>,
    /// Messages from handsets that the gateway has no room for yet.
    heard: VecDeque<Inbound>,
    offer_again_ms: Option<u64>,
    stopping: Stopping,
    /// When the operator accepted the bind.
    since_ms: Option<u64>,
    useful: bool,
    /// Room for a header and a text.
    joined: Vec<u8>,
    end: Option<CloseReason>,
}

/// How far the end of a session in order has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stopping {
    No,
    /// Waiting for answers.
    Draining {
        until_ms: u64,
    },
    /// Asked to end the session.
    Unbinding {
        until_ms: u64,
    },
}

/// What a session of a link is told from outside.
pub(super) enum Told {
    Command(Command),
    Stop,
}

impl<'a> Bound<'a> {
    pub(super) fn new(
        plan: &'a Plan,
        slot: &'a Slot,
        commands: &'a mut UnboundedReceiver<Command>,
        trust: &'a mut Trust,
    ) -> Self {
        Self {
            plan,
            slot,
            settings: plan.settings(),
            commands,
            session: slot.next_session(),
            hands: Hands::default(),
            queries: Queries::default(),
            congestion: Congestion::new(),
            trust,
            write_again_ms: None,
            tickets: Tickets::default(),
            held: VecDeque::new(),
            heard: VecDeque::new(),
            offer_again_ms: None,
            stopping: Stopping::No,
            since_ms: None,
            useful: false,
            joined: Vec::new(),
            end: None,
        }
    }

    /// Why the session ended.
    pub(super) fn end(&self) -> CloseReason {
        self.end.unwrap_or(CloseReason::ConnectionLost)
    }

    /// Whether the session did something that speaks against a fault of the settings or of the operator.
    pub(super) fn was_useful(&self) -> bool {
        self.useful
    }

    fn change(&self, state: State) {
        if self.slot.change(state) {
            self.plan.inbox.changed();
        }
    }

    fn done(&self, done: Option<Done>) {
        if let Some(done) = done {
            self.slot.release(done.segments);
            self.plan.answer(done.answer);
        }
    }

    /// Ends the session in order.
    fn unbind(&mut self, session: &mut Session, now_ms: u64) {
        if matches!(self.stopping, Stopping::Unbinding { .. }) {
            return;
        }
        self.change(State::Down);
        self.stopping = Stopping::Unbinding {
            until_ms: now_ms + UNBIND_MS,
        };
        if session.bound().is_some() {
            self.log_unsent(session.unbind(now_ms));
        } else {
            session.close();
        }
    }

    fn stop_when_due(&mut self, session: &mut Session, now_ms: u64) {
        match self.stopping {
            Stopping::No => {}
            Stopping::Draining { until_ms } => {
                let drained = self.hands.is_empty() && self.tickets.is_empty();
                if drained || now_ms >= until_ms || session.bound().is_none() {
                    self.unbind(session, now_ms);
                }
            }
            Stopping::Unbinding { until_ms } => {
                if now_ms >= until_ms {
                    session.close();
                }
            }
        }
    }

    fn log_unsent(&self, sent: Result<(), SendError>) {
        if let Err(error) = sent {
            tracing::warn!(connector = self.plan.name, link = self.slot.number, %error, "cannot answer");
        }
    }
}

impl Party for Bound<'_> {
    type Command = Told;

    async fn next(&mut self) -> Told {
        tokio::select! {
            Some(command) = self.commands.recv() => Told::Command(command),
            () = self.plan.stop.cancelled(), if self.stopping == Stopping::No => Told::Stop,
            else => std::future::pending().await,
        }
    }

    fn another(&mut self) -> Option<Told> {
        self.commands.try_recv().ok().map(Told::Command)
    }

    fn command(&mut self, session: &mut Session, told: Told, now_ms: u64) {
        match told {
            Told::Command(Command::Submit(attempts)) => {
                // They were sent here while the link still looked as if it were up.
                if session.bound().is_none() {
                    give_back(self.plan, self.slot, &attempts);
                } else {
                    for attempt in attempts {
                        self.hands.add(attempt);
                    }
                }
            }
            Told::Command(Command::Acknowledge { tickets, taken }) => {
                self.acknowledge(session, &tickets, taken);
            }
            Told::Command(Command::Query(segments)) => self.queries.add(segments),
            Told::Command(Command::Adjust) => {
                self.settings = self.plan.settings();
                session.adjust(session_config(&self.settings));
                self.trust.resize(self.settings.window);
            }
            Told::Stop => {
                self.stopping = Stopping::Draining {
                    until_ms: now_ms + STOP_MS,
                };
            }
        }
    }

    fn event(&mut self, session: &mut Session, event: Event, now_ms: u64) {
        match event {
            Event::Bound(bound) => {
                let (connector, link) = (&self.plan.name, self.slot.number);
                let smsc = String::from_utf8_lossy(&bound.system_id);
                tracing::info!(connector, link, %smsc, mode = ?bound.mode, "the link is up");
                self.since_ms = Some(now_ms);
                self.change(State::Bound);
            }
            Event::Answered(answer) if Queries::named(answer.token) => {
                self.query_answered(&answer, now_ms);
            }
            Event::Answered(answer) => self.answered(session, &answer, now_ms),
            Event::AnsweredLate(answer) => self.answered_late(&answer),
            Event::TimedOut { token } if Queries::named(token) => self.queries.forget(token),
            Event::TimedOut { token } => {
                let done = self.hands.timed_out(token);
                self.done(done);
            }
            Event::Request(request) => self.request(session, &request, now_ms),
            Event::Unmatched(header) => {
                let (connector, link) = (&self.plan.name, self.slot.number);
                tracing::debug!(connector, link, ?header, "a response that answers nothing");
            }
            Event::Unbound => self.change(State::Down),
            // Only the other side of a session is asked to bind.
            Event::BindRequest(_) => {}
            Event::Closed {
                reason,
                outstanding,
            } => {
                let submits = outstanding.iter().filter(|token| !Queries::named(**token));
                self.trust.broken(submits.count());
                self.end = Some(reason);
                self.useful |= self
                    .since_ms
                    .is_some_and(|at_ms| at_ms + USEFUL_MS <= now_ms);
                self.change(State::Down);
                for done in self.hands.finish() {
                    self.done(Some(done));
                }
            }
        }
    }

    fn advance(&mut self, session: &mut Session, now_ms: u64) {
        self.write(session, now_ms);
        if !self.held.is_empty() || !self.heard.is_empty() {
            self.offer(now_ms);
        }
        self.stop_when_due(session, now_ms);
    }

    fn due_ms(&self) -> Option<u64> {
        let stop_ms = match self.stopping {
            Stopping::No => None,
            Stopping::Draining { until_ms } | Stopping::Unbinding { until_ms } => Some(until_ms),
        };
        [self.write_again_ms, self.offer_again_ms, stop_ms]
            .into_iter()
            .flatten()
            .min()
    }
}
