//! The two ways in which a use case can fail.

use sms::Refusal;
use thiserror::Error;

/// Says whose fault it is: front ends turn the first into their own words, the second into their own "try later".
#[derive(Debug, Error)]
pub enum Error {
    /// The caller's: nothing happened.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Ours: nothing was accepted; the same call may succeed later.
    #[error("the gateway cannot do this now")]
    Unavailable(#[source] store::Error),
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        Self::Unavailable(error)
    }
}
