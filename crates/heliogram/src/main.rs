//! Heliogram as one program: the gateway, its development mode, and the commands around it.

// They panic when nobody reads: `output` prints and tells.
#![warn(clippy::print_stdout, clippy::print_stderr)]

mod admin;
mod audit;
mod callback;
mod cli;
mod client;
mod config;
mod data;
mod demo;
mod dev;
mod http;
mod lifetime;
mod logs;
mod output;
mod program;
mod serve;
mod simulator_alone;
mod smpp_client;

use std::num::NonZero;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use clap::Parser;

use cli::{Cli, Command, ConfigCommand, LedgerCommand};

/// Many small values live as long as a request: this allocator takes less of a processor for them than the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How long work that nobody waits for any more may keep the process.
const LEFT_BEHIND: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    // The runtime's own variable counts where it is set.
    if std::env::var_os("TOKIO_WORKER_THREADS").is_none() {
        builder.worker_threads(workers());
    }
    let runtime = builder.enable_all().build();
    let outcome = match runtime {
        Ok(runtime) => {
            let outcome = runtime.block_on(run(cli.command));
            // What stops in order has stopped by now. The system's search for the host of a program that is called back cannot be
            // stopped, and may take half a minute.
            runtime.shutdown_timeout(LEFT_BEHIND);
            outcome
        }
        Err(error) => Err(anyhow::Error::new(error).context("cannot start the runtime")),
    };
    match outcome {
        Ok(code) => code,
        Err(error) if error.is::<output::ReaderGone>() => ExitCode::FAILURE,
        Err(error) => {
            output::note(format_args!("heliogram: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// How many threads serve connections and run tasks: one processor is the store's writer's, which has work whenever they have. More
/// threads would wake one another to take turns with it, and that is much of what a small message costs.
fn workers() -> usize {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    processors.saturating_sub(1).max(1)
}

async fn run(command: Command) -> anyhow::Result<ExitCode> {
    let done = |()| ExitCode::SUCCESS;
    match command {
        Command::Dev(options) => dev::run(options).await.map(done),
        Command::Serve { config } => serve::run(&config).await.map(done),
        Command::Demo(options) => demo::run(&options).await,
        Command::Config {
            command: ConfigCommand::Check { file },
        } => {
            config::Config::load(&file)?;
            output::line(format_args!("{}: nothing wrong", file.display()))?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Config {
            command: ConfigCommand::Example,
        } => {
            output::text(config::EXAMPLE)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Ledger {
            command: LedgerCommand::Audit(at),
        } => audit::run(&at).await,
        Command::Account(command) => admin::account::run(command).await.map(done),
        Command::Tariff(command) => admin::tariff::run(command).await.map(done),
        Command::Route(command) => admin::route::run(command).await.map(done),
        Command::Connector(command) => admin::connector::run(command).await.map(done),
        Command::Operator(command) => admin::operator::run(command).await.map(done),
        Command::Sender(command) => admin::sender::run(command).await.map(done),
        Command::Exchange(command) => admin::exchange::run(command).await.map(done),
        Command::Campaign(command) => admin::campaign::run(command).await.map(done),
        Command::Simulator(options) => simulator_alone::run(options).await.map(done),
        Command::Smpp(command) => smpp_client::run(command).await,
    }
}
