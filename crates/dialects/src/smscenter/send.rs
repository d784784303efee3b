//! `send.php`: messages, and what they would cost.

use gateway::{ListId, Once, QuotedMessage, Submit, Terms, To};
use sms::{Lane, Money, Refusal};

use super::answer::{Answered, Record, Value};
use super::balance;
use super::call::Call;
use super::faults::Failure;
use super::ids::Id;
use super::limits::Alike;
use super::message::{Message, Timing};
use super::states::Status;

/// Parameters that say what is sent: two requests that differ in others alone would send the same. Some programs have a number of
/// their own in each attempt, against caches on the way.
const OF_THE_MESSAGE: &[&str] = &[
    "phones", "mes", "list", "sender", "translit", "flash", "bin", "maxsms", "time", "tz",
    "period", "freq", "valid",
];

/// Says what is wanted of a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Wanted {
    /// The price alone: nothing is sent.
    Cost,
    /// To send.
    Sending,
    /// To send, and to know the price.
    SendingAndCost,
    /// To send, and to know the price and the balance that is left.
    SendingAndBalance,
}

/// Answers `send.php`.
pub(super) async fn send(call: Call<'_>) -> Result<Answered, Failure> {
    let wanted = match call.text("cost")?.as_deref().map(str::trim) {
        None | Some("0") => Wanted::Sending,
        Some("1") => Wanted::Cost,
        Some("2") => Wanted::SendingAndCost,
        Some("3") => Wanted::SendingAndBalance,
        Some(_) => return Err(Failure::Parameters),
    };
    let submit = submit(&call).await?;
    if wanted == Wanted::Cost {
        cost(&call, submit).await
    } else {
        sending(&call, submit, wanted).await
    }
}

/// Tells what sending would cost.
async fn cost(call: &Call<'_>, submit: Submit) -> Result<Answered, Failure> {
    call.at_most(call.settings.per_minute.costs, Alike::Whole)?;
    let phones = phones(call, &submit).await?;
    let quote = call.gateway.quote(submit).await?;
    let (cost, count) = (quote.total().decimal().to_string(), quote.segments());
    let record = Record::new()
        .with("cost", cost.clone())
        .with("cnt", count)
        .text(format!("{cost} ({count} SMS)"))
        .numbers(format!("{cost},{count}"));
    Ok(Answered::one(with_phones(record, phones)))
}

/// Sends.
async fn sending(call: &Call<'_>, submit: Submit, wanted: Wanted) -> Result<Answered, Failure> {
    let phones = phones(call, &submit).await?;
    let given = id(call)?;
    let accepted = call.gateway.submit(submit).await?;
    let id = given.unwrap_or(Id::Number(accepted.submission.0));
    let count = accepted.segments;
    let mut record = Record::new().with("id", id.clone()).with("cnt", count);
    let mut text = format!("OK - {count} SMS, ID - {id}");
    let mut numbers = format!("{id},{count}");
    if wanted != Wanted::Sending {
        let cost = accepted.price.decimal().to_string();
        text = format!("{text}, COST - {cost}");
        numbers = format!("{numbers},{cost}");
        record = record.with("cost", cost);
    }
    if wanted == Wanted::SendingAndBalance {
        let balance = balance_after(call).await;
        text = format!("{text}, BALANCE - {balance}");
        numbers = format!("{numbers},{balance}");
        record = record.with("balance", balance);
    }
    let record = with_phones(record, phones).text(text).numbers(numbers);
    Ok(Answered::one(record))
}

/// Reads the balance that is left; empty when it cannot be read now, for the messages are accepted all the same.
async fn balance_after(call: &Call<'_>) -> String {
    match call.gateway.balance(call.account.id).await {
        Ok(balance) => balance::written(balance.available),
        Err(error) => {
            let error: Failure = error.into();
            tracing::warn!(?error, "an answer lacks its balance");
            String::new()
        }
    }
}

/// Reads the id that the program gives.
pub(super) fn id(call: &Call<'_>) -> Result<Option<Id>, Failure> {
    Id::read(&call.text("id")?.unwrap_or_default())
}

async fn submit(call: &Call<'_>) -> Result<Submit, Failure> {
    let message = Message::read(call)?;
    let timing = Timing::read(call)?;
    let mut recipients = message.recipients;
    for group in message.groups {
        let numbers = numbers_of(call, group).await?;
        recipients.extend(numbers.into_iter().map(To::number));
    }
    let lane = if recipients.len() > 1 {
        Lane::Bulk
    } else {
        Lane::Transactional
    };
    Ok(Submit {
        account: call.account.id,
        terms: Terms {
            originator: message.originator,
            text: message.text,
            form: message.form,
            start_at: timing.start_at,
            lifetime_ms: timing.lifetime_ms,
            parts: timing
                .spread
                .and_then(|spread| spread.parts(recipients.len())),
            reference: id(call)?.map(|id| id.to_string()),
            once: once(call),
            ..Terms::default()
        },
        recipients,
        lane,
        drop_repeats: true,
    })
}

/// Returns the numbers of a group; one that there is not is like a number that is none.
async fn numbers_of(call: &Call<'_>, group: ListId) -> Result<Vec<String>, Failure> {
    match call.gateway.numbers_of_list(call.account.id, group).await {
        Err(gateway::Error::Refused(Refusal::UnknownList)) => Err(Refusal::InvalidNumber.into()),
        numbers => Ok(numbers?),
    }
}

/// Names the request, so that it is accepted once only within the time set: programs that got no answer send it again, and to another
/// of the provider's addresses at once.
fn once(call: &Call<'_>) -> Option<Once> {
    let matters = |name: &[u8]| OF_THE_MESSAGE.iter().any(|of| of.as_bytes() == name);
    call.once("smscenter send", call.parameters.digest(matters))
}

/// Prices each message where the answer is to name the phones: all of them with `op`, only bad ones with `err`.
async fn phones(call: &Call<'_>, submit: &Submit) -> Result<Vec<Record>, Failure> {
    let (all, bad) = (call.flag("op"), call.flag("err"));
    if !all && !bad {
        return Ok(Vec::new());
    }
    let quoted = call.gateway.quote_each(submit.clone()).await?;
    let of_note = quoted
        .iter()
        .filter(|message| all || message.ended.is_some());
    Ok(of_note.map(phone).collect())
}

fn phone(message: &QuotedMessage) -> Record {
    let record = Record::new()
        .with("phone", message.number.clone())
        // Which network a number is in now nobody tells us.
        .with("mccmnc", "");
    match message.ended {
        None => record.with("cost", message.price.decimal().to_string()),
        Some((state, reason)) => {
            let status = Status::of(state, reason);
            record
                .with(
                    "cost",
                    Money::zero(message.price.currency()).decimal().to_string(),
                )
                .with("status", status.number.to_string())
                .with("error", status.error.to_string())
        }
    }
}

fn with_phones(record: Record, phones: Vec<Record>) -> Record {
    if phones.is_empty() {
        record
    } else {
        record.with("phones", Value::Records("phone", phones))
    }
}
