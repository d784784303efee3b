//! Processes of the program: started, read, told to end, or killed.

use std::io::Write;
use std::net::SocketAddr;
use std::process::{Output, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, ChildStderr, ChildStdout, Command};
use tokio::sync::Notify;
use tokio::time::timeout;

use super::LONG;

/// A running process; it is killed by its id when the value is dropped.
pub(crate) struct Process {
    child: Child,
    output: BufReader<ChildStdout>,
    log: Arc<Log>,
}

/// What the process has written to standard error so far.
#[derive(Default)]
struct Log {
    lines: Mutex<Vec<String>>,
    more: Notify,
}

impl Process {
    /// Starts the program under test.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut child = program(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let log = Arc::new(Log::default());
        let reading = Arc::clone(&log).read(child.stderr.take().unwrap());
        #[expect(
            clippy::disallowed_methods,
            reason = "it ends with the process that it reads from"
        )]
        tokio::spawn(reading);
        Self { child, output, log }
    }

    /// The number that the system knows it by.
    pub(crate) fn id(&self) -> u32 {
        self.child.id().expect("nobody has waited for its end yet")
    }

    /// Reads the next line of standard output.
    pub(crate) async fn line(&mut self) -> String {
        let mut line = String::new();
        timeout(LONG, self.output.read_line(&mut line))
            .await
            .expect("it prints a line in time")
            .unwrap();
        line
    }

    /// Waits for a line of standard error that says something.
    pub(crate) async fn logged(&self, what: &str) -> String {
        let found = async {
            loop {
                let more = self.log.more.notified();
                let lines = self.log.lines.lock().unwrap().clone();
                if let Some(line) = lines.iter().find(|line| line.contains(what)) {
                    return line.clone();
                }
                more.await;
            }
        };
        timeout(LONG, found)
            .await
            .unwrap_or_else(|_| panic!("it never logged {what:?}"))
    }

    /// Waits until the gateway runs; tells where a door of it is, by the name that the log has for the door.
    pub(crate) async fn address(&self, door: &str) -> SocketAddr {
        let line = self.logged("the gateway is running").await;
        let line: Value = serde_json::from_str(&line).unwrap();
        line["fields"][door].as_str().unwrap().parse().unwrap()
    }

    /// Ends it as a power cut would.
    pub(crate) async fn kill(mut self) {
        self.child.start_kill().unwrap();
        timeout(LONG, self.child.wait()).await.unwrap().unwrap();
    }

    /// Asks it to end; gives its exit code and the rest of its standard output.
    pub(crate) async fn terminate(self) -> (Option<i32>, String) {
        self.signal("TERM").await
    }

    /// Sends it a signal that ends it; gives its exit code and the rest of its standard output.
    pub(crate) async fn signal(mut self, name: &str) -> (Option<i32>, String) {
        let told = Command::new("kill")
            .args([&format!("-{name}"), &self.id().to_string()])
            .status();
        assert!(told.await.unwrap().success());
        let mut rest = String::new();
        let ended = async {
            self.output.read_to_string(&mut rest).await.unwrap();
            self.child.wait().await.unwrap()
        };
        let status = timeout(LONG, ended).await.expect("it ends when asked to");
        (status.code(), rest)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let lines = self.log.lines.lock().unwrap().join("\n");
            let _ = writeln!(std::io::stderr(), "the process had logged:\n{lines}");
        }
    }
}

impl Log {
    async fn read(self: Arc<Self>, stream: ChildStderr) {
        let mut lines = BufReader::new(stream).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            self.lines.lock().unwrap().push(line);
            self.more.notify_waiters();
        }
    }
}

/// Runs the program to its end.
pub(crate) async fn run(arguments: &[&str]) -> Output {
    timeout(LONG, program(arguments).output())
        .await
        .expect("it ends by itself")
        .unwrap()
}

/// Makes the command; the process is killed when its value is dropped.
pub(crate) fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_heliogram"));
    command
        .args(arguments)
        .env_remove("HELIOGRAM_DATA")
        .env_remove("RUST_LOG")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}
