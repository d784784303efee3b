//! Promises about messages that wait for a connector: how they are listed, and how they go another way.

use sms::{Lane, Reason};

use super::waiting::{cancel, each_wait, only, put_off};
use super::world::{
    HOUR, PLENTY, PRICE, Sent, World, accept, account, answer, at, claim, long, scheduled, sound,
    submission,
};
use crate::queue::{DoubtPolicy, Rest};
use crate::waiting::{Change, Move, WaitingMessage};
use crate::{ConnectorId, MessageId, Store};

async fn waiting(
    world: &World<'_>,
    until: i64,
    after: Option<MessageId>,
    limit: u32,
) -> Vec<WaitingMessage> {
    let waiting = world
        .store
        .waiting_messages(world.connector, None, at(until), after, limit);
    waiting.await.unwrap()
}

fn ids(messages: &[WaitingMessage]) -> Vec<MessageId> {
    messages.iter().map(|message| message.id).collect()
}

pub async fn what_waits_for_a_connector_is_listed_by_number(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let other = account(store, "other", PLENTY).await;
    let mut expected = Vec::new();
    for (payer, lane) in [
        (world.account, Lane::Bulk),
        (other, Lane::Otp),
        (world.account, Lane::Otp),
        (other, Lane::Bulk),
        (world.account, Lane::Transactional),
    ] {
        let mut new = submission(payer, world.connector, 3);
        new.lane = lane;
        let id = accept(store, new).await;
        let messages = store.messages(payer, id, None, None, 9).await.unwrap();
        expected.extend(messages.iter().map(|message| message.id));
    }
    let all = waiting(&world, 0, None, 99).await;
    assert_eq!(ids(&all), expected);
    let mut paged = Vec::new();
    while let page = waiting(&world, 0, paged.last().copied(), 4).await
        && !page.is_empty()
    {
        assert!(page.len() <= 4);
        paged.extend(ids(&page));
    }
    assert_eq!(paged, expected);
    assert!(waiting(&world, 0, None, 0).await.is_empty());
    for (lane, places) in [
        (Lane::Otp, vec![3, 4, 5, 6, 7, 8]),
        (Lane::Transactional, vec![12, 13, 14]),
        (Lane::Bulk, vec![0, 1, 2, 9, 10, 11]),
    ] {
        let of_lane = store.waiting_messages(world.connector, Some(lane), at(0), None, 99);
        let places: Vec<_> = places.iter().map(|&place| expected[place]).collect();
        assert_eq!(ids(&of_lane.await.unwrap()), places, "{lane:?}");
    }

    let first = &all[0];
    assert_eq!((first.account, first.lane), (world.account, Lane::Bulk));
    assert_eq!(first.originator, "Info");
    assert_eq!(first.recipient.as_str(), "380670000000");
    assert_eq!(first.since, at(0));
    assert_eq!((all[3].account, all[3].lane), (other, Lane::Otp));
}

pub async fn only_what_waits_long_enough_and_may_go_another_way_is_listed(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let mut expected = Vec::new();
    let mut sinces = Vec::new();
    for (what, _, message) in each_wait(&world).await {
        match what {
            "its turn" => sinces.push(at(0)),
            "another attempt" | "its turn after an attempt" => sinces.push(at(10)),
            // What is held waits for no connector yet.
            _ => continue,
        }
        expected.push(message);
    }
    let all = waiting(&world, 10, None, 99).await;
    assert_eq!(ids(&all), expected);
    let since: Vec<_> = all.iter().map(|message| message.since).collect();
    assert_eq!(since, sinces);
    let long_ago = waiting(&world, 9, None, 99).await;
    assert_eq!(ids(&long_ago), [expected[2]], "the one never tried");

    let claimed = world.claim_at(99, at(20)).await;
    assert_eq!(claimed, [expected[1], expected[2]]);
    assert_eq!(ids(&waiting(&world, 20, None, 99).await), [expected[0]]);
    // One taken in part, and one in doubt that is to be sent again, go no other way.
    let in_part = accept(store, long(world.submission(1), 2)).await;
    let in_part = Sent {
        world: &world,
        submission: in_part,
        message: world.claim_at(2, at(20)).await[0],
    };
    let retry = Rest::Retry {
        reason: Reason::NetworkError,
        due_at: at(20),
        attempt_used: true,
    };
    in_part.answer(&[(0, "1")], retry, at(20)).await;
    let resend = Rest::Unknown {
        reason: Reason::ResponseTimeout,
        resend_at: Some(at(20)),
    };
    let lost = answer(world.connector, claimed[0], &[], resend, at(20));
    store.record_answers(vec![lost]).await.unwrap();
    assert_eq!(ids(&waiting(&world, 20, None, 99).await), [expected[0]]);
}

fn moved(messages: &[MessageId], from: ConnectorId, to: ConnectorId) -> Vec<Move> {
    let one = |&message| Move { message, from, to };
    messages.iter().map(one).collect()
}

pub async fn rerouted_messages_leave_the_other_way(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let second = store.put_connector("second", "{}", b"").await.unwrap();
    let retried = world.leased(1).await;
    put_off(&retried, HOUR, 10).await;
    let queued = world.accept(2).await;
    let mut all = vec![retried.message];
    let queued_messages = world.messages(queued).await;
    all.extend(queued_messages.iter().map(|message| message.id));
    let book = world.book().await;

    let moves = moved(&all, world.connector, second);
    assert_eq!(store.reroute(moves.clone(), at(20)).await.unwrap(), 3);
    let again = store.reroute(moves, at(30)).await.unwrap();
    assert_eq!(again, 0, "they wait for it no more");
    assert!(waiting(&world, 99, None, 9).await.is_empty());
    let there = store.waiting_messages(second, None, at(20), None, 9).await;
    let there = there.unwrap();
    assert_eq!(ids(&there), all);
    assert!(there.iter().all(|message| message.since == at(20)));
    assert_eq!(world.book().await, book, "at their price");
    sound(store).await;

    assert!(world.claim_at(9, at(20)).await.is_empty());
    let claimed = claim(store, second, 9, at(20)).await.messages;
    let left: Vec<_> = claimed.iter().map(|message| message.id).collect();
    assert_eq!(
        left, all,
        "one that waited for another attempt too, at once"
    );
    assert_eq!(claimed[0].attempts, 1, "attempts count on");
    store.release_due(at(2 * HOUR), 9).await.unwrap();
    assert!(
        claim(store, second, 9, at(2 * HOUR))
            .await
            .messages
            .is_empty()
    );
    assert!(store.remove_connector("way").await.unwrap(), "it is free");
    let taken = |&message| answer(second, message, &[(0, "1")], Rest::Nothing, at(40));
    let answers = all.iter().map(taken).collect();
    store.record_answers(answers).await.unwrap();
    assert_eq!(world.book().await.charged, 3 * PRICE);
    sound(store).await;
}

pub async fn what_waits_no_more_or_elsewhere_is_not_rerouted(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let second = store.put_connector("second", "{}", b"").await.unwrap();
    let third = store.put_connector("third", "{}", b"").await.unwrap();
    let leased = world.leased(1).await;
    let ended = world.accept(1).await;
    let ended = only(&world, ended).await;
    assert_eq!(cancel(&world, ended, 10).await, Change::Done);
    let later = accept(store, scheduled(world.submission(1), at(HOUR))).await;
    let later = only(&world, later).await;
    let in_doubt = world.leased(1).await;
    let unknown = Rest::Unknown {
        reason: Reason::ResponseTimeout,
        resend_at: Some(at(10)),
    };
    in_doubt.answer(&[], unknown, at(10)).await;
    let unknown = MessageId(1);
    let stay = [leased.message, ended, later, in_doubt.message, unknown];
    let moves = moved(&stay, world.connector, second);
    assert_eq!(store.reroute(moves, at(20)).await.unwrap(), 0);

    let queued = world.accept(1).await;
    let queued = only(&world, queued).await;
    for (from, to) in [(second, third), (world.connector, world.connector)] {
        let moves = moved(&[queued], from, to);
        assert_eq!(store.reroute(moves, at(20)).await.unwrap(), 0);
    }
    assert!(
        claim(store, second, 9, at(2 * HOUR))
            .await
            .messages
            .is_empty()
    );
    assert_eq!(world.claim_at(9, at(20)).await, [in_doubt.message, queued]);
}

pub async fn nothing_is_rerouted_to_a_connector_that_is_not_there(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let second = store.put_connector("second", "{}", b"").await.unwrap();
    let gone = store.put_connector("gone", "{}", b"").await.unwrap();
    store.remove_connector("gone").await.unwrap();
    let queued = world.accept(2).await;
    let messages = world.messages(queued).await;
    let mut moves = moved(&[messages[0].id], world.connector, second);
    moves.extend(moved(&[messages[1].id], world.connector, gone));
    let refused = store.reroute(moves, at(10)).await.unwrap_err();
    assert!(refused.is_conflict(), "{refused}");
    assert_eq!(world.claim(9).await.len(), 2, "both wait as before");
}

pub async fn a_rerouted_message_survives_recovery_of_either_way(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let second = store.put_connector("second", "{}", b"").await.unwrap();
    let queued = world.accept(1).await;
    let message = only(&world, queued).await;
    let moves = moved(&[message], world.connector, second);
    assert_eq!(store.reroute(moves, at(10)).await.unwrap(), 1);
    assert_eq!(claim(store, second, 1, at(20)).await.messages.len(), 1);
    let policy = DoubtPolicy::Resend { max_resends: 1 };
    let of_first = store.recover(world.connector, policy, at(30)).await;
    assert_eq!(of_first.unwrap().resent, 0);
    let of_second = store.recover(second, policy, at(30)).await;
    assert_eq!(of_second.unwrap().resent, 1);
    assert!(world.claim_at(1, at(40)).await.is_empty());
    assert_eq!(claim(store, second, 1, at(40)).await.messages.len(), 1);
}
