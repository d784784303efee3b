//! `heliogram account callbacks`.

use clap::Args;
use gateway::callback::CallbackCount;

use super::{account_named, open};
use crate::cli::At;
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct Look {
    /// The account.
    name: String,
    /// Try again at once what was given up or waits for a later try, for another day.
    #[arg(long)]
    retry: bool,
    #[command(flatten)]
    at: At,
}

/// Counts an account's callbacks, after those that are not due have been made so when that is asked for.
pub(super) async fn look(asked: Look) -> anyhow::Result<()> {
    let gateway = open(&asked.at).await?;
    let account = account_named(&gateway, &asked.name)?;
    if asked.retry {
        let retried = gateway.retry_callbacks(account.id).await?;
        output::line(format_args!(
            "{retried} to be tried again; a running gateway begins within a second"
        ))?;
    }
    let CallbackCount { waiting, given_up } = gateway.callback_count(account.id).await?;
    output::line(format_args!(
        "{}: {waiting} waiting, {given_up} given up",
        account.name
    ))
}
