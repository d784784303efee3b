//! Accounts' programs in memory, as a test plays them: each takes what it is told, refuses it, or does not come to an end.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use gateway::AccountId;
use gateway::callback::{Call, Caller, NotTold};
use tokio::sync::Notify;
use tokio::time::timeout;

/// What a program does with what it is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Manner {
    #[default]
    Takes,
    Refuses,
    /// Is one that must not be called.
    IsForbidden,
    /// Never answers.
    Hangs,
    /// Shows that the caller has a defect.
    Panics,
}

/// Every account's program; clones are the same.
#[derive(Clone, Default)]
pub(crate) struct Programs(Arc<Shared>);

#[derive(Default)]
struct Shared {
    manners: Mutex<HashMap<AccountId, Manner>>,
    /// Every attempt, oldest first, and what the program did.
    attempts: Mutex<Vec<(Call, Manner)>>,
    under_way: AtomicUsize,
    most: AtomicUsize,
    rung: Notify,
}

impl Programs {
    /// Lets an account's program do this from now on.
    pub(crate) fn are(&self, account: AccountId, manner: Manner) {
        self.0.manners.lock().unwrap().insert(account, manner);
    }

    fn manner(&self, account: AccountId) -> Manner {
        let manners = self.0.manners.lock().unwrap();
        manners.get(&account).copied().unwrap_or_default()
    }

    /// Waits until there were so many attempts with a program that did this, and answers them all.
    pub(crate) async fn tried(&self, manner: Manner, attempts: usize) -> Vec<Call> {
        let found = async {
            loop {
                let rung = self.0.rung.notified();
                let found = self.so_far(manner);
                if found.len() >= attempts {
                    return found;
                }
                rung.await;
            }
        };
        let found = timeout(Duration::from_secs(10), found).await;
        found.unwrap_or_else(|_| {
            let seen = self.so_far(manner).len();
            panic!("{seen} attempts {manner:?}, not {attempts}")
        })
    }

    /// The attempts so far with a program that did this.
    pub(crate) fn so_far(&self, manner: Manner) -> Vec<Call> {
        let attempts = self.0.attempts.lock().unwrap();
        let such = attempts.iter().filter(|(_, did)| *did == manner);
        such.map(|(call, _)| call.clone()).collect()
    }

    /// The most attempts that there ever were at the same time.
    pub(crate) fn most_at_once(&self) -> usize {
        self.0.most.load(Ordering::SeqCst)
    }
}

/// Counts an attempt as under way until it ends, however it does.
struct UnderWay<'a>(&'a AtomicUsize);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[async_trait]
impl Caller for Programs {
    async fn tell(&self, call: &Call) -> Result<(), NotTold> {
        let under_way = self.0.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        let _under_way = UnderWay(&self.0.under_way);
        self.0.most.fetch_max(under_way, Ordering::SeqCst);
        let manner = self.manner(call.account.id);
        let attempt = (call.clone(), manner);
        self.0.attempts.lock().unwrap().push(attempt);
        self.0.rung.notify_waiters();
        match manner {
            Manner::Takes => Ok(()),
            Manner::Refuses => Err(NotTold::Later("it answered 500".into())),
            Manner::IsForbidden => Err(NotTold::Never("it must not be called".into())),
            Manner::Hangs => std::future::pending().await,
            Manner::Panics => panic!("a defect of the test's"),
        }
    }
}
