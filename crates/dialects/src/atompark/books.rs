//! Address books, which the gateway calls contact lists [atompark-en "Address Book Operations"].

use gateway::search::Condition;
use gateway::{Account, ContactList, Gateway, ListId};
use serde::Serialize;

use super::Profile;
use super::answer::{Cells, Dates, Reply};
use super::faults::Failure;
use super::paging;
use super::request::Arguments;

/// The columns of a list of address books.
const FIELDS: &[&str] = &["id", "name", "phone", "date", "description"];

/// Those columns as the provider has been seen to send them since.
const LIVE_FIELDS: &[&str] = &["id", "name", "phone", "date", "description", "exceptions"];

/// What may be searched, in the words of the text and of the answer.
const SEARCHED: &[(&str, Field)] = &[
    ("name", Field::Name),
    ("phones", Field::Phones),
    ("phone", Field::Phones),
    ("date", Field::Date),
];

/// Names what a search of address books looks at.
#[derive(Clone, Copy)]
enum Field {
    Name,
    /// How many there are.
    Phones,
    Date,
}

/// Answers `addAddressbook` [atompark-en "To create the Address Book"].
pub(super) async fn add(
    gateway: &Gateway,
    account: &Account,
    arguments: Arguments<'_>,
) -> Result<Reply, Failure> {
    #[derive(Serialize)]
    struct Added {
        addressbook_id: i64,
    }
    let name = arguments.text("name")?.unwrap_or_default();
    let description = arguments.text("description")?.unwrap_or_default();
    let list = gateway.add_list(account.id, name, description).await?;
    Ok(Reply::of(Added {
        addressbook_id: list.0,
    }))
}

/// Answers `delAddressbook` [atompark-en "To delete the Address Book"].
pub(super) async fn delete(
    gateway: &Gateway,
    account: &Account,
    arguments: Arguments<'_>,
) -> Result<Reply, Failure> {
    gateway
        .remove_list(account.id, the_list(arguments)?)
        .await?;
    Ok(Reply::successful())
}

/// Answers `editAddressbook` [atompark-en "To edit the Address Book"]. Both texts have a star in the documents, but programs
/// leave them out: what is absent stays as it is. A description that is given empty is emptied, a name is not.
pub(super) async fn edit(
    gateway: &Gateway,
    account: &Account,
    arguments: Arguments<'_>,
) -> Result<Reply, Failure> {
    let name = arguments.text("newName")?.map(str::to_owned);
    let description = arguments.given("newDescr")?.map(str::to_owned);
    gateway
        .change_list(account.id, the_list(arguments)?, name, description)
        .await?;
    Ok(Reply::successful())
}

/// Answers `getAddressbook`: one when its id is given, else a list [atompark-en "To get the Address Book"].
pub(super) async fn get(
    gateway: &Gateway,
    account: &Account,
    arguments: Arguments<'_>,
) -> Result<Reply, Failure> {
    if let Some(list) = arguments.list()? {
        let list = gateway.list(account.id, list).await?;
        return Ok(one(list, account));
    }
    search_by(gateway, account, arguments, &[]).await
}

/// Answers `searchAddressBook` [atompark-en "The Address Book search"].
pub(super) async fn search(
    gateway: &Gateway,
    account: &Account,
    arguments: Arguments<'_>,
) -> Result<Reply, Failure> {
    let conditions = arguments.conditions(SEARCHED)?;
    search_by(gateway, account, arguments, &conditions).await
}

/// Answers `cloneaddressbook` [atompark-en "Address book cloning"].
pub(super) async fn clone(
    gateway: &Gateway,
    account: &Account,
    arguments: Arguments<'_>,
) -> Result<Reply, Failure> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Cloned {
        successful: bool,
        id_address_book: i64,
    }
    let copy = gateway.copy_list(account.id, the_list(arguments)?).await?;
    Ok(Reply::of(Cloned {
        successful: true,
        id_address_book: copy.0,
    }))
}

/// Reads the id without which a method has nothing to do.
pub(super) fn the_list(arguments: Arguments<'_>) -> Result<ListId, Failure> {
    arguments.list()?.ok_or(Failure::Malformed)
}

/// Tells one: numbers are numbers here, and no description is `null`.
fn one(list: ContactList, account: &Account) -> Reply {
    #[derive(Serialize)]
    struct Book {
        id: i64,
        name: String,
        phones: u64,
        exceptions: u64,
        creationdate: String,
        description: Option<String>,
    }
    Reply::of(Book {
        id: list.id.0,
        name: list.name,
        phones: list.contacts,
        exceptions: list.stopped,
        creationdate: Dates::of(account).write(Some(list.created_at)),
        description: Some(list.description).filter(|description| !description.is_empty()),
    })
}

async fn search_by(
    gateway: &Gateway,
    account: &Account,
    arguments: Arguments<'_>,
    conditions: &[(Field, Condition)],
) -> Result<Reply, Failure> {
    let (page, profile) = (arguments.page()?, arguments.settings.profile);
    let dates = Dates::of(account);
    let holds = |row: &Cells| {
        let mut conditions = conditions.iter();
        conditions.all(|(field, condition)| condition.holds(&row[field.column()]))
    };
    let lists = gateway.lists(account.id).await?;
    let rows = lists.into_iter().map(|list| cells(list, &dates, profile));
    paging::table(fields(profile), rows.filter(holds).collect(), page)
}

impl Field {
    /// Returns where its cell stands in a row.
    const fn column(self) -> usize {
        match self {
            Self::Name => 1,
            Self::Phones => 2,
            Self::Date => 3,
        }
    }
}

fn fields(profile: Profile) -> &'static [&'static str] {
    match profile {
        Profile::Document => FIELDS,
        Profile::Live => LIVE_FIELDS,
    }
}

/// Makes a row: everything is text here, and no description an empty one.
fn cells(list: ContactList, dates: &Dates, profile: Profile) -> Cells {
    let mut cells = vec![
        list.id.to_string(),
        list.name,
        list.contacts.to_string(),
        dates.write(Some(list.created_at)),
        list.description,
    ];
    if profile == Profile::Live {
        cells.push(list.stopped.to_string());
    }
    cells
}
