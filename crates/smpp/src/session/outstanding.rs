//! The requests of this side that wait for an answer, and those that stopped waiting.

use std::collections::{HashMap, VecDeque};

use foldhash::fast::FixedState;

use super::Config;
use crate::command::CommandId;

/// The largest `sequence_number` [smpp34 §5.1.4].
const MAXIMUM_SEQUENCE_NUMBER: u32 = 0x7FFF_FFFF;

/// What became of the request that a response names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Match {
    /// It was waiting.
    InTime(u64),
    /// It had timed out.
    Late(u64),
    /// There is no such request.
    None,
}

/// Requests by number. The numbers are ours, so that no peer can make them collide.
type Requests = HashMap<u32, Waiting, FixedState>;

/// The window of this side.
#[derive(Debug)]
pub(super) struct Outstanding {
    next_sequence_number: u32,
    waiting: Requests,
    /// Never later than the earliest deadline, often earlier: an answer does not move it, so the
    /// window is walked once in a timeout's length and not once for each answer.
    check_at_ms: Option<u64>,
    late: Requests,
    late_order: VecDeque<u32>,
    late_limit: usize,
}

#[derive(Debug, Clone, Copy)]
struct Waiting {
    token: u64,
    command_id: CommandId,
    deadline_ms: u64,
}

impl Outstanding {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            next_sequence_number: config
                .first_sequence_number
                .clamp(1, MAXIMUM_SEQUENCE_NUMBER),
            waiting: Requests::default(),
            check_at_ms: None,
            late: Requests::default(),
            late_order: VecDeque::new(),
            late_limit: config.late_answers,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Draws the next number that no request of this session can still be answered under.
    pub(super) fn next_sequence_number(&mut self) -> u32 {
        loop {
            let drawn = self.next_sequence_number;
            self.next_sequence_number = following(drawn);
            if !self.waiting.contains_key(&drawn) && !self.late.contains_key(&drawn) {
                return drawn;
            }
        }
    }

    pub(super) fn insert(
        &mut self,
        sequence_number: u32,
        command_id: CommandId,
        token: u64,
        deadline_ms: u64,
    ) {
        self.waiting.insert(
            sequence_number,
            Waiting {
                token,
                command_id,
                deadline_ms,
            },
        );
        self.check_at_ms = Some(
            self.check_at_ms
                .map_or(deadline_ms, |at| at.min(deadline_ms)),
        );
    }

    /// Pairs a response with its request; a `generic_nack` answers any request.
    pub(super) fn take(&mut self, response: CommandId, sequence_number: u32) -> Match {
        if let Some(token) = take(&mut self.waiting, response, sequence_number) {
            Match::InTime(token)
        } else if let Some(token) = take(&mut self.late, response, sequence_number) {
            Match::Late(token)
        } else {
            Match::None
        }
    }

    pub(super) fn check_at_ms(&self) -> Option<u64> {
        self.check_at_ms
    }

    /// Moves what has waited long enough to the late ones and names it, oldest first.
    pub(super) fn expire(&mut self, now_ms: u64) -> Vec<u64> {
        if self.check_at_ms.is_none_or(|at| at > now_ms) {
            return Vec::new();
        }
        let expired = self
            .waiting
            .extract_if(|_, waiting| waiting.deadline_ms <= now_ms);
        let expired = by_age(expired.collect(), self.next_sequence_number);
        self.check_at_ms = self
            .waiting
            .values()
            .map(|waiting| waiting.deadline_ms)
            .min();
        for (sequence_number, waiting) in &expired {
            self.remember(*sequence_number, *waiting);
        }
        expired
            .into_iter()
            .map(|(_, waiting)| waiting.token)
            .collect()
    }

    /// Forgets everything and names what was still waiting, oldest first.
    pub(super) fn drain(&mut self) -> Vec<u64> {
        let waiting = by_age(self.waiting.drain().collect(), self.next_sequence_number);
        self.check_at_ms = None;
        self.late.clear();
        self.late_order.clear();
        waiting
            .into_iter()
            .map(|(_, waiting)| waiting.token)
            .collect()
    }

    fn remember(&mut self, sequence_number: u32, waiting: Waiting) {
        self.late.insert(sequence_number, waiting);
        self.late_order.push_back(sequence_number);
        while self.late_order.len() > self.late_limit {
            if let Some(oldest) = self.late_order.pop_front() {
                self.late.remove(&oldest);
            }
        }
    }
}

/// Puts requests in the order of sending; `next` is the number that comes after the last.
fn by_age(mut requests: Vec<(u32, Waiting)>, next: u32) -> Vec<(u32, Waiting)> {
    requests.sort_unstable_by_key(|(sequence_number, _)| sequence_number.wrapping_sub(next));
    requests
}

fn take(requests: &mut Requests, response: CommandId, sequence_number: u32) -> Option<u64> {
    let waiting = requests.get(&sequence_number)?;
    let fits = response == CommandId::GENERIC_NACK || response == waiting.command_id.response();
    let token = waiting.token;
    fits.then(|| {
        requests.remove(&sequence_number);
        token
    })
}

fn following(sequence_number: u32) -> u32 {
    if sequence_number >= MAXIMUM_SEQUENCE_NUMBER {
        1
    } else {
        sequence_number + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outstanding(first_sequence_number: u32, late_answers: usize) -> Outstanding {
        Outstanding::new(&Config {
            late_answers,
            first_sequence_number,
            ..Config::client()
        })
    }

    #[test]
    fn numbers_wrap_to_one_and_skip_what_still_waits() {
        let mut outstanding = outstanding(MAXIMUM_SEQUENCE_NUMBER, 10);
        outstanding.insert(1, CommandId::SUBMIT_SM, 0, 50);
        outstanding.insert(2, CommandId::SUBMIT_SM, 0, 10);
        assert_eq!(outstanding.expire(10), [0]);
        assert_eq!(outstanding.next_sequence_number(), MAXIMUM_SEQUENCE_NUMBER);
        assert_eq!(
            outstanding.next_sequence_number(),
            3,
            "1 waits, 2 may still be answered late"
        );
    }

    #[test]
    fn tokens_come_out_in_the_order_of_sending_across_the_wrap() {
        let mut outstanding = outstanding(MAXIMUM_SEQUENCE_NUMBER - 1, 10);
        for token in 0..4 {
            let sequence_number = outstanding.next_sequence_number();
            outstanding.insert(sequence_number, CommandId::SUBMIT_SM, token, 10 + token / 2);
        }
        assert_eq!(outstanding.expire(10), [0, 1]);
        for token in 4..6 {
            let sequence_number = outstanding.next_sequence_number();
            outstanding.insert(sequence_number, CommandId::SUBMIT_SM, token, 99);
        }
        assert_eq!(outstanding.drain(), [2, 3, 4, 5]);
    }

    #[test]
    fn only_so_many_late_ones_are_remembered() {
        let mut outstanding = outstanding(1, 2);
        for token in 1..=3 {
            let sequence_number = outstanding.next_sequence_number();
            outstanding.insert(sequence_number, CommandId::SUBMIT_SM, token, 10);
        }
        assert_eq!(outstanding.expire(10), [1, 2, 3]);
        assert_eq!(outstanding.take(CommandId::SUBMIT_SM_RESP, 1), Match::None);
        assert_eq!(
            outstanding.take(CommandId::SUBMIT_SM_RESP, 2),
            Match::Late(2)
        );
        assert_eq!(outstanding.take(CommandId::GENERIC_NACK, 3), Match::Late(3));
    }

    #[test]
    fn a_response_of_another_kind_answers_nothing() {
        let mut outstanding = outstanding(1, 2);
        outstanding.insert(1, CommandId::SUBMIT_SM, 7, 10);
        assert_eq!(outstanding.take(CommandId::QUERY_SM_RESP, 1), Match::None);
        assert_eq!(
            outstanding.take(CommandId::SUBMIT_SM_RESP, 1),
            Match::InTime(7)
        );
    }
}
