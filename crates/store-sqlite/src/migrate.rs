//! Brings a file to the present schema: numbered SQL scripts, each applied once, in one transaction.

use rusqlite::Connection;
use store::Error;

use crate::failed;

/// The scripts in order; the number of a script is its position from 1 and stands in `PRAGMA user_version`. A script that has been
/// released never changes: files that have had it would differ from those that have it later.
const SCRIPTS: &[&str] = &[
    include_str!("../migrations/0001_spine.sql"),
    include_str!("../migrations/0002_contacts_and_campaigns.sql"),
    include_str!("../migrations/0003_providers.sql"),
    include_str!("../migrations/0004_smpp.sql"),
    include_str!("../migrations/0005_speed.sql"),
];

/// Marks a file as ours in `PRAGMA application_id`: "Heli" in ASCII.
const APPLICATION_ID: i32 = 0x4865_6c69;

/// Refuses a file of another program or of a newer version, and only reads it for that.
pub(crate) fn check(connection: &Connection) -> Result<(), Error> {
    let version = number(connection, "user_version")?;
    let application = number(connection, "application_id")?;
    if application != APPLICATION_ID {
        // A new file has neither numbers nor tables; most programs that use SQLite set no numbers either.
        let used: bool = connection
            .query_row("SELECT EXISTS (SELECT 1 FROM sqlite_schema)", [], |row| {
                row.get(0)
            })
            .map_err(failed("cannot read what the file holds"))?;
        if used || application != 0 || version != 0 {
            return Err(Error::other(
                "this SQLite file belongs to another program",
                None,
            ));
        }
    }
    let known = SCRIPTS.len();
    if done(version) > known {
        return Err(Error::other(
            format!(
                "the data was written by a newer heliogram (schema {version}, this program knows {known}): \
                 start that version, or restore a backup made before the upgrade"
            ),
            None,
        ));
    }
    Ok(())
}

/// Applies the scripts that the file has not had. A file that has had them all is not written: that would be a sync for each command,
/// and would keep everybody from looking at the books of a gateway whose disk is full.
pub(crate) fn migrate(connection: &mut Connection) -> Result<(), Error> {
    let present = number(connection, "application_id")? == APPLICATION_ID;
    if present && done(number(connection, "user_version")?) == SCRIPTS.len() {
        return Ok(());
    }
    let transaction = connection
        .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
        .map_err(failed("cannot begin the migration"))?;
    // Another process may have been here since.
    check(&transaction)?;
    let version = number(&transaction, "user_version")?;
    for (script, number) in SCRIPTS.iter().zip(1..).skip(done(version)) {
        let applied = transaction
            .execute_batch(script)
            .and_then(|()| transaction.pragma_update(None, "user_version", number));
        applied.map_err(failed(&format!("migration {number} failed")))?;
    }
    transaction
        .pragma_update(None, "application_id", APPLICATION_ID)
        .map_err(failed("cannot mark the file"))?;
    transaction
        .commit()
        .map_err(failed("cannot commit the migration"))
}

fn number(connection: &Connection, pragma: &str) -> Result<i32, Error> {
    connection
        .pragma_query_value(None, pragma, |row| row.get(0))
        .map_err(failed(&format!("cannot read the file's {pragma}")))
}

/// How many scripts a file of this version has had.
fn done(version: i32) -> usize {
    usize::try_from(version).unwrap_or(0)
}
