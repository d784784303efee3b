//! Names of the variables of address books, by which texts may call the phones' variables: methods of later versions of this
//! API, known from programs that use them.

use gateway::{Account, Gateway};
use serde::Serialize;
use sms::Refusal;

use super::answer::{Cells, Reply};
use super::books::the_list;
use super::faults::Failure;
use super::paging;
use super::request::Arguments;

const FIELDS: &[&str] = &["id", "type", "value"];

/// The only type that has been seen; whatever type is asked for, variables are texts.
const TYPE: &str = "string";

/// Answers `addAddressBookVariable`.
pub(super) async fn add(
    gateway: &Gateway,
    account: &Account,
    arguments: Arguments<'_>,
) -> Result<Reply, Failure> {
    #[derive(Serialize)]
    struct Added {
        id: i64,
    }
    let (list, name) = (the_list(arguments)?, the_name(arguments)?);
    let variable = gateway.add_variable(account.id, list, name).await?;
    Ok(Reply::of(Added { id: variable.0 }))
}

/// Answers `getAllAddressBookVariables`: by their positions among a phone's variables.
pub(super) async fn list(
    gateway: &Gateway,
    account: &Account,
    arguments: Arguments<'_>,
) -> Result<Reply, Failure> {
    let page = arguments.page()?;
    let variables = gateway.variables(account.id, the_list(arguments)?).await?;
    let row = |variable: gateway::ListVariable| -> Cells {
        vec![variable.id.to_string(), TYPE.to_owned(), variable.name]
    };
    paging::table(FIELDS, variables.into_iter().map(row).collect(), page)
}

/// Answers `editAddressBookVariable`.
pub(super) async fn edit(
    gateway: &Gateway,
    account: &Account,
    arguments: Arguments<'_>,
) -> Result<Reply, Failure> {
    let (list, name) = (the_list(arguments)?, the_name(arguments)?);
    let variable = arguments.variable()?.ok_or(Failure::Malformed)?;
    gateway
        .rename_variable(account.id, list, variable, name)
        .await?;
    Ok(Reply::successful())
}

/// Answers `delAddressBookVariable`.
pub(super) async fn delete(
    gateway: &Gateway,
    account: &Account,
    arguments: Arguments<'_>,
) -> Result<Reply, Failure> {
    let list = the_list(arguments)?;
    let variable = arguments.variable()?.ok_or(Failure::Malformed)?;
    gateway.remove_variable(account.id, list, variable).await?;
    Ok(Reply::successful())
}

fn the_name(arguments: Arguments<'_>) -> Result<&str, Failure> {
    Ok(arguments.text("varName")?.ok_or(Refusal::InvalidName)?)
}
