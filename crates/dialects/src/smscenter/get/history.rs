//! `get_messages`: what the account sent, the latest first.

use gateway::{History, MessageId, Sent};
use sms::Msisdn;

use crate::smscenter::answer::{Answered, Record};
use crate::smscenter::call::Call;
use crate::smscenter::faults::Failure;
use crate::smscenter::ids::Id;
use crate::smscenter::message::Phones;
use crate::smscenter::states::Status;
use crate::smscenter::statistics::Period;
use crate::smscenter::status::{country, kind, send_at};
use crate::smscenter::times;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// How far back messages are told of.
const HALF_A_YEAR_MS: i64 = 183 * DAY_MS;

/// The most messages that one answer has.
const MOST_MESSAGES: u32 = 1_000;

/// The most phones that one request may ask for.
const MOST_PHONES: usize = 1_000;

/// Lists messages; those sent before the one that `prev_id` names.
pub(super) async fn history(call: &Call<'_>) -> Result<Answered, Failure> {
    // No e-mail was ever sent.
    let kind = call.text("format")?;
    if call.text("email")?.is_some() || kind.is_some_and(|kind| kind.trim() != "0") {
        return Err(Failure::NothingFound);
    }
    let earliest = call.gateway.now().plus_millis(-HALF_A_YEAR_MS);
    let period = Period::read(call)?;
    let from = match call.text("start")? {
        Some(_) => period.from.max(earliest),
        None => earliest,
    };
    let asked = History {
        from,
        until: period.until,
        recipients: recipients(call)?,
        before: call.number("prev_id")?.map(MessageId),
        limit: call
            .within("cnt", 1, MOST_MESSAGES)?
            .unwrap_or(MOST_MESSAGES),
    };
    let found = call.gateway.history(call.account.id, asked).await?;
    if found.is_empty() {
        return Err(Failure::NothingFound);
    }
    let records = found.iter().map(shown).collect();
    Ok(Answered::many(records).called("messages", "message"))
}

/// Reads `phone`; nothing was ever sent to what is no number.
fn recipients(call: &Call<'_>) -> Result<Vec<Msisdn>, Failure> {
    let Some(text) = call.text("phone")? else {
        return Ok(Vec::new());
    };
    let phones = Phones::read(&text, call.settings.correct_eights).numbers;
    if phones.len() > MOST_PHONES {
        return Err(Failure::Parameters);
    }
    let numbers = phones.iter().map(|phone| phone.trim_start_matches('+'));
    let numbers: Vec<_> = numbers
        .filter_map(|phone| Msisdn::parse(phone).ok())
        .collect();
    if numbers.is_empty() {
        return Err(Failure::NothingFound);
    }
    Ok(numbers)
}

fn shown(sent: &Sent) -> Record {
    let message = &sent.message;
    let status = Status::of(message.state, message.reason);
    let changed_at = message.done_at.or(message.submitted_at);
    let changed_at = changed_at.unwrap_or(sent.created_at);
    let send_at = send_at(sent);
    let kind = kind(sent.form);
    let given = sent.reference.as_deref();
    let given = given.and_then(|text| Id::read(text).ok().flatten());
    let mut record = Record::new()
        .with("status", status.number)
        .with("last_date", times::written(changed_at))
        .with("last_timestamp", changed_at.as_seconds());
    if status.error != 0 {
        record = record.with("err", status.error);
    }
    record
        .with("flag", kind)
        .with("send_date", times::written(send_at))
        .with("send_timestamp", send_at.as_seconds())
        .with("phone", message.recipient.clone())
        .with("cost", message.price.decimal().to_string())
        .with("sender_id", sent.originator.clone())
        .with("status_name", status.name())
        .with("message", sent.text.clone())
        // Operator and region nobody tells us.
        .with("mccmnc", "")
        .with("country", country(&message.recipient))
        .with("operator", "")
        .with("region", "")
        .with("type", kind)
        .with("sms_cnt", i64::from(message.segments))
        .with("id", given.unwrap_or(Id::Number(sent.submission.0)))
        .with("int_id", message.id.to_string())
        .with("format", kind)
        .with("crc", crc32fast::hash(sent.text.as_bytes()))
}
