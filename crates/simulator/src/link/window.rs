//! The receipts and messages from phones that a link has sent and that are not answered, by sequence number.

use std::collections::VecDeque;

use crate::receipts::Owed;

/// The last sequence number; the first is 1 [smpp34 §3.2].
const LAST_SEQUENCE: u32 = 0x7FFF_FFFF;

/// Answers come mostly in order, so a queue whose front is the oldest finds each at once.
#[derive(Debug)]
pub(crate) struct Window {
    limit: usize,
    first_sequence: u32,
    places: VecDeque<Option<Sent>>,
    open: usize,
}

#[derive(Debug)]
struct Sent {
    owed: Owed,
    at_ms: u64,
}

impl Window {
    pub(crate) const fn new(limit: usize) -> Self {
        Self {
            limit,
            first_sequence: 1,
            places: VecDeque::new(),
            open: 0,
        }
    }

    /// Tells whether another one may be sent. One that stays unanswered does not stop the
    /// others, until far too many answered ones are kept behind it.
    pub(crate) fn has_room(&self) -> bool {
        self.open < self.limit && self.places.len() < self.limit.saturating_mul(4)
    }

    /// Tells the sequence number that the next one has.
    pub(crate) fn next_sequence(&self) -> u32 {
        let distance = u32::try_from(self.places.len()).unwrap_or(u32::MAX);
        after(self.first_sequence, distance)
    }

    /// Notes what was sent with [`Self::next_sequence`].
    pub(crate) fn push(&mut self, mut owed: Owed, at_ms: u64) {
        if let Owed::Receipt(receipt) = &mut owed {
            receipt.sent_before = true;
        }
        self.places.push_back(Some(Sent { owed, at_ms }));
        self.open += 1;
    }

    /// Takes what an answer is for; `None` when it is for none.
    pub(crate) fn answered(&mut self, sequence: u32) -> Option<Owed> {
        if sequence == 0 || sequence > LAST_SEQUENCE {
            return None;
        }
        let distance = if sequence >= self.first_sequence {
            sequence - self.first_sequence
        } else {
            sequence + (LAST_SEQUENCE - self.first_sequence)
        };
        let sent = self
            .places
            .get_mut(usize::try_from(distance).ok()?)?
            .take()?;
        self.open -= 1;
        self.pass_answered();
        Some(sent.owed)
    }

    /// Takes the oldest one if it was sent before a moment.
    pub(crate) fn sent_before(&mut self, moment_ms: u64) -> Option<Owed> {
        if self.oldest_ms()? >= moment_ms {
            return None;
        }
        let sent = self.places.front_mut()?.take()?;
        self.open -= 1;
        self.pass_answered();
        Some(sent.owed)
    }

    /// Tells when the oldest one was sent.
    pub(crate) fn oldest_ms(&self) -> Option<u64> {
        // The front is never an answered one.
        self.places.front()?.as_ref().map(|sent| sent.at_ms)
    }

    /// Takes all that are not answered, oldest first.
    pub(crate) fn drain(&mut self) -> Vec<Owed> {
        self.open = 0;
        let places = self.places.drain(..);
        places.flatten().map(|sent| sent.owed).collect()
    }

    fn pass_answered(&mut self) {
        while let Some(None) = self.places.front() {
            self.places.pop_front();
            self.first_sequence = after(self.first_sequence, 1);
        }
    }
}

/// Counts on from a sequence number; after the last one comes 1.
const fn after(sequence: u32, distance: u32) -> u32 {
    (sequence - 1 + distance) % LAST_SEQUENCE + 1
}

#[cfg(test)]
mod tests {
    use smpp::Address;

    use super::*;
    use crate::outcome::Outcome;
    use crate::receipts::{Kind, Parties, Receipt};

    fn receipt(number: u64) -> Owed {
        Owed::Receipt(Receipt {
            number,
            copy: 0,
            kind: Kind::Final,
            outcome: Outcome::Delivered,
            submitted_at_ms: 0,
            origin: None,
            sent_before: false,
            parties: Parties::new(Address::default(), Address::default()),
        })
    }

    fn numbered(owed: &Owed) -> (u64, bool) {
        match owed {
            Owed::Receipt(receipt) => (receipt.number, receipt.sent_before),
            Owed::Saying(saying) => panic!("{saying:?} is no receipt"),
        }
    }

    fn filled(window: &mut Window, numbers: std::ops::Range<u64>) -> Vec<u32> {
        let sent = numbers.map(|number| {
            let sequence = window.next_sequence();
            window.push(receipt(number), number);
            sequence
        });
        sent.collect()
    }

    #[test]
    fn answers_in_any_order_find_their_receipts_once() {
        let mut window = Window::new(3);
        assert_eq!(filled(&mut window, 10..13), [1, 2, 3]);
        assert!(!window.has_room());
        let answered = |window: &mut Window, sequence| {
            let owed = window.answered(sequence);
            owed.map(|owed| numbered(&owed).0)
        };
        assert_eq!(answered(&mut window, 2), Some(11));
        assert_eq!(answered(&mut window, 2), None);
        assert!(window.has_room());
        assert_eq!(filled(&mut window, 13..14), [4]);
        for (sequence, number) in [(1, Some(10)), (4, Some(13)), (9, None), (0, None)] {
            assert_eq!(answered(&mut window, sequence), number);
        }
        assert_eq!(window.drain().len(), 1);
    }

    #[test]
    fn sequence_numbers_begin_again_after_the_last() {
        let mut window = Window::new(10);
        window.first_sequence = LAST_SEQUENCE - 1;
        let sent = filled(&mut window, 0..4);
        assert_eq!(sent, [LAST_SEQUENCE - 1, LAST_SEQUENCE, 1, 2]);
        assert_eq!(window.answered(1).map(|it| numbered(&it).0), Some(2));
        for sequence in [LAST_SEQUENCE - 1, LAST_SEQUENCE, 2] {
            assert!(window.answered(sequence).is_some(), "{sequence}");
        }
        assert_eq!(window.next_sequence(), 3);
    }

    #[test]
    fn the_oldest_is_given_up_when_its_time_is_over() {
        let mut window = Window::new(10);
        filled(&mut window, 10..12);
        assert_eq!(window.sent_before(10), None);
        let given_up = window.sent_before(11).unwrap();
        assert_eq!(numbered(&given_up), (10, true));
        assert_eq!(window.oldest_ms(), Some(11));
    }

    #[test]
    fn one_that_is_never_answered_stops_the_others_only_in_the_end() {
        let mut window = Window::new(2);
        filled(&mut window, 0..1);
        for answered in 2.. {
            if !window.has_room() {
                assert_eq!(answered, 9);
                break;
            }
            filled(&mut window, 1..2);
            assert!(window.answered(answered).is_some());
        }
    }
}
