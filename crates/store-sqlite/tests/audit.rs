//! The audit finds what no method can cause: rows changed behind the store's back.

mod fixture;

use fixture::{PRICE, account, at, path, submission};
use rusqlite::Connection;
use sms::Lane;
use store::queue::{AcceptedSegment, Answer, Claim, Queue as _, Rest};
use store::{AccountId, Ledger as _, Submissions as _};
use store_sqlite::{Options, SqliteStore};
use tempfile::TempDir;

/// Makes books with every kind of entry, changes rows with `sql`, and asserts that the audit finds this breach.
async fn is_found(rule: &str, sql: &str) {
    let place = TempDir::new().unwrap();
    let store = SqliteStore::open(&path(&place), Options::default()).unwrap();
    let (payer, connector) = account(&store).await;
    for _ in 0..2 {
        store.accept(submission(payer, connector, 3)).await.unwrap();
    }
    let claim = Claim {
        connector,
        max_segments: 2,
        max_otp_segments: 0,
        turns: [AccountId(0); Lane::ALL.len()],
        now: at(1),
    };
    let claimed = store.claim(claim).await.unwrap().messages;
    let answer = |index: usize, accepted: Vec<AcceptedSegment>, rest| Answer {
        message: claimed[index].id,
        connector,
        accepted,
        rest,
        at: at(2),
    };
    let segment = AcceptedSegment {
        index: 0,
        upstream_id: b"1".to_vec(),
        verbatim: None,
    };
    let charged = answer(0, vec![segment], Rest::Nothing);
    let released = answer(1, vec![], Rest::Refused(sms::Reason::Spam));
    store.record_answers(vec![charged, released]).await.unwrap();
    assert_eq!(store.audit().await.unwrap().violations, []);

    let file = Connection::open(path(&place)).unwrap();
    file.execute_batch(
        "DROP TRIGGER ledger_entry_never_changes; DROP TRIGGER ledger_entry_never_goes; \
         DROP TRIGGER settlement_never_changes; DROP TRIGGER settlement_never_goes;",
    )
    .unwrap();
    file.execute_batch(sql).unwrap();
    let audit = store.audit().await.unwrap();
    let found = audit
        .violations
        .iter()
        .any(|violation| violation.rule == rule);
    assert!(found, "after {sql}: {:?}", audit.violations);
}

#[tokio::test]
async fn a_book_that_is_not_the_sum_of_its_entries_is_found() {
    for column in ["available", "held", "charged"] {
        let sql = format!("UPDATE book SET {column} = {column} + 1");
        is_found("a book is the sum of its entries", &sql).await;
    }
    is_found(
        "a book is the sum of its entries",
        "DELETE FROM ledger_entry WHERE kind = 1",
    )
    .await;
}

#[tokio::test]
async fn an_entry_of_nobody_is_found() {
    let sql = "INSERT INTO ledger_entry (account_id, kind, amount, at) VALUES (99, 1, 5, 0)";
    is_found("an entry belongs to an account", sql).await;
}

#[tokio::test]
async fn a_transfer_that_comes_from_nobody_is_found() {
    let rule = "what is transferred to an account comes from another";
    for sql in [
        "INSERT INTO ledger_entry (account_id, kind, amount, at) VALUES (1, 6, 5, 0)",
        "INSERT INTO ledger_entry (account_id, kind, amount, at) VALUES (1, 6, 5, 0), (1, 6, -5, 1)",
    ] {
        is_found(rule, sql).await;
    }
}

#[tokio::test]
async fn a_hold_that_is_missing_double_or_of_another_price_is_found() {
    let rule = "what is held for a submission is its price";
    for sql in [
        "DELETE FROM ledger_entry WHERE kind = 2 AND submission_id = 2",
        "INSERT INTO ledger_entry (account_id, kind, amount, submission_id, at) VALUES (1, 2, 0, 2, 0)",
        "UPDATE ledger_entry SET amount = amount + 1 WHERE kind = 2 AND submission_id = 2",
        "UPDATE submission SET test = 1 WHERE id = 2",
    ] {
        is_found(rule, sql).await;
    }
}

#[tokio::test]
async fn a_submission_whose_messages_cost_something_else_is_found() {
    let rule = "a submission's price is the sum of its messages' prices";
    for sql in [
        "UPDATE submission SET price = price - 1 WHERE id = 1",
        "UPDATE message SET price = price + 1 WHERE id = 1000006",
        "DELETE FROM message WHERE id = 1000006",
        "DELETE FROM message WHERE submission_id = 2",
    ] {
        is_found(rule, sql).await;
    }
}

#[tokio::test]
async fn money_of_an_expansion_that_does_not_fit_is_found() {
    let expand = "INSERT INTO expansion VALUES (2, 1, 0, 9, 5, 0, '')";
    is_found(
        "a submission's price is the sum of its messages' prices",
        expand,
    )
    .await;
    let release = "INSERT INTO ledger_entry (account_id, kind, amount, submission_id, at) VALUES (1, 4, 5, 2, 0)";
    is_found("what is held for a submission is its price", release).await;
    is_found(
        "a charge or release is the price of its own message",
        release,
    )
    .await;
}

#[tokio::test]
async fn money_of_a_replaced_message_that_does_not_fit_is_found() {
    // Its price may have moved by entries of their own, but these must sum to it.
    for entry in ["1, 2, 5, 2, 0", "1, 4, 5, 2, 0"] {
        let sql = format!(
            "UPDATE submission SET replaced_at = 1 WHERE id = 2; \
             INSERT INTO ledger_entry (account_id, kind, amount, submission_id, at) VALUES ({entry})"
        );
        is_found("what is held for a submission is its price", &sql).await;
    }
}

#[tokio::test]
async fn a_kept_tally_that_miscounts_is_found() {
    let rule = "a kept tally counts the messages";
    for sql in [
        "INSERT INTO submission_tally VALUES (2, 2, 0, 0, 2)",
        "INSERT INTO submission_tally VALUES (2, 2, 0, 0, 3), (2, 5, 0, 1, 1)",
        "INSERT INTO submission_tally VALUES (2, 2, 0, 1, 3)",
    ] {
        is_found(rule, sql).await;
    }
}

#[tokio::test]
async fn a_message_cannot_be_charged_twice_and_a_charge_beside_its_own_is_found() {
    let place = TempDir::new().unwrap();
    drop(SqliteStore::open(&path(&place), Options::default()).unwrap());
    let file = Connection::open(path(&place)).unwrap();
    let charge =
        "INSERT INTO settlement (message_id, account_id, kind, amount, at) VALUES (1, 1, 3, 5, 0)";
    file.execute_batch(charge).unwrap();
    file.execute_batch(charge).unwrap_err();
    let sql = format!(
        "INSERT INTO ledger_entry (account_id, kind, amount, submission_id, at) VALUES (1, 3, {PRICE}, 1, 0)"
    );
    is_found("a charge or release is the price of its own message", &sql).await;
}

#[tokio::test]
async fn a_charge_that_does_not_fit_its_message_is_found() {
    let rule = "a charge or release is the price of its own message";
    for sql in [
        "UPDATE settlement SET amount = amount + 1 WHERE kind = 3",
        "UPDATE settlement SET message_id = 404 WHERE kind = 4",
        "UPDATE message SET state = 2 WHERE id = 1000001",
        "UPDATE message SET account_id = 2 WHERE id = 1000001",
    ] {
        is_found(rule, sql).await;
    }
}

#[tokio::test]
async fn a_message_that_left_unpaid_is_found() {
    let rule = "a message that was submitted or is final is charged or released";
    for sql in [
        "DELETE FROM settlement WHERE kind = 3",
        "UPDATE message SET state = 5 WHERE id = 1000005",
        "UPDATE message SET state = 3 WHERE id = 1000006",
    ] {
        is_found(rule, sql).await;
    }
}

#[tokio::test]
async fn a_ledger_entry_cannot_be_changed_or_removed() {
    let place = TempDir::new().unwrap();
    let store = SqliteStore::open(&path(&place), Options::default()).unwrap();
    account(&store).await;
    let file = Connection::open(path(&place)).unwrap();
    file.execute_batch("INSERT INTO settlement VALUES (1, 1, 3, 0, 0)")
        .unwrap();
    for table in ["ledger_entry", "settlement"] {
        for (sql, why) in [
            (format!("UPDATE {table} SET amount = 0"), "never changes"),
            (format!("DELETE FROM {table}"), "never goes"),
        ] {
            let refused = file.execute_batch(&sql).unwrap_err().to_string();
            assert!(refused.contains(why), "{refused}");
        }
    }
}
