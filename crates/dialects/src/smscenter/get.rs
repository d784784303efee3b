//! `get.php`: what was sent, what came, what it cost, and prices.

mod history;
mod prices;

use gateway::{InboundId, Received};
use sms::Timestamp;

use super::answer::{Answered, Record};
use super::call::Call;
use super::faults::Failure;
use super::limits::Alike;
use super::statistics::{self, Period};
use super::times;

const HOUR_MS: i64 = 60 * 60 * 1000;

/// For how many hours back answers are read at the most.
const MOST_HOURS: u32 = 7 * 24;

/// The most answers that one list has.
const MOST_ANSWERS: u32 = 10_000;

/// Answers `get.php`.
pub(super) async fn get(call: Call<'_>) -> Result<Answered, Failure> {
    let most = call.settings.per_minute.histories;
    call.counted(most, Alike::Whole, look(&call)).await
}

async fn look(call: &Call<'_>) -> Result<Answered, Failure> {
    if call.flag("get_messages") {
        history::history(call).await
    } else if call.flag("get_answers") {
        answers(call).await
    } else if call.flag("get_stat") {
        statistics(call).await
    } else if call.flag("get_price") {
        prices::prices(call)
    } else if call.flag("get_mega_accounts") {
        // Accounts with an operator of that name: nobody has one here.
        Err(Failure::NothingFound)
    } else {
        Err(Failure::Parameters)
    }
}

/// Lists what handsets sent to the account's numbers, the oldest first; there may be nothing, which is no error here.
async fn answers(call: &Call<'_>) -> Result<Answered, Failure> {
    let after = call.number("after_id")?.map(InboundId);
    let hours = call.within("hour", 1, MOST_HOURS)?;
    // Whoever goes on from an answer wants all that came since.
    let hours = hours.or(after.is_none().then_some(MOST_HOURS));
    let back = |hours| call.gateway.now().plus_millis(-i64::from(hours) * HOUR_MS);
    let since = hours.map_or(Timestamp::from_millis(i64::MIN), back);
    let to = call.text("to_phone")?;
    let most = call.within("cnt", 1, MOST_ANSWERS)?.unwrap_or(MOST_ANSWERS);
    let account = call.account.id;
    let received = call
        .gateway
        .received(account, after, since, to.as_deref(), most);
    let records = received.await?.iter().map(shown).collect();
    Ok(Answered::many(records).called("answers", "answer"))
}

fn shown(received: &Received) -> Record {
    let at = times::written(received.at);
    Record::new()
        .with("id", received.id.0)
        .with("received", at.clone())
        .with("phone", received.from.clone())
        .with("message", received.text.clone())
        .with("to_phone", received.to.clone())
        // When the handset sent it, networks do not tell.
        .with("sent", at)
}

/// Sums up the account's own time.
async fn statistics(call: &Call<'_>) -> Result<Answered, Failure> {
    if call.flag("balance2") {
        return Err(Failure::NothingFound);
    }
    let period = Period::read(call)?;
    let record = statistics::summed_up(call, call.account, period).await?;
    Ok(Answered::many(vec![record]).called("stats", "stat"))
}
