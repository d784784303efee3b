//! The one thread that writes, and its group commit.

mod queue;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::JoinHandle;

use rusqlite::Connection;
use store::{AccountId, Error};
use tokio::sync::oneshot;

use crate::writing::{Sql, Writing};
use crate::{Options, failed};
pub(crate) use queue::Length;
use queue::{Entrance, Queue};

/// Runs in the shared transaction, or learns that none could begin; gives back what is to be done once it is on disk (or is
/// not).
type Job = Box<dyn FnOnce(Result<&Writing<'_>, Failure>) -> Finish + Send>;
type Finish = Box<dyn FnOnce(Result<(), Failure>) + Send>;

/// Why the shared transaction failed, for every caller in it.
#[derive(Clone)]
struct Failure(String);

impl From<Failure> for Error {
    fn from(Failure(why): Failure) -> Self {
        Self::unavailable(why, None)
    }
}

pub(crate) struct Writer {
    entrance: Option<Entrance>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(crate) fn start(connection: Connection, options: Options) -> Result<Self, Error> {
        let (entrance, queue) = queue::queue(options.queued_writes, options.writes_per_commit);
        let thread = std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || run(&connection, queue))
            .map_err(|error| Error::unavailable("cannot start the writer", Some(error.into())))?;
        Ok(Self {
            entrance: Some(entrance),
            thread: Some(thread),
        })
    }

    /// Runs `work` in a transaction; answers when it is on disk. An error of `work` undoes only `work`. It may change what it likes:
    /// nothing that was known by heart before is known after it.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Writing<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.write_then(Length::Short, Care::Forgetting, work, |_| {})
            .await
    }

    /// Runs work that keeps what is known by heart in step with what it writes. An error of it undoes only it.
    pub(crate) async fn write_knowing<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Writing<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.write_then(Length::Short, Care::Knowing, work, |_| {})
            .await
    }

    /// Runs work that keeps what is known by heart in step with what it writes, and fails only of what nobody can help: a defect, or the
    /// disk. Then everybody else in the transaction is told to try again ([`Care::Whole`]).
    pub(crate) async fn write_whole<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Writing<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.write_then(Length::Short, Care::Whole, work, |_| {})
            .await
    }

    /// Runs work of many rows, which keeps what is known by heart in step, when it is its turn among others of its kind. An error of
    /// it undoes only it.
    pub(crate) async fn write_long<T: Send + 'static>(
        &self,
        whose: Option<AccountId>,
        work: impl FnOnce(&Writing<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.write_then(Length::Long(whose), Care::Knowing, work, |_| {})
            .await
    }

    /// Runs `work` in a transaction, with care, and then `then` when it is on disk: on the writer's own thread, whether or not
    /// anybody still waits for the answer.
    pub(crate) fn write_then<T: Send + 'static>(
        &self,
        length: Length,
        care: Care,
        work: impl FnOnce(&Writing<'_>) -> Result<T, Error> + Send + 'static,
        then: impl FnOnce(&mut T) + Send + 'static,
    ) -> impl Future<Output = Result<T, Error>> + Send {
        // Who waits for the answer holds nothing of the work: thousands may.
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |begun| {
            let outcome = begun.map_err(Error::from).and_then(|writing| {
                if writing.is_over() {
                    return Err(Error::unavailable(
                        "the transaction was undone before this write",
                        None,
                    ));
                }
                care.take(writing, work)
            });
            Box::new(move |commit| {
                // Who failed is told why, not that the transaction did: that is for the others.
                let mut result =
                    outcome.and_then(|done| commit.map(|()| done).map_err(Error::from));
                if let Ok(done) = &mut result {
                    then(done);
                }
                // A caller that stopped waiting does not need the answer; the work stands.
                let _ = answer.send(result);
            })
        });
        let entered = self
            .entrance
            .as_ref()
            .expect("the entrance is taken only by drop")
            .enter(length, job);
        async move {
            entered.await.ok_or_else(stopped)?;
            answered.await.map_err(|_| stopped())?
        }
    }
}

/// How a call is kept from harming what the others of its transaction write and know.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Care {
    /// It may change anything: nothing is known by heart during it and after it.
    Forgetting,
    /// It keeps what is known in step with what it writes.
    Knowing,
    /// It does, and it fails only before it changes anything, and so needs no savepoint, which would copy each page that it changes.
    /// Should it fail half done all the same, the whole transaction is undone, and everybody else in it is told to try again.
    Whole,
}

impl Care {
    fn take<T>(
        self,
        writing: &Writing<'_>,
        work: impl FnOnce(&Writing<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        match self {
            Self::Forgetting => {
                writing.flush()?;
                writing.forget();
                let outcome = in_savepoint(writing, work);
                writing.forget();
                outcome
            }
            Self::Knowing => {
                writing.flush()?;
                in_savepoint(writing, work)
            }
            Self::Whole => all_or_spoil(writing, work),
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.entrance.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been reported by the panic hook already.
            let _ = thread.join();
        }
    }
}

fn stopped() -> Error {
    Error::unavailable("the store has stopped", None)
}

fn run(connection: &Connection, mut queue: Queue) {
    let writing = Writing::on(connection);
    let mut finishes = Vec::new();
    while queue.wait() {
        let result = together(&writing, &mut queue, &mut finishes).map_err(|error| {
            tracing::error!(
                ?error,
                "the store could not write; callers are told to try later"
            );
            writing.roll_back();
            Failure(format!("{error:?}"))
        });
        if let Err(failure) = &result
            && finishes.is_empty()
        {
            // No transaction could begin, and none will for the others.
            finishes.extend(queue.all().map(|job| job(Err(failure.clone()))));
        }
        for finish in finishes.drain(..) {
            finish(result.clone());
        }
    }
    drop(writing);
    // No statistics are gathered: the next start would scan whole what was small at this stop, however much it grows.
    let _ = connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
}

/// Runs what the next transaction takes, and commits it; runs nothing when it cannot begin.
fn together(
    writing: &Writing<'_>,
    queue: &mut Queue,
    finishes: &mut Vec<Finish>,
) -> Result<(), Error> {
    writing.begin()?;
    finishes.extend(queue.share().map(|job| job(Ok(writing))));
    writing.commit()
}

static SAVE: Sql = Sql::new("SAVEPOINT job");
static TAKE_BACK: Sql = Sql::new("ROLLBACK TO job");
static RELEASE: Sql = Sql::new("RELEASE job");

/// Runs `work`; when it fails or panics, takes back what it wrote and nothing else.
fn in_savepoint<T>(
    writing: &Writing<'_>,
    work: impl FnOnce(&Writing<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let run = |sql| {
        writing
            .run(sql, [])
            .map(drop)
            .map_err(failed("cannot keep a write apart"))
    };
    run(&SAVE)?;
    let mut outcome = without_panic(writing, work);
    if outcome.is_ok() {
        outcome = writing.flush().and(outcome);
    }
    if outcome.is_err() {
        writing.forget();
        // When SQLite itself has already rolled the whole transaction back (disk full), this fails too. Its own error says why.
        if run(&TAKE_BACK).and_then(|()| run(&RELEASE)).is_err() {
            writing.spoil();
        }
        return outcome;
    }
    run(&RELEASE)?;
    outcome
}

/// Runs `work`; when it fails or panics after it has written anything, nothing of the transaction stays.
fn all_or_spoil<T>(
    writing: &Writing<'_>,
    work: impl FnOnce(&Writing<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let before = writing.changes();
    let outcome = without_panic(writing, work);
    if outcome.is_err() && writing.changes() != before {
        writing.spoil();
    }
    outcome
}

fn without_panic<T>(
    writing: &Writing<'_>,
    work: impl FnOnce(&Writing<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(|| work(writing))).unwrap_or_else(|_| {
        Err(Error::other(
            "a defect stopped this write; nothing of it was kept",
            None,
        ))
    })
}

#[cfg(test)]
mod tests;
