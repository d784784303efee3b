//! Looking: balances, submissions and their messages.

use sms::{
    CampaignState, Currency, Form, MessageState, Money, Msisdn, Reason, Refusal, Tally, Timestamp,
};
use store::submissions::History;
use store::{AccountId, MessageId, SubmissionId};

use crate::pricing::render_to_read;
use crate::{Error, Gateway, Limits};

/// Describes what an account has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Balance {
    /// What it can spend, without its credit.
    pub available: Money,
    /// What is held for messages on their way.
    pub held: Money,
}

/// Describes a submission as it is now.
#[derive(Clone, Debug)]
pub struct Submission {
    /// Its number.
    pub id: SubmissionId,
    /// Who it is from.
    pub originator: String,
    /// Its text or template. Hex for a binary message.
    pub text: String,
    /// Whether it was only tried out.
    pub test: bool,
    /// The price of all its messages.
    pub price: Money,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// When it starts, if it was scheduled.
    pub start_at: Option<Timestamp>,
    /// The calling program's own label.
    pub source: Option<String>,
    /// How its texts travel and show.
    pub form: Form,
    /// The account's own id for it.
    pub reference: Option<String>,
    /// Whether its account has deleted it.
    pub deleted: bool,
    /// How many messages are in which state.
    pub tally: Tally,
    /// What that means for the whole.
    pub state: CampaignState,
}

/// Describes a message as it is now.
#[derive(Clone, Debug)]
pub struct Message {
    /// Its number.
    pub id: MessageId,
    /// The normalised number, or what was given when that is not a number.
    pub recipient: String,
    /// The number as given, when it differs.
    pub given: Option<String>,
    /// The values for the placeholders.
    pub variables: Option<String>,
    /// Its own text instead of the submission's.
    pub text: Option<String>,
    /// Its own originator, or the submission's alternative one, instead of the submission's.
    pub originator: Option<String>,
    /// Where it is.
    pub state: MessageState,
    /// Why it is there.
    pub reason: Reason,
    /// How many segments it takes.
    pub segments: u16,
    /// Its price.
    pub price: Money,
    /// When the upstream first took it.
    pub submitted_at: Option<Timestamp>,
    /// When it came to its final state.
    pub done_at: Option<Timestamp>,
}

/// Describes a message with what it has of its submission.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The message; its `text` and `originator` are said here.
    pub message: Message,
    /// Its submission.
    pub submission: SubmissionId,
    /// The first message of its submission.
    pub first_message: MessageId,
    /// Who it is from.
    pub originator: String,
    /// The text that the handset gets: filled in and transliterated, but not cut. Hex for a binary message.
    pub text: String,
    /// How it travels and shows.
    pub form: Form,
    /// The account's own id for its submission.
    pub reference: Option<String>,
    /// When its submission was accepted.
    pub created_at: Timestamp,
    /// When its submission starts, if it was scheduled.
    pub start_at: Option<Timestamp>,
}

impl Gateway {
    /// Tells what an account has, in its currency.
    pub async fn balance(&self, account: AccountId) -> Result<Balance, Error> {
        let currency = self.currency_of(account)?;
        let book = self
            .store()
            .book(account)
            .await?
            .ok_or(Refusal::UnknownCredential)?;
        Ok(Balance {
            available: Money::new(book.available, currency),
            held: Money::new(book.held, currency),
        })
    }

    /// Looks at a submission; another account's is as unknown as one that never was.
    pub async fn submission(
        &self,
        account: AccountId,
        id: SubmissionId,
    ) -> Result<Submission, Error> {
        let currency = self.currency_of(account)?;
        let found = self
            .store()
            .submission(account, id)
            .await?
            .ok_or(Refusal::UnknownSubmission)?;
        Ok(Submission::read(found, currency))
    }

    /// Reads a page of a submission's messages in the order of its recipients: those after `after`, changed after
    /// `changed_after`. An empty page is the end, or a submission that is not the account's.
    pub async fn messages(
        &self,
        account: AccountId,
        id: SubmissionId,
        changed_after: Option<Timestamp>,
        after: Option<MessageId>,
        limit: u32,
    ) -> Result<Vec<Message>, Error> {
        let currency = self.currency_of(account)?;
        let page = self
            .store()
            .messages(account, id, changed_after, after, limit)
            .await?;
        let message = |message| Message::read(message, currency);
        Ok(page.into_iter().map(message).collect())
    }

    /// Looks up the account's latest submission with this reference, among those that it has not deleted.
    pub async fn submission_by_reference(
        &self,
        account: AccountId,
        reference: &str,
    ) -> Result<Option<SubmissionId>, Error> {
        let found = self.store().submission_by_reference(account, reference);
        Ok(found.await?)
    }

    /// Reads those of the messages that are the account's, in the order asked for, each as often as asked for; those of deleted
    /// submissions too. Refuses to read more at once than one submission may have.
    pub async fn messages_by_id(
        &self,
        account: AccountId,
        messages: Vec<MessageId>,
    ) -> Result<Vec<Sent>, Error> {
        self.check_asked(messages.len())?;
        let found = self.store().messages_by_id(account, messages).await?;
        self.sent(account, found)
    }

    /// Reads the messages of a submission of the account to these numbers, in the order of the submission; of a deleted one too.
    /// Looks at each of its messages. Refuses to look for more numbers at once than one submission may have.
    pub async fn messages_to(
        &self,
        account: AccountId,
        submission: SubmissionId,
        recipients: Vec<Msisdn>,
    ) -> Result<Vec<Sent>, Error> {
        self.check_asked(recipients.len())?;
        let found = self.store().messages_to(account, submission, recipients);
        self.sent(account, found.await?)
    }

    /// Reads messages of an account, the latest first, but those of submissions that it has deleted; no more at once than one
    /// submission may have, whatever was asked for.
    pub async fn history(&self, account: AccountId, asked: History) -> Result<Vec<Sent>, Error> {
        let most = u32::try_from(self.limits().recipients).unwrap_or(u32::MAX);
        let asked = History {
            limit: asked.limit.min(most),
            ..asked
        };
        let found = self.store().history(account, asked).await?;
        self.sent(account, found)
    }

    fn check_asked(&self, number: usize) -> Result<(), Refusal> {
        let limit = self.limits().recipients;
        if number > limit {
            let limit = u32::try_from(limit).unwrap_or(u32::MAX);
            return Err(Refusal::TooManyRecipients { limit });
        }
        Ok(())
    }

    fn sent(
        &self,
        account: AccountId,
        found: Vec<store::submissions::Sent>,
    ) -> Result<Vec<Sent>, Error> {
        let currency = self.currency_of(account)?;
        let sent = |found| Sent::read(found, currency, self.limits());
        Ok(found.into_iter().map(sent).collect())
    }

    /// Finds the currency of an account; refused when there is no such account.
    pub(crate) fn currency_of(&self, account: AccountId) -> Result<Currency, Refusal> {
        let known = self.account(account).ok_or(Refusal::UnknownCredential)?;
        Ok(known.currency)
    }
}

impl Submission {
    pub(crate) fn read(found: store::submissions::Submission, currency: Currency) -> Self {
        let text = if found.form.alphabet.is_hex() {
            sms::text::readable(&found.text, found.form).into_owned()
        } else {
            // Perhaps a template, which is shown as it is.
            found.text
        };
        Self {
            id: found.id,
            originator: found.originator,
            text,
            test: found.test,
            price: Money::new(found.price_micros, currency),
            created_at: found.created_at,
            start_at: found.start_at,
            source: found.source,
            form: found.form,
            reference: found.reference,
            deleted: found.deleted,
            state: CampaignState::of(&found.tally),
            tally: found.tally,
        }
    }
}

impl Message {
    fn read(found: store::submissions::Message, currency: Currency) -> Self {
        Self {
            id: found.id,
            recipient: found.recipient,
            given: found.given,
            variables: found.variables,
            text: found.text,
            originator: found.originator,
            state: found.state,
            reason: found.reason,
            segments: found.segments,
            price: Money::new(found.price_micros, currency),
            submitted_at: found.submitted_at,
            done_at: found.done_at,
        }
    }
}

impl Sent {
    pub(crate) fn read(
        found: store::submissions::Sent,
        currency: Currency,
        limits: &Limits,
    ) -> Self {
        let message = &found.message;
        let variables = message
            .variables
            .as_deref()
            .filter(|_| message.text.is_none());
        Self {
            text: render_to_read(
                found.text,
                variables,
                &found.variable_names,
                found.form,
                limits,
            ),
            message: Message::read(found.message, currency),
            submission: found.submission,
            first_message: found.first_message,
            originator: found.originator,
            form: found.form,
            reference: found.reference,
            created_at: found.created_at,
            start_at: found.start_at,
        }
    }
}
