//! What the phones received: messages to look at, and counts to compare.

use std::collections::hash_map::DefaultHasher;
use std::collections::{HashMap, VecDeque};
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use crate::config::Recording;
use crate::saying::Saying;
use crate::server::Shared;

/// A text as its phone shows it, with all its segments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Received {
    /// The recipient as submitted.
    pub to: String,
    /// The originator as submitted.
    pub from: String,
    /// The whole text; of a binary message all octets in hexadecimal, a header of its own among them.
    pub text: String,
    /// Whether the phone shows it at once and does not keep it.
    pub flash: bool,
    /// Whether it is octets and not a text.
    pub binary: bool,
    /// How many segments it came in.
    pub segments: u16,
    /// The id that the first segment to come was answered with.
    pub id: String,
    /// When the last segment came, in milliseconds since the Unix epoch.
    pub received_at: u64,
    /// The PDU of each segment, in the text's order.
    #[serde(skip)]
    pub raw: Vec<Vec<u8>>,
}

/// How much happened since the start, or since the journal began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counters {
    /// Links that were opened to this process.
    pub links: u64,
    /// Submits that came to this process, whatever became of them.
    pub submitted_segments: u64,
    /// Segments that the network took.
    pub accepted_segments: u64,
    /// Segments that came while the rest of their text was missing and that were here before.
    pub repeated_segments: u64,
    /// Texts that are whole.
    pub messages: u64,
    /// Texts that came before with the same recipient, originator and content.
    pub duplicates: u64,
    /// Submits refused, throttled ones among them.
    pub refused: u64,
    /// Submits answered with `ESME_RTHROTTLED`.
    pub throttled: u64,
    /// Submits never answered.
    pub unanswered: u64,
    /// Receipts that were sent, repetitions among them.
    pub receipts_sent: u64,
    /// Receipts sent again because nobody answered them.
    pub receipts_resent: u64,
    /// Receipts that the other side took.
    pub receipts_answered: u64,
    /// Receipts that the other side refused for the moment.
    pub receipts_deferred: u64,
    /// Receipts that the other side refused for good; they are not sent again.
    pub receipts_refused: u64,
    /// Receipts of messages that are on their way still, or that nobody submitted.
    pub notices_sent: u64,
    /// Submits that were answered oddly: with something besides, or instead.
    pub odd_answers: u64,
    /// Links that the scenario reset or tore off.
    pub links_broken: u64,
    /// Binds that were refused.
    pub binds_refused: u64,
    /// Messages that were cancelled by who had submitted them.
    pub cancelled: u64,
    /// Questions for the state of a message.
    pub queries: u64,
    /// Segments of messages from phones that the other side took.
    pub sayings_answered: u64,
    /// Receipts that are owed: not due yet, waiting for a bind, or not answered.
    pub receipts_pending: u64,
}

/// Looks at what was received; cheap to clone, alive as long as any clone.
#[derive(Debug, Clone)]
pub struct Inbox {
    shared: Arc<Shared>,
}

impl Inbox {
    pub(crate) const fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Gives the messages of one recipient, or all, oldest first.
    ///
    /// Empty under [`Recording::Counts`].
    pub fn messages(&self, to: Option<&str>) -> Vec<Received> {
        self.shared.world().shelf.messages(to)
    }

    /// Gives the messages of one recipient, or all, as soon as there is one; empty when none
    /// came in time. Under [`Recording::Counts`] none ever does.
    pub async fn wait(&self, to: Option<&str>, timeout: Duration) -> Vec<Received> {
        self.wait_until(timeout, || {
            let messages = self.messages(to);
            (!messages.is_empty()).then_some(messages)
        })
        .await
        .unwrap_or_default()
    }

    /// Waits until the counters satisfy a condition; gives the last ones, whether they do or the
    /// time is over.
    pub async fn wait_for(
        &self,
        timeout: Duration,
        condition: impl Fn(&Counters) -> bool,
    ) -> Counters {
        self.wait_until(timeout, || {
            let counters = self.counters();
            condition(&counters).then_some(counters)
        })
        .await
        .unwrap_or_else(|| self.counters())
    }

    /// Makes a phone send a text to a number of the ESME: it goes to the `system_id` that bound first, over the next of its
    /// links that can carry it, and again until it is answered, but not after a restart.
    ///
    /// Tells how many segments it has: 0, and nothing is sent, when it is longer than any text can be. `None` while nobody has
    /// bound.
    pub fn say(&self, from: &str, to: &str, text: &str) -> Option<usize> {
        let now_ms = self.shared.clock.now_ms();
        let mut world = self.shared.world();
        let sayings = Saying::all(from, to, text, world.next_reference());
        let segments = sayings.len();
        world.say(sayings, now_ms).then_some(segments)
    }

    /// Forgets the messages and their counts; receipts that are owed stay owed.
    pub fn clear(&self) {
        self.shared.world().clear();
    }

    /// Tells how much happened.
    pub fn counters(&self) -> Counters {
        self.shared.world().counters()
    }

    /// Tells how many texts came once more than once, repetition by repetition.
    pub fn duplicates(&self) -> u64 {
        self.counters().duplicates
    }

    /// Tells how often one text came from one originator to one recipient.
    pub fn arrivals(&self, to: &str, from: &str, text: &str) -> u32 {
        self.shared.world().shelf.arrivals(to, from, text)
    }

    async fn wait_until<T>(
        &self,
        timeout: Duration,
        mut look: impl FnMut() -> Option<T>,
    ) -> Option<T> {
        let looking = async {
            loop {
                // Asked for before looking, so that a change in between is not missed.
                let mut changed = std::pin::pin!(self.shared.changed.notified());
                changed.as_mut().enable();
                if let Some(found) = look() {
                    return found;
                }
                changed.await;
            }
        };
        tokio::time::timeout(timeout, looking).await.ok()
    }
}

/// Distinct texts whose arrivals are counted; texts beyond that are taken for new ones.
const DISTINCT_LIMIT: usize = 4_000_000;

/// Keeps the messages and their counts.
#[derive(Debug)]
pub(crate) struct Shelf {
    recording: Recording,
    limit: usize,
    messages: VecDeque<Received>,
    /// How often each text came, by a hash: the texts of a million messages need not be kept.
    arrivals: HashMap<u64, u32>,
}

impl Shelf {
    pub(crate) fn new(recording: Recording, limit: usize) -> Self {
        Self {
            recording,
            limit,
            messages: VecDeque::new(),
            arrivals: HashMap::new(),
        }
    }

    /// Counts a text and tells whether it came before.
    pub(crate) fn count(&mut self, to: &str, from: &str, text: &str) -> bool {
        let key = fingerprint(to, from, text);
        if let Some(times) = self.arrivals.get_mut(&key) {
            *times = times.saturating_add(1);
            return true;
        }
        if self.arrivals.len() < DISTINCT_LIMIT {
            self.arrivals.insert(key, 1);
        }
        false
    }

    /// Keeps a message, and lets the oldest go when there are too many; it is not even made
    /// when messages are only counted.
    pub(crate) fn keep(&mut self, received: impl FnOnce() -> Received) {
        if self.recording == Recording::Counts {
            return;
        }
        self.messages.push_back(received());
        if self.messages.len() > self.limit {
            self.messages.pop_front();
        }
    }

    /// Takes a message back, by the id that it was answered with.
    pub(crate) fn take_back(&mut self, id: &str) {
        self.messages.retain(|message| message.id != id);
    }

    pub(crate) fn clear(&mut self) {
        self.messages.clear();
        self.arrivals.clear();
    }

    fn messages(&self, to: Option<&str>) -> Vec<Received> {
        let wanted = |message: &&Received| to.is_none_or(|to| message.to == to);
        self.messages.iter().filter(wanted).cloned().collect()
    }

    fn arrivals(&self, to: &str, from: &str, text: &str) -> u32 {
        let key = fingerprint(to, from, text);
        self.arrivals.get(&key).copied().unwrap_or(0)
    }
}

fn fingerprint(to: &str, from: &str, text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (to, from, text).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(to: &str, text: &str) -> Received {
        Received {
            to: to.to_owned(),
            from: "SHOP".to_owned(),
            text: text.to_owned(),
            flash: false,
            binary: false,
            segments: 1,
            id: "1".to_owned(),
            received_at: 0,
            raw: Vec::new(),
        }
    }

    #[test]
    fn the_oldest_message_goes_when_there_are_too_many() {
        let mut shelf = Shelf::new(Recording::Full, 2);
        for text in ["a", "b", "c"] {
            shelf.keep(|| received("1", text));
        }
        let texts: Vec<_> = shelf.messages(None).into_iter().map(|it| it.text).collect();
        assert_eq!(texts, ["b", "c"]);
        assert_eq!(shelf.messages(Some("2")), []);
    }

    #[test]
    fn the_same_text_to_the_same_phone_is_a_repetition() {
        let mut shelf = Shelf::new(Recording::Counts, 2);
        assert!(!shelf.count("1", "SHOP", "a"));
        assert!(shelf.count("1", "SHOP", "a"));
        assert!(!shelf.count("2", "SHOP", "a"));
        assert!(!shelf.count("1", "SHO", "Pa"));
        assert_eq!(shelf.arrivals("1", "SHOP", "a"), 2);
        assert_eq!(shelf.arrivals("3", "SHOP", "a"), 0);
    }

    #[test]
    fn nothing_is_kept_when_messages_are_only_counted() {
        let mut shelf = Shelf::new(Recording::Counts, 2);
        shelf.keep(|| received("1", "a"));
        assert_eq!(shelf.messages(None), []);
    }
}
