//! Exceptions, which the gateway calls the stop list [atompark-en "The exceptions operations"].

mod listing;

use gateway::search::{Condition, Operation, Page};
use gateway::{Account, ContactField, ContactSearch, Gateway, ListId, Stop};
use serde::Serialize;
use sms::Refusal;

use super::answer::{Dates, Reply};
use super::faults::Failure;
use super::paging;
use super::request::Arguments;
use listing::{FIELDS, Field, Matching, SEARCHED, cells};

/// Answers `addPhoneToExceptions`: a phone of an address book, or any [atompark-en "To add the telephone number to the
/// exceptions"].
pub(super) async fn add(
    gateway: &Gateway,
    account: &Account,
    arguments: Arguments<'_>,
) -> Result<Reply, Failure> {
    /// The provider misspells the member, and programs read it so.
    #[derive(Serialize)]
    struct Added {
        exseption_id: i64,
    }
    let reason = arguments.text("reason")?.unwrap_or_default();
    let stop = if let Some(contact) = arguments.contact()? {
        gateway.stop_contact(account.id, contact, reason).await?
    } else {
        let phone = arguments.text("phone")?.unwrap_or_default();
        gateway.stop(account.id, phone, reason).await?
    };
    Ok(Reply::of(Added {
        exseption_id: stop.0,
    }))
}

/// Answers `delPhoneFromExceptions`: by the exception's id, by the id of a phone, or by a phone
/// [atompark-en "Deleting phone numbers from the exceptions"].
pub(super) async fn delete(
    gateway: &Gateway,
    account: &Account,
    arguments: Arguments<'_>,
) -> Result<Reply, Failure> {
    let stop = match arguments.stop()? {
        Some(stop) => stop,
        None => {
            asked_for(gateway, account, arguments)
                .await?
                .ok_or(Failure::Malformed)?
                .id
        }
    };
    gateway.remove_stop(account.id, stop).await?;
    Ok(Reply::successful())
}

/// Answers `editExceptions`: a reason that is given empty is emptied [atompark-en "Editing phone numbers in the exceptions"].
pub(super) async fn edit(
    gateway: &Gateway,
    account: &Account,
    arguments: Arguments<'_>,
) -> Result<Reply, Failure> {
    let stop = arguments.stop()?.ok_or(Failure::Malformed)?;
    let reason = arguments.given("reason")?.ok_or(Failure::Malformed)?;
    gateway.change_stop(account.id, stop, reason).await?;
    Ok(Reply::successful())
}

/// Answers `getException`: one by its id, by the id of a phone or by a phone alone; a list of those of an address book, of a
/// phone when a page is asked for, or of all [atompark-en "Getting the exception object"].
pub(super) async fn get(
    gateway: &Gateway,
    account: &Account,
    arguments: Arguments<'_>,
) -> Result<Reply, Failure> {
    if let Some(stop) = arguments.stop()? {
        return Ok(one(gateway.stop_entry(account.id, stop).await?, account));
    }
    let (list, page) = (arguments.list()?, arguments.page()?);
    let Some(stop) = asked_for(gateway, account, arguments).await? else {
        let matching = Matching {
            account: account.id,
            list,
            conditions: Vec::new(),
            dates: Dates::of(account),
        };
        return matching.answer(gateway, page).await;
    };
    if let Some(list) = list {
        check_is_in(gateway, account, list, &stop).await?;
    }
    let is_list = list.is_some() || arguments.has("from") || arguments.has("offset");
    if is_list && !arguments.has("idPhone") {
        let row = cells(stop, &Dates::of(account));
        return paging::table(FIELDS, vec![row], page);
    }
    Ok(one(stop, account))
}

/// Answers `searchPhonesInExceptions`, with or without the id of the one exception to look at
/// [atompark-ru "Поиск исключения"].
pub(super) async fn search(
    gateway: &Gateway,
    account: &Account,
    arguments: Arguments<'_>,
) -> Result<Reply, Failure> {
    let mut conditions = arguments.conditions(SEARCHED)?;
    if let Some(stop) = arguments.stop()? {
        let is_it = Condition::new(Operation::Equal, &stop.to_string());
        conditions.push((Field::Id, is_it));
    }
    let matching = Matching {
        account: account.id,
        list: None,
        conditions,
        dates: Dates::of(account),
    };
    matching.answer(gateway, arguments.page()?).await
}

/// Finds the entry of a phone, which is given by its id or as a number; `None` when no phone is given.
async fn asked_for(
    gateway: &Gateway,
    account: &Account,
    arguments: Arguments<'_>,
) -> Result<Option<Stop>, Failure> {
    if let Some(contact) = arguments.contact()? {
        return Ok(Some(gateway.stop_of_contact(account.id, contact).await?));
    }
    let Some(phone) = arguments.text("phone")? else {
        return Ok(None);
    };
    Ok(Some(gateway.stop_of_number(account.id, phone).await?))
}

/// Refuses an entry whose number is not in a contact list.
async fn check_is_in(
    gateway: &Gateway,
    account: &Account,
    list: ListId,
    stop: &Stop,
) -> Result<(), Failure> {
    let is_number = Condition::new(Operation::Equal, stop.number.as_str());
    let search = ContactSearch {
        list: Some(list),
        conditions: vec![(ContactField::NormalisedNumber, is_number)],
    };
    let found = gateway.find_contacts(account.id, &search, Page::default());
    if found.await?.total == 0 {
        return Err(Refusal::UnknownStop.into());
    }
    Ok(())
}

/// Tells one.
fn one(stop: Stop, account: &Account) -> Reply {
    #[derive(Serialize)]
    struct Exception {
        id: i64,
        phone: String,
        added: String,
        comment: String,
    }
    Reply::of(Exception {
        id: stop.id.0,
        phone: stop
            .given
            .unwrap_or_else(|| stop.number.as_str().to_owned()),
        added: Dates::of(account).write(Some(stop.added_at)),
        comment: stop.reason,
    })
}
