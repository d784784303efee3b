//! A log of the PDUs of a link for people to look at: off unless asked for, bounded, its texts and passwords masked.
//!
//! A [`Tap`] cuts what passes into PDUs, wherever the stream cuts them, and hands them to one thread that writes the files: a
//! link never waits for a disk. What the thread cannot take in time is counted, and the log tells how many are missing.
//!
//! A file is text that `text2pcap -D -t "%Y-%m-%dT%H:%M:%S.%f" -T 2775,2775` reads: for each PDU a comment with its names, a line
//! with the direction (`I` received, `O` sent) and the time (UTC), and its octets in hexadecimal. Octets that belong to a text or a
//! password are asterisks, and so is every parameter that may hold one.

mod shown;
mod tap;
mod writer;

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

pub use shown::{Hidden, Shown, hexadecimal, show};
pub(crate) use tap::Tap;
use writer::Writer;

/// Finds or makes the logs of one directory; cheap to clone. By default there is no directory, and nothing is logged.
#[derive(Clone, Debug, Default)]
pub struct PduLogs {
    place: Option<Arc<Place>>,
}

#[derive(Debug)]
struct Place {
    directory: PathBuf,
    writer: Arc<Writer>,
}

impl PduLogs {
    /// Keeps the logs in a directory, which is made, with the thread that writes them, when the first link has something to say.
    pub fn within(directory: impl Into<PathBuf>) -> Self {
        Self {
            place: Some(Arc::new(Place {
                directory: directory.into(),
                writer: Arc::new(Writer::default()),
            })),
        }
    }

    /// Begins to log, or goes on where an earlier log ended; `None` where nothing is to be logged.
    ///
    /// `kib` bounds both files of the log together, in KiB; 0 for none.
    pub(crate) fn log(&self, name: &str, kib: u32) -> Option<PduLog> {
        let place = self.place.as_ref().filter(|_| kib > 0)?;
        Some(PduLog {
            writer: Arc::clone(&place.writer),
            path: file(&place.directory, name).into(),
            half: u64::from(kib) * 1024 / 2,
            missing: Arc::default(),
        })
    }
}

/// Is one log: of a link, or of all the connections of a door.
#[derive(Clone, Debug)]
pub(crate) struct PduLog {
    writer: Arc<Writer>,
    path: Arc<Path>,
    /// How many octets each of the two files may have.
    half: u64,
    /// How many PDUs could not be taken since the last one that was.
    missing: Arc<AtomicU64>,
}

impl PduLog {
    /// Listens to a new session; `label` stands in the comment of each of its PDUs.
    pub(crate) fn tap(&self, label: impl Into<Arc<str>>) -> Tap {
        Tap::new(self.clone(), label.into())
    }
}

/// Names the log of the door for customers, for [`files`]; no link has such a name.
pub(crate) const DOOR_LOG: &str = "door";

/// Names the log of a connector's link, for [`files`].
pub fn link_name(connector: &str, link: u32) -> String {
    format!("{connector}-{link}")
}

/// Names the files of a log in the order in which they are to be read: the older half, then the newer; either may not be there.
pub fn files(directory: &Path, name: &str) -> [PathBuf; 2] {
    let newer = file(directory, name);
    [older(&newer), newer]
}

/// Any name is a file's: what could mean something to a file system is written as `%` and two digits.
fn file(directory: &Path, name: &str) -> PathBuf {
    let mut written = String::new();
    for octet in name.bytes() {
        match octet {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => {
                written.push(char::from(octet));
            }
            _ => {
                let _ = write!(written, "%{octet:02X}");
            }
        }
    }
    directory.join(written + ".log")
}

fn older(newer: &Path) -> PathBuf {
    newer.with_extension("old.log")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_is_a_file_in_the_directory_and_no_two_are_the_same() {
        let place = Path::new("pdu");
        let [older, newer] = files(place, &link_name("../Life :)", 0));
        assert_eq!(newer, place.join("%2E%2E%2FLife%20%3A%29-0.log"));
        assert_eq!(older, place.join("%2E%2E%2FLife%20%3A%29-0.old.log"));
        assert_ne!(files(place, "a.b"), files(place, "a-b"));
    }

    #[test]
    fn nothing_is_logged_unless_it_is_asked_for() {
        assert!(PduLogs::default().log("operator-0", 64).is_none());
        let directory = tempfile::tempdir().unwrap();
        let logs = PduLogs::within(directory.path().join("pdu"));
        assert!(logs.log("operator-0", 0).is_none());
        drop(logs);
        assert!(!directory.path().join("pdu").exists());
    }
}
