//! `heliogram operator …`.

use clap::Subcommand;
use gateway::directory::OperatorSettings;

use super::{changed, open, open_or_make, table, written};
use crate::cli::At;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Set a mobile operator, replacing the one of that name. Of all operators the longest beginning that fits a number decides.
    Set {
        /// Its name.
        #[arg(value_parser = written::name)]
        name: String,
        /// Digits that its numbers begin with, without plus; may be given several times.
        #[arg(long, required = true)]
        prefix: Vec<String>,
        #[command(flatten)]
        at: At,
    },
    /// List mobile operators.
    List {
        #[command(flatten)]
        at: At,
    },
    /// Remove a mobile operator that no route asks for.
    Remove {
        /// The operator.
        name: String,
        #[command(flatten)]
        at: At,
    },
}

/// Carries a command out.
pub(crate) async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Set { name, prefix, at } => {
            let mut prefixes = prefix;
            prefixes.sort_unstable();
            prefixes.dedup();
            let settings = OperatorSettings { prefixes };
            let gateway = open_or_make(&at).await?;
            gateway.put_operator(&name, &settings).await?;
            let prefixes = settings.prefixes.join(", ");
            changed(format_args!(
                "operator {name} has the numbers that begin with {prefixes}"
            ))
        }
        Command::List { at } => {
            let operators = open(&at).await?.operators().await?;
            let rows: Vec<_> = operators
                .into_iter()
                .map(|(name, settings)| [name, settings.prefixes.join(", ")])
                .collect();
            table::print(["OPERATOR", "PREFIXES"], &rows)
        }
        Command::Remove { name, at } => {
            let removed = open(&at).await?.remove_operator(&name).await?;
            anyhow::ensure!(removed, "there is no operator {name}");
            changed(format_args!("operator {name} is removed"))
        }
    }
}
