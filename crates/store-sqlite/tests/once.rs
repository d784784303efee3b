//! What is accepted once only stays so after a restart, and between processes that share a file.

mod fixture;

use std::sync::Arc;

use fixture::{account, path, submission};
use store::submissions::{Acceptance, NewSubmission, Once};
use store::{AccountId, ConnectorId, Ledger as _, Submissions as _};
use store_sqlite::{Options, SqliteStore};
use tempfile::TempDir;
use tokio::task::JoinSet;

const ONCE: Once = Once {
    key: *b"the same request",
    until: None,
};

fn open(place: &TempDir) -> SqliteStore {
    SqliteStore::open(&path(place), Options::default()).unwrap()
}

/// A submission that is accepted once only, or whose only message is.
fn named(account: AccountId, connector: ConnectorId, whole: bool) -> NewSubmission {
    let mut new = submission(account, connector, 1);
    if whole {
        new.once = Some(ONCE);
    } else {
        new.messages[0].once = Some(ONCE);
    }
    new
}

#[tokio::test]
async fn what_was_accepted_once_is_known_after_a_restart() {
    for whole in [true, false] {
        let place = TempDir::new().unwrap();
        let store = open(&place);
        let (payer, connector) = account(&store).await;
        let new = || named(payer, connector, whole);
        let accepted = store.accept(new()).await.unwrap();
        let Acceptance::Accepted { submission, .. } = accepted else {
            panic!("{accepted:?}")
        };
        drop(store);
        let store = open(&place);
        let again = store.accept(new()).await.unwrap();
        assert_eq!(again, Acceptance::Repeated { submission });
        assert_eq!(store.audit().await.unwrap().messages, 1);
    }
}

#[tokio::test]
async fn of_two_processes_one_accepts_it() {
    let place = TempDir::new().unwrap();
    let stores = [Arc::new(open(&place)), Arc::new(open(&place))];
    let (payer, connector) = account(&*stores[0]).await;
    let mut calls = JoinSet::new();
    for index in 0..40 {
        let store = Arc::clone(&stores[index % 2]);
        let new = named(payer, connector, index % 3 == 0);
        calls.spawn(async move { store.accept(new).await.unwrap() });
    }
    let answers = calls.join_all().await;
    let accepted = answers
        .iter()
        .filter(|answer| matches!(answer, Acceptance::Accepted { .. }));
    assert_eq!(accepted.count(), 1);
    for store in &stores {
        let audit = store.audit().await.unwrap();
        assert_eq!((audit.messages, audit.violations), (1, vec![]));
    }
}
