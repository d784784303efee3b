//! Answers that may be longer than memory allows: made piece by piece as they are read, and so many for each account, because whoever
//! asks for one and does not read it keeps what is left of it in memory.

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use sms::Refusal;

use crate::Content;

/// How many octets one piece of a long answer has at the least; an answer that is shorter is sent whole.
pub(crate) const PIECE_BYTES: usize = 64 * 1024;

/// How many answers of several pieces one account may have open at a time.
pub(crate) const MOST_OPEN: usize = 16;

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
