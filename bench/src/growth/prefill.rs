//! Fills a gateway's file with finished messages, as if they had been sent: copies of one that was.
//!
//! What a message leaves behind is found by comparing the file before it was sent with the file after it had ended. New rows are
//! copied under new numbers, and what was counted up is counted up as often. The tables and columns are read from the file, so that
//! this follows the schema; the books balance as they do after so many real messages.

use std::path::Path;

use anyhow::{Context, ensure};
use rusqlite::Connection;

/// How many copies one transaction has.
const AT_ONCE: u32 = 1_000_000;

/// Where numbers that count and numbers that name are told from times: by the names of columns.
const TIME: &str = "at";

/// Copies so often what the file has more than the one before; nothing else may have it open. A crash leaves no usable file.
pub(super) fn multiply(file: &Path, before: &Path, copies: u32) -> anyhow::Result<()> {
    let connection =
        Connection::open(file).with_context(|| format!("cannot open {}", file.display()))?;
    // Whoever fills a file begins anew after a crash: nothing is synced until the end.
    connection.execute_batch(
        "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; \
         PRAGMA foreign_keys = OFF; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -262144;",
    )?;
    let before = before.to_str().context("the path is not text")?;
    connection.execute("ATTACH ?1 AS before", [before])?;
    let tables = Table::all(&connection)?;
    let mut grown = Vec::new();
    for table in &tables {
        let made = connection.execute_batch(&table.keep_new());
        made.with_context(|| format!("cannot see what is new in {}", table.name))?;
        let sql = format!("SELECT count(*) FROM temp.{}", table.kept());
        let rows: i64 = connection.query_row(&sql, [], |row| row.get(0))?;
        if rows > 0 {
            grown.push(Grown::of(&connection, table)?);
        }
    }
    ensure!(
        grown.iter().any(|it| it.table.name == "message"),
        "no message was sent in between"
    );
    for table in &tables {
        count_up(&connection, table, copies)?;
    }
    for first in (1..=copies).step_by(AT_ONCE as usize) {
        let last = copies.min(first + AT_ONCE - 1);
        connection.execute_batch("BEGIN")?;
        for it in grown.iter().filter(|it| it.is_of_a_message(&grown)) {
            let made = connection.execute(&it.copy(&grown), [first, last]);
            made.with_context(|| format!("cannot copy rows of {}", it.table.name))?;
        }
        connection.execute_batch("COMMIT")?;
    }
    connection
        .execute_batch("DETACH before; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")?;
    std::fs::File::open(file)?.sync_all()?;
    Ok(())
}

/// Fingerprints the schema of a file: files of two schemas are not filled alike.
pub(super) fn schema(file: &Path) -> anyhow::Result<String> {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let connection = Connection::open(file)?;
    let mut select =
        connection.prepare("SELECT coalesce(sql, '') FROM sqlite_schema ORDER BY name")?;
    let texts: Vec<String> = select
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut hasher = DefaultHasher::new();
    texts.hash(&mut hasher);
    Ok(format!("{:016x}", hasher.finish()))
}

/// A table as the file declares it.
struct Table {
    name: String,
    columns: Vec<Column>,
}

struct Column {
    name: String,
    is_integer: bool,
    /// Its place in the key, from 1; 0 when it is not in it.
    key: u32,
}

impl Table {
    fn all(connection: &Connection) -> anyhow::Result<Vec<Self>> {
        let mut select = connection.prepare(
            "SELECT t.name, c.name, c.type = 'INTEGER', c.pk FROM main.sqlite_schema t, pragma_table_info(t.name) c \
             WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY t.name, c.cid",
        )?;
        let mut rows = select.query([])?;
        let mut tables: Vec<Self> = Vec::new();
        while let Some(row) = rows.next()? {
            let name: String = row.get(0)?;
            let column = Column {
                name: row.get(1)?,
                is_integer: row.get(2)?,
                key: row.get(3)?,
            };
            match tables.last_mut() {
                Some(table) if table.name == name => table.columns.push(column),
                _ => tables.push(Self {
                    name,
                    columns: vec![column],
                }),
            }
        }
        Ok(tables)
    }

    /// Says when rows `a` and `b` are the same: by their keys, or by their places where they have none.
    fn is_same(&self) -> String {
        let keys = self.columns.iter().filter(|column| column.key > 0);
        let equal: Vec<_> = keys
            .map(|Column { name, .. }| format!("a.{name} IS b.{name}"))
            .collect();
        if equal.is_empty() {
            "a.rowid = b.rowid".to_owned()
        } else {
            equal.join(" AND ")
        }
    }

    /// The name of the temporary table with its new rows.
    fn kept(&self) -> String {
        format!("new_{}", self.name)
    }

    fn keep_new(&self) -> String {
        let (name, kept, same) = (&self.name, self.kept(), self.is_same());
        format!(
            "CREATE TEMP TABLE {kept} AS SELECT * FROM main.{name} a \
             WHERE NOT EXISTS (SELECT 1 FROM before.{name} b WHERE {same})"
        )
    }

    /// Lists the columns of rows that stay in which sums and next numbers may be.
    fn counters(&self) -> impl Iterator<Item = &str> {
        let counters = self
            .columns
            .iter()
            .filter(|column| column.is_integer && column.key == 0 && !is_time(&column.name));
        counters.map(|column| column.name.as_str())
    }
}

fn is_time(column: &str) -> bool {
    column.rsplit('_').next() == Some(TIME)
}

/// Adds to each counter of the rows that stay what the message added to it, so often.
fn count_up(connection: &Connection, table: &Table, copies: u32) -> anyhow::Result<()> {
    let (name, same) = (&table.name, table.is_same());
    for counter in table.counters() {
        let sql = format!(
            "UPDATE main.{name} AS a SET {counter} = a.{counter} + ?1 * (a.{counter} - b.{counter}) \
             FROM before.{name} b WHERE {same} AND a.{counter} <> b.{counter}"
        );
        connection
            .execute(&sql, [copies])
            .with_context(|| format!("cannot count up {name}.{counter}"))?;
    }
    Ok(())
}

/// A table with new rows.
struct Grown<'t> {
    table: &'t Table,
    /// By how much the numbers of a copy are above those of the copy before; 0 where rows have no number.
    stride: i64,
}

impl<'t> Grown<'t> {
    fn of(connection: &Connection, table: &'t Table) -> anyhow::Result<Self> {
        let numbered = table.columns.iter().any(|column| column.name == "id");
        let stride = if numbered {
            let sql = format!("SELECT max(id) - min(id) + 1 FROM temp.{}", table.kept());
            connection.query_row(&sql, [], |row| row.get(0))?
        } else {
            0
        };
        Ok(Self { table, stride })
    }

    /// Writes what makes copies of its new rows, of the copy with the first parameter's number to that of the second.
    fn copy(&self, grown: &[Self]) -> String {
        let columns = &self.table.columns;
        let names: Vec<_> = columns.iter().map(|column| column.name.as_str()).collect();
        let values: Vec<_> = columns
            .iter()
            .map(|column| self.value_in_copy(column, grown))
            .collect();
        format!(
            "WITH RECURSIVE copy (n) AS (SELECT ?1 UNION ALL SELECT n + 1 FROM copy WHERE n < ?2) \
             INSERT INTO main.{} ({}) SELECT {} FROM copy CROSS JOIN temp.{}",
            self.table.name,
            names.join(", "),
            values.join(", "),
            self.table.kept()
        )
    }

    /// Tells whether a copy has a key of its own: what has not tells of something that was there before, such as the condition of a
    /// connector, which was noted meanwhile.
    fn is_of_a_message(&self, grown: &[Self]) -> bool {
        let mut key = self.table.columns.iter().filter(|it| it.key > 0).peekable();
        key.peek().is_none() || key.any(|column| self.step(column, grown) != 0)
    }

    /// By how much a column differs from copy to copy.
    fn step(&self, column: &Column, grown: &[Self]) -> i64 {
        match column.name.as_str() {
            "id" => self.stride,
            // Each to a number of its own.
            "recipient" => 1,
            name if column.is_integer => stride_of(name, grown),
            _ => 0,
        }
    }

    fn value_in_copy(&self, column: &Column, grown: &[Self]) -> String {
        let name = &column.name;
        match self.step(column, grown) {
            0 => name.clone(),
            step => format!("{name} + n * {step}"),
        }
    }
}

/// Finds by how much the numbers of what a column names differ from copy to copy: `message_id` and `first_message_id` name a message.
fn stride_of(column: &str, grown: &[Grown<'_>]) -> i64 {
    let Some(subject) = column.strip_suffix("_id") else {
        return 0;
    };
    let named = grown.iter().find(|it| {
        let rest = subject.strip_suffix(it.table.name.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('_'))
    });
    named.map_or(0, |it| it.stride)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use store::Ledger;
    use tempfile::TempDir;

    use super::*;
    use crate::instructions::life::singles;
    use crate::instructions::world::World;

    /// A world that has sent one message, and the file before it did.
    fn one_sent(directory: &TempDir) -> (World, PathBuf) {
        let before = directory.path().join("before.sqlite");
        let world = World::new().unwrap();
        let copied = |file: &Path| Ok(std::fs::copy(file, &before).map(drop)?);
        let world = world.reopened_after(copied).unwrap();
        world.run(singles(&world, 1)).unwrap();
        (world, before)
    }

    fn sound(world: &World, messages: u64) {
        let audit = world.run(world.store.audit()).unwrap();
        assert!(audit.violations.is_empty(), "{:?}", audit.violations);
        assert_eq!(audit.messages, messages);
    }

    #[test]
    fn the_books_of_a_filled_file_balance_and_the_gateway_goes_on_from_there() {
        const COPIES: u32 = 10_000;
        let directory = tempfile::tempdir().unwrap();
        let (world, before) = one_sent(&directory);
        let world = world.reopened_after(|file| {
            // Noted in between, and nothing of the message's.
            let condition = "INSERT INTO connector_condition (connector_id, condition, at) SELECT id, '{}', 0 FROM connector";
            Connection::open(file)?.execute_batch(condition)?;
            multiply(file, &before, COPIES)
        });
        let world = world.unwrap();
        sound(&world, u64::from(COPIES) + 1);
        world.run(singles(&world, 3)).unwrap();
        sound(&world, u64::from(COPIES) + 4);
    }

    #[test]
    fn a_file_in_which_nothing_was_sent_is_not_filled() {
        let directory = tempfile::tempdir().unwrap();
        let (world, before) = one_sent(&directory);
        let unsent = directory.path().join("unsent.sqlite");
        std::fs::copy(&before, &unsent).unwrap();
        let refused = world.reopened_after(|_| multiply(&unsent, &before, 1));
        let refused = refused.err().unwrap().to_string();
        assert!(refused.contains("no message"), "{refused}");
    }

    #[test]
    fn a_file_is_known_by_its_schema_not_by_what_is_in_it() {
        let directory = tempfile::tempdir().unwrap();
        let (world, before) = one_sent(&directory);
        let compared = world.reopened_after(|file| {
            assert_eq!(schema(file)?, schema(&before)?);
            Connection::open(file)?.execute_batch("CREATE INDEX more ON message (price)")?;
            assert_ne!(schema(file)?, schema(&before)?);
            Ok(())
        });
        compared.unwrap();
    }

    #[test]
    fn times_are_not_counted_up() {
        for (column, expected) in [
            ("at", true),
            ("created_at", true),
            ("state", false),
            ("chat", false),
        ] {
            assert_eq!(is_time(column), expected, "{column}");
        }
    }
}
