//! How often processes ask the disk to have everything, counted by `perf` where it may.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::process::{Child, Command};

/// How long `perf` may take to begin, to fail, or to end.
const MOMENT: Duration = Duration::from_millis(300);

/// The calls that make files durable.
const CALLS: &str = "syscalls:sys_enter_fdatasync,syscalls:sys_enter_fsync";

/// Counts while it lives; `None` in it where nobody counts, or may.
#[derive(Default)]
pub(crate) struct Syncs(Option<Child>);

impl Syncs {
    /// Begins to count the syncs of these processes.
    pub(crate) async fn count(processes: &[u32]) -> Self {
        let ids: Vec<_> = processes.iter().map(u32::to_string).collect();
        let perf = Command::new("perf")
            .args(["stat", "-x", ",", "-e", CALLS, "-p", &ids.join(",")])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn();
        let Ok(mut perf) = perf else {
            return Self(None);
        };
        // One that may not count says so and ends.
        match tokio::time::timeout(MOMENT, perf.wait()).await {
            Ok(_) => Self(None),
            Err(_) => Self(Some(perf)),
        }
    }

    /// Ends counting and gives the count.
    pub(crate) async fn end(self) -> Option<u64> {
        let mut perf = self.0?;
        let id = perf.id()?.to_string();
        let told = Command::new("kill").args(["-INT", &id]).status().await;
        if !told.ok()?.success() {
            return None;
        }
        let mut said = String::new();
        perf.stderr.take()?.read_to_string(&mut said).await.ok()?;
        perf.wait().await.ok()?;
        sum(&said)
    }
}

/// Adds up the first column, the counts; `None` when there is none.
fn sum(said: &str) -> Option<u64> {
    let counts = said.lines().filter(|line| line.contains("sys_enter_"));
    let counts: Vec<u64> = counts
        .filter_map(|line| line.split(',').next()?.parse().ok())
        .collect();
    (!counts.is_empty()).then(|| counts.iter().sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counts_of_all_calls_are_added_up() {
        let said = "120,,syscalls:sys_enter_fdatasync,1000,100.00,,\n3,,syscalls:sys_enter_fsync,1000,100.00,,\n";
        assert_eq!(sum(said), Some(123));
    }

    #[test]
    fn what_was_not_counted_is_not_nought() {
        assert_eq!(sum(""), None);
        assert_eq!(
            sum("Error: No permission to count syscalls:sys_enter_fsync\n"),
            None
        );
        assert_eq!(
            sum("<not counted>,,syscalls:sys_enter_fsync,0,100.00,,\n"),
            None
        );
    }
}
