//! One session of a link, from its bind request to its end: attempts become submits, answers become answers, receipts go to
//! the gateway and are answered when it has them.

use std::collections::VecDeque;

use gateway::connector::{Receipt, Ticket};
use smpp::session::{Answer, CloseReason, Event, Request, SendError};
use smpp::status::classify;
use smpp::{
    CommandId, CommandStatus, DataSmResp, DeliverSmResp, Header, Pdu, Session, Tag, message_id,
    receipt,
};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::mpsc::error::TrySendError;

use super::congestion::Congestion;
use super::failure::{self, QUEUE_FULL, Verdict, judge, throttled};
use super::hands::{Done, Hands};
use super::link::give_back;
use super::outcome::outcome;
use super::plan::Plan;
use super::slot::{Command, Slot, State};
use super::submit::{submit_sm, validity_period};
use super::tickets::Tickets;
use crate::driver::Party;

/// How often receipts are offered again that the gateway had no room for.
const OFFER_AGAIN_MS: u64 = 10;

/// How long a stopping link waits for answers, to its submits and to the operator's receipts.
const STOP_MS: u64 = 3_000;

/// How long the operator may take to agree to the end.
const UNBIND_MS: u64 = 2_000;

/// How long a session must have been bound to count as useful without any answer.
const USEFUL_MS: u64 = 30_000;

pub(super) struct Bound<'a> {
    plan: &'a Plan,
    slot: &'a Slot,
    commands: &'a mut UnboundedReceiver<Command>,
    session: u64,
    hands: Hands,
    congestion: Congestion,
    /// Nothing is written before, by the pace or by a pause.
    write_again_ms: Option<u64>,
    tickets: Tickets,
    /// Receipts that the gateway has no room for yet.
    held: VecDeque<Receipt>,
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
    ) -> Self {
        Self {
            plan,
            slot,
            commands,
            session: slot.next_session(),
            hands: Hands::default(),
            congestion: Congestion::new(),
            write_again_ms: None,
            tickets: Tickets::default(),
            held: VecDeque::new(),
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

    /// Writes segments as far as window, pace and pauses allow.
    fn write(&mut self, session: &mut Session, now_ms: u64) {
        self.write_again_ms = None;
        if session.bound().is_none() {
            return;
        }
        if let Some(until_ms) = self.congestion.paused_until_ms(now_ms) {
            self.change(State::Pausing);
            self.write_again_ms = Some(until_ms);
            return;
        }
        self.change(State::Bound);
        for _ in 0..session.free_window() {
            let Some((token, attempt, segment)) = self.hands.next() else {
                return;
            };
            if let Err(again_ms) = self.plan.pace(now_ms) {
                self.write_again_ms = Some(again_ms);
                return;
            }
            let validity = self
                .plan
                .settings
                .send_validity
                .then(|| validity_period(attempt))
                .flatten();
            let submit = submit_sm(attempt, segment, validity.as_ref(), &mut self.joined);
            match session.submit(now_ms, token, &submit) {
                Ok(()) => self.hands.written(token),
                Err(SendError::WindowFull | SendError::NotAllowed) => return,
                Err(error @ (SendError::WrongDirection | SendError::Encode(_))) => {
                    let message = attempt.message.0;
                    tracing::error!(connector = self.plan.name, message, %error, "cannot be written");
                    let reason = sms::Reason::MalformedForRoute;
                    let failure = gateway::connector::Failure::Refused(reason);
                    let done = self.hands.failed(token, failure);
                    self.done(done);
                }
            }
        }
    }

    fn answered(&mut self, session: &mut Session, answer: &Answer, now_ms: u64) {
        let token = answer.token;
        self.useful = true;
        let done = match self.judge(answer) {
            Verdict::Accepted => {
                self.congestion.flowing();
                self.hands.accepted(token, answer.message_id().to_vec())
            }
            Verdict::Failed(failure) => {
                self.congestion.flowing();
                self.hands.failed(token, failure)
            }
            Verdict::Throttled => {
                let pause_ms = self.congestion.throttled(now_ms);
                self.hands.failed(token, throttled(pause_ms))
            }
            Verdict::QueueFull => {
                let failure = match self.congestion.queue_full(now_ms) {
                    Some(pause_ms) => throttled(pause_ms),
                    None => QUEUE_FULL,
                };
                self.hands.failed(token, failure)
            }
            Verdict::SessionFault => {
                self.useful = false;
                let (connector, link) = (&self.plan.name, self.slot.number);
                tracing::warn!(connector, link, status = %answer.status(), "binding again");
                let done = self.hands.failed(token, failure::LINK_DOWN);
                self.unbind(session, now_ms);
                done
            }
        };
        self.done(done);
    }

    fn judge(&self, answer: &Answer) -> Verdict {
        let status = answer.status();
        if answer.header.command_id == CommandId::GENERIC_NACK && status.is_ok() {
            return Verdict::SessionFault;
        }
        let verdict = judge(classify(status));
        match verdict {
            Verdict::Accepted if answer.message_id().is_empty() => {
                let (connector, link) = (&self.plan.name, self.slot.number);
                tracing::warn!(
                    connector,
                    link,
                    "accepted without an id: no receipt can be matched"
                );
            }
            Verdict::Failed(_) => {
                let (connector, link) = (&self.plan.name, self.slot.number);
                tracing::debug!(connector, link, %status, "a segment was not taken");
            }
            Verdict::Accepted | Verdict::Throttled | Verdict::QueueFull | Verdict::SessionFault => {
            }
        }
        verdict
    }

    /// Believes a late answer only when it proves that the segment was taken: a late refusal changes nothing, since the
    /// gateway may have sent the message again meanwhile.
    fn answered_late(&mut self, answer: &Answer) {
        if answer.status().is_ok() && answer.header.command_id != CommandId::GENERIC_NACK {
            let id = answer.message_id().to_vec();
            if let Some(answer) = self.hands.accepted_late(answer.token, id) {
                self.plan.answer(answer);
            }
        }
    }

    fn request(&mut self, session: &mut Session, request: &Request, now_ms: u64) {
        let header = *request.header();
        let sent = match request.pdu() {
            Pdu::DeliverSm(deliver) if receipt::is_receipt(&deliver) => {
                self.receipt(header, &receipt::Receipt::read(&deliver), now_ms);
                Ok(())
            }
            Pdu::DataSm(data)
                if data.esm_class & 0x3C != 0
                    || data.tlvs.get(Tag::RECEIPTED_MESSAGE_ID).is_some() =>
            {
                self.receipt(header, &receipt::Receipt::read_data(&data), now_ms);
                Ok(())
            }
            Pdu::DeliverSm(_) | Pdu::DataSm(_) => {
                let (connector, link) = (&self.plan.name, self.slot.number);
                tracing::debug!(connector, link, "a message from a handset is dropped");
                respond(session, &header)
            }
            // Neither has an answer, and neither is of use here.
            Pdu::Outbind(_) | Pdu::AlertNotification(_) => Ok(()),
            Pdu::Bind(..)
            | Pdu::BindResp(..)
            | Pdu::Unbind
            | Pdu::UnbindResp
            | Pdu::SubmitSm(_)
            | Pdu::SubmitSmResp(_)
            | Pdu::SubmitMulti(_)
            | Pdu::SubmitMultiResp(_)
            | Pdu::DeliverSmResp(_)
            | Pdu::DataSmResp(_)
            | Pdu::QuerySm(_)
            | Pdu::QuerySmResp(_)
            | Pdu::CancelSm(_)
            | Pdu::CancelSmResp
            | Pdu::ReplaceSm(_)
            | Pdu::ReplaceSmResp
            | Pdu::EnquireLink
            | Pdu::EnquireLinkResp
            | Pdu::GenericNack => session.refuse(&header, CommandStatus::RINVCMDID),
        };
        self.log_unsent(sent);
    }

    fn receipt(&mut self, header: Header, read: &receipt::Receipt<'_>, now_ms: u64) {
        self.useful = true;
        let ticket = Ticket {
            link: self.slot.number,
            session: self.session,
            number: self.tickets.open(header),
        };
        let candidates = if read.message_id.is_empty() {
            tracing::warn!(
                connector = self.plan.name,
                "a receipt without an id is of no use"
            );
            vec![]
        } else {
            message_id::candidates(read.message_id)
        };
        self.held.push_back(Receipt {
            ticket,
            candidates,
            outcome: outcome(read),
        });
        self.offer(now_ms);
    }

    /// Gives the gateway as many receipts as it has room for.
    fn offer(&mut self, now_ms: u64) {
        self.offer_again_ms = None;
        while let Some(receipt) = self.held.pop_front() {
            match self.plan.inbox.receipts.try_send(receipt) {
                Ok(()) => {}
                Err(TrySendError::Full(receipt) | TrySendError::Closed(receipt)) => {
                    self.held.push_front(receipt);
                    self.offer_again_ms = Some(now_ms + OFFER_AGAIN_MS);
                    return;
                }
            }
        }
    }

    fn acknowledge(&mut self, session: &mut Session, tickets: &[Ticket], taken: bool) {
        for ticket in tickets {
            if ticket.session != self.session {
                continue;
            }
            if let Some(header) = self.tickets.close(ticket.number) {
                let sent = if taken {
                    respond(session, &header)
                } else {
                    session.refuse(&header, CommandStatus::RX_T_APPN)
                };
                self.log_unsent(sent);
            }
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

fn respond(session: &mut Session, request: &Header) -> Result<(), SendError> {
    let response = if request.command_id == CommandId::DATA_SM {
        Pdu::DataSmResp(DataSmResp::default())
    } else {
        Pdu::DeliverSmResp(DeliverSmResp::default())
    };
    session.respond(request.sequence_number, CommandStatus::ROK, &response)
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
            Event::Answered(answer) => self.answered(session, &answer, now_ms),
            Event::AnsweredLate(answer) => self.answered_late(&answer),
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
            Event::Closed { reason, .. } => {
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
        if !self.held.is_empty() {
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
