//! Many callers share a commit, and nobody suffers for another's mistake; two processes share a file.

mod fixture;

use std::path::Path;
use std::sync::Arc;

use fixture::{account, account_named, path, submission};
use rusqlite::Connection;
use store::submissions::Acceptance;
use store::{Configuration as _, Error, Ledger as _, Submissions as _};
use store_sqlite::{Options, SqliteStore};
use tempfile::TempDir;
use tokio::task::JoinSet;

/// Counts the commits in the write-ahead log: the frames that tell the size of the database after them.
fn commits(database: &Path) -> usize {
    const HEADER: usize = 32;
    const FRAME: usize = 24 + 4096;
    let log = std::fs::read(database.with_extension("db-wal")).unwrap();
    let frames = log[HEADER..].chunks_exact(FRAME);
    frames.filter(|frame| frame[4..8] != [0; 4]).count()
}

/// Queues all of these while another process writes; then lets them go, and answers what came of each.
async fn at_once(
    store: &Arc<SqliteStore>,
    database: &Path,
    submissions: Vec<store::submissions::NewSubmission>,
) -> Vec<Result<Acceptance, Error>> {
    let other = Connection::open(database).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut calls = JoinSet::new();
    for (submission, index) in submissions.into_iter().zip(0..) {
        let store = Arc::clone(store);
        calls.spawn(async move { (index, store.accept(submission).await) });
    }
    // On one thread, the others run up to their first wait before this one goes on.
    tokio::task::yield_now().await;
    other.execute_batch("ROLLBACK").unwrap();
    let mut answers = calls.join_all().await;
    answers.sort_by_key(|(index, _): &(i32, _)| *index);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

#[tokio::test]
async fn many_callers_share_one_commit_and_a_failure_undoes_only_its_own_work() {
    let place = TempDir::new().unwrap();
    let store = Arc::new(SqliteStore::open(&path(&place), Options::default()).unwrap());
    let (payer, connector) = account(&*store).await;
    let before = commits(&path(&place));
    let submissions = (0..64)
        .map(|index| {
            let mut new = submission(payer, connector, 3);
            if index % 5 == 2 {
                // Found out when two messages are written already.
                new.messages[2].connector = None;
            }
            new
        })
        .collect();
    let answers = at_once(&store, &path(&place), submissions).await;
    // On a busy machine the writer may begin with the first few more than once; most share one commit.
    assert!(commits(&path(&place)) - before <= 8);

    let mut expected = 1;
    for (answer, index) in answers.into_iter().zip(0..) {
        if index % 5 == 2 {
            answer.unwrap_err();
            continue;
        }
        let Acceptance::Accepted { submission: id, .. } = answer.unwrap() else {
            panic!("there is money")
        };
        assert_eq!(id.0, expected, "no number is lost to a failure");
        expected += 1;
        let messages = store.messages(payer, id, None, None, 10).await.unwrap();
        assert_eq!(messages.len(), 3);
    }
    let audit = store.audit().await.unwrap();
    assert_eq!(audit.messages, 51 * 3);
    assert_eq!(audit.violations, []);
}

#[tokio::test]
async fn a_busy_account_keeps_neither_single_messages_nor_groups_of_others_waiting() {
    let place = TempDir::new().unwrap();
    let store = Arc::new(SqliteStore::open(&path(&place), Options::default()).unwrap());
    let (busy, connector) = account(&*store).await;
    let other = account_named(&*store, "other").await;
    let mut submissions = vec![submission(busy, connector, 100); 8];
    submissions.push(submission(other, connector, 100));
    submissions.push(submission(other, connector, 1));
    let answers = at_once(&store, &path(&place), submissions).await;
    // They are numbered as they are written.
    let numbers: Vec<_> = answers
        .into_iter()
        .map(|answer| match answer.unwrap() {
            Acceptance::Accepted { submission, .. } => submission.0,
            other => panic!("{other:?}"),
        })
        .collect();
    let [.., group, single] = numbers[..] else {
        panic!("{numbers:?}")
    };
    assert_eq!((single, group), (1, 3), "{numbers:?}");
    assert!(numbers[..8].is_sorted(), "{numbers:?}");
}

#[tokio::test]
async fn what_another_process_blocks_too_long_is_unavailable_and_not_written() {
    let place = TempDir::new().unwrap();
    let options = Options {
        busy_timeout_ms: 20,
        ..Options::default()
    };
    let store = SqliteStore::open(&path(&place), options).unwrap();
    let (payer, connector) = account(&store).await;
    let other = Connection::open(path(&place)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let blocked = store.accept(submission(payer, connector, 1)).await;
    let error = blocked.unwrap_err();
    assert!(error.is_unavailable());
    assert!(error.to_string().contains("cannot begin"), "{error:?}");
    other.execute_batch("ROLLBACK").unwrap();
    store.accept(submission(payer, connector, 1)).await.unwrap();
    assert_eq!(store.audit().await.unwrap().messages, 1);
}

#[tokio::test]
async fn two_processes_write_to_one_file_at_once() {
    let place = TempDir::new().unwrap();
    let open = || Arc::new(SqliteStore::open(&path(&place), Options::default()).unwrap());
    let stores = [open(), open()];
    let (payer, connector) = account(&*stores[0]).await;
    let mut calls = JoinSet::new();
    for index in 0..100 {
        let store = Arc::clone(&stores[index % 2]);
        calls.spawn(async move { store.accept(submission(payer, connector, 2)).await.unwrap() });
    }
    let mut ids: Vec<_> = calls
        .join_all()
        .await
        .into_iter()
        .map(|answer| match answer {
            Acceptance::Accepted { submission: id, .. } => id.0,
            Acceptance::Insufficient { .. }
            | Acceptance::NobodyLeft
            | Acceptance::Repeated { .. } => {
                panic!("there is money, no stop list, and nothing is accepted once only")
            }
        })
        .collect();
    ids.sort_unstable();
    assert!(ids.into_iter().eq(1..=100));
    for store in &stores {
        let audit = store.audit().await.unwrap();
        assert_eq!((audit.messages, audit.violations), (200, vec![]));
    }
}

#[tokio::test]
async fn a_change_by_another_process_is_noticed_by_the_revision() {
    let place = TempDir::new().unwrap();
    let open = || SqliteStore::open(&path(&place), Options::default()).unwrap();
    let (gateway, admin) = (open(), open());
    let before = gateway.revision().await.unwrap();
    account(&admin).await;
    assert!(gateway.revision().await.unwrap() > before);
    assert_eq!(gateway.directory().await.unwrap().accounts.len(), 1);
}

#[tokio::test]
async fn dropping_the_store_commits_what_is_queued() {
    let place = TempDir::new().unwrap();
    let store = Arc::new(SqliteStore::open(&path(&place), Options::default()).unwrap());
    let (payer, connector) = account(&*store).await;
    let mut calls = JoinSet::new();
    for _ in 0..20 {
        let store = Arc::clone(&store);
        calls.spawn(async move { store.accept(submission(payer, connector, 1)).await });
    }
    tokio::task::yield_now().await;
    // Nobody waits for the answers any more.
    calls.shutdown().await;
    drop(store);
    let store = SqliteStore::open(&path(&place), Options::default()).unwrap();
    assert_eq!(store.audit().await.unwrap().messages, 20);
}
