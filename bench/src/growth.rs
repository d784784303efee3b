//! `bench growth`: how cost grows with the messages that are stored, with accounts, and with connectors; and how long a start takes.

mod accounts;
mod connectors;
mod data;
mod prefill;
mod restart;
mod stored;

use clap::{Args, ValueEnum};

use crate::plot::draw;
use crate::report::{Report, Run};
use crate::{Options, output};

/// What `bench growth` is asked for.
#[derive(Debug, Args)]
pub(crate) struct Growth {
    /// With what; with each, one after another, when nothing is named.
    #[arg(value_enum)]
    with: Vec<With>,
    /// How many finished messages are in the database: each number in turn.
    #[arg(long, value_delimiter = ',', default_value = "10000,1000000,10000000",
        value_parser = clap::value_parser!(u32).range(1..))]
    stored: Vec<u32>,
    /// How many accounts there are: each number in turn.
    #[arg(long, value_delimiter = ',', default_value = "1,100,10000",
        value_parser = clap::value_parser!(u32).range(1..))]
    accounts: Vec<u32>,
    /// How many connectors share the messages: each number in turn.
    #[arg(long, value_delimiter = ',', default_value = "1,4,16",
        value_parser = clap::value_parser!(u32).range(1..=64))]
    connectors: Vec<u32>,
    /// Remove the filled databases at the end, instead of keeping them for the next time.
    #[arg(long)]
    tidy: bool,
    #[command(flatten)]
    options: Options,
}

/// What grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum With {
    /// Finished messages in the database: what another one costs.
    Stored,
    /// The same: how long it takes until a gateway that was stopped, or killed, answers and sends again.
    Restart,
    /// Accounts: that share the load, and beside one that sends far more than the others.
    Accounts,
    /// Connectors that share the messages.
    Connectors,
}

impl Growth {
    fn is_wanted(&self, with: With) -> bool {
        self.with.is_empty() || self.with.contains(&with)
    }
}

/// Measures, prints the tables, writes them as JSON and draws them.
pub(crate) async fn run(growth: Growth) -> anyhow::Result<()> {
    let options = &growth.options;
    let mut report = Report::default();
    for stored in &growth.stored {
        let wanted = [With::Stored, With::Restart].map(|with| growth.is_wanted(with));
        if wanted == [false; 2] {
            continue;
        }
        let data = data::filled(options, *stored).await?;
        for run in 1..=options.runs {
            output::note(format_args!(
                "with {stored} messages stored: run {run} of {}",
                options.runs
            ));
            if wanted[0] {
                report.take_all(stored::measure(options, &data).await?);
            }
            if wanted[1] {
                report.take_all(restart::measure(options, &data).await?);
            }
        }
        data.audit(options).await?;
        if growth.tidy {
            data.remove()?;
        }
    }
    for run in 1..=options.runs {
        let note = |number: &u32, of: &str| {
            output::note(format_args!(
                "with {number} {of}: run {run} of {}",
                options.runs
            ));
        };
        if growth.is_wanted(With::Accounts) {
            for accounts in &growth.accounts {
                note(accounts, "accounts");
                report.take_all(accounts::measure(options, *accounts).await?);
            }
        }
        if growth.is_wanted(With::Connectors) {
            for connectors in &growth.connectors {
                note(connectors, "connectors");
                report.take_all(connectors::measure(options, *connectors).await?);
            }
        }
    }
    report.print()?;
    report.write(&options.out, "growth")?;
    draw(&report.json(), &options.out)
}

/// Leaves out what is told of the whole file, where most of it was there before.
fn without_disk(mut run: Run) -> Run {
    run.figures
        .retain(|figure| !figure.name.starts_with("disk a message"));
    run
}
