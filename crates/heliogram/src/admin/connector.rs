//! `heliogram connector …`.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, Subcommand, ValueEnum};
use gateway::directory::{BindMode, ConnectorSettings, DoubtPolicy, Tls};

use super::credential::{SMPP_PASSWORD, SMPP_SYSTEM_ID};
use super::{changed, open, open_or_make, secret, table, written};
use crate::cli::At;
use crate::output;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Set a connector, replacing the one of that name; a running gateway connects at once.
    Set(Box<Set>),
    /// List connectors with what waits for them.
    List {
        #[command(flatten)]
        at: At,
    },
    /// Remove a connector that no route leads to and nothing waits for.
    Remove {
        /// The connector.
        name: String,
        #[command(flatten)]
        at: At,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Set {
    /// Its name.
    #[arg(value_parser = written::name)]
    name: String,
    /// HOST:PORT of the operator's SMSC.
    #[arg(long)]
    address: String,
    /// The login at the operator.
    #[arg(long)]
    system_id: String,
    /// The password; - reads a line from standard input.
    #[arg(long)]
    password: String,
    /// The system type, if the operator wants one.
    #[arg(long, default_value = "")]
    system_type: String,
    /// How to bind.
    #[arg(long, value_enum, default_value_t = Bind::Transceiver)]
    bind: Bind,
    /// How many links.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=64))]
    links: u32,
    /// How many submits may wait for their response on one link; also the most that a crash can send twice.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    window: u32,
    /// How many segments may leave in a second; 0 for no limit.
    #[arg(long, default_value_t = 0)]
    throughput: u32,
    /// How long an idle link waits before it asks whether the other side is alive.
    #[arg(long, default_value_t = 30_000, value_parser = clap::value_parser!(u32).range(1..))]
    enquire_link_ms: u32,
    /// How long a submit waits for its response before its outcome is unknown.
    #[arg(long, default_value_t = 30_000, value_parser = clap::value_parser!(u32).range(1..))]
    response_timeout_ms: u32,
    /// Use TLS.
    #[arg(long)]
    tls: bool,
    /// The name the operator's certificate must have, when it is not the host.
    #[arg(long, requires = "tls")]
    tls_server_name: Option<String>,
    /// A PEM file of authorities to trust instead of the public ones.
    #[arg(long, requires = "tls")]
    tls_authorities: Option<PathBuf>,
    /// What becomes of messages that may have left without an answer.
    #[arg(long, value_enum, default_value_t = InDoubt::Resend)]
    in_doubt: InDoubt,
    /// How often one message is sent again when the operator does not answer; lost links are forgiven 20 times more.
    #[arg(long, default_value_t = 3)]
    max_resends: u32,
    /// Tell the operator until when a message is worth delivering.
    #[arg(long)]
    send_validity: bool,
    #[command(flatten)]
    at: At,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Bind {
    /// One link for both directions.
    Transceiver,
    /// One link to submit, one for receipts.
    TransmitterReceiver,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum InDoubt {
    /// Send again: at least once.
    Resend,
    /// Wait for a receipt: at most once.
    Hold,
}

/// Carries a command out.
pub(crate) async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Set(set) => self::set(*set).await,
        Command::List { at } => list(&at).await,
        Command::Remove { name, at } => {
            let removed = open(&at).await?.remove_connector(&name).await?;
            anyhow::ensure!(removed, "there is no connector {name}");
            changed(format_args!("connector {name} is removed"))
        }
    }
}

async fn set(set: Set) -> anyhow::Result<()> {
    anyhow::ensure!(
        set.address.rsplit_once(':').is_some_and(|(host, port)| {
            !host.is_empty() && port.parse::<u16>().is_ok_and(|port| port > 0)
        }),
        "{:?} is not HOST:PORT",
        set.address
    );
    let authorities_file = set
        .tls_authorities
        .as_deref()
        .map(authorities)
        .transpose()?;
    let tls = set.tls.then_some(Tls {
        server_name: set.tls_server_name,
        authorities_file,
    });
    let settings = ConnectorSettings {
        system_type: set.system_type,
        bind: match set.bind {
            Bind::Transceiver => BindMode::Transceiver,
            Bind::TransmitterReceiver => BindMode::TransmitterReceiver,
        },
        links: set.links,
        window: set.window,
        throughput_per_second: set.throughput,
        enquire_link_ms: set.enquire_link_ms,
        response_timeout_ms: set.response_timeout_ms,
        tls,
        in_doubt: match set.in_doubt {
            InDoubt::Resend => DoubtPolicy::Resend {
                max_resends: set.max_resends,
            },
            InDoubt::Hold => DoubtPolicy::Hold,
        },
        send_validity: set.send_validity,
        ..ConnectorSettings::to(set.address, set.system_id)
    };
    let password = secret(&set.password)?;
    note_what_exceeds_smpp(&settings, &password);
    open_or_make(&set.at)
        .await?
        .put_connector(&set.name, &settings, &password)
        .await?;
    changed(format_args!(
        "connector {} binds to {} as {}, {} × {}",
        set.name, settings.address, settings.system_id, settings.links, settings.window
    ))
}

/// Looks whether a file holds certificates, now that somebody is there to be told; gives its path from the root, since the gateway
/// may run in another directory.
fn authorities(file: &Path) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("cannot read --tls-authorities {}", file.display()))?;
    anyhow::ensure!(
        text.contains("-----BEGIN CERTIFICATE-----"),
        "{} holds no certificate in PEM",
        file.display()
    );
    let absolute = std::path::absolute(file)?;
    let path = absolute.to_str().context("the path is not text")?;
    Ok(path.to_owned())
}

/// Tells of values longer than SMPP 3.4 has room for [smpp34 §4.1.1]. They are sent as they are: some operators want them so.
fn note_what_exceeds_smpp(settings: &ConnectorSettings, password: &str) {
    for (what, value, most) in [
        ("system_id", settings.system_id.as_str(), SMPP_SYSTEM_ID),
        ("password", password, SMPP_PASSWORD),
        ("system_type", settings.system_type.as_str(), 12),
    ] {
        if value.len() > most {
            output::note(format_args!(
                "note: SMPP 3.4 has room for {most} octets of {what}, this one has {}; not every operator takes it",
                value.len()
            ));
        }
    }
}

async fn list(at: &At) -> anyhow::Result<()> {
    /// Beyond this many waiting messages the exact number does not matter to a person.
    const MOST: u32 = 1_000_000;
    let gateway = open(at).await?;
    let mut rows = Vec::new();
    for spec in gateway.connectors() {
        let waiting: u32 = gateway.waiting(spec.id, MOST).await?.iter().sum();
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
        ],
        &rows,
    )
}
