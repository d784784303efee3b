//! The default backend of [`store`]: one SQLite file in WAL mode, synced at every commit.
//!
//! One thread writes. It takes every call that queued while the last commit was syncing, runs each in a savepoint of its
//! own, commits once, and only then answers them all: many callers share one sync, and the failure of one undoes only
//! its own work. Readers have their own connections and threads and never wait for the writer.

mod accept;
mod accounts;
mod books;
mod callbacks;
mod campaigns;
mod changes;
mod claim;
mod configuration;
mod contacts;
mod expansion;
mod halts;
mod inbound;
mod kept;
mod kept_receipts;
mod known;
mod later;
mod leases;
mod ledger;
mod mailings;
mod message;
mod migrate;
mod new_messages;
mod notices;
mod once;
mod originator_stops;
mod parts;
mod queue;
mod readers;
mod receipts;
mod schedule;
mod sender_names;
mod sent;
mod stop_list;
mod stops;
mod submissions;
mod tallies;
mod templates;
mod timing;
mod upstream_ids;
mod waiting;
mod writer;
mod writing;

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use store::Error;

use readers::Readers;
use writer::Writer;

/// Sets what a deployment may want to change; the defaults suit one gateway on one machine.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How many calls may wait for the writer before callers wait themselves: of short ones, and of those that touch many rows.
    pub queued_writes: usize,
    /// How many short calls one commit may carry.
    pub writes_per_commit: usize,
    /// How many connections read, beside one for what looks at very many rows.
    pub readers: usize,
    /// The writer's page cache, in KiB.
    pub cache_kib: u32,
    /// How long a call waits for another process (an admin command) that is writing.
    pub busy_timeout_ms: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            queued_writes: 4096,
            writes_per_commit: 1024,
            readers: 2,
            cache_kib: 32 * 1024,
            busy_timeout_ms: 10_000,
        }
    }
}

/// Keeps the promises of [`store::Store`] in one SQLite file. Dropping it commits what is queued and closes the file.
pub struct SqliteStore {
    writer: Writer,
    readers: Readers,
    /// For what looks at very many rows: it keeps only others of its kind waiting.
    scans: Readers,
}

impl SqliteStore {
    /// Opens or creates the file and brings it to the present schema.
    ///
    /// Refuses, without changing it, a file that a newer version wrote or that is not ours.
    pub fn open(path: &Path, options: Options) -> Result<Self, Error> {
        let mut connection = connect(path, options)?;
        // Before anything is set: even the journal mode is written into the file.
        migrate::check(&connection)?;
        set_up(&connection, path, options)?;
        migrate::migrate(&mut connection)?;
        once::prepare(&connection)?;
        tell(&connection)?;
        let reader = |_| {
            let reader = connect(path, options)?;
            set_up(&reader, path, options)?;
            reader
                .execute_batch("PRAGMA query_only = ON; PRAGMA cache_size = -4096;")
                .map_err(failed("cannot set up a reader"))?;
            Ok(reader)
        };
        let readers = (0..options.readers.max(1)).map(reader);
        let readers = readers.collect::<Result<Vec<_>, Error>>()?;
        let scans = vec![reader(0)?];
        Ok(Self {
            writer: Writer::start(connection, options)?,
            readers: Readers::start(readers)?,
            scans: Readers::start(scans)?,
        })
    }
}

fn connect(path: &Path, options: Options) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)
        .map_err(failed(&format!("cannot open {}", path.display())))?;
    connection
        .busy_timeout(Duration::from_millis(u64::from(options.busy_timeout_ms)))
        .map_err(failed(&format!("cannot open {}", path.display())))?;
    Ok(connection)
}

fn set_up(connection: &Connection, path: &Path, options: Options) -> Result<(), Error> {
    // 8,000 pages of 4 KiB: a checkpoint every 32 MiB of log keeps the log small and each stall short.
    let settings = format!(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
         PRAGMA wal_autocheckpoint = 8000; PRAGMA journal_size_limit = 67108864; \
         PRAGMA temp_store = MEMORY; PRAGMA cache_size = -{};",
        options.cache_kib
    );
    connection
        .execute_batch(&settings)
        .map_err(failed(&format!("cannot set up {}", path.display())))?;
    // Plans must not depend on bound values: otherwise every new value of a range compiles the statement anew, which costs more
    // than all the rest of a message's life here.
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
        .map_err(failed(&format!("cannot set up {}", path.display())))?;
    connection.set_prepared_statement_cache_capacity(256);
    Ok(())
}

/// Says in the log how durable a commit is: whoever measures wants to know it from the program itself.
fn tell(connection: &Connection) -> Result<(), Error> {
    let journal: String = connection
        .query_row("PRAGMA journal_mode", [], |row| row.get(0))
        .map_err(failed("cannot read how commits are made"))?;
    let synchronous: i64 = connection
        .query_row("PRAGMA synchronous", [], |row| row.get(0))
        .map_err(failed("cannot read how commits are made"))?;
    let synchronous = match synchronous {
        0 => "OFF",
        1 => "NORMAL",
        2 => "FULL",
        _ => "EXTRA",
    };
    tracing::info!(journal, synchronous, "the store is open");
    Ok(())
}

/// Turns an engine error into the store's, with its meaning.
fn failed(doing: &str) -> impl FnOnce(rusqlite::Error) -> Error {
    use rusqlite::ErrorCode as Code;
    move |error| match error.sqlite_error_code() {
        Some(Code::ConstraintViolation) => Error::conflict(format!("{doing}: {error}")),
        Some(
            Code::DiskFull
            | Code::DatabaseBusy
            | Code::DatabaseLocked
            | Code::SystemIoFailure
            | Code::CannotOpen
            | Code::ReadOnly
            | Code::OutOfMemory
            | Code::OperationInterrupted,
        ) => Error::unavailable(doing, Some(error.into())),
        _ => Error::other(doing, Some(error.into())),
    }
}
