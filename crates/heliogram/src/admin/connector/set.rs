//! `heliogram connector set`.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, ValueEnum};
use gateway::directory::{BindMode, ConnectorSettings, DoubtPolicy, StatusMeaning, Tls};

use super::super::credential::{SMPP_PASSWORD, SMPP_SYSTEM_ID};
use super::super::{changed, open_or_make, secret, written};
use crate::cli::At;
use crate::output;

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
    /// How many links of that mode; 0 when there are further ones that submit.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(..=64))]
    links: u32,
    /// Another HOST:PORT of the operator, tried when the one before cannot be reached; may be given several times.
    #[arg(long)]
    failover_address: Vec<String>,
    /// How many further links only submit.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(..=64))]
    transmitters: u32,
    /// How many further links only take receipts and messages from handsets.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(..=64))]
    receivers: u32,
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
    /// Ask for the state of what was taken and not reported after so long, in milliseconds; 0 for never.
    #[arg(long, default_value_t = 0)]
    query_after_ms: u32,
    /// How long it may be down, or put off most of what it is given, before messages go another way, where their route has one.
    #[arg(long, default_value_t = 10_000)]
    away_after_ms: u32,
    /// How long it must have been well before messages take it again.
    #[arg(long, default_value_t = 30_000)]
    back_after_ms: u32,
    /// What the operator means by a status of its own: `1026=retry`, `0x402=refused` or `1027=throttled`; may be given several times.
    #[arg(long, value_parser = status, value_name = "STATUS=MEANING")]
    status: Vec<(u32, StatusMeaning)>,
    /// How many KiB of PDUs of each link are kept to look at, texts and passwords masked; 0 for none.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(..=1_048_576))]
    pdu_log_kib: u32,
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

/// Sets a connector.
pub(super) async fn run(set: Set) -> anyhow::Result<()> {
    for address in std::iter::once(&set.address).chain(&set.failover_address) {
        anyhow::ensure!(
            address.rsplit_once(':').is_some_and(|(host, port)| {
                !host.is_empty() && port.parse::<u16>().is_ok_and(|port| port > 0)
            }),
            "{address:?} is not HOST:PORT"
        );
    }
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
        failover_addresses: set.failover_address,
        transmitters: set.transmitters,
        receivers: set.receivers,
        query_after_ms: set.query_after_ms,
        away_after_ms: set.away_after_ms,
        back_after_ms: set.back_after_ms,
        statuses: set.status.into_iter().collect(),
        pdu_log_kib: set.pdu_log_kib,
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

/// Reads what an operator means by a status.
fn status(text: &str) -> Result<(u32, StatusMeaning), String> {
    let wrong = || format!("{text:?} is not such as 1026=retry, 0x402=refused or 1027=throttled");
    let (number, meaning) = text.split_once('=').ok_or_else(wrong)?;
    let number = match number.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => number.parse(),
    };
    let meaning = match meaning {
        "retry" => StatusMeaning::Retry,
        "refused" => StatusMeaning::Refused,
        "throttled" => StatusMeaning::Throttled,
        _ => return Err(wrong()),
    };
    Ok((number.map_err(|_| wrong())?, meaning))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_a_number_of_either_base_with_its_meaning() {
        assert_eq!(status("1026=retry"), Ok((1026, StatusMeaning::Retry)));
        assert_eq!(status("0x402=refused"), Ok((1026, StatusMeaning::Refused)));
        for wrong in ["1026", "x=retry", "1026=maybe", "=", "0x=retry", "-1=retry"] {
            assert!(status(wrong).is_err(), "{wrong}");
        }
    }
}
