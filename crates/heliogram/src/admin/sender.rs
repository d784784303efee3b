//! `heliogram sender …`.

use clap::{Subcommand, ValueEnum};
use gateway::{Gateway, SenderId, SenderName};
use sms::SenderStatus;

use super::{account_named, changed, name_of, open, table};
use crate::cli::At;
use crate::output;

/// How many names are read at once.
const PAGE: u32 = 1_000;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the sender names that accounts have registered, or used where a name needs an approval.
    List {
        /// Only those of this account.
        #[arg(long)]
        account: Option<String>,
        /// Only those that stand so.
        #[arg(long)]
        status: Option<Status>,
        #[command(flatten)]
        at: At,
    },
    /// Let sender names be used from now on: messages that wait for them leave within about a second.
    Approve {
        /// The numbers of the names.
        #[arg(required_unless_present = "all")]
        ids: Vec<i64>,
        /// Approve all that nobody has decided on yet.
        #[arg(long, conflicts_with = "ids")]
        all: bool,
        #[command(flatten)]
        at: At,
    },
    /// Forbid a sender name from now on: messages that wait for it end within about a second, and what they would have cost is
    /// released.
    Deny {
        /// The number of the name.
        id: i64,
        /// What its account is told of the reason.
        #[arg(long, default_value = "")]
        note: String,
        #[command(flatten)]
        at: At,
    },
}

/// Is a [`SenderStatus`] as the command line has it.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Status {
    Pending,
    Approved,
    Denied,
}

/// Carries a command out.
pub(crate) async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::List {
            account,
            status,
            at,
        } => list(&at, account.as_deref(), status.map(SenderStatus::from)).await,
        Command::Approve { ids, all, at } => {
            let gateway = open(&at).await?;
            if all {
                approve_all(&gateway).await
            } else {
                approve(&gateway, ids).await
            }
        }
        Command::Deny { id, note, at } => {
            decide(&open(&at).await?, id, SenderStatus::Denied, &note).await?;
            changed(format_args!("sender name {id} is denied"))
        }
    }
}

async fn list(at: &At, account: Option<&str>, status: Option<SenderStatus>) -> anyhow::Result<()> {
    let gateway = open(at).await?;
    let account = account
        .map(|name| account_named(&gateway, name))
        .transpose()?;
    let accounts = gateway.accounts();
    let mut rows = Vec::new();
    let mut after = None;
    loop {
        let page = gateway
            .senders(account.as_ref().map(|account| account.id), after, PAGE)
            .await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        let wanted = |sender: &&SenderName| status.is_none_or(|status| status == sender.status);
        rows.extend(page.iter().filter(wanted).map(|sender| {
            [
                sender.id.to_string(),
                name_of(&accounts, sender.account),
                sender.name.clone(),
                sender.country.to_string(),
                sender.status.name().to_owned(),
                sender.description.clone(),
                sender.note.clone(),
            ]
        }));
    }
    let heading = [
        "#",
        "ACCOUNT",
        "NAME",
        "COUNTRY",
        "STATUS",
        "DESCRIPTION",
        "NOTE",
    ];
    table::print(heading, &rows)
}

/// Approves names one by one: those before one that is unknown are approved.
async fn approve(gateway: &Gateway, ids: Vec<i64>) -> anyhow::Result<()> {
    for id in ids {
        decide(gateway, id, SenderStatus::Approved, "").await?;
        changed(format_args!("sender name {id} is approved"))?;
    }
    Ok(())
}

/// Approves what waits for a decision.
async fn approve_all(gateway: &Gateway) -> anyhow::Result<()> {
    let (mut approved, mut after) = (0, None);
    loop {
        let page = gateway.senders(None, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        for sender in page {
            if sender.status == SenderStatus::Pending {
                decide(gateway, sender.id.0, SenderStatus::Approved, "").await?;
                approved += 1;
            }
        }
    }
    match approved {
        0 => output::line("no sender name waits for a decision"),
        1 => changed("1 sender name is approved"),
        many => changed(format_args!("{many} sender names are approved")),
    }
}

async fn decide(
    gateway: &Gateway,
    id: i64,
    status: SenderStatus,
    note: &str,
) -> anyhow::Result<()> {
    let decided = gateway.decide_sender(SenderId(id), status, note).await;
    decided.map_err(|error| {
        anyhow::anyhow!("sender name {id}: {error} (heliogram sender list shows them)")
    })
}

impl From<Status> for SenderStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Pending => Self::Pending,
            Status::Approved => Self::Approved,
            Status::Denied => Self::Denied,
        }
    }
}
