//! Phones of address books, which the gateway calls contacts [atompark-en "The phone numbers operations"].

use std::collections::VecDeque;

use futures_util::stream::{self, Stream};
use gateway::search::{Condition, Operation};
use gateway::{
    Account, AccountId, Contact, ContactEntry, ContactField, ContactId, ContactSearch, Gateway,
};
use serde::Serialize;
use sms::{Msisdn, Refusal};

use super::answer::{Cells, Reply};
use super::books::the_list;
use super::faults::Failure;
use super::phones;
use super::request::Arguments;

/// The columns of a list of phones.
const FIELDS: &[&str] = &["id", "phone", "normalPhone", "variables", "status", "code"];

/// The columns of a search, in which phones are of several address books.
const SEARCH_FIELDS: &[&str] = &[
    "id",
    "idAddressBook",
    "phone",
    "normalPhone",
    "variables",
    "status",
    "code",
    "maid",
];

/// What may be searched, in the words of the text, of the example and of the answer.
const SEARCHED: &[(&str, Field)] = &[
    ("idAddressBook", Field::Known(ContactField::List)),
    ("phone", Field::Known(ContactField::Number)),
    ("phones", Field::Known(ContactField::Number)),
    ("normalPhone", Field::Known(ContactField::NormalisedNumber)),
    ("variables", Field::Known(ContactField::Variables)),
    ("status", Field::Status),
];

/// The status of every phone, the only one that the documents show.
const STATUS: &str = "0";

/// How many contacts are read for one piece of an answer.
const PORTION: usize = 1_000;

/// Names what a search of phones looks at.
#[derive(Clone, Copy)]
enum Field {
    Known(ContactField),
    Status,
}

/// Answers `addPhoneToAddressBook`: one phone, or as many as `data` has [atompark-en "Add phone numbers to Address Book"]. Of
/// many, those that are no numbers and those that are there already are left out silently, as the documents' own example
/// repeats one.
pub(super) async fn add(
    gateway: &Gateway,
    account: &Account,
    arguments: Arguments<'_>,
) -> Result<Reply, Failure> {
    #[derive(Serialize)]
    struct Added {
        phone_id: i64,
    }
    let list = the_list(arguments)?;
    if let Some(data) = arguments.value("data") {
        let phones = phones::read(data).await?;
        let entries = phones.into_iter().map(|to| ContactEntry {
            number: to.number,
            variables: to.variables.unwrap_or_default(),
        });
        let entries: Vec<_> = entries.collect();
        gateway.add_contacts(account.id, list, &entries).await?;
        return Ok(Reply::successful());
    }
    let entry = ContactEntry {
        number: arguments.text("phone")?.unwrap_or_default().to_owned(),
        variables: arguments.text("variables")?.unwrap_or_default().to_owned(),
    };
    let contact = gateway.add_contact(account.id, list, &entry).await?;
    Ok(Reply::of(Added {
        phone_id: contact.0,
    }))
}

/// Answers `getPhoneFromAddressBook`: one when its id is given, else a list, of one address book or of all, of one phone or
/// of all [atompark-en "Getting the Address Book"].
pub(super) async fn get(
    gateway: &Gateway,
    account: &Account,
    arguments: Arguments<'_>,
) -> Result<Reply, Failure> {
    let list = arguments.list()?;
    if let Some(id) = arguments.contact()? {
        let contact = gateway.contact(account.id, id).await?;
        if list.is_some_and(|list| list != contact.list) {
            return Err(Refusal::UnknownContact.into());
        }
        return Ok(one(contact));
    }
    let search = ContactSearch {
        list,
        conditions: arguments
            .text("phone")?
            .map(phone_condition)
            .into_iter()
            .collect(),
    };
    find(gateway, account, arguments, &search, FIELDS, cells).await
}

/// Answers `delPhoneFromAddressBook`. Both ids have a star in the documents, but either is enough: a phone goes, or all
/// phones of an address book [atompark-en "Deleting phone numbers from the Address Book"].
pub(super) async fn delete(
    gateway: &Gateway,
    account: &Account,
    arguments: Arguments<'_>,
) -> Result<Reply, Failure> {
    let Some(id) = arguments.contact()? else {
        let removed = gateway.clear_list(account.id, the_list(arguments)?).await?;
        return if removed == 0 {
            Err(Failure::NoRows)
        } else {
            Ok(Reply::successful())
        };
    };
    if let Some(list) = arguments.list()? {
        let contact = gateway.contact(account.id, id).await?;
        if contact.list != list {
            return Err(Refusal::UnknownContact.into());
        }
    }
    remove(gateway, account, &[id]).await
}

/// Answers `delphonefromaddressbookgroup`: ids that are unknown do not matter while one is known.
pub(super) async fn delete_several(
    gateway: &Gateway,
    account: &Account,
    arguments: Arguments<'_>,
) -> Result<Reply, Failure> {
    let ids = arguments.contacts()?.ok_or(Failure::Malformed)?;
    remove(gateway, account, &ids).await
}

/// Answers `editPhone`. Number and variables have a star in the documents, but programs leave them out: what is absent stays
/// as it is. Variables that are given empty are emptied [atompark-en "Editing phone numbers in the Address Book"].
pub(super) async fn edit(
    gateway: &Gateway,
    account: &Account,
    arguments: Arguments<'_>,
) -> Result<Reply, Failure> {
    let id = arguments.contact()?.ok_or(Failure::Malformed)?;
    let number = arguments.text("phone")?;
    let variables = arguments.given("variables")?.map(str::to_owned);
    gateway
        .change_contact(account.id, id, number, variables)
        .await?;
    Ok(Reply::successful())
}

/// Answers `searchPhones` [atompark-en "Looking up phone numbers in the Address Book"].
pub(super) async fn search(
    gateway: &Gateway,
    account: &Account,
    arguments: Arguments<'_>,
) -> Result<Reply, Failure> {
    let mut search = ContactSearch::default();
    for (field, condition) in arguments.conditions(SEARCHED)? {
        match field {
            Field::Known(field) => search.conditions.push((field, condition)),
            Field::Status if condition.holds(STATUS) => {}
            Field::Status => return Err(Failure::NoRows),
        }
    }
    let cells = |contact: Contact| {
        let list = contact.list.to_string();
        let mut cells = cells(contact);
        cells.insert(1, list);
        cells.push("0".to_owned());
        cells
    };
    find(gateway, account, arguments, &search, SEARCH_FIELDS, cells).await
}

/// Reads a phone to look for: a number however it is written, or a pattern, as one client calls it.
fn phone_condition(phone: &str) -> (ContactField, Condition) {
    let condition = |operation, value| Condition::new(operation, value);
    if phone.contains('%') {
        return (ContactField::Number, condition(Operation::Like, phone));
    }
    match Msisdn::parse(phone) {
        Ok(number) => (
            ContactField::NormalisedNumber,
            condition(Operation::Equal, number.as_str()),
        ),
        Err(_) => (ContactField::Number, condition(Operation::Equal, phone)),
    }
}

async fn remove(gateway: &Gateway, account: &Account, ids: &[ContactId]) -> Result<Reply, Failure> {
    match gateway.remove_contacts(account.id, ids).await? {
        0 => Err(Refusal::UnknownContact.into()),
        _ => Ok(Reply::successful()),
    }
}

/// Tells one: numbers are numbers here, and `normalphone` is written small.
fn one(contact: Contact) -> Reply {
    #[derive(Serialize)]
    struct One {
        id: i64,
        addressbook: i64,
        phone: String,
        normalphone: String,
        variables: String,
        status: u8,
    }
    let normalphone = contact.number.as_str().to_owned();
    Reply::of(One {
        id: contact.id.0,
        addressbook: contact.list.0,
        phone: contact.given.unwrap_or_else(|| normalphone.clone()),
        normalphone,
        variables: contact.variables,
        status: 0,
    })
}

/// Makes a row: everything is text here, and `normalPhone` is written large. What `code` means nobody says; it is always empty.
fn cells(contact: Contact) -> Cells {
    let normal = contact.number.as_str().to_owned();
    vec![
        contact.id.to_string(),
        contact.given.unwrap_or_else(|| normal.clone()),
        normal,
        contact.variables,
        STATUS.to_owned(),
        String::new(),
    ]
}

/// Finds contacts, and tells the page that is asked for, however long.
async fn find(
    gateway: &Gateway,
    account: &Account,
    arguments: Arguments<'_>,
    search: &ContactSearch,
    fields: &'static [&'static str],
    cells: fn(Contact) -> Cells,
) -> Result<Reply, Failure> {
    let page = arguments.page()?;
    let found = gateway.find_contacts(account.id, search, page).await?;
    if found.total == 0 {
        return Err(Failure::NoRows);
    }
    let rows = rows(gateway.clone(), account.id, found.items, cells);
    Ok(Reply::long_table(found.total, fields, rows))
}

/// Reads contacts portion by portion. One that was removed since it was found has no row.
fn rows(
    gateway: Gateway,
    account: AccountId,
    found: Vec<ContactId>,
    cells: fn(Contact) -> Cells,
) -> impl Stream<Item = Result<Vec<Cells>, gateway::Error>> + Send {
    stream::try_unfold(VecDeque::from(found), move |mut found| {
        let gateway = gateway.clone();
        async move {
            let portion: Vec<_> = found.drain(..PORTION.min(found.len())).collect();
            if portion.is_empty() {
                return Ok(None);
            }
            let contacts = gateway.contacts(account, portion).await?;
            let rows = contacts.into_iter().map(cells).collect();
            Ok(Some((rows, found)))
        }
    })
}
