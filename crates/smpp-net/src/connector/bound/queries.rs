//! Asking the operator what became of segments that it has not reported.

use std::collections::{HashMap, VecDeque};

use gateway::connector::{Receipt, Unreported};
use smpp::session::{Answer, SendError};
use smpp::status::{Class, classify};
use smpp::{Address, CommandStatus, Pdu, QuerySm, Session};
use sms::Lane;

use super::Bound;
use crate::connector::outcome::asked;

/// The bit that tells the tokens of queries from those of segments.
const MARK: u64 = 1 << 63;

/// How many queries may wait for their answer, so that they leave the window to messages.
const OUTSTANDING: usize = 2;

/// How many segments wait to be asked about; what is beyond is dropped, because the gateway asks again.
const WAITING: usize = 1_000;

/// The queries of one session.
#[derive(Debug, Default)]
pub(super) struct Queries {
    waiting: VecDeque<Unreported>,
    /// By token, with when they left.
    outstanding: HashMap<u64, (Unreported, u64)>,
    last: u64,
}

impl Queries {
    /// Tells whether a token is one of a query.
    pub(super) const fn named(token: u64) -> bool {
        token & MARK != 0
    }

    pub(super) fn add(&mut self, segments: Vec<Unreported>) {
        let room = WAITING.saturating_sub(self.waiting.len());
        self.waiting.extend(segments.into_iter().take(room));
    }

    /// Takes note that a query was not answered.
    pub(super) fn forget(&mut self, token: u64) {
        self.outstanding.remove(&token);
    }

    fn may_ask(&self) -> bool {
        !self.waiting.is_empty() && self.outstanding.len() < OUTSTANDING
    }
}

impl Bound<'_> {
    /// Asks as far as window and throughput allow, unless something urgent waits for them.
    pub(super) fn ask(&mut self, session: &mut Session, now_ms: u64) {
        if self.plan.cannot_be_asked() {
            self.queries.waiting.clear();
        }
        while self.queries.may_ask() && session.free_window() > 0 {
            let urgent = self.hands.next().map(|(_, attempt, _)| attempt.lane);
            if urgent == Some(Lane::Otp) {
                return;
            }
            if let Err(again_ms) = self.plan.pace(now_ms, Lane::Bulk) {
                self.write_again_ms = Some(again_ms);
                return;
            }
            let Some(segment) = self.queries.waiting.pop_front() else {
                return;
            };
            self.queries.last += 1;
            let token = MARK | self.queries.last;
            let query = Pdu::QuerySm(QuerySm {
                message_id: &segment.upstream_id,
                source: Address::of_text(&segment.originator),
            });
            match session.request(now_ms, token, &query) {
                Ok(()) => {
                    self.queries.outstanding.insert(token, (segment, now_ms));
                }
                // The gateway asks again.
                Err(SendError::WindowFull | SendError::NotAllowed) => return,
                Err(error @ (SendError::WrongDirection | SendError::Encode(_))) => {
                    let message = segment.message.0;
                    tracing::warn!(connector = self.plan.name, message, %error, "cannot be asked about");
                }
            }
        }
    }

    /// Makes a receipt of an answer that tells how a segment ended; what tells something else changes nothing.
    pub(super) fn query_answered(&mut self, answer: &Answer, now_ms: u64) {
        let Some((segment, left_ms)) = self.queries.outstanding.remove(&answer.token) else {
            return;
        };
        let status = answer.status();
        if status == CommandStatus::RINVCMDID {
            return self.plan.does_not_know_queries();
        }
        if classify(status) == Class::Throttling {
            let is_the_rate = self.plan.throttled(now_ms, left_ms);
            self.congestion.throttled(now_ms, left_ms, is_the_rate);
            return;
        }
        self.plan.taken(now_ms);
        let (connector, link) = (&self.plan.name, self.slot.number);
        if !status.is_ok() {
            tracing::debug!(connector, link, %status, "a query was not answered");
            return;
        }
        let Some(Pdu::QuerySmResp(response)) = answer.pdu() else {
            tracing::debug!(connector, link, "the answer to a query cannot be read");
            return;
        };
        let Some(outcome) = asked(&response) else {
            return;
        };
        self.useful = true;
        self.held.push_back(Receipt {
            ticket: None,
            candidates: vec![segment.key],
            id: segment.upstream_id,
            numbers: [Some(segment.recipient), None],
            outcome: Some(outcome),
        });
        self.offer(now_ms);
    }
}
