//! `heliogram connector …`.

mod given;
mod set;
mod show;

use clap::Subcommand;

use super::{changed, open, table};
use crate::cli::At;
pub(super) use show::in_words;

/// Beyond this many waiting messages the exact number does not matter to a person.
const MOST_WAITING: u32 = 1_000_000;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Set a connector, replacing the one of that name; a running gateway connects at once.
    Set(Box<set::Set>),
    /// Change a connector; what is not named stays. A running gateway follows without losing its links, where it can.
    Change(Box<set::Change>),
    /// List connectors with how they are and what waits for them.
    List {
        #[command(flatten)]
        at: At,
    },
    /// Show a connector's settings, its links, and what has been learned of its operator.
    Show {
        /// The connector.
        name: String,
        #[command(flatten)]
        at: At,
    },
    /// Print what passed over a connector's links, texts and passwords masked, where it keeps a log (--pdu-log-kib of set and change).
    Log(super::pdu_log::Log),
    /// Remove a connector that no route leads to and nothing waits for.
    Remove {
        /// The connector.
        name: String,
        #[command(flatten)]
        at: At,
    },
}

/// Carries a command out.
pub(crate) async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Set(set) => set::set(*set).await,
        Command::Change(change) => set::change(*change).await,
        Command::List { at } => list(&at).await,
        Command::Show { name, at } => show::run(&name, &at).await,
        Command::Log(log) => super::pdu_log::run(&log).await,
        Command::Remove { name, at } => {
            let removed = open(&at).await?.remove_connector(&name).await?;
            anyhow::ensure!(removed, "there is no connector {name}");
            changed(format_args!("connector {name} is removed"))
        }
    }
}

async fn list(at: &At) -> anyhow::Result<()> {
    let gateway = open(at).await?;
    let conditions = gateway.conditions().await?;
    let mut rows = Vec::new();
    for spec in gateway.connectors() {
        let waiting: u32 = gateway.waiting(spec.id, MOST_WAITING).await?.iter().sum();
        let settings = spec.settings;
        rows.push([
            spec.id.to_string(),
            spec.name,
            settings.address,
            settings.system_id,
            format!("{} × {}", settings.links, settings.window),
            match settings.throughput_per_second {
                0 => "unlimited".to_owned(),
                limit => format!("{limit}/s"),
            },
            waiting.to_string(),
            in_words(conditions.get(&spec.id), gateway.now()),
        ]);
    }
    table::print(
        [
            "#",
            "CONNECTOR",
            "ADDRESS",
            "SYSTEM_ID",
            "LINKS × WINDOW",
            "THROUGHPUT",
            "WAITING",
            "STATE",
        ],
        &rows,
    )
}
