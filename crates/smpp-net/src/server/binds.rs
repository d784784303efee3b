//! Who is bound at the door, by account.

use std::collections::{BTreeSet, HashMap};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use gateway::AccountId;
use tokio::sync::watch;

use super::door::lock;
use super::notices::BindId;
use super::throughput::Throughput;

/// Counts the binds of each account, and what they submit together.
///
/// What is kept of an account stays when its last bind is gone: binding again must not make a throughput new.
#[derive(Default)]
pub(super) struct Binds {
    accounts: Mutex<HashMap<AccountId, Arc<Account>>>,
    last: AtomicU64,
}

#[derive(Default)]
struct Account {
    binds: Mutex<BTreeSet<BindId>>,
    throughput: Mutex<Throughput>,
    /// Rung when one bind more would be too many: those that are gone without a word are found out.
    doubt: watch::Sender<()>,
}

/// Is a bind; it is counted until this is dropped.
pub(super) struct Bind {
    pub(super) id: BindId,
    account: Arc<Account>,
}

impl Binds {
    /// Counts one more bind; `None` when the account has so many already, which are then asked whether they are alive.
    pub(super) fn enter(&self, account: AccountId, limit: usize) -> Option<Bind> {
        let account = Arc::clone(lock(&self.accounts).entry(account).or_default());
        let mut binds = lock(&account.binds);
        if binds.len() >= limit {
            account.doubt.send_replace(());
            return None;
        }
        let id = BindId(self.last.fetch_add(1, Ordering::Relaxed) + 1);
        binds.insert(id);
        drop(binds);
        Some(Bind { id, account })
    }
}

impl Bind {
    /// Lets a request of so many messages through, within the account's throughput over all its binds.
    pub(super) fn admits(&self, now_ms: u64, per_second: NonZeroU32, messages: u32) -> bool {
        lock(&self.account.throughput).admit(now_ms, per_second, messages)
    }

    /// Returns what changes when it is doubted that the account's binds are all alive.
    pub(super) fn doubts(&self) -> watch::Receiver<()> {
        self.account.doubt.subscribe()
    }
}

impl Drop for Bind {
    fn drop(&mut self) {
        lock(&self.account.binds).remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_binds_and_not_one_more_until_one_leaves() {
        let binds = Binds::default();
        let first = binds.enter(AccountId(1), 2).unwrap();
        let doubts = first.doubts();
        let second = binds.enter(AccountId(1), 2).unwrap();
        assert!(!doubts.has_changed().unwrap());
        assert!(binds.enter(AccountId(1), 2).is_none());
        assert!(doubts.has_changed().unwrap());
        assert!(binds.enter(AccountId(2), 2).is_some());
        drop(second);
        assert!(binds.enter(AccountId(1), 2).is_some());
        assert!(binds.enter(AccountId(1), 0).is_none());
    }

    #[test]
    fn a_throughput_is_shared_and_outlives_its_binds() {
        let binds = Binds::default();
        let ten = NonZeroU32::new(10).unwrap();
        let (one, other) = (
            binds.enter(AccountId(1), 9).unwrap(),
            binds.enter(AccountId(1), 9),
        );
        assert!(one.admits(0, ten, 6) && !other.unwrap().admits(0, ten, 6));
        drop(one);
        let again = binds.enter(AccountId(1), 9).unwrap();
        assert!(!again.admits(0, ten, 6));
        assert!(binds.enter(AccountId(2), 9).unwrap().admits(0, ten, 6));
    }
}
