//! Files of earlier versions: the scripts that made them stay as they were, and what they hold is there after an upgrade.

mod fixture;

use std::fmt::Write as _;

use fixture::{account, at, path, submission};
use rusqlite::Connection;
use sha2::{Digest as _, Sha256};
use sms::{Lane, MessageState, Outcome, Reason, Timestamp};
use store::notices::Tells;
use store::queue::{AcceptedSegment, Answer, Claim, Rest};
use store::receipts::{Match, NewReceipt};
use store::{
    AccountId, Configuration as _, ConnectorId, Notices as _, Queue as _, Receipts as _,
    StopList as _, Submissions as _,
};
use store_sqlite::{Options, SqliteStore};
use tempfile::TempDir;

/// The scripts that have been released, each with the SHA-256 of its octets. They are frozen: what has to be otherwise is made so by
/// a script after them, which is added here when it is released.
const RELEASED: [(&str, &str, &str); 5] = [
    (
        "0001_spine.sql",
        include_str!("../migrations/0001_spine.sql"),
        "00a7c6175e630d90183ba1614c29a525e7923361839bd3afc4995040336d80ea",
    ),
    (
        "0002_contacts_and_campaigns.sql",
        include_str!("../migrations/0002_contacts_and_campaigns.sql"),
        "ca57c6cf2a40f53598424ac1db0bae649ceca0b2a6852293bc4906e8bcb96367",
    ),
    (
        "0003_providers.sql",
        include_str!("../migrations/0003_providers.sql"),
        "80ac8412659f591fcefb088ff04b4d60ad55d6bd5c8883ea961f95c396c4a312",
    ),
    (
        "0004_smpp.sql",
        include_str!("../migrations/0004_smpp.sql"),
        "e7a1eeba14e1b48d8ecd3cc198384e9a032889c56a1b183cbc50751c78a045ad",
    ),
    (
        "0005_speed.sql",
        include_str!("../migrations/0005_speed.sql"),
        "6ad34f203378054cc29b0135c14cfabf76993b4ba7492bd88c04864b0ed5a41e",
    ),
];

#[test]
fn a_released_script_never_changes() {
    for (name, script, expected) in RELEASED {
        let mut digest = String::new();
        for octet in Sha256::digest(script) {
            write!(digest, "{octet:02x}").unwrap();
        }
        assert_eq!(digest, expected, "{name}: write a new script instead");
    }
}

#[test]
fn scripts_have_no_gap_and_only_the_last_may_be_unreleased() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    for (name, number) in names.iter().zip(1..) {
        assert!(name.starts_with(&format!("{number:04}_")), "{name}");
    }
    let released = RELEASED.map(|(name, ..)| name);
    assert_eq!(names[..released.len()], released);
    assert!(names.len() <= released.len() + 1, "{names:?}");
}

/// Makes a file that has had the first scripts, and holds what `rows` writes.
fn of_version(version: usize, rows: &str) -> TempDir {
    let place = TempDir::new().unwrap();
    let file = Connection::open(path(&place)).unwrap();
    for (_, script, _) in &RELEASED[..version] {
        file.execute_batch(script).unwrap();
    }
    file.execute_batch(rows).unwrap();
    let number = i64::try_from(version).unwrap();
    file.pragma_update(None, "user_version", number).unwrap();
    file.pragma_update(None, "application_id", 0x4865_6c69)
        .unwrap();
    place
}

#[tokio::test]
async fn routes_and_receipts_of_an_earlier_version_are_there_after_an_upgrade() {
    let early = at(10).as_millis();
    let place = of_version(
        3,
        &format!(
            "INSERT INTO connector VALUES (1, 'old', '{{}}', x'');
             INSERT INTO connector VALUES (2, 'way', '{{}}', x'');
             INSERT INTO route VALUES ('a', 1, '{{\"rank\":1}}');
             INSERT INTO route VALUES ('b', 1, '{{}}');
             INSERT INTO unmatched_receipt VALUES (2, x'3031', {early}, 0, '', 0);
             INSERT INTO unmatched_receipt VALUES (2, x'31', {early}, 0, '', 0);
             INSERT INTO unmatched_receipt VALUES (1, x'31', {early}, 2, '380670000000', 0);"
        ),
    );
    let store = SqliteStore::open(&path(&place), Options::default()).unwrap();
    let routes = store.directory().await.unwrap().routes;
    let routes: Vec<_> = routes
        .iter()
        .map(|route| (&*route.name, &*route.connectors, &*route.settings))
        .collect();
    let old = &[ConnectorId(1)][..];
    assert_eq!(routes, [("a", old, "{\"rank\":1}"), ("b", old, "{}")]);
    let refused = store.remove_connector("old").await.unwrap_err();
    assert!(refused.is_conflict(), "{refused:?}");

    // The receipt that came before the upgrade is of a message whose answer comes after it.
    assert_eq!(store.unmatched(ConnectorId(1), 9).await.unwrap(), 1);
    let (payer, connector) = account(&store).await;
    assert_eq!(connector, ConnectorId(2));
    let accepted = store.accept(submission(payer, connector, 1)).await.unwrap();
    let store::submissions::Acceptance::Accepted { submission, .. } = accepted else {
        panic!("{accepted:?}")
    };
    let claim = Claim {
        connector,
        max_segments: 1,
        max_otp_segments: 0,
        turns: [AccountId(0); Lane::ALL.len()],
        now: at(5),
    };
    let claimed = store.claim(claim).await.unwrap().messages;
    let answer = Answer {
        message: claimed[0].id,
        connector,
        accepted: vec![AcceptedSegment::new(0, "01")],
        rest: Rest::Nothing,
        at: at(20),
    };
    store.record_answers(vec![answer]).await.unwrap();
    let messages = store.messages(payer, submission, None, None, 9).await;
    assert_eq!(messages.unwrap()[0].state, MessageState::Delivered);
}

#[tokio::test]
async fn messages_and_stops_of_an_earlier_version_go_on_after_an_upgrade() {
    let sent = at(0).as_millis();
    let place = of_version(
        3,
        &format!(
            "INSERT INTO account (id, name, currency, settings, created_at) VALUES (1, 'payer', 'UAH', '{{}}', 0);
             INSERT INTO book (account_id, held, available) VALUES (1, 1, -1);
             INSERT INTO ledger_entry (account_id, kind, amount, submission_id, at) VALUES (1, 2, 1, 1, {sent});
             INSERT INTO connector VALUES (1, 'way', '{{}}', x'');
             INSERT INTO stop (account_id, number, reason, added_at) VALUES (1, '380670000009', 'x', 0);
             INSERT INTO submission (id, account_id, originator, text, lane, test, price, first_message_id, message_count,
               created_at, expires_at, planned, tells) VALUES (1, 1, 'Info', 'text', 1, 0, 1, 1000001, 1, {sent}, {sent}, 1, 1);
             INSERT INTO message (id, submission_id, account_id, recipient, segments, price, connector_id, state, reason,
               accepted, submitted_at, changed_at, tells) VALUES (1000001, 1, 1, '380670000000', 1, 1, 1, 3, 0, 1, {sent}, {sent}, 1);
             INSERT INTO upstream_segment VALUES (1, x'6162', 1000001, 0, {sent});"
        ),
    );
    let store = SqliteStore::open(&path(&place), Options::default()).unwrap();
    let (payer, connector) = (AccountId(1), ConnectorId(1));
    let stopped = sms::Msisdn::parse("380670000009").unwrap();
    let stopped = store.stop_by_number(payer, stopped).await.unwrap();
    assert_eq!(stopped.unwrap().reason, "x");
    let unreported = async |before| {
        let page = store.unreported(connector, before, None, 9).await;
        page.unwrap().segments
    };
    let missing = unreported(at(1)).await;
    assert_eq!(missing.len(), 1);
    assert_eq!(missing[0].upstream_id, b"ab");
    let as_written = store.answered_as(connector, vec![b"ab".to_vec()]).await;
    assert_eq!(as_written.unwrap(), Some(b"ab".to_vec()));
    let delivered = NewReceipt {
        connector,
        candidates: vec![b"ab".to_vec()],
        numbers: [None; 2],
        outcome: Some(Outcome::Delivered),
        at: at(2),
    };
    let met = store.record_receipts(vec![delivered]).await.unwrap();
    assert_eq!(met, [Match::Message(missing[0].message)]);
    assert_eq!(unreported(at(9)).await, []);
    // What it told by callback it still does.
    let due = store::Callbacks::callbacks_due(&store, at(9), AccountId(0), vec![], 9, 9);
    assert_eq!(due.await.unwrap().len(), 1);
}

#[tokio::test]
async fn notices_of_an_earlier_version_are_given_after_an_upgrade_and_no_number_twice() {
    let rows = "INSERT INTO account (id, name, currency, settings, created_at) VALUES (1, 'earlier', 'UAH', '{}', 0);
         INSERT INTO submission (id, account_id, originator, text, lane, test, price, first_message_id, message_count,
           created_at, expires_at, planned, tells) VALUES (1, 1, 'Info', 'text', 1, 0, 1, 1000001, 1, 0, 0, 1, 6);
         INSERT INTO message (id, submission_id, account_id, recipient, segments, price, connector_id, state, reason,
           accepted, submitted_at, changed_at, tells) VALUES (1000001, 1, 1, '380670000000', 1, 1, 1, 4, 0, 1, 0, 0, 6);
         UPDATE sequence SET next = 1000002 WHERE name = 'message';
         INSERT INTO notice (account_id, kind, subject_id, at) VALUES (1, 0, 1000001, 5), (1, 1, 1000001, 6), (1, 1, 1000001, 7);
         DELETE FROM notice WHERE at <> 6;";
    let place = of_version(4, rows);
    let store = SqliteStore::open(&path(&place), Options::default()).unwrap();
    let owed = async |payer| {
        let notices = store.notices(payer, None, 9).await.unwrap();
        let owed = notices.iter().map(|notice| (notice.id.0, notice.at));
        owed.collect::<Vec<_>>()
    };
    let before = (2, Timestamp::from_millis(6));
    assert_eq!(owed(AccountId(1)).await, [before]);

    let (payer, connector) = account(&store).await;
    let mut new = submission(payer, connector, 1);
    new.tells = Tells::NOT_DELIVERED;
    let message = &mut new.messages[0];
    (message.recipient, message.given) = (None, Some("nobody".into()));
    (message.state, message.reason) = (MessageState::InvalidNumber, Reason::NotANumber);
    (message.segments, message.price_micros, message.connector) = (0, 0, None);
    let at = new.created_at;
    store.accept(new).await.unwrap();
    assert_eq!(owed(payer).await, [(4, at)]);
    assert_eq!(owed(AccountId(1)).await, [before]);
}
