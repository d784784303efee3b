//! Opening files: new, ours, of a newer version, of another program, and not a database at all.

mod fixture;

use fixture::{account, path, submission};
use rusqlite::Connection;
use store::{Accounts as _, Configuration as _, Submissions as _};
use store_sqlite::{Options, SqliteStore};
use tempfile::TempDir;

/// Asserts that opening fails with these words and leaves the file as it was, octet for octet.
#[track_caller]
fn is_refused_untouched(place: &TempDir, words: &str) {
    let before = std::fs::read(path(place)).unwrap();
    let error = SqliteStore::open(&path(place), Options::default())
        .err()
        .expect("the file is not ours to use");
    let told = format!("{error:?}");
    assert!(told.contains(words), "{told}");
    assert!(!error.is_unavailable(), "waiting does not help: {told}");
    assert_eq!(std::fs::read(path(place)).unwrap(), before);
}

#[tokio::test]
async fn what_was_written_is_there_after_reopening() {
    let place = TempDir::new().unwrap();
    let store = SqliteStore::open(&path(&place), Options::default()).unwrap();
    let (payer, connector) = account(&store).await;
    let accepted = store.accept(submission(payer, connector, 3)).await.unwrap();
    let revision = store.revision().await.unwrap();
    drop(store);

    let store = SqliteStore::open(&path(&place), Options::default()).unwrap();
    assert_eq!(
        store.revision().await.unwrap(),
        revision,
        "opening is no change"
    );
    let store::submissions::Acceptance::Accepted { submission: id, .. } = accepted else {
        panic!("{accepted:?}")
    };
    let found = store.submission(payer, id).await.unwrap().unwrap();
    assert_eq!(found.tally.total(), 3);
    let other = store::accounts::NewAccount {
        parent: None,
        name: "next".into(),
        currency: sms::Currency::UAH,
        settings: "{}".into(),
    };
    let next = store.add_account(other, fixture::at(1)).await.unwrap();
    assert!(next > payer);
}

#[test]
fn a_file_of_this_version_is_opened_without_being_written() {
    let place = TempDir::new().unwrap();
    drop(SqliteStore::open(&path(&place), Options::default()).unwrap());
    let other = Connection::open(path(&place)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let options = Options {
        busy_timeout_ms: 0,
        ..Options::default()
    };
    // Nobody else could write now, as on a disk that is full.
    assert!(SqliteStore::open(&path(&place), options).is_ok());
}

#[test]
fn a_file_of_a_newer_version_is_refused_untouched() {
    let place = TempDir::new().unwrap();
    drop(SqliteStore::open(&path(&place), Options::default()).unwrap());
    let file = Connection::open(path(&place)).unwrap();
    file.execute_batch("PRAGMA user_version = 9999; PRAGMA wal_checkpoint(TRUNCATE);")
        .unwrap();
    drop(file);
    is_refused_untouched(&place, "newer heliogram (schema 9999");
}

#[test]
fn a_file_of_another_program_is_refused_untouched() {
    for mark in [
        "PRAGMA application_id = 7",
        "PRAGMA user_version = 3",
        // Most programs set neither.
        "CREATE TABLE theirs (id INTEGER)",
    ] {
        let place = TempDir::new().unwrap();
        let file = Connection::open(path(&place)).unwrap();
        file.execute_batch(mark).unwrap();
        drop(file);
        is_refused_untouched(&place, "belongs to another program");
    }
}

#[test]
fn a_file_that_is_no_database_is_refused_untouched() {
    let place = TempDir::new().unwrap();
    std::fs::write(
        path(&place),
        "not a database, but long enough to be one".repeat(100),
    )
    .unwrap();
    is_refused_untouched(&place, "not a database");
}

#[test]
fn an_empty_file_becomes_ours() {
    let place = TempDir::new().unwrap();
    std::fs::write(path(&place), "").unwrap();
    drop(SqliteStore::open(&path(&place), Options::default()).unwrap());
    let file = Connection::open(path(&place)).unwrap();
    let mode: String = file
        .pragma_query_value(None, "journal_mode", |row| row.get(0))
        .unwrap();
    assert_eq!(mode, "wal");
}

#[test]
fn a_place_that_is_not_there_cannot_be_opened() {
    let place = TempDir::new().unwrap();
    let nowhere = place.path().join("none").join("data.db");
    let error = SqliteStore::open(&nowhere, Options::default())
        .err()
        .unwrap();
    assert!(format!("{error:?}").contains("data.db"), "{error:?}");
}
