//! The one thread that writes, and its group commit.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::JoinHandle;

use rusqlite::Connection;
use store::Error;
use tokio::sync::{mpsc, oneshot};

use crate::{Options, failed};

/// Runs in the shared transaction, or learns that none could begin; gives back what is to be done once it is on disk (or is
/// not).
type Job = Box<dyn FnOnce(Result<&Connection, Failure>) -> Finish + Send>;
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
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(crate) fn start(connection: Connection, options: Options) -> Result<Self, Error> {
        let (jobs, queue) = mpsc::channel(options.queued_writes.max(1));
        let thread = std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || run(&connection, queue, options.writes_per_commit.max(1)))
            .map_err(|error| Error::unavailable("cannot start the writer", Some(error.into())))?;
        Ok(Self {
            jobs: Some(jobs),
            thread: Some(thread),
        })
    }

    /// Runs `work` in a transaction; answers when it is on disk. An error of `work` undoes only `work`.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |begun| {
            let outcome = begun
                .map_err(Error::from)
                .and_then(|connection| in_savepoint(connection, work));
            Box::new(move |commit| {
                let result = commit.map_err(Error::from).and(outcome);
                // A caller that stopped waiting does not need the answer; the work stands.
                let _ = answer.send(result);
            })
        });
        let jobs = self
            .jobs
            .as_ref()
            .expect("the sender is taken only by drop");
        jobs.send(job).await.map_err(|_| stopped())?;
        answered.await.map_err(|_| stopped())?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been reported by the panic hook already.
            let _ = thread.join();
        }
    }
}

fn stopped() -> Error {
    Error::unavailable("the store has stopped", None)
}

fn run(connection: &Connection, mut queue: mpsc::Receiver<Job>, most: usize) {
    let mut jobs = Vec::with_capacity(most);
    let mut finishes = Vec::with_capacity(most);
    while queue.blocking_recv_many(&mut jobs, most) > 0 {
        let result = together(connection, &mut jobs, &mut finishes).map_err(|error| {
            tracing::error!(
                ?error,
                "the store could not write; callers are told to try later"
            );
            if !connection.is_autocommit() {
                let _ = connection.execute_batch("ROLLBACK");
            }
            Failure(format!("{error:?}"))
        });
        // Left over when no transaction could begin.
        if let Err(failure) = &result {
            finishes.extend(jobs.drain(..).map(|job| job(Err(failure.clone()))));
        }
        for finish in finishes.drain(..) {
            finish(result.clone());
        }
    }
    // No statistics are gathered: the next start would scan whole what was small at this stop, however much it grows.
    let _ = connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
}

/// Runs the jobs in one transaction and commits it; leaves them where they are when it cannot begin.
fn together(
    connection: &Connection,
    jobs: &mut Vec<Job>,
    finishes: &mut Vec<Finish>,
) -> Result<(), Error> {
    let run = |sql| connection.prepare_cached(sql)?.execute([]);
    run("BEGIN IMMEDIATE").map_err(failed("cannot begin a transaction"))?;
    finishes.extend(jobs.drain(..).map(|job| job(Ok(connection))));
    run("COMMIT").map_err(failed("cannot commit"))?;
    Ok(())
}

/// Runs `work`; when it fails or panics, takes back what it wrote and nothing else.
fn in_savepoint<T>(
    connection: &Connection,
    work: impl FnOnce(&Connection) -> Result<T, Error>,
) -> Result<T, Error> {
    if connection.is_autocommit() {
        // A full disk has undone the transaction for an earlier caller. Outside of it a savepoint would be a transaction of its
        // own, and what is written here would stay although the caller is told that it failed.
        return Err(Error::unavailable(
            "the transaction was undone before this write",
            None,
        ));
    }
    run_cached(connection, "SAVEPOINT job")?;
    let outcome = catch_unwind(AssertUnwindSafe(|| work(connection))).unwrap_or_else(|_| {
        Err(Error::other(
            "a defect stopped this write; nothing of it was kept",
            None,
        ))
    });
    if outcome.is_err() {
        // When SQLite itself has already rolled the whole transaction back (disk full), this fails too, and so will the
        // commit, which tells every caller.
        run_cached(connection, "ROLLBACK TO job")?;
    }
    run_cached(connection, "RELEASE job")?;
    outcome
}

fn run_cached(connection: &Connection, sql: &str) -> Result<(), Error> {
    connection
        .prepare_cached(sql)
        .and_then(|mut statement| statement.execute([]))
        .map(|_| ())
        .map_err(failed(sql))
}

#[cfg(test)]
mod tests;
