//! What is owed to one `system_id`, receipts and messages from phones: when each is due, and over which link it goes.

pub(crate) mod form;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use tokio::sync::Notify;

use crate::outcome::Outcome;
use crate::saying::Saying;

/// What nobody has answered yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Owed {
    Receipt(Receipt),
    Saying(Box<Saying>),
}

impl Owed {
    /// The link that it must not go over where there is another.
    const fn origin(&self) -> Option<u64> {
        match self {
            Self::Receipt(receipt) => receipt.origin,
            Self::Saying(_) => None,
        }
    }
}

impl From<Receipt> for Owed {
    fn from(receipt: Receipt) -> Self {
        Self::Receipt(receipt)
    }
}

/// A receipt that nobody has answered yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Receipt {
    /// The message's number, from which its id is made.
    pub(crate) number: u64,
    /// Which of a message's receipts this is, from 0.
    pub(crate) copy: u8,
    pub(crate) kind: Kind,
    pub(crate) outcome: Outcome,
    pub(crate) submitted_at_ms: u64,
    /// The link that the message came over; none after a restart.
    pub(crate) origin: Option<u64>,
    /// Whether it was sent before.
    pub(crate) sent_before: bool,
    pub(crate) parties: Parties,
}

/// What a receipt is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The end of a message: owed until it is answered, also after a restart.
    Final,
    /// A message that is on its way still.
    Intermediate,
    /// A message that nobody submitted.
    Foreign,
}

/// Handset and originator in one allocation: a million of them may be waiting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parties {
    /// Type of number and numbering plan of the handset, then of the originator.
    numbering: [u8; 4],
    handset_length: u8,
    octets: Box<[u8]>,
}

impl Parties {
    /// Keeps two addresses; one longer than 255 octets is cut, as no address is.
    pub(crate) fn new(handset: smpp::Address<'_>, originator: smpp::Address<'_>) -> Self {
        let handset_length = u8::try_from(handset.address.len()).unwrap_or(u8::MAX);
        let kept = &handset.address[..usize::from(handset_length)];
        Self {
            numbering: [handset.ton, handset.npi, originator.ton, originator.npi],
            handset_length,
            octets: [kept, originator.address].concat().into(),
        }
    }

    pub(crate) fn handset(&self) -> smpp::Address<'_> {
        smpp::Address {
            ton: self.numbering[0],
            npi: self.numbering[1],
            address: &self.octets[..usize::from(self.handset_length)],
        }
    }

    pub(crate) fn originator(&self) -> smpp::Address<'_> {
        smpp::Address {
            ton: self.numbering[2],
            npi: self.numbering[3],
            address: &self.octets[usize::from(self.handset_length)..],
        }
    }
}

/// What is owed to one `system_id`, and the links that may carry it.
#[derive(Debug, Default)]
pub(crate) struct Mailbox {
    /// By the millisecond in which they are due: a bucket costs no more than what is in it, however
    /// much waits, and keeps their order.
    scheduled: BTreeMap<u64, Vec<Owed>>,
    /// Due, and waiting for a link with room.
    due: VecDeque<Owed>,
    carriers: Vec<Carrier>,
    /// Which carrier is handed the next one that must go over another bind.
    turn: usize,
}

#[derive(Debug)]
struct Carrier {
    link: u64,
    wake: Arc<Notify>,
    handed: VecDeque<Owed>,
}

impl Mailbox {
    /// Lets a link that is bound to receive carry what is owed.
    pub(crate) fn attach(&mut self, link: u64, wake: Arc<Notify>) {
        self.carriers.push(Carrier {
            link,
            wake,
            handed: VecDeque::new(),
        });
    }

    /// Takes back what a link that ended did not get answered, to be sent before anything else.
    pub(crate) fn detach(&mut self, link: u64, unanswered: Vec<Owed>) {
        let mut returned = VecDeque::from(unanswered);
        if let Some(index) = self.carriers.iter().position(|it| it.link == link) {
            returned.append(&mut self.carriers.swap_remove(index).handed);
        }
        returned.append(&mut self.due);
        self.due = returned;
        self.wake_others(link);
    }

    /// Owes something from a moment on; wakes the other links when it is the next one.
    pub(crate) fn schedule(&mut self, due_ms: u64, owed: Owed, by: Option<u64>) {
        let first = self.scheduled.first_key_value().map(|(due_ms, _)| *due_ms);
        self.scheduled.entry(due_ms).or_default().push(owed);
        if first.is_none_or(|first| due_ms < first) {
            self.wake_others(by.unwrap_or(u64::MAX));
        }
    }

    /// Takes the next one that a link may carry now.
    pub(crate) fn take(&mut self, link: u64, now_ms: u64, on_other_bind: bool) -> Option<Owed> {
        self.collect_due(now_ms);
        let handed = |carrier: &mut Carrier| carrier.handed.pop_front();
        let own = self.carriers.iter_mut().find(|it| it.link == link);
        if let Some(owed) = own.and_then(handed) {
            return Some(owed);
        }
        loop {
            let owed = self.due.pop_front()?;
            if on_other_bind && owed.origin() == Some(link) && self.carriers.len() > 1 {
                self.hand_over(link, owed);
            } else {
                return Some(owed);
            }
        }
    }

    /// Tells when a link with room should look again; `None` when nothing is owed.
    pub(crate) fn next_due_ms(&self) -> Option<u64> {
        if self.due.is_empty() {
            self.scheduled.first_key_value().map(|(due_ms, _)| *due_ms)
        } else {
            Some(0)
        }
    }

    fn collect_due(&mut self, now_ms: u64) {
        while let Some(bucket) = self.scheduled.first_entry()
            && *bucket.key() <= now_ms
        {
            self.due.extend(bucket.remove());
        }
    }

    fn hand_over(&mut self, from: u64, owed: Owed) {
        self.turn = (self.turn + 1) % self.carriers.len();
        if self.carriers[self.turn].link == from {
            self.turn = (self.turn + 1) % self.carriers.len();
        }
        let carrier = &mut self.carriers[self.turn];
        carrier.handed.push_back(owed);
        carrier.wake.notify_one();
    }

    fn wake_others(&self, link: u64) {
        for carrier in self.carriers.iter().filter(|it| it.link != link) {
            carrier.wake.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use smpp::Address;

    use super::*;

    fn receipt(number: u64, origin: u64) -> Receipt {
        Receipt {
            number,
            copy: 0,
            kind: Kind::Final,
            outcome: Outcome::Delivered,
            submitted_at_ms: 0,
            origin: Some(origin),
            sent_before: false,
            parties: Parties::new(
                Address::international(b"380501234567"),
                Address::alphanumeric(b"SHOP"),
            ),
        }
    }

    fn number(owed: &Owed) -> u64 {
        match owed {
            Owed::Receipt(receipt) => receipt.number,
            Owed::Saying(saying) => panic!("{saying:?} is no receipt"),
        }
    }

    fn taken(mailbox: &mut Mailbox, link: u64, now_ms: u64) -> Vec<u64> {
        std::iter::from_fn(|| mailbox.take(link, now_ms, false))
            .map(|owed| number(&owed))
            .collect()
    }

    #[test]
    fn receipts_are_taken_when_due_in_their_order() {
        let mut mailbox = Mailbox::default();
        mailbox.attach(1, Arc::default());
        for (number, due_ms) in [(1, 30), (2, 10), (3, 30), (4, 31)] {
            mailbox.schedule(due_ms, receipt(number, 1).into(), None);
        }
        assert_eq!(mailbox.next_due_ms(), Some(10));
        assert!(taken(&mut mailbox, 1, 9).is_empty());
        assert_eq!(taken(&mut mailbox, 1, 30), [2, 1, 3]);
        assert_eq!(mailbox.next_due_ms(), Some(31));
    }

    #[test]
    fn what_a_link_left_unanswered_goes_first_over_the_next() {
        let mut mailbox = Mailbox::default();
        mailbox.attach(1, Arc::default());
        mailbox.schedule(5, receipt(9, 1).into(), None);
        mailbox.detach(1, vec![receipt(1, 1).into(), receipt(2, 1).into()]);
        mailbox.attach(2, Arc::default());
        assert_eq!(taken(&mut mailbox, 2, 5), [1, 2, 9]);
    }

    #[test]
    fn a_receipt_goes_over_another_bind_where_there_is_one() {
        let mut mailbox = Mailbox::default();
        mailbox.attach(1, Arc::default());
        mailbox.schedule(0, receipt(1, 1).into(), None);
        assert_eq!(mailbox.take(1, 0, true).map(|it| number(&it)), Some(1));
        mailbox.attach(2, Arc::default());
        mailbox.schedule(0, receipt(2, 1).into(), None);
        assert_eq!(mailbox.take(1, 0, true), None);
        assert_eq!(mailbox.take(2, 0, true).map(|it| number(&it)), Some(2));
    }

    #[test]
    fn both_addresses_are_kept() {
        let parties = receipt(1, 1).parties;
        assert_eq!(parties.handset(), Address::international(b"380501234567"));
        assert_eq!(parties.originator(), Address::alphanumeric(b"SHOP"));
    }
}
