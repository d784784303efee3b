//! What is accepted once only stays so after a restart, and between processes that share a file.

mod fixture;

use std::sync::Arc;

use fixture::{account, path, submission};
use sms::Timestamp;
use store::campaigns::NewExpansion;
use store::submissions::{Acceptance, NewSubmission, Once};
use store::{AccountId, ConnectorId, ContactId, Ledger as _, ListId, Submissions as _};
use store_sqlite::{Options, SqliteStore};
use tempfile::TempDir;
use tokio::task::JoinSet;

/// For ever, and for longer than any test takes by its own clock.
const KINDS: [Once; 2] = [
    Once {
        key: *b"the same request",
        until: None,
    },
    Once {
        key: *b"the same request",
        until: Some(Timestamp::from_millis(i64::MAX)),
    },
];

fn open(place: &TempDir) -> SqliteStore {
    SqliteStore::open(&path(place), Options::default()).unwrap()
}

/// A submission that is accepted once only, or whose only message is.
fn named(account: AccountId, connector: ConnectorId, once: Once, whole: bool) -> NewSubmission {
    let mut new = submission(account, connector, 1);
    if whole {
        new.once = Some(once);
    } else {
        new.messages[0].once = Some(once);
    }
    new
}

#[tokio::test]
async fn what_was_accepted_once_is_known_after_a_restart() {
    for (once, whole) in KINDS
        .into_iter()
        .flat_map(|once| [(once, true), (once, false)])
    {
        let place = TempDir::new().unwrap();
        let store = open(&place);
        let (payer, connector) = account(&store).await;
        let new = || named(payer, connector, once, whole);
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
    for once in KINDS {
        let place = TempDir::new().unwrap();
        let stores = [Arc::new(open(&place)), Arc::new(open(&place))];
        let (payer, connector) = account(&*stores[0]).await;
        let mut calls = JoinSet::new();
        for index in 0..40 {
            let store = Arc::clone(&stores[index % 2]);
            let new = named(payer, connector, once, index % 3 == 0);
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
}

#[tokio::test]
async fn what_could_not_be_written_whole_uses_nothing_up() {
    for once in KINDS {
        let place = TempDir::new().unwrap();
        let store = open(&place);
        let (payer, connector) = account(&store).await;
        let mut broken = named(payer, connector, once, true);
        broken.messages.clear();
        broken.expansion = Some(NewExpansion {
            list: ListId(17),
            until: ContactId(1),
            contacts: 1,
            price_micros: 1,
            options: String::new(),
        });
        assert!(store.accept(broken).await.unwrap_err().is_conflict());
        let whole = store.accept(named(payer, connector, once, true)).await;
        assert!(
            matches!(whole, Ok(Acceptance::Accepted { .. })),
            "{whole:?}"
        );
    }
}
