//! The account's senders: those that it may use, and what was decided on those that it has registered.

use gateway::directory::Originators;
use gateway::{Account, Gateway};
use sms::{Refusal, SenderStatus};

use super::super::Settings;
use super::super::faults::Failure;
use super::answer::{self, Info, Members};
use super::fields::Fields;
use crate::Answer;

/// How many registered names one answer looks at.
const MOST: u32 = 1_000;

/// What a registration may say besides, in the order in which the operator of the gateway reads it.
const PARTICULARS: [&str; 7] = [
    "company_type",
    "company",
    "inn",
    "okpo",
    "site",
    "subject",
    "description",
];

/// Lists the names that the account may use: those that it is bound to, or else those that it has registered and that were
/// approved, for whichever country [smsclub "Getting a list of alpha usernames"].
pub(super) async fn approved(gateway: &Gateway, account: &Account) -> Result<Answer, Failure> {
    let names = match &account.settings.originators {
        Originators::Only(names) => names.clone(),
        Originators::Any => {
            let registered = registered(gateway, account).await?.into_iter();
            registered
                .filter(|(_, status)| *status == SenderStatus::Approved)
                .map(|(name, _)| name)
                .collect()
        }
    };
    Ok(answer::success(
        200,
        Some(Info::List(names)),
        Members::default(),
    ))
}

/// Registers a name for the country of the settings, and tells what is decided on it; one that is registered already is told of in
/// the same way.
pub(super) async fn register(
    gateway: &Gateway,
    account: &Account,
    settings: &Settings,
    fields: &Fields,
) -> Result<Answer, Failure> {
    let name = fields.required("sender_id", "No sender")?;
    let mut particulars = Vec::new();
    for field in PARTICULARS {
        let text = fields.text(field)?;
        if !text.is_empty() {
            particulars.push(format!("{field}: {text}"));
        }
    }
    let country = &settings.sender_country;
    let registered = gateway
        .register_sender(account.id, name, country, &particulars.join("\n"))
        .await;
    let status = match registered {
        Ok((_, status)) => status,
        Err(gateway::Error::Refused(Refusal::AlreadyThere)) => {
            let known = gateway
                .sender_named(account.id, name, Some(country))
                .await?;
            known.status
        }
        Err(error) => return Err(error.into()),
    };
    Ok(told([(name.to_owned(), status)]))
}

/// Tells what was decided on a name, or on each of them.
pub(super) async fn statuses(
    gateway: &Gateway,
    account: &Account,
    fields: &Fields,
) -> Result<Answer, Failure> {
    let asked = fields.text("sender_id")?;
    let mut registered = registered(gateway, account).await?;
    if !asked.is_empty() {
        registered.retain(|(name, _)| name == asked);
        if registered.is_empty() {
            return Err(Refusal::UnknownSenderName.into());
        }
    }
    if registered.is_empty() {
        return Ok(answer::success(
            200,
            Some(Info::List(vec![])),
            Members::default(),
        ));
    }
    Ok(told(registered))
}

/// Reads the names, each once: of what was decided for several countries the best counts.
async fn registered(
    gateway: &Gateway,
    account: &Account,
) -> Result<Vec<(String, SenderStatus)>, Failure> {
    let mut names: Vec<(String, SenderStatus)> = Vec::new();
    for sender in gateway.senders(Some(account.id), None, MOST).await? {
        let known = names.iter_mut().find(|(name, _)| *name == sender.name);
        match known {
            Some((_, status)) if rank(sender.status) > rank(*status) => *status = sender.status,
            Some(_) => {}
            None => names.push((sender.name, sender.status)),
        }
    }
    Ok(names)
}

const fn rank(status: SenderStatus) -> u8 {
    match status {
        SenderStatus::Denied => 0,
        SenderStatus::Pending => 1,
        SenderStatus::Approved => 2,
    }
}

fn told(names: impl IntoIterator<Item = (String, SenderStatus)>) -> Answer {
    let names = names.into_iter();
    let info: Members = names
        .map(|(name, status)| (name, word(status).to_owned()))
        .collect();
    answer::success(200, Some(Info::Members(info)), Members::default())
}

/// Returns the word for a status that a published client looks for.
const fn word(status: SenderStatus) -> &'static str {
    match status {
        SenderStatus::Pending => "Being moderated",
        SenderStatus::Approved => "Approved",
        SenderStatus::Denied => "Rejected",
    }
}
