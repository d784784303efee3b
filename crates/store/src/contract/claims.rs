//! Promises about claims: who comes first, how much, and what is not claimed.

use sms::{Book, Lane, MessageState, Reason};

use super::world::{PLENTY, PRICE, World, accept, account, at, claim, long, sound, submission};
use crate::queue::{Claim, DoubtPolicy};
use crate::submissions::NewSubmission;
use crate::{AccountId, Store};

pub async fn a_claimed_message_carries_what_the_wire_needs(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let mut new = long(world.submission(2), 2);
    new.messages[1].variables = Some("Ann".into());
    accept(store, new).await;
    let claimed = claim(store, world.connector, 10, at(1)).await.messages;
    assert_eq!(claimed.len(), 2);
    assert_eq!(claimed[0].account, world.account);
    assert_eq!(claimed[0].recipient.as_str(), "380670000000");
    assert_eq!(
        (&*claimed[0].originator, &*claimed[0].text),
        ("Info", "text")
    );
    assert_eq!((claimed[0].segments, claimed[0].accepted), (2, 0));
    assert_eq!((claimed[0].attempts, claimed[0].doubts), (0, 0));
    assert_eq!(claimed[0].expires_at, at(super::world::LIFETIME));
    assert_eq!(claimed[1].variables.as_deref(), Some("Ann"));
}

pub async fn a_message_is_claimed_once(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    world.accept(5).await;
    let mut claimed = world.claim(3).await;
    claimed.extend(world.claim(3).await);
    assert_eq!(claimed.len(), 5);
    claimed.dedup();
    assert_eq!(claimed.len(), 5);
    assert_eq!(world.claim(3).await, []);
}

pub async fn a_connector_claims_its_own_messages_only(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let other = store.put_connector("other", "{}", b"").await.unwrap();
    accept(store, submission(world.account, other, 1)).await;
    assert_eq!(world.claim(10).await, []);
    assert_eq!(claim(store, other, 10, at(0)).await.messages.len(), 1);
}

pub async fn urgent_lanes_come_first_and_old_messages_before_new(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let mut expected = Vec::new();
    for lane in [Lane::Bulk, Lane::Transactional, Lane::Otp] {
        let mut new = world.submission(2);
        new.lane = lane;
        let id = accept(store, new).await;
        let ids = world.messages(id).await;
        expected.splice(0..0, ids.iter().map(|message| message.id));
    }
    assert_eq!(world.claim(10).await, expected);
}

pub async fn no_more_segments_are_claimed_than_asked_for(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    world.accept(5).await;
    assert_eq!(world.claim(0).await, []);
    assert_eq!(world.claim(4).await.len(), 4);
}

pub async fn a_long_message_is_not_starved_by_a_small_window(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    accept(store, long(world.submission(3), 4)).await;
    assert_eq!(world.claim(1).await.len(), 1, "though it takes four");
    // Only the last one goes beyond.
    assert_eq!(world.claim(5).await.len(), 2);
}

pub async fn an_account_with_many_messages_does_not_delay_one_with_few(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    world.accept(10_000).await;
    let modest = account(store, "modest", PLENTY).await;
    accept(store, submission(modest, world.connector, 5)).await;
    let claimed = claim(store, world.connector, 50, at(0)).await.messages;
    assert_eq!(claimed.len(), 50);
    let served = claimed.iter().filter(|message| message.account == modest);
    assert_eq!(served.count(), 5);
}

pub async fn accounts_take_turns_when_the_window_is_smaller_than_their_number(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let mut accounts = vec![world.account];
    for name in ["b", "c", "d", "e"] {
        accounts.push(account(store, name, PLENTY).await);
    }
    for &account in &accounts {
        accept(store, submission(account, world.connector, 4)).await;
    }
    let mut turns = [AccountId(0); Lane::ALL.len()];
    let mut served = Vec::new();
    for _ in 0..10 {
        let asked = Claim {
            connector: world.connector,
            max_segments: 2,
            max_otp_segments: 0,
            turns,
            now: at(0),
        };
        let claimed = store.claim(asked).await.unwrap();
        turns = claimed.turns;
        served.extend(claimed.messages.iter().map(|message| message.account));
    }
    assert_eq!(served.len(), 20);
    for round in served.chunks(5) {
        let mut round = round.to_vec();
        round.sort_unstable();
        assert_eq!(round, accounts, "{served:?}");
    }
}

pub async fn the_most_urgent_lane_has_room_of_its_own_and_no_other_takes_it(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let submit = async |lane, messages| {
        let urgent = NewSubmission {
            lane,
            ..submission(world.account, world.connector, messages)
        };
        accept(store, urgent).await;
    };
    submit(Lane::Bulk, 10).await;
    submit(Lane::Transactional, 10).await;
    submit(Lane::Otp, 5).await;
    let claimed = async |max_segments, max_otp_segments| {
        let asked = Claim {
            connector: world.connector,
            max_segments,
            max_otp_segments,
            turns: [AccountId(0); Lane::ALL.len()],
            now: at(0),
        };
        let claimed = store.claim(asked).await.unwrap().messages;
        Lane::ALL.map(|lane| {
            claimed
                .iter()
                .filter(|claimed| claimed.lane == lane)
                .count()
        })
    };
    assert_eq!(claimed(0, 3).await, [3, 0, 0], "none but the urgent ones");
    assert_eq!(claimed(1, 9).await, [2, 0, 0], "they use all that there is");
    assert_eq!(claimed(4, 9).await, [0, 4, 0], "not their room too");
    submit(Lane::Otp, 1).await;
    assert_eq!(
        claimed(8, 9).await,
        [1, 6, 1],
        "as much together as for all lanes"
    );
}

pub async fn what_modest_accounts_leave_over_goes_to_the_others(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    world.accept(100).await;
    for name in ["b", "c", "d"] {
        let modest = account(store, name, PLENTY).await;
        accept(store, submission(modest, world.connector, 1)).await;
    }
    assert_eq!(world.claim(80).await.len(), 80);
}

pub async fn a_message_whose_lifetime_is_over_ends_instead_of_leaving(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let mut new = world.submission(2);
    new.expires_at = at(100);
    let id = accept(store, new).await;
    assert_eq!(world.claim_at(1, at(99)).await.len(), 1);
    assert_eq!(world.claim_at(1, at(100)).await, []);
    let ended = world.messages(id).await.remove(1);
    assert_eq!(
        (ended.state, ended.reason),
        (MessageState::Expired, Reason::LifetimeOver)
    );
    assert_eq!(ended.done_at, Some(at(100)));
    let book = Book {
        available: PLENTY - PRICE,
        held: PRICE,
        charged: 0,
    };
    assert_eq!(world.book().await, book);
    assert_eq!(store.waiting(world.connector, 10).await.unwrap(), [0; 3]);
    sound(store).await;
}

pub async fn expired_messages_do_not_hide_living_ones(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let mut old = world.submission(50);
    old.expires_at = at(100);
    accept(store, old).await;
    world.accept(3).await;
    let mut claimed = Vec::new();
    for _ in 0..60 {
        claimed.extend(world.claim_at(2, at(200)).await);
    }
    assert_eq!(claimed.len(), 3);
    sound(store).await;
}

pub async fn a_lease_outlives_the_process_until_it_is_recovered(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    world.accept(2).await;
    world.claim(1).await;
    let recovered = store
        .recover(world.connector, DoubtPolicy::Hold, at(5))
        .await
        .unwrap();
    assert_eq!((recovered.held, recovered.resent), (1, 0));
    let again = store
        .recover(world.connector, DoubtPolicy::Hold, at(6))
        .await
        .unwrap();
    assert_eq!((again.held, again.resent), (0, 0));
}

pub async fn every_account_has_its_turn_however_many_there_are(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    for index in 0..150 {
        let payer = account(store, &format!("account {index}"), PRICE).await;
        accept(store, submission(payer, world.connector, 1)).await;
    }
    let mut turns = [AccountId(0); Lane::ALL.len()];
    let mut served = std::collections::BTreeSet::new();
    for _ in 0..8 {
        let asked = Claim {
            connector: world.connector,
            max_segments: 20,
            max_otp_segments: 0,
            turns,
            now: at(0),
        };
        let claimed = store.claim(asked).await.unwrap();
        turns = claimed.turns;
        served.extend(claimed.messages.iter().map(|message| message.account));
    }
    assert_eq!(served.len(), 150);
}

pub async fn a_suspended_accounts_messages_wait(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    world.accept(2).await;
    let other = account(store, "other", PLENTY).await;
    accept(store, submission(other, world.connector, 1)).await;
    let suspend = async |suspended| {
        let changed = store.change_account(world.account, "{}".into(), 0, suspended);
        changed.await.unwrap();
    };
    suspend(true).await;
    assert_eq!(world.claim(9).await.len(), 1, "the other account's");
    assert_eq!(world.claim(9).await, []);
    suspend(false).await;
    assert_eq!(world.claim(9).await.len(), 2);
    sound(store).await;
}

pub async fn suspended_accounts_keep_nobody_from_a_turn(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    // More than share one claim, and all of them numbered below the one that may send.
    for index in 0..100 {
        let id = account(store, &format!("suspended {index}"), PLENTY).await;
        accept(store, submission(id, world.connector, 1)).await;
        let suspended = store.change_account(id, "{}".into(), 0, true);
        suspended.await.unwrap();
    }
    let last = account(store, "last", PLENTY).await;
    accept(store, submission(last, world.connector, 1)).await;
    assert_eq!(world.claim(9).await.len(), 1);
    sound(store).await;
}
