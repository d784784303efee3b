//! The threads that read, each with its own connection.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use store::Error;
use tokio::sync::{mpsc, oneshot};

use crate::failed;

type Job = Box<dyn FnOnce(&Connection) + Send>;

/// How many reads may wait before callers wait themselves.
const QUEUED_READS: usize = 1024;

pub(crate) struct Readers {
    jobs: mpsc::Sender<Job>,
}

impl Readers {
    pub(crate) fn start(connections: Vec<Connection>) -> Result<Self, Error> {
        let (jobs, queue) = mpsc::channel::<Job>(QUEUED_READS);
        let queue = Arc::new(Mutex::new(queue));
        for connection in connections {
            let queue = Arc::clone(&queue);
            std::thread::Builder::new()
                .name("store-reader".into())
                .spawn(move || {
                    // The lock is held only while waiting for work: whoever holds it is the next to be given some.
                    while let Some(job) = {
                        queue
                            .lock()
                            .unwrap_or_else(PoisonError::into_inner)
                            .blocking_recv()
                    } {
                        // After a defect its caller is told that the store has stopped; the thread goes on.
                        let _ = catch_unwind(AssertUnwindSafe(|| job(&connection)));
                    }
                })
                .map_err(|error| Error::unavailable("cannot start a reader", Some(error.into())))?;
        }
        Ok(Self { jobs })
    }

    /// Runs `work` on a connection that sees everything committed so far.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let stopped = || Error::unavailable("the store has stopped", None);
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            // A caller that stopped waiting does not need the answer.
            let _ = answer.send(work(connection));
        });
        self.jobs.send(job).await.map_err(|_| stopped())?;
        answered.await.map_err(|_| stopped())?
    }

    /// Runs `work` in one transaction, so that all it reads is as of one moment.
    pub(crate) async fn view<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.read(|connection| {
            let view = connection
                .unchecked_transaction()
                .map_err(failed("cannot read"))?;
            work(&view)
        })
        .await
    }
}
