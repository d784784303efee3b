//! Campaigns across restarts, and in a file of the version before them.

mod fixture;

use fixture::{PRICE, account, at, path, submission};
use rusqlite::Connection;
use sms::{MessageState, Msisdn};
use store::campaigns::{Campaigns as _, NewExpansion, Step, Stepped};
use store::contacts::{Contacts as _, NewContact};
use store::submissions::{Acceptance, Submissions as _};
use store::{AccountId, ContactId, Ledger as _, SubmissionId};
use store_sqlite::{Options, SqliteStore};
use tempfile::TempDir;

fn open(place: &TempDir) -> SqliteStore {
    SqliteStore::open(&path(place), Options::default()).unwrap()
}

fn number(index: i64) -> Msisdn {
    Msisdn::parse(&format!("{}", 380_630_000_000 + index)).unwrap()
}

/// Accepts a campaign to a new list of so many contacts.
async fn campaign(store: &SqliteStore, contacts: u32) -> (AccountId, SubmissionId) {
    let (payer, connector) = account(store).await;
    let list = store.add_list(payer, "all", "", at(0)).await.unwrap();
    let all = (0..i64::from(contacts)).map(|index| NewContact {
        number: number(index),
        given: None,
        variables: String::new(),
    });
    let added = store.add_contacts(payer, list, all.collect()).await;
    assert_eq!(added.unwrap().unwrap().added, u64::from(contacts));
    let mut new = submission(payer, connector, 0);
    new.expansion = Some(NewExpansion {
        list,
        until: ContactId(i64::MAX),
        contacts,
        price_micros: i64::from(contacts) * PRICE,
        options: String::new(),
    });
    match store.accept(new).await.unwrap() {
        Acceptance::Accepted { submission, .. } => (payer, submission),
        other => panic!("{other:?}"),
    }
}

/// Makes messages of the next contacts, as the expansion tells where it stands.
async fn go_on(store: &SqliteStore, most: u32) -> Stepped {
    let stand = store.expansions(None, 1).await.unwrap().remove(0);
    let (after, until) = (stand.after, stand.until);
    let page = store.contacts_of(stand.account, stand.list, after, until, most);
    let page = page.await.unwrap();
    let mut messages = submission(stand.account, store::ConnectorId(1), page.len()).messages;
    for (message, contact) in messages.iter_mut().zip(&page) {
        message.recipient = Some(contact.number);
    }
    let step = Step {
        submission: stand.submission,
        after,
        reached: page.last().map_or(until, |contact| contact.id),
        last: page.len() < usize::try_from(most).unwrap(),
        messages,
        at: at(1),
    };
    store.expand(step).await.unwrap()
}

#[tokio::test]
async fn an_expansion_goes_on_after_a_restart_where_it_stood() {
    let place = TempDir::new().unwrap();
    let store = open(&place);
    let (payer, id) = campaign(&store, 50).await;
    assert_eq!(go_on(&store, 20).await, Stepped::Written);
    drop(store);
    let store = open(&place);
    let stand = store.expansions(None, 9).await.unwrap();
    assert_eq!((stand.len(), stand[0].written), (1, 20));
    for _ in 0..2 {
        assert_eq!(go_on(&store, 20).await, Stepped::Written);
    }
    assert!(store.expansions(None, 9).await.unwrap().is_empty());
    let messages = store.messages(payer, id, None, None, 99).await.unwrap();
    let recipients = messages.iter().map(|message| message.recipient.as_str());
    let expected: Vec<_> = (0..50).map(number).collect();
    assert!(recipients.eq(expected.iter().map(Msisdn::as_str)));
    assert_eq!(store.audit().await.unwrap().violations, []);
}

#[tokio::test]
async fn a_file_from_before_campaigns_goes_on_numbering_its_messages() {
    for (last, next) in [(41, 1_000_001), (5_000_000, 5_000_001)] {
        numbering_goes_on(last, next).await;
    }
}

async fn numbering_goes_on(last: i64, next: i64) {
    let place = TempDir::new().unwrap();
    let file = Connection::open(path(&place)).unwrap();
    file.execute_batch(include_str!("../migrations/0001_spine.sql"))
        .unwrap();
    file.execute_batch(&format!(
        "INSERT INTO account VALUES (1, 'payer', 'UAH', 0, 0, '{{}}', 0);
         INSERT INTO book VALUES (1, 1000000, 0, 0);
         INSERT INTO ledger_entry VALUES (1, 1, 1, 1000000, NULL, NULL, 0, '');
         INSERT INTO connector VALUES (1, 'way', '{{}}', x'');
         INSERT INTO submission VALUES (7, 1, 'Info', 'text', 2, NULL, 0, 0, {last} - 1, 2, 0, NULL, 9, NULL);
         INSERT INTO ledger_entry VALUES (2, 1, 2, 0, 7, NULL, 0, NULL);
         INSERT INTO message (id, submission_id, account_id, recipient, segments, price, state, reason, done_at, changed_at)
           VALUES ({last} - 1, 7, 1, 'nobody', 0, 0, 9, 0, 0, 0), ({last}, 7, 1, 'no one', 0, 0, 9, 0, 0, 0);
         PRAGMA user_version = 1; PRAGMA application_id = 0x48656c69;",
    ))
    .unwrap();
    drop(file);
    let store = open(&place);
    let payer = AccountId(1);
    let old = store.submission(payer, SubmissionId(7)).await.unwrap();
    let tally = old.unwrap().tally;
    assert_eq!(
        (tally.total(), tally.count(MessageState::InvalidNumber)),
        (2, 2)
    );
    let new = submission(payer, store::ConnectorId(1), 2);
    let Acceptance::Accepted { submission, .. } = store.accept(new).await.unwrap() else {
        panic!("there is money");
    };
    let messages = store
        .messages(payer, submission, None, None, 9)
        .await
        .unwrap();
    let ids: Vec<_> = messages.iter().map(|message| message.id.0).collect();
    assert_eq!(ids, [next, next + 1]);
    assert_eq!(store.audit().await.unwrap().violations, []);
}
