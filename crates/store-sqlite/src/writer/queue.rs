//! What waits for the writer, and what of it the next transaction takes: all that is short, and of what is long as much as keeps
//! others from waiting.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use store::AccountId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Job;

/// When a transaction has lasted this long, the long writes that still wait are left to the next one.
const LONG_ENOUGH: Duration = Duration::from_millis(4);

/// How much a write does, which decides when it gets its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Length {
    /// As much as a message takes, or a batch of what came together: it goes with the next transaction.
    Short,
    /// Up to milliseconds: transactions take one at least, and more while they are young. Accounts take turns, and so does the gateway's own
    /// work, which is nobody's.
    Long(Option<AccountId>),
}

/// The way into the queue.
pub(super) struct Entrance {
    jobs: mpsc::Sender<Queued>,
    /// So many may wait of the short, and so many of the long: the ones keep nobody out who brings the others.
    short: Arc<Semaphore>,
    long: Arc<Semaphore>,
}

struct Queued {
    job: Job,
    length: Length,
    /// Given back when its transaction takes it.
    _room: OwnedSemaphorePermit,
}

impl Entrance {
    /// Waits for room and queues a job; `None` when there is no writer any more.
    pub(super) fn enter(
        &self,
        length: Length,
        job: Job,
    ) -> impl Future<Output = Option<()>> + Send + use<> {
        let jobs = self.jobs.clone();
        let room = match length {
            Length::Short => Arc::clone(&self.short),
            Length::Long(_) => Arc::clone(&self.long),
        };
        async move {
            let room = room.acquire_owned().await.ok()?;
            let queued = Queued {
                job,
                length,
                _room: room,
            };
            jobs.send(queued).ok()
        }
    }
}

/// What waits, sorted as it comes out.
pub(super) struct Queue {
    jobs: mpsc::Receiver<Queued>,
    short: VecDeque<Queued>,
    long: Turns,
    /// How many short ones a transaction takes.
    most: usize,
}

/// Makes a queue in which so many jobs of each length may wait, and of which a transaction takes at most so many short ones.
pub(super) fn queue(room: usize, most: usize) -> (Entrance, Queue) {
    let (jobs, out) = mpsc::channel();
    let room = || Arc::new(Semaphore::new(room.clamp(1, Semaphore::MAX_PERMITS)));
    let entrance = Entrance {
        jobs,
        short: room(),
        long: room(),
    };
    let queue = Queue {
        jobs: out,
        short: VecDeque::new(),
        long: Turns::default(),
        most: most.max(1),
    };
    (entrance, queue)
}

impl Queue {
    /// Waits until there is anything; false when nothing waits and nothing can come any more.
    pub(super) fn wait(&mut self) -> bool {
        if self.short.is_empty() && self.long.is_empty() {
            match self.jobs.recv() {
                Ok(queued) => self.sort(queued),
                Err(mpsc::RecvError) => return false,
            }
        }
        true
    }

    /// What a transaction that begins now takes, in order.
    #[expect(
        clippy::disallowed_methods,
        reason = "how long it has lasted decides only who waits for the next one"
    )]
    pub(super) fn share(&mut self) -> impl Iterator<Item = Job> {
        let began = Instant::now();
        self.take_in();
        let Self { short, long, .. } = self;
        let short = short.drain(..short.len().min(self.most));
        let mut is_first = true;
        let long = std::iter::from_fn(move || {
            let is_due = std::mem::take(&mut is_first) || began.elapsed() < LONG_ENOUGH;
            is_due.then(|| long.next()).flatten()
        });
        short.chain(long).map(|queued| queued.job)
    }

    /// Everything that has waited so far: for when no transaction can begin.
    pub(super) fn all(&mut self) -> impl Iterator<Item = Job> {
        self.take_in();
        let long = std::iter::from_fn(|| self.long.next());
        self.short.drain(..).chain(long).map(|queued| queued.job)
    }

    /// Sorts what has come since.
    fn take_in(&mut self) {
        while let Ok(queued) = self.jobs.try_recv() {
            self.sort(queued);
        }
    }

    fn sort(&mut self, queued: Queued) {
        match queued.length {
            Length::Short => self.short.push_back(queued),
            Length::Long(whose) => self.long.add(whose, queued),
        }
    }
}

/// Long jobs, one account's after another's.
#[derive(Default)]
struct Turns {
    of_each: HashMap<Option<AccountId>, VecDeque<Queued>>,
    /// Who has any; whose turn it is stands first.
    next: VecDeque<Option<AccountId>>,
}

impl Turns {
    fn is_empty(&self) -> bool {
        self.next.is_empty()
    }

    fn add(&mut self, whose: Option<AccountId>, queued: Queued) {
        let jobs = self.of_each.entry(whose).or_default();
        if jobs.is_empty() {
            self.next.push_back(whose);
        }
        jobs.push_back(queued);
    }

    /// Takes a job of whoever's turn it is; the next turn comes when all others had theirs.
    fn next(&mut self) -> Option<Queued> {
        let whose = self.next.pop_front()?;
        let jobs = self.of_each.get_mut(&whose)?;
        let queued = jobs.pop_front();
        if jobs.is_empty() {
            self.of_each.remove(&whose);
        } else {
            self.next.push_back(whose);
        }
        queued
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::writer::Failure;

    const A: Length = Length::Long(Some(AccountId(1)));
    const B: Length = Length::Long(Some(AccountId(2)));

    type Done = Arc<Mutex<Vec<&'static str>>>;

    /// Queues a job that notes that it was run, and takes so long.
    async fn enter(entrance: &Entrance, done: &Done, length: Length, name: &'static str) {
        let done = Arc::clone(done);
        let job: Job = Box::new(move |_| {
            done.lock().unwrap().push(name);
            if length != Length::Short {
                busy();
            }
            Box::new(|_| {})
        });
        entrance.enter(length, job).await.unwrap();
    }

    /// Lasts as long as a transaction may.
    #[expect(
        clippy::disallowed_methods,
        reason = "time has to pass here, and no clock of the gateway's is asked"
    )]
    fn busy() {
        std::thread::sleep(LONG_ENOUGH);
    }

    /// Runs jobs; answers which those were.
    fn run(done: &Done, jobs: impl Iterator<Item = Job>) -> Vec<&'static str> {
        jobs.for_each(|job| drop(job(Err(Failure(String::new())))));
        std::mem::take(&mut done.lock().unwrap())
    }

    #[tokio::test]
    async fn what_is_short_goes_first_and_accounts_take_turns_with_what_is_long() {
        let (entrance, mut queue) = queue(10, 2);
        let done = Done::default();
        for (length, name) in [
            (A, "a1"),
            (A, "a2"),
            (Length::Short, "s1"),
            (A, "a3"),
            (B, "b1"),
            (Length::Short, "s2"),
            (Length::Short, "s3"),
        ] {
            enter(&entrance, &done, length, name).await;
        }
        // Each long one lasts as long as a transaction may; each transaction takes two short ones.
        for expected in [vec!["s1", "s2", "a1"], vec!["s3", "b1"], vec!["a2"]] {
            assert!(queue.wait());
            assert_eq!(run(&done, queue.share()), expected);
        }
        enter(&entrance, &done, Length::Short, "s4").await;
        assert!(queue.wait());
        assert_eq!(run(&done, queue.share()), ["s4", "a3"]);
        drop(entrance);
        assert!(!queue.wait(), "nothing is left, and nothing can come");
    }

    #[tokio::test]
    async fn when_no_transaction_can_begin_all_that_wait_are_told() {
        let (entrance, mut queue) = queue(10, 1);
        let done = Done::default();
        for (length, name) in [(A, "a"), (Length::Short, "s"), (B, "b"), (A, "a2")] {
            enter(&entrance, &done, length, name).await;
        }
        assert!(queue.wait());
        assert_eq!(run(&done, queue.all()), ["s", "a", "b", "a2"]);
    }

    #[tokio::test]
    async fn no_more_may_wait_than_there_is_room_for_and_the_long_take_none_from_the_short() {
        let (entrance, mut queue) = queue(1, 1);
        let done = Done::default();
        enter(&entrance, &done, A, "a").await;
        enter(&entrance, &done, Length::Short, "s").await;
        let mut third = Box::pin(enter(&entrance, &done, A, "a2"));
        let is_let_in = at_once(&mut third).await;
        assert!(!is_let_in, "one waits already");
        assert!(queue.wait());
        assert_eq!(run(&done, queue.share()), ["s", "a"]);
        third.await;
        assert!(queue.wait());
        assert_eq!(run(&done, queue.share()), ["a2"]);
    }

    /// Polls once; tells whether that was enough.
    async fn at_once(future: &mut (impl Future<Output = ()> + Unpin)) -> bool {
        tokio::select! {
            biased;
            () = future => true,
            () = std::future::ready(()) => false,
        }
    }
}
