//! The writer when things go wrong inside a transaction: panics, and a disk that is full.

use sms::{Currency, Timestamp};
use store::accounts::{Accounts as _, NewAccount};
use store::{AccountId, Error, Ledger as _};
use tempfile::TempDir;
use tokio::task::yield_now;

use super::{Care, Length};
use crate::writing::Writing;
use crate::{Options, SqliteStore};

const NOW: Timestamp = Timestamp::from_millis(0);

async fn open() -> (SqliteStore, AccountId, TempDir) {
    let place = TempDir::new().unwrap();
    let store = SqliteStore::open(&place.path().join("data.db"), Options::default()).unwrap();
    let account = NewAccount {
        name: "payer".into(),
        parent: None,
        currency: Currency::UAH,
        settings: "{}".into(),
    };
    let account = store.add_account(account, NOW).await.unwrap();
    (store, account, place)
}

/// Reads or sets a number of the writer's own connection.
async fn pragma(store: &SqliteStore, sql: &'static str) -> i64 {
    let read = move |writing: &Writing<'_>| {
        writing
            .query_row(sql, [], |row| row.get(0))
            .map_err(crate::failed(sql))
    };
    store.writer.write(read).await.unwrap()
}

/// Leaves the writer no page to grow into, or as many as it likes.
async fn set_room(store: &SqliteStore, room: bool) {
    // A maximum below the present size means the present size.
    let sql = if room {
        "PRAGMA max_page_count = 1000000"
    } else {
        "PRAGMA max_page_count = 1"
    };
    pragma(store, sql).await;
}

/// Tops up with a note of many pages.
async fn write_much(store: &SqliteStore, account: AccountId) -> Result<(), Error> {
    let note = "x".repeat(1_000_000);
    store.top_up(account, 1, &note, NOW).await.map(|_| ())
}

#[tokio::test]
async fn every_commit_is_synced() {
    let (store, _, _place) = open().await;
    assert_eq!(pragma(&store, "PRAGMA synchronous").await, 2, "FULL");
    assert_eq!(pragma(&store, "PRAGMA foreign_keys").await, 1);
}

#[tokio::test]
async fn a_panic_undoes_its_own_work_and_the_writer_lives_on() {
    let (store, account, _place) = open().await;
    let panics = store.writer.write(|connection| -> Result<(), Error> {
        connection
            .execute("UPDATE book SET available = 99", [])
            .unwrap();
        panic!("a defect");
    });
    let (before, broken, after) = tokio::join!(
        store.top_up(account, 1, "", NOW),
        panics,
        store.top_up(account, 2, "", NOW)
    );
    before.unwrap();
    let error = broken.unwrap_err();
    assert!(!error.is_unavailable() && !error.is_conflict(), "{error:?}");
    after.unwrap();
    assert_eq!(store.book(account).await.unwrap().unwrap().available, 3);
}

#[tokio::test]
async fn a_panic_while_reading_does_not_cost_a_reader() {
    let (store, account, _place) = open().await;
    for _ in 0..5 {
        let broken = store
            .readers
            .read(|_| -> Result<(), Error> { panic!("a defect") });
        broken.await.unwrap_err();
    }
    assert!(store.book(account).await.unwrap().is_some());
}

#[tokio::test]
async fn a_full_disk_is_unavailable_and_work_goes_on_when_there_is_room() {
    let (store, account, _place) = open().await;
    store.top_up(account, 5, "", NOW).await.unwrap();
    set_room(&store, false).await;
    for _ in 0..3 {
        let full = write_much(&store, account).await.unwrap_err();
        assert!(full.is_unavailable(), "{full:?}");
    }
    assert_eq!(store.book(account).await.unwrap().unwrap().available, 5);
    set_room(&store, true).await;
    write_much(&store, account).await.unwrap();
    assert_eq!(store.book(account).await.unwrap().unwrap().available, 6);
    assert!(store.audit().await.unwrap().violations.is_empty());
}

#[tokio::test]
async fn whoever_shares_a_commit_with_a_full_disk_is_told_the_truth() {
    let (store, account, _place) = open().await;
    set_room(&store, false).await;
    let small = |amount| store.top_up(account, amount, "", NOW);
    let mut acknowledged = 0;
    for _ in 0..10 {
        // While the writer is busy with the first, the others meet in one transaction.
        let busy = store.writer.write(|_| Ok(()));
        let (_, first, full, last, end) = tokio::join!(
            async {
                yield_now().await;
                busy.await
            },
            small(1),
            write_much(&store, account),
            small(1),
            small(1),
        );
        assert!(full.unwrap_err().is_unavailable());
        for answer in [first, last, end] {
            match answer {
                Ok(_) => acknowledged += 1,
                Err(error) => assert!(error.is_unavailable(), "{error:?}"),
            }
        }
    }
    let available = store.book(account).await.unwrap().unwrap().available;
    assert_eq!(available, acknowledged, "what was refused was not written");
    assert!(store.audit().await.unwrap().violations.is_empty());
}

#[tokio::test]
async fn what_fails_half_done_without_a_savepoint_takes_the_whole_transaction_with_it() {
    let (store, account, _place) = open().await;
    let half = |writing: &Writing<'_>| -> Result<(), Error> {
        writing
            .execute("UPDATE account SET name = 'spoilt'", [])
            .unwrap();
        Err(Error::other("a defect", None))
    };
    let busy = store.writer.write(|_| Ok(()));
    let (_, before, broken, after) = tokio::join!(
        async {
            yield_now().await;
            busy.await
        },
        store.top_up(account, 1, "", NOW),
        store
            .writer
            .write_then(Length::Short, Care::Whole, half, |()| {}),
        store.top_up(account, 2, "", NOW),
    );
    // By its own error it finds out which of its pieces is broken, and does not bring that one for ever.
    let error = broken.unwrap_err();
    assert!(!error.is_unavailable(), "{error:?}");
    let written: i64 = [(1, before), (2, after)]
        .into_iter()
        .filter_map(|(amount, answer)| match answer {
            Ok(_) => Some(amount),
            Err(error) => {
                assert!(error.is_unavailable(), "{error:?}");
                None
            }
        })
        .sum();
    let name = "SELECT count(*) FROM account WHERE name = 'spoilt'";
    assert_eq!(pragma(&store, name).await, 0);
    assert_eq!(
        store.book(account).await.unwrap().unwrap().available,
        written
    );
    store.top_up(account, 4, "", NOW).await.unwrap();
    assert!(store.audit().await.unwrap().violations.is_empty());
}

#[tokio::test]
async fn what_fails_before_it_writes_harms_nobody() {
    let (store, account, _place) = open().await;
    let refused = |_: &Writing<'_>| -> Result<(), Error> { Err(Error::conflict("not so")) };
    let (before, refused, after) = tokio::join!(
        store.top_up(account, 1, "", NOW),
        store
            .writer
            .write_then(Length::Short, Care::Whole, refused, |()| {}),
        store.top_up(account, 2, "", NOW),
    );
    before.unwrap();
    assert!(refused.unwrap_err().is_conflict());
    after.unwrap();
    assert_eq!(store.book(account).await.unwrap().unwrap().available, 3);
}

#[tokio::test]
async fn sums_of_a_transaction_that_a_full_disk_has_undone_are_not_written_after_it() {
    let (store, account, _place) = open().await;
    store.top_up(account, 5, "", NOW).await.unwrap();
    set_room(&store, false).await;
    // As an acceptance does: its hold is in the book that is known by heart, and in the file only before the commit.
    let first = move |writing: &Writing<'_>| crate::known::add_to_book(writing, account, -3, 3, 0);
    // As the next acceptance does, whose first row finds no room.
    let full = move |writing: &Writing<'_>| {
        static MUCH: crate::writing::Sql = crate::writing::Sql::new(
            "INSERT INTO ledger_entry (account_id, kind, amount, note, at) VALUES (?1, 0, 0, ?2, 0)",
        );
        writing
            .run(&MUCH, (account.0, "x".repeat(1_000_000)))
            .map(drop)
            .map_err(crate::failed("cannot write"))
    };
    // They meet in one transaction: behind one that does not end before they wait.
    let (go_on, wait) = std::sync::mpsc::channel::<()>();
    let busy = store.writer.write(move |_| {
        let _ = wait.recv();
        Ok(())
    });
    let (_, first, full, ()) = tokio::join!(
        busy,
        store.writer.write_whole(first),
        store.writer.write_whole(full),
        async { drop(go_on) },
    );
    first.unwrap_err();
    full.unwrap_err();
    assert_eq!(store.audit().await.unwrap().violations, []);
    let book = store.book(account).await.unwrap().unwrap();
    assert_eq!((book.available, book.held), (5, 0));
}
