//! What the tasks of one connector share: the connector, and the account of what is in its hands.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use foldhash::HashMap;
use sms::{Lane, Timestamp};
use store::queue::ClaimedMessage;
use store::{ConnectorId, MessageId};
use tokio::sync::{Notify, mpsc};
use tokio::time::Instant;

use super::at_once::Leased;
use crate::Gateway;
use crate::connector::{Answer, Connector};
use crate::directory::{ConnectorSettings, ConnectorSpec};
use crate::health::Patience;

/// How often it is looked at the most how a connector's upstream writes its ids.
const LEARN_EVERY: Duration = Duration::from_secs(1);

pub(crate) struct ActiveConnector {
    pub(crate) id: ConnectorId,
    pub(crate) name: String,
    pub(crate) connector: Arc<dyn Connector>,
    /// Rung when the connector has come up or gone down, and when there is room again.
    pub(crate) wake: Arc<Notify>,
    settings: ArcSwap<ConnectorSettings>,
    hands: Mutex<Hands>,
    learned_at: Mutex<Option<Instant>>,
    /// Counts how often something may have come into the queue.
    waits: AtomicU64,
    /// What that count was when the queue was found empty last.
    emptied: AtomicU64,
    /// To the dispatch: what was leased at its acceptance.
    leased: mpsc::UnboundedSender<Leased>,
    /// To the records: what came of messages.
    answers: mpsc::UnboundedSender<Answer>,
}

/// Room that is kept for messages which are about to be in hand; given back when it is dropped.
pub(crate) struct Room {
    active: Arc<ActiveConnector>,
    segments: u32,
    is_otp: bool,
    /// Whether messages in hand have taken its place, so that nobody else need be told of it.
    pub(crate) is_used: bool,
}

impl Drop for Room {
    fn drop(&mut self) {
        let mut hands = self.active.hands();
        hands.rooms -= 1;
        hands.segments -= self.segments;
        if self.is_otp {
            hands.otp_segments -= self.segments;
        }
        drop(hands);
        if !self.is_used {
            self.active.wake.notify_one();
        }
    }
}

/// The connectors that run.
#[derive(Clone, Default)]
pub(crate) struct Actives(Arc<Mutex<HashMap<ConnectorId, Arc<ActiveConnector>>>>);

impl Actives {
    pub(crate) fn add(&self, active: &Arc<ActiveConnector>) {
        self.lock().insert(active.id, Arc::clone(active));
    }

    pub(crate) fn remove(&self, connector: ConnectorId) {
        self.lock().remove(&connector);
    }

    pub(crate) fn get(&self, connector: ConnectorId) -> Option<Arc<ActiveConnector>> {
        self.lock().get(&connector).cloned()
    }

    pub(crate) fn all(&self) -> Vec<Arc<ActiveConnector>> {
        self.lock().values().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ConnectorId, Arc<ActiveConnector>>> {
        // One insertion or removal at a time: a panic elsewhere cannot leave it half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the connector was given and has not durably answered.
#[derive(Default)]
struct Hands {
    segments: u32,
    /// Those of the most urgent lane among them.
    otp_segments: u32,
    /// How many rooms are kept.
    rooms: usize,
    messages: HashMap<MessageId, InHand>,
    /// The number of the last attempt.
    last_attempt: u64,
}

/// What is remembered of a claimed message until its answer is recorded.
#[derive(Clone, Copy)]
pub(crate) struct InHand {
    /// Which attempt this is, among all of this connector.
    pub(crate) attempt: u64,
    segments: u32,
    is_otp: bool,
    /// Attempts of the message before, those that the upstream refused for a while.
    pub(crate) attempts: u32,
    pub(crate) doubts: u32,
    pub(crate) expires_at: Timestamp,
}

impl ActiveConnector {
    pub(crate) fn new(
        spec: &ConnectorSpec,
        connector: Arc<dyn Connector>,
        wake: Arc<Notify>,
        leased: mpsc::UnboundedSender<Leased>,
        answers: mpsc::UnboundedSender<Answer>,
    ) -> Self {
        Self {
            id: spec.id,
            name: spec.name.clone(),
            connector,
            wake,
            settings: ArcSwap::from_pointee(spec.settings.clone()),
            hands: Mutex::default(),
            learned_at: Mutex::default(),
            // The queue may hold what an earlier process has left.
            waits: AtomicU64::new(1),
            emptied: AtomicU64::new(0),
            leased,
            answers,
        }
    }

    /// Notes that something may have come into the queue.
    pub(crate) fn something_waits(&self) {
        self.waits.fetch_add(1, Ordering::AcqRel);
        self.wake.notify_one();
    }

    /// Tells up to where the queue has to be looked into; `None` when nothing can have come into it since it was found empty.
    pub(crate) fn to_look_into(&self) -> Option<u64> {
        let waits = self.waits.load(Ordering::Acquire);
        (waits != self.emptied.load(Ordering::Acquire)).then_some(waits)
    }

    /// Notes that the queue was found empty, after a look that began at this count.
    pub(crate) fn found_empty(&self, waits: u64) {
        self.emptied.store(waits, Ordering::Release);
    }

    /// Keeps room for messages of a lane that are to be leased at their acceptance; `None` while there is not enough, or something
    /// waits that they would overtake.
    pub(crate) fn reserve(self: &Arc<Self>, lane: Lane, segments: u32) -> Option<Room> {
        if self.to_look_into().is_some() || !self.connector.is_up() {
            return None;
        }
        let capacity = self.connector.capacity();
        let is_otp = lane == Lane::Otp;
        let mut hands = self.hands();
        let taken = if is_otp {
            hands.otp_segments
        } else {
            hands.segments
        };
        if segments > capacity.saturating_sub(taken) {
            return None;
        }
        hands.rooms += 1;
        hands.segments += segments;
        if is_otp {
            hands.otp_segments += segments;
        }
        drop(hands);
        Some(Room {
            active: Arc::clone(self),
            segments,
            is_otp,
            is_used: false,
        })
    }

    /// Hands leased messages to the dispatch.
    pub(crate) fn hand_over(&self, leased: Leased) {
        // When the dispatch has ended they come back, and give themselves back to the queue.
        let _ = self.leased.send(leased);
    }

    /// Tells the records what came of a message in hand.
    pub(crate) fn answer(&self, answer: Answer) {
        // Who does not listen any more has stopped: the leases tell the next start.
        let _ = self.answers.send(answer);
    }

    /// The settings of now.
    pub(crate) fn settings(&self) -> Arc<ConnectorSettings> {
        self.settings.load_full()
    }

    /// Notes settings that the connector has taken on.
    pub(crate) fn adjusted(&self, settings: &ConnectorSettings) {
        self.settings.store(Arc::new(settings.clone()));
        self.wake.notify_one();
    }

    /// Notes whether the connector is up, for the judgement about it.
    pub(crate) fn observe(&self, gateway: &Gateway) {
        let (is_up, patience) = (self.connector.is_up(), Patience::of(&self.settings()));
        let (health, now) = (&gateway.0.health, gateway.now());
        health.observe(self.id, &self.name, is_up, patience, now);
    }

    /// Tells whether it is time again to look at how the upstream writes its ids.
    pub(crate) fn may_learn(&self) -> bool {
        let mut learned_at = self
            .learned_at
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let may = learned_at.is_none_or(|at| at.elapsed() >= LEARN_EVERY);
        if may {
            *learned_at = Some(Instant::now());
        }
        may
    }

    /// How many more segments may be claimed of all lanes, and how many of the most urgent one. Room comes back only when an
    /// answer is durable: so what a crash can make us send twice is never more than the window (the last long message may be
    /// claimed beyond it, and waits in the connector).
    ///
    /// One-time passwords have a whole capacity of their own: what of other lanes is in the connector's hands, however long it is
    /// not answered, does not keep them in the queue; and in its hands they leave first.
    pub(crate) fn room(&self) -> (u32, u32) {
        let capacity = self.connector.capacity();
        let hands = self.hands();
        let of_all = capacity.saturating_sub(hands.segments);
        (of_all, capacity.saturating_sub(hands.otp_segments))
    }

    pub(crate) fn take(&self, message: &ClaimedMessage, segments: u32) {
        let mut hands = self.hands();
        hands.last_attempt += 1;
        let in_hand = InHand {
            attempt: hands.last_attempt,
            segments,
            is_otp: message.lane == Lane::Otp,
            attempts: message.attempts,
            doubts: message.doubts,
            expires_at: message.expires_at,
        };
        hands.count(in_hand);
        if let Some(earlier) = hands.messages.insert(message.id, in_hand) {
            // It could be claimed again only because the earlier attempt's answer is durable; `release` will find it gone.
            hands.discount(earlier);
        }
    }

    /// What is known of a message in hand; `None` for one whose answer is recorded.
    pub(crate) fn in_hand(&self, message: MessageId) -> Option<InHand> {
        self.hands().messages.get(&message).copied()
    }

    /// Gives back the room of attempts whose answers are durable.
    pub(crate) fn release(&self, answered: impl IntoIterator<Item = (MessageId, InHand)>) {
        let mut hands = self.hands();
        for (message, answered) in answered {
            // A message may have been claimed again since: that attempt is still in hand.
            let present = hands.messages.get(&message).map(|now| now.attempt);
            if present == Some(answered.attempt) {
                hands.messages.remove(&message);
                hands.discount(answered);
            }
        }
        drop(hands);
        self.wake.notify_one();
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.hands().messages.is_empty()
    }

    /// Tells whether room is kept for messages that are being accepted.
    pub(crate) fn keeps_room(&self) -> bool {
        self.hands().rooms > 0
    }

    fn hands(&self) -> MutexGuard<'_, Hands> {
        // The counts are changed in one step each: a panic elsewhere cannot leave them half done.
        self.hands.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hands {
    fn count(&mut self, taken: InHand) {
        self.segments += taken.segments;
        if taken.is_otp {
            self.otp_segments += taken.segments;
        }
    }

    fn discount(&mut self, given_back: InHand) {
        self.segments -= given_back.segments;
        if given_back.is_otp {
            self.otp_segments -= given_back.segments;
        }
    }
}
