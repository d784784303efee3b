//! `heliogram account originator-stops`.

use clap::Args;
use gateway::OriginatorStop;

use super::table::print;
use super::{account_named, open};
use crate::cli::At;
use crate::output;

/// How many are read at once.
const AT_ONCE: u32 = 1_000;

#[derive(Debug, Args)]
pub(crate) struct Look {
    /// The account.
    name: String,
    /// Take this number off again.
    #[arg(long, value_name = "NUMBER", requires = "originator")]
    remove: Option<String>,
    /// For messages from this originator.
    #[arg(long, requires = "remove")]
    originator: Option<String>,
    #[command(flatten)]
    at: At,
}

/// Lists the phones that have stopped what comes from one of the account's originators, after one was taken off when that is asked
/// for.
pub(super) async fn look(asked: Look) -> anyhow::Result<()> {
    let gateway = open(&asked.at).await?;
    let account = account_named(&gateway, &asked.name)?;
    if let (Some(number), Some(originator)) = (&asked.remove, &asked.originator) {
        let removed = gateway
            .remove_originator_stop(account.id, number, originator)
            .await?;
        anyhow::ensure!(
            removed,
            "{number} has not stopped what comes from {originator}"
        );
        return output::line(format_args!(
            "{number} gets what comes from {originator} again"
        ));
    }
    let mut rows = Vec::new();
    let mut after = None;
    loop {
        let stops = gateway.originator_stops(account.id, after, AT_ONCE).await?;
        let Some(last) = stops.last() else { break };
        after = Some((last.number, last.originator.clone()));
        rows.extend(
            stops
                .into_iter()
                .map(|stop: OriginatorStop| [stop.number.to_string(), stop.originator]),
        );
    }
    print(["NUMBER", "ORIGINATOR"], &rows)
}
