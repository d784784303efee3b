//! An operator that does with every message as a test tells it, without a network.

use std::sync::Arc;

use async_trait::async_trait;
use gateway::connector::{
    AcceptedSegment, Answer, Attempt, Condition, Connector, Connectors, Failure, Inbox, Receipt,
    Ticket, Unreported,
};
use gateway::directory::ConnectorSpec;
use sms::{Outcome, Reason};

/// How many segments the operator holds at once.
const CAPACITY: u32 = 1_000;

/// Says what becomes of a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// It is taken, and nothing more is heard of it.
    Taken,
    /// It is taken, and its outcome reported at once.
    Reported(Outcome),
    /// It is refused for good.
    Refused(Reason),
    /// Nobody knows: no answer comes.
    Lost,
}

type Decide = dyn Fn(&Attempt) -> Fate + Send + Sync;

/// Stands in for every operator that a gateway is configured with.
#[derive(Clone)]
pub struct Operator(Arc<Decide>);

impl Operator {
    /// Makes an operator that decides by the message.
    pub fn new(decide: impl Fn(&Attempt) -> Fate + Send + Sync + 'static) -> Self {
        Self(Arc::new(decide))
    }
}

impl Connectors for Operator {
    fn start(&self, _spec: &ConnectorSpec, inbox: Inbox) -> Result<Arc<dyn Connector>, String> {
        inbox.changed();
        Ok(Arc::new(Link {
            decide: Arc::clone(&self.0),
            inbox,
        }))
    }
}

struct Link {
    decide: Arc<Decide>,
    inbox: Inbox,
}

#[async_trait]
impl Connector for Link {
    fn capacity(&self) -> u32 {
        CAPACITY
    }

    fn is_up(&self) -> bool {
        true
    }

    fn submit(&self, attempts: Vec<Attempt>) {
        for attempt in attempts {
            self.settle(&attempt, (self.decide)(&attempt));
        }
    }

    fn acknowledge(&self, _tickets: Vec<Ticket>, _taken: bool) {}

    fn adjust(&self, _spec: &ConnectorSpec) -> bool {
        false
    }

    fn condition(&self) -> Condition {
        Condition::default()
    }

    fn learn(&self, _answered: &[u8], _reported: &[u8]) {}

    fn query(&self, _segments: Vec<Unreported>) {}

    async fn stop(&self) {}
}

impl Link {
    /// Answers an attempt and reports its outcome; a gateway that has stopped listening is told nothing.
    fn settle(&self, attempt: &Attempt, fate: Fate) {
        let message = attempt.message;
        let id = |segment: u16| format!("{message}-{segment}").into_bytes();
        let segments = attempt.segments.iter();
        let taken = || {
            segments
                .clone()
                .map(|(segment, _)| AcceptedSegment::new(*segment, id(*segment)))
        };
        let (accepted, failure, outcome) = match fate {
            Fate::Taken => (taken().collect(), None, None),
            Fate::Reported(outcome) => (taken().collect(), None, Some(outcome)),
            Fate::Refused(reason) => (Vec::new(), Some(Failure::Refused(reason)), None),
            Fate::Lost => (
                Vec::new(),
                Some(Failure::Unknown(Reason::ResponseTimeout)),
                None,
            ),
        };
        let answer = Answer {
            message,
            accepted,
            failure,
            late: false,
        };
        let ids: Vec<_> = answer
            .accepted
            .iter()
            .map(|taken| taken.upstream_id.clone())
            .collect();
        // The receivers live as long as the tasks do.
        let _ = self.inbox.answers.send(answer);
        if outcome.is_some() {
            for (number, id) in (0..).zip(ids) {
                let ticket = Ticket {
                    link: 0,
                    session: 0,
                    number,
                };
                let _ = self.inbox.receipts.try_send(Receipt {
                    ticket: Some(ticket),
                    id: id.clone(),
                    candidates: vec![id],
                    numbers: [None; 2],
                    outcome,
                });
            }
        }
    }
}
