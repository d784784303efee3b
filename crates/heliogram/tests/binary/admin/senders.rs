//! Sender names on a running gateway: messages wait for an approval where one is needed.

use super::{POLAND, SOON, Shop, UKRAINE, send, stands};

/// The API's status of a campaign that waits for a moderator, and of one whose sender name is not allowed.
const MODERATION: u64 = 10;
const BAD_SENDER: u64 = 7;

const APPROVAL: &str = "[senders]\napproval_required = [\"UA\"]\n";

#[tokio::test]
async fn messages_wait_for_their_sender_name_where_it_needs_an_approval_and_leave_with_it() {
    let shop = Shop::with(APPROVAL).await;
    let waiting = id(&send(&shop.customer, "Shop", UKRAINE).await);
    stands(&shop.customer, waiting, MODERATION).await;
    let free = id(&send(&shop.customer, "Shop", POLAND).await);
    stands(&shop.customer, free, 3).await;
    assert!(shop.operator.inbox().messages(Some(UKRAINE)).is_empty());

    let listed = shop.done("sender list --status pending").await;
    let row: Vec<_> = words(&listed, 1);
    assert_eq!(row, ["1", "shop", "Shop", "UA", "pending"], "{listed}");
    let said = shop.done("sender approve 1").await;
    assert_eq!(
        said,
        "sender name 1 is approved; a running gateway follows within a second\n"
    );
    assert_eq!(
        shop.operator.inbox().wait(Some(UKRAINE), SOON).await.len(),
        1
    );
    let pending = shop
        .done("sender list --account shop --status pending")
        .await;
    assert_eq!(pending.lines().count(), 1, "{pending}");
    // Nothing waits any more, also after a restart.
    let shop = shop.restart().await;
    let next = id(&send(&shop.customer, "Shop", UKRAINE).await);
    stands(&shop.customer, next, 3).await;
}

#[tokio::test]
async fn messages_of_a_denied_sender_name_end_and_cost_nothing() {
    let shop = Shop::with(APPROVAL).await;
    let waiting = id(&send(&shop.customer, "Bank", UKRAINE).await);
    stands(&shop.customer, waiting, MODERATION).await;
    assert_eq!(shop.customer.balance().await, "9.87");
    shop.serve
        .done(&["sender", "deny", "1", "--note", "no bank of ours"])
        .await;
    stands(&shop.customer, waiting, BAD_SENDER).await;
    assert_eq!(shop.customer.balance().await, "10.0");
    let listed = shop.done("sender list").await;
    assert!(listed.contains("denied"), "{listed}");
    assert!(listed.contains("no bank of ours"), "{listed}");
    assert!(shop.operator.inbox().messages(Some(UKRAINE)).is_empty());
}

#[tokio::test]
async fn all_that_nobody_has_decided_on_are_approved_at_once() {
    let shop = Shop::with(APPROVAL).await;
    for (name, country) in [("Shop", "UA"), ("Cafe", "UA"), ("Shop", "MD")] {
        let registered = [
            ("name", name),
            ("country", country),
            ("description", "a\u{7}b"),
        ];
        shop.customer
            .ask("registerSender", &registered)
            .await
            .unwrap();
    }
    shop.done("sender deny 2").await;
    let listed = shop.done("sender list").await;
    assert_eq!(listed.lines().count(), 4, "{listed}");
    assert!(!listed.contains('\u{7}'), "{listed:?}");
    let said = shop.done("sender approve --all").await;
    assert!(said.starts_with("2 sender names are approved"), "{said}");
    assert_eq!(words(&shop.done("sender list").await, 2)[4], "denied");
    let said = shop.done("sender approve --all").await;
    assert_eq!(said, "no sender name waits for a decision\n");
}

#[tokio::test]
async fn names_are_approved_as_they_are_registered_when_the_operator_wants_it() {
    let shop = Shop::with(&format!("{APPROVAL}approve_at_once = true\n")).await;
    let sent = id(&send(&shop.customer, "Shop", UKRAINE).await);
    stands(&shop.customer, sent, 3).await;
}

fn id(answer: &serde_json::Value) -> i64 {
    let id = answer["result"]["id"].as_i64();
    id.unwrap_or_else(|| panic!("it was refused: {answer}"))
}

/// The words of a line.
fn words(text: &str, line: usize) -> Vec<&str> {
    text.lines().nth(line).unwrap().split_whitespace().collect()
}
