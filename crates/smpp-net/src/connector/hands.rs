//! The attempts in the hands of one session: which segments wait, are on the wire, or are answered.
//!
//! Segments leave by lane, the most urgent first, within a lane in the order in which their attempts came; but those of a message
//! that has begun leave first of all, so that nothing comes between them. A throttled segment takes its place again and leaves
//! before all that came after it.
//!
//! An attempt is answered once, when nothing of it is on the wire any more and nothing more will be written: with the
//! segments that were taken and the worst failure of the others (refused, then unknown, then to be tried again). Once a
//! segment has failed, those behind it are not written: alone they could not be shown.

mod late;
#[cfg(test)]
mod tests;
mod unwritten;

use std::collections::BTreeSet;

use foldhash::HashMap;
use gateway::connector::{AcceptedSegment, Answer, Attempt, Failure};
use smpp::message_id;
use sms::text::Segment;
use sms::{Lane, Reason};

use super::failure::{LINK_DOWN, worse};
use late::Late;
use unwritten::Unwritten;

/// The low bits of a token, which say which segment of the attempt it is: no text has more than 255.
const SEGMENT_BITS: u32 = 8;

/// How often an attempt takes its place again when it is throttled: then the gateway has it back, and others have their turn.
const THROTTLED_AT_MOST: u32 = 3;

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
    unwritten: BTreeSet<(Lane, u64)>,
    /// The attempt that was written last.
    begun: Option<u64>,
    next_serial: u64,
    late: Late,
}

#[derive(Debug)]
struct InFlight {
    attempt: Attempt,
    unwritten: Unwritten,
    on_wire: usize,
    /// When a segment left last.
    left_ms: u64,
    /// How often it took its place again.
    throttled: u32,
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
        self.unwritten.insert((attempt.lane, serial));
        let in_flight = InFlight {
            unwritten: Unwritten::of(attempt.segments.len()),
            attempt,
            on_wire: 0,
            left_ms: 0,
            throttled: 0,
            timed_out: vec![],
            halted: false,
            accepted: vec![],
            failure: None,
        };
        self.attempts.insert(serial, in_flight);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.attempts.is_empty()
    }

    /// Shows the next segment to write with the token that names it; [`Hands::written`] follows when it was.
    pub(super) fn next(&mut self) -> Option<(u64, &Attempt, &Segment)> {
        let serial = self.next_serial_to_write()?;
        let in_flight = self.attempts.get(&serial)?;
        let position = in_flight.unwritten.first()?;
        let segment = &in_flight.attempt.segments[position].1;
        Some((token(serial, position), &in_flight.attempt, segment))
    }

    fn next_serial_to_write(&mut self) -> Option<u64> {
        let wants_to_write = |serial: &u64| {
            let in_flight = self.attempts.get(serial);
            in_flight.is_some_and(InFlight::wants_to_write)
        };
        if let Some(begun) = self.begun.filter(wants_to_write) {
            return Some(begun);
        }
        self.begun = None;
        while let Some(first) = self.unwritten.first().copied() {
            let (_, serial) = first;
            if wants_to_write(&serial) {
                return Some(serial);
            }
            self.unwritten.remove(&first);
        }
        None
    }

    /// Takes note that the segment shown last is on the wire.
    pub(super) fn written(&mut self, token: u64, now_ms: u64) {
        let serial = token >> SEGMENT_BITS;
        if let Some(in_flight) = self.attempts.get_mut(&serial) {
            in_flight.unwritten.remove(position(token));
            in_flight.on_wire += 1;
            in_flight.left_ms = now_ms;
            self.begun = Some(serial);
        }
    }

    /// Says when a segment left, or a later one of the same attempt.
    pub(super) fn left_ms(&self, token: u64) -> u64 {
        let in_flight = self.attempts.get(&(token >> SEGMENT_BITS));
        in_flight.map_or(0, |in_flight| in_flight.left_ms)
    }

    /// Takes note that a segment was taken.
    pub(super) fn accepted(&mut self, token: u64, id: UpstreamId) -> Option<Done> {
        let serial = token >> SEGMENT_BITS;
        let in_flight = self.attempts.get_mut(&serial)?;
        in_flight.on_wire = in_flight.on_wire.saturating_sub(1);
        in_flight.accept(position(token), id);
        self.settle(serial)
    }

    /// Takes note that a segment failed, on the wire or because it could not be written.
    pub(super) fn failed(&mut self, token: u64, failure: Failure) -> Option<Done> {
        let serial = token >> SEGMENT_BITS;
        let in_flight = self.attempts.get_mut(&serial)?;
        if !in_flight.unwritten.contains(position(token)) {
            in_flight.on_wire = in_flight.on_wire.saturating_sub(1);
        }
        in_flight.fail(failure);
        self.settle(serial)
    }

    /// Takes note that a segment was throttled: it takes its place again; too often, or when the failure of another segment holds
    /// it back, it fails.
    pub(super) fn throttled(&mut self, token: u64, failure: Failure) -> Option<Done> {
        let serial = token >> SEGMENT_BITS;
        let in_flight = self.attempts.get_mut(&serial)?;
        if in_flight.halted || in_flight.throttled >= THROTTLED_AT_MOST {
            return self.failed(token, failure);
        }
        in_flight.on_wire = in_flight.on_wire.saturating_sub(1);
        in_flight.throttled += 1;
        in_flight.unwritten.insert(position(token));
        self.unwritten.insert((in_flight.attempt.lane, serial));
        // What is before it in order may have been throttled too.
        self.begun = self.begun.filter(|begun| *begun != serial);
        None
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
    pub(super) fn accepted_late(&mut self, token: u64, id: UpstreamId) -> Option<Answer> {
        if let Some(in_flight) = self.attempts.get_mut(&(token >> SEGMENT_BITS)) {
            let position = position(token);
            in_flight.timed_out.retain(|late| *late != position);
            in_flight.accept(position, id);
            // Something of it is still on the wire: otherwise it would have been answered already.
            return None;
        }
        let (message, index) = self.late.take(token)?;
        Some(Answer {
            message,
            accepted: vec![id.of_segment(index)],
            failure: None,
            late: true,
        })
    }

    /// Answers the attempts of which nothing is on the wire with this failure, in the order in which they would have left.
    pub(super) fn give_back(&mut self, failure: Failure) -> Vec<Done> {
        let waiting: Vec<_> = self.unwritten.iter().map(|(_, serial)| *serial).collect();
        waiting
            .into_iter()
            .filter_map(|serial| {
                let in_flight = self.attempts.get_mut(&serial)?;
                if in_flight.on_wire > 0 {
                    return None;
                }
                in_flight.fail(failure);
                self.settle(serial)
            })
            .collect()
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
        if !in_flight.unwritten.is_empty() {
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
        !self.halted && !self.unwritten.is_empty()
    }

    fn accept(&mut self, position: usize, id: UpstreamId) {
        let index = self.attempt.segments[position].0;
        self.accepted.push(id.of_segment(index));
    }

    fn fail(&mut self, failure: Failure) {
        self.halted = true;
        self.failure = Some(match self.failure {
            Some(other) => worse(other, failure),
            None => failure,
        });
    }
}

/// The upstream's id for a segment: its key, and as the upstream wrote it where that is something else.
#[derive(Clone, Debug, Default)]
pub(super) struct UpstreamId {
    key: Vec<u8>,
    verbatim: Option<Vec<u8>>,
}

impl UpstreamId {
    /// Reads it as the upstream wrote it; it may be empty.
    pub(super) fn read(written: &[u8]) -> Self {
        let key = message_id::key(written);
        let verbatim = (key != written).then(|| written.to_vec());
        Self { key, verbatim }
    }

    fn of_segment(self, index: u16) -> AcceptedSegment {
        AcceptedSegment {
            verbatim: self.verbatim,
            ..AcceptedSegment::new(index, self.key)
        }
    }
}

fn token(serial: u64, position: usize) -> u64 {
    serial << SEGMENT_BITS | position as u64
}

fn position(token: u64) -> usize {
    usize::from(token.to_le_bytes()[0])
}
