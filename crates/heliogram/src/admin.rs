//! The commands by which an operator configures a gateway, running or not.
//!
//! They write to the gateway's store directly; a running gateway notices the new revision within a second.

pub(crate) mod account;
mod callbacks;
pub(crate) mod campaign;
pub(crate) mod connector;
mod credential;
pub(crate) mod exchange;
pub(crate) mod operator;
mod originator_stops;
mod pdu_log;
pub(crate) mod route;
pub(crate) mod sender;
mod table;
pub(crate) mod tariff;
mod written;

use std::fmt::Display;

use anyhow::Context;
use gateway::{Account, AccountId, Gateway};

use crate::cli::At;
use crate::data::DataDirectory;
use crate::output;

/// Opens the gateway's handle for a command that looks at what there is or changes it.
async fn open(at: &At) -> anyhow::Result<Gateway> {
    let (directory, setup) = at.place()?;
    DataDirectory::existing(&directory)?.gateway(setup).await
}

/// Opens the gateway's handle for a command that a new gateway begins with; makes the data directory when it is not there, so that
/// a gateway can be set up before its first start.
async fn open_or_make(at: &At) -> anyhow::Result<Gateway> {
    let (directory, setup) = at.place()?;
    DataDirectory::create(&directory)?.gateway(setup).await
}

/// Says what holds from now on, and from when for a gateway that runs.
fn changed(what: impl Display) -> anyhow::Result<()> {
    output::line(format_args!(
        "{what}; a running gateway follows within a second"
    ))
}

/// Finds an account by name.
fn account_named(gateway: &Gateway, name: &str) -> anyhow::Result<Account> {
    gateway
        .accounts()
        .into_iter()
        .find(|account| account.name == name)
        .with_context(|| format!("there is no account {name} (heliogram account list shows them)"))
}

/// Names an account in a table; one that is not there any more by its number.
fn name_of(accounts: &[Account], id: AccountId) -> String {
    let found = accounts.iter().find(|account| account.id == id);
    found.map_or_else(|| id.to_string(), |account| account.name.clone())
}

/// Takes a secret from the command line, or from standard input when it is `-`.
pub(crate) fn secret(given: &str) -> anyhow::Result<String> {
    if given != "-" {
        return Ok(given.to_owned());
    }
    let mut line = String::new();
    std::io::stdin()
        .read_line(&mut line)
        .context("cannot read the secret")?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
