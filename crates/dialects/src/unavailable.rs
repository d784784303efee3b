//! The gateway's own failures: logged once, here, whichever dialect then says that it cannot answer.

use sms::Refusal;

/// Takes the refusal out of an error; `None` when the gateway could not do it, for a cause that has been logged.
pub(crate) fn refusal(error: gateway::Error) -> Option<Refusal> {
    match error {
        gateway::Error::Refused(refusal) => Some(refusal),
        gateway::Error::Unavailable(cause) => {
            tracing::error!(
                error = &cause as &dyn std::error::Error,
                "a call was not answered"
            );
            None
        }
    }
}
