//! Answers that may be longer than memory allows: made piece by piece as they are read, and so many for each account, because whoever
//! asks for one and does not read it keeps what is left of it in memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use gateway::AccountId;
use sms::Refusal;

use crate::Content;

/// How many octets one piece of a long answer has at the least; an answer that is shorter is sent whole.
pub(crate) const PIECE_BYTES: usize = 64 * 1024;

/// Is an answer that is written piece by piece.
#[async_trait]
pub(crate) trait InPieces: Send + 'static {
    /// Writes the next piece, or all that is left.
    async fn piece(&mut self) -> Result<Bytes, gateway::Error>;

    /// Tells whether everything has been written.
    fn has_ended(&self) -> bool;
}

/// Makes an answer's content: as a whole when it is of one piece, else as a stream that makes each piece when it is asked for. A
/// stream holds what `open` gives until it ends; where that gives nothing the answer is refused. An error is one before the first
/// piece.
pub(crate) async fn content<O: Send + 'static>(
    mut answer: impl InPieces,
    open: impl FnOnce() -> Option<O>,
) -> Result<Content, gateway::Error> {
    let first = answer.piece().await?;
    if answer.has_ended() {
        return Ok(Content::Whole(first));
    }
    let open = open().ok_or(Refusal::RateLimited)?;
    let rest = stream::try_unfold((answer, open), async |(mut answer, open)| {
        if answer.has_ended() {
            return Ok(None);
        }
        let piece = answer.piece().await?;
        Ok(Some((piece, (answer, open))))
    });
    let rest = rest.inspect_err(|error: &gateway::Error| {
        tracing::error!(
            error = error as &dyn std::error::Error,
            "an answer broke off"
        );
    });
    let all = stream::once(async { Ok(first) }).chain(rest);
    Ok(Content::Stream(all.boxed()))
}

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
