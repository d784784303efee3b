//! The thread that writes all logs of one directory.

use std::collections::HashMap;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use smpp::Header;
use smpp::time::Civil;

use super::tap::Direction;
use super::{Hidden, hexadecimal, older, show};

/// How many PDUs, and how many octets of them, may wait to be written.
const WAITING: usize = 10_000;
const WAITING_OCTETS: usize = 8 * 1024 * 1024;

/// How many files are kept open.
const OPEN_FILES: usize = 256;

/// Something for a log.
pub(super) struct Entry {
    pub(super) path: Arc<Path>,
    /// How many octets a file may have.
    pub(super) half: u64,
    /// How many entries of this log could not be taken since the last one that was.
    pub(super) missing: Arc<AtomicU64>,
    pub(super) label: Arc<str>,
    pub(super) what: What,
}

pub(super) enum What {
    Began,
    Pdu {
        direction: Direction,
        header: Header,
        body: Bytes,
    },
    /// The session is over; so many octets of each direction were no PDU.
    Ended {
        received: u64,
        sent: u64,
    },
}

/// Hands entries to the thread, which begins with the first of them and ends with the writer.
#[derive(Debug, Default)]
pub(super) struct Writer {
    thread: Mutex<Option<Thread>>,
    waiting_octets: Arc<AtomicUsize>,
}

#[derive(Debug)]
struct Thread {
    entries: SyncSender<Stamped>,
    handle: JoinHandle<()>,
}

/// An entry with its moment, in milliseconds since the Unix epoch, and the number of those missing before it.
struct Stamped {
    at_ms: u64,
    missing: u64,
    octets: usize,
    entry: Entry,
}

impl Writer {
    /// Takes an entry, or counts it as missing; never waits for the disk.
    pub(super) fn take(&self, entry: Entry) {
        let octets = match &entry.what {
            What::Pdu { body, .. } => body.len(),
            What::Began | What::Ended { .. } => 0,
        };
        let missing = Arc::clone(&entry.missing);
        let before = missing.swap(0, Ordering::Relaxed);
        let stamped = Stamped {
            at_ms: now_ms(),
            missing: before,
            octets,
            entry,
        };
        let waiting = self.waiting_octets.fetch_add(octets, Ordering::Relaxed);
        if waiting + octets > WAITING_OCTETS || !self.hand_over(stamped) {
            self.waiting_octets.fetch_sub(octets, Ordering::Relaxed);
            missing.fetch_add(before + 1, Ordering::Relaxed);
        }
    }

    fn hand_over(&self, stamped: Stamped) -> bool {
        // Held for a moment only: the channel is never waited for.
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        if thread.is_none() {
            *thread = start(Arc::clone(&self.waiting_octets));
        }
        // Either error means that there is no room; what did not fit is counted.
        thread
            .as_ref()
            .is_some_and(|thread| thread.entries.try_send(stamped).is_ok())
    }
}

impl Drop for Writer {
    /// Waits until what was taken is written.
    fn drop(&mut self) {
        let thread = self
            .thread
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(Thread { entries, handle }) = thread.take() {
            drop(entries);
            if handle.join().is_err() {
                tracing::error!("the writer of the PDU logs has panicked");
            }
        }
    }
}

fn start(waiting_octets: Arc<AtomicUsize>) -> Option<Thread> {
    let (entries, taken) = sync_channel(WAITING);
    let started = std::thread::Builder::new()
        .name("pdu-log".to_owned())
        .spawn(move || write_all(&taken, &waiting_octets));
    match started {
        Ok(handle) => Some(Thread { entries, handle }),
        Err(error) => {
            tracing::warn!(%error, "the PDU logs cannot be written");
            None
        }
    }
}

fn write_all(entries: &Receiver<Stamped>, waiting_octets: &AtomicUsize) {
    let mut files: HashMap<Arc<Path>, Open> = HashMap::new();
    let mut is_told = false;
    for stamped in entries {
        waiting_octets.fetch_sub(stamped.octets, Ordering::Relaxed);
        let path = Arc::clone(&stamped.entry.path);
        if files.len() >= OPEN_FILES && !files.contains_key(&path) {
            files.clear();
        }
        match write(&mut files, &stamped) {
            Ok(()) => is_told = false,
            Err(error) => {
                files.remove(&path);
                let missing = &stamped.entry.missing;
                missing.fetch_add(stamped.missing + 1, Ordering::Relaxed);
                if !is_told {
                    tracing::warn!(path = %path.display(), %error, "the PDU log cannot be written");
                    is_told = true;
                }
            }
        }
    }
}

struct Open {
    file: File,
    length: u64,
}

fn write(files: &mut HashMap<Arc<Path>, Open>, stamped: &Stamped) -> io::Result<()> {
    let path = &stamped.entry.path;
    let half = stamped.entry.half;
    let mut text = text(stamped);
    if text.len() as u64 > half {
        text = format!(
            "# a PDU of {} octets is too long for this log\n\n",
            stamped.octets
        );
    }
    let mut open = match files.remove(path) {
        Some(open) => open,
        None => open_file(path)?,
    };
    if open.length > 0 && open.length + text.len() as u64 > half {
        std::fs::rename(path, older(path))?;
        open = open_file(path)?;
    }
    open.file.write_all(text.as_bytes())?;
    open.length += text.len() as u64;
    files.insert(Arc::clone(path), open);
    Ok(())
}

fn open_file(path: &Path) -> io::Result<Open> {
    if let Some(directory) = path.parent() {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(directory)?;
    }
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    // It holds people's numbers: only its owner may read it.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    let length = file.metadata()?.len();
    Ok(Open { file, length })
}

fn text(stamped: &Stamped) -> String {
    let at = moment(stamped.at_ms);
    let label = &stamped.entry.label;
    let missing = match stamped.missing {
        0 => String::new(),
        missing => format!("# {missing} entries are missing here: there was no room for them\n\n"),
    };
    let told = match &stamped.entry.what {
        What::Began => format!("# {label}: begins at {at}\n\n"),
        What::Pdu {
            direction,
            header,
            body,
        } => {
            let shown = show(header, body, Hidden::TextsAndPasswords);
            let letter = match direction {
                Direction::Received => 'I',
                Direction::Sent => 'O',
            };
            let octets = hexadecimal(&shown.octets);
            format!("# {label}: {}\n{letter} {at}\n{octets}\n", shown.names)
        }
        What::Ended {
            received: 0,
            sent: 0,
        } => format!("# {label}: ends at {at}\n\n"),
        What::Ended { received, sent } => format!(
            "# {label}: ends at {at}; no PDU were {received} octets received and {sent} sent\n\n"
        ),
    };
    missing + &told
}

/// Spells a moment as `text2pcap -t "%Y-%m-%dT%H:%M:%S.%f"` reads it, in UTC.
fn moment(unix_ms: u64) -> String {
    let seconds = i64::try_from(unix_ms / 1_000).unwrap_or(i64::MAX);
    let Civil {
        year,
        month,
        day,
        hour,
        minute,
        second,
    } = Civil::from_unix_seconds(seconds);
    let millis = unix_ms % 1_000;
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}")
}

#[expect(
    clippy::disallowed_methods,
    reason = "people compare the log with other machines' clocks; nothing is decided by it"
)]
fn now_ms() -> u64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
    u64::try_from(since_epoch.unwrap_or_default().as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
