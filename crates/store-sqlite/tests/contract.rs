//! Every promise of the store, kept by SQLite in a file.

use store_sqlite::{Options, SqliteStore};
use tempfile::TempDir;

#[expect(
    clippy::unused_async,
    reason = "a backend on a network has to wait here"
)]
async fn open() -> (SqliteStore, TempDir) {
    let place = TempDir::new().unwrap();
    let store = SqliteStore::open(&place.path().join("data.db"), Options::default()).unwrap();
    (store, place)
}

store::contract_tests!(open);
