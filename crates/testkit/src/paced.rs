//! An operator that takes so many segments a second, the most urgent first, and answers late: in real time.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use gateway::connector::{
    AcceptedSegment, Answer, Attempt, Condition, Connector, Connectors, Inbox, Ticket, Unreported,
};
use gateway::directory::ConnectorSpec;
use gateway::registry::Registry;
use sms::Lane;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

/// Says how an operator behaves, and sees what goes onto its wire.
#[derive(Clone)]
pub struct Paced {
    /// How many segments the gateway may have with it at once.
    pub capacity: u32,
    /// How many messages go onto the wire in a second; at least 1.
    pub per_second: u32,
    /// How long the operator takes to answer.
    pub answers_after: Duration,
    /// Is told of each message as it goes onto the wire.
    pub on_wire: Arc<dyn Fn(&Attempt) + Send + Sync>,
}

impl Connectors for Paced {
    fn start(&self, _spec: &ConnectorSpec, inbox: Inbox) -> Result<Arc<dyn Connector>, String> {
        inbox.changed();
        let hands = Arc::new(Mutex::new(Hands::default()));
        let mut tasks = Registry::default();
        let task = (self.clone(), inbox, Arc::clone(&hands));
        tasks.spawn("pace", |stop| run(task.0, task.1, task.2, stop));
        Ok(Arc::new(Link {
            capacity: self.capacity,
            hands,
            tasks: tokio::sync::Mutex::new(tasks),
        }))
    }
}

struct Link {
    capacity: u32,
    hands: Arc<Mutex<Hands>>,
    tasks: tokio::sync::Mutex<Registry>,
}

/// What waits for its place on the wire: by lane, then in the order of handing over.
#[derive(Default)]
struct Hands {
    waiting: BTreeMap<(Lane, u64), Attempt>,
    taken: u64,
}

async fn run(operator: Paced, inbox: Inbox, hands: Arc<Mutex<Hands>>, stop: CancellationToken) {
    let mut ticks = interval(Duration::from_secs(1) / operator.per_second);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut to_answer: VecDeque<(Instant, Attempt)> = VecDeque::new();
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = stop.cancelled() => return,
        }
        let now = Instant::now();
        let next = lock(&hands).waiting.pop_first();
        if let Some((_, attempt)) = next {
            (operator.on_wire)(&attempt);
            to_answer.push_back((now + operator.answers_after, attempt));
        }
        while let Some((_, attempt)) = to_answer.pop_front_if(|(at, _)| *at <= now) {
            let message = attempt.message;
            let taken =
                |(index, _): &(u16, _)| AcceptedSegment::new(*index, format!("{message}-{index}"));
            // A gateway that has stopped listens no more.
            let _ = inbox.answers.send(Answer {
                message,
                accepted: attempt.segments.iter().map(taken).collect(),
                failure: None,
                late: false,
            });
        }
    }
}

#[async_trait]
impl Connector for Link {
    fn capacity(&self) -> u32 {
        self.capacity
    }

    fn is_up(&self) -> bool {
        true
    }

    fn submit(&self, attempts: Vec<Attempt>) {
        let mut hands = lock(&self.hands);
        for attempt in attempts {
            let place = (attempt.lane, hands.taken);
            hands.taken += 1;
            hands.waiting.insert(place, attempt);
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

    async fn stop(&self) {
        std::mem::take(&mut *self.tasks.lock().await).stop().await;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
