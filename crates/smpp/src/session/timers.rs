//! The clocks of a session: the start, the answers, the signs of life, the end [smpp34 §7.2].

use super::{CloseReason, Event, Session, State};
use crate::command::CommandId;
use crate::status::CommandStatus;

impl Session {
    /// Does what is due by now; calling it early does nothing.
    pub fn handle_timeout(&mut self, now_ms: u64) {
        if self.is_closed() {
            return;
        }
        for token in self.outstanding.expire(now_ms) {
            self.events.push_back(Event::TimedOut { token });
        }
        match self.state {
            State::Open | State::Binding { .. } => {
                if now_ms >= self.session_init_at_ms() {
                    self.finish(CloseReason::SessionInitTimeout);
                }
            }
            State::Bound { .. } => self.handle_silence(now_ms),
            State::Unbinding { deadline_ms, .. } => {
                if now_ms >= deadline_ms {
                    self.finish(CloseReason::UnbindTimeout);
                }
            }
            State::PeerUnbinding { deadline_ms, .. } => {
                if now_ms >= deadline_ms {
                    self.unanswered = 0;
                    self.answer_unbind_when_due();
                }
            }
            State::Closed => {}
        }
    }

    /// Says when [`Session::handle_timeout`] is due next; it may be early, it is never late.
    pub fn poll_timeout(&self) -> Option<u64> {
        let of_state = match self.state {
            State::Open | State::Binding { .. } => Some(self.session_init_at_ms()),
            State::Bound { .. } => earliest(self.enquiry_at_ms(), self.inactive_at_ms()),
            State::Unbinding { deadline_ms, .. } | State::PeerUnbinding { deadline_ms, .. } => {
                Some(deadline_ms)
            }
            State::Closed => return None,
        };
        earliest(of_state, self.outstanding.check_at_ms())
    }

    fn handle_silence(&mut self, now_ms: u64) {
        if self.inactive_at_ms().is_some_and(|at| at <= now_ms) {
            let sequence_number = self.outstanding.next_sequence_number();
            self.send_header(CommandId::UNBIND, CommandStatus::ROK, sequence_number);
            self.finish(CloseReason::Inactive);
        } else if self.enquiry_at_ms().is_some_and(|at| at <= now_ms) {
            if self.enquiry_deadline_ms.is_some() {
                self.finish(CloseReason::LinkDead);
            } else {
                self.enquire(now_ms).expect("the session is bound");
            }
        }
    }

    fn session_init_at_ms(&self) -> u64 {
        self.started_ms.saturating_add(self.config.session_init_ms)
    }

    /// When the peer must have given a sign of life, or else must be asked for one.
    fn enquiry_at_ms(&self) -> Option<u64> {
        let ask_at_ms = || {
            Some(
                self.last_inbound_ms
                    .saturating_add(self.config.enquire_link_ms?),
            )
        };
        self.enquiry_deadline_ms.or_else(ask_at_ms)
    }

    fn inactive_at_ms(&self) -> Option<u64> {
        self.config
            .inactivity_ms
            .map(|ms| self.last_activity_ms.saturating_add(ms))
    }
}

fn earliest(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
