//! What the writer's calls work with: its connection, the statements that it keeps compiled, and what it knows by heart.

use std::cell::{Cell, RefCell};
use std::ops::Deref;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use rusqlite::{Connection, Params, Row, Statement};
use store::Error;

use crate::failed;
use crate::known::Known;
use crate::later::Later;

/// A statement of the hot path: the writer compiles it once and keeps it as long as it lives, so that using it costs no look-up.
pub(crate) struct Sql {
    text: &'static str,
    slot: OnceLock<usize>,
}

impl Sql {
    pub(crate) const fn new(text: &'static str) -> Self {
        Self {
            text,
            slot: OnceLock::new(),
        }
    }

    /// The statement as it is written.
    pub(crate) const fn text(&self) -> &'static str {
        self.text
    }

    /// Its place among the compiled ones, the same in every writer of this process.
    fn slot(&self) -> usize {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        *self
            .slot
            .get_or_init(|| NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// The writer's connection while it is in a transaction.
///
/// What it knows by heart mirrors the file at every moment of the transaction. Calls that change messages, books or what a
/// submission is checked against without telling [`Known`] run in [`crate::writer::Writer::write`], which forgets it all.
pub(crate) struct Writing<'c> {
    connection: &'c Connection,
    compiled: RefCell<Vec<Option<Statement<'c>>>>,
    known: RefCell<Known>,
    later: RefCell<Later>,
    /// What another process has committed changes this number.
    version: Cell<i64>,
    /// Whether a call has failed half done, so that nothing of the transaction may stay.
    spoilt: Cell<bool>,
}

impl Deref for Writing<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection
    }
}

static BEGIN: Sql = Sql::new("BEGIN IMMEDIATE");
static COMMIT: Sql = Sql::new("COMMIT");
static VERSION: Sql = Sql::new("PRAGMA data_version");

impl<'c> Writing<'c> {
    pub(crate) fn on(connection: &'c Connection) -> Self {
        Self {
            connection,
            compiled: RefCell::default(),
            known: RefCell::default(),
            later: RefCell::default(),
            version: Cell::new(i64::MIN),
            spoilt: Cell::new(false),
        }
    }

    /// Begins the transaction; what other processes have written since the last one makes it forget what it knew.
    pub(crate) fn begin(&self) -> Result<(), Error> {
        self.run(&BEGIN, [])
            .map_err(failed("cannot begin a transaction"))?;
        self.spoilt.set(false);
        let version = self
            .find(&VERSION, [], |row| row.get(0))
            .map_err(failed("cannot tell whether others have written"))?;
        if version != Some(self.version.get()) {
            self.forget();
            self.version.set(version.unwrap_or(i64::MIN));
        }
        Ok(())
    }

    /// Writes what is left to write and commits.
    pub(crate) fn commit(&self) -> Result<(), Error> {
        // What is flushed into one that a full disk has undone would be committed row by row.
        if self.is_over() {
            return Err(Error::unavailable("the transaction was undone", None));
        }
        self.flush()?;
        self.run(&COMMIT, [])
            .map(drop)
            .map_err(failed("cannot commit"))
    }

    /// Undoes the transaction, if there still is one.
    pub(crate) fn roll_back(&self) {
        self.forget();
        if !self.is_autocommit() {
            // The next transaction cannot begin when this fails, and says so.
            let _ = self.connection.execute_batch("ROLLBACK");
        }
    }

    /// Lets nothing of the transaction stay.
    pub(crate) fn spoil(&self) {
        self.spoilt.set(true);
    }

    /// Tells whether nothing may be written into this transaction any more.
    pub(crate) fn is_over(&self) -> bool {
        // A full disk has undone the transaction for an earlier caller. What was written now would be a transaction of its own, and
        // would stay although the caller is told that it failed.
        self.spoilt.get() || self.is_autocommit()
    }

    /// What is known by heart. Not to be held while anything else is called on this.
    pub(crate) fn known(&self) -> std::cell::RefMut<'_, Known> {
        self.known.borrow_mut()
    }

    /// What is written when the transaction ends. Not to be held while anything else is called on this.
    pub(crate) fn later(&self) -> std::cell::RefMut<'_, Later> {
        self.later.borrow_mut()
    }

    /// Counts changes: in the transaction, and of what is to be written before it ends.
    pub(crate) fn changes(&self) -> u64 {
        self.total_changes() + self.later().changes()
    }

    /// Writes all that is decided and not yet in the file: the sums that are known, and rows. Nothing of the transaction may stay when
    /// that fails.
    pub(crate) fn flush(&self) -> Result<(), Error> {
        let unwritten = self.known().unwritten();
        let written = unwritten.write(self).and_then(|()| self.flush_later());
        written.inspect_err(|_| self.spoil())
    }

    /// Writes rows that are decided and not yet in the file, before any such row is read.
    pub(crate) fn flush_later(&self) -> Result<(), Error> {
        if self.later().is_empty() {
            return Ok(());
        }
        let later = self.later().take();
        later.write(self).inspect_err(|_| self.spoil())
    }

    /// Forgets all that was known. What was not yet written is lost with it: that is for when its transaction is.
    pub(crate) fn forget(&self) {
        *self.known() = Known::default();
        drop(self.later().take());
    }

    /// Runs a statement that changes something; answers how many rows.
    pub(crate) fn run(
        &self,
        sql: &'static Sql,
        parameters: impl Params,
    ) -> rusqlite::Result<usize> {
        self.using(sql, |statement| statement.execute(parameters))
    }

    /// Reads the first row that a statement finds.
    pub(crate) fn find<T>(
        &self,
        sql: &'static Sql,
        parameters: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<Option<T>> {
        self.using(sql, |statement| {
            let mut rows = statement.query(parameters)?;
            rows.next()?.map(read).transpose()
        })
    }

    /// Uses a statement, compiled if it is not yet.
    pub(crate) fn using<T>(
        &self,
        sql: &'static Sql,
        work: impl FnOnce(&mut Statement<'c>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        let slot = sql.slot();
        let compiled = self
            .compiled
            .borrow_mut()
            .get_mut(slot)
            .and_then(Option::take);
        let mut statement = match compiled {
            Some(statement) => statement,
            None => self.connection.prepare(sql.text)?,
        };
        let outcome = work(&mut statement);
        let mut compiled = self.compiled.borrow_mut();
        if compiled.len() <= slot {
            compiled.resize_with(slot + 1, || None);
        }
        compiled[slot] = Some(statement);
        outcome
    }
}
