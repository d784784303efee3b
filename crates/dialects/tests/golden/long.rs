//! Answers that are too long for one piece: they come as streams, complete, each row once, and consistent whatever happens meanwhile.

use std::collections::HashSet;

use dialects::Content;
use futures_util::StreamExt;
use serde_json::Value;
use testkit::golden::Request;

use crate::caller;
use crate::history::Happened;
use crate::world::World;

/// How many messages are enough for several pieces.
const MESSAGES: usize = 3_000;

/// A campaign to a book of so many phones, none of which fails.
const CAMPAIGN: &str =
    "balance 10000 UAH, next submission 7, book clients, 3000 phones, campaign to the book, taken";

/// Asks, and reads nothing of the answer.
async fn asked(world: &World, target: &str) -> Content {
    let request = Request {
        method: "GET".to_owned(),
        target: format!("/sms/3.0/{target}key=public_key&sum={{{{sum}}}}"),
        headers: vec![],
        body: vec![],
    };
    let answer = caller::answered(world, request, world.private_key()).await;
    answer.body
}

/// Asks, and takes the first piece of an answer that must not be whole.
async fn begun(world: &World, target: &str) -> (Vec<u8>, Content) {
    let Content::Stream(mut pieces) = asked(world, target).await else {
        panic!("{target} has more than a piece");
    };
    let first = pieces.next().await.expect("there is a first piece");
    let first = first.expect("the store answers");
    assert!(first.len() < 300_000, "a piece of {} octets", first.len());
    (first.to_vec(), Content::Stream(pieces))
}

/// Takes the rest.
async fn ended((mut first, rest): (Vec<u8>, Content)) -> Value {
    first.extend(caller::whole(rest).await);
    let mut answer: Value = serde_json::from_slice(&first).expect("the whole answer is JSON");
    answer["result"].take()
}

fn column(result: &Value, name: &str) -> Vec<Value> {
    result[name].as_array().expect("an array").clone()
}

#[tokio::test]
async fn the_statistics_of_many_messages_come_in_pieces_with_each_message_once() {
    let world = World::given(CAMPAIGN).await;
    let result = ended(begun(&world, "getCampaignDeliveryStats?id=7&").await).await;
    let phones = column(&result, "phone");
    let distinct: HashSet<_> = phones.iter().map(Value::to_string).collect();
    assert_eq!((phones.len(), distinct.len()), (MESSAGES, MESSAGES));
    assert_eq!(phones[0], "380630000001");
    for (name, value) in [
        ("sentdate", "2012-04-01 12:00:00"),
        ("donedate", "0000-00-00 00:00:00"),
        ("status", "SENT"),
    ] {
        assert_eq!(column(&result, name), vec![Value::from(value); MESSAGES]);
    }
}

#[tokio::test]
async fn the_arrays_agree_when_the_messages_change_while_they_are_read() {
    // More than one piece of the phones alone.
    const MANY: usize = 6_000;
    let numbers: Vec<_> = (0..MANY)
        .map(|n| (380_972_930_010 + n).to_string())
        .collect();
    let facts = format!(
        "balance 10000 UAH, next submission 7, sent to {}",
        numbers.join(" ")
    );
    let world = World::given(&facts).await;
    let beginning = begun(&world, "getCampaignDeliveryStats?id=7&").await;
    world.goes_on(&Happened::Settled).await;
    let result = ended(beginning).await;
    for name in ["phone", "sentdate", "donedate", "status"] {
        assert_eq!(column(&result, name).len(), MANY, "{name}");
    }
    let (done, status) = (column(&result, "donedate"), column(&result, "status"));
    let waits = |(done, status): (&Value, &Value)| match status.as_str() {
        Some("0") => done == "0000-00-00 00:00:00",
        _ => done == "2012-04-01 12:01:00",
    };
    assert!(
        done.iter().zip(&status).all(waits),
        "each row was read once"
    );
    assert!(status.contains(&"0".into()) && status.contains(&"DELIVERED".into()));
}

#[tokio::test]
async fn every_message_of_several_campaigns_tells_whose_it_is() {
    let facts = format!("{CAMPAIGN}, sent to 380972920383");
    let world = World::given(&facts).await;
    let result = ended(begun(&world, "getcampaigndeliverystatsgroup?id=7,8&").await).await;
    let ids = column(&result, "id");
    assert_eq!(ids.len(), MESSAGES + 1);
    assert!(ids[..MESSAGES].iter().all(|id| *id == 7));
    assert_eq!(ids[MESSAGES], 8);
    assert_eq!(column(&result, "phone")[MESSAGES], "380972920383");
    let tasks = ended(begun(&world, "gettaskinfo?taskIds=8,7&").await).await;
    let tasks = tasks.as_array().expect("an array").clone();
    assert_eq!(tasks.len(), MESSAGES + 1);
    assert_eq!((&tasks[0]["id"], &tasks[1]["id"]), (&8.into(), &7.into()));
}

#[tokio::test]
async fn many_campaigns_are_listed_with_their_own_texts() {
    const CAMPAIGNS: usize = 1_100;
    let each = |n| {
        format!(
            "sent from Name{} to 380972920383 saying Text {n} {}",
            n % 3,
            "x".repeat(100)
        )
    };
    let facts: Vec<_> = (0..CAMPAIGNS).map(each).collect();
    let world = World::given(&format!("balance 10000 UAH, {}", facts.join(","))).await;
    let result = ended(begun(&world, "getCampaignList?").await).await;
    let (ids, senders) = (column(&result, "id"), column(&result, "from"));
    let (texts, statuses) = (column(&result, "body"), column(&result, "status"));
    assert_eq!(statuses, vec![Value::from(0); CAMPAIGNS]);
    for n in 0..CAMPAIGNS {
        assert_eq!(ids[n], (n + 1).to_string());
        assert_eq!(senders[n], format!("Name{}", n % 3));
        let text = texts[n].as_str().expect("a text");
        assert!(text.starts_with(&format!("Text {n} ")), "{text}");
    }
}

#[tokio::test]
async fn an_account_has_so_many_long_answers_open_and_one_more_when_one_ends() {
    const MOST_OPEN: usize = 16;
    const TARGET: &str = "getCampaignDeliveryStats?id=7&";
    let world = World::given(CAMPAIGN).await;
    let mut open = Vec::new();
    for _ in 0..MOST_OPEN {
        open.push(begun(&world, TARGET).await);
    }
    let Content::Whole(refused) = asked(&world, TARGET).await else {
        panic!("a refusal is short");
    };
    let refused: Value = serde_json::from_slice(&refused).expect("it is JSON");
    assert_eq!(refused["error"], "Too many requests.");
    assert_eq!(refused["code"], "-3");
    let short = caller::whole(asked(&world, "getCampaignInfo?id=7&").await).await;
    let short: Value = serde_json::from_slice(&short).expect("it is JSON");
    assert_eq!(short["result"]["sent"], MESSAGES, "short answers go on");
    // One is read to its end, and the client of another one goes away.
    ended(open.pop().expect("one is open")).await;
    drop(open.pop());
    open.push(begun(&world, TARGET).await);
    open.push(begun(&world, TARGET).await);
    assert!(matches!(asked(&world, TARGET).await, Content::Whole(_)));
}
