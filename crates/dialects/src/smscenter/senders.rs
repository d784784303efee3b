//! `senders.php`: sender names.
//!
//! Here a name has no country. Where the gateway asks for approvals the name is registered in each of these countries, else in the one
//! that the settings name; it is usable when one of them lets it be. All of them are one name here, numbered as the first.

use std::collections::BTreeMap;

use gateway::{AccountId, SenderId, SenderName};
use sms::{Country, Refusal, SenderStatus, Timestamp};

use super::answer::{Answered, Record};
use super::call::Call;
use super::faults::Failure;
use super::limits::Alike;
use super::times;

/// The most names that one answer has.
const MOST_LISTED: u32 = 1_000;

/// How many names are read at a time.
const PAGE: u32 = 1_000;

/// Answers `senders.php`.
pub(super) async fn senders(call: Call<'_>) -> Result<Answered, Failure> {
    let limits = &call.settings.per_minute;
    if call.flag("add") {
        let any = Alike::In(&["add"]);
        call.counted(limits.new_senders, any, add(&call)).await
    } else if call.flag("chg") {
        change(&call).await
    } else if call.flag("del") {
        remove(&call).await
    } else if call.flag("get") {
        call.counted(limits.senders, Alike::Whole, list(&call))
            .await
    } else {
        // Numbers are not confirmed by a code: `send_code` and `check_code`.
        Err(Failure::Parameters)
    }
}

/// Registers a name. One that is there stays as it is, and is answered with.
async fn add(call: &Call<'_>) -> Result<Answered, Failure> {
    // There are no senders of e-mail, and nobody looks at documents.
    if call.flag("mail") || call.parameters.has_files() {
        return Err(Failure::Parameters);
    }
    let sender = call.needed("sender")?;
    let sender = sender.trim();
    let comment = call.text("cmt")?.unwrap_or_default();
    let (gateway, account) = (call.gateway, call.account.id);
    let own = [call.settings.sender_country.country()];
    let countries = match gateway.approval_required() {
        [] => &own,
        required => required,
    };
    for country in countries {
        let registered = gateway.register_sender(account, sender, country.code(), &comment);
        match registered.await {
            Ok(_) | Err(gateway::Error::Refused(Refusal::AlreadyThere)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let found = gateway.sender_named(account, sender, None).await?;
    let id = found.id.0;
    let record = Record::new().with("id", id).with("sender", found.name);
    Ok(Answered::one(record.text(format!("ID = {id}"))))
}

/// Changes what is said of a name.
async fn change(call: &Call<'_>) -> Result<Answered, Failure> {
    let registered = named(call).await?;
    let comment = call.sent("cmt")?.ok_or(Failure::Parameters)?;
    for sender in registered {
        let account = call.account.id;
        let described = call.gateway.describe_sender(account, sender.id, &comment);
        described.await?;
    }
    Ok(Answered::done())
}

/// Removes a name, unless messages wait for the decision on it.
async fn remove(call: &Call<'_>) -> Result<Answered, Failure> {
    for sender in named(call).await? {
        let account = call.account.id;
        if !call.gateway.remove_sender(account, sender.id).await? {
            return Err(Failure::NotDone);
        }
    }
    Ok(Answered::done())
}

/// Finds a name in all of its countries, by its number or its letters.
async fn named(call: &Call<'_>) -> Result<Vec<SenderName>, Failure> {
    let (gateway, account) = (call.gateway, call.account.id);
    let name = match call.number("id")?.map(SenderId) {
        Some(id) => gateway.sender(account, id).await?.name,
        None => call.needed("sender")?,
    };
    Ok(gateway.senders_named(account, &name).await?)
}

/// Lists names: usable ones, or with `all` every one.
async fn list(call: &Call<'_>) -> Result<Answered, Failure> {
    let most = call.within("cnt", 1, MOST_LISTED)?.unwrap_or(MOST_LISTED);
    let after = SenderId(call.number("prev_id")?.unwrap_or_default());
    let since = call.text("from_date")?;
    let since = since.map(|date| times::day(&date, false)).transpose()?;
    let account = match call.text("user")? {
        Some(login) => call.gateway.sub_account(call.account.id, &login)?.id,
        None => call.account.id,
    };
    let names = all(call, account).await?;
    let wanted = |name: &&Name| {
        let late = since.is_none_or(|since| name.registered_at >= since);
        name.id > after && late && (name.is_usable || call.flag("all"))
    };
    let record = |name: &Name| {
        Record::new()
            .with("id", name.id.0)
            .with("sender", name.letters.clone())
    };
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let records: Vec<_> = names.iter().filter(wanted).take(most).map(record).collect();
    if records.is_empty() {
        return Err(Failure::NothingFound);
    }
    Ok(Answered::many(records).called("senders", "sender"))
}

/// Is a name in whichever countries.
struct Name {
    id: SenderId,
    letters: String,
    registered_at: Timestamp,
    is_usable: bool,
}

/// Reads an account's names, by number.
async fn all(call: &Call<'_>, account: AccountId) -> Result<Vec<Name>, Failure> {
    let required = call.gateway.approval_required();
    let mut names: BTreeMap<String, Name> = BTreeMap::new();
    let mut after = None;
    loop {
        let page = call.gateway.senders(Some(account), after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        for sender in page {
            let is_usable = is_usable(sender.status, sender.country, required);
            let name = names.entry(sender.name.clone()).or_insert(Name {
                id: sender.id,
                letters: sender.name,
                registered_at: sender.registered_at,
                is_usable,
            });
            name.is_usable |= is_usable;
        }
    }
    let mut names: Vec<_> = names.into_values().collect();
    names.sort_by_key(|name| name.id);
    Ok(names)
}

/// Tells whether messages may be from a name: it is approved, or nobody asks for that in its country.
fn is_usable(status: SenderStatus, country: Country, required: &[Country]) -> bool {
    match status {
        SenderStatus::Approved => true,
        SenderStatus::Pending => !required.contains(&country),
        SenderStatus::Denied => false,
    }
}
