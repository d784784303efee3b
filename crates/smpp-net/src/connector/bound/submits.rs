//! Attempts become submits, and answers to them become answers.

use gateway::connector::Failure;
use smpp::session::{Answer, SendError};
use smpp::status::classify;
use smpp::{CommandId, Session};

use super::Bound;
use crate::connector::failure::{LINK_DOWN, QUEUE_FULL, Verdict, judge, meant, nacked, throttled};
use crate::connector::hands::{Done, UpstreamId};
use crate::connector::slot::State;
use crate::connector::submit::{submit_sm, validity_period};

/// Up to which pause a throttled segment waits for its end here.
const LONGEST_KEPT_MS: u64 = 2_000;

/// How long a message waits at least that goes back because it was throttled.
const SHORTEST_WAIT_MS: u64 = 1_000;

impl Bound<'_> {
    /// Writes segments as far as window, pace and pauses allow.
    pub(super) fn write(&mut self, session: &mut Session, now_ms: u64) {
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
        self.ask(session, now_ms);
        let room = session
            .free_window()
            .min(self.trust.room(session.outstanding()));
        for _ in 0..room {
            let Some((token, attempt, segment)) = self.hands.next() else {
                return;
            };
            if let Err(again_ms) = self.plan.pace(now_ms, attempt.lane) {
                self.write_again_ms = Some(again_ms);
                return;
            }
            let validity = self
                .settings
                .send_validity
                .then(|| validity_period(attempt))
                .flatten();
            let submit = submit_sm(attempt, segment, validity.as_ref(), &mut self.joined);
            match session.submit(now_ms, token, &submit) {
                Ok(()) => self.hands.written(token, now_ms),
                Err(SendError::WindowFull | SendError::NotAllowed) => return,
                Err(error @ (SendError::WrongDirection | SendError::Encode(_))) => {
                    let message = attempt.message.0;
                    tracing::error!(connector = self.plan.name, message, %error, "cannot be written");
                    let reason = sms::Reason::MalformedForRoute;
                    let failure = Failure::Refused(reason);
                    let done = self.hands.failed(token, failure);
                    self.done(done);
                }
            }
        }
    }

    pub(super) fn answered(&mut self, session: &mut Session, answer: &Answer, now_ms: u64) {
        let token = answer.token;
        self.useful = true;
        self.trust.answered();
        let left_ms = self.hands.left_ms(token);
        let done = match self.judge(answer) {
            Verdict::Accepted => {
                self.congestion.flowing();
                self.plan.taken(now_ms);
                self.hands
                    .accepted(token, UpstreamId::read(answer.message_id()))
            }
            Verdict::Failed(failure) => {
                self.congestion.flowing();
                self.plan.taken(now_ms);
                self.hands.failed(token, failure)
            }
            Verdict::Throttled => {
                let is_the_rate = self.plan.throttled(now_ms, left_ms);
                let pause_ms = self.congestion.throttled(now_ms, left_ms, is_the_rate);
                self.throttled(token, pause_ms)
            }
            Verdict::QueueFull => match self.congestion.queue_full(now_ms, left_ms) {
                Some(pause_ms) => {
                    self.plan.throttled(now_ms, left_ms);
                    self.throttled(token, pause_ms)
                }
                None => self.hands.failed(token, QUEUE_FULL),
            },
            Verdict::SessionFault => {
                self.useful = false;
                let (connector, link) = (&self.plan.name, self.slot.number);
                tracing::warn!(connector, link, status = %answer.status(), "binding again");
                let done = self.hands.failed(token, LINK_DOWN);
                self.unbind(session, now_ms);
                done
            }
        };
        self.done(done);
    }

    /// Has a throttled segment take its place again. When throttling goes on the message goes back
    /// to the gateway, and with it those that wait: there may be another way for them.
    fn throttled(&mut self, token: u64, pause_ms: u64) -> Option<Done> {
        let failure = throttled(pause_ms.max(SHORTEST_WAIT_MS));
        if pause_ms > LONGEST_KEPT_MS {
            let done = self.hands.failed(token, failure);
            for done in self.hands.give_back(failure) {
                self.done(Some(done));
            }
            done
        } else {
            self.hands.throttled(token, failure)
        }
    }

    fn judge(&self, answer: &Answer) -> Verdict {
        let status = answer.status();
        let verdict = match self.settings.statuses.get(&status.0) {
            Some(meaning) if !status.is_ok() => meant(*meaning),
            _ if answer.header.command_id == CommandId::GENERIC_NACK => nacked(classify(status)),
            _ => judge(classify(status)),
        };
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
    pub(super) fn answered_late(&mut self, answer: &Answer) {
        if answer.status().is_ok() && answer.header.command_id != CommandId::GENERIC_NACK {
            let id = UpstreamId::read(answer.message_id());
            if let Some(answer) = self.hands.accepted_late(answer.token, id) {
                self.plan.answer(answer);
            }
        }
    }
}
