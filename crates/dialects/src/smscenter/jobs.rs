//! `jobs.php`: mailings, which are sent once, at a time, or again and again
//! [smscenter "Mailing. Server response and error codes"].

mod plan;
mod shown;

use gateway::mailings::{Mailing, MailingKey, MailingProgress};
use gateway::{AccountId, ListId, MailingId, Once};
use sms::{Refusal, Timestamp};

use super::answer::{Answered, Record};
use super::call::Call;
use super::faults::Failure;
use super::ids::Id;
use super::limits::Alike;
use super::message::Timing;
use super::{send, times};

/// The most mailings that one list has.
const MOST_LISTED: usize = 1_000;

/// How many mailings are read at a time.
const PAGE: u32 = 50;

/// Answers `jobs.php`. The same action is not done again within a minute, unless it failed.
pub(super) async fn jobs(call: Call<'_>) -> Result<Answered, Failure> {
    let most = call.settings.per_minute.jobs;
    call.counted(most, Alike::Whole, act(&call)).await
}

async fn act(call: &Call<'_>) -> Result<Answered, Failure> {
    if call.flag("add") {
        add(call).await
    } else if call.flag("chg") {
        change(call).await
    } else if call.flag("cancel") {
        let (key, _) = find(call).await?;
        call.gateway.disable_mailing(call.account.id, &key).await?;
        Ok(Answered::done())
    } else if call.flag("del") {
        let (key, _) = find(call).await?;
        call.gateway.remove_mailing(call.account.id, &key).await?;
        Ok(Answered::done())
    } else if call.flag("get") {
        one(call).await
    } else if call.flag("get_all") {
        list(call).await
    } else {
        Err(Failure::Parameters)
    }
}

/// Makes a mailing; with `cost` its price is told, and it is made all the same.
async fn add(call: &Call<'_>) -> Result<Answered, Failure> {
    let tells_cost = match call.text("cost")?.as_deref().map(str::trim) {
        None | Some("0") => false,
        Some("1" | "2" | "3") => true,
        Some(_) => return Err(Failure::Parameters),
    };
    let name = call.text("name")?.unwrap_or_default();
    let timing = Timing::read(call)?;
    let plan = plan::new(call, timing).await?;
    let given = send::id(call)?;
    let reference = given.as_ref().map(Id::to_string);
    // One without a time goes at once.
    let start_at = timing.start_at.unwrap_or_else(|| call.gateway.now());
    let (number, quote) = call
        .gateway
        .add_mailing(
            call.account.id,
            reference,
            &name,
            plan,
            Some(start_at),
            once(call),
        )
        .await?;
    let id = given.unwrap_or(Id::Number(number.0));
    let record = Record::new().with("id", id.clone());
    if !tells_cost {
        let text = format!("OK, ID - {id}");
        return Ok(Answered::one(record.text(text)));
    }
    let cost = quote.total().decimal().to_string();
    let text = format!("OK, ID - {id}, COST - {cost}");
    Ok(Answered::one(record.with("cost", cost).text(text)))
}

/// Names the request, so that it makes one mailing within the time set, also where we stop before the program has its answer.
fn once(call: &Call<'_>) -> Option<Once> {
    call.once("smscenter jobs", call.key(Alike::Whole))
}

/// Changes what is given of a mailing.
async fn change(call: &Call<'_>) -> Result<Answered, Failure> {
    let (key, found) = find(call).await?;
    let timing = Timing::read(call)?;
    let name = call.text("name")?.unwrap_or(found.name);
    let plan = plan::changed(call, found.plan, timing).await?;
    let start_at = match call.text("time")? {
        None => found.next_at,
        Some(_) => Some(timing.start_at.unwrap_or_else(|| call.gateway.now())),
    };
    call.gateway
        .change_mailing(call.account.id, &key, &name, plan, start_at)
        .await?;
    Ok(Answered::done())
}

/// Tells of one mailing: an array of one object in JSON, as documented.
async fn one(call: &Call<'_>) -> Result<Answered, Failure> {
    let (_, found) = find(call).await?;
    let progress = progress(call, &found).await?;
    let record = shown::whole(&found, progress.as_ref(), recipients(call));
    let answered = Answered::only(record).called("job", "");
    Ok(answered.between("|", ";"))
}

/// Lists the mailings made from `start` to `end`, whole days of Moscow.
async fn list(call: &Call<'_>) -> Result<Answered, Failure> {
    let day = |name, after| -> Result<Option<Timestamp>, Failure> {
        let text = call.text(name)?;
        Ok(text.map(|text| times::day(&text, after)).transpose()?)
    };
    let from = day("start", false)?.unwrap_or(Timestamp::from_millis(i64::MIN));
    let until = day("end", true)?.unwrap_or(Timestamp::from_millis(i64::MAX));
    let mut records = Vec::new();
    let mut after = None;
    'pages: loop {
        let page = page(call, call.account.id, (from, until), after).await?;
        after = page.last().map(|mailing| mailing.id);
        if after.is_none() {
            break;
        }
        for mailing in page {
            if records.len() == MOST_LISTED {
                break 'pages;
            }
            let progress = progress(call, &mailing).await?;
            let count = count(call, &mailing).await?;
            let record = shown::in_list(&mailing, progress.as_ref(), recipients(call), count);
            records.push(record);
        }
    }
    let answered = Answered::many(records).called("sms_jobs", "job");
    Ok(answered.between("|", ";"))
}

async fn page(
    call: &Call<'_>,
    account: AccountId,
    (from, until): (Timestamp, Timestamp),
    after: Option<MailingId>,
) -> Result<Vec<Mailing>, Failure> {
    let page = call.gateway.mailings(account, from, until, after, PAGE);
    Ok(page.await?)
}

/// Counts the phones of a mailing: those of its groups that may be sent to as they are now.
async fn count(call: &Call<'_>, mailing: &Mailing) -> Result<u64, Failure> {
    let mut count = mailing.plan.recipients.len() as u64;
    for &list in &mailing.plan.lists {
        match call.gateway.list(call.account.id, ListId(list)).await {
            Ok(list) => count += list.contacts.saturating_sub(list.stopped),
            Err(gateway::Error::Refused(Refusal::UnknownList)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(count)
}

/// Names the recipients as the answer does: mailings of e-mail have another word, and we have none of these.
fn recipients(call: &Call<'_>) -> &'static str {
    if call.flag("mail") {
        "emails"
    } else {
        "phones"
    }
}

/// Sums up what has been sent of a mailing, if it has run.
async fn progress(call: &Call<'_>, mailing: &Mailing) -> Result<Option<MailingProgress>, Failure> {
    if mailing.runs == 0 {
        return Ok(None);
    }
    let progress = call.gateway.mailing_progress(call.account.id, mailing.id);
    Ok(Some(progress.await?))
}

/// Finds the mailing that `id` names: the latest to which the program gave it, else ours of this number.
async fn find(call: &Call<'_>) -> Result<(MailingKey, Mailing), Failure> {
    let id = send::id(call)?.ok_or(Failure::Parameters)?;
    let by_reference = MailingKey::Reference(id.to_string());
    let account = call.account.id;
    match (call.gateway.mailing(account, &by_reference).await, id) {
        (Err(gateway::Error::Refused(Refusal::UnknownMailing)), Id::Number(number)) => {
            let by_number = MailingKey::Id(MailingId(number));
            let found = call.gateway.mailing(account, &by_number).await?;
            Ok((by_number, found))
        }
        (found, _) => Ok((by_reference, found?)),
    }
}
