//! `heliogram campaign …`.

use clap::{Args, Subcommand};
use gateway::{Halt, Submission, SubmissionId};
use sms::{CampaignState, MessageState, Timestamp};

use super::{changed, name_of, open, table};
use crate::cli::At;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the latest campaigns of all accounts: submissions to more than one recipient.
    List {
        /// How many.
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=10_000))]
        limit: u32,
        #[command(flatten)]
        at: At,
    },
    /// Hold a campaign up, at once: what has not left waits until it is resumed, and its lifetime goes on.
    Pause(One),
    /// Let a paused campaign go on, within about a second.
    Resume(One),
    /// End a campaign, at once: what has not left is cancelled and its price released. It cannot be resumed.
    Cancel(One),
    /// Refuse a campaign as spam, at once: what has not left has failed and its price is released. It cannot be resumed.
    Refuse(One),
}

#[derive(Debug, Args)]
pub(crate) struct One {
    /// The campaign's number.
    id: i64,
    #[command(flatten)]
    at: At,
}

/// Carries a command out.
pub(crate) async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::List { limit, at } => list(&at, limit).await,
        Command::Pause(one) => halt(one, Halt::Paused, "paused").await,
        Command::Resume(One { id, at }) => {
            let resumed = open(&at).await?.resume(SubmissionId(id)).await?;
            anyhow::ensure!(resumed, "campaign {id} is not paused");
            changed(format_args!("campaign {id} goes on"))
        }
        Command::Cancel(one) => halt(one, Halt::CancelledByOperator, "cancelled").await,
        Command::Refuse(one) => halt(one, Halt::Spam, "refused").await,
    }
}

async fn halt(One { id, at }: One, halt: Halt, done: &str) -> anyhow::Result<()> {
    let waited = open(&at).await?.halt(SubmissionId(id), halt).await?;
    anyhow::ensure!(
        waited,
        "there is no campaign {id} of which anything waits (heliogram campaign list shows the latest)"
    );
    changed(format_args!("campaign {id} is {done}"))
}

async fn list(at: &At, limit: u32) -> anyhow::Result<()> {
    let gateway = open(at).await?;
    let accounts = gateway.accounts();
    let latest = gateway.latest_campaigns(limit).await?;
    let rows: Vec<_> = latest
        .into_iter()
        .map(|(account, campaign)| row(name_of(&accounts, account), &campaign))
        .collect();
    table::print(
        [
            "#",
            "ACCOUNT",
            "STATE",
            "MESSAGES",
            "WAITING",
            "SENT",
            "DELIVERED",
            "ORIGINATOR",
            "START",
        ],
        &rows,
    )
}

fn row(account: String, campaign: &Submission) -> [String; 9] {
    let tally = &campaign.tally;
    let deleted = if campaign.deleted { ", deleted" } else { "" };
    [
        campaign.id.to_string(),
        account,
        format!("{}{deleted}", word(campaign.state)),
        tally.total().to_string(),
        tally.waiting().to_string(),
        tally.left().to_string(),
        tally.count(MessageState::Delivered).to_string(),
        campaign.originator.clone(),
        instant(campaign.start_at.unwrap_or(campaign.created_at)),
    ]
}

/// Says how a campaign stands.
const fn word(state: CampaignState) -> &'static str {
    match state {
        CampaignState::Queued => "queued",
        CampaignState::Scheduled => "scheduled",
        CampaignState::Paused => "paused",
        CampaignState::Moderation => "waits for approval",
        CampaignState::NoMoney => "waits for money",
        CampaignState::Running => "running",
        CampaignState::Sent => "sent",
        CampaignState::PartlySent => "partly sent",
        CampaignState::NoValidNumbers => "no valid numbers",
        CampaignState::Refused => "refused",
        CampaignState::BadOriginator => "originator not allowed",
        CampaignState::Cancelled => "cancelled",
        CampaignState::Test => "test",
    }
}

/// Writes a time to the second, in UTC.
fn instant(time: Timestamp) -> String {
    let instant = jiff::Timestamp::from_millisecond(time.as_millis()).unwrap_or_default();
    format!("{instant:.0}")
}
