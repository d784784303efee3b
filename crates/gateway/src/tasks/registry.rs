//! The one place where tasks are spawned that live as long as what they serve.

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
        let name = name.into();
        let stop = CancellationToken::new();
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the one place that spawns"
        )]
        let handle = tokio::spawn(watched(name.clone(), task(stop.clone())));
        self.tasks.push(Task { name, stop, handle });
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

/// Runs a task and tells at once when it panics: without it the gateway does only part of its work, and the stop that would
/// notice may be far away.
async fn watched(name: String, task: impl Future<Output = ()>) {
    struct Watch(String);
    impl Drop for Watch {
        fn drop(&mut self) {
            if std::thread::panicking() {
                tracing::error!(
                    task = self.0,
                    "the task has ended by a defect: restart the gateway"
                );
            }
        }
    }
    let _watch = Watch(name);
    task.await;
}
