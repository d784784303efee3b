//! `cancel_sm` and `replace_sm`: changing what has not left.
//!
//! | request | what it changes |
//! | --- | --- |
//! | `cancel_sm` with a `message_id` | that message; of a `submit_multi` all, or the one to the `destination_addr` |
//! | `cancel_sm` without | everything from the `source_addr` to the `destination_addr`, whatever its `service_type` was |
//! | `replace_sm` | the text, what is told of it, and the times that are given; parts of texts are not replaced |
//!
//! An id that is unknown, and one of another account, is `ESME_RINVMSGID`. What has left, or may have left, is
//! `ESME_RCANCELFAIL` and `ESME_RREPLACEFAIL`.

use gateway::{Account, AccountId, Error, Gateway, MessageId, Replace, Sent, Tells};
use smpp::{CancelSm, CommandStatus, ReplaceSm};
use sms::{Alphabet, Msisdn, Refusal};

use super::message::label::Label;
use super::message::text::read_again;
use super::message::{address, convention, tells, times};
use super::requests::{Answer, message_id};

/// The most messages of one submission that has one id for all.
const MOST: u32 = 254;

/// What is to be cancelled.
pub(super) enum Cancel {
    /// One message, or all that its id names; when a number is given only those to it.
    Message(MessageId, Option<Msisdn>),
    /// All from an originator to a number.
    To(String, Msisdn),
}

/// Reads what is to be cancelled; the error is the status to answer with.
pub(super) fn read_cancel(
    cancel: &CancelSm<'_>,
    account: &Account,
) -> Result<Cancel, CommandStatus> {
    let number = address::recipient(&cancel.destination)?;
    let number = Msisdn::parse(&number);
    if !cancel.message_id.is_empty() {
        return Ok(Cancel::Message(message_id(cancel.message_id)?, number.ok()));
    }
    let default = account.settings.originator.as_deref();
    let originator = address::originator(&cancel.source, default)?;
    let number = number.map_err(|_| CommandStatus::RINVDSTADR)?;
    Ok(Cancel::To(originator, number))
}

/// Cancels it: when this returns `Ok` the price is back.
pub(super) async fn cancel(
    gateway: &Gateway,
    account: AccountId,
    cancel: Cancel,
) -> Result<Answer, Error> {
    match cancel {
        Cancel::To(originator, number) => {
            let cancelled = gateway.cancel_messages_to(account, &originator, number.as_str());
            if cancelled.await? == 0 {
                return Err(Refusal::SubmissionStarted.into());
            }
        }
        Cancel::Message(id, number) => {
            let mut last = Err(Refusal::UnknownMessage.into());
            let mut any = false;
            for message in named(gateway, account, id, number).await? {
                last = gateway.cancel_message(account, message).await;
                any |= last.is_ok();
            }
            if !any {
                last?;
            }
        }
    }
    Ok(Answer::Cancelled)
}

/// Lists the messages that an id names.
async fn named(
    gateway: &Gateway,
    account: AccountId,
    id: MessageId,
    number: Option<Msisdn>,
) -> Result<Vec<MessageId>, Error> {
    let (sent, label) = look_up(gateway, account, id).await?;
    if !label.multi {
        return Ok(vec![id]);
    }
    let all = gateway.messages(account, sent.submission, None, None, MOST);
    let all = all.await?;
    if all.first().is_none_or(|first| first.id != id) {
        return Ok(vec![id]);
    }
    let is_meant = |recipient: &str| number.is_none_or(|number| number.as_str() == recipient);
    let meant = all.iter().filter(|message| is_meant(&message.recipient));
    Ok(meant.map(|message| message.id).collect())
}

async fn look_up(
    gateway: &Gateway,
    account: AccountId,
    id: MessageId,
) -> Result<(Sent, Label), Error> {
    let found = gateway.messages_by_id(account, vec![id]).await?;
    let sent = found.into_iter().next().ok_or(Refusal::UnknownMessage)?;
    let submission = gateway.submission(account, sent.submission).await?;
    Ok((sent, Label::read(submission.source.as_deref())))
}

/// What a message is to become.
pub(super) struct Asked {
    id: MessageId,
    text: Vec<u8>,
    schedule: Vec<u8>,
    validity: Vec<u8>,
    tells: Tells,
}

/// Reads it; the error is the status to answer with.
pub(super) fn read_replace(replace: &ReplaceSm<'_>) -> Result<Asked, CommandStatus> {
    if replace.sm_default_msg_id != 0 {
        return Err(CommandStatus::RINVDFTMSGID);
    }
    Ok(Asked {
        id: message_id(replace.message_id)?,
        text: replace.short_message.to_vec(),
        schedule: replace.schedule_delivery_time.to_vec(),
        validity: replace.validity_period.to_vec(),
        tells: tells(replace.registered_delivery),
    })
}

/// Replaces it: when this returns `Ok` the old text does not leave any more.
pub(super) async fn replace(
    gateway: &Gateway,
    account: &Account,
    latin1: bool,
    asked: Asked,
) -> Result<Answer, Error> {
    let (sent, label) = look_up(gateway, account.id, asked.id).await?;
    let whole = match sent.form.alphabet {
        Alphabet::Cheapest | Alphabet::Ucs2 | Alphabet::Binary => true,
        Alphabet::BinaryWithHeader | Alphabet::Gsm7WithHeader | Alphabet::Ucs2WithHeader => false,
    };
    if !whole {
        return Ok(Answer::Refused(CommandStatus::RREPLACEFAIL));
    }
    let times = times::read(
        &asked.schedule,
        &asked.validity,
        sent.start_at,
        gateway.now(),
    );
    let text = read_again(label.data_coding, convention(account, latin1), &asked.text);
    let (times, (text, form)) = match (times, text) {
        (Ok(times), Ok(text)) => (times, text),
        (Err(status), _) | (_, Err(status)) => return Ok(Answer::Refused(status)),
    };
    let replace = Replace {
        account: account.id,
        message: asked.id,
        text,
        form,
        start_at: times.start_at,
        lifetime_ms: times.lifetime_ms,
        notices: asked.tells,
    };
    gateway.replace_message(replace).await?;
    Ok(Answer::Replaced)
}
