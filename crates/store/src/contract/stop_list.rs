//! Promises about stop lists: a number once, seen at once in every list of the account, and in no other account's.

use std::collections::HashSet;

use super::contacts::{contacts, fill, number, whole};
use super::world::{account, at};
use crate::stop_list::{Stop, Stopped};
use crate::{AccountId, ListId, StopId, Store};

/// Puts a number of the series on the stop list for the first time.
async fn stop(store: &dyn Store, account: AccountId, index: i64) -> StopId {
    let stopped = store.stop(account, number(index), None, "", at(1)).await;
    match stopped.unwrap() {
        Stopped::Added(id) => id,
        Stopped::Already(id) => panic!("it is there as {id}"),
    }
}

/// Which contacts of a list are stopped, and what its counter says.
async fn stopped(store: &dyn Store, account: AccountId, list: ListId) -> (Vec<bool>, u64) {
    let there = whole(store, account, list).await;
    let flags = there.iter().map(|contact| contact.stopped).collect();
    let ids = there.iter().map(|contact| contact.id).collect();
    let read = store.contacts(account, ids).await.unwrap();
    assert_eq!(read, there, "whichever way they are read");
    let list = store.list(account, list).await.unwrap().unwrap();
    (flags, list.stopped)
}

pub async fn a_number_is_on_the_stop_list_once(store: &dyn Store) {
    let owner = account(store, "shop", 0).await;
    let given = Some("+38 063 000 00 01".to_owned());
    let put = async |given, reason| store.stop(owner, number(1), given, reason, at(5)).await;
    let Stopped::Added(id) = put(given.clone(), "asked us").await.unwrap() else {
        panic!("it was not there")
    };
    let again = put(None, "another reason").await.unwrap();
    assert_eq!(again, Stopped::Already(id));
    let entry = Stop {
        id,
        number: number(1),
        given,
        reason: "asked us".into(),
        added_at: at(5),
    };
    let by_id = store.stop_by_id(owner, id).await.unwrap();
    assert_eq!(by_id, Some(entry.clone()));
    let by_number = store.stop_by_number(owner, number(1)).await.unwrap();
    assert_eq!(by_number, Some(entry));
    let none = store.stop_by_number(owner, number(2)).await.unwrap();
    assert_eq!(none, None);
}

pub async fn a_stop_needs_its_account(store: &dyn Store) {
    let refused = store.stop(AccountId(9), number(1), None, "", at(1)).await;
    assert!(refused.unwrap_err().is_conflict());
}

pub async fn the_reason_of_a_stop_can_be_changed(store: &dyn Store) {
    let owner = account(store, "shop", 0).await;
    let id = stop(store, owner, 1).await;
    assert!(store.change_stop(owner, id, "complained").await.unwrap());
    let entry = store.stop_by_id(owner, id).await.unwrap().unwrap();
    assert_eq!((&*entry.reason, entry.added_at), ("complained", at(1)));
}

pub async fn a_removed_stop_is_gone_and_its_number_free(store: &dyn Store) {
    let owner = account(store, "shop", 0).await;
    let id = stop(store, owner, 1).await;
    assert!(store.remove_stop(owner, id).await.unwrap());
    assert!(!store.remove_stop(owner, id).await.unwrap());
    assert!(!store.change_stop(owner, id, "x").await.unwrap());
    assert_eq!(store.stop_by_id(owner, id).await.unwrap(), None);
    assert!(stop(store, owner, 1).await > id, "numbered anew");
}

pub async fn a_stop_shows_in_every_list_of_its_account_and_in_no_other_accounts(store: &dyn Store) {
    let (owner, other) = (account(store, "a", 0).await, account(store, "b", 0).await);
    let (one, two) = (fill(store, owner, 3).await, fill(store, owner, 2).await);
    let theirs = fill(store, other, 3).await;
    let id = stop(store, owner, 1).await;
    assert_eq!(
        stopped(store, owner, one).await,
        (vec![false, true, false], 1)
    );
    assert_eq!(stopped(store, owner, two).await, (vec![false, true], 1));
    assert_eq!(stopped(store, other, theirs).await, (vec![false; 3], 0));
    // What comes later is stopped as well, by the right list.
    stop(store, other, 8).await;
    let later = store.add_contacts(owner, two, contacts([8, 7])).await;
    later.unwrap();
    assert_eq!(
        stopped(store, owner, two).await,
        (vec![false, true, false, false], 1)
    );
    stop(store, owner, 7).await;
    assert_eq!(
        stopped(store, owner, two).await,
        (vec![false, true, false, true], 2)
    );
    let third = fill(store, owner, 2).await;
    assert_eq!(stopped(store, owner, third).await, (vec![false, true], 1));
    // And so it is when it ends.
    assert!(store.remove_stop(owner, id).await.unwrap());
    assert_eq!(stopped(store, owner, one).await, (vec![false; 3], 0));
    assert_eq!(
        stopped(store, owner, two).await,
        (vec![false, false, false, true], 1)
    );
    assert_eq!(stopped(store, owner, third).await, (vec![false; 2], 0));
}

pub async fn a_stop_follows_the_number_not_the_contact(store: &dyn Store) {
    let owner = account(store, "shop", 0).await;
    let list = fill(store, owner, 2).await;
    stop(store, owner, 1).await;
    let ids: Vec<_> = (whole(store, owner, list).await.iter())
        .map(|contact| contact.id)
        .collect();
    let change = async |contact, index| {
        let number = Some((number(index), None));
        let changed = store.change_contact(owner, contact, number, None).await;
        changed.unwrap();
        stopped(store, owner, list).await
    };
    assert_eq!(change(ids[1], 5).await, (vec![false, false], 0));
    assert_eq!(change(ids[0], 1).await, (vec![true, false], 1));
    assert_eq!(change(ids[0], 1).await, (vec![true, false], 1));
    store.remove_contacts(owner, vec![ids[0]]).await.unwrap();
    assert_eq!(stopped(store, owner, list).await, (vec![false], 0));
    let again = store.add_contacts(owner, list, contacts([1])).await;
    again.unwrap();
    assert_eq!(stopped(store, owner, list).await, (vec![false, true], 1));
    store.clear_list(owner, list, 9).await.unwrap();
    assert_eq!(stopped(store, owner, list).await, (vec![], 0));
}

pub async fn stops_are_read_in_pages_and_by_list(store: &dyn Store) {
    let (owner, other) = (account(store, "a", 0).await, account(store, "b", 0).await);
    let list = fill(store, owner, 3).await;
    let mut ids = Vec::new();
    for index in [2, 7, 0, 9] {
        ids.push(stop(store, owner, index).await);
        stop(store, other, index).await;
    }
    let read = async |account, list, after, limit| {
        let page = store.stops(account, list, after, limit).await.unwrap();
        page.into_iter().map(|stop| stop.id).collect::<Vec<_>>()
    };
    assert_eq!(read(owner, None, StopId(0), 9).await, ids);
    assert_eq!(read(owner, None, StopId(0), 3).await, ids[..3]);
    assert_eq!(read(owner, None, ids[2], 3).await, ids[3..]);
    assert_eq!(
        read(owner, Some(list), StopId(0), 9).await,
        [ids[0], ids[2]]
    );
    assert_eq!(read(owner, Some(list), ids[0], 9).await, [ids[2]]);
    assert_eq!(read(owner, Some(list), StopId(0), 1).await, [ids[0]]);
    assert_eq!(read(other, Some(list), StopId(0), 9).await, []);
    store.remove_list(owner, list).await.unwrap();
    assert_eq!(read(owner, Some(list), StopId(0), 9).await, []);
}

pub async fn stopped_numbers_are_picked_from_many(store: &dyn Store) {
    let (owner, other) = (account(store, "a", 0).await, account(store, "b", 0).await);
    for index in [1, 3, 5] {
        stop(store, owner, index).await;
    }
    let pick = async |account| {
        let numbers = [5, 4, 3, 3, 2].map(number).to_vec();
        store.stopped_among(account, None, numbers).await.unwrap()
    };
    assert_eq!(pick(owner).await, HashSet::from([number(3), number(5)]));
    assert_eq!(pick(other).await, HashSet::new());
}

pub async fn another_accounts_stop_is_as_unknown_as_none(store: &dyn Store) {
    let (owner, other) = (account(store, "a", 0).await, account(store, "b", 0).await);
    let id = stop(store, owner, 1).await;
    let entry = store.stop_by_id(owner, id).await.unwrap();
    for (who, id) in [(other, id), (owner, StopId(id.0 + 9))] {
        assert_eq!(store.stop_by_id(who, id).await.unwrap(), None);
        assert!(!store.change_stop(who, id, "theirs").await.unwrap());
        assert!(!store.remove_stop(who, id).await.unwrap());
    }
    let theirs = store.stop_by_number(other, number(1)).await.unwrap();
    assert_eq!(theirs, None);
    assert_eq!(store.stop_by_id(owner, id).await.unwrap(), entry);
    // They may stop the same number themselves.
    stop(store, other, 1).await;
}
