//! Changing single messages that have not left: cancelling and replacing them.

use sms::{Form, Money, Msisdn, Originator, Quote, Recipient, Refusal, Timestamp};
use store::notices::Tells;
use store::submissions::Sent;
use store::waiting::{Change, Replacement};
use store::{AccountId, MessageId};

use crate::directory::Account;
use crate::pricing::whole_text_segments;
use crate::{Error, Gateway};

/// How many messages to one number are cancelled in one step.
const AT_ONCE: u32 = 1_000;

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
    /// Not before, a time that has passed for at once; `None` to leave that as it is.
    pub start_at: Option<Timestamp>,
    /// How long after the start, or after now, it may still leave, at most the gateway's default; `None` to leave the end of its
    /// lifetime as it is, or, with a new start, as long after that as it was.
    pub lifetime_ms: Option<i64>,
    /// What the account's programs are told over SMPP; whether they are called back stays as it is.
    pub notices: Tells,
}

impl Gateway {
    /// Cancels a message that has not left: when this returns its price is back. A message that is cancelled already is fine. Refuses
    /// with `UnknownMessage` one that is not the account's, and with `SubmissionStarted` one of which anything has left or may have,
    /// or that has ended otherwise.
    pub async fn cancel_message(
        &self,
        account: AccountId,
        message: MessageId,
    ) -> Result<(), Error> {
        self.account(account).ok_or(Refusal::UnknownCredential)?;
        let cancelled = self
            .store()
            .cancel_message(account, message, self.now())
            .await?;
        match cancelled {
            Change::Done => {
                self.wake_programs();
                Ok(())
            }
            // A cancellation costs nothing.
            Change::TooLate | Change::Insufficient { .. } => Err(Refusal::SubmissionStarted.into()),
            Change::Unknown => Err(Refusal::UnknownMessage.into()),
        }
    }

    /// Cancels the messages from this originator to this number, whatever door they came in by, that have not left, and tells how
    /// many those were; each is cancelled for itself, so after an error some are. Refuses what is no originator or no number.
    pub async fn cancel_messages_to(
        &self,
        account: AccountId,
        originator: &str,
        recipient: &str,
    ) -> Result<u64, Error> {
        self.account(account).ok_or(Refusal::UnknownCredential)?;
        let originator = Originator::parse(originator).map_err(|_| Refusal::InvalidOriginator)?;
        let recipient = Recipient::new(recipient).msisdn;
        let recipient = recipient.map_err(|_| Refusal::InvalidNumber)?;
        let mut cancelled = 0;
        loop {
            let waiting = self
                .store()
                .waiting_to(account, originator.as_str(), recipient, AT_ONCE)
                .await?;
            let mut ended = 0;
            for message in &waiting {
                let now = self.now();
                match self.store().cancel_message(account, *message, now).await? {
                    Change::Done => ended += 1,
                    // It has left meanwhile.
                    Change::TooLate | Change::Unknown | Change::Insufficient { .. } => {}
                }
            }
            cancelled += ended;
            if ended > 0 {
                self.wake_programs();
            }
            if ended == 0 || waiting.len() < AT_ONCE as usize {
                return Ok(cancelled);
            }
        }
    }

    /// Gives a message that has not left another text, at the price that this has now; it keeps its number, its originator and its
    /// way. When this returns, text and price are durable. Refuses like [`Gateway::cancel_message`], like a submission of that text,
    /// and with `SubmissionStarted` a message that is not alone in its submission.
    pub async fn replace_message(&self, replace: Replace) -> Result<(), Error> {
        let Replace {
            account,
            message,
            form,
            ..
        } = replace;
        let payer = self.account(account).ok_or(Refusal::UnknownCredential)?;
        if payer.suspended {
            return Err(Refusal::AccountSuspended.into());
        }
        let segments = whole_text_segments(&replace.text, form, self.limits())?;
        let found = self.store().messages_by_id(account, vec![message]).await?;
        let sent = found.into_iter().next().ok_or(Refusal::UnknownMessage)?;
        // What is no number has ended.
        let recipient =
            Msisdn::parse(&sent.message.recipient).map_err(|_| Refusal::SubmissionStarted)?;
        let price_micros = self.price_now(&payer, &recipient, segments)?;
        let replacement = Replacement {
            segments,
            price_micros,
            start_at: replace.start_at,
            expires_at: self.new_end(&replace, &sent),
            tells: replace.notices,
            text: replace.text,
        };
        let now = self.now();
        let replaced = self
            .store()
            .replace_message(account, message, form, replacement, now)
            .await?;
        match replaced {
            Change::Done => {
                self.wake_dispatch();
                Ok(())
            }
            Change::TooLate => Err(Refusal::SubmissionStarted.into()),
            Change::Unknown => Err(Refusal::UnknownMessage.into()),
            Change::Insufficient { available_micros } => {
                let money = |micros| Money::new(micros, payer.currency);
                let risen_by = price_micros.saturating_sub(sent.message.price_micros);
                Err(Refusal::InsufficientFunds {
                    needed: money(risen_by),
                    available: money(available_micros),
                }
                .into())
            }
        }
    }

    /// Prices so many segments to a number by the account's tariff.
    fn price_now(
        &self,
        payer: &Account,
        recipient: &Msisdn,
        segments: u16,
    ) -> Result<i64, Refusal> {
        let directory = self.directory();
        let tariff = directory.tariffs.get(&payer.settings.tariff);
        let price = tariff
            .filter(|tariff| tariff.currency() == payer.currency)
            .and_then(|tariff| tariff.price_per_segment(recipient))
            .ok_or(Refusal::NoPrice)?;
        let price = Quote::new(payer.currency).add(segments, price.micros);
        price.map_err(|_| Refusal::NoPrice)
    }

    /// When the message must not leave any more: so long after its start, the new one or the one that is to come, or after now.
    fn new_end(&self, replace: &Replace, sent: &Sent) -> Option<Timestamp> {
        let longest = self.limits().lifetime_ms;
        let lifetime_ms = replace.lifetime_ms?.clamp(1, longest);
        let now = self.now();
        let start_at = replace.start_at.or(sent.start_at);
        let from = start_at.map_or(now, |start_at| start_at.max(now));
        Some(from.plus_millis(lifetime_ms))
    }
}
