//! What the gateway costs, measured from outside: the load, the simulated operator and the gateway are processes of their own.
//!
//! `cargo xtask bench [SCENARIO]` builds what is needed and runs this. A scenario is a variant of [`scenario::Scenario`]; what is
//! more than that, with options of its own, is a subcommand here.

mod contender;
mod growth;
mod instructions;
mod latency;
mod load;
mod measure;
mod output;
mod peers;
mod plot;
mod report;
mod scenario;
mod smsc;
mod stage;
mod stamp;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, ensure};
use clap::{Args, Parser, Subcommand};
use tokio::task::{LocalSet, spawn_blocking};

use load::Pace;
use report::Report;
use scenario::Scenario;

/// As the gateway allocates, so do its parts where their instructions are counted.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures Heliogram on this machine, and peers beside it.
#[derive(Debug, Parser)]
#[command(
    name = "bench",
    args_conflicts_with_subcommands = true,
    max_term_width = 110
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// What to measure; all of them when nothing is named.
    #[arg(value_enum)]
    scenarios: Vec<Scenario>,
    #[command(flatten)]
    options: Options,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Measure Kannel and Heliogram side by side.
    Kannel(peers::Kannel),
    /// Measure Jasmin and Heliogram side by side.
    Jasmin(peers::Jasmin),
    /// Measure how cost grows: with stored messages, accounts and connectors; and how long a start takes.
    Growth(growth::Growth),
    /// Draw the charts that results have in them, from the JSON that was written.
    Draw {
        /// The file.
        results: PathBuf,
        /// Where the charts go.
        #[arg(long, default_value = "target/bench")]
        out: PathBuf,
    },
    /// Count the instructions of the hot paths and hold them against those pinned; needs valgrind.
    Instructions(instructions::Options),
    /// Do a work so often, for whoever counts its instructions.
    #[command(hide = true)]
    Repeat(instructions::Repeat),
    /// Be the operator of a measurement: asked on standard input, answers in JSON.
    #[command(hide = true)]
    Smsc(smsc::Options),
}

/// How measurements are taken.
#[derive(Clone, Debug, Args)]
pub(crate) struct Options {
    /// How often each is taken: three times, or once for a first look.
    #[arg(
        long,
        default_value_t = 3,
        default_value_if("quick", "true", "1"),
        value_parser = clap::value_parser!(u32).range(1..)
    )]
    pub(crate) runs: u32,
    /// The program of Heliogram that is measured.
    #[arg(long, env = "BENCH_GATEWAY", default_value = "target/dist/heliogram")]
    pub(crate) gateway: PathBuf,
    /// Where the results go as JSON.
    #[arg(long, default_value = "target/bench")]
    pub(crate) out: PathBuf,
    /// Where the data of the runs goes, on a disk and not in memory.
    #[arg(long, default_value = "target/bench")]
    pub(crate) data: PathBuf,
    /// A twentieth of the messages: a first look rather than figures to tell.
    #[arg(long)]
    pub(crate) quick: bool,
    /// This many messages (one for each recipient) where a scenario would send another number.
    #[arg(long)]
    pub(crate) messages: Option<u32>,
    /// So many messages a second, whatever the answers take, where a scenario would send as fast as it is answered (single and smpp;
    /// nothing to the others).
    #[arg(long, value_parser = rate)]
    pub(crate) per_second: Option<f64>,
}

impl Options {
    /// Says how many messages there are where so many are usual.
    pub(crate) fn count(&self, usual: u32) -> u32 {
        let usual = if self.quick {
            usual.div_ceil(20)
        } else {
            usual
        };
        self.messages.unwrap_or(usual).max(1)
    }

    /// Says when messages are sent.
    pub(crate) fn pace(&self) -> Pace {
        let open = |per_second| Pace::Open { per_second };
        self.per_second.map_or(Pace::Closed, open)
    }
}

/// Reads a number of messages a second; so few that the next would be due in years are a mistake.
fn rate(given: &str) -> Result<f64, String> {
    let rate = given.parse().ok();
    rate.filter(|rate| (0.001..=1e9).contains(rate))
        .ok_or_else(|| "a number of messages a second, from 0.001 to 1000000000".to_owned())
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    // One thread: what the load takes must be little, and it leaves the rest of the machine to the gateway.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let outcome = match runtime {
        Ok(runtime) => LocalSet::new().block_on(&runtime, run(cli)),
        Err(error) => Err(anyhow::Error::new(error).context("cannot start the runtime")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::note(format_args!("bench: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> anyhow::Result<()> {
    match cli.command {
        Some(Command::Kannel(wanted)) => peers::kannel(wanted).await,
        Some(Command::Jasmin(wanted)) => peers::jasmin(wanted).await,
        Some(Command::Growth(wanted)) => growth::run(wanted).await,
        Some(Command::Draw { results, out }) => draw(&results, &out),
        Some(Command::Instructions(options)) => {
            // Each work has a runtime of its own, which cannot be within another.
            spawn_blocking(move || instructions::run(&options)).await?
        }
        Some(Command::Repeat(repeat)) => {
            spawn_blocking(move || instructions::repeat(&repeat)).await?
        }
        Some(Command::Smsc(options)) => smsc::run(options).await,
        None => scenarios(&cli.scenarios, &cli.options).await,
    }
}

/// Draws what a file of results has in it.
fn draw(results: &Path, out: &Path) -> anyhow::Result<()> {
    let read = || anyhow::Ok(serde_json::from_slice(&std::fs::read(results)?)?);
    let results = read().with_context(|| format!("cannot read {}", results.display()))?;
    plot::draw(&results, out)
}

/// Measures scenarios and tells what was found.
async fn scenarios(wanted: &[Scenario], options: &Options) -> anyhow::Result<()> {
    let all = Scenario::all();
    let wanted = if wanted.is_empty() { &all } else { wanted };
    let mut report = Report::default();
    let mut failed = Vec::new();
    for scenario in wanted {
        let name = scenario.name();
        for run in 1..=options.runs {
            output::note(format_args!("{name}: run {run} of {}", options.runs));
            match scenario.measure(options).await {
                Ok(runs) => report.take_all(runs),
                // What others found took long and is told all the same.
                Err(error) => {
                    output::note(format_args!("{name} failed: {error:#}"));
                    failed.push(name.clone());
                }
            }
        }
    }
    // What an earlier measurement has written is not overwritten by nothing.
    if !report.is_empty() {
        report.print()?;
        let name = match wanted {
            [one] => one.name(),
            _ => "scenarios".to_owned(),
        };
        report.write(&options.out, &name)?;
        plot::draw(&report.json(), &options.out)?;
    }
    ensure!(failed.is_empty(), "failed: {}", failed.join(", "));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_that_no_load_can_have_is_refused() {
        for (given, expected) in [("0.5", Some(0.5)), ("20000", Some(20_000.0))] {
            assert_eq!(rate(given).ok(), expected, "{given}");
        }
        for given in ["0", "-5", "NaN", "inf", "1e300", "fast", ""] {
            assert!(rate(given).is_err(), "{given}");
        }
    }

    #[test]
    fn results_that_cannot_be_read_are_named() {
        let error = draw(Path::new("/nowhere/results.json"), Path::new("/nowhere")).unwrap_err();
        assert_eq!(error.to_string(), "cannot read /nowhere/results.json");
    }
}
