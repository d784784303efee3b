//! The attempts in the hands of one session: which segments wait, are on the wire, or are answered.
//!
//! An attempt is answered once, when nothing of it is on the wire any more and nothing more will be written: with the
//! segments that were taken and the worst failure of the others (refused, then unknown, then to be tried again). Once a
//! segment has failed, those behind it are not written: alone they could not be shown.

mod late;

use std::collections::{HashMap, VecDeque};

use gateway::connector::{AcceptedSegment, Answer, Attempt, Failure};
use sms::Reason;
use sms::text::Segment;

use super::failure::{LINK_DOWN, worse};
use late::Late;

/// The low bits of a token, which say which segment of the attempt it is: no text has more than 255.
const SEGMENT_BITS: u32 = 8;

/// What segments fail with that were held back because another one failed. What that one failed with is worse, unless a late
/// answer has proved it taken.
const UNWRITTEN: Failure = Failure::Retry {
    reason: Reason::Retrying,
    after_ms: 0,
    attempt_used: false,
};

#[derive(Debug, Default)]
pub(super) struct Hands {
    attempts: HashMap<u64, InFlight>,
    /// Attempts with segments to write, in order.
    unwritten: VecDeque<u64>,
    next_serial: u64,
    late: Late,
}

#[derive(Debug)]
struct InFlight {
    attempt: Attempt,
    written: usize,
    on_wire: usize,
    /// Positions of segments that timed out.
    timed_out: Vec<usize>,
    /// Whether what is not written yet must stay so.
    halted: bool,
    accepted: Vec<AcceptedSegment>,
    failure: Option<Failure>,
}

/// An answered attempt: the answer, and how many segments it had.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) answer: Answer,
    pub(super) segments: usize,
}

impl Hands {
    pub(super) fn add(&mut self, attempt: Attempt) {
        let serial = self.next_serial;
        self.next_serial += 1;
        let in_flight = InFlight {
            attempt,
            written: 0,
            on_wire: 0,
            timed_out: vec![],
            halted: false,
            accepted: vec![],
            failure: None,
        };
        self.attempts.insert(serial, in_flight);
        self.unwritten.push_back(serial);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.attempts.is_empty()
    }

    /// Shows the next segment to write with the token that names it; [`Hands::written`] follows when it was.
    pub(super) fn next(&mut self) -> Option<(u64, &Attempt, &Segment)> {
        while let Some(&serial) = self.unwritten.front() {
            if self
                .attempts
                .get(&serial)
                .is_some_and(InFlight::wants_to_write)
            {
                let in_flight = &self.attempts[&serial];
                let segment = &in_flight.attempt.segments[in_flight.written].1;
                return Some((
                    token(serial, in_flight.written),
                    &in_flight.attempt,
                    segment,
                ));
            }
            self.unwritten.pop_front();
        }
        None
    }

    /// Takes note that the segment shown last is on the wire.
    pub(super) fn written(&mut self, token: u64) {
        if let Some(in_flight) = self.attempts.get_mut(&(token >> SEGMENT_BITS)) {
            in_flight.written += 1;
            in_flight.on_wire += 1;
        }
    }

    /// Takes note that a segment was taken.
    pub(super) fn accepted(&mut self, token: u64, upstream_id: Vec<u8>) -> Option<Done> {
        let serial = token >> SEGMENT_BITS;
        let in_flight = self.attempts.get_mut(&serial)?;
        in_flight.on_wire = in_flight.on_wire.saturating_sub(1);
        in_flight.accept(position(token), upstream_id);
        self.settle(serial)
    }

    /// Takes note that a segment failed, on the wire or because it could not be written.
    pub(super) fn failed(&mut self, token: u64, failure: Failure) -> Option<Done> {
        let serial = token >> SEGMENT_BITS;
        let in_flight = self.attempts.get_mut(&serial)?;
        if position(token) < in_flight.written {
            in_flight.on_wire = in_flight.on_wire.saturating_sub(1);
        }
        in_flight.fail(failure);
        self.settle(serial)
    }

    /// Takes note that a segment was not answered in time.
    pub(super) fn timed_out(&mut self, token: u64) -> Option<Done> {
        let serial = token >> SEGMENT_BITS;
        let in_flight = self.attempts.get_mut(&serial)?;
        in_flight.on_wire = in_flight.on_wire.saturating_sub(1);
        in_flight.timed_out.push(position(token));
        in_flight.halted = true;
        self.settle(serial)
    }

    /// Takes note that a segment which timed out was taken after all. Its attempt is answered late, or not answered yet and
    /// then in time.
    pub(super) fn accepted_late(&mut self, token: u64, upstream_id: Vec<u8>) -> Option<Answer> {
        if let Some(in_flight) = self.attempts.get_mut(&(token >> SEGMENT_BITS)) {
            let position = position(token);
            in_flight.timed_out.retain(|late| *late != position);
            in_flight.accept(position, upstream_id);
            // Something of it is still on the wire: otherwise it would have been answered already.
            return None;
        }
        let (message, index) = self.late.take(token)?;
        Some(Answer {
            message,
            accepted: vec![AcceptedSegment::new(index, upstream_id)],
            failure: None,
            late: true,
        })
    }

    /// Answers everything: the session is over.
    pub(super) fn finish(&mut self) -> Vec<Done> {
        self.unwritten.clear();
        let mut serials: Vec<_> = self.attempts.keys().copied().collect();
        serials.sort_unstable();
        serials
            .into_iter()
            .filter_map(|serial| {
                let in_flight = self.attempts.get_mut(&serial)?;
                if in_flight.on_wire > 0 {
                    in_flight.on_wire = 0;
                    in_flight.fail(Failure::Unknown(Reason::SessionLost));
                } else {
                    in_flight.fail(LINK_DOWN);
                }
                self.settle(serial)
            })
            .collect()
    }

    /// Answers an attempt of which nothing more will come.
    fn settle(&mut self, serial: u64) -> Option<Done> {
        let in_flight = self.attempts.get(&serial)?;
        if in_flight.on_wire > 0 || in_flight.wants_to_write() {
            return None;
        }
        let mut in_flight = self.attempts.remove(&serial)?;
        if in_flight.written < in_flight.attempt.segments.len() {
            in_flight.fail(UNWRITTEN);
        }
        for position in std::mem::take(&mut in_flight.timed_out) {
            in_flight.fail(Failure::Unknown(Reason::ResponseTimeout));
            let index = in_flight.attempt.segments[position].0;
            self.late
                .remember(token(serial, position), in_flight.attempt.message, index);
        }
        Some(Done {
            segments: in_flight.attempt.segments.len(),
            answer: Answer {
                message: in_flight.attempt.message,
                accepted: in_flight.accepted,
                failure: in_flight.failure,
                late: false,
            },
        })
    }
}

impl InFlight {
    fn wants_to_write(&self) -> bool {
        !self.halted && self.written < self.attempt.segments.len()
    }

    fn accept(&mut self, position: usize, upstream_id: Vec<u8>) {
        let index = self.attempt.segments[position].0;
        self.accepted.push(AcceptedSegment::new(index, upstream_id));
    }

    fn fail(&mut self, failure: Failure) {
        self.halted = true;
        self.failure = Some(match self.failure {
            Some(other) => worse(other, failure),
            None => failure,
        });
    }
}

fn token(serial: u64, position: usize) -> u64 {
    serial << SEGMENT_BITS | position as u64
}

fn position(token: u64) -> usize {
    usize::from(token.to_le_bytes()[0])
}

#[cfg(test)]
mod tests {
    use gateway::MessageId;
    use sms::{Msisdn, Timestamp};

    use super::*;

    const REFUSED: Failure = Failure::Refused(Reason::DestinationRefused);
    const SILENT: Failure = Failure::Unknown(Reason::ResponseTimeout);
    const LOST: Failure = Failure::Unknown(Reason::SessionLost);

    fn hands(segments: &[usize]) -> Hands {
        let mut hands = Hands::default();
        for (message, segments) in (1..).zip(segments) {
            hands.add(Attempt {
                message: MessageId(message),
                recipient: Msisdn::parse("380501234567").unwrap(),
                originator: "Shop".into(),
                lane: sms::Lane::Bulk,
                segments: (0..)
                    .zip(sms::text::split(&"a".repeat(153 * segments), 0))
                    .collect(),
                expires_at: Timestamp::from_seconds(0),
            });
        }
        hands
    }

    fn write(hands: &mut Hands, segments: usize) -> Vec<u64> {
        (0..segments)
            .map_while(|_| {
                let token = hands.next()?.0;
                hands.written(token);
                Some(token)
            })
            .collect()
    }

    fn answered(done: Option<Done>) -> (i64, Vec<u16>, Option<Failure>) {
        let answer = done.expect("the attempt is answered").answer;
        assert!(!answer.late);
        let accepted = answer.accepted.iter().map(|taken| taken.index).collect();
        (answer.message.0, accepted, answer.failure)
    }

    #[test]
    fn an_attempt_is_answered_with_its_last_segment() {
        let mut hands = hands(&[2, 1]);
        let tokens = write(&mut hands, 9);
        assert_eq!(tokens.len(), 3);
        assert!(hands.accepted(tokens[1], b"x".to_vec()).is_none());
        assert_eq!(
            answered(hands.accepted(tokens[2], vec![])),
            (2, vec![0], None)
        );
        assert_eq!(
            answered(hands.accepted(tokens[0], vec![])),
            (1, vec![1, 0], None)
        );
        assert!(hands.is_empty());
    }

    #[test]
    fn what_stands_behind_a_failed_segment_is_not_written() {
        let mut hands = hands(&[3, 1]);
        let tokens = write(&mut hands, 2);
        assert!(hands.failed(tokens[0], REFUSED).is_none());
        assert_eq!(hands.next().map(|next| next.1.message), Some(MessageId(2)));
        assert_eq!(
            answered(hands.accepted(tokens[1], vec![])),
            (1, vec![1], Some(REFUSED))
        );
    }

    #[test]
    fn a_segment_that_cannot_be_written_fails_its_attempt() {
        let mut hands = hands(&[1]);
        let token = hands.next().unwrap().0;
        assert_eq!(
            answered(hands.failed(token, REFUSED)),
            (1, vec![], Some(REFUSED))
        );
        assert!(hands.next().is_none());
    }

    #[test]
    fn a_late_answer_finds_its_message_once() {
        let mut hands = hands(&[1]);
        let token = write(&mut hands, 1)[0];
        assert_eq!(answered(hands.timed_out(token)), (1, vec![], Some(SILENT)));
        let late = hands.accepted_late(token, b"id".to_vec()).unwrap();
        assert!(late.late);
        assert_eq!(late.accepted, [AcceptedSegment::new(0, "id")]);
        assert!(hands.accepted_late(token, b"id".to_vec()).is_none());
    }

    #[test]
    fn an_answer_that_is_late_but_before_the_last_counts_in_time() {
        let mut hands = hands(&[2]);
        let tokens = write(&mut hands, 2);
        assert!(hands.timed_out(tokens[0]).is_none());
        assert!(hands.accepted_late(tokens[0], vec![]).is_none());
        assert_eq!(
            answered(hands.accepted(tokens[1], vec![])),
            (1, vec![0, 1], None)
        );
    }

    #[test]
    fn what_was_held_back_behind_a_late_segment_comes_back() {
        let mut hands = hands(&[3]);
        let tokens = write(&mut hands, 2);
        assert!(hands.timed_out(tokens[0]).is_none());
        assert!(hands.next().is_none());
        assert!(hands.accepted_late(tokens[0], vec![]).is_none());
        assert_eq!(
            answered(hands.accepted(tokens[1], vec![])),
            (1, vec![0, 1], Some(UNWRITTEN))
        );
    }

    #[test]
    fn at_the_end_what_was_written_is_unknown_and_the_rest_comes_back() {
        let mut hands = hands(&[1, 2, 1]);
        write(&mut hands, 2);
        let all: Vec<_> = hands
            .finish()
            .into_iter()
            .map(|done| answered(Some(done)))
            .collect();
        assert_eq!(
            all,
            [
                (1, vec![], Some(LOST)),
                (2, vec![], Some(LOST)),
                (3, vec![], Some(LINK_DOWN)),
            ]
        );
        assert!(hands.is_empty() && hands.next().is_none());
    }
}
