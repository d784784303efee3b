//! `heliogram ledger audit`: tells when the books do not balance, and which rule is broken.

use std::path::Path;

use rusqlite::Connection;

use crate::world::{Dev, eventually, run};

async fn audit(data: &Path) -> (Option<i32>, String) {
    let output = run(&["ledger", "audit", "--data", data.to_str().unwrap()]).await;
    let said = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    (output.status.code(), said.concat())
}

/// Makes data with two messages, one delivered and charged, one undelivered.
async fn data_of_a_day() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let dev = Dev::keeping(directory.path()).await;
    let phones = r#"["380501234567","380501230001"]"#;
    let group = [("sender", "Shop"), ("text", "Hello"), ("phones", phones)];
    let sent = dev.customer().call("sendsmsgroup", &group).await;
    let id = sent["id"].as_i64().unwrap();
    eventually("the end of both", async || {
        let state = dev.customer().campaign(id).await?;
        (state["delivered"] == 1 && state["not_delivered"] == 1).then_some(())
    })
    .await;
    // It works on a running gateway, too.
    assert_eq!(audit(directory.path()).await.0, Some(0));
    assert_eq!(dev.process.terminate().await.0, Some(0));
    directory
}

#[tokio::test]
async fn books_that_balance_are_told_to() {
    let directory = data_of_a_day().await;
    let (code, said) = audit(directory.path()).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("audited 1 accounts"), "{said}");
    assert!(said.contains("2 messages, 0 of them under way"), "{said}");
    assert!(said.ends_with("the books balance\n"), "{said}");
}

#[tokio::test]
async fn whatever_is_changed_behind_its_back_is_found_and_named() {
    let directory = data_of_a_day().await;
    let file = directory.path().join("heliogram.sqlite");
    let books = Connection::open(&file).unwrap();
    for (tamper, repair) in [
        (
            "UPDATE book SET available = available + 1",
            "UPDATE book SET available = available - 1",
        ),
        (
            "UPDATE book SET charged = charged - 1",
            "UPDATE book SET charged = charged + 1",
        ),
        (
            "UPDATE message SET price = price + 1 WHERE id = (SELECT min(id) FROM message)",
            "UPDATE message SET price = price - 1 WHERE id = (SELECT min(id) FROM message)",
        ),
        (
            "INSERT INTO ledger_entry (account_id, kind, amount, submission_id, at)
             SELECT account_id, kind, amount, submission_id, at FROM ledger WHERE kind = 3 LIMIT 1",
            "DROP TRIGGER ledger_entry_never_goes;
             DELETE FROM ledger_entry WHERE id = (SELECT max(id) FROM ledger_entry)",
        ),
    ] {
        books.execute_batch(tamper).unwrap();
        let (code, said) = audit(directory.path()).await;
        assert_eq!(code, Some(1), "{tamper}: {said}");
        assert!(said.contains("VIOLATION: "), "{tamper}: {said}");
        assert!(!said.contains("the books balance"), "{tamper}: {said}");
        books.execute_batch(repair).unwrap();
    }
    assert_eq!(audit(directory.path()).await.0, Some(0));
}

#[tokio::test]
async fn a_directory_without_data_is_an_error_and_stays_as_it_was() {
    let directory = tempfile::tempdir().unwrap();
    let nowhere = directory.path().join("nowhere");
    for data in [directory.path(), &nowhere] {
        let (code, said) = audit(data).await;
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains("holds no gateway's data"), "{said}");
    }
    assert!(!nowhere.exists());
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
}
