//! What processes use, as the kernel tells it in `/proc` [proc(5)], and how often they sync.

mod syncs;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::Context;

pub(crate) use syncs::Syncs;

/// The unit of processor times in `/proc`, fixed for user space on Linux.
const TICK: Duration = Duration::from_millis(10);

/// Says what processes have used together since they started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    pub(crate) user: Duration,
    pub(crate) system: Duration,
    /// Processor time by the name of threads; what ended since is in the sums alone.
    pub(crate) threads: BTreeMap<String, Duration>,
    /// The most memory that each had, added up.
    pub(crate) peak_kib: u64,
    /// Octets that went to files and sockets.
    pub(crate) written: u64,
    /// Octets that went to disk, or will.
    pub(crate) written_to_disk: u64,
}

impl Usage {
    /// Reads what these processes have used so far.
    pub(crate) fn of(processes: &[u32]) -> anyhow::Result<Self> {
        let mut sum = Self::default();
        for id in processes {
            let read = sum.add(&Path::new("/proc").join(id.to_string()));
            read.with_context(|| format!("cannot read what process {id} has used"))?;
        }
        Ok(sum)
    }

    /// Tells what was used since then; the peak stays as it is.
    pub(crate) fn since(&self, before: &Self) -> Self {
        let thread = |(name, time): (&String, &Duration)| {
            let before = before.threads.get(name).copied().unwrap_or_default();
            (name.clone(), time.saturating_sub(before))
        };
        Self {
            user: self.user.saturating_sub(before.user),
            system: self.system.saturating_sub(before.system),
            threads: self.threads.iter().map(thread).collect(),
            peak_kib: self.peak_kib,
            written: self.written.saturating_sub(before.written),
            written_to_disk: self.written_to_disk.saturating_sub(before.written_to_disk),
        }
    }

    /// Tells the processor time of each of so many messages, in microseconds.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    pub(crate) fn cpu_micros(&self, messages: u64) -> f64 {
        (self.user + self.system).as_secs_f64() * 1e6 / messages.max(1) as f64
    }

    fn add(&mut self, process: &Path) -> anyhow::Result<()> {
        let times = times(&fs::read_to_string(process.join("stat"))?)?;
        self.user += times.user;
        self.system += times.system;
        for thread in fs::read_dir(process.join("task"))? {
            let thread = thread?.path();
            // A thread may end while this looks.
            let Ok(stat) = fs::read_to_string(thread.join("stat")) else {
                continue;
            };
            let times = self::times(&stat)?;
            let exactly = fs::read_to_string(thread.join("schedstat"));
            let used = exactly.ok().and_then(|text| on_processor(&text));
            *self.threads.entry(times.name).or_default() +=
                used.unwrap_or(times.user + times.system);
        }
        let status = fs::read_to_string(process.join("status"))?;
        self.peak_kib += number_of(&status, "VmHWM").context("the peak is missing")?;
        // Only its owner may read it: what belongs to another user is not counted.
        if let Ok(io) = fs::read_to_string(process.join("io")) {
            self.written += number_of(&io, "wchar").unwrap_or(0);
            self.written_to_disk += number_of(&io, "write_bytes").unwrap_or(0);
        }
        Ok(())
    }
}

/// What one process or thread has used.
struct Times {
    name: String,
    user: Duration,
    system: Duration,
}

/// Reads a line of `/proc/…/stat`.
fn times(stat: &str) -> anyhow::Result<Times> {
    // The name in parentheses may hold anything; the numbers begin after it, with the third field.
    let (before, numbers) = stat.rsplit_once(')').context("/proc has another form")?;
    let (_, name) = before.split_once('(').context("/proc has another form")?;
    let field = |field: usize| -> anyhow::Result<Duration> {
        let text = numbers.split_whitespace().nth(field - 3);
        let ticks: u32 = text.context("a field is missing")?.parse()?;
        Ok(TICK * ticks)
    };
    Ok(Times {
        name: name.to_owned(),
        user: field(14)?,
        system: field(15)?,
    })
}

/// Reads a line of `/proc/…/schedstat`: the time on a processor comes first, in nanoseconds. Ticks would tell a thread
/// that works for less than one at a time as idle, or not at all. `None` where the kernel does not keep this count: it then says nought.
fn on_processor(schedstat: &str) -> Option<Duration> {
    let nanoseconds = schedstat.split_whitespace().next()?.parse().ok()?;
    (nanoseconds > 0).then(|| Duration::from_nanos(nanoseconds))
}

/// Finds the number of a line such as `VmHWM:   12 kB`.
fn number_of(text: &str, field: &str) -> Option<u64> {
    let rest = text
        .lines()
        .find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))?;
    rest.split_whitespace().next()?.parse().ok()
}

/// Adds up the lengths of all files of a directory and below.
pub(crate) fn octets_of(directory: &Path) -> anyhow::Result<u64> {
    let mut octets = 0;
    for entry in fs::read_dir(directory)
        .with_context(|| format!("cannot look into {}", directory.display()))?
    {
        let entry = entry?;
        octets += match entry.metadata() {
            Ok(file) if file.is_dir() => octets_of(&entry.path())?,
            Ok(file) => file.len(),
            // It is gone since.
            Err(_) => 0,
        };
    }
    Ok(octets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_after_a_name_that_may_hold_anything() {
        let stat = "4711 (store (w) 1) S 1 4711 4711 0 -1 4194304 9 0 0 0 123 45 0 0 20 0 8 0 9";
        let times = times(stat).unwrap();
        assert_eq!(times.name, "store (w) 1");
        assert_eq!(times.user, Duration::from_millis(1_230));
        assert_eq!(times.system, Duration::from_millis(450));
        assert!(super::times("4711 (short) S 1").is_err());
        assert!(super::times("").is_err());
    }

    #[test]
    fn a_thread_is_told_to_the_nanosecond() {
        let used = on_processor("1026710 48255 1\n");
        assert_eq!(used, Some(Duration::from_nanos(1_026_710)));
        assert_eq!(on_processor("0 0 0\n"), None, "nobody counts");
        assert_eq!(on_processor(""), None);
    }

    #[test]
    fn a_thread_is_told_as_exactly_as_the_kernel_does() {
        let worked = || {
            // What a thread has used is counted when it leaves the processor.
            std::thread::park_timeout(Duration::from_millis(1));
            let exactly = fs::read_to_string("/proc/thread-self/schedstat");
            let exactly = exactly.ok().and_then(|text| on_processor(&text));
            let here = Usage::of(&[std::process::id()]).unwrap();
            (exactly, here.threads.get("worked little").copied())
        };
        let thread = std::thread::Builder::new().name("worked little".to_owned());
        let (exactly, told) = thread.spawn(worked).unwrap().join().unwrap();
        assert!(told.is_some() && told >= exactly, "{told:?} {exactly:?}");
    }

    #[test]
    fn a_number_is_found_by_the_whole_name_of_its_field() {
        let text =
            "VmHWMark:\t1 kB\nVmHWM:\t  5120 kB\nwrite_bytes: 8192\ncancelled_write_bytes: 1";
        assert_eq!(number_of(text, "VmHWM"), Some(5_120));
        assert_eq!(number_of(text, "write_bytes"), Some(8_192));
        assert_eq!(number_of(text, "VmRSS"), None);
    }

    #[test]
    fn what_was_used_before_does_not_count_but_for_the_peak() {
        let used = |millis, threads: &[(&str, u64)]| Usage {
            user: Duration::from_millis(millis),
            system: Duration::from_millis(2 * millis),
            threads: threads
                .iter()
                .map(|(name, millis)| ((*name).to_owned(), Duration::from_millis(*millis)))
                .collect(),
            peak_kib: 100,
            written: millis,
            written_to_disk: 2 * millis,
        };
        let before = used(10, &[("writer", 10)]);
        let after = used(30, &[("writer", 50), ("reader", 20)]);
        let expected = used(20, &[("writer", 40), ("reader", 20)]);
        assert_eq!(after.since(&before), expected);
    }

    #[test]
    fn this_process_has_used_something() {
        let usage = Usage::of(&[std::process::id()]).unwrap();
        assert!(usage.peak_kib > 0 && !usage.threads.is_empty(), "{usage:?}");
    }
}
