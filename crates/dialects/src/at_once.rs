//! What is going on for an account, of which there may be so much at a time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gateway::AccountId;

/// Counts what is going on for each account.
#[derive(Debug)]
pub(crate) struct AtOnce {
    most: usize,
    counts: Counts,
}

/// Is one thing that is going on; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct GoingOn {
    account: AccountId,
    counts: Counts,
}

/// How much is going on, of accounts for which anything is.
#[derive(Clone, Default, Debug)]
struct Counts(Arc<Mutex<HashMap<AccountId, usize>>>);

impl AtOnce {
    /// Begins with nothing going on; later there may be `most` of each account.
    pub(crate) fn new(most: usize) -> Self {
        Self {
            most,
            counts: Counts::default(),
        }
    }

    /// Begins one more; `None` when the account has as many as it may.
    pub(crate) fn begin(&self, account: AccountId) -> Option<GoingOn> {
        let mut counts = self.counts.locked();
        let count = counts.get(&account).copied().unwrap_or(0);
        if count >= self.most {
            return None;
        }
        counts.insert(account, count + 1);
        Some(GoingOn {
            account,
            counts: self.counts.clone(),
        })
    }
}

impl Drop for GoingOn {
    fn drop(&mut self) {
        let mut counts = self.counts.locked();
        if let Some(count) = counts.get_mut(&self.account) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.account);
            }
        }
    }
}

impl Counts {
    fn locked(&self) -> MutexGuard<'_, HashMap<AccountId, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_account_has_so_many_and_one_more_when_one_ends() {
        let (all, account) = (AtOnce::new(3), AccountId(7));
        let mut going_on: Vec<_> = (0..3).map(|_| all.begin(account).unwrap()).collect();
        assert!(all.begin(account).is_none());
        assert!(all.begin(AccountId(8)).is_some());
        going_on.pop();
        let again = all.begin(account);
        assert!(again.is_some() && all.begin(account).is_none());
        drop((going_on, again));
        assert!(AtOnce::new(0).begin(account).is_none());
        let counts = all.counts.locked();
        assert!(counts.is_empty(), "nothing is kept of those that ended");
    }
}
