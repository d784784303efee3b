//! The promise that a list's counters are true, whatever happens to contacts and stop list in whatever order.

use std::collections::BTreeSet;

use super::contacts::{contacts, number, whole};
use super::random::Random;
use super::world::{account, at};
use crate::stop_list::{Stop, Stopped};
use crate::{AccountId, ListId, StopId, Store};

/// How many numbers there are: so few that lists, accounts and stop lists meet all the time.
const NUMBERS: u32 = 30;

pub async fn the_counters_of_lists_are_true_after_any_sequence_of_operations(store: &dyn Store) {
    for seed in 1..=4 {
        let mut walk = Walk::new(store, seed).await;
        for _ in 0..60 {
            for _ in 0..5 {
                walk.step().await;
            }
            walk.check().await;
        }
        assert!(walk.seen_stopped > 0, "the walk came by stopped contacts");
        assert!(walk.copies_complete > 0, "the walk completed a copy");
    }
}

/// A random walk of two accounts through every promise that changes who is in a list or on a stop list.
struct Walk<'a> {
    store: &'a dyn Store,
    random: Random,
    now: i64,
    accounts: Vec<AccountId>,
    /// Copies that are not complete.
    copies: Vec<ListId>,
    copies_complete: usize,
    seen_stopped: usize,
}

impl<'a> Walk<'a> {
    async fn new(store: &'a dyn Store, seed: u64) -> Self {
        let one = account(store, &format!("walk {seed}"), 0).await;
        let two = account(store, &format!("walk {seed} too"), 0).await;
        for account in [one, two] {
            store.add_list(account, "first", "", at(0)).await.unwrap();
        }
        Self {
            store,
            random: Random(seed),
            now: 0,
            accounts: vec![one, two],
            copies: Vec::new(),
            copies_complete: 0,
            seen_stopped: 0,
        }
    }

    async fn step(&mut self) {
        self.now += 1;
        let account = *self.random.one(&self.accounts);
        match self.random.below(16) {
            0 => self.list(account).await,
            1..5 => self.add(account).await,
            5..7 => self.change(account).await,
            7 => self.remove(account).await,
            8 => self.clear(account).await,
            9..12 => self.stop(account).await,
            12..14 => self.unstop(account).await,
            _ => self.copy(account).await,
        }
    }

    /// One of the account's lists, if it has any.
    async fn one_of(&mut self, account: AccountId) -> Option<ListId> {
        let lists = self.store.lists(account).await.unwrap();
        (!lists.is_empty()).then(|| self.random.one(&lists).id)
    }

    fn number(&mut self) -> i64 {
        self.random.below(NUMBERS)
    }

    /// Adds a list; at times removes one, or forgets what was removed.
    async fn list(&mut self, account: AccountId) {
        let (store, now) = (self.store, at(self.now));
        match self.random.below(4) {
            0 => {
                store.forget_removed_lists(now, 7).await.unwrap();
            }
            1 => {
                if let Some(list) = self.one_of(account).await {
                    assert!(store.remove_list(account, list).await.unwrap());
                }
            }
            _ => {
                store.add_list(account, "more", "", now).await.unwrap();
            }
        }
    }

    async fn add(&mut self, account: AccountId) {
        let Some(list) = self.one_of(account).await else {
            return;
        };
        let new: Vec<_> = (0..self.random.below(8)).map(|_| self.number()).collect();
        let added = self.store.add_contacts(account, list, contacts(new)).await;
        assert!(added.unwrap().is_some());
    }

    async fn change(&mut self, account: AccountId) {
        let Some(list) = self.one_of(account).await else {
            return;
        };
        let there = whole(self.store, account, list).await;
        if !there.is_empty() {
            let id = self.random.one(&there).id;
            let new = Some((number(self.number()), None));
            let changed = self.store.change_contact(account, id, new, None).await;
            changed.unwrap();
        }
    }

    /// Removes a few contacts, of whatever lists.
    async fn remove(&mut self, account: AccountId) {
        let mut gone = Vec::new();
        for _ in 0..2 {
            if let Some(list) = self.one_of(account).await {
                let there = whole(self.store, account, list).await;
                gone.extend(there.iter().step_by(3).map(|contact| contact.id));
            }
        }
        let distinct: BTreeSet<_> = gone.iter().copied().collect();
        let removed = self.store.remove_contacts(account, gone).await.unwrap();
        assert_eq!(removed, distinct.len() as u64);
    }

    async fn clear(&mut self, account: AccountId) {
        if let Some(list) = self.one_of(account).await {
            self.store.clear_list(account, list, 5).await.unwrap();
        }
    }

    async fn stop(&mut self, account: AccountId) {
        let number = number(self.number());
        let known = self.store.stop_by_number(account, number).await.unwrap();
        let stopped = self
            .store
            .stop(account, number, None, "", at(self.now))
            .await;
        match (stopped.unwrap(), known) {
            (Stopped::Added(_), None) => {}
            (Stopped::Already(id), Some(stop)) => assert_eq!(id, stop.id),
            (stopped, known) => panic!("{stopped:?} of {known:?}"),
        }
    }

    async fn unstop(&mut self, account: AccountId) {
        let stops = self.stops(account, None).await;
        if !stops.is_empty() {
            let id = self.random.one(&stops).id;
            assert!(self.store.remove_stop(account, id).await.unwrap());
        }
    }

    /// Begins a copy, or goes on with one: between its steps everything else goes on too.
    async fn copy(&mut self, account: AccountId) {
        if self.copies.len() < 2 {
            if let Some(source) = self.one_of(account).await {
                let begun = self.store.begin_copy(account, source, at(self.now)).await;
                self.copies.extend(begun.unwrap());
            }
            return;
        }
        let copy = self.copies.remove(0);
        match self.store.go_on_copying(copy, 4).await {
            Ok(true) => self.copies_complete += 1,
            Ok(false) => self.copies.push(copy),
            Err(error) => assert!(error.is_conflict(), "{error:?}"),
        }
    }

    async fn stops(&self, account: AccountId, list: Option<ListId>) -> Vec<Stop> {
        let all = self.store.stops(account, list, StopId(0), u32::MAX).await;
        all.unwrap()
    }

    /// Counts again what the counters say, in every way that the promises allow.
    async fn check(&mut self) {
        for &account in &self.accounts {
            let stops = self.stops(account, None).await;
            let stopped: BTreeSet<_> = stops.iter().map(|stop| stop.number).collect();
            for list in self.store.lists(account).await.unwrap() {
                let there = whole(self.store, account, list.id).await;
                assert_eq!(there.len() as u64, list.contacts, "{list:?}");
                for contact in &there {
                    assert_eq!(contact.stopped, stopped.contains(&contact.number));
                }
                let count = there.iter().filter(|contact| contact.stopped).count();
                assert_eq!(count as u64, list.stopped, "{list:?}");
                let of_list = self.stops(account, Some(list.id)).await;
                assert_eq!(of_list.len(), count, "{list:?}");
                self.seen_stopped += count;
            }
        }
    }
}
