//! What the writer knows by heart is true: whoever else writes, whatever fails.

mod fixture;

use fixture::{PRICE, account, at, path, submission};
use rusqlite::Connection;
use sms::{Lane, Msisdn, Outcome};
use store::queue::{AcceptedSegment, Answer, Claim, Rest};
use store::receipts::{Match, NewReceipt};
use store::submissions::{Acceptance, NewSubmission};
use store::{
    AccountId, ConnectorId, Ledger as _, MessageId, Queue as _, Receipts as _, StopList as _,
    Submissions as _,
};
use store_sqlite::{Options, SqliteStore};
use tempfile::TempDir;

fn open(place: &TempDir) -> SqliteStore {
    SqliteStore::open(&path(place), Options::default()).unwrap()
}

async fn claim(store: &SqliteStore, connector: ConnectorId) -> Vec<MessageId> {
    let claim = Claim {
        connector,
        max_segments: 100,
        max_otp_segments: 100,
        turns: [AccountId(0); Lane::ALL.len()],
        now: at(1),
    };
    let claimed = store.claim(claim).await.unwrap();
    claimed.messages.iter().map(|message| message.id).collect()
}

fn taken(connector: ConnectorId, message: MessageId, id: &str) -> Answer {
    Answer {
        message,
        connector,
        accepted: vec![AcceptedSegment::new(0, id)],
        rest: Rest::Nothing,
        at: at(2),
    }
}

fn delivered(connector: ConnectorId, id: &str) -> NewReceipt {
    NewReceipt {
        connector,
        candidates: vec![id.into()],
        numbers: [None; 2],
        outcome: Some(Outcome::Delivered),
        at: at(3),
    }
}

async fn accepts(store: &SqliteStore, new: NewSubmission) -> bool {
    let answer = store.accept(new).await.unwrap();
    matches!(answer, Acceptance::Accepted { .. })
}

#[tokio::test]
async fn money_that_another_process_takes_is_gone_and_what_it_brings_is_there() {
    let place = TempDir::new().unwrap();
    let (ours, others) = (open(&place), open(&place));
    let (payer, connector) = account(&ours).await;
    assert!(accepts(&ours, submission(payer, connector, 1)).await);
    let left = ours.book(payer).await.unwrap().unwrap().available;
    others.top_up(payer, -left, "", at(0)).await.unwrap();
    assert!(!accepts(&ours, submission(payer, connector, 1)).await);
    others.top_up(payer, PRICE, "", at(0)).await.unwrap();
    assert!(accepts(&ours, submission(payer, connector, 1)).await);
    assert_eq!(ours.audit().await.unwrap().violations, []);
}

#[tokio::test]
async fn a_stop_that_another_process_adds_holds_for_the_next_message() {
    let place = TempDir::new().unwrap();
    let (ours, others) = (open(&place), open(&place));
    let (payer, connector) = account(&ours).await;
    assert!(accepts(&ours, submission(payer, connector, 1)).await);
    let number = Msisdn::parse("380670000000").unwrap();
    let added = others.stop(payer, number, None, "", at(0)).await;
    added.unwrap();
    let answer = ours.accept(submission(payer, connector, 1)).await.unwrap();
    assert_eq!(answer, Acceptance::NobodyLeft);
    assert_eq!(claim(&ours, connector).await, [], "the first one neither");
}

#[tokio::test]
async fn numbers_that_another_process_gives_are_not_given_again() {
    let place = TempDir::new().unwrap();
    let stores = [open(&place), open(&place)];
    let (payer, connector) = account(&stores[0]).await;
    for turn in 0..6 {
        let new = submission(payer, connector, 2);
        assert!(accepts(&stores[turn % 2], new).await);
    }
    let audit = stores[0].audit().await.unwrap();
    assert_eq!((audit.messages, audit.violations), (12, vec![]));
}

#[tokio::test]
async fn what_another_process_changes_of_a_message_on_its_way_is_seen() {
    let place = TempDir::new().unwrap();
    let (ours, others) = (open(&place), open(&place));
    let (payer, connector) = account(&ours).await;
    assert!(accepts(&ours, submission(payer, connector, 2)).await);
    let [first, second] = claim(&ours, connector).await[..] else {
        panic!("two are to be claimed")
    };
    // The first is answered by another process, and reported there.
    let answers = vec![taken(connector, first, "a")];
    others.record_answers(answers).await.unwrap();
    let receipts = vec![delivered(connector, "a")];
    others.record_receipts(receipts).await.unwrap();
    let answers = vec![taken(connector, first, "a"), taken(connector, second, "b")];
    ours.record_answers(answers).await.unwrap();
    let receipts = vec![delivered(connector, "a"), delivered(connector, "b")];
    let met = ours.record_receipts(receipts).await.unwrap();
    assert_eq!(met, [Match::Message(first), Match::Message(second)]);
    let book = ours.book(payer).await.unwrap().unwrap();
    assert_eq!((book.held, book.charged), (0, 2 * PRICE));
    assert_eq!(ours.audit().await.unwrap().violations, []);
}

#[tokio::test]
async fn what_a_failed_write_had_changed_is_not_believed() {
    let place = TempDir::new().unwrap();
    let store = open(&place);
    let (payer, connector) = account(&store).await;
    assert!(accepts(&store, submission(payer, connector, 1)).await);
    let [message] = claim(&store, connector).await[..] else {
        panic!("one is to be claimed")
    };
    // The second of them is nobody's: the first is not settled either.
    let broken = vec![
        taken(connector, message, "a"),
        taken(connector, MessageId(1), "b"),
    ];
    store.record_answers(broken).await.unwrap_err();
    let book = store.book(payer).await.unwrap().unwrap();
    assert_eq!((book.held, book.charged), (PRICE, 0));
    let unmatched = store.record_receipts(vec![delivered(connector, "a")]).await;
    assert_eq!(unmatched.unwrap(), [Match::Unmatched]);
    let answers = vec![taken(connector, message, "a")];
    store.record_answers(answers).await.unwrap();
    let book = store.book(payer).await.unwrap().unwrap();
    assert_eq!((book.held, book.charged), (0, PRICE));
    assert_eq!(store.audit().await.unwrap().violations, []);
}

#[tokio::test]
async fn an_id_that_is_used_again_means_the_latest_message_with_it_whichever_was_answered_last() {
    let place = TempDir::new().unwrap();
    let store = open(&place);
    let (payer, connector) = account(&store).await;
    for answered in [[0, 1], [1, 0]] {
        assert!(accepts(&store, submission(payer, connector, 2)).await);
        let messages = claim(&store, connector).await;
        for place in answered {
            let answers = vec![taken(connector, messages[place], "a")];
            store.record_answers(answers).await.unwrap();
        }
        for message in [messages[1], messages[0]] {
            let met = store.record_receipts(vec![delivered(connector, "a")]).await;
            assert_eq!(met.unwrap(), [Match::Message(message)]);
        }
    }
    assert_eq!(store.audit().await.unwrap().violations, []);
}

#[tokio::test]
async fn more_messages_than_are_known_by_heart_find_their_receipts_all_the_same() {
    const MANY: usize = 40_000;
    let place = TempDir::new().unwrap();
    let store = open(&place);
    let (payer, connector) = account(&store).await;
    assert!(accepts(&store, submission(payer, connector, MANY)).await);
    let mut messages = Vec::new();
    while messages.len() < MANY {
        let claimed = claim(&store, connector).await;
        let answers = claimed
            .iter()
            .map(|message| taken(connector, *message, &message.0.to_string()))
            .collect();
        store.record_answers(answers).await.unwrap();
        messages.extend(claimed);
    }
    for some in messages.chunks(1_000) {
        let receipts = some
            .iter()
            .map(|message| delivered(connector, &message.0.to_string()))
            .collect();
        let met = store.record_receipts(receipts).await.unwrap();
        let expected: Vec<_> = some
            .iter()
            .map(|message| Match::Message(*message))
            .collect();
        assert_eq!(met, expected);
    }
    assert_eq!(store.audit().await.unwrap().violations, []);
    // Nothing was changed behind its back.
    let file = Connection::open(path(&place)).unwrap();
    let left = "SELECT (SELECT count(*) FROM lease) + (SELECT count(*) FROM upstream_segment)";
    let left: i64 = file.query_row(left, [], |row| row.get(0)).unwrap();
    assert_eq!(left, 0);
}
