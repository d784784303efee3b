//! Promises about looking messages up: by number, by the number of the phone, by reference, and by time.

use sms::{Msisdn, Timestamp};

use super::contacts::fill;
use super::expansions::{go, to_list};
use super::world::{HOUR, MINUTE, PLENTY, PRICE, World, accept, account, at, scheduled};
use crate::submissions::{History, NewSubmission, Sent};
use crate::{AccountId, MessageId, Store, SubmissionId};

fn ids(found: &[Sent]) -> Vec<MessageId> {
    found.iter().map(|sent| sent.message.id).collect()
}

fn number(index: u64) -> Msisdn {
    Msisdn::parse(&format!("{}", 380_670_000_000 + index)).unwrap()
}

/// A submission with a control copy.
fn with_copy(world: &World<'_>, messages: usize) -> NewSubmission {
    NewSubmission {
        control: Some(world.submission(1).messages.remove(0)),
        reference: Some("mine".into()),
        ..world.submission(messages)
    }
}

/// The numbers of a submission's messages.
async fn of(world: &World<'_>, id: SubmissionId) -> Vec<MessageId> {
    let messages = world.messages(id).await;
    messages.iter().map(|message| message.id).collect()
}

async fn delete(world: &World<'_>, id: SubmissionId) {
    let deleted = world.store.delete(world.account, id, at(0)).await;
    assert_eq!(deleted.unwrap(), crate::campaigns::Deletion::Deleted);
}

pub async fn messages_are_read_by_number_in_the_order_asked(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let other = account(store, "other", PLENTY).await;
    let mut new = scheduled(with_copy(&world, 3), at(HOUR));
    new.created_at = at(5);
    new.variable_names = vec!["name".into()];
    new.messages[2].variables = Some("Ann".into());
    let id = accept(store, new).await;
    let mine = of(&world, id).await;
    let copy = MessageId(mine[2].0 + 1);
    let never = MessageId(404);
    let ask = async |account, asked: &[MessageId]| {
        let found = store.messages_by_id(account, asked.to_vec()).await;
        found.unwrap()
    };
    let asked = [mine[2], never, mine[0], copy, mine[2]];
    let found = ask(world.account, &asked).await;
    assert_eq!(ids(&found), [mine[2], mine[0], mine[2]]);
    let sent = &found[0];
    assert_eq!((sent.submission, sent.text.as_str()), (id, "text"));
    assert_eq!(sent.message.recipient, "380670000002");
    assert_eq!(sent.message.variables.as_deref(), Some("Ann"));
    assert_eq!(sent.variable_names, ["name"]);
    assert_eq!(sent.reference.as_deref(), Some("mine"));
    assert_eq!((sent.created_at, sent.start_at), (at(5), Some(at(HOUR))));
    assert_eq!(ids(&ask(other, &asked).await), []);
    delete(&world, id).await;
    let found = ask(world.account, &asked).await;
    assert_eq!(found.len(), 3, "what was deleted is still known by number");
}

pub async fn messages_of_a_submission_are_found_by_the_phone_that_they_go_to(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let other = account(store, "other", PLENTY).await;
    let mut new = with_copy(&world, 4);
    new.messages[3].recipient = new.messages[1].recipient;
    world.accept(3).await;
    let id = accept(store, new).await;
    world.accept(3).await;
    let mine = of(&world, id).await;
    let ask = async |account, id, asked: &[u64]| {
        let numbers = asked.iter().map(|&index| number(index)).collect();
        ids(&store.messages_to(account, id, numbers).await.unwrap())
    };
    assert_eq!(ask(world.account, id, &[1]).await, [mine[1], mine[3]]);
    assert_eq!(
        ask(world.account, id, &[2, 9, 0, 2]).await,
        [mine[0], mine[2]]
    );
    assert_eq!(ask(world.account, id, &[9]).await, []);
    assert_eq!(ask(other, id, &[1]).await, []);
    let copy = SubmissionId(id.0 + 1);
    assert_eq!(ask(world.account, copy, &[0]).await, []);
    assert_eq!(ask(world.account, SubmissionId(404), &[0]).await, []);
    delete(&world, id).await;
    assert_eq!(ask(world.account, id, &[0]).await, [mine[0]]);
}

pub async fn the_latest_submission_with_a_reference_is_found(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let other = account(store, "other", PLENTY).await;
    let ask = async |account, reference| {
        let found = store.submission_by_reference(account, reference).await;
        found.unwrap()
    };
    assert_eq!(ask(world.account, "mine").await, None);
    let first = accept(store, with_copy(&world, 1)).await;
    let second = accept(store, with_copy(&world, 1)).await;
    world.accept(1).await;
    let found = store.submission(world.account, second).await.unwrap();
    assert_eq!(found.unwrap().reference.as_deref(), Some("mine"));
    assert_eq!(ask(world.account, "mine").await, Some(second));
    assert_eq!(ask(world.account, "Mine").await, None);
    assert_eq!(ask(other, "mine").await, None);
    delete(&world, second).await;
    assert_eq!(ask(world.account, "mine").await, Some(first));
}

/// What an account sent at any time, the latest first.
fn everything(limit: u32) -> History {
    History {
        from: Timestamp::from_millis(i64::MIN),
        until: Timestamp::from_millis(i64::MAX),
        recipients: Vec::new(),
        before: None,
        limit,
    }
}

async fn history(store: &dyn Store, account: AccountId, asked: History) -> Vec<MessageId> {
    ids(&store.history(account, asked).await.unwrap())
}

pub async fn a_history_goes_back_page_by_page(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let other = account(store, "other", PLENTY).await;
    let list = fill(store, world.account, 3).await;
    let mut expected = Vec::new();
    for _ in 0..3 {
        let id = accept(store, with_copy(&world, 4)).await;
        expected.extend(of(&world, id).await);
        let deleted = world.accept(2).await;
        delete(&world, deleted).await;
        let theirs = super::world::submission(other, world.connector, 2);
        accept(store, theirs).await;
    }
    // The last one's messages are there in part: numbers are kept free for the others.
    let campaign = accept(store, to_list(&world, list, PRICE).await).await;
    go(&world, campaign, 2, PRICE).await;
    expected.extend(of(&world, campaign).await);
    let id = world.accept(1).await;
    expected.extend(of(&world, id).await);
    expected.reverse();
    assert_eq!(expected.len(), 15);

    let whole = history(store, world.account, everything(99)).await;
    assert_eq!(whole, expected);
    let mut paged: Vec<MessageId> = Vec::new();
    loop {
        let asked = History {
            before: paged.last().copied(),
            ..everything(2)
        };
        let page = history(store, world.account, asked).await;
        if page.is_empty() {
            break;
        }
        assert!(page.len() <= 2);
        paged.extend(page);
    }
    assert_eq!(paged, expected);
    // Whatever stands at the number: another account's message, or none.
    for before in 0..expected[0].0 - expected[14].0 + 3 {
        let before = MessageId(expected[14].0 + before);
        let asked = History {
            before: Some(before),
            ..everything(99)
        };
        let rest = expected.iter().copied().filter(|id| *id < before);
        assert!(rest.eq(history(store, world.account, asked).await));
    }
    assert_eq!(history(store, other, everything(99)).await.len(), 6);
    assert_eq!(history(store, AccountId(404), everything(99)).await, []);
}

pub async fn a_history_is_of_the_time_and_the_phone_asked_for(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let mut sent = Vec::new();
    // Not quite in the order of their numbers: a long request is numbered when it has been read.
    for minute in [0, 10, 7, 20, 70, 30, 300, 250, 1000] {
        let mut new = world.submission(2);
        new.created_at = at(minute * MINUTE);
        let id = accept(store, new).await;
        let messages = of(&world, id).await;
        sent.push((minute, messages));
    }
    for from in [-5, 0, 7, 8, 25, 71, 250, 999, 1001] {
        for until in [-1, 0, 8, 21, 71, 300, 301, 2000] {
            let asked = History {
                from: at(from * MINUTE),
                until: at(until * MINUTE),
                ..everything(99)
            };
            let within = sent
                .iter()
                .filter(|(minute, _)| (from..until).contains(minute));
            let both = within.clone().rev().flat_map(|(_, ids)| [ids[1], ids[0]]);
            let found = history(store, world.account, asked.clone()).await;
            assert_eq!(found, both.collect::<Vec<_>>(), "{from} to {until}");
            let one = History {
                recipients: vec![number(1), number(7)],
                ..asked
            };
            let second = within.rev().map(|(_, ids)| ids[1]);
            let found = history(store, world.account, one).await;
            assert_eq!(found, second.collect::<Vec<_>>(), "{from} to {until}");
        }
    }
}
