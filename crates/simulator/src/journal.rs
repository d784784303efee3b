//! The file that lets a killed simulator remember: what it accepted, and which receipts it owes.
//!
//! Records are on disk before the answer to their submit leaves, so that they survive the death of
//! the process and the machine's.

mod record;

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

pub(crate) use record::Accepted;
use record::Record;

/// Marks the file and the version of its records.
const MAGIC: &[u8; 8] = b"HGSIM 1\n";

/// A journal that is open for appending.
#[derive(Debug)]
pub(crate) struct Journal {
    file: File,
    buffer: Vec<u8>,
}

/// A submit from before the restart.
pub(crate) struct Restored<'a> {
    pub(crate) accepted: Accepted<'a>,
    /// Whether it belongs in the inbox; else it is here for its receipts alone.
    pub(crate) shown: bool,
    /// The receipts still owed: bit `n` stands for copy `n`.
    pub(crate) owed: u8,
}

impl Journal {
    /// Opens a journal, or begins one; tells of each submit that still matters, in order, and
    /// rewrites the file so that nothing else stays in it.
    ///
    /// A submit matters while one of its receipts is owed or it is among the last `limit`. The
    /// file is read twice and never held in memory. Whatever follows a torn record is dropped.
    pub(crate) fn open(
        path: &Path,
        limit: usize,
        mut restore: impl FnMut(&Restored<'_>),
    ) -> io::Result<Self> {
        let summary = Summary::of(path)?;
        let fresh = with_suffix(path, ".new");
        let mut journal = Self {
            file: File::create(&fresh)?,
            buffer: MAGIC.to_vec(),
        };
        let first_shown = summary
            .first_after_clearing
            .max(summary.accepted.saturating_sub(limit as u64));
        let mut index = 0;
        let mut file = BufWriter::with_capacity(1 << 16, &journal.file);
        for_each_record(path, |record| {
            let Record::Accepted(accepted) = record else {
                return Ok(());
            };
            if index == first_shown {
                Record::Cleared.append(&mut journal.buffer);
            }
            let restored = Restored {
                owed: summary.owed.get(&accepted.number).copied().unwrap_or(0),
                shown: index >= first_shown,
                accepted,
            };
            index += 1;
            if restored.shown || restored.owed != 0 {
                restore(&restored);
                restored.append(&mut journal.buffer);
                file.write_all(&journal.buffer)?;
                journal.buffer.clear();
            }
            Ok(())
        })?;
        if index == first_shown {
            Record::Cleared.append(&mut journal.buffer);
        }
        file.write_all(&journal.buffer)?;
        file.flush()?;
        drop(file);
        journal.file.sync_all()?;
        journal.buffer.clear();
        std::fs::rename(&fresh, path)?;
        Ok(journal)
    }

    /// Notes a submit that was taken.
    pub(crate) fn accepted(&mut self, accepted: Accepted<'_>) {
        Record::Accepted(accepted).append(&mut self.buffer);
    }

    /// Notes that a receipt is owed no more.
    pub(crate) fn answered(&mut self, number: u64, copy: u8) {
        Record::Answered { number, copy }.append(&mut self.buffer);
    }

    /// Notes that everything so far left the inbox.
    pub(crate) fn cleared(&mut self) {
        Record::Cleared.append(&mut self.buffer);
    }

    /// Brings the notes to the disk.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        self.file.write_all(&self.buffer)?;
        self.buffer.clear();
        self.file.sync_data()
    }
}

impl Restored<'_> {
    fn append(&self, out: &mut Vec<u8>) {
        let Self { accepted, owed, .. } = self;
        Record::Accepted(*accepted).append(out);
        for copy in (0..accepted.copies).filter(|copy| owed & (1 << copy) == 0) {
            let number = accepted.number;
            Record::Answered { number, copy }.append(out);
        }
    }
}

/// What the first reading finds out.
#[derive(Debug, Default)]
struct Summary {
    accepted: u64,
    first_after_clearing: u64,
    /// The receipts owed by message number, a bit for each copy.
    owed: HashMap<u64, u8>,
}

impl Summary {
    fn of(path: &Path) -> io::Result<Self> {
        let mut summary = Self::default();
        for_each_record(path, |record| {
            summary.note(&record);
            Ok(())
        })?;
        Ok(summary)
    }

    fn note(&mut self, record: &Record<'_>) {
        match *record {
            Record::Accepted(Accepted { number, copies, .. }) => {
                self.accepted += 1;
                if copies > 0 {
                    self.owed.insert(number, (1 << copies) - 1);
                }
            }
            Record::Answered { number, copy } => {
                if let Some(owed) = self.owed.get_mut(&number) {
                    *owed &= !(1 << (copy & 7));
                    if *owed == 0 {
                        self.owed.remove(&number);
                    }
                }
            }
            Record::Cleared => self.first_after_clearing = self.accepted,
        }
    }
}

/// Reads the whole records of a file up to the first that is torn; a missing file has none.
fn for_each_record(
    path: &Path,
    mut take: impl FnMut(Record<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let mut file = match File::open(path) {
        Ok(file) => BufReader::with_capacity(1 << 16, file),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let mut octets = vec![0; MAGIC.len()];
    if !fill(&mut file, &mut octets)? {
        return Ok(());
    }
    if octets != MAGIC {
        let message = format!("{} is not a simulator's journal", path.display());
        return Err(io::Error::new(io::ErrorKind::InvalidData, message));
    }
    loop {
        let mut head = [0; record::HEAD_LENGTH];
        if !fill(&mut file, &mut head)? {
            return Ok(());
        }
        let Some(length) = record::payload_length(head) else {
            return Ok(());
        };
        octets.resize(length, 0);
        if !fill(&mut file, &mut octets)? {
            return Ok(());
        }
        match Record::read(head, &octets) {
            Some(record) => take(record)?,
            None => return Ok(()),
        }
    }
}

/// Fills the buffer, or tells that the file ends before.
fn fill(file: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    match file.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests;
