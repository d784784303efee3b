//! The command line: what can be asked of the program.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::config::Config;
use crate::data::Setup;
use crate::{admin, data, dev};

/// A bulk-SMS gateway that speaks the APIs your programs already use.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, max_term_width = 110)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run everything in one process on this machine alone: gateway, test account, simulated operator with phones.
    #[command(after_help = format!("{MAGIC_NUMBERS}\n\n{PAGES}"))]
    Dev(Dev),
    /// Run the gateway by a configuration file.
    Serve {
        /// The configuration file (TOML); `heliogram config example` prints one.
        #[arg(long)]
        config: PathBuf,
    },
    /// Show the main job: send 1,001 messages through a development gateway and check that everything adds up.
    Demo(Demo),
    /// Check or print a configuration file.
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Check the books.
    Ledger {
        #[command(subcommand)]
        command: LedgerCommand,
    },
    /// Create and change accounts, their money and their credentials; works on a running gateway.
    #[command(subcommand)]
    Account(admin::account::Command),
    /// Set prices; works on a running gateway.
    #[command(subcommand)]
    Tariff(admin::tariff::Command),
    /// Choose the way out of messages; works on a running gateway.
    #[command(subcommand)]
    Route(admin::route::Command),
    /// Connect to operators; works on a running gateway.
    #[command(subcommand)]
    Connector(admin::connector::Command),
    /// Say whose numbers are whose, for routes that ask for a mobile operator; works on a running gateway.
    #[command(subcommand)]
    Operator(admin::operator::Command),
    /// Decide on the sender names that accounts have registered; works on a running gateway.
    #[command(subcommand)]
    Sender(admin::sender::Command),
    /// Set what money is worth in other currencies; works on a running gateway.
    #[command(subcommand)]
    Exchange(admin::exchange::Command),
    /// Look at campaigns, hold them up, end them; works on a running gateway.
    #[command(subcommand)]
    Campaign(admin::campaign::Command),
    /// Run the simulated operator alone.
    #[command(after_help = MAGIC_NUMBERS)]
    Simulator(Simulator),
    /// Speak SMPP as a customer's program does: bind, send, wait for receipts, ask for messages, call them back.
    #[command(subcommand)]
    Smpp(crate::smpp_client::Command),
}

/// What the simulated phones do, by the last four digits of their number.
const MAGIC_NUMBERS: &str = "\
Simulated phones, by the last digits of the number:
  …0001 undelivered      …0005 receipt after 30 s     …0008 receipt twice
  …0002 expired          …0006 operator never answers …0009 receipt before the answer
  …0003 rejected         …0007 throttled at first      every other number: delivered";

/// What development mode offers besides the providers' APIs.
const PAGES: &str = "\
Besides the APIs:
  GET    /dev/messages?to=NUMBER&wait=10s  what the phones show; DELETE /dev/messages empties them
  POST   /dev/messages                     from=NUMBER&to=NUMBER&text=TEXT: a phone sends a message
  POST   /dev/clock?forward=1h             puts the gateway's clock forward (or d, m, s); GET /dev/clock tells it";

#[derive(Debug, Args)]
pub(crate) struct Dev {
    /// Keep the data in this directory (made if needed); otherwise it is temporary and gone at the end.
    #[arg(long)]
    pub(crate) data: Option<PathBuf>,
    /// Where the HTTP APIs listen; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:8775")]
    pub(crate) http: SocketAddr,
    /// Where the SMPP door for customers listens.
    #[arg(long, default_value = "127.0.0.1:2775")]
    pub(crate) smpp: SocketAddr,
    /// Where the simulated operator listens.
    #[arg(long, default_value = "127.0.0.1:2776")]
    pub(crate) operator: SocketAddr,
    /// How the simulated network behaves: clean, real, flaky, outage, a case such as f20-silence, a JSON object of faults, or a file.
    #[arg(long, default_value = "clean")]
    pub(crate) scenario: simulator::Script,
    /// Print one line of JSON when ready, for programs.
    #[arg(long)]
    pub(crate) json: bool,
    /// What to log, to standard error: a level, or directives such as `info,smpp_net=debug`.
    #[arg(long, default_value = "warn", value_parser = crate::logs::directives)]
    pub(crate) log: String,
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// How many recipients the group send has.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(10..=100_000))]
    pub(crate) recipients: u32,
}

#[derive(Debug, Args)]
pub(crate) struct Simulator {
    /// Where to listen; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:2776")]
    pub(crate) listen: SocketAddr,
    /// How the network behaves: clean, real, flaky, outage, a case such as f20-silence, a JSON object of faults, or a file.
    #[arg(long, default_value = "clean")]
    pub(crate) scenario: simulator::Script,
    /// Keep what arrived and the receipts still owed in this file.
    #[arg(long)]
    pub(crate) journal: Option<PathBuf>,
    /// Only count what arrives (for measurements).
    #[arg(long)]
    pub(crate) counts: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Say what is wrong with a file, with line and hint; exit with 1 if anything is.
    Check {
        /// The file.
        file: PathBuf,
    },
    /// Print a commented example with every setting.
    Example,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LedgerCommand {
    /// Verify that balances are the sums of their entries and that every message is charged or released at most once; exit with
    /// 1 and the first violation otherwise.
    Audit(At),
}

/// Says which gateway's data a command works on.
#[derive(Clone, Debug, Args)]
pub(crate) struct At {
    /// The data directory.
    #[arg(
        long,
        env = "HELIOGRAM_DATA",
        default_value = "heliogram-data",
        conflicts_with = "config"
    )]
    pub(crate) data: PathBuf,
    /// The gateway's configuration file, which names the directory.
    #[arg(long)]
    pub(crate) config: Option<PathBuf>,
}

impl At {
    /// The directory that is meant, and what a gateway on it is opened with.
    pub(crate) fn place(&self) -> anyhow::Result<(PathBuf, Setup)> {
        if let Some(file) = &self.config {
            let config = Config::load(file)?;
            let setup = config.setup();
            return Ok((config.data.directory, setup));
        }
        let setup = if data::is_development(&self.data) {
            dev::setup()
        } else {
            Setup::default()
        };
        Ok((self.data.clone(), setup))
    }
}
