//! The two ways in which a use case can fail.

use sms::Refusal;
use thiserror::Error;

/// Says whose fault it is: front ends turn the first into their own words, the second into their own "try later".
#[derive(Debug, Error)]
pub enum Error {
    /// The caller's: nothing happened.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Ours: the store did not say that it was done, so it must not be said to the customer either. It may have been done all
    /// the same (the answer to a commit was lost): a repetition may send twice.
    #[error("the gateway cannot do this now")]
    Unavailable(#[source] store::Error),
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        Self::Unavailable(error)
    }
}
