//! What the tasks of one connector share: the connector, and the account of what is in its hands.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use sms::Timestamp;
use store::MessageId;
use store::queue::ClaimedMessage;
use tokio::sync::Notify;

use crate::connector::Connector;
use crate::directory::ConnectorSpec;

pub(crate) struct ActiveConnector {
    pub(crate) spec: ConnectorSpec,
    pub(crate) connector: Arc<dyn Connector>,
    /// Rung when the connector has come up or gone down, and when there is room again.
    pub(crate) wake: Arc<Notify>,
    hands: Mutex<Hands>,
}

/// What the connector was given and has not durably answered.
#[derive(Default)]
struct Hands {
    segments: u32,
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
    /// Attempts of the message before, those that the upstream refused for a while.
    pub(crate) attempts: u32,
    pub(crate) doubts: u32,
    pub(crate) expires_at: Timestamp,
}

impl ActiveConnector {
    pub(crate) fn new(
        spec: ConnectorSpec,
        connector: Arc<dyn Connector>,
        wake: Arc<Notify>,
    ) -> Self {
        Self {
            spec,
            connector,
            wake,
            hands: Mutex::default(),
        }
    }

    /// How many more segments may be claimed. Room comes back only when an answer is durable: so what a crash can make us send
    /// twice is never more than the window (the last long message may be claimed beyond it, and waits in the connector).
    pub(crate) fn room(&self) -> u32 {
        self.connector
            .capacity()
            .saturating_sub(self.hands().segments)
    }

    pub(crate) fn take(&self, message: &ClaimedMessage, segments: u32) {
        let mut hands = self.hands();
        hands.last_attempt += 1;
        let in_hand = InHand {
            attempt: hands.last_attempt,
            segments,
            attempts: message.attempts,
            doubts: message.doubts,
            expires_at: message.expires_at,
        };
        hands.segments += segments;
        if let Some(earlier) = hands.messages.insert(message.id, in_hand) {
            // It could be claimed again only because the earlier attempt's answer is durable; `release` will find it gone.
            hands.segments -= earlier.segments;
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
                hands.segments -= answered.segments;
            }
        }
        drop(hands);
        self.wake.notify_one();
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.hands().messages.is_empty()
    }

    fn hands(&self) -> std::sync::MutexGuard<'_, Hands> {
        // The counts are changed in one step each: a panic elsewhere cannot leave them half done.
        self.hands.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
