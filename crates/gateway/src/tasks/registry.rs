//! The one place where tasks are spawned.

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Holds running tasks in the order in which they were started.
#[derive(Default)]
pub struct Registry {
    tasks: Vec<Task>,
}

struct Task {
    name: String,
    stop: CancellationToken,
    handle: JoinHandle<()>,
}

impl Registry {
    /// Starts a task; it must end soon after its token is cancelled.
    pub fn spawn<F>(&mut self, name: impl Into<String>, task: impl FnOnce(CancellationToken) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let stop = CancellationToken::new();
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the one place that spawns"
        )]
        let handle = tokio::spawn(task(stop.clone()));
        self.tasks.push(Task {
            name: name.into(),
            stop,
            handle,
        });
    }

    /// Stops the tasks, the youngest first, each only when the one before has ended.
    pub async fn stop(self) {
        for task in self.tasks.into_iter().rev() {
            task.stop.cancel();
            if let Err(error) = task.handle.await {
                tracing::error!(task = task.name, %error, "the task did not end in order");
            }
        }
    }
}
