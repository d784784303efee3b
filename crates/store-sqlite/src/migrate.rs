//! Brings a file to the present schema: numbered SQL scripts, each applied once, in one transaction.

use rusqlite::Connection;
use store::Error;

use crate::failed;

/// The scripts in order; the number of a script is its position from 1 and stands in `PRAGMA user_version`.
const SCRIPTS: &[&str] = &[include_str!("../migrations/0001_spine.sql")];

/// Marks a file as ours in `PRAGMA application_id`: "Heli" in ASCII.
const APPLICATION_ID: i32 = 0x4865_6c69;

/// Applies the scripts that the file has not had. Refuses files of other programs and of newer versions untouched.
pub(crate) fn migrate(connection: &mut Connection) -> Result<(), Error> {
    let transaction = connection
        .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
        .map_err(failed("cannot begin the migration"))?;
    let number = |name| transaction.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    let version = number("user_version").map_err(failed("cannot read the schema version"))?;
    let application = number("application_id").map_err(failed("cannot read the file's kind"))?;
    let known = i32::try_from(SCRIPTS.len()).expect("there are few scripts");

    if application != APPLICATION_ID && (application != 0 || version != 0) {
        return Err(Error::other(
            "this SQLite file belongs to another program",
            None,
        ));
    }
    if version > known {
        return Err(Error::other(
            format!(
                "the data was written by a newer heliogram (schema {version}, this program knows {known}): \
                 start that version, or restore a backup made before the upgrade"
            ),
            None,
        ));
    }
    let done = usize::try_from(version).unwrap_or(0);
    for (script, number) in SCRIPTS.iter().zip(1..).skip(done) {
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
