//! Which notice is given to which receiver next, and what follows from an answer: the rules, without a clock, a store or a wire.
//!
//! A notice waits here until a receiver has answered that it has it. Notices of one message are given one after another; any other
//! may overtake. What a receiver refuses for a while is given again, to any of them, after a pause that grows.

mod receiver;

use std::collections::{BTreeMap, BTreeSet};

use foldhash::HashMap;
use gateway::{InboundId, MessageId, Notice, NoticeEvent, NoticeId};

use receiver::Receiver;

/// The most notices in memory for one account.
pub(super) const NOTICES: usize = 1_000;

/// How often a status that says "never" is taken for a mistake of the program.
const REFUSALS: u32 = 3;

/// How often a status that says nothing is.
const UNCLEAR_ANSWERS: u32 = 10;

/// Numbers a bind of the door, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::server) struct BindId(pub(in crate::server) u64);

/// What came of handing a notice to a bind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::server) enum Outcome {
    /// The program has it.
    Taken,
    /// The bind gets too much.
    Busy,
    /// The program cannot take this one now.
    Later,
    /// The program will not take this one.
    Refused,
    /// The program answered with a status that says neither.
    Unclear,
    /// Nothing was answered in time.
    Silent,
    /// It was not sent.
    NotSent,
    /// It cannot be sent at all.
    Unsendable,
}

/// What a notice speaks of: those of the same are given in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Subject {
    Message(MessageId),
    Inbound(InboundId),
}

#[derive(Debug)]
struct Entry {
    notice: Notice,
    subject: Subject,
    state: State,
    /// The next one of the same subject, which waits for this one.
    next: Option<NoticeId>,
    /// How often it was given in vain.
    attempts: u32,
    refusals: u32,
    unclear: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// An earlier one of the same message comes first.
    Behind,
    Ready,
    Given(BindId),
    PausedUntil(u64),
}

/// Holds the notices of one account that are in memory, and its receivers. Times are milliseconds of one monotonic clock.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    receivers: BTreeMap<BindId, Receiver>,
    entries: HashMap<NoticeId, Entry>,
    /// The last one of each.
    subjects: HashMap<Subject, NoticeId>,
    ready: BTreeSet<NoticeId>,
    paused: BTreeSet<(u64, NoticeId)>,
    done: Vec<NoticeId>,
    /// Counts what was given, so that equal receivers take turns.
    turns: u64,
}

/// How long the n-th failure in a row is followed by a pause: a second, two, four, up to a minute.
fn pause_ms(failures: u32) -> u64 {
    const LONGEST_MS: u64 = 60_000;
    let doublings = failures.saturating_sub(1).min(6);
    (1_000 << doublings).min(LONGEST_MS)
}

impl Outbox {
    /// Takes a receiver in, or sets how many notices it may have unanswered: none before it leaves.
    pub(super) fn set_window(&mut self, bind: BindId, window: usize) {
        self.receivers.entry(bind).or_default().window = window;
    }

    /// Lets a receiver go: what it has not answered is given again.
    pub(super) fn leave(&mut self, bind: BindId, now_ms: u64) {
        let left = self.receivers.remove(&bind);
        for notice in left.into_iter().flat_map(|left| left.unanswered) {
            self.again(bind, notice, now_ms);
        }
    }

    pub(super) fn has_receivers(&self) -> bool {
        !self.receivers.is_empty()
    }

    /// Counts how many notices should be read now: twice what the receivers may have unanswered are held, beside those that
    /// wait for their pause to end, and never more than [`NOTICES`]. None while half of that is here: they are not read singly.
    pub(super) fn room(&self) -> usize {
        let windows = self.receivers.values().map(Receiver::room_in_all);
        let wanted: usize = windows.sum::<usize>().saturating_mul(2);
        let active = self.entries.len() - self.paused.len();
        let held = self.entries.len() + self.done.len();
        let room = wanted.saturating_sub(active);
        if room.saturating_mul(2) < wanted {
            return 0;
        }
        room.min(NOTICES.saturating_sub(held))
    }

    /// Takes a notice in, behind all that are here; one that is here already stays as it is.
    pub(super) fn add(&mut self, notice: Notice) {
        let id = notice.id;
        let subject = match &notice.event {
            NoticeEvent::UnderWay(sent) | NoticeEvent::Ended(sent) => {
                Subject::Message(sent.message.id)
            }
            NoticeEvent::Received(received) => Subject::Inbound(received.id),
        };
        if self.entries.contains_key(&id) {
            return;
        }
        let before = self.subjects.insert(subject, id);
        let before = before.and_then(|before| self.entries.get_mut(&before));
        let state = if let Some(before) = before {
            before.next = Some(id);
            State::Behind
        } else {
            self.ready.insert(id);
            State::Ready
        };
        let entry = Entry {
            notice,
            subject,
            state,
            next: None,
            attempts: 0,
            refusals: 0,
            unclear: 0,
        };
        self.entries.insert(id, entry);
    }

    /// Gives the next notice to the receiver that has the least unanswered; `None` when no notice may go now, or no receiver has
    /// room.
    pub(super) fn next(&mut self, now_ms: u64) -> Option<(BindId, &Notice)> {
        while let Some(&(due_ms, id)) = self.paused.first() {
            if due_ms > now_ms {
                break;
            }
            self.paused.pop_first();
            self.make_ready(id);
        }
        let id = *self.ready.first()?;
        let able = self
            .receivers
            .iter_mut()
            .filter(|(_, receiver)| receiver.has_room(now_ms));
        let (&bind, receiver) =
            able.min_by_key(|(_, receiver)| (receiver.unanswered.len(), receiver.turn))?;
        self.turns += 1;
        receiver.turn = self.turns;
        receiver.unanswered.insert(id);
        self.ready.pop_first();
        let entry = self.entries.get_mut(&id).expect("what is ready is here");
        entry.state = State::Given(bind);
        Some((bind, &entry.notice))
    }

    /// Takes note of an outcome; gives the notice back when it is given up, for the log.
    pub(super) fn came_of(
        &mut self,
        bind: BindId,
        id: NoticeId,
        outcome: Outcome,
        now_ms: u64,
    ) -> Option<Notice> {
        let receiver = self.receivers.get_mut(&bind);
        let in_time = receiver.is_some_and(|receiver| {
            receiver.hear(outcome, now_ms);
            receiver.unanswered.remove(&id)
        });
        if outcome == Outcome::Taken {
            // Also when it came late, and another receiver has been given it: it may still be spared some of the others.
            self.finish(id);
            return None;
        }
        let entry = self.entries.get_mut(&id)?;
        if !in_time || entry.state != State::Given(bind) {
            return None;
        }
        let given_up = match outcome {
            Outcome::Taken | Outcome::Busy | Outcome::NotSent => {
                self.make_ready(id);
                return None;
            }
            Outcome::Later | Outcome::Silent => false,
            Outcome::Refused => {
                entry.refusals += 1;
                entry.refusals >= REFUSALS
            }
            Outcome::Unclear => {
                entry.unclear += 1;
                entry.unclear >= UNCLEAR_ANSWERS
            }
            Outcome::Unsendable => true,
        };
        if given_up {
            return self.finish(id);
        }
        self.again(bind, id, now_ms);
        None
    }

    /// Says when [`Outbox::next`] may give something that it did not give before, without an outcome meanwhile.
    pub(super) fn due_ms(&self, now_ms: u64) -> Option<u64> {
        let notice = self.paused.first().map(|(due_ms, _)| *due_ms);
        let pauses = self
            .receivers
            .values()
            .map(|receiver| receiver.paused_until_ms);
        let receiver = pauses.filter(|until_ms| *until_ms > now_ms).min();
        notice.into_iter().chain(receiver).min()
    }

    /// Tells whether nothing waits to be forgotten.
    pub(super) fn is_done(&self) -> bool {
        self.done.is_empty()
    }

    /// Hands out what has been taken, to be forgotten for good.
    pub(super) fn take_done(&mut self) -> Vec<NoticeId> {
        std::mem::take(&mut self.done)
    }

    /// Takes back what could not be forgotten.
    pub(super) fn put_back(&mut self, mut done: Vec<NoticeId>) {
        self.done.append(&mut done);
    }

    fn again(&mut self, bind: BindId, id: NoticeId, now_ms: u64) {
        let Some(entry) = self.entries.get_mut(&id) else {
            return;
        };
        if entry.state == State::Given(bind) {
            entry.attempts += 1;
            let due_ms = now_ms.saturating_add(pause_ms(entry.attempts));
            entry.state = State::PausedUntil(due_ms);
            self.paused.insert((due_ms, id));
        }
    }

    fn make_ready(&mut self, id: NoticeId) {
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.state = State::Ready;
            self.ready.insert(id);
        }
    }

    /// Takes a notice out, and lets the next one of its message go.
    fn finish(&mut self, id: NoticeId) -> Option<Notice> {
        let entry = self.entries.remove(&id)?;
        self.ready.remove(&id);
        if let State::PausedUntil(due_ms) = entry.state {
            self.paused.remove(&(due_ms, id));
        }
        self.done.push(id);
        match entry.next {
            Some(next) => self.make_ready(next),
            None => {
                self.subjects.remove(&entry.subject);
            }
        }
        Some(entry.notice)
    }
}

#[cfg(test)]
mod tests;
