//! A connector in memory that a test plays by hand: it sees what is handed over, and answers what and when it likes.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use gateway::MessageId;
use gateway::connector::{
    AcceptedSegment, Answer, Attempt, Condition, Connector, Connectors, Content, Failure, Inbound,
    Inbox, Receipt, Ticket, Unreported,
};
use gateway::directory::ConnectorSpec;
use sms::{Outcome, Reason};
use tokio::sync::Notify;
use tokio::time::timeout;

/// How long a test waits for what must happen before it fails.
const DEADLINE: Duration = Duration::from_secs(10);

/// Starts ways in memory, and finds them again by their connector's name; clones are the same.
#[derive(Clone, Default)]
pub struct Loopback(Arc<Shared>);

#[derive(Default)]
struct Shared {
    ways: Mutex<HashMap<String, Arc<Way>>>,
    /// The names of connectors that cannot be started.
    refused: Mutex<HashSet<String>>,
    started: Notify,
}

/// Is one connector, as the test plays it.
pub struct Way {
    inbox: Inbox,
    capacity: AtomicU32,
    /// Whether it takes on changed settings without being started again.
    adjusts: AtomicBool,
    condition: Mutex<Condition>,
    /// The ids that it was shown, as answered and as reported.
    learned: Mutex<Vec<(Vec<u8>, Vec<u8>)>>,
    /// What it was told to ask for and the test has not looked at.
    queried: Mutex<Vec<Unreported>>,
    is_up: AtomicBool,
    is_stopped: AtomicBool,
    /// What was handed over and not yet looked at by the test.
    hands: Mutex<Vec<Attempt>>,
    /// The segments handed over and not yet answered.
    outstanding: Mutex<HashMap<MessageId, u32>>,
    /// The most segments that were ever outstanding.
    most: AtomicU32,
    acknowledged: Mutex<Vec<(Ticket, bool)>>,
    /// Rung when something was handed over, acknowledged, learned or queried.
    rung: Notify,
}

impl Loopback {
    /// Waits for the connector of that name to be started (again), and answers it.
    pub async fn way(&self, name: &str) -> Arc<Way> {
        let found = || {
            let ways = lock(&self.0.ways);
            ways.get(name).filter(|way| !way.is_stopped()).cloned()
        };
        until(
            &self.0.started,
            &format!("connector {name} to start"),
            found,
        )
        .await
    }

    /// Lets no connector of that name be started from now on.
    pub fn refuse(&self, name: &str) {
        lock(&self.0.refused).insert(name.to_owned());
    }

    /// Tells whether a connector of that name runs now.
    pub fn runs(&self, name: &str) -> bool {
        let ways = lock(&self.0.ways);
        ways.get(name).is_some_and(|way| !way.is_stopped())
    }
}

impl Connectors for Loopback {
    fn start(&self, spec: &ConnectorSpec, inbox: Inbox) -> Result<Arc<dyn Connector>, String> {
        if lock(&self.0.refused).contains(&spec.name) {
            return Err("the test does not let it start".into());
        }
        let way = Arc::new(Way {
            inbox,
            capacity: AtomicU32::new(spec.settings.links * spec.settings.window),
            adjusts: AtomicBool::new(false),
            condition: Mutex::default(),
            learned: Mutex::default(),
            queried: Mutex::default(),
            is_up: AtomicBool::new(true),
            is_stopped: AtomicBool::new(false),
            hands: Mutex::default(),
            outstanding: Mutex::default(),
            most: AtomicU32::new(0),
            acknowledged: Mutex::default(),
            rung: Notify::new(),
        });
        lock(&self.0.ways).insert(spec.name.clone(), Arc::clone(&way));
        self.0.started.notify_waiters();
        way.inbox.changed();
        Ok(way)
    }
}

impl Way {
    /// Waits until so many attempts are in hand, and takes all of them out, oldest first; they are still to be answered.
    pub async fn take(&self, attempts: usize) -> Vec<Attempt> {
        let found = || {
            let mut hands = lock(&self.hands);
            (hands.len() >= attempts).then(|| hands.drain(..).collect())
        };
        until(&self.rung, &format!("{attempts} attempts"), found).await
    }

    /// Counts the attempts in hand that were not taken out.
    pub fn in_hand(&self) -> usize {
        lock(&self.hands).len()
    }

    /// Tells the most segments that were ever outstanding at once: handed over and not yet answered.
    pub fn most_outstanding(&self) -> u32 {
        self.most.load(Ordering::SeqCst)
    }

    /// Answers that every segment was taken, under ids made by [`upstream_id`].
    pub fn accept(&self, attempt: &Attempt) {
        let segments = attempt.segments.iter();
        let ids = segments.map(|(index, _)| taken(attempt.message, *index));
        self.answer(attempt, ids.collect(), None);
    }

    /// Answers that no segment was taken.
    pub fn fail(&self, attempt: &Attempt, failure: Failure) {
        self.answer(attempt, Vec::new(), Some(failure));
    }

    /// Answers an attempt.
    pub fn answer(
        &self,
        attempt: &Attempt,
        accepted: Vec<AcceptedSegment>,
        failure: Option<Failure>,
    ) {
        self.send(Answer {
            message: attempt.message,
            accepted,
            failure,
            late: false,
        });
    }

    /// Proves late that these segments of an attempt answered as unknown were taken.
    pub fn prove(&self, attempt: &Attempt, segments: &[u16]) {
        let ids = segments.iter();
        self.send(Answer {
            message: attempt.message,
            accepted: ids.map(|index| taken(attempt.message, *index)).collect(),
            failure: None,
            late: true,
        });
    }

    /// Reports an outcome under an id, with a number by which the acknowledgement will be known.
    pub async fn report(&self, number: u32, id: Vec<u8>, outcome: Outcome) {
        let receipt = Receipt {
            ticket: Some(ticket(number)),
            id: id.clone(),
            candidates: vec![id],
            numbers: [None; 2],
            outcome: Some(outcome),
        };
        let sent = self.inbox.receipts.send(receipt).await;
        sent.expect("the gateway listens for receipts while it runs");
    }

    /// Lets a handset send a text to a number, known by another number like receipts.
    pub async fn say(&self, number: u32, from: &str, to: &str, text: &str) {
        self.hear(number, from, to, Content::Whole(text.to_owned()))
            .await;
    }

    /// Lets a handset send a text or a part of one.
    pub async fn hear(&self, number: u32, from: &str, to: &str, content: Content) {
        let inbound = Inbound {
            tickets: vec![ticket(number)],
            from: from.to_owned(),
            to: to.to_owned(),
            content,
        };
        let sent = self.inbox.inbound.send(inbound).await;
        sent.expect("the gateway listens for handsets while it runs");
    }

    /// Waits for the acknowledgement of a receipt, or of a message from a handset; answers whether it was stored.
    pub async fn acknowledged(&self, number: u32) -> bool {
        let found = || {
            let acknowledged = lock(&self.acknowledged);
            let of = acknowledged
                .iter()
                .find(|(ticket, _)| ticket.number == number);
            of.map(|(_, taken)| *taken)
        };
        until(&self.rung, &format!("receipt {number}"), found).await
    }

    /// Brings the link up or down.
    pub fn set_up(&self, is_up: bool) {
        self.is_up.store(is_up, Ordering::SeqCst);
        self.inbox.changed();
    }

    /// Lets it take on changed settings from now on.
    pub fn adjusts(&self) {
        self.adjusts.store(true, Ordering::SeqCst);
    }

    /// Lets it tell this about itself.
    pub fn be(&self, condition: Condition) {
        *lock(&self.condition) = condition;
    }

    /// Waits until it is shown an id as answered and as reported.
    pub async fn learned(&self) -> (Vec<u8>, Vec<u8>) {
        let found = || lock(&self.learned).pop();
        until(&self.rung, "an id to learn from", found).await
    }

    /// Waits until it is to ask for so many segments, and takes them out.
    pub async fn queried(&self, segments: usize) -> Vec<Unreported> {
        let found = || {
            let mut queried = lock(&self.queried);
            (queried.len() >= segments).then(|| queried.drain(..).collect())
        };
        until(&self.rung, &format!("{segments} queries"), found).await
    }

    /// Counts the segments to ask for that were not taken out.
    pub fn to_ask(&self) -> usize {
        lock(&self.queried).len()
    }

    /// Reports an outcome that was asked for: nobody waits for its acknowledgement.
    pub async fn answer_query(&self, id: Vec<u8>, outcome: Outcome) {
        let receipt = Receipt {
            ticket: None,
            id: id.clone(),
            candidates: vec![id],
            numbers: [None; 2],
            outcome: Some(outcome),
        };
        let sent = self.inbox.receipts.send(receipt).await;
        sent.expect("the gateway listens for receipts while it runs");
    }

    /// Tells whether the gateway has stopped it.
    pub fn is_stopped(&self) -> bool {
        self.is_stopped.load(Ordering::SeqCst)
    }

    fn send(&self, answer: Answer) {
        if !answer.late {
            lock(&self.outstanding).remove(&answer.message);
        }
        // After a crash of the gateway nobody listens.
        let _ = self.inbox.answers.send(answer);
    }
}

#[async_trait]
impl Connector for Way {
    fn capacity(&self) -> u32 {
        self.capacity.load(Ordering::SeqCst)
    }

    fn is_up(&self) -> bool {
        self.is_up.load(Ordering::SeqCst)
    }

    fn submit(&self, attempts: Vec<Attempt>) {
        let mut outstanding = lock(&self.outstanding);
        for attempt in &attempts {
            let segments = u32::try_from(attempt.segments.len()).unwrap_or(u32::MAX);
            let before = outstanding.insert(attempt.message, segments);
            assert!(before.is_none(), "message {} is in hand", attempt.message);
        }
        self.most
            .fetch_max(outstanding.values().sum(), Ordering::SeqCst);
        lock(&self.hands).extend(attempts);
        drop(outstanding);
        self.rung.notify_waiters();
    }

    fn acknowledge(&self, tickets: Vec<Ticket>, taken: bool) {
        lock(&self.acknowledged).extend(tickets.into_iter().map(|ticket| (ticket, taken)));
        self.rung.notify_waiters();
    }

    fn adjust(&self, spec: &ConnectorSpec) -> bool {
        let adjusts = self.adjusts.load(Ordering::SeqCst);
        if adjusts {
            let capacity = spec.settings.links * spec.settings.window;
            self.capacity.store(capacity, Ordering::SeqCst);
        }
        adjusts
    }

    fn condition(&self) -> Condition {
        lock(&self.condition).clone()
    }

    fn learn(&self, answered: &[u8], reported: &[u8]) {
        lock(&self.learned).push((answered.to_vec(), reported.to_vec()));
        self.rung.notify_waiters();
    }

    fn query(&self, segments: Vec<Unreported>) {
        lock(&self.queried).extend(segments);
        self.rung.notify_waiters();
    }

    async fn stop(&self) {
        self.is_stopped.store(true, Ordering::SeqCst);
        let outstanding: Vec<_> = lock(&self.outstanding).keys().copied().collect();
        for message in outstanding {
            self.send(Answer {
                message,
                accepted: Vec::new(),
                failure: Some(Failure::Unknown(Reason::SessionLost)),
                late: false,
            });
        }
    }
}

const fn ticket(number: u32) -> Ticket {
    Ticket {
        link: 0,
        session: 0,
        number,
    }
}

/// Names a segment as taken, under its id.
pub fn taken(message: MessageId, segment: u16) -> AcceptedSegment {
    AcceptedSegment::new(segment, upstream_id(message, segment))
}

/// The id that a way gives to a segment.
pub fn upstream_id(message: MessageId, segment: u16) -> Vec<u8> {
    format!("{message}-{segment}").into_bytes()
}

/// Waits until `found` finds something; fails the test when it takes too long.
async fn until<T>(rung: &Notify, what: &str, mut found: impl FnMut() -> Option<T>) -> T {
    let looking = async {
        loop {
            let next = rung.notified();
            tokio::pin!(next);
            // What rings between the look and the wait must not be missed.
            next.as_mut().enable();
            if let Some(value) = found() {
                return value;
            }
            next.await;
        }
    };
    timeout(DEADLINE, looking)
        .await
        .unwrap_or_else(|_| panic!("waited in vain for {what}"))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
