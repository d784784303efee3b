//! How many long answers each account has open: whoever asks for one and does not read it keeps what is left of it in memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gateway::AccountId;

/// How many answers of several pieces one account may have open at a time.
const MOST_OPEN: usize = 16;

/// Counts the long answers that are open.
#[derive(Clone, Default, Debug)]
pub(crate) struct LongAnswers(Arc<Mutex<HashMap<AccountId, usize>>>);

/// Is an open answer; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct LongAnswer {
    all: LongAnswers,
    account: AccountId,
}

impl LongAnswers {
    /// Opens one more; `None` when the account has as many open as it may.
    pub(crate) fn open(&self, account: AccountId) -> Option<LongAnswer> {
        let mut counts = self.counts();
        let open = counts.entry(account).or_default();
        if *open == MOST_OPEN {
            return None;
        }
        *open += 1;
        Some(LongAnswer {
            all: self.clone(),
            account,
        })
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<AccountId, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for LongAnswer {
    fn drop(&mut self) {
        let mut counts = self.all.counts();
        if let Some(open) = counts.get_mut(&self.account) {
            *open -= 1;
            if *open == 0 {
                counts.remove(&self.account);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_account_has_so_many_open_and_one_more_when_one_ends() {
        let (all, account) = (LongAnswers::default(), AccountId(7));
        let mut open: Vec<_> = (0..MOST_OPEN).map(|_| all.open(account).unwrap()).collect();
        assert!(all.open(account).is_none());
        assert!(all.open(AccountId(8)).is_some());
        open.pop();
        let again = all.open(account);
        assert!(again.is_some() && all.open(account).is_none());
        drop((open, again));
        assert!(
            all.counts().is_empty(),
            "nothing is kept of those that ended"
        );
    }
}
