//! Promises about submissions that go in parts, or from an alternative originator; and about lists of them.

use sms::{MessageState, Msisdn, Reason};

use super::world::{HOUR, LIFETIME, PLENTY, PRICE, World, accept, account, at, claim, sound};
use crate::queue::Rest;
use crate::submissions::{Acceptance, Message, NewSubmission, Parts};
use crate::{Store, SubmissionId};

/// A submission in parts of two messages, an hour apart.
fn in_parts(world: &World<'_>, messages: usize) -> NewSubmission {
    NewSubmission {
        parts: Some(Parts {
            size: 2,
            interval_ms: HOUR,
        }),
        ..world.submission(messages)
    }
}

fn states(messages: &[Message]) -> Vec<(MessageState, Reason)> {
    let states = messages
        .iter()
        .map(|message| (message.state, message.reason));
    states.collect()
}

pub async fn parts_come_due_one_after_another(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let id = accept(store, in_parts(&world, 5)).await;
    let queued = (MessageState::Queued, Reason::None);
    let later = (MessageState::Held, Reason::Scheduled);
    let expected = [queued, queued, later, later, later];
    assert_eq!(states(&world.messages(id).await), expected);
    assert_eq!(world.claim(9).await.len(), 2);
    assert_eq!(store.release_due(at(HOUR - 1), 9).await.unwrap(), 0);
    for (now, due) in [(HOUR, 2), (2 * HOUR, 1)] {
        assert_eq!(store.release_due(at(now), 9).await.unwrap(), due);
        let claimed = claim(store, world.connector, 9, at(now)).await.messages;
        assert_eq!(claimed.len(), usize::try_from(due).unwrap());
        assert!(claimed.iter().all(|m| m.expires_at == at(LIFETIME + now)));
    }
    sound(store).await;
}

pub async fn parts_of_a_scheduled_submission_follow_its_time(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let mut new = in_parts(&world, 4);
    new.start_at = Some(at(3 * HOUR));
    let id = accept(store, new).await;
    let scheduled = (MessageState::Held, Reason::Scheduled);
    assert_eq!(states(&world.messages(id).await), [scheduled; 4]);
    for (now, due) in [(3 * HOUR - 1, 0), (3 * HOUR, 2), (4 * HOUR, 2)] {
        assert_eq!(store.release_due(at(now), 9).await.unwrap(), due);
    }
}

pub async fn parts_expire_one_after_another(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let id = accept(store, in_parts(&world, 5)).await;
    assert_eq!(store.release_due(at(9 * HOUR), 9).await.unwrap(), 3);
    for (now, ended) in [(0, 2), (HOUR - 1, 2), (HOUR, 4), (2 * HOUR, 5)] {
        store.sweep(at(LIFETIME + now), HOUR, 100).await.unwrap();
        let messages = world.messages(id).await;
        let expired = messages.iter().map(|m| m.state == MessageState::Expired);
        assert!(expired.eq((0..5).map(|index| index < ended)), "after {now}");
    }
    assert_eq!(world.book().await.held, 0);
    sound(store).await;
}

pub async fn a_claim_ends_only_the_parts_whose_time_is_over(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    accept(store, in_parts(&world, 4)).await;
    assert_eq!(store.release_due(at(HOUR), 9).await.unwrap(), 2);
    let claimed = claim(store, world.connector, 4, at(LIFETIME)).await;
    assert_eq!(claimed.messages.len(), 2);
    assert!(claimed.more, "two stood in the way");
}

pub async fn receipts_are_awaited_for_each_part(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let id = accept(store, in_parts(&world, 4)).await;
    store.release_due(at(HOUR), 9).await.unwrap();
    for message in world.claim_at(9, at(HOUR)).await {
        let taken = super::world::answer(
            world.connector,
            message,
            &[(0, "")],
            Rest::Nothing,
            at(HOUR),
        );
        store.record_answers(vec![taken]).await.unwrap();
    }
    for (wait, ended) in [(-1, 0), (0, 2), (HOUR - 1, 2), (HOUR, 4)] {
        store
            .sweep(at(LIFETIME + HOUR + wait), HOUR, 9)
            .await
            .unwrap();
        let messages = world.messages(id).await;
        let unreported = |m: &&Message| m.reason == Reason::NoReceipt;
        assert_eq!(messages.iter().filter(unreported).count(), ended, "{wait}");
    }
    sound(store).await;
}

pub async fn a_message_is_from_the_alternative_where_it_says_so(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let mut new = world.submission(2);
    new.alternative = Some("380500000000".into());
    new.variable_names = vec!["name".into(), String::new()];
    new.messages[1].alternative = true;
    accept(store, new).await;
    world.accept(1).await;
    let claimed = claim(store, world.connector, 9, at(1)).await.messages;
    let from: Vec<_> = claimed.iter().map(|m| &*m.originator).collect();
    assert_eq!(from, ["Info", "380500000000", "Info"]);
    assert_eq!(
        *claimed[0].variable_names,
        ["name".to_owned(), String::new()]
    );
    assert_eq!(*claimed[2].variable_names, [] as [String; 0]);
}

pub async fn a_stopped_number_is_suppressed_at_acceptance(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let other = account(store, "other", PLENTY).await;
    let stop = async |account, number: &str| {
        let number = Msisdn::parse(number).unwrap();
        store.stop(account, number, None, "", at(0)).await.unwrap();
    };
    stop(other, "380670000000").await;
    stop(world.account, "380670000001").await;
    let answer = store.accept(world.submission(3)).await.unwrap();
    let Acceptance::Accepted {
        submission,
        price_micros,
        ..
    } = answer
    else {
        panic!("{answer:?}")
    };
    assert_eq!(price_micros, 2 * PRICE);
    assert_eq!(world.book().await.held, 2 * PRICE);
    let messages = world.messages(submission).await;
    let queued = (MessageState::Queued, Reason::None);
    let suppressed = (MessageState::Suppressed, Reason::OptedOut);
    assert_eq!(states(&messages), [queued, suppressed, queued]);
    assert_eq!((messages[1].segments, messages[1].price_micros), (0, 0));
    assert_eq!(messages[1].done_at, Some(at(0)));
    assert_eq!(world.claim(9).await.len(), 2);
    sound(store).await;
}

pub async fn a_submission_to_stopped_numbers_alone_is_not_written(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let number = Msisdn::parse("380670000000").unwrap();
    let stop = store.stop(world.account, number, None, "", at(0));
    stop.await.unwrap();
    let answer = store.accept(world.submission(1)).await.unwrap();
    assert_eq!(answer, Acceptance::NobodyLeft);
    assert_eq!(store.audit().await.unwrap().messages, 0);
    assert_eq!(world.accept(2).await, SubmissionId(1));
}

pub async fn a_number_stopped_after_acceptance_is_suppressed_at_the_claim(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let id = world.accept(3).await;
    let number = Msisdn::parse("380670000001").unwrap();
    let stop = store.stop(world.account, number, None, "", at(0));
    stop.await.unwrap();
    let claimed = claim(store, world.connector, 3, at(5)).await;
    assert_eq!(claimed.messages.len(), 2);
    assert!(claimed.more);
    let message = world.messages(id).await.remove(1);
    assert_eq!(
        (message.state, message.reason, message.done_at),
        (MessageState::Suppressed, Reason::OptedOut, Some(at(5)))
    );
    assert_eq!(world.book().await.held, 2 * PRICE);
    sound(store).await;
}

pub async fn an_accounts_submissions_are_listed_in_pages(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let other = account(store, "other", PLENTY).await;
    let theirs = super::world::submission(other, world.connector, 2);
    let theirs = accept(store, theirs).await;
    let mut ids = Vec::new();
    for messages in 1..=3 {
        ids.push(world.accept(messages).await);
    }
    let first = store.submissions(world.account, None, 2).await.unwrap();
    let rest = store.submissions(world.account, Some(first[1].id), 2).await;
    let listed: Vec<_> = first.iter().chain(&rest.unwrap()).map(|s| s.id).collect();
    assert_eq!(listed, ids);
    assert_eq!(first[1].tally.total(), 2);

    let asked = vec![ids[2], theirs, ids[0], SubmissionId(404)];
    let found = store.submissions_by_id(world.account, asked).await.unwrap();
    let found: Vec<_> = found.iter().map(|s| s.id).collect();
    assert_eq!(found, [ids[2], ids[0]]);
    let latest = store.latest_campaigns(2).await.unwrap();
    let latest: Vec<_> = latest.iter().map(|s| s.id).collect();
    assert_eq!(latest, [ids[2], ids[1]]);
    let all = store.latest_campaigns(9).await.unwrap();
    assert_eq!(
        all.last().unwrap().id,
        theirs,
        "of every account, to more than one"
    );
    assert_eq!(all.len(), 3);
}
