//! Counting: this program again, under valgrind.

use std::panic::resume_unwind;
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context, ensure};

use super::Work;

/// Counts the instructions of one unit of a repetition.
pub(super) fn count(work: &Work) -> anyhow::Result<u64> {
    // At the same time: neither's count depends on how fast it is.
    let (once, twice) = thread::scope(|scope| {
        let once = scope.spawn(|| total(work.name, work.times));
        let twice = total(work.name, 2 * work.times);
        (
            once.join().unwrap_or_else(|panic| resume_unwind(panic)),
            twice,
        )
    });
    let (once, twice) = (once?, twice?);
    let units = u64::from(work.times) * u64::from(work.units);
    Ok((twice.saturating_sub(once) + units / 2) / units)
}

/// Counts the instructions of a whole process that does the work so often, on all its threads.
fn total(name: &str, times: u32) -> anyhow::Result<u64> {
    let program = std::env::current_exe().context("cannot find this program's own file")?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args(["repeat", name, &times.to_string()])
        .stdin(Stdio::null())
        .output()
        .context("cannot start valgrind: install it (apt-get install valgrind)")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{name} under valgrind: {said}");
    collected(&said).with_context(|| format!("valgrind says no count: {said}"))
}

/// Finds the count in what callgrind prints at its end: `==1234== Collected : 5678`.
fn collected(said: &str) -> Option<u64> {
    let mut counts = said
        .lines()
        .filter_map(|line| line.split_once("Collected :"));
    counts.next_back()?.1.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_is_read_from_what_valgrind_prints() {
        let said = "==7== Callgrind, a call-graph generating cache profiler\n==7== \n==7== Events    : Ir\n\
                    ==7== Collected : 195321\n==7== \n==7== I   refs:      195,321\n";
        assert_eq!(collected(said), Some(195_321));
        assert_eq!(collected("==7== Segmentation fault"), None);
    }
}
