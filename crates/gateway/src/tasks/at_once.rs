//! Messages that are leased when they are accepted and go to their connector without being read back from the queue: while that has
//! room, and nothing waits for it that they would overtake.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sms::{MessageState, Reason};
use store::ConnectorId;
use store::queue::ClaimedMessage;
use store::submissions::{AtOnce, NewSubmission};

use super::active::{ActiveConnector, Room};
use crate::Gateway;
use crate::connector::{Answer, Failure};

/// Messages on lease, with the room that they take, on their way to the dispatch of their connector. Given back to the queue when
/// nobody takes them out.
pub(crate) struct Leased {
    active: Arc<ActiveConnector>,
    messages: Vec<ClaimedMessage>,
    /// Kept until the messages are counted as in the connector's hands.
    room: Room,
}

impl Leased {
    /// Takes the messages out; what is dropped then is only their room.
    pub(crate) fn take(&mut self) -> Vec<ClaimedMessage> {
        self.room.is_used = true;
        std::mem::take(&mut self.messages)
    }
}

impl Drop for Leased {
    fn drop(&mut self) {
        for message in self.messages.drain(..) {
            self.active.take(&message, message.segments.into());
            self.active.answer(Answer {
                message: message.id,
                accepted: vec![],
                failure: Some(Failure::Retry {
                    reason: Reason::LinkDown,
                    after_ms: 0,
                    attempt_used: false,
                }),
                late: false,
            });
        }
    }
}

/// Tells what became of the wish that a submission goes out at once.
#[derive(Clone)]
pub(crate) struct Wish(Arc<AtomicBool>);

impl Wish {
    /// Tells whether the messages have been leased, and wait nowhere.
    pub(crate) fn has_come_true(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

impl Gateway {
    /// Asks the store to lease the messages of a submission when it accepts them, if all of them go at once to one connector that has
    /// room for them.
    pub(crate) fn at_once(&self, new: &NewSubmission) -> Option<(AtOnce, Wish)> {
        let (connector, segments) = whole(new)?;
        let active = self.0.actives.get(connector)?;
        let room = active.reserve(new.lane, segments)?;
        let wish = Wish(Arc::default());
        let told = wish.clone();
        let hand_over = move |messages| {
            told.0.store(true, Ordering::Release);
            let leased = Leased {
                active: Arc::clone(&active),
                messages,
                room,
            };
            active.hand_over(leased);
        };
        let at_once = AtOnce {
            connector,
            segments,
            hand_over: Box::new(hand_over),
        };
        Some((at_once, wish))
    }

    /// Rings the connectors that the messages of a submission wait for.
    pub(crate) fn wake_connectors(&self, connectors: &[ConnectorId]) {
        for connector in connectors {
            if let Some(active) = self.0.actives.get(*connector) {
                active.something_waits();
            }
        }
    }
}

/// The connector that all messages of a submission would wait for now, and how many segments they have; `None` when some wait for
/// another one or for something else.
fn whole(new: &NewSubmission) -> Option<(ConnectorId, u32)> {
    if new.test || new.start_at.is_some() || new.parts.is_some() || new.control.is_some() {
        return None;
    }
    let connector = new.messages.first()?.connector?;
    let mut segments = 0_u32;
    for message in &new.messages {
        if message.state != MessageState::Queued || message.connector != Some(connector) {
            return None;
        }
        segments = segments.saturating_add(message.segments.into());
    }
    Some((connector, segments))
}

/// The connectors that messages of a submission wait for, each once.
pub(crate) fn connectors(new: &NewSubmission) -> Vec<ConnectorId> {
    let mut connectors = Vec::new();
    for connector in new
        .messages
        .iter()
        .chain(&new.control)
        .filter_map(|m| m.connector)
    {
        if connectors.last() != Some(&connector) && !connectors.contains(&connector) {
            connectors.push(connector);
        }
    }
    connectors
}
